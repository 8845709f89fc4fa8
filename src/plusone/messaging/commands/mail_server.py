"""A business's own mail server: think it up, try it, use it, and go back to the installation's."""

import re
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.messaging.events import MailServerChanged, MailServerRemoved
from plusone.messaging.lines import Private, addresses_of, is_readable, sealed_password
from plusone.messaging.models import MAIL_PORTS, MailServer
from plusone.messaging.presets import PRESETS
from plusone.messaging.queries import mail_server_of
from plusone.messaging.troubles import Trouble

SEEN = ("preset", "host", "port", "security", "username", "sender")
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
PASSWORD_MAX = 500


def draft_mail_server(
    business: Business,
    *,
    preset: str,
    host: str,
    port: int,
    security: str,
    username: str,
    password: str = "",
    sender: str,
) -> MailServer:
    """Return a mail server as it would be used, without keeping it. Raise Invalid naming the field that is wrong.

    An empty password is the one that is kept already, but only for the same server and user: whoever may change the
    settings could otherwise send somebody's password to a server of their own.
    """
    kept = mail_server_of(business)
    draft = MailServer(
        business=business,
        preset=preset if preset in PRESETS else "other",
        host=_host(host),
        port=port,
        security=security,
        username=_plain(username, "username"),
        sender=_sender(sender),
    )
    if port not in MAIL_PORTS:
        raise Invalid(_("Mail is handed in at the ports 25, 465, 587 and 2525."), field="port")
    if security not in MailServer.Security:
        raise Invalid(_("Choose TLS or STARTTLS."), field="security")
    _refuse_private(draft.host, port)
    is_same = kept is not None and (kept.host, kept.username) == (draft.host, draft.username)
    if password:
        draft.sealed = sealed_password(_plain(password, "password"))
    elif kept is None or not is_same or not is_readable(kept):
        raise Invalid(_("Enter the password."), field="password")
    else:
        draft.sealed = kept.sealed
    return draft


def _host(text: str) -> str:
    try:
        host = text.strip().rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        host = ""
    if not HOST.fullmatch(host):
        raise Invalid(_("This is no name of a server, such as smtp.example.com."), field="host")
    return host


def _plain(text: str, field: str) -> str:
    """The log-in of a mail server carries plain letters only."""
    text = text.strip()
    if not text:
        raise Invalid(_("Fill in this field."), field=field)
    if not text.isascii() or not text.isprintable() or len(text) > PASSWORD_MAX:
        raise Invalid(_("Mail servers take letters without accents, digits and signs here."), field=field)
    return text


def _sender(text: str) -> str:
    text = text.strip()
    try:
        validate_email(text)
    except ValidationError as error:
        raise Invalid(_("This is no e-mail address."), field="sender") from error
    return text


def _refuse_private(host: str, port: int) -> None:
    """Say it while the form is open. A name that is not known yet may be kept; it is looked at again with each mail."""
    try:
        addresses_of(host, port)
    except Private as error:
        raise Invalid(Trouble("private").sentence, field="host") from error
    except OSError:
        pass


@transaction.atomic
def use_mail_server(draft: MailServer, *, actor: str, now: datetime) -> bool:
    """Let a business's mails leave by this server from now on. Return whether that changed anything."""
    business = Business.objects.select_for_update().get(pk=draft.business_id)  # two first ones at once
    kept = MailServer.objects.select_for_update().filter(business=business).first()
    if kept is None:
        draft.changed_at = now
        draft.save(force_insert=True)
    else:
        if all(getattr(kept, name) == getattr(draft, name) for name in (*SEEN, "sealed")):
            return False
        for name in (*SEEN, "sealed"):
            setattr(kept, name, getattr(draft, name))
        kept.changed_at = now
        kept.save(update_fields=[*SEEN, "sealed", "changed_at"])
    record(business, MailServerChanged(preset=draft.preset), actor=actor, now=now)
    return True


@transaction.atomic
def remove_mail_server(business: Business, *, actor: str, now: datetime) -> bool:
    """Go back to the installation's mail server; user name and password are forgotten. Say whether there was one."""
    kept = MailServer.objects.select_for_update().filter(business=business).first()
    if kept is None:
        return False
    kept.delete()
    record(business, MailServerRemoved(preset=kept.preset), actor=actor, now=now)
    return True
