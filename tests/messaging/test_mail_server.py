"""What a mail server does to us, in words, and what comes of it (TRUST DEL-1, DEL-2)."""

import smtplib
import socket
import ssl
from datetime import timedelta

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from plusone.clients.models import Client
from plusone.kernel.models import Business, QueuedTask
from plusone.kernel.queue import Later
from plusone.messaging import resting
from plusone.messaging.channels import email
from plusone.messaging.commands import deliver, lift_suppression
from plusone.messaging.models import Message, Suppression
from plusone.messaging.queries import suppressed, unsent
from plusone.messaging.troubles import SENTENCES, Trouble, trouble_of

pytestmark = pytest.mark.django_db


def said(code, text):
    return smtplib.SMTPRecipientsRefused({"a@b.example": (code, text)})


@pytest.mark.parametrize(
    ("error", "kind", "final"),
    [
        (smtplib.SMTPAuthenticationError(535, b"5.7.8 bad"), "password", False),
        (smtplib.SMTPSenderRefused(553, b"not yours", "x@y.example"), "sender", False),
        (smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."), "encryption", False),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), "dropped", False),
        (smtplib.SMTPConnectError(421, b"too many"), "busy", False),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), "certificate", False),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "encryption", False),
        (socket.gaierror(-2, "Name or service not known"), "unknown_host", False),
        (ConnectionRefusedError(111, "refused"), "refused", False),
        (TimeoutError(), "silent", False),
        (smtplib.SMTPDataError(554, b"spam"), "content", True),
        (smtplib.SMTPDataError(451, b"later"), "busy", False),
        (UnicodeEncodeError("ascii", "ñ", 0, 1, "no"), "address", True),
        (RuntimeError("?"), "other", False),
        (said(550, b"5.1.1 no such user"), "mailbox", True),
        (said(550, b"no such user"), "mailbox", True),
        (said(550, b"5.7.1 your network is on a list"), "recipient", True),
        (said(554, b"we do not want it"), "recipient", True),
        (said(451, b"4.7.1 greylisted"), "busy", False),
    ],
)
def test_each_failure_has_its_sentence(error, kind, final):
    trouble = trouble_of(error)
    assert (trouble.kind, trouble.final) == (kind, final)
    assert trouble.sentence == str(SENTENCES[kind])


def test_a_policy_is_of_the_server_only_where_all_mails_meet_it():
    assert [kind for kind in SENTENCES if Trouble(kind).is_of_the_server] == [
        *("password", "unknown_host", "refused", "silent", "certificate", "encryption", "dropped"),
        *("private", "sealed"),
    ]


def breaking(monkeypatch, error):
    tried = []

    def send_messages(self, messages):
        tried.append(messages)
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", send_messages)
    return tried


def test_a_mailbox_that_is_gone_is_not_written_to_again(
    gym: Business, ana: Client, hello, mail_server, monkeypatch, noon
):
    with monkeypatch.context() as broken:
        breaking(broken, said(550, b"5.1.1 no such user"))
        first = hello()
        deliver.func(first.pk)
    first.refresh_from_db()
    assert (first.state, first.reason) == ("failed", "bounced")
    [(row, owner)] = suppressed(gym)
    assert (owner, row.reason, row.business) == (ana, "bounced", gym)
    assert hello(key="two").reason == Message.Reason.BLOCKED

    assert lift_suppression(row) is True
    assert lift_suppression(row) is False
    assert deliver.func(hello(key="three").pk) == "sent"


def test_a_policy_suppresses_nobody(gym: Business, hello, mail_server, monkeypatch):
    breaking(monkeypatch, said(550, b"5.7.1 your network is on a list"))
    deliver.func(hello().pk)
    assert not Suppression.objects.filter(business=gym).exists()


def test_a_server_that_is_away_is_left_alone_and_nothing_is_lost_or_doubled(
    gym: Business, hello, mail_server, monkeypatch
):
    """DEL-1: each mail waits without taking a worker's time; the first success lets the others go."""
    messages = [hello(key=f"k{number}") for number in range(5)]
    clock = [1000.0]
    monkeypatch.setattr(resting.time, "monotonic", lambda: clock[0])
    with monkeypatch.context() as broken:
        tried = breaking(broken, ConnectionRefusedError())
        pauses = []
        for _ in range(8):
            for message in messages:
                with pytest.raises(Later):
                    deliver.func(message.pk)
            pauses.append(email.rest.left().total_seconds())
            clock[0] += pauses[-1]
    assert len(tried) == 8, "one of the five asks, the others wait"
    assert pauses == [15, 30, 60, 120, 240, 300, 300, 300]
    stuck = unsent(gym, at=timezone.now() + timedelta(minutes=61))
    assert (stuck.count, stuck.minutes) == (5, 61)
    assert unsent(gym, at=timezone.now()) is None

    assert [deliver.func(message.pk) for message in messages] == ["sent"] * 5
    assert len(mail_server) == 5
    assert [deliver.func(message.pk) for message in messages] == ["sent"] * 5
    assert len(mail_server) == 5, "none twice"
    assert unsent(gym, at=timezone.now() + timedelta(minutes=61)) is None
    assert QueuedTask.objects.filter(path__endswith="deliver").count() == 5


def test_mails_carry_the_name_and_the_address_that_the_business_chose(gym: Business, hello, mail_server):
    gym.sender_name, gym.reply_to = "Olga\r\nBcc: x@y.example", "desk@vela.example"
    gym.save(update_fields=["sender_name", "reply_to"])
    deliver.func(hello().pk)
    [mail] = mail_server
    assert mail.from_email.startswith('"Olga Bcc: x@y.example" <')
    assert (mail.reply_to, mail.bcc) == (["desk@vela.example"], [])
