"""Keep the append-only tables append-only: database triggers that refuse UPDATE and DELETE, on both engines.

A room names its tables once, beside the models: `append_only("events_event")`. The triggers are put in place after
every `migrate`, because Django's SQLite table rebuilds drop them; `missing()` is what the tests and `doctor` ask. The
flush of the tests and the deletion of a whole business go through `lifted()`, the one way around.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate

_tables: dict[str, None] = {}

# The setting lives as long as the transaction that made it, so a crash or a rollback puts the guard back by itself.
_PG_SETTING = "plusone.guards_lifted"
_PG_BODY = f"""
BEGIN
    IF current_setting('{_PG_SETTING}', true) = 'on' THEN
        RETURN CASE TG_OP WHEN 'UPDATE' THEN NEW WHEN 'DELETE' THEN OLD ELSE NULL END;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
"""
# SQLite has no session setting that a trigger can read, hence a table: a row in it, never committed, lifts the guards.
# Dropping the triggers for the while instead would make every other connection read the schema again.
_SQLITE_FLAG = "plusone_guards_lifted"
_SQLITE_LIFT = "INSERT INTO plusone_guards_lifted VALUES (1)"
_SQLITE_CLOSE = "DELETE FROM plusone_guards_lifted"
_SQLITE_TRIGGER = """CREATE TRIGGER "{name}" BEFORE {event} ON "{table}"
WHEN NOT EXISTS (SELECT 1 FROM plusone_guards_lifted)
BEGIN SELECT RAISE(ABORT, '{table} is append-only: {event} refused'); END"""


def append_only(*tables: str) -> None:
    """Declare tables whose rows are never changed nor deleted once written. Takes effect at the next `migrate`."""
    _tables.update(dict.fromkeys(tables))
    post_migrate.connect(_after_migrate, dispatch_uid="plusone.kernel.guards")


def tables() -> list[str]:
    """The declared tables, sorted."""
    return sorted(_tables)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place whose table exists. Does nothing where it stands already."""
    faults = missing(connection)
    if not faults:
        return
    here = set(connection.introspection.table_names())
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION plusone_append_only() RETURNS trigger LANGUAGE plpgsql AS $${_PG_BODY}$$"
            )
        else:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {_SQLITE_FLAG} (lifted INTEGER NOT NULL)")
        for fault in faults:
            table, _, event = fault.partition(" ")
            if table in here:
                _create_trigger(cursor.execute, connection, table, event)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The guards that are not in place as they should be, as `table EVENT`; empty when all is well."""
    read = _standing_postgresql if connection.vendor == "postgresql" else _standing_sqlite
    standing = read(connection)
    return [
        fault for table in tables() for event in _events(connection) if (fault := f"{table} {event}") not in standing
    ]


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Allow this connection to change and delete append-only rows inside the block, in one transaction.

    Only for the flush of a test database, the deletion of a whole business, and for saying whose a payment is once two
    records of one person are merged: whoever calls it must say why.
    """
    with transaction.atomic(using=connection.alias):
        _lift(connection, True)
        yield
        _lift(connection, False)


def _after_migrate(app_config: AppConfig, using: str, **_kwargs: object) -> None:
    if app_config.label == "kernel":  # the signal comes once per app, all of them after the last migration
        install(connections[using])


def _lift(connection: BaseDatabaseWrapper, on: bool) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT set_config(%s, %s, true)", [_PG_SETTING, "on" if on else "off"])
        elif _SQLITE_FLAG in connection.introspection.table_names(cursor):
            cursor.execute(_SQLITE_LIFT if on else _SQLITE_CLOSE)


def _events(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    return ("UPDATE", "DELETE", "TRUNCATE") if connection.vendor == "postgresql" else ("UPDATE", "DELETE")


def _trigger(table: str, event: str) -> str:
    return f"{table}_refuse_{event.lower()}"


def _sqlite_sql(table: str, event: str) -> str:
    return _SQLITE_TRIGGER.format(name=_trigger(table, event), table=table, event=event)


def _create_trigger(execute, connection: BaseDatabaseWrapper, table: str, event: str) -> None:  # type: ignore[no-untyped-def]
    name = _trigger(table, event)
    if connection.vendor == "postgresql":
        each = "STATEMENT" if event == "TRUNCATE" else "ROW"
        execute(
            f'CREATE OR REPLACE TRIGGER "{name}" BEFORE {event} ON "{table}" '
            f"FOR EACH {each} EXECUTE FUNCTION plusone_append_only()"
        )
    else:
        execute(f'DROP TRIGGER IF EXISTS "{name}"')
        execute(_sqlite_sql(table, event))


def _standing_postgresql(connection: BaseDatabaseWrapper) -> set[str]:
    wanted = {_trigger(table, event): f"{table} {event}" for table in tables() for event in _events(connection)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND n.nspname = ANY (current_schemas(false))"
        )
        return {wanted[name] for name, body in cursor.fetchall() if name in wanted and body == _PG_BODY}


def _standing_sqlite(connection: BaseDatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        standing = dict(cursor.fetchall())
    return {
        f"{table} {event}"
        for table in tables()
        for event in _events(connection)
        if standing.get(_trigger(table, event)) == _sqlite_sql(table, event)
    }
