"""Who decides about a doubt, where and once; and what is counted without holding anything (CASES 60, FRA-12)."""

import pytest

from doubted import WHO, available, register
from plusone.agenda.commands import mark_visit
from plusone.clients.commands import activate, delete_client
from plusone.clients.models import Client
from plusone.insights.queries import ambassadors
from plusone.kernel.commands import add_collaborator, user_for
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business, Collaborator
from plusone.ledger.queries import balance_of
from plusone.messaging.models import Message
from plusone.referrals.commands import (
    approve_referral,
    ask_for_review,
    attach_referral,
    close_overdue,
    decide_case,
    decide_reward,
    end_holds,
    reject_referral,
    reject_several,
    remind_of_cases,
)
from plusone.referrals.models import DoubtCase, DoubtSign, Referral
from plusone.referrals.outlook import open_cases
from plusone.referrals.staying import staying
from plusone.rewards.models import Reward
from plusone.rules.engine import work
from world import EUR10, NOON, House, add_client, bring, later, launch, make_product, sell


def test_one_decision_settles_a_doubt_wherever_it_is_made(gym: Business, ana: Client) -> None:
    """CASES 60, FRA-14: the last reward that is decided by hand decides the case, takes the flag off, and nobody is
    reminded; each side alone until then."""
    launch(gym, friend=EUR10)
    ben, eva = (register(ana, f"{name}@mailinator.com", first_name=name) for name in ("Ben", "Eva"))
    for one in (ben, eva):
        activate(one.friend, **WHO)
    case = DoubtCase.objects.get()
    reward = lambda one, side: Reward.objects.get(source_id=one.pk, side=side)  # noqa: E731
    assert decide_reward(reward(ben, "friend"), approve=True, **WHO)
    assert Referral.objects.get(pk=ben.pk).flagged
    assert decide_reward(reward(ben, "ambassador"), approve=True, **WHO)
    found = Referral.objects.get(pk=ben.pk)
    assert (found.flagged, found.reason) == (False, "completed")
    case.refresh_from_db()
    assert case.is_open  # Eva waits still
    for side in ("friend", "ambassador"):
        assert decide_reward(reward(eva, side), approve=False, note="one person", **WHO)
    case.refresh_from_db()
    assert (case.state, case.decided_by) == ("rejected", "user:1")
    assert not Referral.objects.filter(flagged=True).exists()
    assert (available(ana), available(ben.friend), available(eva.friend)) == (1500, 1000, 0)
    remind_of_cases(later(20))
    assert not Message.objects.filter(template="doubt.reminder").exists()


def test_a_case_of_which_nothing_is_left_ends_without_anybody(gym: Business, ana: Client) -> None:
    """CASES 80: a doubtful lead who is deleted leaves nothing to decide; the owner is not asked about it."""
    launch(gym)
    ben = register(ana, "ben@mailinator.com")
    delete_client(ben.friend, **WHO)
    assert not open_cases(gym).exists()
    remind_of_cases(later(14))
    assert DoubtCase.objects.get().state == "moot"
    assert not Message.objects.filter(template="doubt.reminder").exists()


def test_nobody_approves_what_they_would_receive(house: House, gym: Business, ana: Client) -> None:
    """FRA-12, AUTH-15: the front desk's own walk-in waits for somebody else; the only owner writes why."""
    launch(gym)
    desk = user_for("ana.lopez@clients.example")
    add_collaborator(gym, desk, role="front_desk")
    tom = add_client(gym, "Tom", "Paz")
    made = attach_referral(gym, ana, tom, actor=f"user:{desk.pk}", now=NOON).referral
    case, reward = DoubtCase.objects.get(), Reward.objects.get()
    hers = {"actor": f"user:{desk.pk}", "now": NOON}
    for act in (
        lambda: decide_case(case, approve=True, note="mine", **hers),
        lambda: approve_referral(made, **hers),
        lambda: decide_reward(reward, approve=True, **hers),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "own_reward"
    case.refresh_from_db()
    assert (case.is_open, available(ana)) == (True, 0)
    assert decide_case(case, approve=True, actor=f"user:{house.owner.pk}", now=NOON)
    assert available(ana) == 1500
    olga = add_client(gym, "Olga", "Ruiz", email="olga@vela.example")
    mine = register(olga, "pia@mailinator.com")
    owner = {"actor": f"user:{house.owner.pk}", "now": NOON}
    with pytest.raises(Refused) as refused:
        approve_referral(mine, **owner)
    assert refused.value.field == "note"
    add_collaborator(gym, user_for("second@vela.example"), role="owner")
    with pytest.raises(Refused):
        approve_referral(mine, note="she is my cousin", **owner)
    Collaborator.objects.filter(user__email="second@vela.example").delete()
    assert approve_referral(mine, note="she is my cousin", **owner)
    assert reject_referral(register(olga, "eva@mailinator.com"), **owner)


def test_who_works_here_is_not_ranked(gym: Business, ana: Client, carla: Client) -> None:
    """FRA-12: the ranking is of clients; what the desk's own link brought still counts in all figures."""
    launch(gym)
    bring(ana, "Ben"), bring(carla, "Eva")
    names = lambda **more: [one.client.first_name for one in ambassadors(gym, now=later(1), **more)]  # noqa: E731
    assert names() == ["Ana", "Carla"]
    add_collaborator(gym, user_for("ana.lopez@clients.example"), role="front_desk")
    assert names() == ["Carla"]
    assert names(with_team=True) == ["Ana", "Carla"]


def test_several_recommendations_are_rejected_at_once(gym: Business, ana: Client) -> None:
    """R-282, CASES 60: what is settled stays, the rest ends with one note; again it changes nothing."""
    launch(gym)
    ben, eva, tom = (bring(ana, name) for name in ("Ben", "Eva", "Tom"))
    activate(ben.friend, **WHO)
    assert reject_several([tom, ben, eva], note="a coupon site", **WHO) == 2
    assert list(Referral.objects.order_by("pk").values_list("reason", "note")) == [
        ("completed", ""),
        ("rejected", "a coupon site"),
        ("rejected", "a coupon site"),
    ]
    assert reject_several([tom, ben, eva], **WHO) == 0
    assert available(ana) == 1500


def test_friends_who_come_once_are_counted_and_nothing_is_held_for_it(
    gym: Business, ana: Client, carla: Client
) -> None:
    """TRUST A3, minimum and leave: a number to look at; who came, paid or holds a membership has stayed."""
    launch(gym)
    for name in ("Ben", "Eva", "Tom"):
        activate(bring(ana, name).friend, **WHO)
    for name in ("Pia", "Leo", "Max", "Kim"):
        activate(bring(carla, name).friend, **WHO)
    assert staying(gym, now=later(29)) == {}
    pia, leo = (Client.objects.get(first_name=name) for name in ("Pia", "Leo"))
    mark_visit(pia, key="v1", actor="user:1", now=later(20))
    sell(leo, make_product(gym), now=later(30))
    mark_visit(Client.objects.get(first_name="Max"), key="v2", actor="user:1", now=later(31))
    found = staying(gym, now=later(40))
    assert (found[ana.pk].friends, len(found[ana.pk].gone), found[ana.pk].is_unusual) == (3, 3, True)
    assert (found[carla.pk].friends, len(found[carla.pk].gone), found[carla.pk].is_unusual) == (4, 2, False)
    assert not DoubtCase.objects.exists()
    assert available(ana, days=40) == 4500


def test_a_client_asks_for_a_look_once_and_the_owner_hears_of_it(gym: Business, ana: Client) -> None:
    """TRUST A3 (appeal): it stands with the evidence, also after a no; where no doubt is, there is nothing to ask."""
    launch(gym)
    mine = {"actor": f"client:{ana.pk}", "now": later(1)}
    with pytest.raises(Refused):
        ask_for_review(bring(ana, "Eva"), **mine)
    ben, tom = register(ana, "ben@mailinator.com"), register(ana, "tom@mailinator.com", first_name="Tom")
    assert [ask_for_review(ben, **mine), ask_for_review(ben, **mine)] == [True, False]
    work(later(1))
    asked = Message.objects.get(template="referral.appealed")
    assert (asked.to, asked.subject) == ("olga@vela.example", "Ana L. te pide que lo mires otra vez")
    assert sorted(DoubtSign.objects.filter(referral=ben).values_list("name", flat=True)) == [
        "appeal",
        "disposable_email",
    ]
    decide_case(DoubtCase.objects.get(), approve=False, **WHO)
    tom.refresh_from_db()
    assert ask_for_review(tom, **mine)
    assert DoubtSign.objects.filter(name="appeal").count() == 2


def test_what_was_approved_by_itself_is_not_rejected_with_its_case(gym: Business, ana: Client) -> None:
    """FRA-10: a case is decided for those that wait; Ben was looked at before, and stays approved."""
    launch(gym, hold_days=3)
    ben, eva = (register(ana, f"{name}@mailinator.com", first_name=name) for name in ("Ben", "Eva"))
    approve_referral(ben, **WHO)
    assert decide_case(DoubtCase.objects.get(), approve=False, note="one person", **WHO)
    stand = Referral.objects.order_by("pk").values_list("state", "reason")
    assert list(stand) == [("registered", ""), ("closed", "rejected")]
    activate(ben.friend, **WHO)
    assert Reward.objects.get(source_id=ben.pk).state == "on_hold"
    assert Reward.objects.get(source_id=eva.pk).state == "lapsed"


def test_a_lead_whose_reward_was_declined_is_still_awaited(gym: Business, ana: Client) -> None:
    """REQUIREMENTS 4.2: nothing waits to be given any more, but Ben is no client yet; the day when he is one counts."""
    launch(gym)
    referral = bring(ana, "Ben")
    decide_reward(Reward.objects.get(), approve=False, note="an old friend", **WHO)
    referral.refresh_from_db()
    assert (referral.state, referral.reason) == ("registered", "")
    activate(referral.friend, **WHO)
    referral.refresh_from_db()
    assert (referral.state, referral.reason, referral.via) == ("closed", "completed", "manual")


def test_nothing_is_given_to_who_was_deleted(gym: Business, ana: Client) -> None:
    """R-333: a declined gift of a lead who is gone cannot be given after all; no balance is left for nobody."""
    launch(gym, friend=EUR10, friend_hold_days=5)
    ben = bring(ana, "Ben")
    gift = Reward.objects.get(source_id=ben.pk, side="friend")
    decide_reward(gift, approve=False, note="no", **WHO)
    delete_client(ben.friend, **WHO)
    with pytest.raises(Refused) as refused:
        decide_reward(Reward.objects.get(pk=gift.pk), approve=True, note="after all", **WHO)
    assert refused.value.code == "deleted"
    assert (Reward.objects.get(pk=gift.pk).state, available(ben.friend)) == ("declined", 0)


def test_a_gift_on_hold_goes_with_its_deleted_friend(gym: Business, ana: Client) -> None:
    """R-099: the recommendation ran out of time, the gift for registering did not; deleted, Ben receives nothing, and
    no balance stands that nobody could spend."""
    launch(gym, friend=EUR10, friend_hold_days=30, qualification_days=10)
    ben = bring(ana, "Ben").friend
    close_overdue(later(12))
    gift = Reward.objects.get(side="friend")
    assert gift.state == "on_hold"
    delete_client(ben, actor="user:1", now=later(13))
    end_holds(later(31))
    gift.refresh_from_db()
    assert (gift.state, gift.reason) == ("lapsed", "withdrawn")
    assert balance_of(gym, ben.pk, now=later(31)).available == 0
