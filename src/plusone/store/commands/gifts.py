"""Memberships and days of membership that are given, and taken back while that is still possible (R-145, R-147)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.kernel import clock
from plusone.kernel.db.locks import locked_row
from plusone.store import events
from plusone.store.models import GiftedDays, Membership, MembershipType, MembershipUse
from plusone.store.periods import add_months, end_of

from .memberships import (
    LIVE,
    SWEEP_BATCH,
    State,
    add_days,
    add_waiting_days,
    begin,
    count_periods,
    had_already,
    keep,
    locked_membership,
    void,
)

Source = tuple[str, int]


@transaction.atomic
def grant_membership(
    client: Client,
    wanted: MembershipType,
    *,
    source: Source,
    queue: bool = False,
    once: bool = False,
    actor: str,
    now: datetime,
) -> Membership | GiftedDays:
    """Give a client a membership, for sale or not. The same source twice is refused by the database.

    It begins now and ends with its first period unless somebody renews it: a present asks for no money. Who is on one
    of that type already gets that one's time added to it, or with `queue` it begins once that is over; uses of a pack
    come on top. Raise HadAlready for what a person has once, by its type, or with `once` by this gift: then whoever has
    or had one of that type, bought or given, gets none.
    """
    made = Membership(
        business=client.business, client=client, type=wanted, source_kind=source[0], source_id=source[1], ordered_at=now
    )
    if once:
        _begin_only(made, now=now)
        return _noted(made, source=source, actor=actor, now=now)
    before = running_of_type(client, wanted, now=now)
    if before is not None and queue and not wanted.once_per_person:
        made.state = State.SCHEDULED
    elif before is not None and before.ends_at is not None and not wanted.uses and not wanted.once_per_person:
        return give_days(client, _length(before, wanted), to=before, source=source, actor=actor, now=now)
    else:
        begin(made, now=now)
    keep(made)
    return _noted(made, source=source, actor=actor, now=now)


def _begin_only(made: Membership, *, now: datetime) -> None:
    """Let it begin where its client has had none of its type; of two such gifts at once the database lets one be."""
    had = Membership.objects.filter(client=made.client, type=made.type)
    if had.exclude(state__in=(State.VOID, State.PENDING_PAYMENT)).exists():
        raise had_already(made)
    begin(made, now=now)
    made.only_once = True
    keep(made)


def _noted(made: Membership, *, source: Source, actor: str, now: datetime) -> Membership:
    told = events.MembershipGranted(membership=made.pk, source=source[0])
    record(made.business, told, client=made.client_id, actor=actor, now=now)
    if made.state != State.SCHEDULED:
        add_waiting_days(made, actor=actor, now=now)
    return made


def running_of_type(client: Client, wanted: MembershipType, *, now: datetime) -> Membership | None:
    """Return the membership of a type that a client is on, locked: the one that ends last; None where there is none."""
    rows = Membership.objects.filter(client=client, type=wanted, state__in=LIVE)
    running = [row for row in rows if _runs(row, now)]
    if not running:
        return None
    last = max(running, key=lambda row: (row.ends_at is None, row.ends_at or now, row.pk))
    found = locked_membership(last)
    return found if found.state in LIVE else None


def _length(before: Membership, wanted: MembershipType) -> int:
    """Return how many days a membership has that begins on the day on which another ends."""
    assert before.ends_at is not None
    start = clock.day_of(before.business, before.ends_at)
    if wanted.valid_days and not wanted.is_recurring:
        return wanted.valid_days
    return (add_months(start, wanted.period_months) - start).days


@transaction.atomic
def withdraw_membership(client: Client, *, source: Source, actor: str, now: datetime) -> bool:
    """Take a given membership back, or the days that it added. Say whether it was there and no visit had used it.

    One that its client has renewed since keeps the periods that they paid for: the given one goes where it is ahead.
    """
    row = Membership.objects.filter(business=client.business, source_kind=source[0], source_id=source[1]).first()
    if row is None:
        return withdraw_days(client, source=source, actor=actor, now=now)
    found = locked_membership(row)
    if found.state not in (*LIVE, State.SCHEDULED) or MembershipUse.objects.filter(membership=found).exists():
        return False
    if found.periods_paid > 1:
        return _take_given_period(found, actor=actor, now=now)
    void(found, actor=actor, now=now)
    return True


def _take_given_period(found: Membership, *, actor: str, now: datetime) -> bool:
    """Let a locked membership end a period sooner, where that is still ahead. Say whether it was."""
    before = found.ends_at
    count_periods(found, -1)
    if before is None or found.ends_at is None or found.ends_at <= (found.frozen_at or now):
        return False
    found.save(update_fields=["periods_paid", "uses_left", "ends_at"])
    days = (clock.day_of(found.business, before) - clock.day_of(found.business, found.ends_at)).days
    told = events.MembershipShortened(membership=found.pk, days=days)
    record(found.business, told, client=found.client_id, actor=actor, now=now)
    return True


def start_scheduled(now: datetime) -> int:
    """Let memberships begin that waited for one of their type to be over. Return how many."""
    before = Membership.objects.filter(client=OuterRef("client"), type=OuterRef("type"), state__in=LIVE)
    waiting = Membership.objects.filter(~Exists(before), state=State.SCHEDULED).order_by("id")
    started = 0
    for key in list(waiting.values_list("pk", flat=True)[:SWEEP_BATCH]):
        with transaction.atomic():
            found = locked_membership(Membership(pk=key))
            if found.state != State.SCHEDULED or running_of_type(found.client, found.type, now=now) is not None:
                continue
            begin(found, now=now)
            found.save()
            told = events.MembershipStarted(membership=found.pk, is_new=False)
            record(found.business, told, client=found.client_id, actor="system", now=now)
            add_waiting_days(found, actor="system", now=now)
            started += 1
    return started


@transaction.atomic
def give_days(
    client: Client, days: int, *, to: Membership | None = None, source: Source, actor: str, now: datetime
) -> GiftedDays:
    """Add calendar days to what a client has: to what recurs first, else to what ends last; or `to` one of theirs.
    Without a running membership that has an end they wait for the next one. The same source twice is refused by the
    database."""
    given = GiftedDays.objects.create(
        business=client.business, client=client, days=days, source_kind=source[0], source_id=source[1], given_at=now
    )
    found = to or _longest(client, now)
    if found is not None:
        add_days(found, given, actor=actor, now=now)
    return given


@transaction.atomic
def withdraw_days(client: Client, *, source: Source, actor: str, now: datetime) -> bool:
    """Take given days back where they wait, or are all still ahead. Say whether that was so."""
    every = GiftedDays.objects.select_for_update()
    given = every.get(business=client.business, source_kind=source[0], source_id=source[1])
    if given.withdrawn_at is not None:
        return False
    if given.membership is not None:
        found = locked_membership(given.membership)
        found.extra_days -= given.days
        found.ends_at = end_of(found)
        if found.state not in LIVE or found.ends_at is None or found.ends_at <= (found.frozen_at or now):
            return False
        found.save(update_fields=["extra_days", "ends_at"])
        told = events.MembershipShortened(membership=found.pk, days=given.days)
        record(found.business, told, client=client.pk, actor=actor, now=now)
    given.withdrawn_at = now
    given.save(update_fields=["withdrawn_at"])
    return True


def add_due_days(now: datetime) -> int:
    """Add waiting days where a membership runs after all, so that none is lost between two moments. Return how many."""
    runs = Membership.objects.filter(client=OuterRef("client"), state__in=LIVE, ends_at__isnull=False)
    waiting = GiftedDays.objects.filter(Exists(runs), membership=None, withdrawn_at=None).order_by("id")
    added = 0
    for key in list(waiting.values_list("pk", flat=True)[:SWEEP_BATCH]):
        with transaction.atomic():
            given = locked_row(GiftedDays.objects.select_related("client__business"), key)
            if given.membership_id is None and given.withdrawn_at is None and (found := _longest(given.client, now)):
                add_days(found, given, actor="system", now=now)
                added += 1
    return added


def _longest(client: Client, now: datetime) -> Membership | None:
    """Return the membership that days are added to, locked."""
    rows = Membership.objects.filter(client=client, state__in=LIVE, ends_at__isnull=False).select_related("type")
    running = [row for row in rows if _runs(row, now)]
    if not running:
        return None
    recurring = MembershipType.Kind.RECURRING
    found = locked_membership(max(running, key=lambda row: (row.type.kind == recurring, row.ends_at, row.pk)))
    return found if found.state in LIVE else None


def _runs(row: Membership, now: datetime) -> bool:
    """Say whether a live membership goes on at a moment; the end of one that is frozen or unpaid may lie behind."""
    return row.state in (State.FROZEN, State.PAST_DUE) or row.ends_at is None or row.ends_at > now
