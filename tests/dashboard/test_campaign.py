"""The campaign as a sentence: explainer, builder, preview, new terms, the end (R-010..R-018, R-050..R-052, R-141)."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.referrals.models import Campaign, Referral, Terms
from plusone.rewards.models import Handover, Reward
from plusone.store.commands import create_membership_type
from plusone.store.models import Product
from world import EUR10, NOON, bring, launch

from .pages import once_of, send, text_of

OFFER = {
    "name": "Bring a friend",
    "mode": "rewards",
    "friend_kind": "balance",
    "friend_amount": "10",
    "condition": "activated",
    "ambassador_kind": "balance",
    "ambassador_amount": "15,50",
    "friend_reward_on": "registered",
}


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


def test_first_use_explains_the_loop_and_remembers_who_began(gym: Business, olga: Browser) -> None:
    """R-010: explainer, Get started, recorded, nothing sent, can be opened again."""
    page = text_of(olga.get(at(gym, "campaign")))
    assert "How recommendations work" in page
    assert "Nothing is sent to anybody by this." in page
    assert olga.post(at(gym, "campaign_begin"))["Location"] == at(gym, "campaign")
    gym.refresh_from_db()
    assert gym.marketing_started_at is not None
    assert gym.marketing_started_by.startswith("user:")
    assert "When your client recommends a friend" in text_of(olga.get(at(gym, "campaign")))
    assert "Started by olga@vela.example" in text_of(olga.get(at(gym, "campaign_how")))


def test_launching_from_nothing_takes_few_clicks_and_one_screen(gym: Business, olga: Browser) -> None:
    """UX task 2: home ▸ campaign ▸ Get started ▸ Activate, no field to fill in: the preset of a studio stands there."""
    url = at(gym, "campaign")
    olga.post(at(gym, "campaign_begin"))
    page = olga.get(url)
    assert 'name="friend_amount" value="10"' in page.content.decode()
    form = page.context["form"]
    data = {name: form.initial.get(name) or "" for name in OFFER}
    answer = olga.post(at(gym, "campaign_save_new"), {**data, "once": once_of(page), "activate": "1"})
    campaign = Campaign.objects.get()
    assert answer["Location"] == at(gym, "campaign_one", campaign.public_id)
    assert (campaign.state, campaign.is_default) == ("active", True)
    terms = campaign.terms
    assert terms.friend_reward == {"kind": "balance", "amount": 1000}
    assert terms.ambassador_reward == {"kind": "balance", "amount": 1500}


@pytest.mark.parametrize(
    ("kind", "currency", "friend", "ambassador"),
    [
        ("studio", "EUR", 1000, 1500),
        ("coach", "MXN", 40000, 40000),
        ("salon", "JPY", 750, 1500),
        ("clinic", "EUR", None, None),
        ("venue", "KWD", 2000, 2000),
    ],
)
def test_presets_are_sane_in_every_currency(
    gym: Business, kind: str, currency: str, friend: int | None, ambassador: int | None
) -> None:
    from plusone.faces.dashboard.views.campaign.presets import start_of

    gym.currency = currency
    assert start_of(gym, kind) == (friend, ambassador)


def test_draft_is_saved_and_sent_twice_makes_one(gym: Business, olga: Browser) -> None:
    """R-141: both slots and the condition; a double click makes one campaign."""
    page = olga.get(at(gym, "campaign_new"))
    data = {**OFFER, "once": once_of(page), "draft": "1", "hold_days": "14", "expires_days": "365", "approval": "on"}
    first = olga.post(at(gym, "campaign_save_new"), data)
    second = olga.post(at(gym, "campaign_save_new"), data)
    campaign = Campaign.objects.get()
    assert first["Location"] == second["Location"] == at(gym, "campaign_one", campaign.public_id)
    assert campaign.state == "draft"
    terms = campaign.terms
    assert terms.ambassador_reward == {"kind": "balance", "amount": 1550, "expires_days": 365}
    assert (terms.hold_days, terms.needs_approval, terms.conditions) == (14, True, [{"kind": "activated"}])


def test_no_reward_mode_mentions_no_money(gym: Business, olga: Browser) -> None:
    """R-004, R-048: without rewards no money word appears in what client and friend see."""
    answer = send(
        olga, at(gym, "campaign_save_new"), {**OFFER, "mode": "none", "activate": "1"}, form_at=at(gym, "campaign_new")
    )
    assert answer.status_code == 302
    terms = Campaign.objects.get().terms
    assert (terms.friend_reward, terms.ambassador_reward) == (None, None)
    preview = text_of(olga.post(at(gym, "campaign_preview"), {**OFFER, "mode": "none"}))
    assert "€" not in preview
    assert "balance" not in preview.lower()


def test_one_side_may_receive_nothing(gym: Business, olga: Browser) -> None:
    """Q-31: the sides are independent."""
    data = {**OFFER, "friend_kind": "", "friend_amount": "", "activate": "1"}
    send(olga, at(gym, "campaign_save_new"), data, form_at=at(gym, "campaign_new"))
    terms = Campaign.objects.get().terms
    assert terms.friend_reward is None
    assert terms.ambassador_reward == {"kind": "balance", "amount": 1550}


@pytest.mark.parametrize("amount", ["", "0", "-5", "ten", "1.234"])
def test_wrong_amount_stands_in_the_sentence_and_saves_nothing(gym: Business, olga: Browser, amount: str) -> None:
    data = {**OFFER, "friend_amount": amount, "activate": "1"}
    answer = send(olga, at(gym, "campaign_save_new"), data, form_at=at(gym, "campaign_new"))
    assert answer.status_code == 200
    assert 'id="id_friend_amount_error"' in answer.content.decode()
    assert Campaign.objects.count() == 0


def test_preview_shows_three_languages(gym: Business, olga: Browser) -> None:
    """R-141: what client and friend will see, in the business's language first."""
    page = olga.post(at(gym, "campaign_preview"), OFFER).content.decode()
    assert page.index('lang="es"') < page.index('lang="en"')
    assert 'lang="fr"' in page
    assert "15,50" in page
    assert Campaign.objects.count() == 0


def test_preview_works_without_javascript(gym: Business, olga: Browser) -> None:
    data = {**OFFER, "friend_amount": "77", "preview": "1"}
    answer = send(olga, at(gym, "campaign_save_new"), data, form_at=at(gym, "campaign_new"))
    assert "€77.00" in text_of(answer)
    assert Campaign.objects.count() == 0


def test_changed_reward_makes_new_terms_for_later_friends(gym: Business, ana: Client, olga: Browser) -> None:
    """Q-07, R-007, UX task 3: the page says that open recommendations keep theirs, and they do."""
    campaign = launch(gym, friend=EUR10)
    referral = bring(ana, "Ben")
    page = olga.get(at(gym, "campaign"))
    assert "1 open recommendation keeps its own" in text_of(page)
    answer = olga.post(
        at(gym, "campaign_save", campaign.public_id), {**OFFER, "ambassador_amount": "20", "once": once_of(page)}
    )
    assert answer.status_code == 302
    assert campaign.terms.version == 2
    assert campaign.terms.ambassador_reward == {"kind": "balance", "amount": 2000}
    referral.refresh_from_db()
    assert referral.terms is not None
    assert (referral.terms.version, ana.rewards.get().amount) == (1, 1500)
    history = text_of(olga.get(at(gym, "campaign")))
    assert "Version 2 · in force" in history
    assert "€15.00" in history


def test_saving_the_same_offer_makes_no_new_terms(gym: Business, olga: Browser) -> None:
    campaign = launch(gym, friend=EUR10)
    page = olga.get(at(gym, "campaign"))
    data = {**OFFER, "ambassador_amount": "15", "name": "Another name", "once": once_of(page)}
    olga.post(at(gym, "campaign_save", campaign.public_id), data)
    campaign.refresh_from_db()
    assert (campaign.name, Terms.objects.count()) == ("Another name", 1)


def test_deactivating_says_what_counts_and_keeps_promises(gym: Business, ana: Client, olga: Browser) -> None:
    """Q-06, R-050..R-052, UX task 22."""
    campaign = launch(gym)
    referral = bring(ana, "Ben")
    url = at(gym, "campaign_deactivate", campaign.public_id)
    page = text_of(olga.get(url))
    assert "From now on the links show a friendly page and register nobody." in page
    assert "1 friend has registered and is not active yet." in page
    campaign.refresh_from_db()
    assert campaign.is_active
    assert olga.post(url, {"open_referrals": "honour"}).status_code == 302
    campaign.refresh_from_db()
    referral.refresh_from_db()
    assert (campaign.state, campaign.is_default, referral.state) == ("inactive", False, "registered")


def test_deactivating_can_end_the_open_ones(gym: Business, ana: Client, olga: Browser) -> None:
    campaign = launch(gym)
    referral = bring(ana, "Ben")
    olga.post(at(gym, "campaign_deactivate", campaign.public_id), {"open_referrals": "stop"})
    referral.refresh_from_db()
    assert (referral.state, referral.reason) == ("closed", "campaign_ended")


def test_deactivating_for_some_days_asks_how_many(gym: Business, ana: Client, olga: Browser) -> None:
    campaign = launch(gym)
    bring(ana, "Ben")
    url = at(gym, "campaign_deactivate", campaign.public_id)
    assert olga.post(url, {"open_referrals": "honour_days", "days": "0"}).status_code == 200
    campaign.refresh_from_db()
    assert campaign.is_active
    assert olga.post(url, {"open_referrals": "honour_days", "days": "10"}).status_code == 302
    deadline = Referral.objects.get().deadline_at
    assert deadline is not None
    assert 10 <= (deadline - clock.now()).days <= 11


def test_reactivating_keeps_the_links(gym: Business, ana: Client, olga: Browser) -> None:
    """R-011."""
    campaign, code = launch(gym), ana.code
    olga.post(at(gym, "campaign_deactivate", campaign.public_id), {"open_referrals": "honour"})
    page = olga.get(at(gym, "campaign"))
    assert "Reactivate" in text_of(page)
    olga.post(at(gym, "campaign_save", campaign.public_id), {**OFFER, "once": once_of(page), "activate": "1"})
    campaign.refresh_from_db()
    ana.refresh_from_db()
    assert (campaign.state, ana.code) == ("active", code)


def test_all_campaigns_are_listed_with_their_state(
    gym: Business, olga: Browser, django_assert_num_queries: Any
) -> None:
    """Q-21; the same queries for one and for three."""
    launch(gym)
    olga.get(at(gym, "campaigns"))
    with django_assert_num_queries(5):
        olga.get(at(gym, "campaigns"))
    launch(gym)
    send(olga, at(gym, "campaign_save_new"), {**OFFER, "draft": "1"}, form_at=at(gym, "campaign_new"))
    olga.get(at(gym, "campaigns"))
    with django_assert_num_queries(5):
        page = text_of(olga.get(at(gym, "campaigns")))
    assert page.count("Live") == 2
    assert "Draft" in page
    assert page.count("Default") == 1


def test_ended_campaign_can_be_archived_and_is_read_only(gym: Business, olga: Browser) -> None:
    campaign = launch(gym)
    assert olga.post(at(gym, "campaign_archive", campaign.public_id)).status_code == 409
    olga.post(at(gym, "campaign_deactivate", campaign.public_id), {"open_referrals": "honour"})
    olga.post(at(gym, "campaign_archive", campaign.public_id))
    campaign.refresh_from_db()
    assert campaign.state == "archived"
    olga.post(at(gym, "campaign_archive", campaign.public_id))
    assert Event.objects.filter(name="campaign.archived").count() == 1
    page = olga.get(at(gym, "campaign_one", campaign.public_id)).content.decode()
    assert 'name="save"' not in page
    assert '<fieldset class="plain" disabled>' in page


def test_desk_sees_the_campaign_and_cannot_change_it(gym: Business, desk: Browser) -> None:
    campaign = launch(gym)
    assert 'name="save"' not in desk.get(at(gym, "campaign")).content.decode()
    assert desk.post(at(gym, "campaign_save", campaign.public_id), OFFER).status_code == 404
    assert Terms.objects.count() == 1
    assert Referral.objects.count() == 0


def test_the_sentence_takes_a_percentage_and_another_condition(gym: Business, olga: Browser) -> None:
    """R-141, R-113: each slot of the sentence; what is wrong is said at its slot and nothing is saved."""
    url = at(gym, "campaign_save_new")
    offer = {
        **OFFER,
        "ambassador_kind": "percent",
        "ambassador_amount": "12,5 %",
        "condition": "spend",
        "condition_at_least": "50,00",
        "qualification_days": "60",
    }
    for wrong in ({"ambassador_amount": "101"}, {"condition_at_least": ""}, {"condition_at_least": "many"}):
        assert olga.post(url, {**offer, **wrong}).status_code == 200
    assert not Campaign.objects.exists()
    assert olga.post(url, offer).status_code == 302
    terms = Campaign.objects.get().terms
    assert terms.ambassador_reward == {"kind": "balance", "percent": 12.5}
    assert (terms.conditions, terms.qualification_days) == ([{"kind": "spend", "at_least": 5000}], 60)
    page = olga.get(at(gym, "campaign"))
    assert 'name="condition_at_least" value="50' in page.content.decode()
    olga.post(at(gym, "campaign_save", Campaign.objects.get().public_id), {**offer, "once": once_of(page)})
    assert Campaign.objects.get().terms.version == 1


def test_the_sentence_takes_every_kind_of_reward(gym: Business, olga: Browser, bono: Product) -> None:
    """R-141, Q-25: a coupon for the friend, a product for the client; shown again as they were typed."""
    sent = {
        **OFFER,
        "friend_kind": "coupon_percent",
        "friend_valid_days": "30",
        "ambassador_kind": "product",
        "ambassador_product": bono.public_id,
        "expires_days": "60",
    }
    olga.post(at(gym, "campaign_save_new"), {**sent, "draft": "1"})
    terms = Campaign.objects.get().terms
    assert terms.friend_reward == {"kind": "coupon", "percent": 10, "valid_days": 30}
    product = {"kind": "product", "product": bono.public_id, "title": "Bono 10", "expires_days": 60}
    assert terms.ambassador_reward == product
    page = olga.get(at(gym, "campaign"))
    form = page.context["form"].initial
    assert {name: form[name] for name in ("friend_kind", "friend_amount", "friend_valid_days", "ambassador_kind")} == {
        "friend_kind": "coupon_percent",
        "friend_amount": "10",
        "friend_valid_days": 30,
        "ambassador_kind": "product",
    }
    assert "a coupon of 10% for one order (valid for 30 days)" in text_of(page)
    manual = {**sent, "ambassador_kind": "manual", "ambassador_text": "Un masaje"}
    shown = text_of(olga.post(at(gym, "campaign_preview"), manual))
    assert "« Un masaje » (à retirer sous 60 jours)" in shown
    assert 'value="membership"' not in page.content.decode()  # there is no type to give yet
    once = create_membership_type(gym, name="Clase", kind="pack", price=0, uses=1, sellable=False, now=NOON)
    given = {"friend_kind": "membership", "friend_membership_type": once.public_id}
    given |= {"ambassador_kind": "membership_days", "ambassador_days": "10", "draft": "1"}
    shown = text_of(olga.post(at(gym, "campaign_preview"), {**sent, **given}))
    assert "l’abonnement « Clase » offert" in shown
    assert "10 jours d’abonnement en plus" in shown
    for wrong, said in [
        ({**given, "friend_membership_type": ""}, "Choose a type of membership."),
        ({**given, "ambassador_days": "x"}, "Write between 1 and 3,650 days."),
        ({"ambassador_product": ""}, "Choose a product of your store."),
        ({"friend_valid_days": "0"}, "Write between 1 and 3,650 days."),
        ({"ambassador_kind": "manual", "ambassador_text": ""}, "Say in at most 120 characters what you hand over."),
    ]:
        assert said in text_of(olga.post(at(gym, "campaign_save_new"), {**sent, **wrong, "draft": "1"}))
    assert Campaign.objects.count() == 1


def test_what_is_to_be_handed_over_stands_on_a_list(
    gym: Business, ana: Client, olga: Browser, desk: Browser, bono: Product
) -> None:
    """R-115: from the home page to the list, and from the profile; done once, whoever is at the desk."""
    launch(gym, friend={"kind": "manual", "text": "Un café"}, ambassador=None)
    ben = bring(ana, "Ben").friend
    assert "1 present is to be handed over" in text_of(olga.get(at(gym, "home")))
    assert "“Un café”" in text_of(desk.get(at(gym, "client_plan", ben.public_id)))
    page = text_of(desk.get(at(gym, "handovers")))
    assert "Ben" in page
    assert "“Un café”" in page
    reward = Reward.objects.get()
    assert desk.post(at(gym, "handover_done", reward.public_id))["Location"] == at(gym, "handovers")
    profile = at(gym, "client_plan", ben.public_id)
    assert desk.post(at(gym, "handover_done", reward.public_id), {"profile": "1"})["Location"] == profile
    assert "Nothing to hand over" in text_of(desk.get(at(gym, "handovers")))
    assert "Waiting for this client" not in text_of(desk.get(profile))
    assert Handover.objects.count() == 1


def test_queries_of_the_list_of_presents(
    gym: Business, ana: Client, olga: Browser, django_assert_num_queries: Any
) -> None:
    launch(gym, friend={"kind": "manual", "text": "Un café"}, ambassador=None)
    for wanted in ("Ben", "Eva", "Leo"):
        bring(ana, wanted)
        with django_assert_num_queries(5):
            olga.get(at(gym, "handovers"))


def test_what_a_client_gets_who_is_on_that_membership_already(gym: Business, olga: Browser) -> None:
    """R-147: extend, queue or convert, in the sentence itself; a friend is given nothing that is renewed (R-283)."""
    month = create_membership_type(gym, name="Mes", kind="recurring", price=4500, period="month", now=NOON)
    given = {"ambassador_kind": "membership", "ambassador_membership_type": month.public_id}
    answer = send(
        olga,
        at(gym, "campaign_save_new"),
        {**OFFER, **given, "ambassador_when_running": "convert", "draft": "1"},
        form_at=at(gym, "campaign_new"),
    )
    reward = Campaign.objects.get().terms.ambassador_reward
    assert (reward["kind"], reward["when_running"]) == ("membership", "convert")  # type: ignore[index]
    assert '<option value="convert" selected>' in olga.get(answer["Location"]).content.decode()
    send(olga, answer["Location"], {**OFFER, **given, "ambassador_when_running": "once", "draft": "1"})
    said = text_of(olga.get(answer["Location"]))
    assert "or had it gets nothing: it is for once per person" in said
    wrong = {**OFFER, "friend_kind": "membership", "friend_membership_type": month.public_id, "draft": "1"}
    said = send(olga, at(gym, "campaign_save_new"), wrong, form_at=at(gym, "campaign_new"))
    assert "not one that is renewed each period" in text_of(said)
    assert Campaign.objects.count() == 1
