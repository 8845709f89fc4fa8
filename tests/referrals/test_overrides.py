"""An override says why and what it passes over; what was taken back, and what was not, is said as it is."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.ledger.commands import redeem
from plusone.ledger.queries import balance_of
from plusone.referrals.reasons import tell_reward
from plusone.rewards.commands import approve, decline
from plusone.rewards.models import Reward
from plusone.store.commands import refund
from plusone.store.models import Product
from world import EUR10, NOON, House, bring, launch, sell

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def test_a_declined_reward_is_given_only_with_a_note(gym: Business, ana: Client) -> None:
    """4.3: an override says why; without that nothing changes."""
    launch(gym, ambassador=EUR10, hold_days=14)
    activate(bring(ana, "Ben").friend, **WHO)
    reward = Reward.objects.get()
    decline(reward, note="one household", **WHO)
    for empty in ("", "   "):
        with pytest.raises(Refused) as refused:
            approve(Reward.objects.get(), note=empty, **WHO)
        assert (refused.value.code, refused.value.field) == ("note_needed", "note")
    assert (Reward.objects.get().state, balance_of(gym, ana.pk, now=NOON).available) == ("declined", 0)
    assert approve(Reward.objects.get(), note="they are neighbours", **WHO)
    given = Reward.objects.get()
    assert (given.state, given.note) == ("granted", "they are neighbours")


def test_the_page_says_what_an_override_passes_over(gym: Business, house: House, ana: Client, client: Browser) -> None:
    """Before anybody presses: the verification period, and conditions that are not met."""
    launch(gym, ambassador=EUR10, hold_days=14, conditions=[{"kind": "orders", "at_least": 2}])
    referral = bring(ana, "Ben")
    decline(Reward.objects.get(), note="no", **WHO)
    client.force_login(house.owner)
    address = reverse("b:recommendation", args=[gym.slug, referral.public_id])
    said = client.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert "the verification period of 14 days is passed over" in said or "14 días" in said
    assert "conditions are not met yet" in said or "condiciones" in said


@pytest.mark.parametrize(
    ("spent", "kept", "staff", "reader"),
    [
        (0, 0, "€10.00 of balance was taken back from Ana López on Mar 10, 2026", "was taken back on Mar 10, 2026"),
        (700, 700, "€3.00 of €10.00 of balance was taken back", "the €7.00 that you had used stay yours"),
        (1000, 1000, "Nothing of €10.00 of balance could be taken back", "you had used it already, so it stays yours"),
    ],
)
def test_what_was_used_is_not_said_to_be_taken_back(
    gym: Business, ana: Client, bono: Product, spent: int, kept: int, staff: str, reader: str
) -> None:
    """CASES 59: client and staff read how much went and how much stays."""
    launch(gym, ambassador=EUR10)
    order = sell(bring(ana, "Ben").friend, bono)
    if spent:
        redeem(gym, ana.pk, spent, key="spent", **WHO)
    refund(order, **WHO)
    reward = Reward.objects.select_related("client", "business").get()
    assert (reward.state, reward.unrecovered) == ("revoked", kept)
    assert staff in tell_reward(reward, to="staff").sentence
    assert reader in tell_reward(reward, to="client").sentence
