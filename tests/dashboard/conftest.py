"""Browsers of the people in the named world."""

import pytest
from django.test import Client as Browser

from plusone.clients.models import Client
from plusone.kernel.models import Business, User
from world import House


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def olga(house: House) -> Browser:
    """The owner of Studio Vela, reading English."""
    User.objects.filter(pk=house.owner.pk).update(language="en")
    return browser_of(house.owner)


@pytest.fixture
def lucie(salon: Business) -> Browser:
    """The owner of the other business."""
    return browser_of(User.objects.get(email="lucie@lune.example"))


@pytest.fixture
def ana_herself(ana: Client) -> Browser:
    """Ana, logged in as a client of Studio Vela."""
    user = User.objects.create_user("ana@clients.example")
    Client.objects.filter(pk=ana.pk).update(user=user)
    return browser_of(user)


@pytest.fixture
def desk(gym: Business) -> Browser:
    """Somebody at the front desk, who may not see figures, settings or delete."""
    from plusone.kernel.commands import add_collaborator

    user = User.objects.create_user("desk@vela.example", language="en")
    add_collaborator(gym, user, role="front_desk")
    return browser_of(user)
