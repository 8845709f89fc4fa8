"""A business's own mail server: its mails leave by it, and nobody else is kept waiting (issue 3, DEL-1, DEL-2)."""

import socket
import socketserver
import ssl
import threading
import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from mail_house import NAME, PASSWORD, USER, address, certificate, mail_house
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.faces.cli.doctor import own_mail_servers
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.kernel.queue import Later
from plusone.messaging import lines, resting
from plusone.messaging.channels import email
from plusone.messaging.commands import (
    deliver,
    deliver_many,
    draft_mail_server,
    hand_over,
    remove_mail_server,
    send,
    send_test_mail,
    use_mail_server,
)
from plusone.messaging.models import MailServer, Message
from plusone.messaging.queries import mail_server_of, unreadable_servers
from world import NOON, add_client

pytestmark = pytest.mark.django_db

GIVEN = {
    "preset": "other",
    "host": NAME,
    "port": 2525,
    "security": "starttls",
    "username": USER,
    "password": PASSWORD,
    "sender": "desk@vela.example",
}


@pytest.fixture
def where(monkeypatch, settings, tmp_path_factory):
    """The address to which the name of the server leads: on this machine, which the operator allows here."""
    found, known = address(), socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: known(found if str(host).endswith(NAME) else host, *a, **k)
    )
    settings.MAIL_NETWORKS = ("127.0.0.0/8",)
    folder = tmp_path_factory.mktemp("certificates")
    trusted = ssl.create_default_context(cafile=str(certificate(folder, NAME)))
    trusted.verify_flags &= ~ssl.VERIFY_X509_STRICT  # the certificate has signed itself
    monkeypatch.setattr(lines.Line, "ssl_context", trusted)
    email._own.clear()
    return found, folder


@pytest.fixture
def postbox(where):
    """The server, open."""
    with mail_house(where[1], where[0]) as sink:
        yield sink


@pytest.fixture
def hello(gym: Business, noon):
    """Greet Ida."""
    ida = add_client(gym, "Ida", "Ruiz", email="ida@mail.example")

    def hello(*, key="k", business=gym, to_client=ida):
        return send(business, "test.hello", to_client=to_client, key=key, now=noon)

    return hello


def use(gym: Business, **changes) -> MailServer:
    """Let the gym's mails leave by it."""
    use_mail_server(draft_mail_server(gym, **{**GIVEN, **changes}), actor="user:1", now=NOON)
    found = mail_server_of(gym)
    assert found is not None
    return found


def test_mails_of_the_business_leave_by_its_own_server_from_its_own_address(
    gym: Business, hello, mail_server, postbox, salon: Business
):
    use(gym)
    assert deliver.func(hello().pk) == "sent"
    lucie = add_client(salon, "Zoe", email="zoe@mail.example")
    assert deliver.func(hello(key="other", business=salon, to_client=lucie).pk) == "sent"
    [(sender, sent)] = postbox.taken
    assert sender == "desk@vela.example"
    assert sent["From"] == "Studio Vela <desk@vela.example>"
    assert str(sent["Message-ID"]).endswith("@vela.example>")
    [other] = mail_server
    assert (other.to, "vela" in other.from_email) == (["zoe@mail.example"], False)


@pytest.mark.parametrize("tls", [True, False])
def test_both_kinds_of_encryption_and_no_other(gym: Business, hello, where, tls, monkeypatch):
    monkeypatch.setattr(lines, "CONNECT_SECONDS", 0.5)  # each waits for the other to begin
    with mail_house(where[1], where[0], tls=tls) as sink:
        right, wrong = ("tls", "starttls") if tls else ("starttls", "tls")
        use(gym, security=right)
        assert deliver.func(hello().pk) == "sent"
        trouble = send_test_mail(
            gym, "olga@vela.example", language="en", server=draft_mail_server(gym, **{**GIVEN, "security": wrong})
        )
        assert trouble is not None
        assert trouble.kind in ("encryption", "dropped", "silent")
        assert len(sink.taken) == 1
    with pytest.raises(Invalid):
        draft_mail_server(gym, **{**GIVEN, "security": "none"})


def tried(gym: Business, **changes) -> str:
    draft = draft_mail_server(gym, **{**GIVEN, **changes})
    trouble = send_test_mail(gym, "olga@vela.example", language="en", server=draft)
    assert trouble is None or trouble.advice
    return trouble.kind if trouble else ""


def test_a_test_mail_says_what_is_wrong_before_anything_is_kept(gym: Business, postbox, where, monkeypatch):
    """DEL-2: a name that is not there, a closed port, a wrong password, a sender that is not let through."""
    assert tried(gym) == ""
    assert postbox.taken[0][1]["Subject"] == "A test mail from Studio Vela"
    assert tried(gym, host="nowhere.invalid") == "unknown_host"
    assert tried(gym, port=587) == "refused"
    assert tried(gym, password="not this one") == "password"
    postbox.answers["MAIL"] = "553 5.7.1 not your address"
    assert tried(gym) == "sender"
    postbox.answers = {"DATA": "554 Message rejected: Email address is not verified."}
    assert tried(gym) == "sender"
    postbox.answers = {"DATA": "554 5.2.252 SendAsDenied; desk@vela.example not allowed to send as x"}
    assert tried(gym) == "sender"
    assert tried(gym, host=f"other.{NAME}") == "certificate"
    assert len(postbox.taken) == 1
    assert not MailServer.objects.exists()
    assert not Event.objects.filter(name__startswith="mail_server.").exists()


def test_what_cannot_be_a_mail_server_is_refused(gym: Business, settings):
    """Nobody looks into the operator's network from here, or at other doors than those for mail.

    TRUST FUZ-7, for the one address that a business may write down: there are no webhooks and no imports by address.
    """
    settings.MAIL_NETWORKS = ()
    bad = {
        "host": [
            *("127.0.0.1", "10.0.0.5", "192.168.1.1", "169.254.169.254", "localhost", "0.0.0.0", "::1"),
            *("http://a.example", "", "a b", "2130706433", "[::ffff:127.0.0.1]", "user@host.example"),
            *("127.1", "0x7f.1", "0177.0.0.1", "[::1]", "::ffff:127.0.0.1", "fe80::1", "100.64.0.1", "198.18.0.1"),
            *("64:ff9b::a00:5", "2002:a00:5::", "file:///etc/passwd", "gopher://a.example"),
        ],
        "port": [22, 80, 6379, 0],
        "username": ["", "desk\r\nRCPT", "señora"],
        "password": ["contraseña", "x" * 600, ""],
        "sender": ["desk", "desk@vela.example\nBcc: x@y.example", ""],
        "security": ["none", ""],
    }
    for field, values in bad.items():
        for value in values:
            with pytest.raises(Invalid) as raised:
                draft_mail_server(gym, **{**GIVEN, field: value})
            assert raised.value.field == field, value
    settings.MAIL_NETWORKS = ("10.0.0.0/24",)
    assert draft_mail_server(gym, **{**GIVEN, "host": "10.0.0.5"}).host == "10.0.0.5"
    with pytest.raises(Invalid):
        draft_mail_server(gym, **{**GIVEN, "host": "10.0.1.5"})


def test_the_database_keeps_the_ports_and_the_encryption(gym: Business, where):
    for field, value in (("port", 22), ("security", "none")):
        draft = draft_mail_server(gym, **GIVEN)
        setattr(draft, field, value)
        draft.changed_at = NOON
        with pytest.raises(IntegrityError), transaction.atomic():
            draft.save(force_insert=True)


def test_a_name_that_leads_into_the_network_later_is_not_followed(
    gym: Business, hello, postbox, where, settings, monkeypatch
):
    """FUZ-7, with every mail: the address that is connected to is the one that was looked at."""
    use(gym)
    settings.MAIL_NETWORKS = ()
    message = hello()
    with pytest.raises(Later):
        deliver.func(message.pk)
    assert not postbox.taken
    message.refresh_from_db()
    assert (message.state, message.error) == ("queued", "Private: a private address")


def test_the_password_is_kept_sealed_and_goes_to_no_other_server(gym: Business, postbox):
    server = use(gym)
    assert PASSWORD not in repr(MailServer.objects.values())
    assert unreadable_servers() == 0
    assert draft_mail_server(gym, **{**GIVEN, "password": "", "port": 587}).sealed == server.sealed
    for other in ({"host": "mail.thief.example"}, {"username": "thief"}):
        with pytest.raises(Invalid) as raised:
            draft_mail_server(gym, **{**GIVEN, "password": "", **other})
        assert raised.value.field == "password"


def test_after_the_secret_key_has_changed_the_password_is_asked_again(gym: Business, hello, postbox, settings):
    use(gym)
    was, settings.SECRET_KEY = settings.SECRET_KEY, "another secret key of the installation"
    assert unreadable_servers() == 1
    [fault] = own_mail_servers()
    assert (fault.name, fault.fix.partition(",")[0]) == ("mail_server_password", "Put the earlier secret_key back")
    message = hello()
    with pytest.raises(Later):
        deliver.func(message.pk)
    trouble = send_test_mail(gym, "olga@vela.example", language="en", server=mail_server_of(gym))
    assert trouble is not None
    assert (trouble.kind, trouble.advice) == ("sealed", "Enter the password again.")
    with pytest.raises(Invalid):
        draft_mail_server(gym, **{**GIVEN, "password": ""})
    use_mail_server(draft_mail_server(gym, **GIVEN), actor="user:1", now=NOON + timedelta(minutes=1))
    assert own_mail_servers() == []
    assert (unreadable_servers(), deliver.func(message.pk)) == (0, "sent")
    settings.SECRET_KEY = was


def test_the_log_says_that_it_changed_and_nothing_of_the_account(gym: Business, postbox):
    use(gym)
    assert use_mail_server(draft_mail_server(gym, **{**GIVEN, "password": ""}), actor="user:1", now=NOON) is False
    assert remove_mail_server(gym, actor="user:1", now=NOON) is True
    assert remove_mail_server(gym, actor="user:1", now=NOON) is False
    told = list(Event.objects.filter(name__startswith="mail_server.").order_by("pk").values_list("name", "data"))
    assert told == [("mail_server.changed", {"preset": "other"}), ("mail_server.removed", {"preset": "other"})]
    assert not MailServer.objects.exists()


def test_without_the_installations_server_the_mails_of_that_business_leave_all_the_same(
    gym: Business, salon: Business, hello, postbox, settings
):
    settings.MAILERS = {}
    waiting = hello(key="before")
    zoe = add_client(salon, "Zoe", email="zoe@mail.example")
    others = hello(key="other", business=salon, to_client=zoe)
    use(gym)
    assert hello(key="after").handed_over_at is not None
    assert hand_over(NOON) == 1
    waiting.refresh_from_db()
    others.refresh_from_db()
    assert (waiting.handed_over_at is not None, others.handed_over_at) == (True, None)
    assert deliver.func(waiting.pk) == "sent"
    remove_mail_server(gym, actor="user:1", now=NOON)
    back = Message.objects.get(key="after")
    assert deliver.func(back.pk) == "queued"
    back.refresh_from_db()
    assert back.handed_over_at is None


def test_many_leave_by_one_connection(gym: Business, hello, postbox):
    use(gym)
    messages = [hello(key=f"k{number}") for number in range(4)]
    Message.objects.update(handed_over_at=timezone.now())
    assert deliver_many.func([message.pk for message in messages]) == 4
    assert (len(postbox.taken), postbox.logins) == (4, 1)


class Silent(socketserver.BaseRequestHandler):
    """Takes a call and answers one letter at a time, for ever."""

    def handle(self) -> None:
        try:
            while True:
                self.request.sendall(b"2")
                time.sleep(0.05)
        except OSError:
            pass


@pytest.fixture
def drip(where):
    """A server that never gets to its point."""
    with socketserver.ThreadingTCPServer((where[0], 2525), Silent) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_name_of_which_one_address_is_private_is_refused_whole(gym: Business, settings, monkeypatch):
    """FUZ-7: a public address beside a private one, in either order, and one that a translator would lead inside."""
    settings.MAIL_NETWORKS = ()

    def leads_to(*addresses: str) -> None:
        found = [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, 587)) for one in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_more: found)

    leads_to("93.184.215.14", "2606:2800:21f::1")
    assert lines.addresses_of("mail.example", 587) == ["93.184.215.14", "2606:2800:21f::1"]
    for inside in ("fd00::5", "10.0.0.5", "::ffff:10.0.0.5", "64:ff9b::a00:5", "::10.0.0.5", "2002:a00:5::1"):
        for both in (("93.184.215.14", inside), (inside, "93.184.215.14")):
            leads_to(*both)
            with pytest.raises(lines.Private):
                lines.addresses_of("mail.example", 587)
            with pytest.raises(Invalid):
                draft_mail_server(gym, **{**GIVEN, "host": "mail.example"})


def test_a_server_that_answers_letter_by_letter_is_cut_off(gym: Business, hello, drip, monkeypatch):
    """FUZ-7: a slow body ends by the clock."""
    monkeypatch.setattr(lines, "TALK_SECONDS", 0.3)
    use(gym)
    message, begun = hello(), time.monotonic()
    with pytest.raises(Later):
        deliver.func(message.pk)
    assert time.monotonic() - begun < 10
    assert email.rest_of(mail_server_of(gym)).left() > timedelta(seconds=10)


def test_a_broken_server_of_one_business_keeps_nobody_else_waiting(
    gym: Business, salon: Business, hello, mail_server, where, monkeypatch
):
    """Its own mails rest, those of others do not; and while it is tried, no second thread tries one in doubt."""
    use(gym)
    broken = [hello(key=f"k{number}") for number in range(3)]
    for message in broken:
        with pytest.raises(Later):
            deliver.func(message.pk)
    assert [Message.objects.get(pk=message.pk).attempts for message in broken] == [1, 0, 0], "one asks, the others wait"
    zoe = add_client(salon, "Zoe", email="zoe@mail.example")
    assert deliver.func(hello(key="other", business=salon, to_client=zoe).pk) == "sent"

    use_mail_server(draft_mail_server(salon, **{**GIVEN, "sender": "hello@lune.example"}), actor="user:1", now=NOON)
    second = hello(key="second", business=salon, to_client=zoe)
    with resting.one_in_doubt(resting.Rest(is_proven=False)), pytest.raises(Later) as raised:
        deliver.func(second.pk)
    assert raised.value.pause == resting.DOUBT_PAUSE
    second.refresh_from_db()
    assert second.attempts == 0


def test_a_server_that_was_mended_is_tried_at_once(gym: Business, ana: Client, hello, postbox):
    postbox.answers["MAIL"] = "250 OK"
    use(gym, password="wrong")
    message = hello()
    with pytest.raises(Later):
        deliver.func(message.pk)
    assert email.rest_of(mail_server_of(gym)).left() > timedelta(0)
    use_mail_server(draft_mail_server(gym, **GIVEN), actor="user:1", now=NOON + timedelta(minutes=1))
    assert deliver.func(message.pk) == "sent"
    message.refresh_from_db()
    assert (message.state, len(postbox.taken)) == ("sent", 1)


def test_an_address_that_it_refuses_is_not_written_to_again(gym: Business, hello, postbox):
    async def refuse(server, session, envelope, address, options):
        return "550 5.1.1 no such user"

    postbox.handle_RCPT = refuse
    use(gym)
    assert deliver.func(hello().pk) == "failed"
    assert hello(key="two").reason == Message.Reason.BLOCKED
