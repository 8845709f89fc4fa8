"""Whether there is something to come back to."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from .fault import Fault

# A daily copy that takes a while is not late.
WITHIN = timedelta(hours=24, minutes=30)
FIX = "Have `plusone backup FILE` run every day (docs/operate.md shows how)."


def last() -> Iterator[Fault]:
    """Look at when `plusone backup` last wrote a copy."""
    if settings.ENV != "production":
        return
    try:
        at = datetime.fromtimestamp((Path(settings.DATA_DIR) / "last_backup").stat().st_mtime, UTC)
    except OSError:
        yield Fault("backup", "No backup has been made yet.", FIX)
        return
    if timezone.now() - at > WITHIN:
        yield Fault("backup", f"The last backup is of {at:%Y-%m-%d %H:%M} UTC.", FIX)
