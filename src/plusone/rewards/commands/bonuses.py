"""A bonus by hand for a client who deserves one (R-006), and the second person that a large one may need (AUTH-15)."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from plusone.clients.commands import must_be_there
from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.kernel.db.locks import take_turns
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business, Collaborator
from plusone.ledger import commands as ledger
from plusone.ledger.models import Transfer
from plusone.rewards import events
from plusone.rewards.models import Bonus
from plusone.rewards.types.base import end_of, read_end

State = Bonus.State
SPAN = timedelta(days=30)  # in which the bonuses of one giver to one client are added up
CONFIRMED = "bonus:"  # begins the key of what two people have given


@whole
def give_bonus(
    client: Client,
    amount: int,
    *,
    reason: str,
    key: str,
    expires_days: int | None = None,
    is_paid_in: bool = False,
    actor: str,
    now: datetime,
) -> Bonus | None:
    """Add to a client's balance by hand, with a reason; or take from it. Return the request that waits instead, where
    this collaborator may not give so much alone: the amount counts with what they gave this client in 30 days. What the
    client paid in is no bonus, and has no end.

    Owners and API keys are never limited. Raise InsufficientBalance rather than go below zero, Refused for a deleted
    client.
    """
    if expires_days is not None and amount < 0:
        raise Invalid(_("Only what is given can expire."), field="expires_days")
    if is_paid_in and (amount < 0 or expires_days is not None):
        raise Invalid(_("Money that a client paid in is added, and does not expire."), field="is_paid_in")
    days = read_end({"expires_days": expires_days}).get("expires_days")
    must_be_there(client)
    if needs_second(client, amount, key=key, actor=actor, now=now):
        bonus = Bonus.objects.create(
            business=client.business,
            client=client,
            amount=amount,
            reason=reason,
            expires_days=days,
            is_paid_in=is_paid_in,
            asked_at=now,
            asked_by=actor,
        )
        told = events.BonusRequested(bonus=bonus.pk, amount=amount)
        record(client.business, told, client=client.pk, actor=actor, now=now)
        return bonus
    _post(client, amount, reason=reason, key=key, days=days, is_paid_in=is_paid_in, actor=actor, now=now)
    return None


@whole
def decide_bonus(bonus: Bonus, *, approve: bool, note: str = "", actor: str, now: datetime) -> bool:
    """Give a bonus that waits, or decline it; by somebody else than who asked. Say whether this call did it.

    Raise Refused where it is one's own, or was decided the other way.
    """
    if actor == bonus.asked_by:
        raise Refused(
            _("You asked for this bonus, so somebody else on the team has to confirm it."),
            code="own_request",
            then=_("Ask somebody else on the team."),
        )
    if approve:
        must_be_there(bonus.client)
    wanted = State.GIVEN if approve else State.DECLINED
    if not _claim(bonus, wanted, note=note.strip()[:300], decided_at=now, decided_by=actor):
        if bonus.state == wanted:
            return False
        raise Refused(
            _("Somebody has decided about this bonus already."),
            code="settled",
            then=_("The client's profile says how."),
        )
    if approve:
        key = f"{CONFIRMED}{bonus.pk}"
        given: dict[str, Any] = {"reason": bonus.reason, "days": bonus.expires_days, "is_paid_in": bonus.is_paid_in}
        _post(bonus.client, bonus.amount, key=key, **given, actor=actor, now=now)
    else:
        told = events.BonusDeclined(bonus=bonus.pk, amount=bonus.amount)
        record(bonus.business, told, client=bonus.client_id, actor=actor, now=now)
    return True


def needs_second(client: Client, amount: int, *, key: str, actor: str, now: datetime) -> bool:
    """Say whether a collaborator may not give a client this much alone, what they gave alone in 30 days counted in; off
    unless the business has set a limit. Whoever gives the same client at the same moment waits."""
    kind, _colon, number = actor.partition(":")
    limit = Business.objects.values_list("bonus_limit", flat=True).get(pk=client.business_id)
    if limit is None or amount <= 0 or kind != "user" or not number.isdecimal():
        return False
    roles = Collaborator.objects.filter(business=client.business_id, user=int(number)).values_list("role", flat=True)
    if "owner" in roles:
        return False
    take_turns(f"bonus {client.pk} {actor}")
    return amount + _given_alone(client, but=key, actor=actor, since=now - SPAN) > limit


def _given_alone(client: Client, *, but: str, actor: str, since: datetime) -> int:
    alone = Transfer.objects.filter(
        business=client.business_id, client_id=client.pk, kind=Transfer.Kind.ADJUST, actor=actor, amount__gt=0
    )
    alone = alone.filter(at__gt=since).exclude(key__startswith=CONFIRMED).exclude(key=but)  # the same click again
    return alone.aggregate(sum=Sum("amount"))["sum"] or 0


def _claim(bonus: Bonus, to: str, **columns: object) -> bool:
    # One conditional UPDATE: of two who decide, one gives.
    moved = Bonus.objects.filter(pk=bonus.pk, state=State.WAITING).update(state=to, **columns)
    bonus.refresh_from_db()
    return bool(moved)


def _post(
    client: Client, amount: int, *, reason: str, key: str, days: int | None, is_paid_in: bool, actor: str, now: datetime
) -> None:
    ledger.adjust(
        client.business,
        client.pk,
        amount,
        key=key,
        reason=reason,
        expires_at=end_of(client.business, days, now),
        origin="paid" if is_paid_in else "granted",
        actor=actor,
        now=now,
    )
    if amount > 0 and not is_paid_in:
        record(client.business, events.BonusGiven(amount=amount), client=client.pk, actor=actor, now=now)
