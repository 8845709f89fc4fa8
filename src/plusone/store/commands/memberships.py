"""Memberships: sold, renewed by hand, frozen, ended (R-261, R-265, REQUIREMENTS 4.5)."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel import clock
from plusone.kernel.db.locks import locked_row
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.kernel.money import AMOUNT_MAX
from plusone.store import events
from plusone.store.models import GiftedDays, Membership, MembershipType, Order
from plusone.store.periods import end_of

State, Kind = Membership.State, MembershipType.Kind
LIVE = (State.ACTIVE, State.FROZEN, State.PAST_DUE, State.ENDING)
COUNT_MAX = 3650
SWEEP_BATCH = 200


class NotRunning(Refused):
    """The membership does not run in a way that allows this."""

    code = "membership_not_running"


class HadAlready(Refused):
    """Each person has a membership of this type once, and they have or had theirs (R-145)."""

    code = "had_already"


def keep(made: Membership) -> None:
    """Write a new membership. Raise HadAlready where its type is for once and they have or had one: the database says
    so, also to two who write at the same moment."""
    made.only_once = made.only_once or made.type.once_per_person
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if not made.only_once:
            raise
        raise had_already(made) from error


def had_already(made: Membership) -> HadAlready:
    """Return the refusal of what a person has once."""
    return HadAlready(
        _("“%(membership)s” is for once per person, and %(name)s has or had it already.")
        % {"membership": made.type.name, "name": made.client.first_name},
        then=_("Choose another one."),
    )


@transaction.atomic
def create_membership_type(
    business: Business,
    *,
    name: str,
    kind: str,
    price: int,
    period: str = "",
    uses: int | None = None,
    valid_days: int | None = None,
    sellable: bool = True,
    once_per_person: bool = False,
    now: datetime,
) -> MembershipType:
    """Add a type of membership. Raise Invalid for a wrong field, and for what a kind lacks."""
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise Invalid(_("A membership's name has between 1 and 120 characters."), field="name")
    if kind not in Kind.values:
        raise Invalid(_("Choose one of the offered options."), field="kind")
    if not 0 <= price <= AMOUNT_MAX:
        raise Invalid(_("A price is zero or more."), field="price")
    if period and period not in MembershipType.Period.values:
        raise Invalid(_("A period is a month or a year."), field="period")
    if kind == Kind.RECURRING and not period:
        raise Invalid(_("Say how often it is renewed: each month or each year."), field="period")
    if kind == Kind.PREPAID and not period and not valid_days:
        raise Invalid(_("Say for how long it is paid."), field="valid_days")
    if kind == Kind.PACK and not uses:
        raise Invalid(_("Say how many uses the pack has."), field="uses")
    for field, value in (("uses", uses), ("valid_days", valid_days)):
        if value is not None and not 1 <= value <= COUNT_MAX:
            raise Invalid(_("Write a whole number above zero."), field=field)
    return MembershipType.objects.create(
        business=business, name=name, kind=kind, price=price, period=period, uses=uses, valid_days=valid_days,
        sellable=sellable, once_per_person=once_per_person, created_at=now,
    )  # fmt: skip


def order_membership(order: Order, wanted: MembershipType, *, actor: str, now: datetime) -> None:
    """Note what an order will start once it is paid. Raise HadAlready for what a person has once."""
    made = Membership(business=order.business, client=order.client, type=wanted, order=order, ordered_at=now)
    keep(made)
    told = events.MembershipOrdered(membership=made.pk)
    record(order.business, told, client=order.client_id, actor=actor, now=now)


def must_run(order: Order) -> None:
    """Raise NotRunning where an order renews a membership that is over or was cancelled: nothing is paid for it."""
    if order.renews is None or locked_membership(order.renews).state in (State.ACTIVE, State.FROZEN, State.PAST_DUE):
        return
    raise NotRunning(_("This membership does not run."), then=_("One that is over is sold anew."))


def deliver(order: Order, *, actor: str, now: datetime) -> None:
    """Start the membership that a paid order bought, or count the period that it renewed."""
    if order.renews_id:
        _count_period(order, actor=actor, now=now)
        return
    found = Membership.objects.select_related("type", "business").filter(order=order).first()
    if found is None or found.state != State.PENDING_PAYMENT:
        return
    before = Membership.objects.filter(client=found.client_id, type=found.type, started_at__isnull=False)
    found.is_new = not before.filter(order__due__gt=0).exclude(state=State.VOID).exists()
    begin(found, now=now)
    found.save()
    told = events.MembershipStarted(membership=found.pk, is_new=found.is_new)
    record(found.business, told, client=found.client_id, actor=actor, now=now)
    add_waiting_days(found, actor=actor, now=now)


def begin(found: Membership, *, now: datetime) -> None:
    """Let a membership's first period and its uses begin."""
    found.state, found.started_at, found.periods_paid = State.ACTIVE, now, 1
    found.uses_left = found.type.uses
    found.ends_at = end_of(found)


def call_off(order: Order, *, actor: str, now: datetime) -> None:
    """Make void what an order sold that was never paid."""
    found = Membership.objects.select_related("business").filter(order=order).exclude(state=State.VOID).first()
    if found is None:
        return
    void(found, actor=actor, now=now)


def take_period_back(order: Order, *, actor: str, now: datetime) -> None:
    """Take back the period that a paid order bought or renewed, since all of it was given back: the membership ends
    that much sooner, and is void where no paid period remains."""
    row = order.renews or Membership.objects.filter(order=order).first()
    found = locked_membership(row) if row else None
    if found is None or found.state == State.VOID:
        return
    if found.periods_paid <= 1:
        void(found, actor=actor, now=now)
        return
    count_periods(found, -1)
    found.save(update_fields=["periods_paid", "uses_left", "ends_at"])
    told = events.MembershipPeriodRefunded(membership=found.pk, periods=found.periods_paid)
    record(found.business, told, client=found.client_id, actor=actor, now=now)
    if found.state in (State.ACTIVE, State.ENDING) and found.ends_at and found.ends_at <= now:
        _run_out(found, actor=actor, now=now)


def void(found: Membership, *, actor: str, now: datetime) -> None:
    """Make a membership void; days that were added to it wait again for the next one."""
    found.state, found.ended_at = State.VOID, now
    found.save(update_fields=["state", "ended_at"])
    GiftedDays.objects.filter(membership=found, withdrawn_at=None).update(membership=None)
    told = events.MembershipVoided(membership=found.pk)
    record(found.business, told, client=found.client_id, actor=actor, now=now)


def add_days(found: Membership, given: GiftedDays, *, actor: str, now: datetime) -> None:
    """Move a locked membership's end by days that were given."""
    found.extra_days += given.days
    found.ends_at = end_of(found)
    if found.state == State.PAST_DUE and found.ends_at and found.ends_at > now:
        found.state = State.ACTIVE
    found.save(update_fields=["extra_days", "ends_at", "state"])
    given.membership = found
    given.save(update_fields=["membership"])
    told = events.MembershipExtended(membership=found.pk, days=given.days)
    record(found.business, told, client=found.client_id, actor=actor, now=now)


def add_waiting_days(found: Membership, *, actor: str, now: datetime) -> None:
    """Add the days that waited for a membership to one that has just begun; one without an end leaves them waiting."""
    if found.ends_at is None:
        return
    waiting = GiftedDays.objects.select_for_update().filter(client=found.client_id, membership=None, withdrawn_at=None)
    for given in waiting.order_by("id"):
        add_days(found, given, actor=actor, now=now)


@whole
def cancel_membership(membership: Membership, *, actor: str, now: datetime) -> bool:
    """Let a membership end with what is paid; one that waits for the one before is void. Say whether it was not
    cancelled before.

    Raise NotRunning for one that is not paid or is over.
    """
    found = locked_membership(membership)
    if found.state in (State.ENDING, State.ENDED):
        return False
    if found.state == State.SCHEDULED:
        void(found, actor=actor, now=now)
        return True
    if found.state not in LIVE:
        raise NotRunning(_("This membership does not run. An order that is not paid is cancelled itself."))
    if found.state == State.FROZEN:
        _thaw(found, now)
    found.state, found.cancelled_at = State.ENDING, now
    found.ends_at = found.ends_at or now  # a pack without an end is over at once
    found.save()
    told = events.MembershipCancellationSet(membership=found.pk)
    record(found.business, told, client=found.client_id, actor=actor, now=now)
    if found.ends_at <= now:
        _finish(found, actor=actor, now=now)
    return True


@transaction.atomic
def freeze(membership: Membership, *, actor: str, now: datetime) -> bool:
    """Let a membership's time stand still. Say whether it was not frozen. Raise NotRunning unless it is active, and for
    one whose time is over though nothing has noticed yet."""
    found = locked_membership(membership)
    if found.state == State.FROZEN:
        return False
    if found.state != State.ACTIVE or (found.ends_at is not None and found.ends_at <= now):
        raise NotRunning(_("Only an active membership can be frozen."), then=_("One that is over is sold anew."))
    found.state, found.frozen_at = State.FROZEN, now
    found.save(update_fields=["state", "frozen_at"])
    told = events.MembershipFrozen(membership=found.pk)
    record(found.business, told, client=found.client_id, actor=actor, now=now)
    return True


@transaction.atomic
def unfreeze(membership: Membership, *, actor: str, now: datetime) -> bool:
    """Let a frozen membership run again, its end moved by the calendar days that it stood still.

    Say whether it was frozen. Raise NotRunning for one that is over.
    """
    found = locked_membership(membership)
    if found.state not in LIVE:
        raise NotRunning(_("This membership does not run."), then=_("One that is over is sold anew."))
    if found.state != State.FROZEN:
        return False
    days = _thaw(found, now)
    found.state = State.ACTIVE
    found.save(update_fields=["state", "frozen_at", "frozen_days", "ends_at"])
    told = events.MembershipUnfrozen(membership=found.pk, days=days)
    record(found.business, told, client=found.client_id, actor=actor, now=now)
    return True


def end_due(now: datetime) -> int:
    """Bring memberships to their end whose day has come; what recurs and is not paid is past due. Return how many."""
    due = Membership.objects.filter(state__in=(State.ACTIVE, State.ENDING), ends_at__lte=now)
    ids = list(due.order_by("ends_at", "id").values_list("pk", flat=True)[:SWEEP_BATCH])
    for key in ids:
        with transaction.atomic():
            found = locked_membership(Membership(pk=key))
            if found.state not in (State.ACTIVE, State.ENDING) or found.ends_at is None or found.ends_at > now:
                continue
            _run_out(found, actor="system", now=now)
    return len(ids)


def _run_out(found: Membership, *, actor: str, now: datetime) -> None:
    """Let what recurs and was paid be past due, now that its time is over, and the rest end."""
    was_paid = found.order_id is not None or found.periods_paid > 1  # a present ends; it asks for no money
    if found.state == State.ACTIVE and found.type.kind == Kind.RECURRING and was_paid:
        Membership.objects.filter(pk=found.pk).update(state=State.PAST_DUE)
    else:
        _finish(found, actor=actor, now=now)


def locked_membership(membership: Membership) -> Membership:
    """Return the membership as it is now, locked until the transaction ends."""
    return locked_row(Membership.objects.select_related("business", "client", "type"), membership.pk)


def _count_period(order: Order, *, actor: str, now: datetime) -> None:
    assert order.renews is not None
    found = locked_membership(order.renews)
    count_periods(found, 1)
    if found.state == State.PAST_DUE and found.ends_at and found.ends_at > now:
        found.state = State.ACTIVE
    found.save(update_fields=["periods_paid", "uses_left", "ends_at", "state"])
    told = events.MembershipRenewed(membership=found.pk, balance_used=order.balance_used, charged=order.due)
    record(found.business, told, client=found.client_id, actor=actor, now=now)


def count_periods(found: Membership, number: int) -> None:
    """Let a locked membership have more periods, or fewer, with the uses of each (R-261): what is left stays."""
    found.periods_paid += number
    if found.uses_left is not None:
        found.uses_left = max(0, found.uses_left + number * (found.type.uses or 0))
    found.ends_at = end_of(found)


def _thaw(found: Membership, now: datetime) -> int:
    assert found.frozen_at is not None
    days = (clock.day_of(found.business, now) - clock.day_of(found.business, found.frozen_at)).days
    found.frozen_days, found.frozen_at = found.frozen_days + days, None
    found.ends_at = end_of(found)
    return days


def _finish(found: Membership, *, actor: str, now: datetime) -> None:
    found.state, found.ended_at = State.ENDED, now
    found.save(update_fields=["state", "ended_at"])
    told = events.MembershipEnded(membership=found.pk)
    record(found.business, told, client=found.client_id, actor=actor, now=now)
