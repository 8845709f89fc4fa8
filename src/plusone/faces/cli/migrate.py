"""`plusone migrate`."""

from plusone.kernel.db.upgrading import upgrade

from .app import output


def command() -> None:
    """Bring the database up to date with this version of the program."""
    with output(False) as out:
        done = upgrade(anyway=True)
        for name in done:
            out.say(f"Applied {name}.")
        if not done:
            out.say("The database is up to date.")
