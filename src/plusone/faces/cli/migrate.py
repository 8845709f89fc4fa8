"""`plusone migrate`."""

from plusone.kernel.db import schema

from .app import output


def command() -> None:
    """Bring the database up to date with this version of the program."""
    with output(False) as out:
        done = schema.migrate(anyway=True)
        for name in done:
            out.say(f"Applied {name}.")
        if not done:
            out.say("The database is up to date.")
