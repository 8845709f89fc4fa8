"""Mails through a provider's API: what it is sent, and what its refusals mean (TRUST DEL-2). It is played here."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.kernel.queue import Later
from plusone.mailers import route_of
from plusone.messaging.commands import deliver, send_test_mail
from plusone.messaging.models import Message, Suppression

pytestmark = pytest.mark.django_db


class Desk:
    """The provider's API: what it was sent, and what it answers."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.status = 200
        self.answer: dict[str, Any] = {"ErrorCode": 0, "Message": "OK", "MessageID": "883953f4"}


@pytest.fixture
def postmark(settings: Any) -> Iterator[Desk]:
    """Postmark, on this machine."""
    desk = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            desk.sent.append((dict(self.headers), body))
            said = json.dumps({**desk.answer, "To": body["To"]}).encode()
            self.send_response(desk.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    route = route_of(f"postmark://secret-token@?from=Vela+<hi@vela.example>&api=http://127.0.0.1:{server.server_port}/")
    settings.MAILERS, settings.EMAIL_PROVIDER = route.mailers, route.provider
    yield desk
    server.shutdown()
    server.server_close()


def test_a_mail_goes_with_its_marks(postmark: Desk, gym: Business, ana: Client, hello: Any) -> None:
    message = hello()
    assert deliver.func(message.pk) == "sent"
    [(headers, mail)] = postmark.sent
    assert headers["X-Postmark-Server-Token"] == "secret-token"
    assert mail["Metadata"] == {"message": message.public_id}
    written = {one["Name"]: one["Value"] for one in mail["Headers"]}
    assert written["Message-ID"].startswith(f"<{message.public_id}@")
    assert written["X-PM-KeepID"] == "true"
    assert mail["To"] == str(ana.email)


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (401, {"ErrorCode": 10, "Message": "Bad token"}, "password"),
        (429, {"ErrorCode": 429, "Message": "Slower"}, "busy"),
        (500, {"ErrorCode": 100, "Message": "Maintenance"}, "busy"),
        (
            422,
            {"ErrorCode": 406, "Message": "Found inactive addresses: ana@clients.example.\nInactive recipients are …"},
            "recipient",
        ),
    ],
)
def test_refusals_have_their_words(postmark: Desk, gym: Business, status: int, answer: Any, kind: str) -> None:
    postmark.status, postmark.answer = status, answer
    trouble = send_test_mail(gym, "ana@clients.example", language="en")
    assert trouble is not None
    assert trouble.kind == kind
    assert trouble.final == (kind == "recipient")


def test_a_provider_that_is_away_loses_nothing(postmark: Desk, gym: Business, ana: Client, hello: Any) -> None:
    """DEL-1."""
    message = hello()
    postmark.status, postmark.answer = 503, {"ErrorCode": 100, "Message": "Away"}
    with pytest.raises(Later):
        deliver.func(message.pk)
    message.refresh_from_db()
    assert message.state == "queued"
    assert Suppression.objects.count() == 0
    postmark.status, postmark.answer = 200, {"ErrorCode": 0, "Message": "OK", "MessageID": "1"}
    Message.objects.filter(pk=message.pk).update(claimed_at=None, worker="")
    assert deliver.func(message.pk) == "sent"


def test_the_address_names_a_provider() -> None:
    route = route_of("mailgun://key-1@mg.vela.example?from=hi@vela.example&signing=s3&dkim=mx")
    [mailer] = route.mailers.values()
    assert mailer["BACKEND"] == "anymail.backends.mailgun.EmailBackend"
    assert mailer["OPTIONS"] == {"api_key": "key-1", "sender_domain": "mg.vela.example"}
    assert (route.provider, route.server, route.sent_by) == ("mailgun", "api.mailgun.net", "include:mailgun.org")
    assert (route.signing_key, route.options["dkim"]) == ("s3", "mx")
