"""A friend who counts for a set of friends says so, to staff and to the ambassador (R-285, R-290)."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.referrals.commands import reject_referral
from plusone.referrals.models import Referral
from plusone.referrals.progress import friends_of
from plusone.store.commands import refund
from plusone.store.models import Product
from world import NOON, bring, launch, sell

from .pages import text_of

pytestmark = pytest.mark.django_db


def read(olga: Browser, gym: Business, referral: Referral) -> str:
    return text_of(olga.get(reverse("b:recommendation", args=[gym.slug, referral.public_id])))


def test_why_there_is_no_reward_for_one_of_two_friends(
    gym: Business, ana: Client, bono: Product, olga: Browser
) -> None:
    """R-290: the page of a recommendation never says that nothing was promised where a set is being filled."""
    launch(gym, every=2)
    ben, eva = bring(ana, "Ben"), bring(ana, "Eva")
    sell(ben.friend, bono)
    page = read(olga, gym, ben)
    assert "Ana López receives €15.00 of balance for every 2 friends: 1 of 2 are there, Ben among them." in page
    assert "The reward comes with the friend who makes the set full." in page
    assert "No reward was promised" not in page
    assert "nothing is left to settle" not in page
    second, first = friends_of(ana, most=9, now=NOON).shown
    assert first.sentence.endswith(
        "You receive €15.00 of balance for every 2 friends: 1 of 2 are there, Ben among them."
    )
    assert second.sentence.endswith("1 of 2 are there, Eva not yet.")
    sell(eva.friend, bono)
    page = read(olga, gym, eva)
    assert "2 of 2 are there, Eva among them." in page
    assert "Ana López received €15.00 of balance on" in page


def test_a_friend_of_a_broken_set_still_counts(gym: Business, ana: Client, bono: Product) -> None:
    """R-285, R-290: the reward stood with Eva and went with Ben's money; Eva herself is not “not eligible” for that."""
    launch(gym, every=2)
    ben, eva = bring(ana, "Ben"), bring(ana, "Eva")
    order = sell(ben.friend, bono)
    sell(eva.friend, bono)
    refund(order, None, actor="user:1", now=NOON)
    second, first = friends_of(ana, most=9, now=NOON).shown
    assert (second.name, second.state) == ("Eva", "active")
    assert second.sentence == (
        "A client since Mar 10, 2026. €15.00 of balance was taken back on Mar 10, 2026, because the purchase behind it "
        "was refunded. You receive €15.00 of balance for every 2 friends: 1 of 2 are there, Eva among them."
    )
    assert first.sentence.endswith("1 of 2 are there, Ben not yet.")


def test_a_rejected_friend_of_a_set_counts_no_more(gym: Business, ana: Client, olga: Browser) -> None:
    """R-282: then nothing is said of a set."""
    launch(gym, every=2)
    ben = bring(ana, "Ben")
    assert "0 of 2 are there, Ben not yet." in read(olga, gym, ben)
    reject_referral(ben, actor="user:1", now=NOON)
    assert "of 2 are there" not in read(olga, gym, ben)
