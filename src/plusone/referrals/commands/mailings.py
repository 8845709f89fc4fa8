"""A campaign is told to its clients: queued with a pause to stop it, then a row per recipient, batch by batch (R-014).

It is no rule. A rule answers one fact about one client at once; a text to many has an audience that changes while it
runs, a pace, a pause and a count, and must not be lost or doubled with the process that sends it (ADR 11).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.kernel.db.locks import take_turns
from plusone.kernel.errors import Refused
from plusone.kernel.models import User
from plusone.messaging.channels import channels
from plusone.messaging.commands import deliver_many, send, withhold
from plusone.messaging.models import Message
from plusone.messaging.quiet import is_quiet
from plusone.referrals import events
from plusone.referrals.audience import (
    announcement_of,
    audience_of,
    channels_of,
    newcomers_told,
    next_of,
    verdicts,
    without,
)
from plusone.referrals.models import Campaign, Mailing
from plusone.referrals.news import clean_texts, words_in
from plusone.referrals.queries import link_of

TEMPLATE = "campaign.news"
UNDO = timedelta(seconds=30)
BATCH = 25  # rows a transaction: short enough that nobody waits for it on SQLite
BATCHES = 8
WAITING_MAX = 200  # so many wait for the mail server; more are written as these leave
Kind, State = Mailing.Kind, Mailing.State


@transaction.atomic
def write_news(
    campaign: Campaign,
    *,
    texts: Mapping[str, Mapping[str, Any]] | None = None,
    by_email: bool | None = None,
    by_portal: bool | None = None,
    actor: str,
    now: datetime,
) -> bool:
    """Give the announcement own words, and say by what clients are told. Say whether that changed anything.

    What is on its way already keeps its words. Raise Invalid naming the field.
    """
    changes: dict[str, Any] = {}
    if texts is not None:
        changes["news"] = clean_texts(texts)
    if by_email is not None:
        changes["tell_by_email"] = by_email
    if by_portal is not None:
        changes["tell_by_portal"] = by_portal
    changes = {name: value for name, value in changes.items() if getattr(campaign, name) != value}
    if not changes:
        return False
    for name, value in changes.items():
        setattr(campaign, name, value)
    campaign.save(update_fields=list(changes))
    fact = events.CampaignNewsWritten(campaign=campaign.pk, channels=tuple(channels_of(campaign)))
    record(campaign.business, fact, actor=actor, now=now)
    return True


@transaction.atomic
def announce(campaign: Campaign, *, again: bool = False, actor: str, now: datetime) -> Mailing | None:
    """Queue the announcement of a live campaign, to leave after a pause in which it can be stopped.

    Once a campaign, unless it is asked for `again`; None where it was told before, or no channel is on (Q-28).
    """
    assert campaign.is_active, "only a live campaign is announced"
    before = announcement_of(campaign)
    told_by = channels_of(campaign)
    if not told_by or (before is not None and not again):
        return None
    if before is not None and before.state in (State.QUEUED, State.RUNNING) and before.ended_at is None:
        raise Refused(
            _("The announcement is still on its way."), code="on_its_way", then=_("Wait until it has gone out.")
        )
    # The one before ends here: who becomes eligible later gets the newest alone.
    Mailing.objects.filter(campaign=campaign, kind=Kind.ANNOUNCEMENT, state__in=(State.RUNNING, State.PAUSED)).update(
        state=State.SENT
    )
    return _queue(campaign, Kind.ANNOUNCEMENT, told_by, actor=actor, now=now)


@transaction.atomic
def tell_newcomers(campaign: Campaign, import_id: int, *, actor: str, now: datetime) -> Mailing | None:
    """Queue the announcement for the clients whom an import brought, to leave after the same pause.

    Once an import; None where they were told before, or no channel is on. It never happens by itself (CONTRACT).
    """
    assert campaign.is_active, "only a live campaign is announced"
    take_turns(f"newcomers {campaign.pk} {import_id}")
    told_by = channels_of(campaign)
    if not told_by or newcomers_told(campaign.business, import_id) is not None:
        return None
    return _queue(campaign, Kind.NEWCOMERS, told_by, import_id=import_id, actor=actor, now=now)


def _queue(
    campaign: Campaign, kind: str, told_by: list[str], *, import_id: int | None = None, actor: str, now: datetime
) -> Mailing:
    last = Mailing.objects.filter(campaign=campaign, kind=kind).aggregate(last=Max("round"))["last"] or 0
    mailing = Mailing.objects.create(
        business=campaign.business,
        campaign=campaign,
        kind=kind,
        round=last + 1,
        channels=told_by,
        texts=campaign.news,
        import_id=import_id,
        due_at=now + UNDO,
        created_at=now,
        created_by=actor,
    )
    tell(mailing, events.MailingQueued, actor, now)
    return mailing


@transaction.atomic
def stop_mailing(mailing: Mailing, *, actor: str, now: datetime) -> bool:
    """Stop what nobody has yet. Say whether it was in time."""
    # One conditional UPDATE, so that it cannot start at the same moment.
    if not Mailing.objects.filter(pk=mailing.pk, state=State.QUEUED).update(state=State.STOPPED, ended_at=now):
        return False
    tell(mailing, events.MailingStopped, actor, now)
    return True


@transaction.atomic
def pause_mailing(mailing: Mailing, *, paused: bool, actor: str, now: datetime) -> bool:
    """Pause what is being sent, or let it go on where it stood. Say whether that changed anything."""
    was, then = (State.RUNNING, State.PAUSED) if paused else (State.PAUSED, State.RUNNING)
    if not Mailing.objects.filter(pk=mailing.pk, state=was).update(state=then):
        return False
    tell(mailing, events.MailingPaused, actor, now, paused=paused)
    return True


def end_reminders(campaign: Campaign, *, actor: str, now: datetime) -> None:
    """Send no more of what is on its way to some: a campaign that goes live again begins none of them anew."""
    some = (Kind.REMINDER, Kind.NEWCOMERS)
    going = Mailing.objects.filter(campaign=campaign, kind__in=some, state__in=(State.RUNNING, State.PAUSED))
    for mailing in going.select_related("business"):
        Mailing.objects.filter(pk=mailing.pk).update(state=State.STOPPED, ended_at=now)
        tell(mailing, events.MailingStopped, actor, now)


def send_due(now: datetime) -> int:
    """Start what is due and carry on what runs, a few batches each. Return how many rows were written."""
    going = Mailing.objects.filter(
        Q(state=State.QUEUED, due_at__lte=now) | Q(state=State.RUNNING, ended_at=None),
        campaign__state=Campaign.State.ACTIVE,
    )
    return sum(_carry_on(mailing, now) for mailing in going.select_related("business", "campaign").order_by("pk"))


def send_to_latecomers(now: datetime) -> int:
    """Tell who became eligible since an announcement went out. Return how many rows were written."""
    told = Mailing.objects.filter(
        kind=Kind.ANNOUNCEMENT, state=State.RUNNING, ended_at__isnull=False, campaign__state=Campaign.State.ACTIVE
    )
    return sum(_carry_on(mailing, now) for mailing in told.select_related("business", "campaign").order_by("pk"))


@transaction.atomic
def send_test(
    campaign: Campaign,
    user: User,
    *,
    texts: Mapping[str, Mapping[str, Any]] | None = None,
    kind: str = Kind.ANNOUNCEMENT,
    sample: Client | None,
    now: datetime,
) -> Message:
    """Send the announcement, or a reminder with these texts, to a staff member, as `sample` would read it.

    Raise Invalid naming the field where the words are wrong.
    """
    language = sample.reads() if sample else campaign.business.language
    words = words_in(campaign.news if texts is None else clean_texts(texts, kind), language, kind)
    data = {**words, "link": link_of(sample) if sample else "", "first_name": sample.first_name if sample else ""}
    key = f"mailing-test:{campaign.pk}:{user.pk}:{now.isoformat()}"
    return send(campaign.business, TEMPLATE, to_user=user, context=data, key=key, language=language, now=now)


def _carry_on(mailing: Mailing, now: datetime) -> int:
    Mailing.objects.filter(pk=mailing.pk, state=State.QUEUED).update(state=State.RUNNING, started_at=now)
    mailing.refresh_from_db(fields=["state", "started_at", "ended_at"])
    if mailing.state != State.RUNNING:
        return 0
    outcomes = [_feed(mailing, channel, now) for channel in mailing.channels]
    if mailing.ended_at is None and all(is_through for _written, is_through in outcomes):
        _end(mailing, now)
    return sum(written for written, _is_through in outcomes)


def _feed(mailing: Mailing, channel: str, now: datetime) -> tuple[int, bool]:
    """Write to the next who have not had it. Return how many, and whether nobody is left."""
    business, way = mailing.business, channels[channel]()
    if way.disturbs and is_quiet(business, now):
        return 0, False
    room = BATCH * BATCHES
    if way.is_ready(business) and not way.is_instant:
        waiting = Message.objects.filter(mailing_id=mailing.pk, channel=channel, state=Message.State.QUEUED).count()
        room = min(room, WAITING_MAX - waiting)
        if room <= 0:
            return 0, False
    batch = next_of(mailing, channel, room + 1, now=now)  # one more, to see whether anybody is left
    for client in batch:
        client.business = business
    for start in range(0, min(len(batch), room), BATCH):
        with transaction.atomic():
            if not Mailing.objects.filter(pk=mailing.pk, state=State.RUNNING).exists():  # paused meanwhile
                return start, False
            written = [_write(mailing, client, channel, now) for client in batch[start : min(start + BATCH, room)]]
            leaving = [one.pk for one in written if one.is_waiting and one.handed_over_at is not None]
            if leaving:
                deliver_many.enqueue(leaving)
    return min(len(batch), room), len(batch) <= room


def _write(mailing: Mailing, client: Client, channel: str, now: datetime) -> Message:
    return send(
        mailing.business,
        TEMPLATE,
        to_client=client,
        context=words_in(mailing.texts, client.reads(), mailing.kind),
        key=f"mailing:{mailing.pk}:{client.pk}:{channel}",
        channel=channel,
        mailing=mailing.pk,
        now=now,
    )


def _end(mailing: Mailing, now: datetime) -> None:
    """Write down who was left out and why, and note that everybody who was eligible has it. Begun again where it
    stopped in the middle: nobody stands there twice."""
    left_out = [
        (client, channel, reason)
        for channel in mailing.channels
        for client, reason in verdicts(
            mailing.business, channel, without(mailing, channel, audience_of(mailing)).order_by("pk"), now=now
        )
        if reason
    ]
    going = Mailing.objects.filter(pk=mailing.pk, state=State.RUNNING, ended_at=None)
    for start in range(0, len(left_out), BATCH):
        with transaction.atomic():
            if not going.exists():  # paused meanwhile
                return
            for client, channel, reason in left_out[start : start + BATCH]:
                key = f"mailing:{mailing.pk}:{client.pk}:{channel}:{reason}"
                about = {"key": key, "channel": channel, "mailing": mailing.pk}
                withhold(mailing.business, TEMPLATE, client, reason, **about, now=now)
    then = State.RUNNING if mailing.kind == Kind.ANNOUNCEMENT else State.SENT
    with transaction.atomic():
        if going.update(ended_at=now, state=then):
            written = Message.objects.filter(mailing_id=mailing.pk).exclude(state=Message.State.SUPPRESSED).count()
            tell(mailing, events.MailingSent, "system", now, written=written, withheld=len(left_out))


def tell(mailing: Mailing, fact: type[events.MailingFact], actor: str, now: datetime, **more: Any) -> None:
    """Record a fact of a mailing."""
    told = fact(campaign=mailing.campaign_id, notice=mailing.pk, kind=mailing.kind, **more)
    record(mailing.business, told, actor=actor, now=now)
