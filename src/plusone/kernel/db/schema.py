"""Whether the database has the tables that this version of the program expects, and how it gets them."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from .locks import alone


def pending() -> list[str]:
    """Return the migrations that this database lacks, as `app.name`. Cheap where there are none."""
    if not set(known()) - _applied():
        return []
    # Names alone do not decide: a squashed migration counts as applied when those it replaces are.
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def migrate(*, anyway: bool = False) -> list[str]:
    """Bring the database up to date and return what was pending. Of several processes at once, one does it.

    `anyway`: also do what follows each migration where none is pending, such as putting guards back.
    """
    with alone("migrate", wait=True):
        before = pending()
        if before or anyway:
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
        return before


def is_empty() -> bool:
    """Say whether nothing has ever been migrated here."""
    return not _applied()


def known() -> Iterator[tuple[str, str]]:
    """Yield app and name of each migration of this program."""
    for app in apps.get_app_configs():
        name, _ = MigrationLoader.migrations_module(app.label)
        if name is None:
            continue
        try:
            package = import_module(name)
        except ModuleNotFoundError:
            continue
        for module in pkgutil.iter_modules(getattr(package, "__path__", [])):
            if module.name[0] not in "_~":
                yield app.label, module.name


def _applied() -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())
