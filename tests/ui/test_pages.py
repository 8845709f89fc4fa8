"""Every component, drawn in the gallery."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.loader import get_template, render_to_string
from django.test import Client, RequestFactory

from plusone.faces import ui

HERE = Path(ui.__file__).parent
TEMPLATES = HERE / "templates"
CANARY = "<script>alert('x')</script>\"'>"
PAGES = ("staff", "portal", "public", "auth")


def sources() -> Iterator[Path]:
    """All templates of the product that a browser shows; mails live by inline styles."""
    for path in sorted(HERE.parent.glob("*/templates/**/*.html")):
        if "mail" not in path.parts and "email" not in path.parts:
            yield path


@pytest.mark.parametrize("page", PAGES)
def test_what_people_wrote_is_escaped_everywhere(gallery: Client, page: str) -> None:
    text = gallery.get(f"/gallery/{page}", {"canary": CANARY}).content.decode()
    assert "<script>alert" not in text
    assert not re.search(r"=\"[^\"<>]*<script", text)
    if page != "auth":  # which shows no business
        assert "&lt;script&gt;alert(&#x27;x&#x27;)" in text


@pytest.mark.parametrize("page", PAGES)
def test_a_page_holds_what_the_content_policy_wants(gallery: Client, page: str) -> None:
    answer = gallery.get(f"/gallery/{page}")
    text = answer.content.decode()
    assert not re.search(r"<[^>]+\s(style|on\w+)=", text)
    nonces = set(re.findall(r"<style nonce=\"([^\"]*)\">", text))
    assert text.count("<style") == 1
    assert all(f"'nonce-{nonce}'" in answer["Content-Security-Policy"] for nonce in nonces)
    assert re.findall(r"<script(?! src=\"/static/ui/)", text) == []
    assert not re.search(r"<(?:link|script|img|use)[^>]+(?:href|src)=\"(?:https?:)?//", text)


def test_templates_have_no_inline_styles_or_handlers() -> None:
    found = {path.name: bad for path in sources() if (bad := re.findall(r"<[^>]+\s(?:style|on\w+)=", path.read_text()))}
    assert found == {}


def test_icons_that_are_named_exist() -> None:
    known = set(re.findall(r'<symbol id="([\w-]+)"', (HERE / "static/ui/icons.svg").read_text()))
    named = re.compile(r"{% icon \"([\w-]+)\"|icon_name=\"([\w-]+)\"")
    used = {one or other for path in sources() for one, other in named.findall(path.read_text())}
    assert used - known == set()


@pytest.mark.parametrize("page", PAGES)
def test_ids_are_unique_and_all_pointers_lead_somewhere(gallery: Client, page: str) -> None:
    text = gallery.get(f"/gallery/{page}").content.decode()
    ids = re.findall(r"\sid=\"([^\"]+)\"", text)
    assert sorted(ids) == sorted(set(ids))
    names = "for|form|aria-describedby|aria-labelledby|popovertarget|data-dialog"
    pointers = re.findall(rf"\s(?:{names})=\"([^\"]+)\"", text)
    assert {name for pointer in pointers for name in pointer.split()} - set(ids) == set()


def test_a_field_ties_its_help_and_its_error_to_the_element(gallery: Client) -> None:
    text = gallery.get("/gallery/public").content.decode()
    wrong = r'<input type="email" name="email"[^>]*aria-invalid="true"[^>]*aria-describedby="id_email_error"'
    assert re.search(wrong, text)
    assert re.search(r'<input type="text" name="first_name"[^>]*aria-describedby="id_first_name_helptext"', text)
    assert 'id="id_email_error"' in text
    assert 'role="alert"' in text


def test_the_menu_marks_where_one_is(gallery: Client) -> None:
    """R-009, R-140: Marketing ▸ Referrals, with the badge of its stage."""
    text = gallery.get("/gallery/staff").content.decode()
    assert '<a href="/b/sol/leads/" aria-current="page">' in text
    assert "Marketing" in text
    assert "BETA" in text


def test_a_place_without_a_route_is_not_shown(gallery: Client, settings: object) -> None:
    from django.urls import clear_url_caches

    settings.ROOT_URLCONF = "ui.bare"  # type: ignore[attr-defined]
    clear_url_caches()
    text = gallery.get("/gallery/staff").content.decode()
    assert "Ambassadors" not in text
    assert 'class="topnav"' in text
    assert 'href="#"></a>' not in text


def test_undo_is_a_form_and_leads_nowhere_else(gallery: Client) -> None:
    text = gallery.get("/gallery/staff").content.decode()
    assert re.search(r'<form method="post" action="/undo"><input type="hidden" name="csrfmiddlewaretoken"', text)


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "410", "429", "500"])
def test_error_pages_stand_alone(name: str) -> None:
    text = render_to_string(f"{name}.html")
    assert "<h1>" in text
    assert "btn-primary" in text


def test_every_template_can_be_read() -> None:
    for path in sorted(TEMPLATES.rglob("*.*")):
        get_template(str(path.relative_to(TEMPLATES)))


def test_mail_has_both_parts_with_the_same_words() -> None:
    context = {"code": "K7M2P9", "email": "ana@example.com"}
    request = RequestFactory().get("/")
    for name in ("login_code", "password_reset_code", "email_confirmation"):
        for kind in ("html", "txt"):
            assert "K7M2P9" in render_to_string(f"account/email/{name}_message.{kind}", context, request)
    assert "color-scheme" in render_to_string("account/email/login_code_message.html", context)
