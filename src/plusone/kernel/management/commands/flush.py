"""Django's `flush`, able to empty the append-only tables too: the database of the tests is cleaned with it."""

from typing import Any

from django.core.management.commands import flush
from django.db import connections

from plusone.kernel import guards


class Command(flush.Command):
    """Empty the database."""

    def handle(self, **options: Any) -> None:
        """Do what Django's command does, with the guards lifted for the one transaction."""
        with guards.lifted(connections[options["database"]]):
            super().handle(**options)
