"""One code sent twice at the same moment counts once (TRUST AUTH-6)."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.db.models import QuerySet

from plusone.kernel import second_step
from plusone.kernel.models import User
from plusone.kernel.second_step import renew_recovery_codes, spend_code
from racing import ON_POSTGRES, meeting, race

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "A" * 32
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
CODE = format_hotp_value(hotp_value(SECRET, int(NOON.timestamp()) // 30))


def taken(user: User, code: str) -> int:
    """How many of four who send one code at once get in."""
    found = race(*[lambda: spend_code(user, code)] * 4)
    assert not any(isinstance(one, Exception) for one in found), found
    return sum(one is not None for one in found)


def test_a_code_sent_twice_at_once_counts_once() -> None:
    user = User.objects.create_user("olga@vela.example")
    TOTP.activate(user, SECRET)
    with time_machine.travel(NOON, tick=False):
        for code in (CODE, *renew_recovery_codes(user)[:4]):
            assert taken(user, code) == 1
    assert len(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).data["marks"]) == 6


def test_one_code_control(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the lock two get in by one code on PostgreSQL; SQLite has one writer at a time."""
    lock: Any = lambda rows: rows  # noqa: E731
    monkeypatch.setattr(QuerySet, "select_for_update", lock)
    user = User.objects.create_user("olga@vela.example")
    meet, mark_of = meeting(), second_step._mark_of

    def mark_after_both_read(typed: str, owner: User) -> str:
        meet()
        return mark_of(typed, owner)

    [code, *_rest] = renew_recovery_codes(user)
    monkeypatch.setattr(second_step, "_mark_of", mark_after_both_read)
    assert (taken(user, code) > 1) == ON_POSTGRES
