"""The ranking and each ambassador's history (R-005, R-061..R-066, Q-03)."""

from datetime import date

import world
from insights.story import NOW, Story, at
from plusone.clients.commands.merging import merge_clients
from plusone.insights.queries import ORDERS, ambassadors, history_of, impact, indicators, indicators_total
from plusone.insights.scope import Scope
from plusone.kernel.models import Business
from plusone.ledger import commands as ledger
from plusone.ledger.queries import balance_of, endings_of, faults
from plusone.rewards.commands import revoke
from plusone.rewards.models import Reward
from plusone.store.commands import refund


def test_ranking(story: Story) -> None:
    """R-062..R-065: total leads, total active, total rewards, total redeemed; rejected referrals do not count."""
    first, second = ambassadors(story.business, now=NOW)
    assert first.client == story.ana
    assert (first.total_leads, first.total_active, first.total_rewards, first.total_redeemed) == (4, 2, 3000, 500)
    assert (first.expired, first.revoked, first.balance, first.income) == (0, 0, 2500, 7000)
    assert second.client == story.bea
    assert (second.total_leads, second.total_active, second.total_rewards, second.total_redeemed) == (2, 1, 1500, 0)
    assert (second.expired, second.revoked, second.balance, second.income) == (0, 1500, 0, 0)


def test_ranking_in_a_time(story: Story) -> None:
    """Leads by registration, active by activation, rewards by posting (R-133)."""
    april = {"since": date(2026, 4, 1), "until": date(2026, 4, 30)}
    bea, ana = ambassadors(story.business, now=NOW, **april)  # type: ignore[arg-type]
    assert (bea.total_leads, bea.total_active, bea.total_rewards, bea.income) == (1, 1, 1500, 4500)
    assert (ana.total_leads, ana.total_active, ana.total_rewards, ana.total_redeemed) == (0, 0, 0, 500)


def test_orders_and_search(story: Story) -> None:
    """R-039: the order can be chosen, and one found."""
    for _number in range(3):
        world.bring(story.bea, f"Lead{_number}", now=at("06-02 10:00"))

    def names(**more: object) -> list[str]:
        return [one.client.first_name for one in ambassadors(story.business, now=NOW, **more)]  # type: ignore[arg-type]

    assert names() == ["Ana", "Bea"]
    assert names(order="leads") == ["Bea", "Ana"]
    assert {order: names(order=order)[0] for order in ORDERS} == {
        "active": "Ana", "leads": "Bea", "rewards": "Ana", "redeemed": "Ana", "income": "Ana",
    }  # fmt: skip
    assert names(search="ruíz") == ["Bea"]
    assert names(most=1) == ["Ana"]
    assert names(search="ben") == []


def test_rewards_used_expired_and_taken_leave_the_balance(gym: Business) -> None:
    """R-065: Rewards − Redeemed − Expired − Revoked = balance from referrals, whatever else is there."""
    world.launch(gym, ambassador={"kind": "balance", "amount": 1500, "expires_days": 60}, friend=world.EUR10)
    ana = world.add_client(gym, "Ana", "López")
    product = world.make_product(gym)
    ledger.adjust(gym, ana.pk, 400, key="bonus", reason="birthday", actor="user:1", now=world.later(1))
    friends = [
        world.bring(ana, name, now=world.later(day)).friend for day, name in enumerate(("Ben", "Cleo", "Dan"), 1)
    ]
    orders = [world.sell(friend, product, now=world.later(day)) for day, friend in enumerate(friends, 5)]  # 3 × 15
    own = world.sell(ana, product, use_balance=2000, now=world.later(20))  # 20 of the oldest two rewards
    refund(own, 2500, actor="user:1", now=world.later(21))  # 10 back
    refund(orders[2], None, actor="user:1", now=world.later(22))  # the third reward is taken back
    ledger.adjust(gym, ana.pk, -300, key="mistake", reason="counted twice", actor="user:1", now=world.later(23))

    def check(now: object) -> tuple[int, ...]:
        (one,) = ambassadors(gym, now=now)  # type: ignore[arg-type]
        history = history_of(ana, now=now)  # type: ignore[arg-type]
        assert history.standing.balance == one.balance == sum(lead.left for lead in history.leads)
        assert (history.movements[0].running if history.movements else 0) == one.balance
        told = history.standing
        assert (told.total_rewards, told.total_redeemed, told.expired, told.revoked) == (
            one.total_rewards, one.total_redeemed, one.expired, one.revoked,
        )  # fmt: skip
        return one.total_rewards, one.total_redeemed, one.expired, one.revoked, one.balance

    assert check(world.later(24)) == (4500, 1000, 0, 1500 + 300, 1700)
    assert balance_of(gym, ana.pk, now=world.later(24)).available == 1700 + 400  # the bonus stands beside it
    # Both rewards left expire after 60 days, before and after the books say so.
    late = world.later(90)
    assert check(late) == (4500, 1000, 1700, 1800, 0)
    ledger.expire_due(late)
    assert check(late) == (4500, 1000, 1700, 1800, 0)
    # What a refund gives back of expired balance comes from the rewards, too.
    refund(own, None, actor="user:1", now=late)
    assert check(late) == (4500, 0, 1700, 1800, 1000)
    assert check(world.later(130))[2:] == (2700, 1800, 0)


def test_a_debt_is_taken_back_when_it_is_paid(gym: Business) -> None:
    """CONTRACT `allow_negative`: what was spent already is owed; paying it counts as revoked, in M-7 too (R-065)."""
    world.launch(gym, clawback="allow_negative")
    ana, product = world.add_client(gym, "Ana", "López"), world.make_product(gym)
    first = world.sell(world.bring(ana, "Ben").friend, product)
    world.sell(ana, product, use_balance=1000)
    refund(first, None, actor="user:1", now=world.later(1))
    (one,) = ambassadors(gym, now=world.later(1))
    assert (one.total_rewards, one.total_redeemed, one.revoked, one.balance) == (1500, 1000, 500, 0)
    assert impact(gym, now=world.later(1)).rewards_issued == 1000
    world.sell(world.bring(ana, "Cleo", now=world.later(2)).friend, product, now=world.later(2))
    (one,) = ambassadors(gym, now=world.later(2))
    assert (one.total_rewards, one.total_redeemed, one.revoked, one.balance) == (3000, 1000, 1500, 500)
    assert balance_of(gym, ana.pk, now=world.later(2)).available == 500
    assert impact(gym, now=world.later(2)).rewards_issued == 1500


def test_history_for_each_lead(story: Story) -> None:
    """R-066: earnings and movements of rewards for each lead, each citing lead or order."""
    history = history_of(story.ana, now=NOW)
    assert [lead.referral.friend.first_name for lead in history.leads] == ["Ina", "Eva", "", "Ben"]
    ben = history.leads[-1]
    assert (ben.earned, ben.left) == (1500, 1000)
    assert [(one.kind, one.amount, one.order and one.order.number) for one in ben.movements] == [
        ("earn", 1500, None),
        ("redeem", -1000, story.orders["ana"].number),
        ("reversal", 500, story.orders["ana"].number),
    ]
    assert [one.running for one in history.movements] == [2500, 2000, 3000, 1500]
    assert (history.standing.total_leads, history.standing.total_active) == (4, 2)


def test_key_indicators(story: Story) -> None:
    """R-038: new client, date, status, referrer, income, reward."""
    rows = indicators(Scope(story.business, NOW))
    assert [(row.friend.first_name, row.ambassador.first_name, row.income, row.reward) for row in rows] == [
        ("Ina", "Ana", 0, 0),
        ("Hal", "Bea", 0, 0),
        ("Fay", "Bea", 0, 0),
        ("Eva", "Ana", 7000, 1500),
        ("", "Ana", 0, 0),
        ("Ben", "Ana", 0, 1500),
    ]
    assert indicators_total(Scope(story.business, NOW)) == (6, 7000, 3000)
    march = Scope(story.business, NOW, date(2026, 3, 1), date(2026, 3, 31))
    assert [row.friend.first_name for row in indicators(march)] == ["Eva"]


def test_queries_do_not_grow(story: Story, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    """Two ambassadors and five cost the same."""
    with django_assert_num_queries(5):
        assert len(ambassadors(story.business, now=NOW)) == 2
    with django_assert_num_queries(5):
        history_of(story.ana, now=NOW)
    for name in ("Kim", "Lou", "Max"):
        one = world.add_client(story.business, name, now=at("05-01 10:00"))
        friend = world.bring(one, f"{name}2", now=at("06-03 10:00")).friend
        world.sell(friend, story.product, now=at("06-04 10:00"))
        world.bring(story.ana, f"{name}3", now=at("06-05 10:00"))
    with django_assert_num_queries(5):
        assert len(ambassadors(story.business, now=NOW)) == 5
    with django_assert_num_queries(5):
        history_of(story.ana, now=NOW)
    with django_assert_num_queries(1):
        indicators(Scope(story.business, NOW))


def test_another_business_sees_nobody(story: Story) -> None:
    assert ambassadors(world.open_salon().business, now=NOW) == []


def test_two_records_that_became_one_are_one_ambassador(story: Story) -> None:
    """CASES 21, R-064..R-066: what Ana's first record earned and used is hers, merged twice over; no shadow of it is
    ranked, nothing looks expired, and each movement stands with its friend."""
    business, who = story.business, {"actor": "user:1", "now": NOW}
    [before, *_others] = ambassadors(business, now=NOW)
    kept = world.add_client(business, "Ana María", "Gil", email="am@clients.example", now=NOW)
    last = world.add_client(business, "Ana M.", "Gil", email="a.m@clients.example", now=NOW)
    merge_clients(kept, story.ana, actor="user:1", now=NOW)
    merge_clients(last, kept, actor="user:1", now=NOW)
    ledger.redeem(business, last.pk, 700, key="after", **who)  # type: ignore[arg-type]  # a text and a time
    first, *others = ambassadors(business, now=NOW)
    assert [one.client for one in others] == [story.bea]
    assert (first.client, first.total_leads, first.total_active) == (last, before.total_leads, before.total_active)
    assert (first.total_rewards, first.total_redeemed, first.expired, first.revoked) == (3000, 1200, 0, 0)
    assert first.balance == 1800
    last.refresh_from_db()
    history = history_of(last, now=NOW)
    assert history.standing.balance == history.movements[0].running == sum(lead.left for lead in history.leads) == 1800


def test_what_a_merged_record_earned_is_taken_back_from_what_it_earned(story: Story) -> None:
    """A reward that goes after a merge takes its own balance, and not that which ends first."""
    business, who = story.business, {"actor": "user:1", "now": NOW}
    kept = world.add_client(business, "Ana María", "Gil", email="am@clients.example", now=NOW)
    ledger.earn(business, kept.pk, 900, key="own", expires_at=at("06-29 10:00"), **who)  # type: ignore[arg-type]  # see above
    merge_clients(kept, story.ana, actor="user:1", now=NOW)
    reward = Reward.objects.select_related("business", "client").filter(client=kept, state="granted").latest("pk")
    assert revoke(reward, reason="refunded", actor="user:1", now=NOW)
    assert sum(amount for _day, amount in endings_of(business, kept.pk, now=NOW)) == 900
    assert faults(business) == []
