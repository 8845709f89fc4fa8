"""Studio Vela with a live campaign, and Ana who invites."""

import pytest
from django.test import Client as Browser

from plusone.clients.models import Client
from plusone.kernel.models import Business
from world import EUR10, add_client, launch, open_gym


@pytest.fixture
def gym() -> Business:
    return open_gym().business


@pytest.fixture
def ana(gym: Business) -> Client:
    client = add_client(gym, "Ana", "López", phone="+34600111222")
    launch(gym, friend=EUR10)
    return client


@pytest.fixture
def browser() -> Browser:
    return Browser(enforce_csrf_checks=True)
