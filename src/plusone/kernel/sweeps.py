"""What the kernel tidies by itself."""

from datetime import datetime, timedelta

from django.utils import timezone

from . import devices
from .models import Once
from .queue.sweeps import sweep

TOKENS_KEPT = timedelta(days=30)


@sweep(every_seconds=3600)
def forget_tokens(now: datetime) -> int:
    """Forget the tokens of pages that nobody has open any more (machine's clock, like the tokens themselves)."""
    return Once.objects.filter(at__lt=timezone.now() - TOKENS_KEPT).delete()[0]


@sweep(every_seconds=3600)
def forget_devices(now: datetime) -> int:
    """Forget sessions that have run out, and old network addresses of the others (machine's clock, like theirs)."""
    at = timezone.now()
    return devices.forget_ended(at) + devices.forget_addresses(at)
