"""The very words in which an offer was told."""

from django.db import models

from plusone.kernel.guards import append_only
from plusone.kernel.models import Owned

from .loop import Terms


class Wording(Owned):
    """What ambassador and friend were told of some terms, in every language, word for word (R-114).

    The sentences are made by the code of the day. A referral keeps those of its registration, so that nobody has to ask
    a later version what was promised. One row for each different wording, named by its digest.
    """

    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="wordings")
    digest = models.CharField(max_length=64)
    texts = models.JSONField()  # {"en": {"ambassador": [sentence, …], "friend": [sentence, …]}, …}
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["terms", "digest"], name="referrals_wording_once")]


append_only("referrals_wording")
