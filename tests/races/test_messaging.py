"""Two workers with the same message: one mail. Two senders with the same key: one message."""

import time

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from plusone.messaging.commands import deliver, delivery, send_raw
from plusone.messaging.models import Message
from racing import race

pytestmark = pytest.mark.django_db(transaction=True)

PAUSE_SECONDS = 0.1


@pytest.fixture(autouse=True)
def mail_server(monkeypatch, settings):
    """A mail server that takes its time."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    mail.outbox = []
    send = EmailBackend.send_messages

    def slowly(self, messages):
        time.sleep(PAUSE_SECONDS)
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", slowly)
    return mail.outbox


def write(noon, key="k"):
    return send_raw(None, to="ana@clients.example", subject="Hi", text="Hello", template="test", key=key, now=noon)


def test_two_workers_send_one_mail(noon, mail_server):
    for number in range(5):
        message = write(noon, key=str(number))
        race(lambda pk=message.pk: deliver.func(pk), lambda pk=message.pk: deliver.func(pk))

    assert len(mail_server) == 5
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_two_workers_control(noon, mail_server, monkeypatch):
    monkeypatch.setattr(delivery, "_claim", lambda message: None)
    message = write(noon)
    race(lambda: deliver.func(message.pk), lambda: deliver.func(message.pk))

    # Nothing is locked while a mail leaves, so this goes wrong on SQLite too.
    assert len(mail_server) == 2


def test_two_senders_with_one_key_write_one_message(noon):
    first, second = race(lambda: write(noon), lambda: write(noon))

    assert first == second == Message.objects.get()


def test_two_senders_control(noon):
    with connection.schema_editor() as editor:
        editor.remove_constraint(Message, Message._meta.constraints[1])
    try:
        race(lambda: write(noon), lambda: write(noon))
        assert Message.objects.count() == 2
    finally:
        Message.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Message, Message._meta.constraints[1])
