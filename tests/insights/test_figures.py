"""M-1 to M-12 of REQUIREMENTS 1.7 with exact values."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import override_settings

import world
from insights.story import NOW, Story, at
from plusone.clients.commands import activate, archive, delete_client, reactivate
from plusone.clients.models import Client
from plusone.connect.commands import open_business
from plusone.insights.kpis import kpis
from plusone.insights.queries import Activated, Impact, figures, funnel_of, impact, months
from plusone.insights.scope import Scope
from plusone.kernel.models import Business
from plusone.ledger import commands as ledger
from plusone.ledger.queries import balance_of, faults, outstanding
from plusone.referrals.commands import close_overdue
from plusone.referrals.commands.visits import record_visit, roll_up_visits
from plusone.referrals.models import Referral
from plusone.referrals.queries import deleted_leads
from plusone.store.commands import create_membership_type, pay, place_order, refund, renew
from plusone.store.models import Membership


def month(story: Story, first: int, last: int = 0, **more: object) -> Impact:
    """The figures of the calendar months `first` to `last` of 2026."""
    end = date(2026, (last or first) + 1, 1) - timedelta(days=1)
    return impact(story.business, since=date(2026, first, 1), until=end, now=NOW, **more)  # type: ignore[arg-type]


def test_all_time(story: Story) -> None:
    """M-1..M-12 over everything (R-031..R-044); of friends the activating order counts, and later ones (Q-29)."""
    assert impact(story.business, now=NOW) == Impact(
        registered_leads=6,  # Ben, Dora, Eva, Fay, Hal, Ina; not Gus
        open_leads=1,  # Ina
        activated_clients=Activated(total=3, manual=1, purchase=2),
        deleted_leads=1,
        generated_income=10000 + 4500 - 3000 - 4500,
        products_purchased=2,  # Eva's two; Fay's one was wholly refunded; the trial was free
        rewards_issued=1500 + 1500,  # Bea's 15 came and went
        rewards_redeemed=1000 - 500 + 500 - 500,  # Ana's half; Fay's gift came back
        outstanding_balance=outstanding(story.business, now=NOW),
        commissions=0,
        ambassadors=2,
        conversion_rate=Decimal("0.5000"),
        visits=0,
        archived_leads=1,  # Hal
        renewals=0,
    )
    # Ana 30 − 10 + 5; Ben, Dora's gone, Eva, Fay, Hal and Ina 5 each; Gus kept his gift
    assert outstanding(story.business, now=NOW) == 2500 + 6 * 500
    assert faults(story.business) == []


def test_equation_of_leads(story: Story) -> None:
    """M-2 = M-1 − activated − deleted − archived, for all time."""
    found = impact(story.business, now=NOW)
    assert Client.objects.filter(business=story.business, status="archived").count() == found.archived_leads == 1
    gone = found.activated_clients.total + found.deleted_leads + found.archived_leads
    assert found.open_leads == found.registered_leads - gone


def test_who_ran_out_of_time_is_a_lead_as_before(gym: Business, ana: Client) -> None:
    """M-1, M-2, M-4: a friend whose time for the reward is over stays an open lead, and a deleted lead if deleted."""
    world.launch(gym, qualification_days=30)
    late, gone, aside = (world.bring(ana, name).friend for name in ("Ben", "Eva", "Fay"))
    assert close_overdue(world.later(31)) == 3

    def leads(now: datetime, until: date | None = None) -> tuple[int, int, int, int]:
        found = impact(gym, until=until, now=now)
        return found.registered_leads, found.open_leads, found.archived_leads, found.deleted_leads

    assert leads(world.later(31)) == (3, 3, 0, 0)
    archive(aside, actor="user:1", now=world.later(32))
    delete_client(gone, actor="user:1", now=world.later(40))
    assert leads(world.later(40)) == (3, 1, 1, 1)
    assert leads(world.later(60), until=world.later(35).date()) == (3, 2, 1, 0)
    assert deleted_leads(gym) == 1
    assert (late.status, Referral.objects.filter(reason="not_converted").count()) == ("lead", 3)


def test_who_became_a_client_too_late_for_a_reward_was_brought_all_the_same(gym: Business, ana: Client) -> None:
    """M-1 to M-3, M-5, M-12: nothing is due for such a friend, but the recommendation brought a client, and money."""
    world.launch(gym, qualification_days=30)
    told, bought = (world.bring(ana, name).friend for name in ("Ben", "Eva"))
    assert close_overdue(world.later(31)) == 2
    activate(told, actor="user:1", now=world.later(40))
    world.sell(bought, world.make_product(gym), now=world.later(41))
    found = impact(gym, now=world.later(50))
    assert (found.registered_leads, found.open_leads, found.activated_clients) == (2, 0, Activated(2, 1, 1))
    assert (found.conversion_rate, found.generated_income > 0) == (1, True)
    assert set(Referral.objects.filter(business=gym).values_list("state", "reason")) == {("closed", "not_converted")}
    assert (balance_of(gym, ana.pk, now=world.later(50)).available, faults(gym)) == (0, [])


def test_january_ends_at_midnight_in_madrid(story: Story) -> None:
    """Days are the business's: Dora at 23:59 is January's, open leads stand at the end of `to`."""
    found = month(story, 1)
    assert (found.registered_leads, found.open_leads, found.deleted_leads) == (2, 2, 0)
    assert found.activated_clients == Activated(0, 0, 0)
    assert found.conversion_rate == Decimal("0.5000")  # the cohort: Ben became active later
    assert found.outstanding_balance == 1000  # two welcome gifts
    assert (found.rewards_issued, found.ambassadors) == (0, 1)


def test_february(story: Story) -> None:
    found = month(story, 2)
    assert found.registered_leads == 0
    assert found.conversion_rate is None
    assert found.activated_clients == Activated(total=1, manual=1, purchase=0)
    assert (found.deleted_leads, found.open_leads) == (1, 0)
    assert found.rewards_issued == 1500
    assert found.outstanding_balance == 500 + 1500  # what Dora had was given up with her


def test_the_day_the_clocks_go_forward(story: Story) -> None:
    """28 March 23:30 UTC is the 29th in Madrid, a day of 23 hours."""

    def on(day: int) -> Impact:
        return impact(story.business, since=date(2026, 3, day), until=date(2026, 3, day), now=NOW)

    assert (on(28).registered_leads, on(28).generated_income, on(28).open_leads) == (1, 0, 1)
    assert (on(29).registered_leads, on(29).generated_income, on(29).open_leads) == (0, 10000, 0)
    assert (on(29).products_purchased, on(29).rewards_issued) == (2, 1500)
    assert on(30).generated_income == on(30).products_purchased == 0


def test_march_and_april_part_at_local_midnight(story: Story) -> None:
    """31 March 22:30 UTC is the 1st of April in Madrid: a month's end after the change of the clocks."""
    march, april = month(story, 3), month(story, 4)
    assert (march.registered_leads, march.generated_income, march.ambassadors) == (1, 10000, 1)
    assert (april.registered_leads, april.generated_income, april.ambassadors) == (1, 4500, 2)
    assert april.products_purchased == 1  # Fay's pack; neither the trial nor Ana's own pack
    assert april.rewards_issued == 1500  # Bea's
    assert april.rewards_redeemed == 500 + 1000 - 500  # the refund at 23:59 on the 30th is April's


def test_refunds_count_on_their_own_day(story: Story) -> None:
    """M-5, M-6 and M-7 go down in the period of the refund; a part takes no quantity away."""
    may = month(story, 5)
    assert may.generated_income == -3000 - 4500
    assert may.products_purchased == -1
    assert may.rewards_issued == -1500
    assert may.rewards_redeemed == -500
    assert (may.registered_leads, may.conversion_rate) == (1, Decimal("0.0000"))


def test_months_add_up_to_all(story: Story) -> None:
    """What counts over days adds up month by month to the whole."""
    no_sum_over_rows = ("buyers", "visits")
    names = [kpi.name for kpi in kpis if kpi.unit != "ratio" and not kpi.at_end and kpi.name not in no_sum_over_rows]
    scope = Scope(story.business, NOW)
    found = months(scope, names)
    assert [one.first for one in found] == [date(2026, number, 1) for number in range(1, 7)]
    whole = figures(scope, names)
    for name in names:
        assert sum(int(one.figures[name].value or 0) for one in found) == whole[name].value, name


@pytest.mark.parametrize("span", [(None, None), ((2026, 4, 1), (2026, 4, 30)), ((2026, 5, 1), (2026, 5, 31))])
def test_tables_add_up_to_their_numbers(story: Story, span: tuple[tuple[int, int, int] | None, ...]) -> None:
    """The rows behind each number sum to it, in any time and for a campaign (R-031)."""
    since, until = (date(*one) if one else None for one in span)
    for kpi in kpis:
        for campaign in (None, story.campaign):
            scope = Scope(story.business, NOW, since, until, campaign)
            rows = list(kpi().table(scope))
            assert kpi().sum(rows) == kpi().value(scope), kpi.name
            assert kpi().page(scope, 0, 2) == rows[:2]
            assert rows or since or kpi.name in ("commissions", "renewals", "returned_clients", "visits")


def test_renewals_are_no_purchases(gym: Business, ana: Client) -> None:
    """M-6: the first purchase of a membership counts as one; its renewals have a figure of their own, as refunds do."""
    world.launch(gym, now=at("03-10 11:00"))
    ben = world.bring(ana, "Ben", now=at("03-11 10:00")).friend
    monthly = create_membership_type(
        gym, name="Open gym", kind="recurring", price=4500, period="month", now=at("03-10 11:00")
    )
    first = place_order(gym, ben, [(monthly, 1)], actor="user:1", now=at("03-12 10:00"))
    pay(first, method="cash", actor="user:1", now=at("03-12 10:00"))
    bought = Membership.objects.get(order=first)
    orders = [renew(bought, method="cash", actor="user:1", now=at(f"{month}-12 10:00")) for month in ("04", "05")]

    def count(until: date | None = None) -> tuple[int, int, int]:
        found = impact(gym, until=until, now=NOW)
        return found.products_purchased, found.renewals, found.generated_income

    price = monthly.price
    assert count() == (1, 2, 3 * price)
    assert count(date(2026, 4, 30)) == (1, 1, 2 * price)
    scope = Scope(gym, NOW)
    assert [row.cells["at"] for row in kpis["products_purchased"]().table(scope)] == [at("03-12 10:00")]
    assert [row.cells["at"] for row in kpis["renewals"]().table(scope)] == [at("05-12 10:00"), at("04-12 10:00")]
    refund(orders[1], None, actor="user:1", now=at("05-20 10:00"))
    assert count() == (1, 1, 2 * price)


def test_rows_say_who(story: Story) -> None:
    """The table behind Generated income names day, client, order and referrer (R-038)."""
    scope = Scope(story.business, NOW, date(2026, 3, 1), date(2026, 3, 31))
    (row,) = kpis["generated_income"]().table(scope)
    assert row.n == 10000
    assert (row.cells["client"].name, row.cells["ambassador"].name) == ("Eva", "Ana López")
    assert row.cells["order"].name == story.orders["eva"].number
    assert row.cells["at"] == at("03-28 23:30")
    (row,) = kpis["rewards_issued"]().table(scope)
    assert (row.cells["client"].name, row.cells["friend"].name) == ("Ana López", "Eva")


def test_friend_gifts_stand_beside_rewards(story: Story) -> None:
    """M-7: gifts to friends are counted separately."""
    figure = kpis["rewards_issued"]().figure(Scope(story.business, NOW))
    assert figure.value == 3000
    assert figure.more == {"gifts": 7 * 500, "other": 0}


def test_campaign_alone(story: Story) -> None:
    """R-031: per campaign; balance and redemptions are those of the campaign's own rewards."""
    other = world.launch(story.business, ambassador=None, now=at("06-02 10:00"))
    assert impact(story.business, campaign=other, now=NOW).registered_leads == 0
    ledger.adjust(
        story.business, story.bea.pk, 700, key="bonus", reason="thanks", actor="user:1", now=at("06-03 10:00")
    )
    world.sell(story.bea, story.product, use_balance=700, now=at("06-04 10:00"))
    of_campaign = impact(story.business, campaign=story.campaign, now=NOW)
    assert of_campaign.rewards_redeemed == 500
    assert impact(story.business, now=NOW).rewards_redeemed == 500 + 700
    # Dora's gift was given up: all else of the campaign is what is outstanding.
    assert of_campaign.outstanding_balance == impact(story.business, now=NOW).outstanding_balance == 5500


@override_settings(COMMISSION_RATE=Decimal("2.55"))
def test_commission_of_the_operator(story: Story) -> None:
    """M-10: a percentage of the income, each payment half up, given back with refunds."""
    # 100.00 → 2.55; 45.00 → 1.1475 → 1.15; 30.00 → 0.765 → 0.77; 45.00 → 1.15
    assert impact(story.business, now=NOW).commissions == 255 + 115 - 77 - 115
    scope = Scope(story.business, NOW)
    assert sorted(row.n for row in kpis["commissions"]().table(scope)) == [-115, -77, 115, 255]


def test_a_lead_brought_back_was_aside_in_between(story: Story) -> None:
    """M-2 in the past is read from the log, so a later change does not rewrite it."""
    hal = Client.objects.get(business=story.business, first_name="Hal")
    reactivate(hal, actor="user:1", now=at("06-10 10:00"))

    def open_on(day: date | None) -> int:
        found = impact(story.business, until=day, now=NOW)
        closed = found.activated_clients.total + found.deleted_leads
        assert found.open_leads + found.archived_leads == found.registered_leads - closed  # on any day
        return found.open_leads

    assert open_on(date(2026, 5, 19)) == 1
    assert open_on(date(2026, 5, 31)) == 0
    assert open_on(None) == 2
    activate(hal, actor="user:1", now=at("06-11 10:00"))
    assert open_on(date(2026, 6, 10)) == 2
    assert open_on(None) == 1
    archive(hal, actor="user:1", now=at("06-12 10:00"))
    assert impact(story.business, now=NOW).activated_clients.total == 4


def test_balance_reserved_and_expired_is_not_outstanding(gym: Business, ana: Client) -> None:
    """M-9 at the end of a day: without what an open order reserves and what has expired, swept or not."""
    ledger.earn(gym, ana.pk, 2000, key="a", expires_at=at("04-01 00:00"), actor="user:1", now=world.NOON)
    ledger.earn(gym, ana.pk, 700, key="b", actor="user:1", now=world.NOON)
    product = world.make_product(gym)
    order = place_order(gym, ana, [(product, 1)], use_balance=500, actor="user:1", now=at("03-20 10:00"))

    def left(day: int, month: int = 3) -> int:
        return impact(gym, until=date(2026, month, day), now=at("05-01 10:00")).outstanding_balance

    assert (left(9), left(10), left(20), left(31)) == (0, 2700, 2200, 2200)
    assert left(2, 4) == 700  # 15 expired; 5 stay reserved
    ledger.expire_due(at("04-03 10:00"))
    assert (left(20), left(2, 4), left(4, 4)) == (2200, 700, 700)
    assert impact(gym, now=at("05-01 10:00")).outstanding_balance == outstanding(gym, now=at("05-01 10:00")) == 700
    assert order.balance_used == 500


def test_visits_count_before_and_after_the_roll_up(gym: Business, ana: Client) -> None:
    campaign = world.launch(gym)
    for _number in range(3):
        record_visit(gym.pk, ana.pk, campaign.pk)
    from plusone.kernel import clock

    today = clock.day_of(gym, clock.now())
    scope = Scope(gym, clock.now(), today - timedelta(days=1), today + timedelta(days=1), campaign)
    assert impact(gym, since=scope.since, until=scope.until, now=clock.now()).visits == 3
    rows = list(kpis["visits"]().table(scope))
    assert sum(row.n for row in rows) == 3
    roll_up_visits(clock.now() + timedelta(seconds=30))
    assert kpis["visits"]().value(scope) == 3
    assert list(kpis["visits"]().table(scope)) == rows


def test_yen_has_no_minor_unit(db: None) -> None:
    """A JPY business in Tokyo: amounts are whole yen, days are Tokyo's."""
    business = open_business(
        name="Kita", owner_email="k@kita.example", kind="salon", country_code="JP", currency="JPY",
        timezone="Asia/Tokyo", language="en", actor="system", now=at("01-01 00:00"),
    ).business  # fmt: skip
    aki = world.add_client(business, "Aki", now=at("01-02 00:00"))
    world.launch(business, ambassador={"kind": "balance", "amount": 1500}, now=at("01-02 00:00"))
    product = world.make_product(business, "Cut", 4999, now=at("01-02 00:00"))
    friend = world.bring(aki, "Ben", now=at("01-31 14:59")).friend  # 23:59 on the 31st
    world.sell(friend, product, 3, now=at("01-31 15:00"))  # midnight: February
    january = impact(business, since=date(2026, 1, 1), until=date(2026, 1, 31), now=NOW)
    february = impact(business, since=date(2026, 2, 1), until=date(2026, 2, 28), now=NOW)
    assert (january.registered_leads, january.generated_income) == (1, 0)
    assert (february.generated_income, february.rewards_issued, february.products_purchased) == (14997, 1500, 3)
    with override_settings(COMMISSION_RATE=Decimal(10)):
        assert impact(business, now=NOW).commissions == 1500  # 1,499.7 yen, half up


def test_funnel_names_the_weakest_step(story: Story) -> None:
    scope = Scope(story.business, NOW)
    funnel = funnel_of(figures(scope))
    assert funnel.steps == [("visits", 0), ("registered_leads", 6), ("activated_clients", 3), ("buyers", 2)]
    assert funnel.weakest == 2


def test_another_business_sees_nothing(story: Story) -> None:
    """Isolation: the salon's figures are all zero."""
    salon = world.open_salon().business
    assert impact(salon, now=NOW) == Impact(0, 0, Activated(0, 0, 0), 0, 0, 0, 0, 0, 0, 0, 0, None, 0)
    assert all(list(kpi().table(Scope(salon, NOW))) == [] for kpi in kpis)


def test_one_query(story: Story, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    """All figures together are one query, however many rows there are."""
    with django_assert_num_queries(1):
        impact(story.business, now=NOW)
