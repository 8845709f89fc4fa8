"""A campaign reminds its clients: at a date, or every so many weeks, in the business's own time (R-015, R-016).

The day of the next run is a column that a sweep compares with now. One conditional UPDATE moves it on, so that a run is
queued once. What nobody could run is written down as left out and never made up for: after a pause at most the newest
run is sent, and only if the campaign was live at its time. One without end stops at the first run that its campaign is
not active for, and goes on with the campaign.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from plusone.clients.models import Tag
from plusone.events.commands import record
from plusone.kernel import clock
from plusone.kernel.db.locks import take_turns
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.referrals import events
from plusone.referrals.audience import channels_of
from plusone.referrals.models import Campaign, Mailing, Reminder
from plusone.referrals.news import clean_texts

from .mailings import UNDO, tell

REMINDERS_MAX = 20  # of a campaign
WEEKS_MAX = 52
TAGS_MAX = 50
YEARS_MAX = 5
LATE_MAX = timedelta(days=7)  # so long after its time a run is still worth sending
DAY = timedelta(days=1)
Kind, State, Reason = Mailing.Kind, Mailing.State, Mailing.Reason


@dataclass(frozen=True, kw_only=True)
class ReminderPlan:
    """When a reminder is sent, by what, to whom, and what it says.

    `every_weeks` 0 is once; repeated without `until` it goes on until it is stopped.
    """

    starts_on: date
    at: time
    every_weeks: int = 0
    until: date | None = None
    channels: tuple[str, ...] = ("email", "portal")
    audience: str = Reminder.Audience.ALL
    tags: tuple[str, ...] = ()  # public ids; only who has one of them
    texts: Mapping[str, Mapping[str, Any]]


@transaction.atomic
def plan_reminder(campaign: Campaign, plan: ReminderPlan, *, actor: str, now: datetime) -> Reminder:
    """Plan a reminder. It is sent while the campaign is active. Raise Invalid naming the field."""
    if campaign.state == Campaign.State.ARCHIVED:
        raise Refused(
            _("This campaign is archived and cannot be changed."),
            code="archived",
            then=_("Start a new campaign; it can have the same offer."),
        )
    take_turns(f"reminders {campaign.pk}")
    if _planned(campaign) >= REMINDERS_MAX:
        raise Refused(
            _("A campaign has at most %(most)s reminders.") % {"most": REMINDERS_MAX},
            code="too_many",
            then=_("Remove one first."),
        )
    columns = _columns(campaign, plan, now)
    reminder = Reminder.objects.create(
        business=campaign.business, campaign=campaign, created_at=now, created_by=actor, **columns
    )
    _record(reminder, events.ReminderPlanned, actor, now)
    return reminder


def _planned(campaign: Campaign) -> int:
    return Reminder.objects.filter(campaign=campaign).count()


@transaction.atomic
def change_reminder(reminder: Reminder, plan: ReminderPlan, *, actor: str, now: datetime) -> bool:
    """Change a reminder. What of it is on its way already stays as it was. Say whether that changed anything."""
    # Locked, so that a run which is queued at this moment either comes before the change or after it.
    reminder = Reminder.objects.select_for_update(of=("self",)).select_related("campaign__business").get(pk=reminder.pk)
    if reminder.campaign.state == Campaign.State.ARCHIVED:
        raise Refused(
            _("This campaign is archived and cannot be changed."),
            code="archived",
            then=_("Start a new campaign; it can have the same offer."),
        )
    same_time = all(getattr(reminder, name) == getattr(plan, name) for name in ("starts_on", "at"))
    columns = _columns(
        reminder.campaign, plan, now, began=same_time, done=_done(reminder), had=frozenset(reminder.tags)
    )
    changes = {name: value for name, value in columns.items() if getattr(reminder, name) != value}
    if not changes:
        return False
    for name, value in changes.items():
        setattr(reminder, name, value)
    reminder.save(update_fields=list(changes))
    _record(reminder, events.ReminderChanged, actor, now)
    return True


@transaction.atomic
def remove_reminder(reminder: Reminder, *, actor: str, now: datetime) -> None:
    """Delete a reminder. Nothing more of it is queued; what was sent stays in the log."""
    _record(reminder, events.ReminderRemoved, actor, now)
    reminder.delete()


def run_reminders(now: datetime) -> int:
    """Queue what is due half a minute ahead, and write down what is left out. Return how many runs that were."""
    # No zone is more than a day ahead of UTC: the exact moment is asked of the few that this leaves.
    near = Reminder.objects.filter(next_on__lte=now.date() + DAY).exclude(campaign__state=Campaign.State.ARCHIVED)
    due = [
        one.pk
        for one in near.select_related("campaign__business").order_by("next_on", "pk")
        if one.next_on and clock.moment_of(one.campaign.business, one.next_on, one.at) - UNDO <= now
    ]
    return sum(_run(pk, now) for pk in due)


@transaction.atomic
def _run(pk: int, now: datetime) -> int:
    found = Reminder.objects.select_for_update(of=("self",)).select_related("campaign__business").filter(pk=pk).first()
    if found is None or found.next_on is None:
        return 0
    due, following = [], None
    for day in _days(found, found.next_on):
        at = clock.moment_of(found.campaign.business, day, found.at)
        if at - UNDO > now:
            following = day
            break
        due.append(at)
    if found.is_endless and not found.campaign.is_active:
        following = None
    # Conditional, so that of two workers one queues it, on whichever database.
    if not due or not Reminder.objects.filter(pk=pk, next_on=found.next_on).update(next_on=following):
        return 0
    for at in due:
        _queue(found, at, _left_out(found, at, now) if at == due[-1] else _passed(found, at), now)
    return len(due)


def wake_reminders(campaign: Campaign, *, now: datetime) -> None:
    """Set those without end going again that stopped with their campaign: from the next day of theirs, no sooner."""
    resting = Reminder.objects.filter(campaign=campaign, every_weeks__gt=0, until=None, next_on=None)
    for reminder in resting.select_for_update():
        days = _days(reminder, reminder.starts_on)
        reminder.next_on = next(day for day in days if clock.moment_of(campaign.business, day, reminder.at) > now)
        reminder.save(update_fields=["next_on"])


def times_in_all(plan: ReminderPlan) -> int | None:
    """Return how often a repeated plan is sent; None where that has no end."""
    if plan.until is None:
        return None
    return 1 + max((plan.until - plan.starts_on).days, 0) // (plan.every_weeks * 7)


def _days(reminder: Reminder, first: date) -> Iterator[date]:
    yield first
    while reminder.every_weeks:
        first += reminder.every_weeks * 7 * DAY
        if reminder.until and first > reminder.until:
            return
        yield first


def _passed(reminder: Reminder, at: datetime) -> str:
    return Reason.MISSED if _was_live(reminder.campaign, at) else Reason.INACTIVE


def _left_out(reminder: Reminder, at: datetime, now: datetime) -> str:
    if not _was_live(reminder.campaign, at):
        return Reason.INACTIVE
    if now - at > LATE_MAX:
        return Reason.MISSED
    return "" if _channels(reminder) else Reason.NO_CHANNEL


def _was_live(campaign: Campaign, at: datetime) -> bool:
    """Say whether the campaign is live, and was at a moment: who activates it sets nothing going that is past."""
    begun = campaign.activated_at
    return campaign.is_active and begun is not None and begun <= at


def _channels(reminder: Reminder) -> list[str]:
    """Return by what it is sent: a switch of the campaign that is off wins (Q-28)."""
    return [channel for channel in channels_of(reminder.campaign) if channel in reminder.channels]


def _queue(reminder: Reminder, at: datetime, reason: str, now: datetime) -> None:
    last = Mailing.objects.filter(campaign=reminder.campaign, kind=Kind.REMINDER).aggregate(last=Max("round"))["last"]
    mailing = Mailing.objects.create(
        business=reminder.campaign.business,
        campaign=reminder.campaign,
        kind=Kind.REMINDER,
        round=(last or 0) + 1,
        reminder=reminder,
        planned_at=at,
        channels=reminder.channels if reason else _channels(reminder),
        texts=reminder.texts,
        audience=reminder.audience,
        tags=reminder.tags,
        state=State.SKIPPED if reason else State.QUEUED,
        reason=reason,
        due_at=at if reason else max(at, now + UNDO),
        ended_at=now if reason else None,
        created_at=now,
        created_by=reminder.created_by,
    )
    if reason:
        tell(mailing, events.MailingSkipped, "system", now, reason=reason)
    else:
        tell(mailing, events.MailingQueued, "system", now)


def _columns(
    campaign: Campaign,
    plan: ReminderPlan,
    now: datetime,
    *,
    began: bool = False,
    done: frozenset[datetime | None] = frozenset(),
    had: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Return what is kept of a plan. Raise Invalid naming the field.

    `began` allows that its first day is past; `done` are the moments that were queued or left out already,
    `had` the tags that it names already, of which one may be deleted by now.
    """
    business = campaign.business
    if not 0 <= plan.every_weeks <= WEEKS_MAX:
        raise Invalid(_("Choose between 1 and %(most)s weeks.") % {"most": WEEKS_MAX}, field="every_weeks")
    until = plan.until if plan.every_weeks else None
    if until is not None and until < plan.starts_on:
        raise Invalid(_("It ends before it begins."), field="until")
    today = clock.today(business, now)
    if max(plan.starts_on, until or plan.starts_on).year > today.year + YEARS_MAX:
        raise Invalid(_("Choose a day within the next five years."), field="until" if until else "starts_on")
    channels = [name for name in ("email", "portal") if name in plan.channels]
    if not channels:
        raise Invalid(_("Choose at least one way to send it."), field="channels")
    if plan.audience not in Reminder.Audience.values:
        raise Invalid(_("Choose who gets it."), field="audience")
    columns = {
        "starts_on": plan.starts_on,
        "at": plan.at.replace(second=0, microsecond=0),
        "every_weeks": plan.every_weeks,
        "until": until,
        "channels": channels,
        "audience": plan.audience,
        "tags": _known_tags(business, plan.tags, had),
        "texts": clean_texts(plan.texts, Kind.REMINDER),
    }
    ahead = Reminder(**columns)
    moments = ((day, clock.moment_of(business, day, ahead.at)) for day in _days(ahead, plan.starts_on))
    next_on = next((day for day, at in moments if at > now and at not in done), None)
    if not began and next_on != plan.starts_on:
        raise Invalid(_("This time has passed. Choose one that is still to come."), field="starts_on")
    return {**columns, "next_on": next_on}


def _known_tags(business: Business, tags: Sequence[str], had: frozenset[str]) -> list[str]:
    wanted = sorted(set(tags))
    known = set(Tag.objects.filter(business=business, public_id__in=wanted).values_list("public_id", flat=True))
    if set(wanted) - known - had or len(wanted) > TAGS_MAX:
        raise Invalid(_("Choose among your tags."), field="tags")
    return wanted


def runs_ahead(business: Business, plan: ReminderPlan, *, most: int, now: datetime) -> list[datetime]:
    """Return the next moments at which a plan would be sent, at most so many; without checking the plan."""
    if abs(plan.starts_on.year - now.year) > YEARS_MAX:  # still being typed
        return []
    ahead = Reminder(starts_on=plan.starts_on, at=plan.at, every_weeks=plan.every_weeks, until=plan.until)
    moments = (clock.moment_of(business, day, ahead.at) for day in _days(ahead, plan.starts_on))
    return list(islice((at for at in moments if at > now), most))


def _done(reminder: Reminder) -> frozenset[datetime | None]:
    return frozenset(reminder.runs.values_list("planned_at", flat=True))


def _record(reminder: Reminder, fact: type[events.ReminderFact], actor: str, now: datetime) -> None:
    told = fact(campaign=reminder.campaign_id, reminder=reminder.pk)
    record(reminder.campaign.business, told, actor=actor, now=now)
