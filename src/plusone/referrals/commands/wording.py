"""Keep what was told of an offer, word for word (R-114)."""

import json
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils import translation

from plusone.referrals.inviting import conditions_for_friend, for_friend
from plusone.referrals.models import Terms, Wording
from plusone.referrals.offers import offer_of
from plusone.referrals.sentences import LANGUAGES, for_ambassador


@transaction.atomic
def wording_of(terms: Terms, *, now: datetime) -> Wording:
    """Return the words in which terms are told today, kept once for each wording."""
    texts, offer = {}, offer_of(terms)
    for language in LANGUAGES:
        with translation.override(language):
            friend = for_friend(terms.business, offer) + conditions_for_friend(terms.business, offer)
            texts[language] = {"ambassador": for_ambassador(terms.business, offer), "friend": friend}
    digest = sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()
    kept = {"business": terms.business, "texts": texts, "created_at": now}
    return Wording.objects.get_or_create(terms=terms, digest=digest, defaults=kept)[0]
