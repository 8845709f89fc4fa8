"""What a client's details are, and who may log in as them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from plusone.clients import events
from plusone.clients.models import Client, Invitation, fold
from plusone.events.commands import record
from plusone.events.facts import moved
from plusone.kernel import strangers
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.identity import e164, foreign_example, identity_email, login_email
from plusone.kernel.ids import public_id
from plusone.kernel.models import Business, User

from .spelling import learn, unlearn
from .tags import clean_tag, give_tag, tag_called, take_tag

TEXTS = ("first_name", "last_name")
EDITABLE = (*TEXTS, "email", "phone", "language", "access")


class AlreadyExists(Refused):
    """Another client of this business has that address."""

    code = "already_exists"


def clean(
    business: Business, *, first_name: str, last_name: str = "", email: str = "", phone: str = ""
) -> dict[str, Any]:
    """Return the columns for typed details. Raise Invalid naming the field that is wrong."""
    first_name, last_name = " ".join(first_name.split()), " ".join(last_name.split())
    if not first_name:
        raise Invalid(_("Write a first name."), field="first_name", code="required")
    for field, text in (("first_name", first_name), ("last_name", last_name)):
        if any(ord(letter) < 32 or 0xD800 <= ord(letter) <= 0xDFFF for letter in text):
            raise Invalid(_("This name holds characters that cannot be stored."), field=field)
        if len(text) > 80:
            raise Invalid(_("This name is too long."), field=field)
    columns = {"first_name": first_name, "last_name": last_name, "email": None, "email_key": "", "phone": ""}
    if email.strip():
        try:
            columns["email"] = address = login_email(email)
        except ValueError as error:
            raise Invalid(_("This is not an e-mail address."), field="email") from error
        columns["email_key"] = identity_email(address)
    if phone.strip():
        try:
            columns["phone"] = e164(phone, business.phone_country)
        except ValueError as error:
            raise Invalid(
                _("This is not a phone number. One from abroad begins with + or 00 and its country code: %(example)s.")
                % {"example": foreign_example(business.phone_country)},
                field="phone",
            ) from error
    return columns


def insert(business: Business, **columns: Any) -> Client:
    """Write a new client. Raise AlreadyExists where the address is taken."""
    client = Client(business=business, **columns)
    client.search = client.search_text()
    try:
        with transaction.atomic():
            client.save(force_insert=True)
    except IntegrityError as error:
        if columns.get("email") and Client.objects.filter(business=business, email=columns["email"]).exists():
            raise AlreadyExists(_("A client with this e-mail address already exists."), field="email") from error
        raise
    learn(business, [client.search])
    attach_login(client)
    return client


@transaction.atomic
def edit_client(client: Client, *, actor: str, now: datetime, **changes: Any) -> Client:
    """Change details (`first_name last_name email phone language access`).

    Raise Invalid or AlreadyExists, or Refused where an invitation would go to an address that had enough mails today;
    then nothing changes.
    """
    assert set(changes) <= set(EDITABLE), "unknown field"
    if client.status == Client.Status.DELETED:
        raise Refused(_("This client was deleted."))
    wanted = {field: changes.get(field, getattr(client, field) or "") for field in (*TEXTS, "email", "phone")}
    columns = clean(client.business, **wanted) | {
        field: changes[field] for field in ("language", "access") if field in changes
    }
    changed = tuple(
        sorted(field for field, value in columns.items() if getattr(client, field) != value and field != "email_key")
    )
    if not changed:
        return client
    if "email" in changed:
        client.user = None
        if client.is_invited and not columns["email"]:
            raise Invalid(_("An invitation goes by mail. Write an e-mail address."), field="email", code="required")
    open_ones = moved(("access", "language"), client, columns)
    for field, value in columns.items():
        setattr(client, field, value)
    was, client.search = client.search, client.search_text()
    try:
        with transaction.atomic():
            client.save(update_fields=[*columns, "search", "user"])
    except IntegrityError as error:
        raise AlreadyExists(_("A client with this e-mail address already exists."), field="email") from error
    if was != client.search:
        learn(client.business, [client.search])
        unlearn(client.business, was, client.search)
    attach_login(client)
    record(client.business, events.ClientChanged(fields=changed, **open_ones), client=client.pk, actor=actor, now=now)
    if "email" in changed and client.is_invited:
        _invite_there(client, actor=actor, now=now)
    return client


def _invite_there(client: Client, *, actor: str, now: datetime) -> None:
    """Send the invitation to the new address; the link that the old one got proves nothing any more."""
    found = Invitation.objects.select_for_update().get(client=client)
    strangers.write_to(client.email or "", field="email", now=now)
    found.token, found.times, found.sent_at = public_id(), found.times + 1, now
    found.save(update_fields=["token", "times", "sent_at"])
    record(client.business, events.ClientInvited(times=found.times), client=client.pk, actor=actor, now=now)


@transaction.atomic
def set_tags(client: Client, names: Iterable[str], *, actor: str, now: datetime) -> None:
    """Give a client exactly these tags, made where they are new (R-081)."""
    wanted: dict[str, str] = {}
    for name in map(clean_tag, names):
        wanted.setdefault(fold(name), name)
    had = {tag.key: tag for tag in client.tags.all()}
    for key, name in wanted.items():
        if key not in had:
            give_tag(client, tag_called(client.business, name), actor=actor, now=now)
    for key, tag in had.items():
        if key not in wanted:
            take_tag(client, tag, actor=actor, now=now)


@transaction.atomic
def attach_logins(user: User) -> int:
    """Give a user, whose address was just proved, every client with access that has this address (DESIGN 6).

    Return how many were new. A login that was handed over has proved nothing, and gets none.
    """
    if user.is_handed:
        return 0
    away = (Client.Status.DELETED, Client.Status.INVITED)
    found = Client.objects.filter(email=user.email, access=True, user=None).exclude(status__in=away)
    return found.update(user=user)


def attach_login(client: Client) -> None:
    """Attach the login of somebody who proved this address before (a verified one, or one with a client elsewhere)."""
    if client.email and client.access and client.user_id is None and not client.is_invited:  # who has to say yes first
        proved = Client.objects.filter(user__email=client.email, user__is_handed=False)
        known = proved.values_list("user_id", flat=True).first()
        if known:
            client.user_id = known
            client.save(update_fields=["user"])
