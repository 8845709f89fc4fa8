"""A visit uses a membership: a time that is paid for, else one use of a pack."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.store import events
from plusone.store.models import Membership, MembershipUse

from .memberships import State, locked_membership

RUNS = (State.ACTIVE, State.ENDING)


@transaction.atomic
def use_membership(client: Client, *, source: tuple[str, int], at: datetime, actor: str, now: datetime) -> bool:
    """Let a visit use what its client had at that time: first what runs by time and costs no use, then the pack that
    ends first. Say whether there was one. The same source twice is refused by the database."""
    had = Membership.objects.filter(client=client, state__in=RUNS, started_at__lte=at)
    had = had.filter(Q(ends_at=None) | Q(ends_at__gt=at)).exclude(uses_left=0)
    for row in had.order_by(F("uses_left").asc(nulls_first=True), F("ends_at").asc(nulls_last=True), "id"):
        # Locked, so that two visits at once cannot both take the last use.
        found = locked_membership(row)
        if found.state not in RUNS or found.uses_left == 0:
            continue
        MembershipUse.objects.create(
            business=found.business, membership=found, source_kind=source[0], source_id=source[1], at=at
        )
        if found.uses_left is not None:
            _take(found, actor=actor, now=now)
        return True
    return False


@transaction.atomic
def return_use(client: Client, *, source: tuple[str, int], actor: str, now: datetime) -> bool:
    """Give back the use of a visit that was none. Say whether it had one."""
    used = MembershipUse.objects.filter(business=client.business, source_kind=source[0], source_id=source[1])
    use = used.select_related("membership").first()
    if use is None:
        return False
    found = locked_membership(use.membership)
    if not used.delete()[0]:
        return False
    if found.uses_left is None:
        return True
    found.uses_left += 1
    if found.state == State.USED_UP:
        found.state, found.ended_at = State.ENDING if found.cancelled_at else State.ACTIVE, None
    found.save(update_fields=["uses_left", "state", "ended_at"])
    told = events.MembershipUseReturned(membership=found.pk, left=found.uses_left)
    record(found.business, told, client=client.pk, actor=actor, now=now)
    return True


def _take(found: Membership, *, actor: str, now: datetime) -> None:
    assert found.uses_left
    found.uses_left -= 1
    if found.uses_left == 0 and not found.type.is_recurring:  # what recurs waits for the uses of its next period
        found.state, found.ended_at = State.USED_UP, now
    found.save(update_fields=["uses_left", "state", "ended_at"])
    told = events.MembershipUsed(membership=found.pk, left=found.uses_left)
    record(found.business, told, client=found.client_id, actor=actor, now=now)
    if found.state == State.USED_UP:
        over = events.MembershipUsedUp(membership=found.pk)
        record(found.business, over, client=found.client_id, actor=actor, now=now)
