"""The answers that the API keeps, so that a POST with an Idempotency-Key acts once (CONTRACT)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from plusone.clients.keeping import without_names
from plusone.clients.models import Client
from plusone.connect.models import Answer, ApiKey

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


def forget_client(client: Client) -> int:
    """Take a client who is deleted out of the kept answers: the client's own answer says just that, and others that
    tell of them, as the sentences of a recommendation do, lose the name. Return out of how many."""
    told = Answer.objects.filter(api_key__business=client.business)
    marks = [client.public_id, *([json.dumps(client.email)[1:-1]] if client.email else [])]
    about = told.filter(reduce(or_, (Q(body__contains=mark) for mark in marks)))
    done = 0
    for pk, body in about.values_list("pk", "body"):
        said = json.loads(body)
        is_own = said.get("id") == client.public_id
        left = {"id": client.public_id, "status": "deleted"} if is_own else _without(said, client)
        done += Answer.objects.filter(pk=pk).update(body=json.dumps(left)) if left != said else 0
    return done


def _without(said: Any, client: Client) -> Any:
    """Return what was answered without the names and addresses of a client, in whatever it says."""
    if isinstance(said, dict):
        return {name: _without(value, client) for name, value in said.items()}
    if isinstance(said, list):
        return [_without(value, client) for value in said]
    return without_names(said, [client]) if isinstance(said, str) else said


def prune_answers(now: datetime) -> int:
    """Delete the answers that are older than we promise, by the machine's clock. Return how many."""
    old = list(Answer.objects.filter(at__lte=now - KEPT).values_list("pk", flat=True)[:PRUNE_BATCH])
    return Answer.objects.filter(pk__in=old).delete()[0] if old else 0
