"""Markup in every text that people can write: each page shows it as text, in a real browser (TRUST FUZ-3)."""

from dataclasses import dataclass

import pytest
from django.apps import apps
from django.db import connection, models
from django.urls import reverse
from playwright.sync_api import Page

import isolated
from browser.conftest import Open
from browser.people import Person
from browser.test_every_page import shown
from howoften import before_a_release
from plusone.clients.models import Client
from plusone.kernel import guards
from plusone.kernel.models import Business, User
from plusone.messaging.models import Message
from plusone.rules.engine import work
from world import NOON, bring, login_of, open_gym

MARKUP = "\"'><x-zq></x-zq><img src=x onerror=zq=1>"
FOUND = "typeof zq !== 'undefined' || document.querySelector('x-zq') !== null"


@dataclass(frozen=True)
class Trap:
    """A business whose every text is markup, its people, and the pages there are."""

    owner: User
    client: User
    pages: dict[str, list[str]]
    planted: int


def plant(business: Business) -> int:
    """Put markup into every free text of a business's rows. Return how many."""
    planted = 0
    with guards.lifted(connection):
        for model in apps.get_models():
            names = {one.name for one in model._meta.fields}
            owner = "pk" if model is Business else "business" if "business" in names else "business_id"
            if model is not Business and owner not in names:
                continue
            for row in model._default_manager.filter(**{owner: business.pk}):
                changes = {one.name: f"{row.pk}{MARKUP}" for one in model._meta.concrete_fields if is_written(one, row)}
                if changes:
                    model._default_manager.filter(pk=row.pk).update(**changes)
                    planted += len(changes)
    return planted


def is_written(one: "models.Field[object, object]", row: models.Model) -> bool:
    """Say whether people write this column; a mail's HTML is made by us, and made anew below."""
    text = isinstance(one, (models.CharField, models.TextField)) and one.name not in ("email", "to", "html", "reply_to")
    return text and isolated._is_free(one, row) and (one.max_length or 99) > len(MARKUP) + 6


@pytest.fixture(scope="module")
def trap(lasting: str) -> Trap:
    side = isolated.fill(open_gym())
    business = side.business
    planted = plant(business)
    ana = Client.objects.filter(business=business).order_by("pk")[0]
    bring(ana, "Ben", email="new@friends.example")
    work(NOON)  # mails with those names in them
    staff, people = shown(side)
    mails = [
        f"/o/{public_id}/" for public_id in Message.objects.order_by("-pk").values_list("public_id", flat=True)[:8]
    ]
    pages = {"staff": staff, "people": people, "mails": ["/o/", *mails, *(f"{mail}html/" for mail in mails)]}
    return Trap(side.house.owner, login_of(ana), pages, planted)


@pytest.fixture
def server(lasting: str) -> str:
    return lasting


def smuggled(page: Page) -> bool:
    """Say whether markup became part of a page, or of a frame in it."""
    return any(frame.evaluate(FOUND) for frame in page.frames if frame.url != "about:blank")


@pytest.mark.parametrize(
    "side", [pytest.param(side, marks=before_a_release) for side in ("staff", "people")] + ["mails"]
)
def test_markup_stays_text_on_every_page(trap: Trap, server: str, open_page: Open, side: str) -> None:
    """FUZ-3, with no error in a console either (conftest): as the owner, as a client and as nobody, mails too."""
    assert trap.planted > 100
    somebody = Person(open_page(), server)
    somebody.log_in(trap.client if side == "people" else trap.owner)
    assert len(trap.pages[side]) > 8
    seen, found = 0, []
    for path in trap.pages[side]:
        somebody.go(path)
        seen += "<x-zq>" in somebody.page.locator("body").inner_text()
        if smuggled(somebody.page):
            found.append(path)
    assert found == []
    assert seen > 3, "what was planted is not shown at all"


def test_markup_runs_nowhere_in_a_poster(trap: Trap, lasting: str) -> None:
    """FUZ-3: the PDF has words, and nothing that acts."""
    owner = isolated._logged_in(trap.owner)
    poster = owner.get(reverse("b:poster", args=[Business.objects.get().slug]))
    made = b"".join(poster.streaming_content) if poster.streaming else poster.content
    assert made.startswith(b"%PDF")
    assert not [word for word in (b"/JavaScript", b"/JS", b"/OpenAction", b"/Launch") if word in made]


def test_markup_control(server: str, open_page: Open) -> None:
    """The control: where it is not escaped, it is found."""
    somebody = Person(open_page(), server)
    somebody.go("/accounts/login/")
    assert not smuggled(somebody.page)
    somebody.page.evaluate("text => document.body.insertAdjacentHTML('beforeend', text)", MARKUP.partition("<img")[0])
    assert smuggled(somebody.page)
