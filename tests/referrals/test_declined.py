"""Who declined news and was erased is not told of them again, whatever the business does (TRUST PRI-3)."""

import pytest
from django.core import mail
from django.test import Client as Browser

from plusone.clients.commands import activate, archive, delete_client, set_promotions
from plusone.clients.preferences import unsubscribe_token
from plusone.kernel import clock
from plusone.kernel.queue.worker import drain
from plusone.messaging.commands import suppress
from plusone.messaging.models import Message, Suppression
from world import add_client, bring, later, launch

pytestmark = pytest.mark.django_db
BY = {"actor": "user:1"}


@pytest.fixture
def mail_server(settings):
    """A mail server that takes everything."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    mail.outbox = []
    return mail.outbox


def work(monkeypatch, at):
    """Let the worker do all that is due at a moment."""
    monkeypatch.setattr(clock, "now", lambda: at)
    drain()


def left_out():
    rows = Message.objects.filter(mailing_id__isnull=False, state="suppressed", channel="email")
    return sorted(rows.values_list("client__first_name", "reason"))


def test_who_declined_and_was_erased_hears_nothing_again(gym, ana, noon, mail_server, monkeypatch):
    """TRUST PRI-3: added again, recommended again, in another campaign; what is kept of them is a fingerprint alone."""
    launch(gym)
    ben, address = bring(ana, "Ben").friend, "ben@friends.example"
    Browser().post(f"/u/{unsubscribe_token(ben)}")
    delete_client(ben, now=noon, **BY)
    kept = Suppression.objects.get()
    assert (kept.reason, address in repr(vars(kept))) == ("declined", False)
    add_client(gym, "Ben", email="Ben@Friends.example")
    friend = add_client(gym, "Bea", email="bea@friends.example")
    Browser().post(f"/u/{unsubscribe_token(friend)}")
    archive(friend, now=noon, **BY)
    delete_client(friend, now=noon, **BY)
    activate(bring(ana, "Bea", email="bea@friends.example").friend, now=noon, **BY)
    launch(gym)
    work(monkeypatch, later(seconds=31))
    work(monkeypatch, later(seconds=90))
    promotions = [one.to[0] for one in mail_server if "List-Unsubscribe" in one.extra_headers]
    assert ana.email in promotions
    assert not {address, "bea@friends.example"} & set(promotions)
    assert ("Ben", "blocked") in left_out()


def test_who_agrees_again_after_all_is_written_to(gym, noon):
    """PRI-3: their own word lifts it, and nothing else; who never declined leaves nothing behind."""
    for name, said in (("Ben", False), ("Cleo", None), ("Dan", True)):
        one = add_client(gym, name, email=f"{name}@friends.example".lower())
        if said is not None:
            set_promotions(one, said, text="x", source="portal", actor="client", now=noon)
        delete_client(one, archive_first=True, now=noon, **BY)
    assert Suppression.objects.count() == 1
    again = add_client(gym, "Ben", email="ben@friends.example")
    set_promotions(again, False, text="no", source="portal", actor="client", now=noon)
    assert Suppression.objects.count() == 1
    set_promotions(again, True, text="yes", source="portal", actor="client", now=noon)
    assert not Suppression.objects.exists()
    suppress(gym, again.email, "bounced", now=noon)
    set_promotions(again, False, text="no", source="portal", actor="client", now=noon)
    set_promotions(again, True, text="yes", source="portal", actor="client", now=noon)
    assert Suppression.objects.get().reason == "bounced"
