"""A message leaves once, whatever the mail server and the worker go through."""

import smtplib
from datetime import timedelta

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from plusone.events.commands import DEPTH_MAX, caused_by, record
from plusone.events.events import ReactionFailed
from plusone.events.models import Event
from plusone.kernel.queue import Later
from plusone.messaging.channels import email
from plusone.messaging.commands import deliver, delivery
from plusone.messaging.models import Message

pytestmark = pytest.mark.django_db


def facts_of(message):
    return [
        event.name for event in Event.objects.filter(name__startswith="message.") if event.data["message"] == message.pk
    ]


def breaking(monkeypatch, error):
    def send_messages(self, messages):
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", send_messages)


def test_a_failure_that_may_pass_is_tried_again(hello, mail_server, monkeypatch):
    message = hello()
    with monkeypatch.context() as broken:
        breaking(broken, smtplib.SMTPServerDisconnected("gone"))
        with pytest.raises(Later):
            deliver.func(message.pk)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == ("queued", 1, "SMTPServerDisconnected: gone")
    email.rest.end()

    deliver.func(message.pk)

    message.refresh_from_db()
    assert (message.state, message.attempts, message.error, len(mail_server)) == ("sent", 2, "", 1)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"no such user")}), "failed"),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (451, b"greylisted")}), "queued"),
        (smtplib.SMTPDataError(554, b"no"), "failed"),
        (smtplib.SMTPDataError(452, b"full"), "queued"),
        (smtplib.SMTPAuthenticationError(535, b"bad password"), "queued"),
        (TimeoutError(), "queued"),
    ],
)
def test_failures_are_final_or_not(hello, mail_server, monkeypatch, error, state):
    breaking(monkeypatch, error)
    message = hello()
    if state == "failed":
        deliver.func(message.pk)
    else:
        with pytest.raises(Later) as raised:
            deliver.func(message.pk)
        assert "@" not in str(raised.value)

    message.refresh_from_db()
    assert message.state == state
    assert facts_of(message) == (["message.failed"] if state == "failed" else [])


def test_the_pauses_grow_to_a_quarter_of_an_hour(hello, mail_server, monkeypatch):
    breaking(monkeypatch, TimeoutError())
    message = hello()
    pauses = []
    for _ in range(8):
        with pytest.raises(Later) as raised:
            deliver.func(message.pk)
        pauses.append(int(raised.value.pause.total_seconds()))
        email.rest.end()

    assert pauses == [20, 40, 80, 160, 320, 640, 900, 900]


def test_a_message_that_never_gets_through_is_given_up_when_it_is_no_use_any_more(hello, mail_server, monkeypatch):
    message = hello()
    with monkeypatch.context() as broken:
        breaking(broken, TimeoutError("no answer"))
        with pytest.raises(Later):
            deliver.func(message.pk)
    Message.objects.update(useful_until=timezone.now() - timedelta(seconds=1))
    deliver.func(message.pk)

    message.refresh_from_db()
    assert (message.state, message.reason, message.error) == ("failed", "too_late", "TimeoutError: no answer")


def test_a_delivery_that_is_repeated_after_success_sends_nothing(hello, mail_server):
    message = hello()
    for _ in range(3):
        deliver.func(message.pk)

    assert len(mail_server) == 1
    assert facts_of(message) == ["message.sent"]


def test_a_worker_killed_between_sending_and_noting_repeats_the_same_mail(hello, mail_server, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(point):
        if point == "message.taken":
            raise Killed
        return False

    message = hello()
    with monkeypatch.context() as dying:
        dying.setattr(delivery.faults, "hit", kill)
        with pytest.raises(Killed):
            deliver.func(message.pk)
    with pytest.raises(Later):  # as far as anybody can know, the first still runs
        deliver.func(message.pk)

    monkeypatch.setattr(delivery, "has_died", lambda name: True)
    deliver.func(message.pk)

    first, second = mail_server
    assert first.message()["Message-ID"] == second.message()["Message-ID"]
    message.refresh_from_db()
    assert (message.state, facts_of(message)) == ("sent", ["message.sent"])


def test_a_sent_mail_is_noted_even_at_the_end_of_a_chain(gym, noon, hello, mail_server, cause):
    for _ in range(DEPTH_MAX):
        with caused_by(cause), transaction.atomic():
            cause = record(gym, ReactionFailed(reaction="x", error="y"), actor="system", now=noon)
    message = hello(cause=cause)
    deliver.func(message.pk)

    message.refresh_from_db()
    assert (message.state, facts_of(message)) == ("sent", ["message.sent"])
