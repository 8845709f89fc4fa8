"""Doubt that comes later: after a change of one of the two, by a name, by what was paid with (R-289, CASES 22, 25)."""

from typing import Any

import pytest
from django.utils import translation

from plusone.clients.commands import activate, edit_client
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import decide_case, register_friend, trust_ambassador
from plusone.referrals.doubt import signs
from plusone.referrals.models import DoubtCase, DoubtSign, Referral
from plusone.rewards.models import Reward
from plusone.store.commands import pay, place_order
from plusone.store.models import Product
from world import NOON, add_client, bring, later, launch

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def register(ambassador: Client, first: str, last: str, email: str, *, source: str = "link") -> Referral:
    return register_friend(
        ambassador.business, ambassador, first_name=first, last_name=last, email=email, source=source, actor="public",
        now=NOON,
    ).referral  # fmt: skip


def available(client: Client) -> int:
    return balance_of(client.business, client.pk, now=NOON).available


def evidence(referral: Referral) -> list[str]:
    with translation.override("en"):
        found = DoubtSign.objects.filter(referral=referral).order_by("pk")
        return [signs[row.name]().says(referral, row.detail) for row in found]


def buy(client: Client, product: Product, reference: str, *, method: str = "terminal") -> None:
    order = place_order(client.business, client, [(product, 1)], **WHO)
    pay(order, method=method, reference=reference, **WHO)


def test_a_changed_address_that_is_the_ambassadors_holds_the_reward(gym: Business, ana: Client) -> None:
    """CASES 22: what would be refused at the registration is noticed when the friend's details become the same."""
    ana = edit_client(ana, phone="+34600111222", **WHO)
    launch(gym)
    ben = bring(ana, "Ben")
    edit_client(ben.friend, phone="600 11 12 22", **WHO)
    ben.refresh_from_db()
    assert (ben.flagged, ben.flags) == (True, ["same_person"])
    assert evidence(ben) == ["Ben and Ana López have the same phone since one of them was changed."]
    activate(ben.friend, **WHO)
    assert (Reward.objects.get().state, available(ana)) == ("awaiting_approval", 0)
    decide_case(DoubtCase.objects.get(), approve=True, **WHO)
    assert available(ana) == 1500
    edit_client(ben.friend, first_name="Benito", **WHO)
    assert DoubtCase.objects.count() == 1, "decided once"


def test_a_change_of_the_ambassador_is_looked_at_too(gym: Business, ana: Client) -> None:
    """Both of the open recommendations become one case; what is complete is left alone."""
    launch(gym)
    old = bring(ana, "Old")
    activate(old.friend, **WHO)
    ben, eva = bring(ana, "Ben", email="ben@friends.example"), bring(ana, "Eva", email="ben.uno@friends.example")
    edit_client(ana, email="ben.uno2@mail.example", **WHO)
    assert dict(Referral.objects.values_list("friend__first_name", "flags")) == {
        "Old": [], "Ben": [], "Eva": ["like_ambassador"]
    }  # fmt: skip
    edit_client(ben.friend, email="ben@mailinator.com", **WHO)
    assert sorted(DoubtSign.objects.values_list("referral_id", "name")) == [
        (ben.pk, "disposable_email"), (eva.pk, "like_ambassador")
    ]  # fmt: skip
    assert DoubtCase.objects.count() == 1
    assert available(ana) == 1500


def test_what_changes_nothing_of_it_is_no_doubt(gym: Business, ana: Client) -> None:
    launch(gym)
    ben = bring(ana, "Ben")
    edit_client(ben.friend, email="ben@work.example", last_name="Ortiz", language="en", **WHO)
    trust_ambassador(ana, note="", **WHO)
    edit_client(ben.friend, email="ben@mailinator.com", **WHO)  # CASES 79
    assert DoubtSign.objects.count() == 0


@pytest.mark.parametrize(
    ("first", "last", "email", "doubted"),
    [
        ("Marta", "Soler", "marta@soler.example", True),  # the same name, the same company
        ("marta", "Soler", "hello@soler.example", True),
        ("Martha", "Soler", "martha@soler.example", False),  # a sister
        ("Marta", "Soler", "marta.soler2@gmail.com", True),  # the same name, nearly the same address
        ("Marta", "Soler", "flor.azul@gmail.com", False),  # a name alone
        ("Pere", "Soler", "pere@soler.example", False),  # a family
        ("Marta", "", "marta@soler.example", False),
    ],
)
def test_a_name_that_is_in_the_book_already(
    gym: Business, ana: Client, first: str, last: str, email: str, doubted: bool
) -> None:
    """Nearly the same first and last name, with an address of the same domain or nearly the same one."""
    add_client(gym, "Marta", "Soler", email="marta.soler@soler.example")
    launch(gym)
    made = register(ana, first, last, email)
    assert made.flags == (["known_by_name"] if doubted else [])
    if doubted:
        assert evidence(made) == [
            f"{first} {last} looks like Marta Soler (marta.soler@soler.example), who is in your book already."
        ]


def test_the_business_itself_is_not_second_guessed(gym: Business, ana: Client) -> None:
    """What the desk or an API key registers is the business's own act: no likeness is looked for."""
    add_client(gym, "Marta", "Soler", email="marta@soler.example")
    launch(gym)
    assert register(ana, "Marta", "Soler", "m@soler.example", source="api").flags == []


def test_one_card_for_both_holds_the_reward_and_tells_staff(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 25: another account and the same card: the sale goes on, the reward is not given, and staff read why. It is
    noticed with the very purchase that makes the friend a client."""
    buy(ana, bono, "Visa 4242")
    launch(gym)
    ben = bring(ana, "Ben")
    buy(ben.friend, bono, "visa  4242")
    ben.refresh_from_db()
    reward = Reward.objects.get()
    assert (ben.state, ben.flags, reward.state, reward.reason) == (
        "activated", ["same_payment"], "awaiting_approval", "flagged"
    )  # fmt: skip
    assert available(ana) == 0
    assert evidence(ben) == ["Ben and Ana López paid with the same reference, as that of one card or account."]
    decide_case(DoubtCase.objects.get(), approve=False, actor="user:1", now=later(1))
    assert available(ana) == 0


@pytest.mark.parametrize(
    ("hers", "his", "method"),
    [("Visa 4242", "Visa 4243", "terminal"), ("visa", "visa", "terminal"), ("12", "12", "terminal"),
     ("Visa 4242", "Visa 4242", "transfer")],
)  # fmt: skip
def test_other_references_are_no_sign(
    gym: Business, ana: Client, bono: Product, hers: str, his: str, method: str
) -> None:
    """Another number, a word, a counter, or another way of paying says nothing."""
    buy(ana, bono, hers)
    launch(gym)
    ben = bring(ana, "Ben")
    buy(ben.friend, bono, his, method=method)
    assert (Referral.objects.get(pk=ben.pk).flags, available(ana)) == ([], 1500)


def test_a_later_purchase_holds_what_is_still_to_come(gym: Business, ana: Client, bono: Product) -> None:
    """A friend who is a client already pays with the ambassador's card within the verification period."""
    launch(gym, hold_days=14)
    ben = bring(ana, "Ben")
    buy(ben.friend, bono, "")
    buy(ana, bono, "Visa 4242")
    buy(Client.objects.get(pk=ben.friend_id), bono, "Visa 4242")
    assert Referral.objects.get(pk=ben.pk).flagged is True
    assert Reward.objects.get().state == "on_hold"
