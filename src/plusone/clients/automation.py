"""What the client book does by itself."""

from datetime import datetime

from plusone.kernel.queue.sweeps import sweep

from . import commands, queries, tombstones


@sweep(every_seconds=900)
def note_the_erased(now: datetime) -> int:
    """Keep the journal of the erased complete, where a crash came between an erasure and its line."""
    missing = queries.erased() - tombstones.read()
    return tombstones.note(missing, now) if missing else 0


@sweep(every_seconds=1)
def start_due_jobs(now: datetime) -> int:
    """Begin what could be stopped until now."""
    return commands.start_due_jobs(now)


@sweep(every_seconds=3600)
def forget_departures(now: datetime) -> int:
    """Forget deleted people whose cooldown is over."""
    return commands.forget_departures(now)


@sweep(every_seconds=600)
def expire_invitations(now: datetime) -> int:
    """End invitations that nobody answered in time."""
    return commands.expire_invitations(now)


@sweep(every_seconds=3600)
def forget_exports(now: datetime) -> int:
    """Delete copies of data whose days are over."""
    return commands.forget_exports(now)


@sweep(every_seconds=3600)
def forget_idle_leads(now: datetime) -> int:
    """Forget leads of whom nothing was heard for a long time."""
    return commands.forget_idle_leads(now)
