"""The story is told once a module, since telling it takes longer than any test of it; each test takes back its own."""

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from insights.story import Story


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> Iterator["Story"]:
    """The story, in a transaction around all tests of the module."""
    from django.db import transaction

    import world
    from insights.story import tell

    with django_db_blocker.unblock(), transaction.atomic():
        yield tell(world.open_gym().business)
        transaction.set_rollback(True)


@pytest.fixture
def story(told: "Story", db: None) -> "Story":
    """The story with objects of the test's own."""
    return copy.deepcopy(told)
