"""Who was erased, kept outside the database: a restored older backup brings nobody back (TRUST DUR-10).

The file `erased` of the data folder has a line for each person: their random public id, and when. Nobody can tell from
it who they were. It only grows.
"""

import fcntl
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings


def journal() -> Path:
    """Return where it is kept."""
    return Path(settings.DATA_DIR) / "erased"


def read(path: Path | None = None) -> set[str]:
    """Return the public ids in the journal, or in a copy of one from another machine."""
    try:
        lines = (path or journal()).read_text().splitlines()
    except FileNotFoundError:
        if path is not None:
            raise
        return set()
    return {line.split()[0] for line in lines if line.strip()}


def note(public_ids: Iterable[str], now: datetime) -> int:
    """Write down who is not in the journal yet. On disk when this returns. Return how many they were."""
    with journal().open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # of two processes that note the same person, one does
        new = sorted(set(public_ids) - read())
        file.write("".join(f"{public_id} {now.isoformat(timespec='seconds')}\n" for public_id in new))
        file.flush()
        os.fsync(file.fileno())
    return len(new)
