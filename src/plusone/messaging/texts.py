"""What messages say: one class per message, and one per thing that fills a gap in it.

A room above declares its messages in its own `automation.py`:

    from django.utils.translation import gettext as _, gettext_lazy

    @templates
    class FriendRegistered(Template):
        '''Thanks the ambassador as soon as the friend has registered (R-103).'''

        name = "referral.thanks"
        label = gettext_lazy("Thank-you to the ambassador")

        def subject(self, ctx: Context) -> str:
            return _("{friend} has registered. Thank you!")

        def paragraphs(self, ctx: Context) -> list[str]:
            return [
                _("Hello {first_name|there},"),
                _("{friend} has registered with {business} through your link. Thank you for recommending us!"),
            ]

        def button(self, ctx: Context) -> tuple[str, str]:
            return _("See your recommendations"), "{portal}"

    @placeholders
    class Friend(Placeholder):
        '''The friend that the event is about: first name and initial.'''

        name = "friend"
        label = gettext_lazy("The friend's name")

        def value(self, ctx: Context) -> str | None:
            return ctx.naming(Client.objects.get(business=ctx.business, pk=ctx.event.client_id))

The three methods are called in the reader's language, so they use `gettext`, not its lazy sister, and whole sentences.
A rule then sends it: `Step("send_message", to="ambassador", template="referral.thanks")`.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business, User
from plusone.kernel.registry import Registry

from .models import Category

# {name}, or {name|what to say where there is none}
_GAP = re.compile(r"\{([a-z_]+)(?:\|([^{}]*))?\}")
_NAME_LENGTH = 60


@dataclass(frozen=True)
class Context:
    """Who reads it, and what it is about. `data` fills gaps before the registered placeholders do."""

    business: Business | None
    now: datetime
    language: str
    client: Client | None = None
    user: User | None = None
    event: Event | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    mentioned: set[int] = field(default_factory=set)
    known: dict[str, str | None] = field(default_factory=dict)  # gaps are asked once, for both parts of the message
    rows: dict[str, Any] = field(default_factory=dict)  # what placeholders have looked up for each other

    def naming(self, client: Client) -> str:
        """The name by which others may speak of a client. It is noted: when they are deleted, so are these words."""
        self.mentioned.add(client.pk)
        return person_name(client.short_name)


class Template:
    """One kind of message."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    category: ClassVar[Category] = Category.ACCOUNT
    useful_for: ClassVar[timedelta] = timedelta(days=3)
    # It answers what its reader has just done, and reaches former clients too; nothing else does.
    answers_reader: ClassVar[bool] = False

    def subject(self, ctx: Context) -> str:
        """One line."""
        raise NotImplementedError

    def paragraphs(self, ctx: Context) -> list[str]:
        """The text, one string a paragraph; plain text, in which {gaps} are filled."""
        raise NotImplementedError

    def button(self, ctx: Context) -> tuple[str, str] | None:
        """A label and an address (often `"{portal}"`), where the reader should do something."""
        return None


class OwnWords(Template):
    """One whose words come with it, as somebody of the business wrote them."""

    def subject(self, ctx: Context) -> str:
        """Return what was written."""
        return str(ctx.data["subject"])

    def paragraphs(self, ctx: Context) -> list[str]:
        """Return what was written: an empty line begins a new one."""
        return [" ".join(part.split("\n")) for part in str(ctx.data["text"]).split("\n\n") if part.strip()]


class Placeholder:
    """What fills the gap `{name}` in any message. With `is_link` it is a link in HTML; other text never becomes one."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    is_link: ClassVar[bool] = False

    def value(self, ctx: Context) -> str | None:
        """Return the text in `ctx.language`, or None where there is none: the gap then closes."""
        raise NotImplementedError


templates: Registry[type[Template]] = Registry("message template")
placeholders: Registry[type[Placeholder]] = Registry("placeholder")


def fill(text: str, ctx: Context) -> str:
    """Fill the gaps of a plain text. What is filled in is not looked at again, so a name with braces stays a name."""
    return _tidy(_GAP.sub(lambda gap: _value(gap, ctx)[0], text))


def fill_html(text: str, ctx: Context) -> SafeString:
    """Fill the gaps of a text for HTML: everything is escaped, and links are links."""
    parts: list[str] = []
    end = 0
    for gap in _GAP.finditer(text):
        value, is_link = _value(gap, ctx)
        parts += [format_html("{}", text[end : gap.start()])]
        parts += [format_html('<a href="{}">{}</a>', value, value) if is_link and value else format_html("{}", value)]
        end = gap.end()
    parts += [format_html("{}", text[end:])]
    return mark_safe(_tidy("".join(parts)))  # noqa: S308  # every part went through format_html


def person_name(text: str) -> str:
    """A name that a stranger typed, fit for a mail: one line, not long, nothing that a mail program makes a link of."""
    quiet = re.sub(r"[@/\\<>:]+", " ", _printable(text))
    return " ".join(re.sub(r"\.(?=\w)", ". ", quiet).split())[:_NAME_LENGTH].strip()


def one_line(text: str) -> str:
    """A text fit for a header: no line breaks nor other control characters."""
    return " ".join(_printable(text).split())


def _printable(text: str) -> str:
    # Control characters end a header line; the bidi overrides turn the reading order of what follows.
    return "".join(
        " " if unicodedata.category(letter) == "Cc" else letter
        for letter in text
        if unicodedata.bidirectional(letter) not in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    )


def _value(gap: re.Match[str], ctx: Context) -> tuple[str, bool]:
    name, instead = gap.group(1), gap.group(2) or ""
    if name in ctx.data:
        return str(ctx.data[name] or instead), False
    placeholder = placeholders.get(name)
    assert placeholder is not None, f"no placeholder is called {name!r}"
    if name not in ctx.known:
        ctx.known[name] = placeholder().value(ctx)
    value = ctx.known[name]
    return (value, placeholder.is_link) if value else (instead, False)


def _tidy(text: str) -> str:
    """Close the gaps that stayed empty: no double spaces, none before a comma or full stop. Where what fills one ends
    with a full stop, as "Ana L." does, the sentence ends with it."""
    text = re.sub(r" +(?=[,.;!?])", "", re.sub(r" {2,}", " ", text)).strip()
    return re.sub(r"(?<!\.)\.\.(?!\.)", ".", text)
