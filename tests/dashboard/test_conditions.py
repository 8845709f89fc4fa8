"""What a friend has to do, in the campaign's sentence (R-113, R-141)."""

from django.test import Client as Browser

from plusone.kernel.models import Business
from plusone.referrals.models import Campaign
from plusone.store.commands import create_membership_type
from world import NOON

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
