"""Two records of one person become one: their rewards, and what they used of limits, are added up."""

from plusone.clients.models import Client
from plusone.rewards.models import Reward, Tally

from .limits import lock_tally


def move_rewards(gone: Client, kept: Client) -> int:
    """Move the rewards of one record to another, and add up what both used of limits. Return how many rewards."""
    theirs = f"client:{gone.pk}"
    for tally in Tally.objects.filter(business=gone.business, key__contains=theirs).order_by("key"):
        parts = tally.key.split(":")
        places = [place for place in range(len(parts) - 1) if parts[place : place + 2] == ["client", str(gone.pk)]]
        if not places:  # client 12 is in the key of client 123
            continue
        for place in places:
            parts[place + 1] = str(kept.pk)
        used = lock_tally(gone.business, ":".join(parts))
        used.number += tally.number
        used.amount += tally.amount
        used.told_percent = max(used.told_percent, tally.told_percent)
        used.save(update_fields=["number", "amount", "told_percent"])
        tally.delete()
    return Reward.objects.filter(client=gone).update(client=kept)
