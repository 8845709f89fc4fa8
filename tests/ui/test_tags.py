"""The tags that hold a decision."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from plusone.faces.ui import toasts
from plusone.faces.ui.tags.people import initials_of
from plusone.faces.ui.tags.sharing import ways

GYM = SimpleNamespace(name="Gym", slug="gym", currency="EUR", timezone="Europe/Madrid", brand_color="")
TOKYO = SimpleNamespace(name="Dojo", slug="dojo", currency="JPY", timezone="Asia/Tokyo", brand_color="")


def draw(text: str, **context: Any) -> str:
    return Template("{% load ui %}" + text).render(Context(context))


@pytest.mark.parametrize(
    ("business", "language", "shown"),
    [(GYM, "en", "€15.50"), (GYM, "es", "15,50 €"), (GYM, "fr", "15,50 €"), (TOKYO, "en", "¥1,550")],
)
def test_money_is_the_business_currency_in_the_readers_words(business: Any, language: str, shown: str) -> None:
    with translation.override(language):
        assert draw("{{ amount|money:business }}", amount=1550, business=business).replace(
            "\xa0", " "
        ) == shown.replace("\xa0", " ")


def test_a_field_of_money_holds_the_plain_number() -> None:
    assert draw("{{ 1500|money_plain:b }} {{ 1550|money_plain:b }}", b=GYM) == "15 15.50"
    assert draw("{{ 1550|money_plain:b }}", b=TOKYO) == "1550"


def test_a_day_is_the_businesss_day() -> None:
    late = datetime(2026, 5, 12, 22, 30, tzinfo=UTC)
    assert draw("{{ at|local_date:b }}", at=late, b=GYM) == "May 13, 2026"
    with translation.override("es"):
        assert draw("{{ at|local_date:b }}", at=late, b=GYM) == "13 may 2026"
    assert draw("{{ at|iso:b }}", at=late, b=GYM) == "2026-05-13T00:30:00+02:00"
    assert draw("{{ at|local_time:b }}", at=late, b=TOKYO).startswith("May 13, 2026, 7:30")


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ana López", "AL"),
        ("ana", "A"),
        ("José María de la Cruz", "JC"),
        ("ana@example.com", "AE"),
        ("", "·"),
        ("  ", "·"),
        ("李 小龙", "李小"),
    ],
)
def test_initials(name: str, initials: str) -> None:
    assert initials_of(name) == initials


def test_sharing_writes_the_message_and_the_link() -> None:
    known = ways("https://x.test/r/abc", "15 € & más", subject="Ven conmigo", phone="+34600111222", email="a+b@x.test")
    assert (
        known["whatsapp"]
        == "https://wa.me/34600111222?text=15%20%E2%82%AC%20%26%20m%C3%A1s%20https%3A%2F%2Fx.test%2Fr%2Fabc"
    )
    assert known["mail"].startswith("mailto:a%2Bb@x.test?subject=Ven%20conmigo&body=15%20")
    assert known["sms"].startswith("sms:+34600111222?&body=")


def test_sorting_turns_and_starts_paging_anew() -> None:
    asked = RequestFactory().get("/", {"sort": "name", "q": "a&b", "after": "x"})
    drawn = draw('{% th "Name" sort="name" %}{% th "Leads" sort="leads" first="-" %}', request=asked)
    assert 'aria-sort="ascending"><a href="?q=a%26b&amp;sort=-name">' in drawn
    assert 'href="?q=a%26b&amp;sort=-leads"' in drawn


@pytest.mark.parametrize("url", ["https://evil.test/", "//evil.test/", "javascript:x"])
def test_undo_never_leaves_the_house(url: str) -> None:
    assert toasts.undo_of(SimpleNamespace(extra_tags=f"undo:{url}")) == ""
    assert toasts.undo_of(SimpleNamespace(extra_tags="undo:/b/gym/undo/1")) == "/b/gym/undo/1"


def test_a_handler_or_a_style_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        draw('{% button "Go" onclick="x()" %}')
    with pytest.raises(AssertionError):
        draw('{% button "Go" style="color:red" %}')


def test_the_brand_is_written_with_the_nonce() -> None:
    brand = SimpleNamespace(**{**vars(GYM), "brand_color": "#b5482f"})
    drawn = draw("{% brand_style %}", business=brand, csp_nonce="abc")
    assert drawn.startswith('<style nonce="abc">:is(.brand){--accent:#b5482f')
    assert draw("{% brand_style %}", business=GYM, csp_nonce="abc") == ""


def test_confirm_is_a_link_that_a_dialog_can_take_over() -> None:
    drawn = draw('{% confirm "Archive" "/b/gym/x/archive/" title="Archive Ana?" text="She stays." tone="danger" %}')
    assert drawn == (
        '<a class="btn" href="/b/gym/x/archive/" data-confirm="Archive Ana?" data-text="She stays."'
        ' data-act="Archive" data-tone="danger"><span>Archive</span></a>'
    )


def test_a_stage_that_is_over_is_not_shown(settings: Any) -> None:
    # the badge, with what it means.
    assert "BETA" in draw('{% stage "referrals" %}')
    settings.FEATURE_STAGES = {"referrals": "ga"}
    assert draw('{% stage "referrals" %}') == ""
