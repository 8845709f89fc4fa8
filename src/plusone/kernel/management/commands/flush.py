"""Django's `flush` for the tests, which clean the database with it: quick, and able to empty append-only tables."""

from typing import Any

from django.core.management.commands import flush
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from plusone.kernel import guards

# What `migrate` writes stays, so that nothing has to write it again.
_KEPT = frozenset({"django_content_type", "auth_permission", "django_site"})


class Command(flush.Command):
    """Empty the database."""

    def handle(self, **options: Any) -> None:
        """Delete what there is, in one transaction with the guards lifted; numbers go on where they stood.

        Django's own way empties every table there is and tells every app of it, which costs PostgreSQL half a second.
        """
        connection = connections[options["database"]]
        if options["interactive"] or options.get("reset_sequences"):
            with guards.lifted(connection):
                super().handle(**options)
            return
        with guards.lifted(connection), connection.cursor() as cursor:
            for table in _filled(connection):
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608  # a model's table


def _filled(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables of models that have rows."""
    tables = sorted({*connection.introspection.django_table_names(include_views=False)} - _KEPT)
    quoted = [connection.ops.quote_name(name) for name in tables]
    asks = [f"SELECT {at} WHERE EXISTS (SELECT 1 FROM {name})" for at, name in enumerate(quoted)]  # noqa: S608  # the same
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asks))
        return [tables[at] for (at,) in cursor.fetchall()]
