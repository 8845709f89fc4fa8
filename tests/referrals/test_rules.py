"""Conditions, percentages, limits, deadlines and clawbacks (issue "Rewards worth talking about", CASES)."""

from datetime import datetime

import pytest
from django.utils import translation

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.ledger.commands import adjust, earn, redeem
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.automation.reactions import end_holds
from plusone.referrals.commands import close_overdue
from plusone.referrals.conditions import still_missing
from plusone.referrals.inviting import for_friend
from plusone.referrals.models import Referral
from plusone.referrals.offers import read_offer
from plusone.referrals.sentences import for_ambassador, for_owner, texts
from plusone.rewards.models import Reward
from plusone.store.commands import refund
from plusone.store.models import Product
from world import EUR15, NOON, add_client, bring, later, launch, sell

WHO = {"actor": "user:1", "now": NOON}
TEN_PERCENT = {"kind": "balance", "percent": 10}


def available(client: Client, *, now: datetime = NOON) -> int:
    return balance_of(client.business, client.pk, now=now).available


def reward_of(referral: Referral) -> tuple[str, str, int | None]:
    reward = Reward.objects.get(source_id=referral.pk, side="ambassador")
    return reward.state, reward.reason, reward.amount


def small(gym: Business, price: int) -> Product:
    from world import make_product

    return make_product(gym, f"Thing for {price}", price)


def test_spending_in_parts_qualifies_at_the_amount(gym: Business, ana: Client) -> None:
    """CASES 36: 500 leaves it pending with "500 more", another 500 qualifies; a refund takes the ground away again."""
    launch(gym, conditions=[{"kind": "spend", "at_least": 1000}])
    referral = bring(ana, "Ben")
    half = small(gym, 500)
    sell(referral.friend, half)
    referral.refresh_from_db()
    assert (reward_of(referral)[0], available(ana)) == ("promised", 0)
    assert still_missing(Referral.objects.select_related("business", "friend", "terms").get(), now=NOON) == [
        "€5.00 more to spend."
    ]
    second = sell(referral.friend, half)
    assert (reward_of(referral)[0], available(ana)) == ("granted", 1500)
    refund(second, **WHO)
    assert (reward_of(referral)[:2], available(ana)) == (("revoked", "refunded"), 0)


def test_two_orders_are_two_orders_and_free_ones_do_not_count(gym: Business, ana: Client) -> None:
    """CASES 38, CONTRACT `orders`: an order without money never counts."""
    launch(gym, conditions=[{"kind": "activated"}, {"kind": "orders", "at_least": 2}])
    ben = bring(ana, "Ben").friend
    sell(ben, small(gym, 500))
    sell(ben, small(gym, 0))
    assert available(ana) == 0
    sell(ben, small(gym, 500))
    assert available(ana) == 1500


@pytest.mark.parametrize(
    ("percent", "price", "earned"), [(10, 1500, 150), (10, 15, 2), (2.9, 500, 15), (12.5, 1000, 125), (20, 2, 0)]
)
def test_percentages_round_half_up(gym: Business, ana: Client, percent: float, price: int, earned: int) -> None:
    """CASES 41: 10 % of 15 is 2, 20 % of 2 is nothing and lapses."""
    launch(gym, ambassador={"kind": "balance", "percent": percent})
    referral = bring(ana, "Ben")
    sell(referral.friend, small(gym, price))
    assert available(ana) == earned
    assert reward_of(referral)[0] == ("granted" if earned else "lapsed")


def test_percentage_without_a_purchase_waits(gym: Business, ana: Client) -> None:
    """CASES 42: activated by hand there is nothing to take a percentage of, until the first order with money."""
    launch(gym, ambassador=TEN_PERCENT)
    referral = bring(ana, "Ben")
    activate(referral.friend, **WHO)
    assert reward_of(referral) == ("promised", "", None)
    sell(referral.friend, small(gym, 3000))
    sell(referral.friend, small(gym, 9000))
    assert (reward_of(referral), available(ana)) == (("granted", "", 300), 300)


def test_a_percentage_counts_money_alone(gym: Business, ana: Client) -> None:
    """CONTRACT: of 50, 20 are balance, so a tenth is 3; of a half that goes back, 15 were money."""
    launch(gym, ambassador=TEN_PERCENT)
    referral = bring(ana, "Ben")
    earn(gym, referral.friend_id, 2000, key="gift", **WHO)
    order = sell(referral.friend, small(gym, 5000), use_balance=True)
    assert (reward_of(referral), available(ana)) == (("granted", "", 300), 300)
    refund(order, 2500, **WHO)
    assert (reward_of(referral), available(ana)) == (("granted", "refunded", 150), 150)


def test_percentage_shrinks_with_a_refund_in_the_hold_and_after_it(gym: Business, ana: Client) -> None:
    """CONTRACT, States: a percentage shrinks in proportion; where nothing is left it is revoked."""
    launch(gym, ambassador=TEN_PERCENT, hold_days=14)
    referral = bring(ana, "Ben")
    order = sell(referral.friend, small(gym, 10_000))
    refund(order, 4000, **WHO)
    assert reward_of(referral) == ("on_hold", "hold", 600)
    end_holds(later(15))
    assert available(ana, now=later(15)) == 600
    refund(order, 3000, actor="user:1", now=later(20))
    assert (reward_of(referral), available(ana, now=later(20))) == (("granted", "refunded", 300), 300)
    refund(order, actor="user:1", now=later(21))
    assert (reward_of(referral)[:2], available(ana, now=later(21))) == (("revoked", "refunded"), 0)
    assert faults(gym) == []


@pytest.mark.parametrize("percent", [0, -1, 100.5, 10.123, True, "10", float("nan")])
def test_percentages_are_read_strictly(gym: Business, percent: object) -> None:
    with pytest.raises(Invalid):
        read_offer(gym, {"ambassador_reward": {"kind": "balance", "percent": percent}})


@pytest.mark.parametrize(("day", "state"), [(90, ("closed", "completed")), (91, ("closed", "not_converted"))])
def test_ninety_days_to_become_a_client(gym: Business, ana: Client, day: int, state: tuple[str, str]) -> None:
    """CASES 39: on day 90 it counts, on day 91 not."""
    launch(gym, qualification_days=90)
    referral = bring(ana, "Ben")
    activate(referral.friend, actor="user:1", now=later(day))
    referral.refresh_from_db()
    assert (referral.state, referral.reason) == state
    assert available(ana, now=later(day)) == (1500 if day == 90 else 0)


def test_the_time_is_over_at_its_last_midnight(gym: Business, ana: Client) -> None:
    """CASES 39: at 00:00 of the next day it is too late, for who comes and for the worker alike."""
    launch(gym, qualification_days=90)
    late, never = bring(ana, "Ben"), bring(ana, "Eva")
    assert late.deadline_at is not None
    activate(late.friend, actor="user:1", now=late.deadline_at)
    assert close_overdue(late.deadline_at) == 1
    for referral in (late, never):
        referral.refresh_from_db()
        assert referral.reason == "not_converted"
    assert available(ana, now=later(100)) == 0


def test_sweep_closes_what_is_late_and_leaves_what_is_on_hold(gym: Business, ana: Client) -> None:
    """CASES 39: promised rewards lapse with the reason `deadline`; one that waits out its hold is earned."""
    launch(gym, qualification_days=10, hold_days=30)
    ben, dan = bring(ana, "Ben"), bring(ana, "Dan")
    activate(ben.friend, actor="user:1", now=later(10))
    assert close_overdue(later(11)) == 1
    assert close_overdue(later(11)) == 0
    assert (reward_of(ben)[0], reward_of(dan)[:2]) == ("on_hold", ("lapsed", "deadline"))


def test_caps_count_and_clamp(gym: Business, ana: Client) -> None:
    """CONTRACT `caps`: the last reward under an amount is clamped, the next is capped for good."""
    launch(gym, caps={"amount_per_month": 4000, "rewards_total": 4})
    states = []
    for name in ("Ben", "Dan", "Eva", "Fay"):
        referral = bring(ana, name)
        activate(referral.friend, **WHO)
        states.append(reward_of(referral))
    assert states == [
        ("granted", "", 1500),
        ("granted", "", 1500),
        ("granted", "", 1000),
        ("capped", "cap_amount", 1500),
    ]
    april = later(30)
    for name, expected in (("Gus", ("granted", "", 1500)), ("Hal", ("capped", "cap_count", 1500))):
        referral = bring(ana, name, now=april)
        activate(referral.friend, actor="user:1", now=april)
        assert reward_of(referral) == expected
    assert available(ana, now=april) == 5500


def test_budget_is_shared_by_both_sides_and_all_ambassadors(gym: Business, ana: Client, carla: Client) -> None:
    """CONTRACT `budget`: all money rewards of the campaign."""
    launch(gym, friend={"kind": "balance", "amount": 1000}, budget=3000)
    activate(bring(ana, "Ben").friend, **WHO)
    dan = bring(carla, "Dan")
    activate(dan.friend, **WHO)
    assert (available(ana), available(dan.friend), available(carla)) == (1500, 500, 0)
    assert reward_of(dan)[:2] == ("capped", "budget")


def test_only_pending_leaves_a_granted_reward(gym: Business, ana: Client, bono: Product) -> None:
    launch(gym, clawback="only_pending")
    refund(sell(bring(ana, "Ben").friend, bono), **WHO)
    assert available(ana) == 1500


def test_only_pending_leaves_a_granted_percentage(gym: Business, ana: Client) -> None:
    """CONTRACT: a refund makes it smaller while it is verified, and neither smaller nor nothing once it was given."""
    launch(gym, ambassador=TEN_PERCENT, hold_days=14, clawback="only_pending")
    referral = bring(ana, "Ben")
    order = sell(referral.friend, small(gym, 10_000))
    refund(order, 4000, **WHO)
    end_holds(later(15))
    for amount in (3000, None):
        refund(order, amount, actor="user:1", now=later(20))
        assert (reward_of(referral), available(ana, now=later(20))) == (("granted", "", 600), 600)


def test_allow_negative_makes_a_debt_that_the_next_earning_pays(gym: Business, ana: Client, bono: Product) -> None:
    """CONTRACT `allow_negative`: the shortfall is owed, `revoked` counts what was taken."""
    launch(gym, clawback="allow_negative")
    order = sell(bring(ana, "Ben").friend, bono)
    redeem(gym, ana.pk, 1200, key="spent", **WHO)
    refund(order, **WHO)
    balance = balance_of(gym, ana.pk, now=NOON)
    assert (balance.available, balance.revoked, balance.owed) == (0, 300, 1200)
    earn(gym, ana.pk, 1000, key="next", **WHO)
    assert (available(ana), balance_of(gym, ana.pk, now=NOON).owed) == (0, 200)
    earn(gym, ana.pk, 1000, key="last", **WHO)
    balance = balance_of(gym, ana.pk, now=NOON)
    assert (balance.available, balance.owed, balance.revoked) == (800, 0, 1500)
    assert faults(gym) == []


def test_more_by_hand_pays_a_debt_too(gym: Business, ana: Client, bono: Product) -> None:
    """CONTRACT: `earned` includes adjustments, and nobody has balance to spend beside a debt."""
    launch(gym, clawback="allow_negative")
    order = sell(bring(ana, "Ben").friend, bono)
    redeem(gym, ana.pk, 1200, key="spent", **WHO)
    refund(order, **WHO)
    adjust(gym, ana.pk, 1000, key="bonus", reason="A bonus", **WHO)
    balance = balance_of(gym, ana.pk, now=NOON)
    assert (balance.available, balance.owed, balance.earned, balance.revoked) == (0, 200, 2500, 1300)
    assert faults(gym) == []


def test_terms_say_what_is_enforced(gym: Business) -> None:
    """CASES 88, R-114: amount, conditions, time and limits stand in the sentences."""
    offer = read_offer(
        gym,
        {
            "ambassador_reward": TEN_PERCENT,
            "conditions": [{"kind": "activated"}, {"kind": "spend", "at_least": 5000}],
            "qualification_days": 60,
            "caps": {"rewards_per_month": 3},
        },
    )
    assert for_owner(gym, offer) == (
        "When your client recommends a friend and the friend becomes an active client and has spent €50.00, your "
        "client receives 10% of the first purchase as balance. The friend gets nothing for registering."
    )
    told = " ".join(for_ambassador(gym, offer))
    assert "60 days" in told
    assert "At most 3 rewards a month." in told


def told_in(language: str, gym: Business, **sent: object) -> str:
    with translation.override(language):
        return texts(gym, read_offer(gym, {"qualification_days": 0, **sent}))[language]


def test_where_one_side_gets_nothing_the_sentence_is_another(gym: Business) -> None:
    """R-141: no language has to take “nothing” for a thing that is received."""
    none = {
        "en": "The friend gets nothing for registering.",
        "es": "El amigo no recibe nada por registrarse.",
        "fr": "L’ami ne reçoit rien pour son inscription.",
    }
    thanked = {
        "en": "your client is thanked, without a reward for it.",
        "es": "tu cliente recibe las gracias, sin recompensa por ello.",
        "fr": "votre client est remercié, sans récompense pour cela.",
    }
    for language in none:
        assert told_in(language, gym, ambassador_reward=EUR15).endswith(none[language])
        assert told_in(language, gym, friend_reward=EUR15).endswith(thanked[language])
        assert "(" not in told_in(language, gym, friend_reward=EUR15, ambassador_reward=EUR15)
    sets = told_in("es", gym, ambassador_reward=EUR15, every=3)
    assert sets.endswith("Los amigos no reciben nada por registrarse.")


def test_an_end_stands_with_what_ends(gym: Business) -> None:
    """CASES 88: whichever sentence it stands in, in each language."""
    gift = {**EUR15, "expires_days": 180}
    with translation.override("en"):
        first = for_friend(gym, read_offer(gym, {"friend_reward": gift}))[0]
    assert first == "You receive €15.00 of balance (to use within 180 days) at Studio Vela as soon as you register."
    one_day = told_in("es", gym, ambassador_reward={**EUR15, "expires_days": 1})
    assert "tu cliente recibe 15,00 € de saldo (para usar en 1 día)." in one_day.replace("\xa0", " ")


def test_unknown_limits_and_options_are_refused(gym: Business) -> None:
    for sent in (
        {"caps": {"rewards_total": 0}},
        {"caps": []},
        {"budget": -5},
        {"clawback": "everything"},
        {"every": 0},
        {"conditions": [{"kind": "spend"}]},
    ):
        with pytest.raises(Invalid):
            read_offer(gym, sent)


def test_friends_of_another_business_do_not_count(gym: Business, ana: Client, salon: Business) -> None:
    """Tenants: the same friend in another business spends there, and nothing happens here."""
    launch(gym, conditions=[{"kind": "spend", "at_least": 1000}])
    bring(ana, "Ben")
    there = add_client(salon, "Ben", email="ben@friends.example")
    sell(there, small(salon, 5000))
    assert available(ana) == 0
