"""What a message says: in the reader's language, with its gaps filled, and nothing smuggled in by a name."""

import re

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext

from messaging.conftest import Hello
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.messaging.channels.email import mail_of
from plusone.messaging.models import Message
from plusone.messaging.rendering import render
from plusone.messaging.texts import Context, fill, fill_html, one_line, person_name, placeholders, templates


def context(noon, **changes):
    business = Business(name="Studio Vela", slug="vela", language="es", email="hola@vela.example")
    ana = Client(pk=7, business=business, first_name="Ana", last_name="López", email="ana@clients.example")
    return Context(**{"business": business, "now": noon, "language": "en", "client": ana} | changes)


def test_gaps_are_filled_from_what_is_given_first(noon):
    ctx = context(noon, data={"greeting": "hello"})

    assert fill("{first_name}: {greeting} from {business}.", ctx) == "Ana: hello from Studio Vela."


def test_a_missing_value_closes_its_gap(noon):
    ctx = context(noon, client=None)

    assert fill("Hello {first_name}, how are you?", ctx) == "Hello, how are you?"
    assert fill("Hello {first_name|there}, {greeting} how are you?", ctx) == "Hello there, how are you?"
    assert fill("{greeting}", ctx) == ""
    assert fill_html("Hello {first_name}, how are you?", ctx) == "Hello, how are you?"


def test_a_gap_that_nothing_fills_is_a_bug(noon):
    with pytest.raises(AssertionError, match="no placeholder"):
        fill("{nonsense}", context(noon))


def test_a_name_with_braces_stays_a_name(noon):
    ctx = context(noon, client=Client(first_name="{portal}"))

    assert fill("Hello {first_name}.", ctx) == "Hello {portal}."


def test_html_is_escaped_and_only_links_are_links(noon):
    ctx = context(noon, data={"greeting": "<script>https://evil.example</script>"})

    assert fill_html("<b>{greeting}</b> {portal}", ctx) == (
        "&lt;b&gt;&lt;script&gt;https://evil.example&lt;/script&gt;&lt;/b&gt; "
        '<a href="http://127.0.0.1:8000/p/vela/">http://127.0.0.1:8000/p/vela/</a>'
    )


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ana", "Ana"),
        ("María José", "María José"),
        ("O'Brien-Müller", "O'Brien-Müller"),
        ("St.John", "St. John"),
        ("नीता", "नीता"),
        ("https://evil.example/x", "https evil. example x"),
        ("win@evil.example", "win evil. example"),
        ("Ana\r\nBcc: all@evil.example", "Ana Bcc all evil. example"),
        ("Ana\u202egnp.exe", "Anagnp. exe"),
        ("A" * 200, "A" * 60),
        ("", ""),
    ],
)
def test_a_name_is_fit_for_a_mail(typed, shown):
    assert person_name(typed) == shown


def test_a_header_is_one_line():
    assert one_line("Hello\r\nBcc: all@evil.example\x00\tend") == "Hello Bcc: all@evil.example end"


@pytest.mark.parametrize(("language", "word"), [("en", "Monday"), ("es", "lunes"), ("fr", "lundi")])
def test_a_message_is_in_the_readers_language(noon, language, word, monkeypatch):
    monkeypatch.setattr(Hello, "paragraphs", lambda self, ctx: [gettext("Monday")])  # a word of Django's catalogues

    rendered = render(Hello(), context(noon, language=language))

    assert rendered.text.lower().startswith(word.lower())
    assert f'lang="{language}"' in rendered.html


def test_both_parts_carry_the_same_links_and_words(noon):
    rendered = render(Hello(), context(noon, data={"greeting": "good day."}))

    assert rendered.subject == "Studio Vela: good day."
    assert "Ana, good day." in rendered.text
    assert "Ana, good day." in rendered.html
    assert set(re.findall(r'https?://[^\s"<]+', rendered.text)) == set(
        re.findall(r'href="(https?://[^"]+)"', rendered.html)
    )
    assert "color-scheme" in rendered.html
    assert 'style="' in rendered.html
    assert len(rendered.html) < 60_000


def test_what_fills_a_gap_is_asked_once_for_a_message(noon, monkeypatch):
    asked = []
    monkeypatch.setattr(placeholders["companion"], "value", lambda self, ctx: asked.append(ctx) or "Ben")

    render(Hello(), context(noon))

    assert len(asked) == 1


def headers_of(mail: EmailMultiAlternatives) -> dict[str, str]:
    return dict(mail.message().items())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Studio Vela", "Studio Vela"),
        ("Peluquería «Luna», S.L.", "Peluquería «Luna», S.L."),
        ('The "Best" \\ Gym', 'The "Best" \\ Gym'),
        ("Evil\r\nBcc: all@evil.example", "Evil Bcc: all@evil.example"),
        ("a@evil.example", "a@evil.example"),
    ],
)
def test_a_business_name_is_only_ever_a_display_name(name, shown, settings):
    settings.DEFAULT_FROM_EMAIL = "Plusone <no-reply@plusone.example>"
    business = Business(name=name, email="hola@vela.example")
    message = Message(business=business, to="ana@clients.example", subject="Hi\r\nBcc: x@evil.example", text="Hello")
    mail = mail_of(message)
    built = mail.message()
    sender = built["From"].addresses

    assert [(address.display_name, address.addr_spec) for address in sender] == [(shown, "no-reply@plusone.example")]
    assert built["Bcc"] is None
    assert built["Subject"] == "Hi Bcc: x@evil.example"
    assert mail.recipients() == ["ana@clients.example"]
    assert built["Reply-To"] == "hola@vela.example"


def test_a_mail_has_the_same_id_at_each_attempt(settings):
    settings.DEFAULT_FROM_EMAIL = "no-reply@plusone.example"
    message = Message(to="ana@clients.example", subject="Hi", text="Hello", language="es")

    first, second = headers_of(mail_of(message)), headers_of(mail_of(message))

    assert first["Message-ID"] == second["Message-ID"] == f"<{message.public_id}@plusone.example>"
    assert first["Auto-Submitted"] == "auto-generated"


def test_every_message_and_placeholder_says_what_it_is():
    for item in (*templates, *placeholders):
        assert str(item.label), item
        assert item.__doc__, item
