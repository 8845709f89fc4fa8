"""Idempotency-Key: the same POST again gets the same answer and has no second effect (CONTRACT)."""

import hashlib
from collections.abc import Callable

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from plusone.connect.commands import claim_answer, keep_answer
from plusone.kernel.errors import Invalid

from .call import Call
from .problems import Mismatch

HEADER = "Idempotency-Key"
KEY_MAX = 255


def once(request: Call, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Act, or answer as the first time.

    Call it inside the transaction of the effect, which a refusal rolls back together with the claim. The claim is an
    INSERT under a unique constraint: a parallel second waits there for the first, then replays it or acts itself.
    """
    key = request.headers.get(HEADER, "").strip()
    if request.method != "POST" or not key:
        return act()
    if len(key) > KEY_MAX or not (key.isascii() and key.isprintable()):
        raise Invalid(_("An Idempotency-Key has at most 255 characters, all of them ASCII."), field=HEADER)
    # Retention is the machine's clock, not the business's (CONTRACT, Settings).
    claim = claim_answer(request.api_key, key, request=fingerprint(request), now=timezone.now())
    if not claim.is_new:
        if claim.answer.request != fingerprint(request):
            raise Mismatch(_("This Idempotency-Key was used for another request."), field=HEADER)
        again = HttpResponse(
            claim.answer.body, status=claim.answer.status, content_type="application/json; charset=utf-8"
        )
        again["Idempotent-Replayed"] = "true"
        return again
    response = act()
    if 200 <= response.status_code < 300:
        keep_answer(claim.answer, status=response.status_code, body=response.content.decode())
    return response


def fingerprint(request: Call) -> str:
    """Return a hash of what is asked: method, path and body."""
    said = f"{request.method} {request.path}\n".encode() + request.body
    return hashlib.sha256(said).hexdigest()
