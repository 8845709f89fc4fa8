"""Work after the commit: tasks that somebody put in, and sweeps that look for what is due.

from plusone.kernel.queue import Later, Permanent, sweep, task

@task(atomic=False)                      # it talks to a mail server: nothing is locked meanwhile
def send(message: int) -> None: ...

send.enqueue(message.pk)                                   # in the caller's transaction
send.using(key=f"message:{message.pk}").enqueue(message.pk)  # while it lives, the key gets the same row

@sweep(every_seconds=5)
def end_holds(now: datetime) -> int: ...                   # returns how many it did
"""

from .sweeps import sweep
from .tasks import Later, Permanent, task

__all__ = ["Later", "Permanent", "sweep", "task"]
