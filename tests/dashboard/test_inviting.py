"""Clients by invitation: sent, sent again, accepted by the link of the mail, taken back, at its end (R-070, R-201)."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.commands import (
    accept_client_invitation,
    activate,
    archive,
    delete_client,
    edit_client,
    erase_again,
    expire_invitations,
    invite_client,
    revoke_client_invitation,
)
from plusone.clients.models import Client, Departure, Invitation
from plusone.clients.queries import may_ask_for_code, profiles_of
from plusone.events.models import Event
from plusone.kernel.commands import user_for
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business, Collaborator, User
from plusone.messaging.models import Message
from plusone.referrals.commands import answer_invitation, attach_referral, send_due, send_to_latecomers
from plusone.referrals.models import Referral
from plusone.store.commands import create_membership_type, pay
from plusone.store.models import MembershipType, Order, Product
from plusone.store.queries import plan_kept
from world import NOON, bring, later, launch, make_product, sell

from .conftest import browser_of
from .pages import send, text_of

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


@pytest.fixture
def dina(gym: Business) -> Client:
    """Dina, who was invited."""
    return invite_client(gym, first_name="Dina", last_name="Ros", email="dina@mail.example", **WHO)


def link_in(message: Message) -> str:
    found = re.search(r"/invited/\w+", message.text)
    assert found, message.text
    return found[0]


def facts(client: Client) -> list[str]:
    return list(Event.objects.filter(client_id=client.pk).order_by("pk").values_list("name", flat=True))


def test_a_client_is_invited_with_tags_a_professional_and_own_words(gym: Business, olga: Browser) -> None:
    """R-201: one mail with a link, in the words of who invites; nobody's client until they press the button."""
    olga_herself = Collaborator.objects.get(business=gym)
    answer = send(
        olga,
        at(gym, "client_invite"),
        {
            "first_name": "Dina",
            "email": "Dina@Mail.example",
            "tags": "VIP, Morning",
            "professional": olga_herself.public_id,
            "words": "See you on {business} Monday!",
            "language": "en",
        },
    )
    dina = Client.objects.get()
    assert answer["Location"] == at(gym, "client", dina.public_id)
    assert (dina.status, dina.email, dina.professional, dina.user) == (
        "invited",
        "dina@mail.example",
        olga_herself,
        None,
    )
    assert sorted(tag.name for tag in dina.tags.all()) == ["Morning", "VIP"]
    mail = Message.objects.get()
    assert (mail.to, mail.template, mail.category) == ("dina@mail.example", "client.invitation", "account")
    assert mail.subject == "Studio Vela invites you to its client area"
    assert "See you on {business} Monday!" in mail.text
    assert Invitation.objects.get().token in link_in(mail)
    assert Invitation.objects.get().expires_at == NOON + timedelta(days=30)
    page = text_of(olga.get(at(gym, "client", dina.public_id)))
    assert "the link works until Apr 9, 2026. They are a client as soon as they accept." in page
    listed = olga.get(at(gym, "clients"), {"status": "invited"})
    assert [row["client"] for row in listed.context["rows"]] == [dina]
    assert ("Invited 1" in text_of(listed), "Take the invitation back" in text_of(listed)) == (True, True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": ""}, "This field is required."),
        ({"email": "nope"}, "This is not an e-mail address."),
        ({"email": "Carla.Gil@clients.example"}, "A client with this e-mail address already exists."),
        ({"email": "x@mail.example", "words": "x" * 501}, "at most 500 characters"),
    ],
)
def test_what_cannot_be_invited_is_said_and_changes_nothing(
    gym: Business, carla: Client, olga: Browser, typed: dict[str, str], said: str
) -> None:
    answer = send(olga, at(gym, "client_invite"), {"first_name": "Dina", **typed})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert (Client.objects.count(), Message.objects.count()) == (1, 0)


def test_the_link_of_the_mail_lets_them_in_and_a_look_changes_nothing(
    gym: Business, dina: Client, olga: Browser
) -> None:
    """R-201: GET shows a button, POST proves the address; then they are active, logged in, and hear of the campaign."""
    launch(gym)
    send_due(later(seconds=31))
    link, browser = link_in(Message.objects.get(template="client.invitation")), Browser()
    assert "Studio Vela te invita" in text_of(browser.get(link))
    assert browser.get(f"{link}?lang=en")["Cache-Control"] == "no-store"
    dina.refresh_from_db()
    assert (dina.status, User.objects.filter(email=dina.email).exists()) == ("invited", False)
    answer = browser.post(link)
    assert answer["Location"] == reverse("p:home", args=[gym.slug])
    assert browser.get(answer["Location"]).status_code == 200
    dina.refresh_from_db()
    assert (dina.status, dina.activated_via, dina.user and dina.user.email) == ("active", "manual", dina.email)
    assert facts(dina)[:1] + facts(dina)[-2:] == ["client.invited", "client.invitation_accepted", "client.activated"]
    assert Event.objects.get(name="client.activated").cause == Event.objects.get(name="client.invitation_accepted")
    send_to_latecomers(later(seconds=62))
    assert Message.objects.filter(client=dina, mailing_id__isnull=False, channel="email").count() == 1
    ended = Browser().post(link)
    assert (ended.status_code, "This invitation has ended" in text_of(Browser().get(f"{link}?lang=en"))) == (410, True)


@pytest.mark.parametrize("kind", ["product", "membership"])
def test_an_invitation_brings_a_plan_whose_order_waits_to_be_paid(gym: Business, olga: Browser, kind: str) -> None:
    """R-201: shown in the mail, on the page and in the profile; ordered at the moment they are a client, once."""
    plan: Product | MembershipType = make_product(gym, "Bono 10", price=9000)
    if kind == "membership":
        plan = create_membership_type(gym, name="Mes", kind="recurring", price=4500, period="month", now=NOON)
    typed = {"first_name": "Dina", "email": "dina@mail.example", "plan": plan.public_id}
    assert f"{plan.name} · " in text_of(olga.get(at(gym, "client_invite")))
    send(olga, at(gym, "client_invite"), typed)
    dina = Client.objects.get()
    price = "90,00 €" if kind == "product" else "45,00 €"
    mail = Message.objects.get(template="client.invitation")
    assert f"{plan.name}, {price}" in mail.text.replace("\xa0", " ")
    assert f"Then {plan.name}, " in text_of(olga.get(at(gym, "client", dina.public_id)))
    browser = Browser()
    assert f"{plan.name} · {price}" in text_of(browser.get(link_in(mail)))
    assert not Order.objects.exists()
    home = browser.post(link_in(mail))["Location"]
    order = Order.objects.get()
    assert (order.client, order.state, order.due) == (dina, "awaiting_payment", plan.price)
    assert f"El pedido {order.number} espera" in text_of(browser.get(home))
    browser.post(link_in(mail))
    assert Order.objects.count() == 1
    pay(order, method="cash", actor="user:1", now=NOON)
    order.refresh_from_db()
    assert order.state == "paid"


def test_a_plan_comes_with_activating_by_hand_but_not_with_a_sale_or_when_it_is_off_sale(gym: Business) -> None:
    """At the desk they were sold what is right; what is no longer for sale is promised to nobody any more."""
    plan = make_product(gym, "Bono 10", price=9000)
    invited = [
        invite_client(gym, first_name=name, email=f"{name}@mail.example", plan=plan_kept(plan), **WHO)
        for name in ("dina", "eva", "fay")
    ]
    activate(invited[0], **WHO)
    sell(invited[1], make_product(gym, "Clase", price=1200))
    Product.objects.filter(pk=plan.pk).update(archived_at=NOON)
    activate(invited[2], **WHO)
    waiting = Order.objects.filter(state="awaiting_payment")
    assert [order.client for order in waiting] == [invited[0]]
    assert not Invitation.objects.exists()
    assert not Event.objects.filter(name="reaction.failed").exists()


def test_who_has_a_login_proves_it_as_always(gym: Business, dina: Client, ana_herself: Browser) -> None:
    """A link that was passed on opens nobody's account; somebody else who is logged in accepts nothing."""
    link = link_in(Message.objects.get(template="client.invitation"))
    page = text_of(ana_herself.get(f"{link}?lang=en"))
    assert "You are logged in as ana@clients.example; the invitation went to another address." in page
    ana_herself.post(link)
    dina.refresh_from_db()
    assert dina.status == "invited"
    user = user_for("dina@mail.example")
    User.objects.filter(pk=user.pk).update(last_login=NOON)
    browser = Browser()
    assert browser.post(link)["Location"] == f"/accounts/login/?next=/p/{gym.slug}/"
    assert "_auth_user_id" not in browser.session
    dina.refresh_from_db()
    assert (dina.status, dina.user) == ("active", user)


def test_a_login_alone_accepts_nothing_and_shows_the_way(gym: Business, salon: Business, dina: Client) -> None:
    """Whoever proves the address elsewhere is asked, and not made a client without saying so."""
    assert may_ask_for_code("dina@mail.example")
    user = user_for("dina@mail.example")
    browser = browser_of(user)
    places = browser.get(reverse("switch"))
    assert "Studio Vela" in text_of(places)
    assert profiles_of(user) == []
    assert browser.get(reverse("p:home", args=[gym.slug])).status_code == 404
    link = f"/invited/{Invitation.objects.get().token}"
    assert browser.get(reverse("root"))["Location"] == link
    assert browser.post(link)["Location"] == f"/p/{gym.slug}/"
    assert [one.business for one in profiles_of(user)] == [gym]


def test_it_is_sent_again_within_bounds(gym: Business, dina: Client, olga: Browser, settings: Any) -> None:
    """R-201: not twice within an hour, not more than five times; the link is the same and lives on."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    link, again = link_in(Message.objects.get()), at(gym, "client_invite_again", dina.public_id)
    assert "less than an hour ago" in text_of(olga.post(again, follow=True))
    assert Message.objects.count() == 1
    for times in range(2, 6):
        with time_machine.travel(NOON + timedelta(hours=times), tick=False):
            assert "sent once more to dina@mail.example" in text_of(olga.post(again, follow=True))
    assert {link_in(mail) for mail in Message.objects.all()} == {link}
    assert Invitation.objects.get().expires_at == NOON + timedelta(days=30, hours=5)
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        assert "It was sent 5 times" in text_of(olga.post(again, follow=True))
    assert (Message.objects.count(), facts(dina).count("client.invited")) == (5, 5)


def test_taken_back_nothing_personal_is_kept(gym: Business, dina: Client, olga: Browser) -> None:
    """R-201, 4.1: the link is dead, the mail that waits does not leave, the same address may be invited again."""
    link, revoke = link_in(Message.objects.get()), at(gym, "client_invite_revoke", dina.public_id)
    assert "nothing of this person is kept" in text_of(olga.get(revoke))
    assert "The invitation of Dina Ros is taken back." in text_of(olga.post(revoke, follow=True))
    dina.refresh_from_db()
    assert (dina.status, dina.first_name, dina.email, dina.search) == ("deleted", "", None, "")
    assert (Invitation.objects.count(), Departure.objects.count()) == (0, 0)
    mail = Message.objects.get()
    assert (mail.state, mail.to, "Dina" in mail.text) == ("suppressed", "", False)
    assert facts(dina)[-1] == "client.invitation_revoked"
    assert "client.deleted" not in facts(dina)
    assert Browser().get(link).status_code == 410
    assert olga.get(at(gym, "client", dina.public_id)).status_code == 404
    invite_client(gym, first_name="Dina", email="dina@mail.example", actor="user:1", now=later(hours=1))
    assert not revoke_client_invitation(dina, **WHO)


def test_an_unanswered_one_ends(gym: Business, dina: Client) -> None:
    """4.1: expired is the same as taken back, by the system."""
    assert expire_invitations(NOON + timedelta(days=29)) == 0
    link = link_in(Message.objects.get())
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        assert Browser().post(link).status_code == 410
    assert expire_invitations(NOON + timedelta(days=30)) == 1
    dina.refresh_from_db()
    ended = Event.objects.get(name="client.invitation_revoked")
    assert (dina.status, ended.data["reason"], ended.actor) == ("deleted", "expired", "system")


def test_another_address_gets_another_link(gym: Business, dina: Client) -> None:
    """The link that the wrong address got proves nothing any more."""
    old = Invitation.objects.get().token
    with pytest.raises(Invalid):
        edit_client(dina, email="", **WHO)
    edit_client(dina, email="dina@new.example", **WHO)
    mail = Message.objects.latest("pk")
    assert (mail.to, link_in(mail) == f"/invited/{old}") == ("dina@new.example", False)
    assert Browser().post(f"/invited/{old}").status_code == 410
    assert accept_client_invitation(Invitation.objects.get(), now=NOON).email == "dina@new.example"


def test_an_invited_client_who_buys_is_a_client(gym: Business, ana: Client, dina: Client, bono: Product) -> None:
    """R-004: a purchase activates, and who was said to have sent them is rewarded for it."""
    launch(gym)
    attach_referral(gym, ana, dina, **WHO)
    sell(dina, bono)
    dina.refresh_from_db()
    assert (dina.status, dina.activated_via, Invitation.objects.count()) == ("active", "purchase", 0)
    assert Referral.objects.get().activated_at == NOON


def test_what_an_invited_client_is_not(gym: Business, dina: Client, ana: Client) -> None:
    """They are not archived, not deleted as a lead is, and bring nobody; a restore does not bring them back."""
    for act in (archive, delete_client):
        with pytest.raises(Refused, match="Take the invitation back instead"):
            act(dina, **WHO)
    launch(gym)
    assert Browser(headers={"user-agent": "Mozilla/5.0"}).get(f"/join/{dina.code}").status_code == 410
    assert erase_again([dina.public_id], now=NOON) == 1
    dina.refresh_from_db()
    assert dina.status == "deleted"


def test_a_friend_who_is_invited_gets_the_invitation_once_more(gym: Business, ana: Client, dina: Client) -> None:
    """The public page says the same to everyone; the truth goes by mail: here is your invitation."""
    launch(gym)
    known = {"first_name": "D", "email": "dina@mail.example", "source": "link", "now": NOON}
    for number in range(2):
        assert answer_invitation(gym, ana, key=f"k{number}", **known).known == dina
    assert (Referral.objects.count(), Message.objects.filter(template="client.invitation").count()) == (0, 2)
    assert bring(ana, "Ben").friend.status == "lead"


def test_staff_may_activate_without_waiting(gym: Business, dina: Client, olga: Browser) -> None:
    """R-203: who does not read mail is let in at the desk; a login that has proved the address is theirs."""
    page = at(gym, "client_activate", dina.public_id)
    assert "The invitation is over then" in text_of(olga.get(page))
    olga.post(page)
    dina.refresh_from_db()
    assert (dina.status, dina.news_by_default, Invitation.objects.count()) == ("active", True, 0)
    assert not activate(dina, **WHO)


def test_professionals_invite_for_themselves_and_the_other_business_sees_nothing(
    gym: Business, lucie: Browser, dina: Client
) -> None:
    """R-221."""
    user = User.objects.create_user("pro@vela.example", language="en")
    mine = Collaborator.objects.create(business=gym, user=user, role="professional")
    pro = browser_of(user)
    send(pro, at(gym, "client_invite"), {"first_name": "Eli", "email": "eli@mail.example"})
    assert Client.objects.get(first_name="Eli").professional == mine
    assert pro.post(at(gym, "client_invite_revoke", dina.public_id)).status_code == 404
    assert lucie.post(at(gym, "client_invite_again", dina.public_id)).status_code == 404
    dina.refresh_from_db()
    assert dina.status == "invited"


def handed(olga: Browser, gym: Business, dina: Client) -> tuple[str, str]:
    """Take the link to hand it over: what the page says, and the link."""
    answer = olga.post(at(gym, "client_invite_hand", dina.public_id))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    found = re.search(r'data-copy="https?://[^/"]+(/invited/\w+)"', answer.content.decode())
    assert found
    return answer.content.decode(), found[1]


def test_its_link_is_handed_over_where_no_mail_arrives(
    gym: Business, dina: Client, olga: Browser, settings: Any
) -> None:
    """R-201: by WhatsApp or a copy, by who may invite; it lets them in and proves nobody's address."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    Client.objects.filter(pk=dina.pk).update(phone="+34600333444")
    assert "Hand the link over yourself" in text_of(olga.get(at(gym, "client", dina.public_id)))
    page, link = handed(olga, gym, dina)
    assert "https://wa.me/34600333444?text=" in page
    assert Invitation.objects.get().token not in page, "the link of the mail proves the address: it stays in the mail"
    assert olga.get(at(gym, "client_invite_hand", dina.public_id))["Location"] == at(gym, "client", dina.public_id)
    taken = Event.objects.get(name="client.invitation_handed")
    assert (taken.client_id, taken.actor.startswith("user:")) == (dina.pk, True)
    browser = Browser()
    assert "Studio Vela te invita" in text_of(browser.get(link))
    assert "dina@mail.example" not in text_of(browser.get(link))
    answer = browser.post(link)
    assert (answer.status_code, "Ya estás entre los clientes de Studio Vela" in text_of(answer)) == (200, True)
    assert ("_auth_user_id" in browser.session, "dina@mail.example" in text_of(answer)) == (False, False)
    dina.refresh_from_db()
    assert (dina.status, dina.user, User.objects.filter(email=dina.email).exists()) == ("active", None, False)
    assert Event.objects.get(name="client.invitation_accepted").data["by"] == "link"
    assert Browser().post(link).status_code == 410
    assert olga.post(at(gym, "client_invite_hand", dina.public_id)).status_code == 302


def test_who_may_not_invite_gets_no_link_and_staff_do_not_accept_it(
    gym: Business, salon: Business, dina: Client, olga: Browser, lucie: Browser, ana_herself: Browser
) -> None:
    page = at(gym, "client_invite_hand", dina.public_id)
    assert [browser.post(page).status_code for browser in (lucie, ana_herself)] == [404, 404]
    _page, link = handed(olga, gym, dina)
    assert "the invitation went to another address" in text_of(olga.post(f"{link}?lang=en"))
    dina.refresh_from_db()
    assert dina.status == "invited"
    herself = browser_of(user_for("dina@mail.example"))
    assert herself.post(link)["Location"] == reverse("p:home", args=[gym.slug])
    dina.refresh_from_db()
    assert (dina.status, dina.user and dina.user.email) == ("active", "dina@mail.example")
