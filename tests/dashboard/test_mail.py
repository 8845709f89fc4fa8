"""Settings ▸ Mail (TRUST DEL-2, DEL-7)."""

import smtplib
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse
from django.utils import timezone

from plusone.faces.dashboard.views import mail as view
from plusone.kernel import dns
from plusone.kernel.commands import add_collaborator, user_for
from plusone.messaging import lines
from plusone.messaging.commands import suppress
from plusone.messaging.models import MailServer, Message, Suppression
from world import NOON, House, add_client, open_salon

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(house: House, client, settings):
    """The owner's browser, at the page of an installation with a mail server."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    settings.DEFAULT_FROM_EMAIL = "Plusone <hello@vela.example>"
    mail.outbox = []
    view.tests.clear()
    house.owner.language = "en"
    house.owner.save(update_fields=["language"])
    client.force_login(house.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    return f"/b/{house.business.slug}/settings/mail/"


def text_of(answer) -> str:
    return answer.content.decode()


def test_the_business_chooses_its_name_and_where_answers_go(page, house: House, client):
    sent = {"sender_name": "Olga of Vela", "reply_to": "desk@vela.example", "address": "Calle Mayor 1", "once": "a"}
    assert client.post(page, {**sent, "reply_to": "no address"}).status_code == 200
    house.business.refresh_from_db()
    assert house.business.sender_name == ""
    assert client.post(page, {**sent, "once": "b"}).status_code == 302
    house.business.refresh_from_db()
    found = house.business
    assert (found.sender_name, found.reply_to, found.address) == ("Olga of Vela", "desk@vela.example", "Calle Mayor 1")


def test_a_test_mail_says_in_words_what_is_wrong(page, house: House, client, monkeypatch):
    with monkeypatch.context() as broken:

        def refuse(self, messages):
            raise smtplib.SMTPAuthenticationError(535, b"5.7.8 Username and Password not accepted")

        broken.setattr(EmailBackend, "send_messages", refuse)
        said = text_of(client.post(f"{page}test/", follow=True))
    assert "The mail server does not accept the user name or the password." in said
    assert "5.7.8 Username and Password not accepted" in said
    said = text_of(client.post(f"{page}test/", follow=True))
    assert "The mail server took a test mail to olga@vela.example." in said
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["olga@vela.example"], "A test mail from Studio Vela")
    for _ in range(3):
        client.post(f"{page}test/")
    assert "Wait a minute." in text_of(client.post(f"{page}test/", follow=True))
    assert len(mail.outbox) == 4
    assert not Message.objects.exists(), "it goes past the outbox"


def test_the_records_are_there_to_copy_and_checked_when_asked(page, client, monkeypatch):
    asked = []

    def texts(self, name):
        asked.append(name)
        known = {"vela.example": ["v=spf1 include:mail.example ~all"], "_dmarc.vela.example": ["v=DMARC1"]}
        return known.get(name, [])

    monkeypatch.setattr(dns.Live, "texts", texts)
    said = text_of(client.get(page))
    assert asked == []
    assert "v=DMARC1; p=none; rua=mailto:postmaster@vela.example" in said
    assert said.count("Not checked") == 3
    said = text_of(client.get(f"{page}?check=1"))
    assert "plusone._domainkey.vela.example" in asked
    assert [said.count(word) for word in ("In order", "Missing", "Does not do its work")] == [1, 1, 1]


def test_who_is_not_written_to_is_listed_and_can_be_written_to_again(
    page, house: House, client, django_assert_max_num_queries
):
    gym = house.business
    add_client(gym, "Ana", "López", email="ana@clients.example")
    assert "Nobody. An address that the mail server refuses" in text_of(client.get(page))
    for address in ("ana@clients.example", "gone@clients.example", "third@clients.example"):
        suppress(gym, address, Suppression.Reason.BOUNCED, now=NOON)
    with django_assert_max_num_queries(12):
        said = text_of(client.get(page))
    assert said.count("Mails to it come back") == 3
    assert said.count("Nobody has this address any more") == 2
    assert "ana@clients.example" in said
    row = Suppression.objects.order_by("pk")[0]
    asked = client.get(f"{page}suppressed/{row.public_id}/lift/")
    assert "Write to this address again?" in text_of(asked)
    assert Suppression.objects.count() == 3
    client.post(f"{page}suppressed/{row.public_id}/lift/")
    assert Suppression.objects.count() == 2


def test_mails_that_do_not_leave_are_said_on_the_first_page(page, house: House, client, settings):
    long_ago = timezone.now() - timedelta(minutes=61)
    fields = {"category": "service", "channel": "email", "language": "en", "created_at": NOON, "template": "x"}
    Message.objects.create(
        business=house.business, key="k", handed_over_at=long_ago, useful_until=timezone.now(), **fields
    )
    assert "1 mail does not leave" in text_of(client.get(f"/b/{house.business.slug}/"))
    assert "1 mail has been waiting for 61 minutes." in text_of(client.get(page))
    settings.MAILERS = {}
    said = text_of(client.get(page))
    assert "This installation has no mail server." in said
    assert "Send me a test mail" not in said
    assert "no mail server yet" in text_of(client.post(f"{page}test/", follow=True))


def test_every_staff_page_says_that_mail_does_not_leave(page, house: House, client):
    """DEL-1: since when and how many, for this business alone: gone when they have left."""
    home = f"/b/{house.business.slug}/"
    assert "Mail has not been leaving" not in text_of(client.get(home))
    begun = timezone.now() - timedelta(minutes=25)
    fields = {"category": "service", "channel": "email", "language": "en", "created_at": NOON, "template": "x"}
    Message.objects.create(
        business=house.business, key="k", handed_over_at=begun, useful_until=timezone.now(), **fields
    )
    said = text_of(client.get(f"{home}clients/"))
    assert ": 1 waits." in said
    assert f'href="{page}"' in said
    assert "Mail has not been leaving" not in text_of(client.get(page))  # it says so itself
    Message.objects.update(handed_over_at=timezone.now())
    assert "Mail has not been leaving" not in text_of(client.get(home))


GIVEN = {
    "preset": "gmail",
    "host": "smtp.gmail.com",
    "port": "587",
    "security": "starttls",
    "username": "vela.studio@gmail.com",
    "password": "abcd efgh ijkl mnop",
    "sender": "vela.studio@gmail.com",
}


@pytest.fixture
def google(monkeypatch):
    """Google's server, as far as a test mail sees it: `refuses` says what it answers, `taken` what it took."""
    found = SimpleNamespace(taken=[], refuses=None)

    def hand_in(line, sent):
        if found.refuses:
            raise found.refuses
        found.taken.append((line.host, line.port, line.username, line.password, sent))

    monkeypatch.setattr(lines.Line, "hand_in", hand_in)
    monkeypatch.setattr(lines.socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("142.250.1.109", 587))])
    return found


def test_an_owner_uses_a_server_of_their_own_after_a_test_mail(page, house: House, client, google):
    """Issue 3: the provider's values are filled in, a test mail goes first, and the password is never shown."""
    assert "Use your own mail server" in text_of(client.get(page))
    brevo = text_of(client.get(f"{page}server/?preset=brevo"))
    assert 'value="smtp-relay.brevo.com"' in brevo
    assert "an SMTP key as password" in brevo
    gmail = text_of(client.get(f"{page}server/"))
    assert 'value="smtp.gmail.com"' in gmail
    assert "Google wants an app password here" in gmail

    google.refuses = smtplib.SMTPAuthenticationError(534, b"5.7.9 Application-specific password required")
    answer = client.post(f"{page}server/", {**GIVEN, "once": "a", "act": "test"})
    said = text_of(answer)
    assert "The test mail did not leave, and nothing is saved" in said
    assert "Many providers want a password made for programs" in said
    assert "5.7.9 Application-specific password required" in said
    assert "Save without a test" in said
    assert "abcd" not in said
    assert not MailServer.objects.exists()

    google.refuses = None
    done = client.post(f"{page}server/", {**GIVEN, "once": "b", "act": "test"}, follow=True)
    said = text_of(done)
    assert "The mail server took a test mail to olga@vela.example" in said
    assert "your own mail server, smtp.gmail.com (Gmail, Google Workspace)" in said
    assert "Yes: the domain gmail.com belongs to Gmail, Google Workspace" in said
    assert "abcd" not in said
    [(host, port, user, password, sent)] = google.taken
    assert (host, port, user, password) == ("smtp.gmail.com", 587, "vela.studio@gmail.com", "abcd efgh ijkl mnop")
    assert sent.from_email == "Studio Vela <vela.studio@gmail.com>"
    assert "abcd" not in text_of(client.get(f"{page}server/"))

    log = text_of(client.get(f"/b/{house.business.slug}/settings/activity/"))
    assert "The business&#x27;s own mail server was set up or changed" in log
    assert "abcd" not in log
    assert "smtp.gmail.com" in text_of(client.get(f"/b/{house.business.slug}/settings/privacy/"))

    assert "User name and password are forgotten." in text_of(client.get(f"{page}server/remove/"))
    assert MailServer.objects.count() == 1
    said = text_of(client.post(f"{page}server/remove/", follow=True))
    assert "by the installation&#x27;s mail server again" in said
    assert not MailServer.objects.exists()


def test_it_may_be_saved_untried_and_says_what_to_enter_again(page, house: House, client, google, settings):
    google.refuses = TimeoutError()
    client.post(f"{page}server/", {**GIVEN, "once": "a", "act": "save"})
    assert MailServer.objects.get().host == "smtp.gmail.com"
    said = text_of(client.post(f"{page}test/", follow=True))
    assert "does not answer in time" in said
    assert "Try port 2525 or 465." in said
    other = {**GIVEN, "password": "", "host": "mail.thief.example", "preset": "other", "once": "b"}
    answer = client.post(f"{page}server/", other)
    assert answer.status_code == 422
    assert "Enter the password." in text_of(answer)
    assert MailServer.objects.get().host == "smtp.gmail.com"
    settings.SECRET_KEY = "another one"  # who is logged in is so no more
    client.force_login(house.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Enter the password again" in text_of(client.get(page))


@pytest.mark.parametrize("domain", ["localhost", "127.0.0.1", "studio.local"])
def test_a_domain_of_this_machine_alone_has_no_records_to_copy(page, client, settings, domain):
    settings.DEFAULT_FROM_EMAIL = f"Plusone <no-reply@{domain}>"
    said = text_of(client.get(page))
    assert f"Not yet: the sender’s domain is {domain}" in said.replace("&#x27;", "’").replace("'", "’")
    assert "v=DMARC1" not in said


def test_an_invitation_that_cannot_leave_yet_says_so(page, house: House, client, settings):
    asked = {"name": "Gala", "email": "gala@mail.example", "role": "manager"}
    team = reverse("b:team", args=[house.business.slug])
    assert "Gala is invited." in text_of(client.post(team, {**asked, "once": "a"}, follow=True))
    settings.MAILERS = {}
    said = text_of(client.post(team, {**asked, "email": "gil@mail.example", "once": "b"}, follow=True))
    assert "The mail is written and waits: no mail leaves from here yet." in said
    assert "Gala is invited." not in said


def test_the_records_are_those_of_the_chosen_provider(page, house: House, client, google):
    given = {**GIVEN, "preset": "brevo", "host": "smtp-relay.brevo.com", "sender": "hello@studio-vela.example"}
    client.post(f"{page}server/", {**given, "once": "a", "act": "test"})
    said = text_of(client.get(page))
    assert "v=spf1 mx include:spf.brevo.com ~all" in said
    assert "v=DMARC1; p=none; rua=mailto:postmaster@studio-vela.example" in said
    assert "In Brevo: Senders, Domains &amp; Dedicated IPs, Domains." in said


def test_only_who_changes_the_settings_sees_it_and_no_other_business(page, house: House, client, google):
    client.post(f"{page}server/", {**GIVEN, "once": "a", "act": "test"})
    salon = open_salon()
    client.force_login(salon.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"{page}server/").status_code == 404
    theirs = f"/b/{salon.business.slug}/settings/mail/"
    assert "gmail" not in text_of(client.get(theirs))
    desk = user_for("desk@vela.example")
    add_collaborator(house.business, desk, role="manager")
    client.force_login(desk, backend="allauth.account.auth_backends.AuthenticationBackend")
    for way in (f"{page}server/", f"{page}server/remove/"):
        assert client.post(way, {**GIVEN, "once": "c", "act": "save", "host": "x.example"}).status_code == 404
    assert MailServer.objects.get().host == "smtp.gmail.com"


def test_without_the_installations_server_ones_own_ends_the_warning(page, house: House, client, google, settings):
    settings.MAILERS = {}
    home = reverse("b:team", args=[house.business.slug])
    assert "This installation has no mail server." in text_of(client.get(home))
    client.post(f"{page}server/", {**GIVEN, "once": "a", "act": "test"})
    assert "This installation has no mail server." not in text_of(client.get(home))
    assert "this installation has no mail server for them" in text_of(client.get(page))
