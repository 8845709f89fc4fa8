"""The answers that the API keeps, so that a POST with an Idempotency-Key acts once (CONTRACT)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from plusone.connect.models import Answer, ApiKey
from plusone.kernel.models import Business

KEPT = timedelta(days=7)
PRUNE_BATCH = 1000


@dataclass(frozen=True)
class Claim:
    """An answer's row, and whether the caller is the one to act."""

    answer: Answer
    is_new: bool


def claim_answer(api_key: ApiKey, key: str, *, request: str, now: datetime) -> Claim:
    """Say who acts for this key. Call it inside the transaction of the effect: a rollback takes the claim back too.

    A parallel second caller waits here for the first to commit or roll back. `now` is the machine's clock.
    """
    assert transaction.get_connection().in_atomic_block, "claim_answer() belongs inside the effect's transaction"
    try:
        with transaction.atomic():
            return Claim(Answer.objects.create(api_key=api_key, key=key, request=request, status=0, body=""), True)
    except IntegrityError:
        answer = Answer.objects.select_for_update().get(api_key=api_key, key=key)
    if answer.at > now - KEPT:
        return Claim(answer, False)
    answer.request, answer.status, answer.body, answer.at = request, 0, "", now
    answer.save(update_fields=["request", "status", "body", "at"])
    return Claim(answer, True)


def keep_answer(answer: Answer, *, status: int, body: str) -> None:
    """Keep what was answered, with the effect."""
    Answer.objects.filter(pk=answer.pk).update(status=status, body=body)


def forget_client(business: Business, client: str) -> int:
    """Take the personal data of a deleted client (a public id) out of the kept answers. Return out of how many."""
    said = Answer.objects.filter(api_key__business=business, body__contains=f'"id": "{client}"')
    return said.filter(body__contains='"first_name"').update(body=f'{{"id": "{client}", "status": "deleted"}}')


def prune_answers(now: datetime) -> int:
    """Delete the answers that are older than we promise, by the machine's clock. Return how many."""
    old = list(Answer.objects.filter(at__lte=now - KEPT).values_list("pk", flat=True)[:PRUNE_BATCH])
    return Answer.objects.filter(pk__in=old).delete()[0] if old else 0
