"""Why nothing can be done now although nobody made a mistake: the database is away, or there is no room left."""

import errno
import os
import sqlite3
import tempfile
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

# Less than what one large request may write: some of them are refused already.
LEAST_ROOM = 1 << 20


class Outage(StrEnum):
    """What is the matter with the server."""

    AWAY = "away"
    FULL = "full"
    READ_ONLY = "read_only"


_ERRNO = {errno.ENOSPC: Outage.FULL, errno.EDQUOT: Outage.FULL, errno.EROFS: Outage.READ_ONLY}
_SQLSTATE = {"53100": Outage.FULL, "25006": Outage.READ_ONLY}
_SQLITE = {13: Outage.FULL, 8: Outage.READ_ONLY}
_SQLITE_DISK = {10, 14}  # reading or writing failed, opening failed: SQLite does not say why
_SAID = {Outage.FULL: "the disk of the data folder is full", Outage.READ_ONLY: "the data folder is read-only"}


def outage_of(error: BaseException | None) -> Outage | None:
    """Return which outage this error tells of, or None: then it is a mistake of ours."""
    if isinstance(error, OSError):
        return _ERRNO.get(error.errno or 0)
    if not isinstance(error, (DatabaseError, InterfaceError, sqlite3.Error)):
        return None
    said = error if isinstance(error, sqlite3.Error) else error.__cause__  # the driver's own words
    code = getattr(said, "sqlite_errorcode", 0) & 0xFF  # the rest says where it struck
    known = _SQLITE.get(code) or _SQLSTATE.get(getattr(said, "sqlstate", None) or "")
    if known is None and code in _SQLITE_DISK:
        known = _of_folders()[0]
    return known or (Outage.AWAY if isinstance(error, (OperationalError, InterfaceError)) else None)


def why_not_writable() -> str:
    """Return why nothing can be kept in the folders of this installation, or an empty string."""
    return _of_folders()[1]


def _of_folders() -> tuple[Outage | None, str]:
    folders = {Path(settings.DATA_DIR)}
    if connection.vendor == "sqlite":
        folders.add(Path(str(connection.settings_dict["NAME"])).parent)
    for folder in folders:
        try:
            found = os.statvfs(folder)
            if found.f_bavail * found.f_frsize < LEAST_ROOM:
                return Outage.FULL, _SAID[Outage.FULL]
            # A file system that has met an error lets nobody write, and says so only to who tries.
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"x")
        except PermissionError:
            return Outage.READ_ONLY, _SAID[Outage.READ_ONLY]
        except OSError as error:
            outage = _ERRNO.get(error.errno or 0, Outage.AWAY)
            return outage, _SAID.get(outage, f"the data folder cannot be used: {error.strerror}")
    return None, ""
