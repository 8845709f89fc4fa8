"""A professional sees the clients whom they look after, and no others (R-100, R-102, R-221, ISO-8)."""

import re

import pytest
from django.test import Client as Browser

from isolated import routes
from plusone.clients.commands import activate, assign, edit_client
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.commands import add_collaborator
from plusone.kernel.models import Business, Collaborator, User
from plusone.kernel.permissions import allows
from plusone.ledger.commands import adjust
from plusone.referrals.models import Campaign, Referral
from plusone.rewards.models import Reward
from plusone.store.commands import pay, place_order
from world import EUR10, NOON, add_client, bring, launch, make_product, sell

from .conftest import browser_of
from .pages import send, text_of

HOME = "/b/studio-vela/"
SECRETS = ("carla@", "Montesinos", "bea@friends.example", "600000002")


def worker(gym: Business, name: str, role: str = "professional") -> Collaborator:
    user = User.objects.create_user(f"{name}@vela.example".lower(), language="en", name=name)
    return add_collaborator(gym, user, role=role)


@pytest.fixture
def pablo(gym: Business) -> Collaborator:
    return worker(gym, "Pablo")


@pytest.fixture
def people(gym: Business, pablo: Collaborator, ana: Client) -> dict[str, Client]:
    """Ana is Pablo's, who brings Ben; Carla is nobody's, who brought Eva (Pablo's) and Bea (not)."""
    launch(gym, friend=EUR10, approval="manual")
    carla = add_client(gym, "Carla", "Montesinos", email="carla@clients.example", phone="+34600000002")
    assign([ana], pablo, actor="user:1", now=NOON)
    eva, bea = bring(carla, "Eva").friend, bring(carla, "Bea").friend
    assign([eva], pablo, actor="user:1", now=NOON)
    ana.refresh_from_db()
    ben = bring(ana, "Ben").friend
    sell(eva, make_product(gym))
    for one in (ana, carla):
        adjust(gym, one.pk, 300, key=f"gift:{one.pk}", reason="a gift", actor="user:1", now=NOON)
    return {"ana": ana, "ben": ben, "eva": eva, "carla": carla, "bea": bea}


def test_own_clients_alone_are_seen_on_every_page(
    gym: Business, pablo: Collaborator, people: dict[str, Client], house: object
) -> None:
    """Every staff page that the role may open, searched for the others too; their own addresses are not there."""
    browser = browser_of(pablo.user)
    owner = browser_of(house.owner)  # type: ignore[attr-defined]  # the house of the named world
    own = {"client": people["eva"].public_id, "referral": Referral.objects.get(friend=people["eva"]).public_id}
    theirs = {"client": people["carla"].public_id, "referral": Referral.objects.get(friend=people["bea"]).public_id}
    opened = 0
    for route in routes():
        if not route.door.startswith("staff:") or not allows("professional", route.door.removeprefix("staff:")):
            continue
        if {"client", "referral"} & set(route.parameters):
            others = dict.fromkeys(set(route.parameters) - {"business", *theirs}, "x" * 22)
            path = route.path({"business": gym.slug, **others, **theirs})
            for method in ("GET", "POST"):
                assert browser.generic(method, path).status_code in (404, 405), path
        if set(route.parameters) <= {"business", "client", "referral", "campaign"}:
            path = route.path({"business": gym.slug, "campaign": Campaign.objects.get().public_id, **own})
            for query in ("", "?q=carla", "?q=montesinos"):
                answer = browser.get(path + query)
                assert answer.status_code in (200, 302, 405), path
                said = answer.content.decode(errors="replace")
                assert [word for word in SECRETS if word in said.replace(f'value="{query[3:]}"', "")] == [], path
                opened += answer.status_code == 200
    assert opened > 25
    assert "Carla M." in text_of(browser.get(f"{HOME}clients/{own['client']}/"))  # what Eva herself knows
    assert "Carla Montesinos" in text_of(owner.get(f"{HOME}clients/{own['client']}/"))


def test_news_are_read_as_an_own_client(gym: Business, pablo: Collaborator, people: dict[str, Client]) -> None:
    """R-221: the preview names who reads it, and has their link."""
    browser, news = browser_of(pablo.user), f"{HOME}campaigns/{Campaign.objects.get().public_id}/news/"
    carla = people["carla"]
    pages = (browser.get(news, {"as": carla.public_id}), browser.post(f"{news}preview/", {"as": carla.public_id}))
    for page in pages:
        said = page.content.decode()
        assert ("Ana" in said, "Carla" in said, carla.code in said) == (True, False, False)


def test_lists_and_counts_are_of_own_clients(gym: Business, pablo: Collaborator, people: dict[str, Client]) -> None:
    browser = browser_of(pablo.user)
    page = browser.get(f"{HOME}clients/").content.decode()
    shown = {name for name, one in people.items() if f"/clients/{one.public_id}/" in page}
    assert shown == {"ana", "ben", "eva"}  # Ben came through Ana, so he is Pablo's too
    assert re.search(r"All\s*<span[^>]*>3<", page), "the count is of own clients"
    leads = browser.get(f"{HOME}leads/").content.decode()
    assert ("Ben" in leads, "Bea" in leads) == (True, False)
    ambassadors = text_of(browser.get(f"{HOME}ambassadors/"))
    assert ("Ana López" in ambassadors, "Carla" in ambassadors, "€" in ambassadors) == (True, False, False)


def test_presents_of_others_are_not_theirs_to_hand_over(gym: Business, pablo: Collaborator, ana: Client) -> None:
    """R-221: neither the name nor the address of whoever earned it is told, and nothing is noted for them."""
    launch(gym, ambassador={"kind": "manual", "text": "Massage"})
    carla = add_client(gym, "Carla", "Montesinos", email="carla@clients.example")
    assign([ana], pablo, actor="user:1", now=NOON)
    ana.refresh_from_db()
    for one, friend in ((carla, "Bea"), (ana, "Ben")):
        activate(bring(one, friend).friend, actor="user:1", now=NOON)
    browser = browser_of(pablo.user)
    assert "1 present is to be handed over" in text_of(browser.get(HOME))
    said = browser.get(f"{HOME}handovers/").content.decode()
    assert "Ana López" in said
    assert [word for word in SECRETS if word in said] == []
    theirs, own = (Reward.objects.get(client=one) for one in (carla, ana))
    assert browser.post(f"{HOME}handovers/{theirs.public_id}/").status_code == 404
    assert browser.post(f"{HOME}handovers/{own.public_id}/").status_code == 302
    assert [Reward.objects.get(pk=one.pk).is_handed_over for one in (theirs, own)] == [False, True]


def test_who_did_it_is_told_as_shortly_as_anywhere_else(gym: Business, pablo: Collaborator, ana: Client) -> None:
    """R-221: a friend who is not an own client is first name and initial in the log of the one who is, too."""
    launch(gym)
    assign([ana], pablo, actor="user:1", now=NOON)
    ana.refresh_from_db()
    friend = edit_client(bring(ana, "Ben").friend, last_name="Quintanilla", actor="user:1", now=NOON)
    assign([friend], None, actor="user:1", now=NOON)
    order = place_order(gym, friend, [(make_product(gym), 1)], actor=f"client:{friend.pk}", now=NOON)
    pay(order, method="cash", actor=f"client:{friend.pk}", now=NOON)  # Ana's reward comes of it
    browser = browser_of(pablo.user)
    for page in (f"clients/{ana.public_id}/history/", f"referrals/{Referral.objects.get().public_id}/"):
        said = text_of(browser.get(f"{HOME}{page}"))
        assert ("Ben Q." in said, "Quintanilla" in said) == (True, False), page


def test_whom_a_professional_adds_is_theirs(gym: Business, pablo: Collaborator) -> None:
    browser = browser_of(pablo.user)
    to = send(browser, f"{HOME}clients/new/", {"first_name": "Ida", "email": "ida@clients.example"})["Location"]
    assert browser.get(to).status_code == 200
    assert Client.objects.get(first_name="Ida").professional == pablo


def test_owner_says_who_looks_after_whom(
    gym: Business, olga: Browser, pablo: Collaborator, ana: Client, carla: Client, desk: Browser
) -> None:
    """One at a time, and several at once; each is an event, and the desk may not."""
    one = f"{HOME}clients/{ana.public_id}/assign/"
    assert "Nobody in particular" in text_of(olga.get(one))
    olga.post(one, {"professional": pablo.public_id})
    assert "Pablo" in text_of(olga.get(f"{HOME}clients/{ana.public_id}/"))
    picked = {"act": "assign", "pick": [ana.public_id, carla.public_id]}
    asked = olga.post(f"{HOME}clients/several/", picked)
    assert "Who looks after 2 clients?" in text_of(asked)
    assert Client.objects.filter(professional=pablo).count() == 1
    data = picked | {"sure": "1", "professional": pablo.public_id}
    assert desk.post(f"{HOME}clients/several/", data).status_code == 404
    olga.post(f"{HOME}clients/several/", data)
    assert Client.objects.filter(professional=pablo).count() == 2
    assert Event.objects.filter(business=gym, name="client.assigned").count() == 2
    olga.post(one, {"professional": ""})
    assert browser_of(pablo.user).get(f"{HOME}clients/{ana.public_id}/").status_code == 404


def test_somebody_of_another_business_cannot_look_after_a_client(
    gym: Business, salon: Business, olga: Browser, ana: Client
) -> None:
    lucie = Collaborator.objects.get(business=salon)
    answer = olga.post(f"{HOME}clients/{ana.public_id}/assign/", {"professional": lucie.public_id})
    assert answer.status_code == 200
    ana.refresh_from_db()
    assert ana.professional is None


def test_who_leaves_hands_their_clients_over(
    gym: Business, olga: Browser, pablo: Collaborator, ana: Client, carla: Client
) -> None:
    """R-221: first the clients, then the access, in one step."""
    marta = worker(gym, "Marta")
    assign([ana, carla], pablo, actor="user:1", now=NOON)
    page = f"{HOME}settings/team/{pablo.public_id}/remove/"
    assert "2 clients are theirs" in text_of(olga.get(page))
    olga.post(page, {"professional": marta.public_id})
    assert set(Client.objects.filter(professional=marta).values_list("first_name", flat=True)) == {"Ana", "Carla"}
    assert not Collaborator.objects.filter(pk=pablo.pk).exists()


def test_the_desk_sees_no_figures(gym: Business, desk: Browser, people: dict[str, Client]) -> None:
    """R-221: all clients and payments; what recommendations earn and cost is not the desk's."""
    assert "Outstanding balance" not in text_of(desk.get(HOME))
    said = text_of(desk.get(f"{HOME}ambassadors/"))
    assert ("Carla Montesinos" in said, "€" in said, "income" in said) == (True, False, False)
    for page in ("overview/", "income/", "goals/", f"ambassadors/{people['carla'].public_id}/", "orders.csv"):
        assert desk.get(f"{HOME}{page}").status_code == 404
