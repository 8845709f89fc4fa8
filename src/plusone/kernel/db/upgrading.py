"""Bring the database up to date so that a migration that fails costs nothing (TRUST OPS-5)."""

import logging
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from . import copies, schema
from .locks import alone

log = logging.getLogger("plusone.upgrade")

KEPT = 3


class NoUpgrade(Exception):
    """Why the database could not be brought up to date, and how to go back, in a few sentences."""


def upgrade(*, anyway: bool = False) -> list[str]:
    """Apply what is pending, after a copy of what is there. Return what was applied. Raise NoUpgrade."""
    if not schema.pending():
        return schema.migrate(anyway=anyway)
    with alone("upgrade", wait=True):  # server and worker start together: one copies and migrates, the other waits
        copy = _copy() if schema.pending() else None
        try:
            return schema.migrate(anyway=anyway)
        except Exception as error:
            raise NoUpgrade(_sentences(error, copy)) from error


def upgrade_aside() -> None:
    """Bring the database up to date in a process of its own. Exit as that one does where it fails: it has said why.

    For what runs for months: it does without the 50 MB that migrating would leave it with.
    """
    if not schema.pending():
        return
    migrate = [sys.executable, "-m", "plusone", "migrate"]
    done = subprocess.run(migrate, stdout=subprocess.DEVNULL, check=False)  # noqa: S603  # our own program
    if done.returncode:
        sys.exit(done.returncode)


def _copy() -> Path | None:
    """Keep what is there, where something is: the last few times."""
    if schema.is_empty():
        return None
    suffix = "sqlite3" if connection.vendor == "sqlite" else "dump"
    folder = Path(settings.DATA_DIR)
    copy = folder / f"before-upgrade-{timezone.now():%Y%m%d-%H%M%S}.{suffix}"
    try:
        copies.copy(copy)
    except copies.NoCopy as error:
        if connection.vendor == "sqlite":
            raise NoUpgrade(
                f"Before an upgrade a copy of the database is kept. {error} Nothing was changed."
            ) from error
        log.warning("No copy is kept of the database as it was before this upgrade: %s", error)
        return None
    for old in sorted(folder.glob("before-upgrade-*"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return copy


def _sentences(error: Exception, copy: Path | None) -> str:
    connection.close()
    pending = schema.pending()
    where = f"The migration {pending[0]}" if pending else "What follows the migrations"
    said = str(error).strip().splitlines()
    back = f"`plusone restore {copy}`" if copy else "`plusone restore FILE` with your last backup"
    return (
        f"{where} failed: {said[0] if said else type(error).__name__}\n"
        "Nothing of it was kept, and your data is as it was. Try again once the reason is gone; or, to go back, "
        f"install the version you had and run {back}."
    )
