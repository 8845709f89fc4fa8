"""Callers of the named world."""

import pytest

import world

from .calls import Caller


@pytest.fixture
def vela(house: "world.House") -> Caller:
    """A program of Studio Vela."""
    return Caller(house.api_key)


@pytest.fixture
def lune(db: None) -> Caller:
    """A program of Salon Lune, the other business."""
    return Caller(world.open_salon().api_key)


@pytest.fixture
def nobody(db: None) -> Caller:
    """A program without a key."""
    return Caller("")
