"""Leads, flagged recommendations and rewards that wait (R-053..R-059, R-044, R-115)."""

import csv
import io
from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.commands import activate, delete_client, edit_client, register_lead
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import register_friend
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward
from world import EUR10, NOON, add_client, bring, later, launch

from .pages import text_of


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


def flagged(gym: Business, ana: Client) -> Referral:
    return register_friend(
        gym, ana, first_name="Paula", email="p@throwaway.example", flags=("disposable_email",), actor="public", now=NOON
    ).referral


def test_each_lead_can_be_reached_from_its_row(gym: Business, ana: Client, olga: Browser) -> None:
    """R-053, R-057: name, e-mail, phone, day, referred by, status; call, WhatsApp, mail."""
    launch(gym)
    ben = bring(ana, "Ben").friend
    edit_client(ben, phone="+34600222333", actor="user:1", now=NOON)
    page = olga.get(at(gym, "leads"))
    said = text_of(page)
    assert "ben@friends.example +34600222333 Mar 10, 2026 Ana López Lead" in said
    html = page.content.decode()
    assert 'href="tel:+34600222333"' in html
    assert 'href="https://wa.me/34600222333' in html
    assert 'href="mailto:ben@friends.example"' in html
    assert at(gym, "client", ben.public_id) in html
    assert at(gym, "client_activate", ben.public_id) in html


def test_active_clients_are_no_leads(gym: Business, ana: Client, olga: Browser) -> None:
    assert "Ana López" not in text_of(olga.get(at(gym, "leads")))


def test_empty_list_helps(gym: Business, olga: Browser) -> None:
    page = text_of(olga.get(at(gym, "leads")))
    assert "No lead is waiting" in page
    assert "Choose a client" in page


def test_sorting_and_searching(gym: Business, ana: Client, olga: Browser) -> None:
    launch(gym)
    for number, name in enumerate(("Cleo", "Ben", "Álex")):
        bring(ana, name, now=later(number), email=f"{number}@friends.example")
    newest = text_of(olga.get(at(gym, "leads")))
    assert newest.index("Álex") < newest.index("Ben") < newest.index("Cleo")
    by_name = text_of(olga.get(at(gym, "leads"), {"sort": "name"}))
    assert by_name.index("Ben") < by_name.index("Cleo")
    found = text_of(olga.get(at(gym, "leads"), {"q": "alex"}))
    assert "Álex" in found
    assert "Cleo" not in found


def test_sorting_by_who_brought_them(gym: Business, ana: Client, olga: Browser) -> None:
    """R-057: the friends of one client stand together, over pages and in the file too; up and down."""
    launch(gym)
    bea = add_client(gym, "Bea")
    for number, (who, name) in enumerate(((bea, "Cleo"), (ana, "Dora"), (bea, "Álex"), (ana, "Eva"))):
        bring(who, name, now=later(number), email=f"{number}@friends.example")
    register_lead(gym, first_name="Zoe", email="zoe@friends.example", source="form", actor="public", now=later(9))
    ranked = ["Zoe", "Dora", "Eva", "Cleo", "Álex"]
    for sort, wanted in (("by", ranked), ("-by", ranked[::-1])):
        rows = olga.get(at(gym, "leads"), {"sort": sort}).context["rows"]
        assert [row["lead"].first_name for row in rows] == wanted
        lines = b"".join(olga.get(at(gym, "leads_csv"), {"sort": sort}).streaming_content).decode().splitlines()
        assert [line.split(",")[0].strip('"') for line in lines[1:]] == wanted
    head = olga.get(at(gym, "leads")).content.decode().split("<thead>")[1].split("</thead>")[0]
    assert "sort=by" in head


def test_list_asks_the_same_of_one_and_of_three(
    gym: Business, ana: Client, olga: Browser, django_assert_max_num_queries: Any
) -> None:
    launch(gym)
    bring(ana, "Ben")
    with django_assert_max_num_queries(12) as one:
        olga.get(at(gym, "leads"))
    for name in ("Cleo", "Dora"):
        bring(ana, name)
    with django_assert_max_num_queries(12) as three:
        olga.get(at(gym, "leads"))
    assert len(one) == len(three)


def test_file_equals_the_screen_and_runs_no_formula(gym: Business, ana: Client, olga: Browser) -> None:
    """TRUST: a cell that a spreadsheet would run is defused; phones stay as they are."""
    launch(gym)
    ben = bring(ana, "Ben").friend
    edit_client(ben, first_name='=HYPERLINK("x")', phone="+34600222333", actor="user:1", now=NOON)
    bring(ana, "Cleo", now=later(1))
    answer = olga.get(at(gym, "leads_csv"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="leads-studio-vela.csv"'
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert rows == [
        ["Name", "E-mail", "Phone", "Registered on", "Referred by", "Status", "Next step", "Next step on"],
        ["Cleo", "cleo@friends.example", "", "2026-03-11", "Ana López", "Lead", "", ""],
        ['\'=HYPERLINK("x")', "ben@friends.example", "+34600222333", "2026-03-10", "Ana López", "Lead", "", ""],
    ]
    only = olga.get(at(gym, "leads_csv"), {"q": "cleo"}).getvalue().decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(only)))) == 2


def test_the_desk_may_not_export(gym: Business, desk: Browser) -> None:
    assert desk.get(at(gym, "leads_csv")).status_code == 404
    assert "leads.csv" not in desk.get(at(gym, "leads")).content.decode()


def test_deleted_leads_stay_counted(gym: Business, ana: Client, olga: Browser) -> None:
    """R-044, M-4."""
    launch(gym)
    for name in ("Ben", "Cleo"):
        delete_client(bring(ana, name).friend, actor="user:1", now=NOON)
    assert "2 recommended leads were deleted so far; they stay counted." in text_of(olga.get(at(gym, "leads")))


def test_a_lead_without_ambassador_offers_to_say_who_it_was(gym: Business, olga: Browser) -> None:
    from plusone.clients.commands import register_lead

    lead = register_lead(gym, first_name="Iris", email="iris@mail.example", source="form", actor="public", now=NOON)
    page = olga.get(at(gym, "leads")).content.decode()
    assert at(gym, "client_referred_by", lead.public_id) in page


# What needs a look


def test_flagged_recommendation_shows_why_and_can_be_approved(gym: Business, ana: Client, olga: Browser) -> None:
    launch(gym, friend=EUR10)
    referral = flagged(gym, ana)
    page = text_of(olga.get(at(gym, "leads")))
    assert "Paula recommended by Ana López Throw-away e-mail address" in page
    assert balance_of(gym, referral.friend_id, now=later(1)).available == 0
    url = at(gym, "referral_approve", referral.public_id)
    assert olga.get(url).status_code == 405
    for _click in range(2):
        assert olga.post(url)["Location"] == at(gym, "leads")
    referral.refresh_from_db()
    assert not referral.flagged
    assert balance_of(gym, referral.friend_id, now=later(1)).available == 1000


def test_flagged_recommendation_can_be_rejected(gym: Business, ana: Client, olga: Browser) -> None:
    launch(gym, friend=EUR10)
    referral = flagged(gym, ana)
    olga.post(at(gym, "referral_reject", referral.public_id), {"note": "own second address"})
    referral.refresh_from_db()
    assert (referral.state, referral.reason, referral.note) == ("closed", "rejected", "own second address")
    assert referral.friend.is_lead
    assert {reward.state for reward in Reward.objects.all()} == {"lapsed"}
    assert "These need a look" not in text_of(olga.get(at(gym, "leads")))


# Rewards that wait


def test_reward_waits_for_a_decision_and_is_given_once(gym: Business, ana: Client, olga: Browser) -> None:
    """CASES 60: a double click approves once."""
    launch(gym, approval="manual")
    ben = bring(ana, "Ben").friend
    olga.post(at(gym, "client_activate", ben.public_id))
    assert "1 reward waits for your decision" in text_of(olga.get(at(gym, "home")))
    page = text_of(olga.get(at(gym, "rewards")))
    assert "Ana López · €15.00 of balance" in page
    assert "Ana López recommended Ben" in page
    url = at(gym, "reward_decide", ana.rewards.get().public_id)
    for _click in range(2):
        olga.post(url, {"act": "approve", "note": "well done"})
    assert balance_of(gym, ana.pk, now=later(1)).available == 1500
    assert ana.rewards.get().note == "well done"
    assert "No reward waits for you" in text_of(olga.get(at(gym, "rewards")))


def test_reward_can_be_declined_and_approved_later(gym: Business, ana: Client, olga: Browser) -> None:
    """CASES 61."""
    launch(gym, approval="manual")
    ben = bring(ana, "Ben").friend
    olga.post(at(gym, "client_activate", ben.public_id))
    url = at(gym, "reward_decide", ana.rewards.get().public_id)
    olga.post(url, {"act": "decline", "note": "the same household"})
    reward = ana.rewards.get()
    assert (reward.state, reward.note) == ("declined", "the same household")
    assert balance_of(gym, ana.pk, now=later(1)).available == 0
    olga.post(url, {"act": "override", "note": "they moved apart"})
    assert balance_of(gym, ana.pk, now=later(1)).available == 1500


def test_the_desk_may_not_decide(gym: Business, ana: Client, desk: Browser) -> None:
    launch(gym, approval="manual")
    bring(ana, "Ben")
    url = at(gym, "reward_decide", ana.rewards.get().public_id)
    assert desk.post(url, {"act": "approve"}).status_code == 404
    assert ana.rewards.get().state == "promised"


def test_why_a_reward_waits_is_two_clicks_from_search(
    gym: Business, ana: Client, olga: Browser, django_assert_max_num_queries: Any
) -> None:
    """UX 12, CASES 61: a sentence with its date on the profile, the whole trail behind "Why?"; an override needs a
    note."""
    launch(gym, approval="manual")
    ben = bring(ana, "Ben")
    activate(ben.friend, actor="user:1", now=NOON)
    page = olga.get(at(gym, "client", ana.public_id))
    sentence = "€15.00 of balance for Ana López waits for a decision, because this campaign approves each reward."
    assert sentence in text_of(page)
    why = at(gym, "recommendation", ben.public_id)
    assert f'href="{why}"' in page.content.decode()
    with django_assert_max_num_queries(12):
        said = text_of(olga.get(why))
    assert sentence in said
    assert "A reward needs a decision" in said
    assert "Because of this: A referred friend became an active client" in said
    reward = Reward.objects.get()
    decide = at(gym, "reward_decide", reward.public_id)
    assert olga.post(decide, {"act": "decline", "note": "no", "back": ben.public_id}).url == why
    assert olga.post(decide, {"act": "override", "back": ben.public_id}).status_code == 409
    reward.refresh_from_db()
    assert reward.state == "declined"
    olga.post(decide, {"act": "override", "note": "on second thoughts", "back": ben.public_id})
    said = text_of(olga.get(why))
    assert "It was declined before. Note: no" in said, "the trail shows both, with what was said"
    assert "Ana López received €15.00 of balance on" in said
    assert "Note: on second thoughts" in said
    assert "A reward was declined" in said
    assert balance_of(gym, ana.pk, now=later(1)).available == 1500


def test_rewards_are_decided_together_and_once(gym: Business, ana: Client, olga: Browser, desk: Browser) -> None:
    """CASES 60: friend's and ambassador's side apart, several at once, and a second press changes nothing."""
    launch(gym, friend=EUR10, approval="manual", friend_reward_on="qualified")
    for name in ("Ben", "Cleo"):
        activate(bring(ana, name).friend, actor="user:1", now=NOON)
    page = olga.get(at(gym, "rewards")).content.decode()
    assert page.count("data-pick>") == 4
    assert "data-pick-all" in page
    mine = list(Reward.objects.filter(side="ambassador").values_list("public_id", flat=True))
    hers = list(Reward.objects.filter(side="friend").values_list("public_id", flat=True))
    url = at(gym, "rewards_decide")
    assert desk.post(url, {"act": "approve", "pick": mine}).status_code == 404
    assert "Select at least one row first." in text_of(olga.post(url, {"act": "approve"}, follow=True))
    assert "2 rewards approved." in text_of(
        olga.post(url, {"act": "approve", "pick": mine, "note": "fine"}, follow=True)
    )
    olga.post(url, {"act": "approve", "pick": mine})
    olga.post(url, {"act": "decline", "pick": [*mine, *hers], "note": "one flat"})
    assert set(Reward.objects.values_list("side", "state", "note")) == {
        ("ambassador", "granted", "fine"),
        ("friend", "declined", "one flat"),
    }
    assert balance_of(gym, ana.pk, now=later(1)).available == 3000
