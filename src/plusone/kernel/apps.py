"""How a room is loaded: its declarations are imported once, so that its classes are in the registries."""

import importlib
import importlib.util
import pkgutil

from django.apps import AppConfig

DECLARING = ("events", "automation", "types", "channels", "kpis", "sweeps", "personal")


class RoomConfig(AppConfig):
    """A room of the house. On start-up it imports the modules that declare things."""

    default_auto_field = "django.db.models.BigAutoField"
    default = False  # Django would find two configurations in a room's apps.py: this one and the room's own.

    def __init_subclass__(cls) -> None:
        cls.default = True

    def ready(self) -> None:
        """Import what the room declares."""
        for name in DECLARING:
            path = f"{self.name}.{name}"
            if importlib.util.find_spec(path) is None:
                continue
            module = importlib.import_module(path)
            for child in pkgutil.iter_modules(getattr(module, "__path__", [])):
                importlib.import_module(f"{path}.{child.name}")


class KernelConfig(RoomConfig):
    """The kernel."""

    name = "plusone.kernel"
    label = "kernel"
