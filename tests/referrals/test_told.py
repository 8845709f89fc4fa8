"""What is told is what is enforced: link page, message, portal, mail, in three languages (R-114, R-116, CASES 88)."""

import itertools
import re
from datetime import datetime
from typing import Any

import pytest
from django.utils import translation

from plusone.agenda.commands import mark_visit
from plusone.clients.commands import activate, edit_client
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.messaging.models import Message
from plusone.referrals.commands import close_overdue, reject_referral
from plusone.referrals.gifts import gifts_of
from plusone.referrals.inviting import conditions_for_friend, for_friend, share_text
from plusone.referrals.models import Referral, Wording
from plusone.referrals.offers import Offer, read_offer
from plusone.referrals.progress import friends_of
from plusone.referrals.sentences import LANGUAGES, for_ambassador
from plusone.rewards.commands import approve, decline, end_hold
from plusone.rewards.models import Reward
from plusone.rules.engine import work
from plusone.store.commands import create_membership_type, refund
from world import EUR10, EUR15, NOON, bring, later, launch, make_product, sell

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
VISITS = {"kind": "sessions_attended", "at_least": 3}
FIFTY = {"kind": "spend", "at_least": 5000}
CLOCKS = {
    "hold_days": 17,
    "friend_hold_days": 19,
    "qualification_days": 61,
    "approval": "manual",
    "caps": {"rewards_total": 23, "rewards_per_month": 29, "amount_per_month": 310_000},
    "budget": 990_000,
    "require_active_ambassador": True,
}
NONE = {"qualification_days": 0}


def has(number: str, lines: list[str]) -> bool:
    return re.search(rf"(?<!\d){number}(?!\d)", " ".join(lines)) is not None


def told(gym: Business, offer: Offer) -> dict[str, list[str]]:
    friend = for_friend(gym, offer) + conditions_for_friend(gym, offer)
    return {"friend": friend, "ambassador": for_ambassador(gym, offer), "share": [share_text(gym, offer)]}


def test_the_friend_reads_the_very_conditions_in_three_languages(gym: Business) -> None:
    """R-114: three visits and 50.00, gift together with the ambassador's reward; page and message say the same."""
    offer = read_offer(
        gym,
        {
            "friend_reward": EUR10,
            "ambassador_reward": EUR15,
            "conditions": [VISITS, FIFTY],
            "friend_reward_on": "qualified",
        },
    )
    assert for_friend(gym, offer) == [
        "You receive €10.00 of balance at Studio Vela once you have come 3 times and have spent €50.00.",
        "The person who invited you is thanked with a reward once you have come 3 times and have spent €50.00.",
    ]
    assert share_text(gym, offer) == (
        "I am a client of Studio Vela and recommend it to you. Register with my link and receive €10.00 of balance "
        "once you have come 3 times and have spent €50.00. (I receive a reward once you have come 3 times and have "
        "spent €50.00.)"
    )
    with translation.override("es"):
        assert for_friend(gym, offer)[0] == (
            "Recibes 10,00\xa0€ de saldo en Studio Vela cuando hayas venido 3 veces y hayas gastado 50,00\xa0€."
        )
    with translation.override("fr"):
        assert "dès que vous avez fait 3 visites et avez dépensé 50,00\xa0€." in for_friend(gym, offer)[0]


def test_what_is_told_names_every_number_that_is_enforced(gym: Business) -> None:
    """CASES 88: for every configuration and language, to whom it concerns; nothing is told that does not hold."""
    monthly = create_membership_type(gym, name="Plan Sol", kind="recurring", price=4500, period="month", now=NOON)
    wanted: list[tuple[list[dict[str, Any]], list[str]]] = [
        ([], []),
        ([{"kind": "orders", "at_least": 7}], ["7"]),
        ([{"kind": "spend", "at_least": 5400}], ["54"]),
        ([{"kind": "sessions_attended", "at_least": 8}, {"kind": "spend", "at_least": 5400}], ["8", "54"]),
        ([{"kind": "membership_bought"}], []),
        ([{"kind": "membership_bought", "membership_type": monthly.public_id}], ["Plan Sol"]),
        ([{"kind": "membership_kept", "days": 41}], ["41"]),
    ]
    sides = [(EUR10, EUR15), (EUR10, None), (None, EUR15)]
    for (conditions, names), given_on, (gift, reward), clocks, every in itertools.product(
        wanted, ("registered", "qualified"), sides, (NONE, CLOCKS), (1, 5)
    ):
        sent = {"conditions": conditions, "friend_reward_on": given_on, "every": every, **clocks}
        offer = read_offer(gym, {"friend_reward": gift, "ambassador_reward": reward, **sent})
        is_earned, has_clocks = bool(gift) and given_on == "qualified", clocks is CLOCKS
        for language in LANGUAGES:
            with translation.override(language):
                said = told(gym, offer)
            about = (language, sent, said)
            for name in names:
                assert has(name, said["ambassador"]) == (is_earned or bool(reward)), about
                assert has(name, said["friend"]) == (is_earned or bool(reward)), about
                assert has(name, said["share"]) == (is_earned or bool(reward)), about
            assert has("61", said["friend"]) == (has_clocks and is_earned), about
            assert has("19", said["friend"]) == (has_clocks and bool(gift)), about
            assert has("61", said["ambassador"]) == (has_clocks and (is_earned or bool(reward))), about
            assert has("17", said["ambassador"]) == (has_clocks and bool(reward)), about
            for limit in ("23", "29", r"3.100"):
                assert has(limit, said["ambassador"]) == has_clocks, about
            assert has("5", said["ambassador"]) == (bool(reward) and every == 5), about
    with translation.override("en"):
        plain = told(gym, read_offer(gym, {"friend_reward": EUR10, "conditions": [VISITS]}))
    assert "first purchase" not in " ".join(plain["friend"])


@pytest.mark.parametrize("clawback", ["within_balance", "only_pending", "allow_negative"])
def test_what_a_refund_takes_is_told_as_it_is_done(gym: Business, clawback: str) -> None:
    """CASES 88, CONTRACT clawback: three policies, three sentences, in each language."""
    offer = read_offer(gym, {"ambassador_reward": EUR15, "clawback": clawback})
    word = {"within_balance": "what is left", "only_pending": "stays", "allow_negative": "settled with"}[clawback]
    assert sum(word in line and "refunded" in line for line in for_ambassador(gym, offer)) == 1


@pytest.mark.parametrize("kind", ["orders", "spend", "sessions_attended"])
def test_one_less_than_advertised_earns_nothing_and_the_advertised_does(gym: Business, ana: Client, kind: str) -> None:
    """CASES 88, 36: the minimum that the friend reads is the one that is enforced, on both sides."""
    at_least = 1000 if kind == "spend" else 2
    launch(gym, friend=EUR10, friend_reward_on="qualified", conditions=[{"kind": kind, "at_least": at_least}])
    referral = bring(ana, "Ben")
    for number in (1, 2):
        assert set(Reward.objects.values_list("state", flat=True)) == {"promised"}
        if kind == "sessions_attended":
            mark_visit(referral.friend, key=f"v{number}", **WHO)
        else:
            sell(referral.friend, make_product(gym, f"P{number}", 500))
        if number == 1:
            gift = gifts_of(Client.objects.get(pk=referral.friend_id), now=NOON)[0]
            assert (
                gift.next
                == {
                    "orders": "1 of 2 orders paid.",
                    "spend": "€5.00 more to spend.",
                    "sessions_attended": "1 of 2 visits.",
                }[kind]
            )
    assert set(Reward.objects.values_list("state", flat=True)) == {"granted"}


def test_the_words_of_the_day_stay_with_the_referral(gym: Business, ana: Client) -> None:
    """R-114: what both were told at registration, word for word; one row for one wording; a later one is another."""
    launch(gym, friend=EUR10, conditions=[VISITS])
    first, second = bring(ana, "Ben"), bring(ana, "Eva")
    assert first.wording == second.wording
    assert first.wording is not None
    told_friend = first.wording.texts["en"]["friend"]
    assert told_friend[0] == "You receive €10.00 of balance at Studio Vela as soon as you register."
    assert "once the friend has come 3 times." in first.wording.texts["en"]["ambassador"][0]
    assert set(first.wording.texts) == {"en", "es", "fr"}
    Business.objects.filter(pk=gym.pk).update(name="Studio Sol")
    third = bring(Client.objects.select_related("business").get(pk=ana.pk), "Tom")
    assert third.wording is not None
    assert third.wording.texts["en"]["friend"][0].startswith("You receive €10.00 of balance at Studio Sol")
    assert Wording.objects.count() == 2
    first.refresh_from_db()
    assert first.wording.texts["en"]["friend"] == told_friend


def read(friend: Client, now: datetime = NOON) -> list[tuple[str, str]]:
    gifts = gifts_of(Client.objects.select_related("business").get(pk=friend.pk), now=now)
    return [(gift.sentence, gift.next) for gift in gifts]


def gift_of(referral: Referral) -> Reward:
    return Reward.objects.select_related("business", "client").get(source_id=referral.pk, side="friend")


def test_an_active_friend_reads_where_the_gift_stands(gym: Business, ana: Client) -> None:
    """R-116: what is missing and until when, verification, a decision, the gift itself, and why there is none."""
    launch(
        gym,
        friend=EUR10,
        friend_reward_on="qualified",
        conditions=[VISITS],
        friend_hold_days=14,
        approval="manual",
        qualification_days=30,
    )
    ben = bring(ana, "Ben")
    activate(ben.friend, **WHO)
    mark_visit(ben.friend, key="v1", **WHO)
    assert read(ben.friend) == [
        (
            "You receive €10.00 of balance once you have come 3 times.",
            "1 of 3 visits. Until Apr 9, 2026 at the latest.",
        )
    ]
    for number in (2, 3):
        mark_visit(ben.friend, key=f"v{number}", **WHO)
    assert read(ben.friend) == [
        ("Your welcome gift can be used from Mar 24, 2026 on: €10.00 of balance.", "You need do nothing.")
    ]
    end_hold(gift_of(ben), actor="system", now=later(14))
    assert read(ben.friend)[0][0] == "Studio Vela still has to confirm your welcome gift: €10.00 of balance."
    decline(gift_of(ben), actor="user:1", now=later(14))
    assert read(ben.friend, later(15)) == [
        (
            "Studio Vela looked at €10.00 of balance on Mar 24, 2026 and did not give it.",
            "If you think this is wrong, write to Studio Vela.",
        )
    ]
    approve(gift_of(ben), note="all the same", actor="user:1", now=later(15))
    assert read(ben.friend, later(15))[0][0] == "Your welcome gift is here: €10.00 of balance."
    assert read(ben.friend, later(80)) == []


def test_a_friend_who_came_too_late_reads_that(gym: Business, ana: Client) -> None:
    """CASES 39: a lead too; and a rejected recommendation, and a gift that was taken back."""
    launch(gym, friend=EUR10, friend_reward_on="qualified", qualification_days=30, conditions=[FIFTY])
    late, out, back = bring(ana, "Ben"), bring(ana, "Eva"), bring(ana, "Tom")
    sold = sell(back.friend, make_product(gym))
    assert read(back.friend)[0][0].startswith("Your welcome gift is here")
    refund(sold, **WHO)
    assert read(back.friend)[0][0] == (
        "€10.00 of balance was taken back on Mar 10, 2026, because the purchase behind it was refunded."
    )
    reject_referral(out, **WHO)
    assert read(out.friend)[0][0].startswith(
        "You do not receive €10.00 of balance: on Mar 10, 2026 Studio Vela did not accept"
    )
    with translation.override("en"):  # what was not given is nobody's doing
        assert [gift.why for gift in gifts_of(out.friend, now=NOON)] == [""]
        assert [gift.why for gift in gifts_of(late.friend, now=NOON)] != [""]
    close_overdue(later(31))
    assert read(late.friend, later(31))[0][0] == (
        "You do not receive €10.00 of balance: the last day for it was Apr 9, 2026."
    )


def test_a_lead_who_did_it_all_is_told_of_as_what_they_are(gym: Business, ana: Client) -> None:
    """R-116: no client yet, nothing left to do, and the reward is there; page and mail say that, not another thing."""
    edit_client(ana, language="en", **WHO)
    launch(gym, conditions=[VISITS])
    ben = bring(ana, "Ben").friend
    for number in range(3):
        mark_visit(ben, key=f"v{number}", **WHO)
    (shown,) = friends_of(ana, most=5, now=NOON).shown
    assert shown.sentence == (
        "Registered on Mar 10, 2026, and has done all that was asked. You received €15.00 of balance on Mar 10, 2026."
    )
    assert (shown.state, [state for _name, state in shown.steps]) == ("completed", ["done", "done", "done"])
    work(NOON)
    mail = Message.objects.get(template="reward.granted", channel="email").text
    assert "Ben has done all that was asked. Thank you! You have received €15.00 of balance." in mail
    assert "is a client" not in mail
    activate(Client.objects.get(pk=ben.pk), **WHO)
    (shown,) = friends_of(ana, most=5, now=NOON).shown
    assert shown.sentence.startswith("A client since Mar 10, 2026. You received")


def test_the_first_mails_say_time_verification_and_limits(gym: Business, ana: Client) -> None:
    """R-114, R-103: to the ambassador the small print of the promise, to the friend where the gift stands."""
    edit_client(ana, language="en", **WHO)
    launch(
        gym,
        friend=EUR10,
        friend_reward_on="qualified",
        conditions=[VISITS],
        hold_days=14,
        qualification_days=30,
        approval="manual",
    )
    ben = bring(ana, "Ben").friend
    edit_client(ben, language="en", **WHO)
    work(NOON)
    thanks = Message.objects.get(template="referral.thanks", channel="email").text
    for said in ("verified for 14 days", "Your friend has 30 days", "confirms each reward"):
        assert said in thanks
    welcome = Message.objects.get(template="referral.welcome", channel="email").text
    assert "You receive €10.00 of balance once you have come 3 times." in welcome
    assert "0 of 3 visits. Until Apr 9, 2026 at the latest." in welcome
    assert "is ready" not in welcome
