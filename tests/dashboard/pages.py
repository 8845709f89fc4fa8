"""Reading pages in tests."""

import re
from html import unescape
from typing import Any

from django.test import Client as Browser

TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)


def text_of(answer: Any) -> str:
    """What a page says, in one line."""
    return " ".join(unescape(TAGS.sub(" ", answer.content.decode())).split())


def once_of(answer: Any) -> str:
    """The token of the page's form."""
    found = re.search(r'name="once" value="([^"]+)"', answer.content.decode())
    assert found, "the form has no token"
    return found[1]


def send(browser: Browser, url: str, data: dict[str, Any], *, form_at: str = "") -> Any:
    """Open a form, fill it in and send it, as a person does."""
    token = once_of(browser.get(form_at or url))
    return browser.post(url, {"once": token, **data})
