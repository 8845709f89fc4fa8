"""What the ledger does by itself: expiries."""

from datetime import datetime

from plusone.kernel.queue.sweeps import sweep

from . import commands


@sweep(every_seconds=60)
def expire(now: datetime) -> None:
    """Post the lots whose end has come. They were unspendable from that moment (CONTRACT)."""
    commands.expire_due(now)
