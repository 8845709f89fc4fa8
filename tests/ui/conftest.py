"""The gallery, served to a test client."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

HERE = Path(__file__).parent


@pytest.fixture
def gallery() -> Iterator[Client]:
    """A client that sees the gallery and no database."""
    engine: dict[str, Any] = {**settings.TEMPLATES[0], "DIRS": [HERE / "templates"]}
    with override_settings(
        ROOT_URLCONF="ui.gallery",
        TEMPLATES=[engine],
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
    ):
        yield Client()
