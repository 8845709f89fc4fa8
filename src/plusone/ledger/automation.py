"""What the ledger does by itself: expiries, and the word before them."""

from datetime import datetime

from plusone.kernel.queue.sweeps import sweep

from . import commands


@sweep(every_seconds=60)
def expire(now: datetime) -> int:
    """Post the lots whose end has come. They were unspendable from that moment (CONTRACT)."""
    return commands.expire_due(now)


@sweep(every_seconds=300)
def tell_of_expiries(now: datetime) -> int:
    """Record what expires in 30 and in 7 days, for whoever tells the client (CASES 71)."""
    return commands.tell_due(now)
