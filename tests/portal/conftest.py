"""Studio Vela with a live campaign; Ana who invites, logged in on her phone."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from plusone.clients.commands import attach_logins
from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.commands import user_for
from plusone.kernel.models import Business
from world import EUR10, add_client, launch, open_gym

type LogIn = Callable[[Client], Browser]


@pytest.fixture
def gym() -> Business:
    return open_gym().business


@pytest.fixture
def ana(gym: Business) -> Client:
    return add_client(gym, "Ana", "López", email="ana@clients.example")


@pytest.fixture
def campaign(gym: Business) -> None:
    launch(gym, friend=EUR10)


@pytest.fixture
def log_in() -> LogIn:
    """Open a browser in which a client is logged in, in English."""

    def inside(client: Client) -> Browser:
        assert client.email
        user = user_for(client.email, language="en")
        attach_logins(user)
        client.refresh_from_db()
        browser = Browser(enforce_csrf_checks=False)
        browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    assert clock.now()
    return inside
