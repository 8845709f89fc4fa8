"""Memberships and days of membership that are given, and taken back while that is still possible (R-145, R-147)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.store import events
from plusone.store.models import GiftedDays, Membership, MembershipType, MembershipUse

from .memberships import LIVE, SWEEP_BATCH, State, add_days, add_waiting_days, begin, end_of, locked_membership, void

Source = tuple[str, int]


@transaction.atomic
def grant_membership(
    client: Client, wanted: MembershipType, *, source: Source, actor: str, now: datetime
) -> Membership:
    """Give a client a membership that begins now, for sale or not. The same source twice is refused by the database.

    It ends with its first period unless somebody renews it: a present asks for no money.
    """
    made = Membership(
        business=client.business, client=client, type=wanted, source_kind=source[0], source_id=source[1], ordered_at=now
    )
    begin(made, now=now)
    made.save()
    told = events.MembershipGranted(membership=made.pk, source=source[0])
    record(client.business, told, client=client.pk, actor=actor, now=now)
    add_waiting_days(made, actor=actor, now=now)
    return made


@transaction.atomic
def withdraw_membership(client: Client, *, source: Source, actor: str, now: datetime) -> bool:
    """Take a given membership back. Say whether it was still there and no visit had used it."""
    row = Membership.objects.get(business=client.business, source_kind=source[0], source_id=source[1])
    found = locked_membership(row)
    if found.state not in LIVE or MembershipUse.objects.filter(membership=found).exists():
        return False
    void(found, actor=actor, now=now)
    return True


@transaction.atomic
def give_days(client: Client, days: int, *, source: Source, actor: str, now: datetime) -> GiftedDays:
    """Add calendar days to what a client has: to what recurs first, else to what ends last. Without a running
    membership that has an end they wait for the next one. The same source twice is refused by the database."""
    given = GiftedDays.objects.create(
        business=client.business, client=client, days=days, source_kind=source[0], source_id=source[1], given_at=now
    )
    found = _longest(client, now)
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
            given = GiftedDays.objects.select_for_update(of=("self",)).select_related("client__business").get(pk=key)
            if given.membership_id is None and given.withdrawn_at is None and (found := _longest(given.client, now)):
                add_days(found, given, actor="system", now=now)
                added += 1
    return added


def _longest(client: Client, now: datetime) -> Membership | None:
    """Return the membership that days are added to, locked."""
    rows = Membership.objects.filter(client=client, state__in=LIVE, ends_at__isnull=False).select_related("type")
    stands = (State.FROZEN, State.PAST_DUE)  # their end may lie behind and they go on
    running = [row for row in rows if row.state in stands or (row.ends_at and row.ends_at > now)]
    if not running:
        return None
    recurring = MembershipType.Kind.RECURRING
    found = locked_membership(max(running, key=lambda row: (row.type.kind == recurring, row.ends_at, row.pk)))
    return found if found.state in LIVE else None
