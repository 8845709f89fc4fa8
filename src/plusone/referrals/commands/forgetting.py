"""Forget what was written beside the recommendations of a person."""

from django.db.models import Q

from plusone.clients.models import Client
from plusone.referrals.models import Arrival, DoubtCase, Referral, Trust


def forget_notes(client: Client) -> None:
    """Blank the notes at a deleted client's recommendations, doubts and trust; what was decided stays."""
    theirs = Referral.objects.filter(Q(ambassador=client) | Q(friend=client), business=client.business)
    DoubtCase.objects.filter(signs__referral__in=theirs).exclude(note="").update(note="")
    theirs.exclude(note="").update(note="")
    Trust.objects.filter(client=client).update(note="")
    Arrival.objects.filter(referral__friend=client).delete()
