"""What is sent to many goes out by itself, and who becomes eligible later hears too (R-014)."""

from datetime import datetime

from plusone.kernel.queue.sweeps import sweep
from plusone.referrals import commands


@sweep(every_seconds=1)
def send_due(now: datetime) -> int:
    """Start what is due and carry on what runs."""
    return commands.send_due(now)


@sweep(every_seconds=5)
def run_reminders(now: datetime) -> int:
    """Queue the reminders whose time has come (R-015)."""
    return commands.run_reminders(now)


@sweep(every_seconds=30)
def send_to_latecomers(now: datetime) -> int:
    """Tell who became eligible since."""
    return commands.send_to_latecomers(now)
