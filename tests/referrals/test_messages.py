"""Who is written to in the loop, and what they read (R-103, R-105, R-249)."""

import pytest

from plusone.agenda.commands import mark_visit, unmark_visit
from plusone.clients.commands import activate, edit_client
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.commands import adjust
from plusone.messaging.models import Message
from plusone.referrals.automation.reactions import end_holds
from plusone.referrals.commands import (
    ask_for_review,
    deactivate_campaign,
    decide_case,
    register_friend,
    reject_referral,
)
from plusone.referrals.models import DoubtCase
from plusone.rewards.commands import approve
from plusone.rewards.models import Reward
from plusone.rules.engine import work
from plusone.store.commands import refund
from plusone.store.models import Product
from world import EUR10, NOON, bring, later, launch, sell

WHO = {"actor": "user:1", "now": NOON}


def sent() -> list[tuple[str, str]]:
    """Let the rules run; return (template, address) of all messages in order."""
    work(NOON)
    return list(Message.objects.exclude(state="suppressed").order_by("id").values_list("template", "to"))


def text_of(template: str) -> str:
    return Message.objects.get(template=template).text


def test_registration_writes_to_ambassador_owner_and_lead(gym: Business, ana: Client) -> None:
    """R-103, R-025: all three within minutes, each once, in the business's language unless the reader chose one."""
    launch(gym, friend=EUR10)
    edit_client(ana, language="en", **WHO)
    bring(ana, "Ben")
    expected = {
        ("referral.thanks", "ana.lopez@clients.example"),
        ("referral.notice", "olga@vela.example"),
        ("referral.welcome", "ben@friends.example"),
    }
    assert set(sent()) == expected
    assert len(sent()) == 3
    ben = Client.objects.get(first_name="Ben")
    assert f"/b/studio-vela/clients/{ben.public_id}/" in text_of("referral.notice")
    thanks = text_of("referral.thanks")
    assert "/p/studio-vela/refer/" in thanks
    assert "Ben has registered with Studio Vela through you." in thanks
    assert "Once Ben becomes an active client, you receive €15.00 of balance." in thanks
    assert "/p/studio-vela/" in thanks


def test_activation_rewards_ambassador_and_hands_friend_the_link(gym: Business, ana: Client) -> None:
    """R-105: the new client gets their own link, the ambassador hears of the reward."""
    launch(gym)
    ben = bring(ana, "Ben").friend
    edit_client(ben, language="en", **WHO)
    activate(ben, **WHO)
    templates = [template for template, _to in sent()]
    assert templates.count("referral.your_turn") == 1
    assert templates.count("reward.granted") == 1
    assert f"/r/{ben.code}" in text_of("referral.your_turn")


def test_without_rewards_no_message_speaks_of_money(gym: Business, ana: Client) -> None:
    """R-048: thank-you and your turn carry no amount and no balance."""
    launch(gym, ambassador=None)
    for client in (ana, bring(ana, "Ben").friend):
        edit_client(client, language="en", **WHO)
    sent()
    activate(Client.objects.get(first_name="Ben"), **WHO)
    assert "reward.granted" not in [template for template, _to in sent()]
    for template in ("referral.thanks", "referral.your_turn", "referral.welcome"):
        text = text_of(template).lower()
        assert not any(word in text for word in ("€", "balance", "reward", "saldo")), text


def test_doubtful_registration_writes_to_the_owner_alone(gym: Business, ana: Client) -> None:
    """CONTRACT, Pages: mails to strangers wait while a referral is flagged."""
    launch(gym)
    register_friend(gym, ana, first_name="Bot", email="bot@x.example", flags=("trap",), actor="public", now=NOON)
    assert sent() == [("doubt.opened", "olga@vela.example"), ("referral.notice", "olga@vela.example")]


def test_what_staff_are_written_leads_to_where_it_is_done(gym: Business, ana: Client, bono: Product) -> None:
    """R-249, UX 16: "Decide" leads to what is to decide, not to the first page; a full stop stands once."""
    launch(gym, ambassador=EUR10, approval="manual", budget=1000)
    came = register_friend(gym, ana, first_name="Bot", email="bot@x.example", flags=("trap",), actor="public", now=NOON)
    bot = came.referral
    ask_for_review(bot, actor="client:1", now=NOON)
    activate(bring(ana, "Ben").friend, **WHO)
    approve(Reward.objects.get(state="awaiting_approval"), **WHO)
    sent()
    for template, place in (
        ("doubt.opened", "review/"),
        ("referral.appealed", f"referrals/{bot.public_id}/"),
        ("reward.review", "rewards/"),
        ("budget.reached", "campaign/"),
    ):
        assert f"/b/studio-vela/{place}\n" in text_of(template), template
    [first, *_] = Message.objects.filter(template="referral.notice").order_by("id")
    assert "recomendación de Ana L.\n" in first.text


@pytest.mark.parametrize(
    ("reward", "label", "place"),
    [
        (EUR10, "See your balance", "/p/studio-vela/balance/"),
        ({"kind": "membership_days", "days": 10}, "Open your page", "/p/studio-vela/"),
    ],
)
def test_the_button_of_a_reward_leads_to_what_it_is(
    gym: Business, ana: Client, reward: dict[str, object], label: str, place: str
) -> None:
    """R-249: balance to the balance; ten more days of membership are none."""
    edit_client(ana, language="en", **WHO)
    launch(gym, ambassador=reward)
    activate(bring(ana, "Ben").friend, **WHO)
    sent()
    assert f"{label}:\nhttp" in text_of("reward.granted")
    assert f"{place}\n" in text_of("reward.granted")


def test_a_reward_that_came_long_after_the_friend_says_so(gym: Business, ana: Client) -> None:
    """R-116: nobody "is a client now" who has been one for 30 days; what was asked is done now."""
    edit_client(ana, language="en", **WHO)
    launch(gym, conditions=[{"kind": "activated"}, {"kind": "sessions_attended", "at_least": 1}])
    ben = bring(ana, "Ben").friend
    activate(ben, **WHO)
    mark_visit(ben, key="class", actor="user:1", now=later(30))
    work(later(30))
    told = text_of("reward.granted")
    assert "Ben has done all that was asked. Thank you! You have received" in told
    assert "client of Studio Vela now" not in told


def test_ambassadors_hear_what_becomes_of_open_recommendations(gym: Business, ana: Client) -> None:
    """Q-06: the owner's choice is told."""
    campaign = launch(gym)
    bring(ana, "Ben")
    deactivate_campaign(campaign, open_referrals="honour_days", days=7, **WHO)
    assert ("referral.deadline", ana.email) in sent()
    assert "7" in text_of("referral.deadline")


def test_one_decision_is_told_once_and_kindly(gym: Business, ana: Client) -> None:
    """UX 16: however many friends it was about; no name of theirs in the mail."""
    launch(gym)
    for name in ("ben", "eva"):
        register_friend(
            gym, ana, first_name=name, email=f"{name}@mailinator.com", source="link", actor="public", now=NOON
        )
    decide_case(DoubtCase.objects.get(), approve=False, **WHO)
    assert sent().count(("referral.rejected", ana.email)) == 1
    assert "no la ha aceptado" in text_of("referral.rejected")
    reject_referral(bring(ana, "Tom"), **WHO)
    assert sent().count(("referral.rejected", ana.email)) == 2


def test_whoever_gets_less_than_promised_hears_why(gym: Business, ana: Client, bono: Product) -> None:
    """R-116, R-249: held until a day, over a limit, smaller after a refund; each in the words of the client's page."""
    edit_client(ana, language="en", **WHO)
    launch(gym, hold_days=14, caps={"rewards_total": 1})
    for name in ("Ben", "Eva"):
        activate(bring(ana, name).friend, **WHO)
    assert sent().count(("reward.on_hold", ana.email)) == 2
    held = Message.objects.filter(template="reward.on_hold").order_by("id")[0].text
    assert "you can use it from Mar 24, 2026 on" in held
    end_holds(later(15))
    work(later(15))
    capped = text_of("reward.capped")
    assert "you had as many rewards as the campaign allows in all" in capped
    assert "Thank you for recommending Eva!" in capped


def test_a_share_that_shrinks_is_told_with_what_is_left(gym: Business, ana: Client, bono: Product) -> None:
    edit_client(ana, language="en", **WHO)
    launch(gym, ambassador={"kind": "balance", "percent": 10})
    order = sell(bring(ana, "Ben").friend, bono)
    refund(order, 2000, **WHO)
    assert sent().count(("reward.reduced", ana.email)) == 1
    assert "What is left of your reward: €3.00 of balance." in text_of("reward.reduced")


def test_a_visit_that_was_none_is_no_refund(gym: Business, ana: Client) -> None:
    """What is taken back because a visit was marked by mistake speaks of no purchase."""
    edit_client(ana, language="en", **WHO)
    launch(gym, conditions=[{"kind": "sessions_attended", "at_least": 1}])
    ben = bring(ana, "Ben").friend
    unmark_visit(mark_visit(ben, key="class", **WHO).visit, **WHO)
    assert sent().count(("reward.revoked", ana.email)) == 1
    assert "refunded" not in text_of("reward.revoked")


def test_the_owner_is_told_whose_reward_waits(gym: Business, ana: Client) -> None:
    """A gift is the friend's, not the ambassador's."""
    launch(gym, friend=EUR10, ambassador=None, approval="manual", friend_reward_on="qualified")
    activate(bring(ana, "Ben").friend, **WHO)
    assert sent().count(("reward.review", "olga@vela.example")) == 1
    assert "El regalo para Ben" in text_of("reward.review")


def test_orders_are_confirmed_and_refunds_told(gym: Business, ana: Client, bono: Product) -> None:
    """R-249: the receipt names what was bought; no sum of nothing in it."""
    edit_client(ana, language="en", **WHO)
    adjust(gym, ana.pk, 5000, key="prize", reason="Prize", **WHO)
    sell(ana, bono, use_balance=True)
    sent()
    assert "Total: €50.00, all with your balance." in text_of("order.paid")
    Message.objects.all().delete()
    order = sell(ana, bono, 2)
    refund(order, 2500, **WHO)
    assert [template for template, _to in sent()] == ["order.paid", "order.refunded"]
    assert "2 × Bono 10: €100.00" in text_of("order.paid")
    assert "€25.00 of your order at Studio Vela was refunded" in text_of("order.refunded")
