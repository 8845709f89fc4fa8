"""Logging in: by code, by password, by the set-up link; and who becomes what by it (DESIGN 6)."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.test import Client as Browser

from plusone.clients.models import Client
from plusone.connect.commands import open_business
from plusone.kernel.models import Business, User
from plusone.messaging.models import Message
from world import EUR10, NOON, add_client, bring, launch

LOGIN, CODE, CONFIRM = "/accounts/login/", "/accounts/login/code/", "/accounts/login/code/confirm/"


def code_in(mail: Message) -> str:
    found = re.search(r"^\s+([A-Z0-9-]{6,})\s*$", mail.text, re.MULTILINE)
    assert found, mail.text
    return found[1]


def mails() -> list[Message]:
    """What waits in the outbox, the oldest first."""
    return list(Message.objects.order_by("pk"))


def test_client_logs_in_by_code_without_ever_having_signed_up(gym: Business, ana: Client, client: Browser) -> None:
    """R-101: asking makes an unproved login, entering the code attaches the client."""
    assert ana.email
    answer = client.post(CODE, {"email": ana.email.upper()})
    assert (answer.status_code, answer["Location"]) == (302, CONFIRM)
    user = User.objects.get(email=ana.email)
    ana.refresh_from_db()
    assert ana.user is None  # nothing is attached before the proof
    assert [mail.to for mail in mails()] == [ana.email]

    answer = client.post(CONFIRM, {"code": code_in(mails()[0])})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    ana.refresh_from_db()
    assert ana.user == user
    assert client.session["_auth_user_id"] == str(user.pk)


def test_login_code_attaches_clients_of_all_businesses(gym: Business, salon: Business, client: Browser) -> None:
    """Q-20: one person, several businesses; one without access stays out."""
    here = add_client(gym, "Ana", email="ana@mail.example")
    there = add_client(salon, "Ana", email="ana@mail.example")
    client.post(CODE, {"email": "ana@mail.example"})
    client.post(CONFIRM, {"code": code_in(mails()[0])})
    assert {row.pk for row in Client.objects.filter(user__email="ana@mail.example")} == {here.pk, there.pk}


def test_the_page_answers_the_same_for_any_address(ana: Client, client: Browser) -> None:
    """TRUST: nobody learns from the page who is a client."""
    known = client.post(CODE, {"email": str(ana.email)})
    shown = client.get(CONFIRM).content.decode().replace(str(ana.email), "X")
    stranger = Browser()
    unknown = stranger.post(CODE, {"email": "nobody@mail.example"})
    shown_too = stranger.get(CONFIRM).content.decode().replace("nobody@mail.example", "X")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    blind = re.compile(r'nonce="[^"]*"|value="[^"]*"|\s+')
    assert blind.sub("", shown) == blind.sub("", shown_too)
    assert not User.objects.filter(email="nobody@mail.example").exists()


def test_every_mail_of_a_login_has_an_html_part(ana: Client, client: Browser) -> None:
    """DEL-5: as it is told that there is no account, that there is one already, or what happened to a password."""
    client.post(CODE, {"email": "nobody@mail.example"})
    mail = Message.objects.get(template="unknown_account")
    assert "nobody@mail.example" in mail.html
    assert re.search(r'<a class="button" href="http[^"]+/accounts/signup/', mail.html)
    folder = Path(str(get_template("account/email/login_code_message.txt").origin)).parent
    texts = {path.stem for path in folder.glob("*_message.txt") if path.stem != "base_message"}
    assert texts == {path.stem for path in folder.glob("*_message.html")}


ADVERTISES = re.compile(
    r"[%€$£]|\bEUR\b|<img|reward|gift|discount|offer|balance|recompensa|regalo|descuento|oferta|saldo|récompense|cadeau"
    r"|remise|offre|solde",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_a_mail_that_proves_an_address_sells_nothing(
    gym: Business, ana: Client, client: Browser, language: str
) -> None:
    """TRUST PRI-4: to a friend with a gift waiting, to somebody new, and to who is told of an account of theirs."""
    launch(gym, friend=EUR10)
    ben = bring(ana, "Ben").friend
    User.objects.create_user("olga@mail.example", language=language)
    before = Message.objects.count()
    for asked, sent in (
        (CODE, {"email": str(ben.email)}),
        (CODE, {"email": "nobody@mail.example"}),
        ("/accounts/signup/", {"email": "new@mail.example", "password1": ""}),
        ("/accounts/signup/", {"email": "olga@mail.example", "password1": ""}),
    ):
        Browser().post(asked, sent, headers={"accept-language": language})
    told = mails()[before:]
    assert [mail.to for mail in told] == [
        str(ben.email),
        "nobody@mail.example",
        "new@mail.example",
        "olga@mail.example",
    ]
    for mail in told:
        said = f"{mail.subject}\n{mail.text}\n{re.sub(r'<style.*?</style>', '', mail.html, flags=re.DOTALL)}"
        visible = re.sub(r'width[=:]"?100%"?', "", said)
        assert ADVERTISES.findall(visible) == [], mail.template
        links = set(re.findall(r'href="(http[^"]+)"', mail.html))
        assert len(links) <= 2, links
        assert f'<html lang="{language}">' in mail.html


def test_the_control_of_what_sells() -> None:
    """The welcome to a friend with a gift is another mail, and would be found."""
    assert ADVERTISES.search("Te esperan 10,00 € de saldo")


def test_a_client_without_access_gets_no_login(gym: Business, client: Browser) -> None:
    add_client(gym, "Eva", email="eva@mail.example")
    Client.objects.filter(email="eva@mail.example").update(access=False)
    client.post(CODE, {"email": "eva@mail.example"})
    assert not User.objects.filter(email="eva@mail.example").exists()


def test_wrong_code_lets_nobody_in(ana: Client, client: Browser) -> None:
    client.post(CODE, {"email": str(ana.email)})
    answer = client.post(CONFIRM, {"code": "WRONG-CODE"})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session
    ana.refresh_from_db()
    assert ana.user is None


def test_owner_signs_up_with_a_password_and_proves_the_address(db: None, client: Browser) -> None:
    answer = client.post("/accounts/signup/", {"email": "Olga@Vela.example", "password1": "correct horse battery"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    assert "_auth_user_id" not in client.session
    answer = client.post("/accounts/confirm-email/", {"code": code_in(mails()[0])})
    assert answer.status_code == 302
    assert client.get("/", follow=True).redirect_chain[-1] == ("/start", 302)

    client.logout()
    answer = client.post(LOGIN, {"login": "olga@vela.example", "password": "correct horse battery"})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_owner_signs_up_without_a_password(db: None, client: Browser) -> None:
    answer = client.post("/accounts/signup/", {"email": "olga@vela.example", "password1": ""})
    assert answer.status_code == 302
    client.post("/accounts/confirm-email/", {"code": code_in(mails()[0])})
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_wrong_password_is_refused(db: None, client: Browser) -> None:
    User.objects.create_user("olga@vela.example", "correct horse battery")
    answer = client.post(LOGIN, {"login": "olga@vela.example", "password": "wrong"})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_second_sign_up_says_the_same_and_tells_the_owner_by_mail(db: None, client: Browser) -> None:
    User.objects.create_user("olga@vela.example", "correct horse battery")
    answer = client.post("/accounts/signup/", {"email": "olga@vela.example", "password1": "correct horse battery"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    assert [mail.to for mail in mails()] == ["olga@vela.example"]
    assert User.objects.count() == 1


def test_set_up_link_shows_a_button_and_logs_in_once(db: None, client: Browser) -> None:
    """CONTRACT, TRUST AUTH-14: GET changes nothing, POST logs in once."""
    opened = open_business(name="Studio Vela", owner_email="olga@vela.example", country_code="ES", now=NOON)
    url = f"/setup/{opened.setup_token}"
    for _time in range(2):
        assert client.get(url).status_code == 200
    assert "_auth_user_id" not in client.session
    answer = client.post(url)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(opened.owner.pk)

    again = Browser()
    assert again.post(url).status_code == 410
    assert "_auth_user_id" not in again.session
    assert again.post(f"{url}x").status_code == 410


def test_mails_speak_the_readers_language(gym: Business, client: Browser) -> None:
    User.objects.create_user("olga@mail.example", language="fr")
    client.post(CODE, {"email": "olga@mail.example"})
    assert '<html lang="fr">' in mails()[0].html
    assert code_in(mails()[0]) in mails()[0].html


def test_login_codes_can_be_read_in_the_outbox_of_a_trial(ana: Client, client: Browser) -> None:
    """CONTRACT: without a mail server the code waits in the outbox."""
    client.post(CODE, {"email": str(ana.email)})
    assert str(ana.email) in client.get("/o/").content.decode()
    shown = client.get(f"/o/{mails()[0].public_id}/").content.decode()
    assert code_in(mails()[0]) in shown


def test_language_is_kept_with_the_login(db: None, client: Browser) -> None:
    user = User.objects.create_user("olga@mail.example")
    client.force_login(user)
    answer = client.post("/language", {"language": "fr", "next": "/switch"})
    assert (answer.status_code, answer["Location"]) == (302, "/switch")
    user.refresh_from_db()
    assert user.language == "fr"
    assert 'lang="fr"' in client.get("/switch").content.decode()


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example/x",
        "//evil.example/x",
        "javascript:alert(1)",
        "http://testserver//evil.example/x",
        "http://testserver/\\evil.example/x",
    ],
)
def test_language_switch_leads_nowhere_else(db: None, client: Browser, away: str) -> None:
    assert client.post("/language", {"language": "es", "next": away})["Location"] == "/"
