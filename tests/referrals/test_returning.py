"""Former clients who come back through a friend, under their own rule (Q-10, PEERS 17): neither new nor refused.

Ben was a client of Studio Vela, left on the first day, and fills in Ana's invitation months later.
"""

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from plusone.agenda.commands import mark_visit
from plusone.clients.commands import activate, archive, reactivate
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.insights.queries.impact import figures
from plusone.insights.scope import Scope
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.messaging.models import Message
from plusone.referrals.automation.reactions import close_overdue
from plusone.referrals.commands import (
    AlreadyReferred,
    ExistingClient,
    answer_invitation,
    attach_referral,
    edit_campaign,
    foresee_upgrade,
    register_friend,
    revive,
)
from plusone.referrals.commands.deciding import reject_referral
from plusone.referrals.commands.registering import GoesInCircles
from plusone.referrals.inviting import conditions_for_friend, for_friend
from plusone.referrals.models import Campaign, Referral, Terms
from plusone.referrals.offers import offer_of, read_offer
from plusone.referrals.sentences import for_ambassador
from plusone.rewards.models import Reward
from plusone.rules.engine import work
from plusone.store.commands import create_membership_type, pay, place_order, refund
from plusone.store.models import Order, Product
from world import EUR10, EUR15, NOON, add_client, bring, later, launch, sell

EUR5 = {"kind": "balance", "amount": 500}
LEFT = NOON
SIX = {"months": 6}


def who(now: datetime) -> dict[str, Any]:
    return {"actor": "user:1", "now": now}


@pytest.fixture
def ben(gym: Business, bono: Product) -> Client:
    """Somebody who bought, and left."""
    found = add_client(gym, "Ben", "Ortiz", email="ben@friends.example")
    sell(found, bono)
    archive(found, **who(LEFT))
    found.refresh_from_db()
    return found


def invite(ambassador: Client, email: str = "ben@friends.example", *, now: datetime) -> Referral:
    return register_friend(
        ambassador.business, ambassador, first_name="Ben", email=email, actor="public", now=now
    ).referral


def available(client: Client, now: datetime) -> int:
    return balance_of(client.business, client.pk, now=now).available


def test_by_default_a_former_client_does_not_count(gym: Business, ana: Client, ben: Client) -> None:
    """Q-10: off unless the owner says so, however long ago they left."""
    launch(gym)
    with pytest.raises(ExistingClient):
        invite(ana, now=later(3000))


def test_who_left_long_enough_ago_counts_once_back(gym: Business, ana: Client, ben: Client) -> None:
    """Six calendar months to the day: on 9 September not yet, on the 10th they do. The reward waits until they are a
    client again, and is given once; bringing them back and forth gives nothing more."""
    launch(gym, returning=SIX)
    with pytest.raises(ExistingClient):
        invite(ana, now=datetime.fromisoformat("2026-09-09T23:59:00+02:00"))
    day = datetime.fromisoformat("2026-09-10T00:01:00+02:00")
    made = invite(ana, now=day)
    ben.refresh_from_db()
    assert (made.returned_from, ben.status, Client.objects.filter(email_key=ben.email_key).count()) == (
        LEFT, "archived", 1
    )  # fmt: skip
    assert Reward.objects.get().state == "promised"
    assert invite(ana, now=day).pk == made.pk
    reactivate(ben, **who(day))
    made.refresh_from_db()
    assert (made.state, made.reason, made.via, available(ana, day)) == ("closed", "completed", "manual", 1500)
    archive(ben, **who(day))
    reactivate(ben, **who(day))
    assert (available(ana, day), Reward.objects.count(), faults(gym)) == (1500, 1, [])


def test_each_time_they_left_counts_once(gym: Business, ana: Client, carla: Client, ben: Client) -> None:
    """The same departure is nobody else's; another departure, six months later, is another return."""
    launch(gym, returning=SIX)
    back = later(200)
    invite(ana, now=back)
    with pytest.raises(AlreadyReferred):
        invite(carla, now=back)
    reactivate(ben, **who(back))
    archive(ben, **who(later(210)))
    with pytest.raises((ExistingClient, AlreadyReferred)):
        invite(carla, now=later(300))
    second = invite(carla, now=later(400))
    reactivate(ben, **who(later(400)))
    assert [row.ambassador_id for row in Referral.objects.order_by("pk")] == [ana.pk, carla.pk]
    assert second.returned_from == later(210)
    assert (available(ana, later(400)), available(carla, later(400))) == (1500, 1500)


def test_whoever_brought_them_first_may_bring_them_back(gym: Business, ana: Client, bono: Product) -> None:
    """A friend who was new then, left and comes back has two recommendations; a refund of what was bought since takes
    back the second reward alone, and one of the first purchase the first alone."""
    launch(gym, returning=SIX)
    first = bring(ana, "Eva")
    old = sell(first.friend, bono)
    archive(first.friend, **who(later(10)))
    again = invite(ana, "eva@friends.example", now=later(300))
    assert again.pk != first.pk
    order = sell(Client.objects.get(pk=first.friend_id), bono, now=later(301))
    again.refresh_from_db()
    assert (again.via, available(ana, later(301))) == ("purchase", 3000)
    refund(order, None, reason="", **who(later(302)))
    states = dict(Reward.objects.values_list("source_id", "state"))
    assert (states, available(ana, later(302))) == ({first.pk: "granted", again.pk: "revoked"}, 1500)
    refund(old, None, reason="", **who(later(303)))
    assert (available(ana, later(303)), faults(gym)) == (0, [])


def test_a_refund_of_what_was_bought_before_takes_nothing_off(
    gym: Business, ana: Client, ben: Client, bono: Product
) -> None:
    """Q-10, CONTRACT spend: Ben's old 50 go back after he has returned; the 50 that he spends since are 50."""
    launch(gym, returning=SIX, conditions=[{"kind": "spend", "at_least": 5000}])
    invite(ana, now=later(300))
    refund(Order.objects.get(), **who(later(301)))
    assert available(ana, later(302)) == 0
    again = sell(ben, bono, now=later(302))
    assert available(ana, later(302)) == 1500
    refund(again, 1, **who(later(303)))
    assert available(ana, later(303)) == 0


def test_only_what_they_do_since_counts(gym: Business, ana: Client, ben: Client, bono: Product) -> None:
    """50 spent years ago are not "has spent 60"; a percentage is of the first purchase since; the membership that they
    had before may be the one that they take again."""
    month = create_membership_type(gym, name="Month", kind="recurring", price=4500, period="month", now=NOON)
    launch(
        gym,
        returning=SIX,
        ambassador={"kind": "balance", "percent": 10},
        conditions=[
            {"kind": "spend", "at_least": 6000},
            {"kind": "membership_bought"},
            {"kind": "orders", "at_least": 2},
        ],
    )
    made = invite(ana, now=later(300))
    order = place_order(gym, ben, [(month, 1)], **who(later(301)))
    pay(order, method="cash", **who(later(301)))
    made.refresh_from_db()
    assert (made.state, made.qualified_at) == ("activated", None)
    sell(Client.objects.get(pk=ben.pk), bono, now=later(302))
    made.refresh_from_db()
    assert (made.reason, available(ana, later(302))) == ("completed", 450)


def test_a_free_order_brings_nobody_back(gym: Business, ana: Client, ben: Client, bono: Product) -> None:
    """Q-11: what costs nothing makes no client of a recommendation; the first money does."""
    from plusone.store.commands import create_product

    free = create_product(gym, name="Open day", price=0, actor="user:1", now=NOON)
    launch(gym, returning=SIX)
    made = invite(ana, now=later(300))
    sell(ben, free, now=later(300))
    ben.refresh_from_db()
    made.refresh_from_db()
    assert (ben.status, made.activated_at, available(ana, later(300))) == ("active", None, 0)
    sell(ben, bono, now=later(301))
    assert available(ana, later(301)) == 1500


def test_rewards_of_their_own(gym: Business, ana: Client, ben: Client) -> None:
    """PEERS 17: a smaller reward for who comes back, and no gift; what is told says so (CASES 88), and new friends
    keep theirs."""
    own = {"months": 12, "ambassador_reward": EUR5, "friend_reward": None}
    campaign = launch(gym, friend=EUR10, returning=own, steps=[{"ambassador_reward": EUR10}])
    made = invite(ana, now=later(400))
    assert [(row.side, row.kind, row.amount, row.milestone) for row in Reward.objects.all()] == [
        ("ambassador", "balance", 500, "1")
    ]
    reactivate(ben, **who(later(400)))
    assert available(ana, later(400)) == 500
    offer = offer_of(campaign.terms)
    with translation.override("en"):
        told = [*for_ambassador(gym, offer), *for_friend(gym, offer), *conditions_for_friend(gym, offer)]
    assert "For a former client who comes back you receive €5.00 of balance instead." in told
    assert "If you were a client before, there is no gift." in told
    assert (
        "Each friend counts once, and has to be new to Studio Vela, or to have left it at least 12 months ago." in told
    )
    assert "For people who are new to Studio Vela, or left it at least 12 months ago, once each." in told
    assert "Former clients who left at least 12 months ago count too." in campaign.terms.text["en"]
    assert made.wording is not None
    assert "€5.00" in " ".join(made.wording.texts["en"]["ambassador"])
    assert "€15.00" not in " ".join(made.wording.texts["en"]["ambassador"])
    eva = bring(ana, "Eva", now=later(401))
    assert sorted(Reward.objects.filter(source_id=eva.pk).values_list("side", "milestone", "amount")) == [
        ("ambassador", "1", 1500), ("ambassador", "2", 1000), ("friend", "1", 1000)
    ]  # fmt: skip


def test_both_hear_the_truth_by_mail_and_the_page_says_nothing(gym: Business, ana: Client, ben: Client) -> None:
    """CASES 28: the owner hears that a former client counts, the friend that they are welcome; nobody is called a
    lead."""
    launch(gym, friend=EUR10, returning=SIX)
    answer_invitation(gym, ana, first_name="Ben", email=ben.email, source="link", key="k1", now=later(300))  # type: ignore[arg-type]
    work(later(300))
    told = {row.template: row for row in Message.objects.all()}
    assert {"invitation.return_counts", "client.asked_back", "referral.thanks"} <= set(told)
    assert not {"referral.notice", "referral.welcome", "invitation.returning"} & set(told)
    assert told["invitation.return_counts"].to == "ben@friends.example"
    assert Event.objects.get(name="referral.registered").data["returned"] is True


def test_who_never_comes_lapses(gym: Business, ana: Client, ben: Client) -> None:
    launch(gym, returning=SIX, qualification_days=30)
    made = invite(ana, now=later(300))
    close_overdue(later(332))
    made.refresh_from_db()
    assert invite(ana, now=later(335)).pk == made.pk, "the same departure is no second chance"
    reactivate(ben, **who(later(1340)))  # years later, and of his own accord: nobody brought him back
    made.refresh_from_db()
    assert (made.reason, made.activated_at, available(ana, later(1340))) == ("not_converted", None, 0)


def test_what_ran_out_is_not_opened_beside_a_return(gym: Business, ana: Client, carla: Client) -> None:
    """CASES 39, Q-10: Eva became a client too late for Ana, left, and is asked back by Carla. Until that is settled
    nobody opens Ana's recommendation again: staff read why, and a visit that is told late asks nobody to decide."""
    launch(gym, returning=SIX, qualification_days=30, conditions=[{"kind": "sessions_attended", "at_least": 1}])
    first = bring(ana, "Eva")
    activate(first.friend, **who(later(40)))
    archive(first.friend, **who(later(41)))
    again = invite(carla, "eva@friends.example", now=later(300))
    with pytest.raises(Refused) as refused:
        revive(first, note="she asked for it", **who(later(301)))
    assert refused.value.code == "another_open"
    mark_visit(first.friend, key="told late", at=later(5), **who(later(302)))
    first.refresh_from_db()
    assert (first.reason, Reward.objects.get(source_id=again.pk).state) == ("not_converted", "promised")
    reject_referral(again, **who(later(303)))
    assert revive(first, note="she asked for it", **who(later(304)))
    assert available(ana, later(304)) == 1500


def test_nobody_is_brought_back_by_whom_they_brought(gym: Business, ana: Client) -> None:
    """CASES 31: Ana brought Ben and left; neither his link nor the desk makes her his friend, and he earns nothing."""
    launch(gym, returning=SIX)
    friend = bring(ana, "Ben").friend
    activate(friend, **who(NOON))
    archive(ana, **who(NOON))
    with pytest.raises(GoesInCircles):
        invite(friend, ana.email or "", now=later(300))
    with pytest.raises(GoesInCircles):
        attach_referral(gym, friend, ana, **who(later(300)))
    reactivate(ana, **who(later(300)))
    assert (Referral.objects.count(), available(friend, later(300))) == (1, 0)


def test_staff_say_it_too(gym: Business, ana: Client, ben: Client) -> None:
    """R-211: at the desk, for who comes back in person; nothing is due before they are a client again."""
    launch(gym, returning=SIX)
    made = attach_referral(gym, ana, ben, **who(later(300)))
    assert (made.referral.returned_from, available(ana, later(300))) == (LEFT, 0)
    reactivate(ben, **who(later(300)))
    assert available(ana, later(300)) == 1500


def test_a_lead_who_was_put_aside_is_no_former_client(gym: Business, ana: Client, carla: Client) -> None:
    launch(gym, returning={"months": 1})
    lead = bring(ana, "Leo").friend
    archive(lead, **who(NOON))
    with pytest.raises(ExistingClient):
        register_friend(gym, carla, first_name="Leo", email=str(lead.email), actor="public", now=later(100))


def test_figures_of_new_friends_leave_them_out(gym: Business, ana: Client, ben: Client) -> None:
    """1.7: no lead, no new client and no income of one; a figure of its own, and the reward among the rewards."""
    launch(gym, returning=SIX)
    invite(ana, now=later(300))
    reactivate(ben, **who(later(300)))
    found = figures(Scope(gym, later(301)))
    names = ("registered_leads", "activated_clients", "generated_income", "returned_clients", "rewards_issued")
    assert [int(found[name].value or 0) for name in names] == [0, 0, 0, 1, 1500]


def test_a_return_keeps_its_terms(gym: Business, ana: Client, ben: Client) -> None:
    """Q-07: newest terms are for who was new; the page says so."""
    campaign: Campaign = launch(gym, returning=SIX)
    invite(ana, now=later(300))
    raised = read_offer(gym, {"ambassador_reward": {"kind": "balance", "amount": 2000}}, base=offer_of(campaign.terms))
    edit_campaign(campaign, offer=raised, **who(later(301)))
    would = foresee_upgrade(campaign, now=later(301))
    assert [(len(would.upgraded), [str(one) for one in why]) for _row, why in would.kept] == [(0, ["returned"])]
    assert [terms.version for terms in Terms.objects.order_by("pk")] == [1, 2]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"months": 0}, "returning.months"),
        ({"months": 121}, "returning.months"),
        ("6", "returning"),
        ({"months": 6, "ambassador_reward": {"kind": "balance", "amount": 0}}, "returning.ambassador_reward.amount"),
        ({"months": 6, "friend_reward": {"kind": "moon"}}, "returning.friend_reward"),
    ],
)
def test_what_is_wrong_is_named(gym: Business, sent: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_offer(gym, {"ambassador_reward": EUR15, "returning": sent})
    assert refused.value.field == field


def test_the_database_keeps_the_promise(gym: Business, ana: Client, carla: Client, ben: Client) -> None:
    """One as a new friend, one for each departure, one that is open: constraints, whoever forgets to look."""
    campaign = launch(gym, returning=SIX)
    row: dict[str, Any] = {
        "business": gym,
        "friend": ben,
        "campaign": campaign,
        "source": "link",
        "registered_at": NOON,
    }
    closed = {"state": "closed", "reason": "completed"}
    Referral.objects.create(ambassador=ana, returned_from=LEFT, **closed, **row)
    Referral.objects.create(ambassador=ana, **closed, **row)
    Referral.objects.create(ambassador=carla, returned_from=later(1), **row)
    for wrong in ({"returned_from": LEFT, **closed}, closed, {"returned_from": later(2)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Referral.objects.create(ambassador=carla, **wrong, **row)
