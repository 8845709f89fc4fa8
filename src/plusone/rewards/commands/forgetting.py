"""Forget what was written beside the rewards of a person."""

from plusone.clients.models import Client
from plusone.rewards.models import Bonus, Reward


def forget_notes(client: Client) -> int:
    """Blank the notes at a deleted client's rewards; the rewards stay. Return how many."""
    Bonus.objects.filter(client=client).update(note="", reason="")
    noted = Reward.objects.filter(client=client).exclude(note="", declined_note="")
    return noted.update(note="", declined_note="")
