"""Whether an installation is in good order: each fault in a sentence, with what mends it (`plusone doctor`, OPS-9).

A module for each thing that is looked at; a check is a function that yields faults.
"""

from django.db import DatabaseError, InterfaceError

from plusone.kernel.db import schema

from . import backups, database, files, mail, surroundings, work
from .fault import Fault

__all__ = ["Fault", "faults"]


def faults() -> list[Fault]:
    """Look everything over. What needs the database is left out where it does not answer or is not up to date."""
    checks = (surroundings.settings_given, surroundings.secrets, mail.server, mail.domain, files.disk)
    # Before the first connection, which would switch the write-ahead log on again.
    found = [fault for check in (*checks, files.database, files.pages, backups.last) for fault in check()]
    try:
        pending = schema.pending()
        found += [*database.keeping(), *database.clocks()]
        if pending:
            return [*found, Fault("migrations", f"{len(pending)} migrations are pending.", "Run `plusone migrate`.")]
        return [*found, *database.guarded(), *work.workers(), *work.tasks()]
    except (DatabaseError, InterfaceError) as error:
        problem = f"The database does not answer: {str(error).strip()}"
        return [*found, Fault("database", problem, "Start the database, or correct PLUSONE_DATABASE_URL.")]
