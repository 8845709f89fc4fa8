"""What a friend has to do, in the campaign's sentence (R-113, R-141)."""

from django.test import Client as Browser

from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.referrals.commands import close_overdue
from plusone.referrals.models import Campaign
from plusone.rewards.models import Reward
from plusone.store.commands import create_membership_type
from world import NOON, bring, later, launch

from .pages import once_of, text_of
from .test_campaign import OFFER, at


def test_the_sentence_holds_several_conditions(gym: Business, olga: Browser) -> None:
    """R-113, R-141: one more by a button, without a script; each asks for its own inputs; one is taken away again."""
    monthly = create_membership_type(gym, name="Mes", kind="recurring", price=4500, period="month", now=NOON)
    url = at(gym, "campaign_save_new")
    first = {**OFFER, "condition": "sessions_attended", "condition_at_least": "3"}
    page = olga.post(url, {**first, "ambassador_amount": "", "more": "1"}).content.decode()
    assert page.count("condition-slot") == 2
    assert 'name="condition_at_least" value="3"' in page
    assert 'name="condition_2"' in page
    assert "invalid-feedback" not in page
    assert not Campaign.objects.exists()
    sent = {
        **first,
        "condition_2": "spend",
        "condition_2_at_least": "50",
        "condition_3": "membership_bought",
        "condition_3_membership_type": monthly.public_id,
        "condition_4": "membership_kept",
        "condition_4_at_least": "30",
        "condition_5": "",
        "qualification_days": "60",
    }
    twice = olga.post(url, {**sent, "condition_5": "spend", "condition_5_at_least": "50,00"})
    assert "This condition stands there already." in text_of(twice)
    assert olga.post(url, sent).status_code == 302
    found = Campaign.objects.get()
    bought = {"kind": "membership_bought", "membership_type": monthly.public_id, "title": "Mes"}
    visits, money = {"kind": "sessions_attended", "at_least": 3}, {"kind": "spend", "at_least": 5000}
    kept = {"kind": "membership_kept", "days": 30}
    assert found.terms.conditions == [visits, money, bought, kept]
    shown = olga.get(at(gym, "campaign"))
    assert shown.content.decode().count("condition-slot") == 4
    save = at(gym, "campaign_save", found.public_id)
    fewer = olga.post(save, {**sent, "drop": "condition_2"})
    assert fewer.context["form"].initial["condition_2"] == "membership_bought"
    assert fewer.content.decode().count("condition-slot") == 4  # the empty one is still there
    del sent["condition_2"], sent["condition_2_at_least"]
    assert olga.post(save, {**sent, "once": once_of(shown)}).status_code == 302
    assert found.terms.conditions == [visits, bought, kept]
    short = olga.post(save, {**sent, "qualification_days": "29", "once": once_of(shown)})
    assert "give the friend at least as many, or no end" in text_of(short)


def test_staff_tick_off_what_a_friend_was_asked_to_do(gym: Business, olga: Browser, ana: Client) -> None:
    """R-113, R-114: on the recommendation's page, with a way back; below stands what both were told that day."""
    launch(gym, conditions=[{"kind": "check", "text": "hand in the form"}], hold_days=14)
    referral = bring(ana, "Ben")
    page, url = at(gym, "recommendation", referral.public_id), at(gym, "recommendation_check", referral.public_id)
    shown = text_of(olga.get(page))
    assert "To tick off" in shown
    assert "Still open: “hand in the form”." in shown
    assert "The person who invited you is thanked with a reward once you have done “hand in the form”." in shown
    assert olga.post(url, {"what": "another"}, follow=True).status_code == 200
    assert Reward.objects.get().state == "promised"
    assert "Ticked off." in text_of(olga.post(url, {"what": "hand in the form", "act": "done"}, follow=True))
    assert Reward.objects.get().state == "on_hold"
    assert "The tick is taken back." in text_of(
        olga.post(url, {"what": "hand in the form", "act": "undo"}, follow=True)
    )
    assert Reward.objects.get().state == "promised"


def test_a_check_in_the_sentence_is_in_the_owners_words(gym: Business, olga: Browser) -> None:
    sent = {**OFFER, "condition": "check", "condition_text": "hand in the form"}
    page = olga.post(at(gym, "campaign_save_new"), {**sent, "condition_text": ""})
    assert "Write what has to be done" in text_of(page)
    assert olga.post(at(gym, "campaign_save_new"), sent).status_code == 302
    assert Campaign.objects.get().terms.conditions == [{"kind": "check", "text": "hand in the form"}]
    assert 'name="condition_text" value="hand in the form"' in olga.get(at(gym, "campaign")).content.decode()


def test_the_owner_opens_a_recommendation_again(gym: Business, olga: Browser, desk: Browser, ana: Client) -> None:
    """CASES 39: with a note, and nobody else; the page says that it can be done."""
    launch(gym, qualification_days=30, now=later(-40, now=clock.now()))
    referral = bring(ana, "Ben", now=later(-40, now=clock.now()))
    close_overdue(clock.now())
    page, url = at(gym, "recommendation", referral.public_id), at(gym, "recommendation_reopen", referral.public_id)
    assert "Open it again" in text_of(olga.get(page))
    assert "Open it again" not in text_of(desk.get(page))
    desk.post(url, {"note": "please"})
    olga.post(url, {"note": ""})
    referral.refresh_from_db()
    assert referral.reason == "not_converted"
    assert "open again" in text_of(olga.post(url, {"note": "was ill"}, follow=True))
    referral.refresh_from_db()
    assert (referral.state, referral.reason, referral.note) == ("registered", "", "was ill")


def test_own_words_go_with_their_condition(gym: Business, olga: Browser) -> None:
    """R-113, R-141: what is typed moves up with its place, in a further step too, and goes with the one taken away."""
    sent = {
        **OFFER,
        "condition": "check",
        "condition_text": "hand in the form",
        "condition_2": "check",
        "condition_2_text": "bring a photo",
        "step_2_condition": "check",
        "step_2_condition_text": "come again",
        "step_2_condition_2": "check",
        "step_2_condition_2_text": "write a review",
    }
    for dropped, left in (("condition", ("bring a photo", None)), ("condition_2", ("hand in the form", None))):
        shown = olga.post(at(gym, "campaign_save_new"), {**sent, "drop": dropped}).context["form"].initial
        assert (shown["condition_text"], shown.get("condition_2_text")) == left
    shown = olga.post(at(gym, "campaign_save_new"), {**sent, "drop": "step_2_condition"}).context["form"].initial
    assert (shown["step_2_condition_text"], shown.get("step_2_condition_2_text")) == ("write a review", None)
