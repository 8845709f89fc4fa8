"""Nobody is flooded with mails that they have not asked for, by whoever writes them (TRUST FRA-13)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.commands import (
    edit_client,
    invite_client,
    revoke_client_invitation,
    start_due_jobs,
    start_job,
)
from plusone.clients.models import Client, Invitation, JobRow
from plusone.connect.commands import invite_collaborator
from plusone.connect.models import TeamInvitation
from plusone.kernel import strangers
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business, User
from plusone.kernel.queue.worker import drain
from plusone.messaging.models import Message
from world import NOON, add_client

from .pages import send, text_of
from .test_accounts import CODE

VERA = "vera@elsewhere.example"
TEAM = {"name": "Vera", "email": VERA, "role": "professional"}
ENOUGH = "5 mails went to this address today"
SOON = "less than three minutes ago"


@pytest.fixture(autouse=True)
def _noon(db: None) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOON, tick=False):
        yield


def mails() -> int:
    return Message.objects.filter(channel="email").exclude(state="suppressed", reason="too_often").count()


def test_five_mails_a_day_and_none_within_three_minutes(db: None) -> None:
    """FRA-13: whatever the spelling of the address, whoever asks; the next day begins anew."""
    spellings = ("Vera@elsewhere.example", "vera+x@elsewhere.example", VERA, "VERA+y@elsewhere.example", VERA)
    for number, spelling in enumerate(spellings):
        at = NOON + number * strangers.PAUSE
        strangers.write_to(spelling, now=at)
        with pytest.raises(Refused, match=SOON):
            strangers.write_to(VERA, now=at + timedelta(minutes=2, seconds=59))
    with pytest.raises(Refused, match="5 mails went to this address today") as refused:
        strangers.write_to(VERA, now=NOON + timedelta(hours=6))
    assert (refused.value.code, refused.value.status) == ("too_many_mails", 429)
    assert "Speak to them" in str(refused.value.then)
    strangers.write_to("bea@elsewhere.example", now=NOON + timedelta(hours=6))
    strangers.write_to(VERA, now=NOON + timedelta(days=1))


def test_a_client_invited_and_taken_back_is_not_written_to_without_end(gym: Business, olga: Browser) -> None:
    """FRA-13: taking an invitation back forgets the person, and not how often they were written to."""
    who: dict[str, Any] = {"actor": "user:1"}
    for number in range(5):
        at = NOON + timedelta(minutes=10 * number)
        revoke_client_invitation(invite_client(gym, first_name="Vera", email=VERA, now=at, **who), now=at, **who)
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        answer = send(olga, reverse("b:client_invite", args=[gym.slug]), {"first_name": "Vera", "email": VERA})
    assert answer.status_code == 422
    assert f"{ENOUGH}, which is enough. Speak to them, or try again tomorrow." in text_of(answer)
    assert (Client.objects.filter(email=VERA).count(), mails()) == (0, 5)


def test_another_address_of_an_invitation_counts_as_one(gym: Business) -> None:
    """FRA-13: an invitation cannot be moved to and fro between addresses to write to them."""
    who: dict[str, Any] = {"actor": "user:1", "now": NOON}
    dina = invite_client(gym, first_name="Dina", email="dina@mail.example", **who)
    edit_client(dina, email=VERA, **who)
    token = Invitation.objects.get().token
    with pytest.raises(Refused, match=SOON):
        edit_client(dina, email="dina@mail.example", **who)
    dina.refresh_from_db()
    assert (dina.email, Invitation.objects.get().token, mails()) == (VERA, token, 2)


def test_the_team_and_all_businesses_count_together(
    gym: Business, salon: Business, olga: Browser, lucie: Browser
) -> None:
    """FRA-13: one stranger, invited by two businesses, as a client and to a team, sent again: five a day in all."""
    team = reverse("b:team", args=[gym.slug])
    send(olga, team, TEAM)
    again = reverse("b:team_resend", args=[gym.slug, TeamInvitation.objects.get().public_id])
    assert SOON in text_of(olga.post(again, follow=True))
    assert SOON in text_of(send(olga, team, TEAM | {"role": "manager"}))
    assert TeamInvitation.objects.get().role == "professional"
    for minutes in (4, 8):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            olga.post(again)
    invite_client(gym, first_name="Vera", email=VERA, actor="user:1", now=NOON + timedelta(minutes=12))
    invite_collaborator(salon, name="V", email=VERA, role="manager", actor="user:2", now=NOON + timedelta(minutes=16))
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        assert ENOUGH in text_of(olga.post(again, follow=True))
        answer = send(lucie, reverse("b:client_invite", args=[salon.slug]), {"first_name": "V", "email": VERA})
        assert answer.status_code == 422
    assert mails() == 5


def test_bulk_invitations_leave_out_who_had_enough(gym: Business, olga: Browser) -> None:
    """FRA-13: a client who was added without a word is not told of the client area again and again."""
    vera = add_client(gym, "Vera", email=VERA)
    for number in range(6):
        at = NOON + timedelta(minutes=10 * number)
        start_job(gym, "invite", Client.objects.filter(pk=vera.pk), actor="user:1", now=at)
        start_due_jobs(at + timedelta(seconds=31))
        with time_machine.travel(at + timedelta(seconds=31), tick=False):
            drain()
    states = list(JobRow.objects.order_by("pk").values_list("state", "reason"))
    assert states == [("done", "")] * 5 + [("skipped", "too_often")]
    assert mails() == 5


def test_pages_of_logins_write_to_strangers_as_seldom(db: None) -> None:
    """FRA-13: asking for a code for an address without an account; the page answers the same (AUTH-2)."""
    said = set()
    for number in range(8):
        cache.clear()
        with time_machine.travel(NOON + timedelta(minutes=2 * number), tick=False):
            answer = Browser().post(CODE, {"email": VERA})
            said.add((answer.status_code, answer.get("Location")))
    assert len(said) == 1
    assert Message.objects.filter(to=VERA, template="unknown_account").count() == 4
    User.objects.create_user("olga@vela.example", language="en")
    for _time in range(6):
        cache.clear()
        Browser().post(CODE, {"email": "olga@vela.example"})
    assert Message.objects.filter(template="login_code").count() == 6, "whoever has an account is not locked out"
