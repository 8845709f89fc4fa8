"""A mail provider reports what came back (TRUST DEL-2, DEL-8, AUTH-8): signed, once, and about mails of ours alone."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client as Browser

from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.messaging.models import Category, Message, Suppression
from plusone.messaging.providers import reports_address, reports_secret
from plusone.messaging.suppression import suppression_of
from world import NOON, add_client, later

pytestmark = pytest.mark.django_db

# As the providers' own documentation has them, shortened; {id} is what we gave along.
POSTMARK_BOUNCE = {"RecordType": "Bounce", "Type": "HardBounce", "ID": 42, "Email": "x@y.example", "Inactive": True,
                   "Description": "The server was unable to deliver your message", "Details": "550 5.1.1 no such user",
                   "BouncedAt": "2026-03-10T11:00:00Z", "MessageID": "883953f4"}  # fmt: skip
POSTMARK_SPAM = {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "ID": 43, "Email": "x@y.example",
                 "BouncedAt": "2026-03-10T11:00:00Z", "MessageID": "883953f4"}  # fmt: skip


@pytest.fixture
def postmark(settings: Any) -> Any:
    settings.EMAIL_PROVIDER = "postmark"
    return settings


@pytest.fixture
def mail(gym: Business, ana: Client) -> Message:
    """A mail to Ana that the provider has taken."""
    return sent_to(gym, ana)


def sent_to(business: Business, client: Client, key: str = "hello") -> Message:
    return Message.objects.create(
        business=business, client=client, to=client.email, template="test.hello", category=Category.SERVICE,
        channel="email", language="en", subject="Hi", text="Hi", state="sent", sent_at=NOON, created_at=NOON, key=key,
        useful_until=later(7),
    )  # fmt: skip


def report(body: Any, *, password: str = "", provider: str = "postmark", browser: Browser | None = None) -> int:
    """Post a report as the provider does, and return the status."""
    proof = base64.b64encode(f"plusone:{password or reports_secret()}".encode()).decode()
    answer = (browser or Browser(enforce_csrf_checks=True)).post(
        f"/mail/reports/{provider}",
        body if isinstance(body, bytes) else json.dumps(body).encode(),
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Basic {proof}",
    )
    return answer.status_code


def of(mail: Message, body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "Metadata": {"message": mail.public_id}}


def test_a_mail_that_came_back_stops_all_mail_to_the_address(
    postmark: Any, gym: Business, ana: Client, mail: Message
) -> None:
    assert report(of(mail, POSTMARK_BOUNCE)) == 200
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("failed", "bounced")
    found = suppression_of(gym, str(ana.email))
    assert found is not None
    assert found.reason == "bounced"
    assert list(Event.objects.filter(client_id=ana.pk, name__startswith="message.").values_list("name", "actor")) == [
        ("message.failed", "system")
    ]


def test_a_reader_who_calls_it_spam_gets_no_promotions_and_stays_off_after_an_import(
    postmark: Any, gym: Business, ana: Client, mail: Message
) -> None:
    """DEL-8."""
    for _again in range(2):
        assert report(of(mail, POSTMARK_SPAM)) == 200
    assert Event.objects.filter(name="message.complained", client_id=ana.pk).count() == 1
    address = str(ana.email)
    Client.objects.filter(pk=ana.pk).update(email="other@clients.example")
    again = add_client(gym, "Ana", "again", email=address.upper())
    found = suppression_of(gym, str(again.email))
    assert found is not None
    assert found.reason == "complained"
    mail.refresh_from_db()
    assert mail.state == "sent"


@pytest.mark.parametrize(
    "changes",
    [{"Type": "SoftBounce"}, {"Type": "Transient"}, {"Type": "AutoResponder"}, {"RecordType": "Open"}],
)
def test_what_passes_changes_nothing(postmark: Any, mail: Message, changes: dict[str, str]) -> None:
    assert report({**of(mail, POSTMARK_BOUNCE), **changes}) == 200
    assert Suppression.objects.count() == 0


def test_without_proof_nothing_is_believed(postmark: Any, mail: Message) -> None:
    """AUTH-8: the password is the proof; an unreadable report is said to be one."""
    assert report(of(mail, POSTMARK_BOUNCE), password="guess") == 403
    assert Browser().post("/mail/reports/postmark", "{}", content_type="application/json").status_code == 403
    assert report(b"no json") == 400
    assert Browser().get("/mail/reports/postmark").status_code == 405
    assert Suppression.objects.count() == 0


def test_a_made_up_mail_or_another_provider_is_not_there(postmark: Any, gym: Business, mail: Message) -> None:
    assert report({**POSTMARK_BOUNCE, "Metadata": {"message": gym.public_id}}) == 200
    assert report(POSTMARK_BOUNCE) == 200
    assert report(of(mail, POSTMARK_BOUNCE), provider="brevo") == 404
    assert Suppression.objects.count() == 0


def test_without_a_provider_there_is_no_such_page(settings: Any, mail: Message) -> None:
    assert settings.EMAIL_PROVIDER == ""
    assert report(of(mail, POSTMARK_BOUNCE)) == 404


def test_each_business_has_its_own_list(postmark: Any, gym: Business, salon: Business, ana: Client) -> None:
    """ISO-12: who complains of one business still hears from the other."""
    there = add_client(salon, "Ana", email=str(ana.email))
    assert report(of(sent_to(salon, there), POSTMARK_SPAM)) == 200
    assert suppression_of(gym, str(ana.email)) is None
    assert suppression_of(salon, str(ana.email)) is not None


def test_mailgun_signs_beside_the_password(settings: Any, gym: Business, ana: Client, mail: Message) -> None:
    settings.EMAIL_PROVIDER, settings.EMAIL_SIGNING_KEY = "mailgun", "key-of-vela"

    def body(key: str) -> dict[str, Any]:
        signed = hmac.new(key.encode(), b"1770000000nonce", hashlib.sha256).hexdigest()
        return {
            "signature": {"timestamp": "1770000000", "token": "nonce", "signature": signed},
            "event-data": {"event": "failed", "severity": "permanent", "reason": "bounce", "timestamp": 1770000000.1,
                           "id": "e1", "recipient": "x@y.example", "user-variables": {"message": mail.public_id},
                           "message": {"headers": {"message-id": "m1"}}, "delivery-status": {"code": 550}},
        }  # fmt: skip

    assert report(body("another key"), provider="mailgun") == 403
    assert Suppression.objects.count() == 0
    assert report(body("key-of-vela"), provider="mailgun") == 200
    assert suppression_of(gym, str(ana.email)) is not None


def test_brevo_reports_what_is_gone_and_what_is_full(settings: Any, mail: Message) -> None:
    settings.EMAIL_PROVIDER = "brevo"
    body = {"event": "soft_bounce", "email": "x@y.example", "id": 1, "ts_epoch": 1770000000000, "message-id": "m1",
            "X-Mailin-custom": json.dumps({"message": mail.public_id}), "reason": "mailbox full"}  # fmt: skip
    assert report(body, provider="brevo") == 200
    assert Suppression.objects.count() == 0
    assert report({**body, "event": "hard_bounce"}, provider="brevo") == 200
    assert Suppression.objects.count() == 1


def test_the_address_to_report_at_carries_its_proof(postmark: Any) -> None:
    assert reports_address() == f"http://plusone:{reports_secret()}@127.0.0.1:8000/mail/reports/postmark"
