"""A world that is made once for all tests of a module: in a transaction around them, each test taking back its own.

For stories that take longer to tell than to ask about. Not for tests that need transactions or processes of their own:
these would not see it, or see it stay.
"""

import copy
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker


def once_a_module(tell: Callable[[], Any]) -> tuple[Any, Any]:
    """Return two fixtures, to be bound to names of a module: the telling, and what was told, a copy for each test.

    `_told, story = once_a_module(tell)`.
    """

    @pytest.fixture(scope="module", name="_told")
    def telling(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> Iterator[Any]:
        from django.db import transaction

        with django_db_blocker.unblock(), transaction.atomic():
            yield tell()
            transaction.set_rollback(True)

    def told(_told: Any, db: None) -> Any:
        return copy.deepcopy(_told)

    return telling, pytest.fixture(told)
