"""Two who ask for one login at the same moment (DESIGN 6)."""

from typing import Any

import pytest

from plusone.kernel.commands import user_for
from plusone.kernel.models import User
from plusone.kernel.models.user import UserManager
from racing import meeting, race

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_code_asked_for_twice_at_once_makes_one_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """A first log-in whose button was pressed twice: both get their code, and nobody an error."""
    create, meet = UserManager.create_user, meeting()

    def late(self: UserManager, email: str, password: str | None = None, **fields: Any) -> User:
        meet()
        return create(self, email, password, **fields)

    monkeypatch.setattr(UserManager, "create_user", late)
    first, second = race(*[lambda: user_for("ana@clients.example")] * 2)
    assert isinstance(first, User), first
    assert first == second
    assert User.objects.count() == 1
