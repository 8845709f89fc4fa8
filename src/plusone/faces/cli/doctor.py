"""`plusone doctor`."""

from typing import Annotated, Any

import typer
from django.db import DatabaseError, InterfaceError

from plusone import __version__
from plusone.kernel import checkup
from plusone.messaging.queries import unreadable_servers

from .app import output


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check the installation and name each fault with its fix. Exit code 1 if there is one."""
    with output(as_json) as out:
        faults = [*checkup.faults(), *own_mail_servers()]
        for fault in faults:
            out.say(f"✗ {fault.name}: {fault.problem}\n  → {fault.fix}")
        if not faults:
            out.say("✓ All is well.")
        out.answer(
            {
                "ok": not faults,
                "version": __version__,
                "database": _database(),
                "faults": [{"name": fault.name, "problem": fault.problem, "fix": fault.fix} for fault in faults],
            }
        )
    if faults:
        raise typer.Exit(1)


def own_mail_servers() -> list[checkup.Fault]:
    """Businesses' own mail servers whose password cannot be read: their mails wait."""
    try:
        count = unreadable_servers()
    except (DatabaseError, InterfaceError):  # said already
        return []
    if not count:
        return []
    problem = f"The password of {count} business's own mail server cannot be read: the secret key has changed."
    if count > 1:
        problem = f"The passwords of {count} businesses' own mail servers cannot be read: the secret key has changed."
    fix = "Put the earlier secret_key back, or ask them to enter the password again under Settings ▸ Mail."
    return [checkup.Fault("mail_server_password", problem, fix)]


def _database() -> dict[str, Any]:
    try:
        return checkup.database.facts()
    except (DatabaseError, InterfaceError):
        return {}
