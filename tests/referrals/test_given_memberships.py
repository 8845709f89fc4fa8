"""A membership as reward where its client is on it already, once per person, and what friends can be given (R-145,
R-147, R-283)."""

from datetime import datetime
from typing import Any

import pytest
from django.utils import translation

from plusone.agenda.commands import mark_visit
from plusone.clients.commands import activate, delete_client
from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.ledger.commands import redeem
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import choose_reward
from plusone.referrals.models import Referral
from plusone.referrals.offers import read_offer
from plusone.referrals.reasons import tell_reward
from plusone.referrals.sentences import for_ambassador
from plusone.rewards.commands import revoke
from plusone.rewards.models import Reward
from plusone.store.commands import (
    HadAlready,
    cancel,
    cancel_membership,
    create_membership_type,
    end_due,
    freeze,
    pay,
    place_order,
    renew,
    start_scheduled,
    unfreeze,
)
from plusone.store.models import GiftedDays, Membership, MembershipType, Order
from world import EUR10, NOON, bring, later, launch

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def kind_of(gym: Business, **more: Any) -> MembershipType:
    given = {"name": "Mensual", "kind": "recurring", "price": 4500, "period": "month", "now": NOON, **more}
    return create_membership_type(gym, **given)


def first_class(gym: Business, **more: Any) -> MembershipType:
    return kind_of(gym, name="Primera clase", kind="pack", period="", price=0, uses=1, sellable=False, **more)


def buy(client: Client, wanted: MembershipType, now: datetime = NOON) -> Membership:
    order = place_order(client.business, client, [(wanted, 1)], actor="user:1", now=now)
    pay(order, method="cash", actor="user:1", now=now)
    return Membership.objects.get(order=order)


def gift(wanted: MembershipType, when: str = "") -> dict[str, Any]:
    return {"kind": "membership", "membership_type": wanted.public_id, **({"when_running": when} if when else {})}


def earn(ambassador: Client, name: str = "Ben", *, now: datetime = NOON) -> Reward:
    """Let a friend come and become a client, so that the ambassador's reward is due."""
    friend = bring(ambassador, name, now=now).friend
    activate(friend, actor="user:1", now=now)
    return Reward.objects.select_related("business", "client").filter(side="ambassador").latest("pk")


def ends(gym: Business, row: Membership) -> str:
    row.refresh_from_db()
    assert row.ends_at is not None
    return clock.day_of(gym, row.ends_at).isoformat()


def test_who_is_on_it_gets_more_time(gym: Business, ana: Client) -> None:
    """R-147, extend, which is what is meant where nothing is said: a calendar month after the one that is paid, with no
    second membership beside it; taken back as long as it is ahead."""
    month = kind_of(gym)
    running = buy(ana, month)
    assert ends(gym, running) == "2026-04-10"
    launch(gym, ambassador=gift(month))
    reward = earn(ana)
    assert (reward.state, ends(gym, running), Membership.objects.count()) == ("granted", "2026-05-10", 1)
    assert GiftedDays.objects.get().days == 30
    assert revoke(reward, reason="refunded", **WHO) is True
    assert ends(gym, running) == "2026-04-10"


def test_a_frozen_one_gets_it_too_and_an_ended_one_does_not(gym: Business, ana: Client) -> None:
    month = kind_of(gym)
    running = buy(ana, month)
    freeze(running, **WHO)
    launch(gym, ambassador=gift(month))
    earn(ana)
    running.refresh_from_db()
    assert (running.extra_days, Membership.objects.count()) == (30, 1)
    ended = buy(ana, kind_of(gym, name="Otra"))
    cancel_membership(ended, **WHO)
    end_due(later(60))
    launch(gym, ambassador=gift(ended.type))
    assert Membership.objects.filter(type=ended.type).count() == 1


def test_it_waits_until_the_one_before_is_over(gym: Business, ana: Client) -> None:
    """R-147, queue: nothing begins while the other runs; a minute after its end it does, for a whole month, once."""
    month = kind_of(gym)
    running = buy(ana, month)
    cancel_membership(running, **WHO)
    launch(gym, ambassador=gift(month, "queue"))
    earn(ana)
    waiting = Membership.objects.get(order=None)
    assert (waiting.state, waiting.started_at, ends(gym, running)) == ("scheduled", None, "2026-04-10")
    assert start_scheduled(later(5)) == 0
    end_due(later(31))
    assert (start_scheduled(later(31)), start_scheduled(later(31))) == (1, 0)
    waiting.refresh_from_db()
    assert (waiting.state, ends(gym, waiting)) == ("active", "2026-05-10")


def test_a_waiting_pack_begins_with_the_last_use(gym: Business, ana: Client) -> None:
    pack = kind_of(gym, name="Bono", kind="pack", period="", uses=1)
    buy(ana, pack)
    launch(gym, ambassador=gift(pack, "queue"))
    earn(ana)
    assert start_scheduled(NOON) == 0
    mark_visit(ana, key="1", **WHO)
    assert start_scheduled(NOON) == 1


def test_uses_of_a_pack_come_on_top(gym: Business, ana: Client) -> None:
    pack = kind_of(gym, name="Bono", kind="pack", period="", uses=5)
    buy(ana, pack)
    launch(gym, ambassador=gift(pack))
    earn(ana)
    assert [row.uses_left for row in Membership.objects.order_by("pk")] == [5, 5]


@pytest.mark.parametrize(("spent", "kept"), [(0, 0), (1, 1)])
def test_it_becomes_balance(gym: Business, ana: Client, spent: int, kept: int) -> None:
    """R-147, convert: its price, once; taken back as balance is, and not wholly where a cent of it was spent. Who is
    not on it gets the membership itself."""
    month = kind_of(gym)
    launch(gym, ambassador=gift(month, "convert"))
    earn(ana)
    assert Membership.objects.get().state == "active"
    assert balance_of(gym, ana.pk, now=NOON).available == 0
    reward = earn(ana, "Eva")
    assert (balance_of(gym, ana.pk, now=NOON).available, Membership.objects.count()) == (4500, 1)
    if spent:
        redeem(gym, ana.pk, spent, key="spent", **WHO)
    assert revoke(reward, reason="refunded", **WHO) is True
    assert (reward.unrecovered, balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (kept, 0, [])
    free = first_class(gym)
    with pytest.raises(Invalid) as refused:
        read_offer(gym, {"ambassador_reward": gift(free, "convert")})
    assert refused.value.field == "ambassador_reward.when_running"


def test_what_costs_nothing_any_more_becomes_no_balance(gym: Business, ana: Client) -> None:
    """R-147, convert: the price of the day is 0, and nobody is owed a balance of nothing: it is more time instead."""
    month = kind_of(gym)
    launch(gym, ambassador=gift(month, "convert"))
    earn(ana)
    MembershipType.objects.filter(pk=month.pk).update(price=0)
    earn(ana, "Eva")
    assert (Membership.objects.count(), GiftedDays.objects.count()) == (1, 1)
    assert balance_of(gym, ana.pk, now=NOON).earned == 0


def test_what_is_told_says_it(gym: Business) -> None:
    """CASES 88, R-114: what somebody gets who is on it already stands with the conditions."""
    month = kind_of(gym)
    for when, said in (
        ("", "Who is on “Mensual” already gets more time of it."),
        ("queue", "Who is on “Mensual” already gets it when that one ends."),
        ("convert", "Who is on “Mensual” already gets its price as balance."),
    ):
        with translation.override("en"):
            told = " ".join(for_ambassador(gym, read_offer(gym, {"ambassador_reward": gift(month, when)})))
        assert said in told
    with pytest.raises(Invalid, match="Choose one"), translation.override("en"):
        read_offer(gym, {"ambassador_reward": gift(month, "burn")})


def test_a_friend_is_given_a_pack_or_a_time(gym: Business) -> None:
    """R-283: what is renewed is nothing for a friend, at any step or on coming back; a client may have it."""
    month, once, year = kind_of(gym), first_class(gym), kind_of(gym, name="Año", kind="prepaid", period="year")
    for wanted in (once, year):
        assert read_offer(gym, {"friend_reward": gift(wanted)}).friend_reward
    for sent, field in (
        ({"friend_reward": gift(month)}, "friend_reward.membership_type"),
        (
            {"friend_reward": EUR10, "steps": [{"friend_reward": gift(month)}]},
            "steps.0.friend_reward.membership_type",
        ),
        ({"returning": {"months": 1, "friend_reward": gift(month)}}, "returning.friend_reward.membership_type"),
    ):
        with pytest.raises(Invalid, match="not one that is renewed") as refused, translation.override("en"):
            read_offer(gym, sent)
        assert refused.value.field == field
    assert read_offer(gym, {"ambassador_reward": gift(month)}).ambassador_reward


def test_once_per_person_is_given_once(gym: Business, ana: Client) -> None:
    """R-145: the second is not given, whatever it would be; the reward lapses with its reason, the recommendation is
    complete, and nothing is used up of a limit."""
    once = first_class(gym, once_per_person=True)
    launch(gym, ambassador=gift(once, "queue"), caps={"rewards_total": 2})
    assert earn(ana).state == "granted"
    second = earn(ana, "Eva")
    assert (second.state, second.reason, Membership.objects.count()) == ("lapsed", "had_already", 1)
    assert Referral.objects.latest("pk").reason == "completed"
    with translation.override("en"):
        told = tell_reward(second, to="client").sentence
    assert told.endswith("on Mar 10, 2026 you had it already, and it is for once per person.")
    revoke(Reward.objects.order_by("pk")[0], reason="refunded", **WHO)
    assert earn(ana, "Leo").state == "granted"  # what was taken back unused was not had


def test_an_offer_gives_a_membership_once_per_person(gym: Business, ana: Client, carla: Client) -> None:
    """R-145: said in the offer, of a type that is sold as often as anybody wants. Who bought one before gets none; a
    gift that was taken back unused can be given anew."""
    once = first_class(gym)
    launch(gym, ambassador=gift(once, "once"))
    for ambassador, names in ((ana, ("Ben", "Eva")), (carla, ("Fay",))):
        if ambassador == carla:
            once.sellable = True
            buy(carla, once)
        for name in names:
            activate(bring(ambassador, name).friend, **WHO)
    stands = list(Reward.objects.order_by("pk").values_list("state", "reason"))
    assert stands == [("granted", ""), ("lapsed", "had_already"), ("lapsed", "had_already")]
    assert Membership.objects.filter(client=ana).count() == 1
    said = for_ambassador(gym, read_offer(gym, {"ambassador_reward": gift(once, "once")}))
    assert any("Who has or had “Primera clase” already does not get it again." in line for line in said)
    assert revoke(Reward.objects.select_related("business", "client").earliest("pk"), reason="refunded", **WHO)
    activate(bring(ana, "Gus").friend, **WHO)
    assert Membership.objects.filter(client=ana, state="active").count() == 1


def test_once_per_person_is_sold_once(gym: Business, ana: Client) -> None:
    """Bought, a second is refused, an unpaid order counts, and one that is called off does not."""
    trial = kind_of(gym, name="Prueba", kind="prepaid", period="", valid_days=7, once_per_person=True)
    order = place_order(gym, ana, [(trial, 1)], **WHO)
    with pytest.raises(HadAlready), translation.override("en"):
        place_order(gym, ana, [(trial, 1)], **WHO)
    cancel(order, **WHO)
    buy(ana, trial)
    end_due(later(30))
    with pytest.raises(HadAlready):
        place_order(gym, ana, [(trial, 1)], actor="user:1", now=later(400))
    assert Order.objects.count() == 2


def test_a_choice_of_what_was_had_is_refused_and_stays_open(gym: Business, ana: Client) -> None:
    once = kind_of(gym, name="Prueba", kind="prepaid", period="", valid_days=7, once_per_person=True)
    buy(ana, once)
    launch(gym, ambassador={"kind": "choice", "options": [gift(once), EUR10]})
    reward = earn(ana)
    with pytest.raises(Refused) as refused:
        choose_reward(reward, 0, **WHO)
    assert refused.value.code == "had_already"
    reward.refresh_from_db()
    assert reward.state == "awaiting_choice"
    assert choose_reward(reward, 1, **WHO) is True
    assert balance_of(gym, ana.pk, now=NOON).available == 1000


def test_a_deleted_client_waits_for_nothing(gym: Business, ana: Client) -> None:
    month = kind_of(gym)
    buy(ana, month)
    launch(gym, ambassador=gift(month, "queue"))
    earn(ana)
    delete_client(ana, archive_first=True, **WHO)
    end_due(later(60))
    assert start_scheduled(later(60)) == 0
    assert Membership.objects.get(order=None).state == "void"


def test_what_was_paid_for_stays_when_a_present_is_taken_back(gym: Business, ana: Client) -> None:
    """R-147: Ana was given a month and paid for the next; the present goes, her own month and its money stay hers."""
    month = kind_of(gym)
    launch(gym, ambassador=gift(month))
    reward = earn(ana)
    given = Membership.objects.get()
    order = renew(given, method="cash", actor="user:1", now=later(5))
    assert ends(gym, given) == "2026-05-10"
    assert revoke(reward, reason="refunded", actor="user:1", now=later(6)) is True
    assert (ends(gym, given), given.state, given.periods_paid) == ("2026-04-10", "active", 1)
    order.refresh_from_db()
    reward.refresh_from_db()
    assert (order.state, reward.state, reward.unrecovered) == ("paid", "revoked", 0)


def test_a_present_that_was_lived_through_stays(gym: Business, ana: Client) -> None:
    """In the month that she paid for, the given one is behind her: nothing is taken, frozen or not."""
    month = kind_of(gym)
    launch(gym, ambassador=gift(month))
    reward = earn(ana)
    given = Membership.objects.get()
    renew(given, method="cash", actor="user:1", now=later(5))
    freeze(given, actor="user:1", now=later(40))
    assert revoke(reward, reason="refunded", actor="user:1", now=later(41)) is True
    unfreeze(given, actor="user:1", now=later(41))
    reward.refresh_from_db()
    assert (ends(gym, given), given.state, given.periods_paid) == ("2026-05-11", "active", 2)
    assert (reward.state, reward.unrecovered) == ("revoked", 1)
