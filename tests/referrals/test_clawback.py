"""What a refund takes back, wherever Ana had it at that moment: reserved, spent, or spent and given back to her."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import DateTimeField, Value
from django.utils import translation

from plusone.clients.commands import delete_client
from plusone.clients.models import Client
from plusone.insights.queries import snapshot
from plusone.insights.queries.ambassadors import history_of
from plusone.kernel.models import Business
from plusone.ledger.commands import expire_due, redeem
from plusone.ledger.models import Entry, Transfer
from plusone.ledger.queries import balance_of, faults
from plusone.messaging.models import Message
from plusone.referrals.models import Referral
from plusone.referrals.progress import friends_of
from plusone.referrals.reasons import tell_reward
from plusone.referrals.statements import statement_of
from plusone.rewards.models import Reward, Tally
from plusone.rewards.types import types
from plusone.rules.engine import work
from plusone.store.commands import cancel, create_membership_type, pay, place_order, refund
from plusone.store.models import Order, Product
from world import EUR10, NOON, bring, later, launch, make_product, sell

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
TENTH = {"kind": "balance", "percent": 10}


def stands(client: Client, *, days: int = 0) -> tuple[int, int, int]:
    """What Ana has available, reserved and owes."""
    balance = balance_of(client.business, client.pk, now=later(days))
    return balance.available, balance.held, balance.owed


def reward_of(referral: Referral) -> Reward:
    return Reward.objects.select_related("business", "client").get(source_id=referral.pk)


def of_reward(referral: Referral) -> tuple[str, int | None, int]:
    reward = reward_of(referral)
    return reward.state, reward.amount, reward.unrecovered


def told(referral: Referral, to: str = "staff") -> str:
    return tell_reward(reward_of(referral), to=to).sentence  # type: ignore[arg-type]  # one of two words


def brought(ana: Client, bono: Product) -> tuple[Referral, Order]:
    """Ben, whom Ana recommended, has paid 50.00, so Ana has her reward."""
    referral = bring(ana, "Ben")
    return referral, sell(referral.friend, bono)


@pytest.mark.parametrize("clawback", ["within_balance", "allow_negative"])
def test_an_unpaid_order_shields_nothing_from_a_refund(
    gym: Business, ana: Client, bono: Product, clawback: str
) -> None:
    """4.3, CONTRACT clawback: Ana reserves her 10.00 in an order that she does not pay, Ben is refunded, she calls the
    order off. What was reserved was never spent, so it is taken; and its limit has its room back."""
    launch(gym, ambassador=EUR10, clawback=clawback, caps={"rewards_total": 5, "amount_total": 9000})
    referral, paid = brought(ana, bono)
    waiting = place_order(gym, ana, [(bono, 1)], use_balance=True, **WHO)
    refund(paid, **WHO)
    owed = 1000 if clawback == "allow_negative" else 0
    assert (stands(ana), reward_of(referral).state) == ((0, 1000, owed), "revoked")
    cancel(waiting, **WHO)
    assert (stands(ana), of_reward(referral)) == ((0, 0, 0), ("revoked", 1000, 0))
    assert set(Tally.objects.filter(key__startswith="campaign").values_list("number", "amount")) == {(0, 0)}
    assert faults(gym) == []


@pytest.mark.parametrize("clawback", ["within_balance", "allow_negative"])
def test_what_a_refund_gives_back_of_a_revoked_reward_is_taken(
    gym: Business, ana: Client, bono: Product, clawback: str
) -> None:
    """4.3: Ana has spent her 10.00, Ben is refunded, and then her own order in halves: as much as comes back is taken,
    and what is said of the reward stays true."""
    launch(gym, ambassador=EUR10, clawback=clawback)
    referral, paid = brought(ana, bono)
    own = sell(ana, bono, use_balance=True)
    refund(paid, **WHO)
    within = clawback == "within_balance"
    assert stands(ana) == (0, 0, 0 if within else 1000)
    refund(own, 2500, **WHO)
    assert (stands(ana), reward_of(referral).unrecovered) == ((0, 0, 0 if within else 500), 500 if within else 0)
    if within:
        assert "€5.00 of €10.00 of balance was taken back from Ana López" in told(referral)
    refund(own, **WHO)
    assert (stands(ana), of_reward(referral)) == ((0, 0, 0), ("revoked", 1000, 0))
    assert faults(gym) == []


def test_what_is_ana_s_own_comes_back_to_her(gym: Business, ana: Client, bono: Product) -> None:
    """CONTRACT `only_pending`, Q-07: a reward that stays with its client, and one that nobody refunded, come back whole
    from an order that is called off; so does what she earned after the refund."""
    launch(gym, ambassador=EUR10, clawback="only_pending")
    _referral, paid = brought(ana, bono)
    waiting = place_order(gym, ana, [(bono, 1)], use_balance=True, **WHO)
    refund(paid, **WHO)
    cancel(waiting, **WHO)
    assert stands(ana) == (1000, 0, 0)


def test_only_what_came_back_of_the_reward_is_taken(gym: Business, ana: Client, bono: Product) -> None:
    """4.3: Ana spent the reward that Ben's refund took the ground of. What she earns later and reserves is hers."""
    launch(gym, ambassador=EUR10)
    first, paid = brought(ana, bono)
    sell(ana, bono, use_balance=True)
    refund(paid, **WHO)
    second = bring(ana, "Eva")
    sell(second.friend, bono)
    waiting = place_order(gym, ana, [(bono, 1)], use_balance=True, **WHO)
    cancel(waiting, **WHO)
    assert (stands(ana), of_reward(first)) == ((1000, 0, 0), ("revoked", 1000, 1000))


def test_of_what_comes_back_only_the_missing_part_is_taken(gym: Business, ana: Client, bono: Product) -> None:
    """CONTRACT, States: Ana spent her tenth of 5.00; of Ben's 50.00 40.00 go back, so 4.00 of it are missing. When her
    own order is refunded, 1.00 of what comes back is hers."""
    launch(gym, ambassador=TENTH)
    referral, paid = brought(ana, bono)
    own = sell(ana, bono, use_balance=True)
    refund(paid, 4000, **WHO)
    assert (stands(ana), of_reward(referral)) == ((0, 0, 0), ("granted", 100, 400))
    refund(own, **WHO)
    assert (stands(ana), of_reward(referral), faults(gym)) == ((100, 0, 0), ("granted", 100, 0), [])


def test_what_expired_while_it_was_reserved_is_not_taken_from_elsewhere(
    gym: Business, ana: Client, bono: Product
) -> None:
    """CONTRACT: what a reservation frees after its end expires, and nothing else pays for it."""
    launch(gym, ambassador={**EUR10, "expires_days": 5})
    referral, paid = brought(ana, bono)
    waiting = place_order(gym, ana, [(bono, 1)], use_balance=True, **WHO)
    refund(paid, **WHO)
    second = bring(ana, "Eva", now=later(6))
    sell(second.friend, bono, now=later(6))
    cancel(waiting, actor="user:1", now=later(6))
    expire_due(later(6))
    assert (stands(ana, days=6), of_reward(referral)) == ((1000, 0, 0), ("revoked", 1000, 1000))


def test_a_refund_in_halves_counts_both(gym: Business, ana: Client) -> None:
    """4.3: 10 % of 100.01, 8.00 spent, half of the purchase refunded and then the rest: 10.00 were given, 2.00 taken,
    8.00 are kept. Every sentence on the way says what is the case."""
    launch(gym, ambassador=TENTH)
    referral = bring(ana, "Ben")
    paid = sell(referral.friend, make_product(gym, price=10_001))
    sell(ana, make_product(gym, "Towel", 800), use_balance=800)
    refund(paid, 5000, **WHO)
    assert (of_reward(referral), stands(ana)) == (("granted", 500, 300), (0, 0, 0))
    assert told(referral) == (
        "Ana López received €10.00 of balance; on Mar 10, 2026 a refund of the purchase made it €5.00 of balance: "
        "€2.00 was taken back, €3.00 had been used already and stays."
    )
    refund(paid, **WHO)
    assert (of_reward(referral), stands(ana)) == (("revoked", 500, 800), (0, 0, 0))
    assert told(referral) == (
        "€2.00 of €10.00 of balance was taken back from Ana López on Mar 10, 2026; "
        "€8.00 had been used already and stays."
    )


def test_what_is_taken_back_twice_is_taken_once(gym: Business, ana: Client, bono: Product) -> None:
    """DESIGN 5: the key of what is taken back is the reward's, so that a second try finds it in the books."""
    launch(gym, ambassador=EUR10)
    referral, _order = brought(ana, bono)
    reward = reward_of(referral)
    before, part = stands(ana)[0], {"reason": "refunded", "actor": "user:1", "now": NOON}
    assert [types["balance"]().revoke(reward, 300, **part) for _twice in range(2)] == [300, 300]
    assert (stands(ana)[0], faults(gym)) == (before - 300, [])


def test_a_reward_that_was_all_spent_says_what_its_client_keeps(gym: Business, ana: Client) -> None:
    """R-290: half of the purchase is refunded when nothing of the 10.00 is left: 5.00 of it were not hers to keep."""
    launch(gym, ambassador=TENTH)
    referral = bring(ana, "Ben")
    paid = sell(referral.friend, make_product(gym, price=10_000))
    sell(ana, make_product(gym, "Towel", 1000), use_balance=1000)
    refund(paid, 5000, **WHO)
    assert of_reward(referral) == ("granted", 500, 500)
    assert told(referral, "client").endswith("€0.00 was taken back, the €5.00 that you had used stay yours.")


def test_a_debt_is_said_as_one(gym: Business, ana: Client) -> None:
    """R-290, CONTRACT `allow_negative`: 1.00 of 10.00 could be taken, 9.00 are owed; in halves, and as a whole."""
    launch(gym, ambassador=TENTH, clawback="allow_negative")
    referral = bring(ana, "Ben")
    paid = sell(referral.friend, make_product(gym, price=10_000))
    sell(ana, make_product(gym, "Towel", 900), use_balance=900)
    refund(paid, 5000, **WHO)
    assert "€1.00 was taken back, €4.00 had been used already and goes off what comes next." in told(referral)
    refund(paid, **WHO)
    assert (stands(ana), reward_of(referral).owed) == ((0, 0, 900), 900)
    assert told(referral) == (
        "The ground for €10.00 of balance went on Mar 10, 2026: €1.00 was taken back, "
        "€9.00 had been used already and goes off what comes next."
    )


def test_a_debt_of_all_of_it_names_no_amount_of_nothing(gym: Business, ana: Client) -> None:
    """R-290: nothing could be taken; neither says that 0.00 was."""
    launch(gym, ambassador=TENTH, clawback="allow_negative")
    referral = bring(ana, "Ben")
    paid = sell(referral.friend, make_product(gym, price=10_000))
    sell(ana, make_product(gym, "Towel", 1000), use_balance=1000)
    refund(paid, **WHO)
    said = "The ground for €10.00 of balance went on Mar 10, 2026"
    assert told(referral) == f"{said}: Ana López had used it already, so it goes off what comes next."
    assert told(referral, "client") == f"{said}: you had used it already, so it goes off what comes next."


def test_a_reduced_reward_says_that_it_shrank_and_when(gym: Business, ana: Client) -> None:
    """R-290, R-116: half of the purchase is refunded two days later; the recommendation's page, Ana's own and the API's
    `reason` say so, with the day."""
    launch(gym, ambassador=TENTH)
    referral = bring(ana, "Ben")
    paid = sell(referral.friend, make_product(gym, price=10_000))
    refund(paid, 5000, actor="user:1", now=later(2))
    reward = reward_of(referral)
    assert (reward.state, reward.reason, reward.reduced_at) == ("granted", "refunded", NOON + timedelta(days=2))
    assert told(referral) == (
        "Ana López received €10.00 of balance; on Mar 12, 2026 a refund of the purchase made it €5.00 of balance: "
        "€5.00 was taken back."
    )
    (shown,) = friends_of(ana, most=5, now=later(2)).shown
    assert shown.sentence.endswith("made it €5.00 of balance: €5.00 was taken back.")


def test_what_stands_in_the_movements_is_in_the_business_s_language(gym: Business, ana: Client) -> None:
    """R-290, CASES 88: whoever refunds, in whatever language, the reasons that are kept read as the business writes."""
    launch(gym, ambassador=TENTH, clawback="allow_negative")
    referral = bring(ana, "Ben")
    paid = sell(referral.friend, make_product(gym, price=10_000))
    sell(ana, make_product(gym, "Towel", 900), use_balance=900)
    with translation.override("en"):
        refund(paid, 5000, **WHO)
        refund(paid, **WHO)
        second = bring(ana, "Eva")
        sell(second.friend, make_product(gym, "Mat", 10_000))
        entries = Entry.objects.filter(account__client_id=ana.pk, account__kind="client").order_by("-id")
        lines = statement_of(
            gym,
            entries.select_related("transfer__reverses").annotate(expires_at=Value(None, output_field=DateTimeField())),
        )
        # What pays a debt is no second loss.
        assert [(line.label, line.about, line.amount) for line in lines[:2]] == [
            ("Paid what was owed", "", -900),
            ("Reward", "For recommending Eva", 1000),
        ]
        assert "Paid what was owed" in {one.label for one in history_of(ana, now=NOON).movements}
    reasons = set(Transfer.objects.exclude(reason="").values_list("reason", flat=True))
    with translation.override("es"):
        assert reasons == {str(Reward.Reason.REFUNDED.label), translation.gettext("Paid what was owed")}
    assert not {"The purchase was refunded", "Paid what was owed"} & reasons


def test_nobody_owes_what_a_deleted_client_owed(gym: Business, ana: Client) -> None:
    """CONTRACT `allow_negative`, R-099: Ana had spent the reward that was taken back; deleted, the books expect nothing
    from her any more, and the months before stay as they were."""
    launch(gym, clawback="allow_negative")
    order = sell(bring(ana, "Ben").friend, make_product(gym))
    redeem(gym, ana.pk, 1000, key="spent", **WHO)
    refund(order, **WHO)
    assert snapshot(gym, None, now=NOON).owed == 1000
    delete_client(ana, archive_first=True, actor="user:1", now=later(40))
    assert (snapshot(gym, None, now=later(41)).owed, faults(gym)) == (0, [])
    assert snapshot(gym, NOON.date(), now=later(41)).owed == 1000


def test_a_membership_that_became_balance_and_is_owed_was_taken_back(gym: Business, ana: Client) -> None:
    """R-147, convert: what Ana had spent of it is a debt, so nobody says that it stays hers."""
    month = create_membership_type(gym, name="Mensual", kind="recurring", price=4500, period="month", now=NOON)
    pay(place_order(gym, ana, [(month, 1)], **WHO), method="cash", **WHO)
    gift = {"kind": "membership", "membership_type": month.public_id, "when_running": "convert"}
    launch(gym, ambassador=gift, clawback="allow_negative")
    order = sell(bring(ana, "Ben").friend, make_product(gym))
    redeem(gym, ana.pk, 1000, key="spent", **WHO)
    refund(order, **WHO)
    assert stands(ana) == (0, 0, 1000)
    reward = Reward.objects.select_related("business", "client").get()
    with translation.override("en"):
        said = tell_reward(reward, to="client").sentence
    assert said.startswith("The membership “Mensual” as a present was taken back on Mar 10, 2026")


def test_the_message_says_what_of_a_reward_paid_a_debt(gym: Business, ana: Client, bono: Product) -> None:
    """CONTRACT `allow_negative`: Ana owes 10.00; of the next reward nothing is left to spend, of the one after all."""
    launch(gym, ambassador=EUR10, clawback="allow_negative")
    _referral, paid = brought(ana, bono)
    sell(ana, bono, use_balance=True)
    refund(paid, **WHO)
    for name in ("Eva", "Fay"):
        sell(bring(ana, name).friend, bono)
    work(NOON)
    told = (
        Message.objects.filter(template="reward.granted", client=ana, channel="email")
        .order_by("id")
        .values_list("text", flat=True)
    )
    first, second, third = told
    assert "lo que debías" not in first + third
    assert "Con 10,00\xa0€ de ello se ha saldado lo que debías." in second
    assert "en nuestra tienda" in third
    assert "en nuestra tienda" not in second
