"""Help beside each page, and whether it answered the question (UX B4)."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from plusone.events.models import Event
from plusone.faces.public import metrics
from plusone.faces.ui.helping import TOPICS
from plusone.faces.ui.navigation import STAFF
from plusone.insights.commands import answer_help
from plusone.insights.models import HelpAnswer
from plusone.kernel.models import Business

from .pages import text_of

pytestmark = pytest.mark.django_db


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


def test_help_stands_beside_each_place(gym: Business, olga: Browser) -> None:
    """Without JavaScript the same link leads to a page."""
    page = olga.get(at(gym, "campaign_new")).content.decode()
    assert f'href="{at(gym, "help_topic", "campaign")}" data-dialog="help"' in page
    assert '<dialog class="dialog dialog-side" id="help"' in page
    assert "One sentence says what both sides receive." in text_of(olga.get(at(gym, "help_topic", "campaign")))
    places = {child.key for place in STAFF for child in (place, *place.children)}
    assert places - {"referrals", "store", "income"} <= set(TOPICS), "a place without help"


def test_an_answer_is_counted_once_and_names_nobody(gym: Business, olga: Browser, desk: Browser) -> None:
    leads, answer = at(gym, "leads"), at(gym, "help_answer", "leads")
    events = Event.objects.count()
    assert "Did this answer your question?" in text_of(olga.get(leads))
    said = olga.post(answer, {"said": "yes", "next": leads})
    assert (said.status_code, said["Location"]) == (302, leads)
    page = text_of(olga.get(leads))
    assert "Thank you. Good to know." in page
    assert "Did this answer your question?" not in page
    olga.post(answer, {"said": "no"})
    desk.post(answer, {"said": "no", "next": "https://evil.example/"})
    row = HelpAnswer.objects.get()
    assert (row.business, row.topic, row.yes, row.no) == (gym, "leads", 1, 1)
    assert {field.name for field in HelpAnswer._meta.fields} == {"id", "public_id", "business", "topic", "yes", "no"}
    assert Event.objects.count() == events
    assert "Answered the question: 1 yes, 1 no" in text_of(olga.get(at(gym, "help")))
    assert "Answered the question" not in text_of(desk.get(at(gym, "help")))


def test_a_foreign_way_back_is_not_taken(gym: Business, desk: Browser) -> None:
    """AUTH-11."""
    said = desk.post(at(gym, "help_answer", "leads"), {"said": "no", "next": "//evil.example/"})
    assert said["Location"] == at(gym, "help_topic", "leads")


@pytest.mark.parametrize(("topic", "data"), [("nothing", {"said": "yes"}), ("leads", {"said": "maybe"}), ("leads", {})])
def test_what_is_made_up_changes_nothing(gym: Business, olga: Browser, topic: str, data: dict[str, str]) -> None:
    assert olga.post(at(gym, "help_answer", topic), data).status_code == 404
    assert olga.get(at(gym, "help_answer", topic)).status_code == 405
    assert HelpAnswer.objects.count() == 0


def test_whoever_writes_the_texts_reads_the_sums(gym: Business, salon: Business) -> None:
    for business in (gym, gym, salon):
        answer_help(business, "mail", is_yes=False)
    assert 'plusone_help_answers{answer="no",topic="mail"} 3.0' in metrics.page()
