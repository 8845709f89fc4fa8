"""The clients room."""

from typing import Any

from django.db.models.signals import post_migrate

from plusone.kernel.apps import RoomConfig


class ClientsConfig(RoomConfig):
    """The client book."""

    name = "plusone.clients"
    label = "clients"

    def ready(self) -> None:
        """Keep the index that searches read in place after every migration."""
        super().ready()
        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="plusone.clients.search")


def _after_migrate(using: str, **more: Any) -> None:
    from . import search  # its database is not set up when the app is declared

    search.install(using)
