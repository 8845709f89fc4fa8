"""Doubt: held for a person with its evidence, decided once, never silently released or dropped (R-289, TRUST A3)."""

from datetime import timedelta

import pytest
from django.utils import translation

from doubted import WHO, available, register
from plusone.clients.commands import activate, archive, delete_client, forget_departures
from plusone.clients.models import Client, Departure
from plusone.events.models import Event
from plusone.kernel import faults
from plusone.kernel.commands import add_collaborator, user_for
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.messaging.models import Message
from plusone.referrals.commands import (
    AlreadyReferred,
    CampaignInactive,
    add_own_network,
    approve_referral,
    attach_referral,
    block_ambassador,
    close_overdue,
    decide_case,
    reject_referral,
    remind_of_cases,
    restore_ambassador,
    revive,
    trust_ambassador,
)
from plusone.referrals.commands.networks import is_countable
from plusone.referrals.commands.sweeping import end_holds
from plusone.referrals.doubt import signs
from plusone.referrals.models import DoubtCase, DoubtSign, OwnNetwork, Referral, Trust
from plusone.referrals.progress import friends_of
from plusone.referrals.queries import link_behind
from plusone.rewards.commands import end_hold
from plusone.rewards.models import Reward
from world import EUR10, NOON, add_client, bring, later, launch


def ring_of(gym: Business, names: str) -> list[Client]:
    """Let clients recommend each other in a circle: the first one came by herself, and comes again by another address.

    By the same address it is refused (CASES 31).
    """
    people = [add_client(gym, names.split()[0], "Uno")]
    for name in names.split()[1:]:
        friend = bring(people[-1], name, email=f"{name}.x@friends.example").friend
        activate(friend, **WHO)
        friend.refresh_from_db()
        people.append(friend)
    with pytest.raises(AlreadyReferred):
        attach_referral(gym, people[-1], people[0], **WHO)
    again = register(people[-1], f"{people[0].first_name}uno2@friends.example", first_name=people[0].first_name)
    activate(again.friend, **WHO)
    return people


def test_a_throw_away_address_holds_the_reward_and_not_the_lead(gym: Business, ana: Client) -> None:
    """CASES 74, FRA-5: the lead is there, the reward waits with its reason; by the API nobody is doubted."""
    launch(gym, friend=EUR10)
    ben = register(ana, "ben@mailinator.com")
    assert (ben.flagged, ben.flags, ben.friend.status) == (True, ["disposable_email"], "lead")
    gift = Reward.objects.get(side="friend")
    assert (gift.state, gift.reason) == ("awaiting_approval", "flagged")
    assert register(ana, "eva@mailinator.com", source="api").flagged is False
    assert DoubtCase.objects.count() == 1


def test_the_looks_of_an_ambassador_are_noticed_and_a_family_is_not(gym: Business) -> None:
    """R-289, FRA-1: nearly the same mailbox elsewhere; a surname, a company or a common word is no sign."""
    ana = add_client(gym, "Ana", "López", email="ana.lopez@gmail.com")
    launch(gym)
    assert register(ana, "analopez2@outlook.com", first_name="Anita").flags == ["like_ambassador"]
    assert register(ana, "lopez_ana@outlook.com", first_name="Anita").flags == ["like_ambassador"], "turned round"
    for email, name in (
        ("maria.lopez@gmail.com", "María"),
        ("mario.lopez@gmail.com", "Mario"),
        ("ana@taller.example", "Ana"),
        ("info@taller.example", "Ana"),
    ):
        assert register(ana, email, first_name=name).flags == []


def test_a_circle_is_one_case_and_one_decision(gym: Business) -> None:
    """FRA-3, FRA-10, CASES 31: six people, one case, each of six rewards given once; a second decision does nothing."""
    launch(gym, hold_days=14)
    people = ring_of(gym, "Ana Bea Carl Dora Eloy Fina")
    case = DoubtCase.objects.get()
    assert Referral.objects.filter(signs__case=case, flagged=True).count() == 6
    for reward in Reward.objects.select_related("business", "client"):
        referral = Referral.objects.get(pk=reward.source_id)
        end_hold(reward, flagged=referral.flagged, actor="system", now=later(15))
    assert set(Reward.objects.values_list("state", "reason")) == {("awaiting_approval", "flagged")}
    assert [available(one) for one in people] == [0] * 6
    assert decide_case(case, approve=True, note="a family", actor="user:1", now=later(16)) is True
    assert [available(one) for one in people] == [1500] * 6
    assert decide_case(case, approve=False, actor="user:2", now=later(16)) is False
    case.refresh_from_db()
    assert (case.state, case.decided_by, case.note) == ("approved", "user:1", "a family")
    assert [available(one) for one in people] == [1500] * 6


def test_a_rejected_circle_gives_nothing_and_keeps_what_was_given(gym: Business) -> None:
    """FRA-3: A→B→A; what Ana had before the circle closed stays hers, and nobody receives more."""
    launch(gym)
    ana, bea = ring_of(gym, "Ana Bea")
    assert (available(ana), available(bea)) == (1500, 0)
    assert decide_case(DoubtCase.objects.get(), approve=False, note="one flat", **WHO)
    assert (available(ana), available(bea)) == (1500, 0)
    assert Referral.objects.get(ambassador=bea).reason == "rejected"
    assert Reward.objects.get(client=bea).state == "lapsed"


def test_a_circle_says_who_seems_to_be_whom_and_the_ambassador_that_it_is_checked(gym: Business) -> None:
    """R-289, R-290: the owner reads both addresses of the one person; whose friend is a client reads of the check."""
    launch(gym, conditions=[{"kind": "orders", "at_least": 1}])
    ana, _bea = ring_of(gym, "Ana Bea")
    with translation.override("en"):
        said = [signs["ring"]().says(sign.referral, sign.detail) for sign in DoubtSign.objects.order_by("referral")]
        [friend] = friends_of(ana, most=9, now=NOON).shown
    assert said == [
        "2 people recommended each other in a circle that ends with Bea.",
        "2 people recommended each other in a circle that ends with Ana. Ana (Anauno2@friends.example) and "
        "Ana Uno (ana.uno@clients.example) seem to be one person.".replace("Anauno2", "anauno2"),
    ]
    assert friend.state == "in_review"
    assert "Studio Vela is checking this recommendation. 0 of 1 order paid." in friend.sentence


def test_what_is_noticed_again_counts_on(gym: Business, ana: Client) -> None:
    """CASES 76: one case of an ambassador with a counter, not ten; the last decision about a member closes it."""
    launch(gym)
    two = [register(ana, f"{name}@mailinator.com", first_name=name) for name in ("ben", "eva")]
    case = DoubtCase.objects.get()
    assert DoubtSign.objects.filter(case=case).count() == 2
    from plusone.referrals.commands.doubting import _note
    from plusone.referrals.doubt import Noticed

    _note(two[0], {"disposable_email": Noticed()}, now=later(1))
    assert list(DoubtSign.objects.order_by("id").values_list("times", flat=True)) == [2, 1]
    approve_referral(two[0], **WHO)
    case.refresh_from_db()
    assert case.is_open
    reject_referral(two[1], **WHO)
    case.refresh_from_db()
    assert case.state == "rejected"


def test_a_crowd_by_one_link_waits_and_the_link_is_paused(gym: Business, ana: Client) -> None:
    """FRA-8: twenty strangers within an hour are one case, those before included; the link rests until somebody has
    looked, and nothing was declined."""
    launch(gym)
    made = [register(ana, f"p{number}@friends.example", first_name="P") for number in range(19)]
    assert [one.flagged for one in made] == [False] * 19
    assert register(ana, "p19@friends.example").flagged
    assert Referral.objects.filter(flagged=True, signs__name="many_by_one_code").count() == 20
    case = DoubtCase.objects.get()
    assert Trust.objects.get(client=ana).kind == "paused"
    with pytest.raises(CampaignInactive):
        register(ana, "p20@friends.example")
    activate(made[0].friend, **WHO)
    assert (available(ana), Reward.objects.get(source_id=made[0].pk).state) == (0, "awaiting_approval")
    restore_ambassador(ana, actor="user:1", now=later(hours=0.5))
    assert register(ana, "p20@friends.example", now=later(hours=0.6)).flagged is False
    assert decide_case(case, approve=True, actor="user:1", now=later(1))
    assert available(ana) == 1500
    assert register(ana, "late@friends.example", now=later(hours=30)).flagged is False


def test_a_rejected_crowd_leaves_the_link_paused(gym: Business, ana: Client) -> None:
    """FRA-8, CASES 78: until the business switches it on again by hand."""
    launch(gym)
    for number in range(20):
        register(ana, f"p{number}@friends.example", first_name="P")
    assert decide_case(DoubtCase.objects.get(), approve=False, note="a coupon site", **WHO)
    with pytest.raises(CampaignInactive):
        register(ana, "late@friends.example", now=later(3))
    assert restore_ambassador(ana, actor="user:1", now=later(4))
    assert register(ana, "late@friends.example", now=later(5)).flagged is False


def test_who_comes_from_the_gyms_own_network_makes_no_crowd(
    gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FRA-8, PEERS 77: after an open day the next friend from elsewhere is one, and no crowd. Many are three here."""
    monkeypatch.setattr("plusone.referrals.doubt.crowd.MOST", 3)
    launch(gym)
    add_own_network(gym, "203.0.113.0/28", **WHO)
    at_home = [register(ana, f"fair{number}@friends.example", network="203.0.113.7") for number in range(3)]
    away = [register(ana, f"p{number}@friends.example", network="198.51.100.4") for number in range(3)]
    assert [one.flagged for one in (*at_home, *away)] == [False] * 5 + [True]
    assert Referral.objects.filter(flagged=True, at_home=False).count() == 3


@pytest.mark.parametrize("text", ["", "gym", "10.0.0.0/8", "127.0.0.1", "2001::/16", "1.2.3.4/40"])
def test_what_is_no_network_of_one_business_is_refused(gym: Business, text: str) -> None:
    """PEERS 77."""
    with pytest.raises(Invalid):
        add_own_network(gym, text, **WHO)
    assert not OwnNetwork.objects.exists()


def test_the_machine_itself_is_nobodys_connection() -> None:
    """PEERS 77: a proxy that hides where people are is not offered as the studio's own network."""
    assert [is_countable(one) for one in ("203.0.113.7", "2001:db8::7", "127.0.0.1", "::1", "")] == [True] * 2 + [
        False
    ] * 3


def test_staff_who_recommend_walk_ins_to_themselves_are_looked_at(gym: Business, ana: Client) -> None:
    """FRA-12: the front desk's own link; the owner's is left alone."""
    launch(gym)
    add_collaborator(gym, user_for("ana.lopez@clients.example"), role="front_desk")
    tom = add_client(gym, "Tom", "Paz")
    made = attach_referral(gym, ana, tom, **WHO).referral
    assert made.flags == ["staff_ambassador"]
    olga = add_client(gym, "Olga", "Ruiz", email="olga@vela.example")
    assert register(olga, "pia@friends.example").flags == []


def test_who_was_deleted_ten_days_ago_is_looked_at_and_then_forgotten(gym: Business, ana: Client) -> None:
    """CASES 27, PRI-7: no reward inside the cooldown; only a salted hash is kept, and for thirty days."""
    launch(gym, friend=EUR10)
    ben = add_client(gym, "Ben", "Ortiz", email="b.en+gym@gmail.com", phone="+34600111222")
    archive(ben, **WHO)
    delete_client(ben, **WHO)
    marks = list(Departure.objects.values_list("mark", flat=True))
    assert len(marks) == 2
    assert not any("ben" in mark or "600111222" in mark for mark in marks)
    again = register(ana, "ben@gmail.com", now=later(10))
    assert again.flags == ["came_back"]
    assert Reward.objects.get(side="friend").state == "awaiting_approval"
    assert forget_departures(later(29)) == 0
    assert forget_departures(later(30)) == 2


@pytest.mark.parametrize("name", [kind.name for kind in signs if kind.look is not signs["trap"].look])
def test_a_sign_that_breaks_holds_the_reward_and_never_the_friend(
    gym: Business, ana: Client, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FRA-15: the registration goes on, and a person looks."""
    monkeypatch.setattr(faults, "_orders", faults.read([f"doubt.{name}:raise"]))
    launch(gym)
    ben = register(ana, "ben@friends.example")
    assert (ben.flags, ben.friend.status) == (["unchecked"], "lead")
    activate(ben.friend, **WHO)
    reward = Reward.objects.get()
    assert (reward.state, reward.reason, available(ana)) == ("awaiting_approval", "flagged", 0)


def test_a_trusted_ambassador_gets_no_new_flags(gym: Business, ana: Client) -> None:
    """CASES 79: and it can be taken back."""
    launch(gym)
    assert trust_ambassador(ana, note="our first client", **WHO)
    assert trust_ambassador(ana, **WHO) is False
    assert register(ana, "ben@mailinator.com").flagged is False
    assert restore_ambassador(ana, **WHO)
    assert register(ana, "eva@mailinator.com").flagged is True


def test_a_blocked_ambassadors_link_is_off_until_it_is_on_again(gym: Business, ana: Client) -> None:
    """CASES 78: held rewards are declined, what was given stays, the link registers nobody; all of it reversible."""
    launch(gym, hold_days=14)
    first, second = (bring(ana, name).friend for name in ("Ben", "Eva"))
    activate(first, **WHO)
    end_hold(Reward.objects.select_related("business", "client").get(state="on_hold"), actor="system", now=later(14))
    activate(second, actor="user:1", now=later(15))
    assert available(ana) == 1500
    block_ambassador(ana, note="sold the link", actor="user:1", now=later(16))
    held = Reward.objects.get(source_id=Referral.objects.get(friend=second).pk)
    assert (held.state, held.reason, available(ana)) == ("declined", "ambassador_inactive", 1500)
    assert link_behind(ana.code).campaign_id is None  # type: ignore[union-attr]
    with pytest.raises(CampaignInactive):
        register(ana, "tom@friends.example")
    restore_ambassador(ana, actor="user:1", now=later(17))
    held.refresh_from_db()
    assert held.state == "on_hold"
    end_hold(Reward.objects.select_related("business", "client").get(pk=held.pk), actor="system", now=later(40))
    assert available(ana, days=60) == 3000
    assert register(ana, "tom@friends.example").ambassador == ana


def test_what_a_full_set_earned_goes_on_when_a_block_is_lifted(gym: Business, ana: Client) -> None:
    """CASES 78: the reward for two friends is settled anew as every other one is."""
    launch(gym, every=2, hold_days=5)
    for name in ("Ben", "Eva"):
        activate(bring(ana, name).friend, **WHO)
    block_ambassador(ana, **WHO)
    assert Reward.objects.get().state == "declined"
    restore_ambassador(ana, **WHO)
    assert Reward.objects.get().state == "on_hold"
    end_hold(Reward.objects.select_related("business", "client").get(), actor="system", now=later(5))
    assert available(ana) == 1500


def test_a_set_that_is_full_after_the_block_gives_nothing(gym: Business, ana: Client) -> None:
    """CASES 78: the reward for two friends is promised once both are there; to who is blocked it is not given, and it
    is once the block is taken back."""
    launch(gym, every=2)
    friends = [bring(ana, name).friend for name in ("Ben", "Eva")]
    block_ambassador(ana, **WHO)
    for friend in friends:
        activate(friend, **WHO)
    reward = Reward.objects.get()
    assert (reward.state, reward.reason, available(ana)) == ("declined", "ambassador_inactive", 0)
    assert list(Referral.objects.values_list("reason", flat=True)) == ["completed", "completed"]
    restore_ambassador(ana, **WHO)
    assert (Reward.objects.get().state, available(ana)) == ("granted", 1500)
    assert Event.objects.filter(name="referral.completed").count() == 2


def test_what_is_opened_again_gives_a_blocked_ambassador_nothing(gym: Business, ana: Client) -> None:
    """CASES 78: what had lapsed before the block, and is promised again after it, waits for its end as well; the friend
    receives what is theirs."""
    launch(gym, friend=EUR10, friend_reward_on="qualified", qualification_days=10)
    ben = bring(ana, "Ben")
    close_overdue(later(12))
    block_ambassador(ana, actor="user:1", now=later(13))
    revive(Referral.objects.get(), note="Was ill.", actor="user:1", now=later(14))
    activate(ben.friend, actor="user:1", now=later(15))
    assert dict(Reward.objects.values_list("side", "state")) == {"ambassador": "declined", "friend": "granted"}
    assert (available(ana, days=15), available(ben.friend, days=15)) == (0, 1000)
    restore_ambassador(ana, actor="user:1", now=later(16))
    assert available(ana, days=16) == 1500


def test_a_case_that_nobody_looks_at_is_brought_up_twice_and_never_decided_by_itself(
    gym: Business, ana: Client
) -> None:
    """CASES 80: the owner is reminded after 14 and after 30 days; the reward still waits."""
    launch(gym)
    ben = register(ana, "ben@mailinator.com")
    activate(ben.friend, **WHO)
    sent = lambda: Message.objects.filter(template="doubt.reminder").count()  # noqa: E731
    for days, told in ((13, 0), (14, 1), (20, 1), (30, 2), (300, 2)):
        remind_of_cases(NOON + timedelta(days=days))
        assert sent() == told
    assert Reward.objects.get().state == "awaiting_approval"
    assert Message.objects.filter(template="doubt.reminder").first().subject == (  # type: ignore[union-attr]
        "Hay recomendaciones que esperan tu decisión"
    )


def test_the_end_of_a_hold_releases_no_doubt(gym: Business, ana: Client) -> None:
    """CASES 74, 80: after its three days the reward waits for a person, not given because time has passed."""
    launch(gym, hold_days=3)
    activate(register(ana, "ben@mailinator.com").friend, **WHO)
    assert Reward.objects.get().state == "on_hold"
    end_holds(later(3))
    found = Reward.objects.get()
    assert (found.state, found.reason, available(ana)) == ("awaiting_approval", "flagged", 0)
