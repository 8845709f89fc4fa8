"""`plusone worker`."""

import signal
from typing import Annotated

import typer
from django.db import connection

from plusone.kernel.db.locks import in_use
from plusone.kernel.db.upgrading import upgrade_aside
from plusone.kernel.processes import die_with_parent, spare_memory, tidy_at_rest
from plusone.kernel.queue.identity import own_name
from plusone.kernel.queue.worker import Worker, drain, keeping

from .app import needs_database

THREADS = 2


def command(
    once: Annotated[bool, typer.Option("--once", help="Do all that is due now, to the end, and exit.")] = False,
    threads: Annotated[int, typer.Option(min=1, max=64, help="How many tasks run at the same time.")] = THREADS,
    parent: Annotated[int, typer.Option(hidden=True, help="End when this process ends.")] = 0,
) -> None:
    """Do the background work: mails, rules, ends of holds, expiries. SIGTERM ends it after what runs."""
    if parent:
        die_with_parent(parent)
    spare_memory()
    if connection.vendor == "sqlite":
        upgrade_aside()
    needs_database()
    with in_use():
        if once:
            with keeping(own_name()):
                drain()
            return
        worker = Worker(threads=threads)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        tidy_at_rest()
        worker.run()
