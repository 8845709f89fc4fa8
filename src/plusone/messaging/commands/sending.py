"""Write messages down. They leave the house after the commit, by the task in delivery.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from plusone.clients.models import Client
from plusone.clients.preferences import wants
from plusone.events.commands import record
from plusone.events.models import Event
from plusone.kernel.identity import takes_mail
from plusone.kernel.models import Business, User
from plusone.messaging.channels import channels
from plusone.messaging.events import ChannelSwitched
from plusone.messaging.models import Category, ChannelSwitch, Mention, Message, Suppression
from plusone.messaging.queries import is_channel_on
from plusone.messaging.quiet import is_quiet
from plusone.messaging.rendering import Rendered, render
from plusone.messaging.suppression import fingerprint, suppression_of
from plusone.messaging.texts import Context, Template, one_line, templates

from .delivery import deliver, tell

RAW_USEFUL_FOR = timedelta(hours=1)
Reason = Message.Reason


@transaction.atomic
def send(
    business: Business,
    template: str | type[Template],
    *,
    to_client: Client | None = None,
    to_user: User | None = None,
    to_address: str = "",
    context: Mapping[str, Any] | None = None,
    key: str,
    cause: Event | None = None,
    channel: str = "email",
    mailing: int | None = None,
    language: str = "",
    now: datetime,
) -> Message:
    """Write a message to one reader, to leave after the commit. The same key again gives back the message it made.

    `context` fills gaps of the text, `cause` is the event it tells of. What must not be sent (no address, archived or
    deleted client, channel switched off, no consent to promotions) is kept as suppressed, with the reason. `mailing` is
    the number of what is sent to many: it reaches each client once by each channel.
    """
    kind = templates[template] if isinstance(template, str) else template
    reader = to_client or to_user
    assert (reader is None) == bool(to_address), "a message has one reader: a client, a user or an address"
    assert to_client is None or to_client.business_id == business.pk, "a client of another business"
    ctx = Context(
        business,
        now,
        language=_language(language or (reader.language if reader else ""), business),
        client=to_client,
        user=to_user,
        event=cause,
        data=context or {},
    )
    to = to_address or (channels[channel]().address_of(reader) if reader else "")
    reason = _held_back(business, kind, to_client, to, channel)
    is_bare = channels[channel].is_instant  # a page of ours brings its own frame
    rendered = Rendered("", "", "") if reason == Reason.DELETED else render(kind(), ctx, is_bare=is_bare)
    sheet = _Sheet(business, kind.name, kind.category, channel, ctx, to, rendered, key, kind.useful_for, mailing)
    return _write(sheet, reason)


@transaction.atomic
def withhold(
    business: Business,
    template: str,
    client: Client,
    reason: str,
    *,
    key: str,
    channel: str,
    mailing: int,
    now: datetime,
) -> Message:
    """Write down that a client was left out of what went to many, and why; the words are not needed for that."""
    kind = templates[template]
    ctx = Context(business, now, language=_language(client.language, business), client=client)
    to, blank = channels[channel]().address_of(client), Rendered("", "", "")
    return _write(
        _Sheet(business, kind.name, kind.category, channel, ctx, to, blank, key, kind.useful_for, mailing), reason
    )


@transaction.atomic
def send_raw(
    business: Business | None,
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    template: str,
    category: Category = Category.ACCOUNT,
    language: str = "",
    key: str,
    now: datetime,
    useful_for: timedelta = RAW_USEFUL_FOR,
) -> Message:
    """Write a mail that somebody else has worded: login codes and the like. `template` names its kind."""
    ctx = Context(business, now, language=_language(language, business))
    rendered = Rendered(one_line(subject), text, html)
    reason = "" if takes_mail(to) else Reason.LETTERS
    return _write(_Sheet(business, template, category, "email", ctx, to, rendered, key, useful_for), reason)


@transaction.atomic
def switch_channel(business: Business, channel: str, *, active: bool, actor: str, now: datetime) -> bool:
    """Open or close a channel for all messages of the business (Q-28). Return whether that changed anything."""
    assert channel in channels, f"no channel is called {channel!r}"
    if is_channel_on(business, channel) == active:
        return False
    ChannelSwitch.objects.update_or_create(
        business=business,
        channel=channel,
        defaults={"active": active, "changed_at": now, "changed_by": actor},
    )
    record(business, ChannelSwitched(channel=channel, active=active), actor=actor, now=now)
    return True


@dataclass(frozen=True)
class _Sheet:
    business: Business | None
    template: str
    category: Category
    channel: str
    ctx: Context
    to: str
    rendered: Rendered
    key: str
    useful_for: timedelta
    mailing: int | None = None


def _language(wanted: str, business: Business | None) -> str:
    known = dict(settings.LANGUAGES)
    choices = (wanted, business.language if business else "", settings.LANGUAGE_CODE)
    return next(choice for choice in choices if choice in known)


def _held_back(business: Business, kind: type[Template], client: Client | None, to: str, channel: str) -> str:
    """Why it must not be sent, or an empty string."""
    if client is not None and client.status == Client.Status.DELETED:
        return Reason.DELETED
    if client is not None and client.status == Client.Status.ARCHIVED and not kind.answers_reader:
        return Reason.ARCHIVED
    if not to:
        return Reason.NO_ADDRESS
    if channel == "email" and not takes_mail(to):
        return Reason.LETTERS
    if not is_channel_on(business, channel):
        return Reason.CHANNEL_OFF
    promotes = kind.category == Category.PROMOTIONAL
    if promotes and client is not None and not wants(client):
        return Reason.NO_CONSENT
    blocked = suppression_of(business, to) if channel == "email" else None
    if blocked and (promotes or blocked.reason == Suppression.Reason.BOUNCED):
        return Reason.BLOCKED
    return ""


@transaction.atomic
def suppress(business: Business, address: str, reason: str, *, now: datetime) -> bool:
    """Write to an address no more. Say whether that is new; a complaint does not soften a bounce."""
    row, made = Suppression.objects.get_or_create(
        business=business, hash=fingerprint(business, address), defaults={"reason": reason, "at": now}
    )
    if not made and reason == Suppression.Reason.BOUNCED and row.reason != reason:
        row.reason = reason
        row.save(update_fields=["reason"])
    return made


def unsuppress(business: Business, address: str, *reasons: str) -> bool:
    """Write to an address again, because its reader has asked for it; with `reasons`, only if it was one of these. Say
    whether it was suppressed."""
    found = Suppression.objects.filter(business=business, hash=fingerprint(business, address))
    return bool((found.filter(reason__in=reasons) if reasons else found).delete()[0])


def _write(sheet: _Sheet, reason: str) -> Message:
    way = channels[sheet.channel]()
    is_there = not reason and way.is_instant
    rests = sheet.category == Category.PROMOTIONAL and way.disturbs and sheet.ctx.client is not None
    sleeps = rests and sheet.business is not None and is_quiet(sheet.business, sheet.ctx.now)
    ready = not reason and not is_there and not sleeps and way.is_ready(sheet.business)
    message = Message(
        business=sheet.business,
        client=sheet.ctx.client,
        user=sheet.ctx.user,
        to=sheet.to,
        template=sheet.template,
        category=sheet.category,
        channel=sheet.channel,
        language=sheet.ctx.language,
        subject=sheet.rendered.subject,
        text=sheet.rendered.text,
        html=sheet.rendered.html,
        state=_first_state(reason, is_there=is_there),
        sent_at=sheet.ctx.now if is_there else None,
        mailing_id=sheet.mailing,
        reason=reason,
        event=sheet.ctx.event,
        key=sheet.key,
        created_at=sheet.ctx.now,
        useful_until=timezone.now() + sheet.useful_for,
        handed_over_at=timezone.now() if ready else None,
    )
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        # The constraint keeps "once", no look beforehand: of two senders at once, the second gets the first's message.
        return Message.objects.get(business=sheet.business, key=sheet.key)
    _note_mentions(message, sheet.ctx)
    if ready and sheet.mailing is None:  # whoever writes to many hands them over together
        deliver.enqueue(message.pk)
    elif reason or is_there:
        tell(message, sheet.ctx.now)
    return message


def _first_state(reason: str, *, is_there: bool) -> str:
    if reason:
        return Message.State.SUPPRESSED
    return Message.State.SENT if is_there else Message.State.QUEUED


def _note_mentions(message: Message, ctx: Context) -> None:
    spoken_of = ctx.mentioned | ({ctx.event.client_id} if ctx.event and ctx.event.client_id else set())
    others = sorted(spoken_of - {message.client_id})
    Mention.objects.bulk_create([Mention(message=message, client_id=client) for client in others])
