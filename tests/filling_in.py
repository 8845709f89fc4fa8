"""How a friend fills in the form."""

import re
from typing import Any

from django.test import Client as Browser


def page_of(browser: Browser, path: str, **headers: str) -> str:
    response = browser.get(path, **headers)
    assert response.status_code == 200
    return response.content.decode()


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def fill_in(browser: Browser, path: str, token: str = "", /, **fields: Any) -> Any:
    headers = {name: fields.pop(name) for name in list(fields) if name.startswith(("HTTP_", "REMOTE_"))}
    token = token or token_in(page_of(browser, path))
    sent = {"first_name": "Ben", "email": "ben@friends.example", "token": token, **fields}
    return browser.post(path, sent, **headers)
