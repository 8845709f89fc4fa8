"""The log says from what to what a thing was changed, and of people only which detail (UX B1, PRI-13)."""

import json
from pathlib import Path

import pytest
from django.test import Client as Browser

from plusone.clients.commands import edit_client
from plusone.clients.models import Client
from plusone.connect.commands import edit_business
from plusone.connect.commands.team import set_role
from plusone.connect.imports import import_clients
from plusone.events.models import Event
from plusone.kernel.commands import add_collaborator
from plusone.kernel.models import Business, User
from plusone.referrals.commands import edit_campaign
from plusone.referrals.offers import read_offer
from plusone.store.commands import edit_product
from plusone.store.models import Product
from world import EUR10, NOON, launch

from .pages import text_of

pytestmark = pytest.mark.django_db
WHO = {"actor": "user:1", "now": NOON}


def log(gym: Business, browser: Browser, kind: str) -> str:
    return text_of(browser.get(f"/b/{gym.slug}/settings/activity/?kind={kind}"))


def test_settings_say_from_what_to_what(gym: Business, olga: Browser) -> None:
    edit_business(gym, quiet_from=20, consent_required=True, kind="salon", country="FR", email="o@vela.example", **WHO)
    told = log(gym, olga, "business.changed")
    for line in (
        "Quiet from: from 21:00 to 20:00",
        "Friends have to agree to be contacted when they register: from no to yes",
        "Kind: from Studio or gym to Salon or spa",
        "Country: from Spain to France",
        "Changed: E-mail",
    ):
        assert line in told, line
    assert "o@vela.example" not in json.dumps(Event.objects.get(name="business.changed").data)


def test_of_a_person_only_the_detail_is_named(gym: Business, ana: Client, olga: Browser) -> None:
    """PRI-7: the log holds no name and no address, of before or of now."""
    edit_client(ana, first_name="Anabel", email="anabel@clients.example", language="en", access=False, **WHO)
    told = log(gym, olga, "client.changed")
    assert "Client area: from yes to no" in told
    assert "Language: from – to English" in told
    assert "Changed: E-mail, First name" in told
    data = json.dumps(Event.objects.get(name="client.changed").data)
    assert "nabel" not in data
    assert "Ana" not in data


def test_a_price_and_who_sees_it(gym: Business, bono: Product, olga: Browser) -> None:
    edit_product(bono, price=6000, visibility="hidden", name="Bono 12", **WHO)
    told = log(gym, olga, "product.changed")
    assert "Price: from €50.00 to €60.00" in told
    assert "Who sees it: from Clients and leads to Nobody: sold at the desk only" in told


def test_an_offer_in_its_own_sentences(gym: Business, olga: Browser) -> None:
    campaign = launch(gym)
    offer = read_offer(gym, {"friend_reward": None, "ambassador_reward": EUR10, "qualification_days": 0})
    edit_campaign(campaign, offer=offer, **WHO)
    told = log(gym, olga, "campaign.terms_changed")
    assert "Offer: from “" in told
    assert told.index("€15") < told.index("€10")


def test_a_role(gym: Business, olga: Browser) -> None:
    somebody = add_collaborator(gym, User.objects.create_user("eva@vela.example"), role="front_desk")
    set_role(somebody, "manager", **WHO)
    assert "Role: from Front desk to Manager" in log(gym, olga, "team.role_changed")


def test_an_event_from_before_is_still_read(gym: Business, olga: Browser) -> None:
    Event.objects.create(
        business=gym, name="business.changed", actor="user:1", at=NOON, data={"fields": ["timezone"]}, depth=0
    )
    assert "Changed: Time zone" in log(gym, olga, "business.changed")


def test_what_an_import_brought_is_set_apart_with_its_days_of_long_ago(
    gym: Business, ana: Client, olga: Browser, tmp_path: Path
) -> None:
    """PRI-13: between today's lines an owner sees one line for the history, which opens."""
    file = tmp_path / "clients.csv"
    file.write_text("id,first name,created_at\n1,Ida,2024-02-03\n2,Eva,2025-11-20\n")
    import_clients(gym, file, now=NOON)
    edit_client(ana, access=False, **WHO)
    page = olga.get(f"/b/{gym.slug}/settings/activity/")
    told, [group] = text_of(page), [group for group in page.context["groups"] if group["brought"]]
    assert f"{group['brought']} lines of history that an import brought, from Feb 3, 2024 to Nov 20, 2025" in told
    assert {row["told"].event.imported for row in group["rows"]} == {True}
    assert {row["client"].first_name for row in group["rows"]} == {"Ida", "Eva"}
    others = [row for each in page.context["groups"] if not each["brought"] for row in each["rows"]]
    assert (others[0]["told"].event.name, {row["told"].event.imported for row in others}) == ("client.changed", {False})
    one = olga.get(f"/b/{gym.slug}/settings/activity/?day=2024-02-03")
    assert [group["brought"] for group in one.context["groups"]] == [0]
    assert "imported" in text_of(one)
