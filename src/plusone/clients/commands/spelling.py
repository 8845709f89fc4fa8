"""The vocabulary in which searches look for what somebody may have meant."""

from collections.abc import Iterable

from plusone.clients.models import Client, Spelling
from plusone.clients.search import forms_of, words_of
from plusone.kernel.models import Business


def learn(business: Business, texts: Iterable[str]) -> None:
    """Keep the words of clients' folded texts that are new to the business."""
    words = {word for text in texts for word in words_of(text)}
    if not words:
        return
    here = Spelling.objects.filter(business=business)
    new = words - set(here.filter(word__in=words).values_list("word", flat=True))
    Spelling.objects.bulk_create(
        [Spelling(business=business, form=form, word=word) for word in sorted(new) for form in sorted(forms_of(word))],
        ignore_conflicts=True,
        batch_size=2000,
    )


def unlearn(business: Business, was: str, now: str = "") -> None:
    """Forget the words that a folded text has lost and no client has: a name that was erased is erased here too."""
    lost = words_of(was) - words_of(now)
    gone = [word for word in sorted(lost) if not Client.objects.of(business).search(word).exists()]
    Spelling.objects.filter(business=business, word__in=gone).delete()
