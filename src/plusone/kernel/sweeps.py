"""What the kernel tidies by itself."""

from datetime import datetime, timedelta

from django.utils import timezone

from .models import Once
from .queue.sweeps import sweep

TOKENS_KEPT = timedelta(days=30)


@sweep(every_seconds=3600)
def forget_tokens(now: datetime) -> int:
    """Forget the tokens of pages that nobody has open any more (machine's clock, like the tokens themselves)."""
    return Once.objects.filter(at__lt=timezone.now() - TOKENS_KEPT).delete()[0]
