"""Money and balance given back (R-030)."""

from datetime import datetime

from django.utils.translation import gettext as _

from plusone.clients.keeping import without_names
from plusone.events.commands import record
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.money import format_money
from plusone.ledger import commands as ledger
from plusone.store import events
from plusone.store.models import Order, Refund
from plusone.store.queries import refund_split

from .memberships import take_period_back
from .orders import locked


class NothingToRefund(Refused):
    """Nothing of this order is left to refund, or less than was asked for; `extra["refundable"]` says how much is."""

    code = "nothing_to_refund"


@whole
def refund(order: Order, amount: int | None = None, *, reason: str = "", actor: str, now: datetime) -> Refund:
    """Give back `amount` minor units (None: all that is left), split between balance and money as they were paid, half
    up.

    The last refund takes the rest, so the parts add up to what was paid. Raise Invalid for a wrong amount,
    NothingToRefund where less is left.
    """
    order = locked(order)
    left = order.refundable
    amount = left if amount is None else amount
    if not left:
        raise NothingToRefund(
            _("Nothing of this order is left to refund."),
            refundable=0,
            then=_("To give something all the same, adjust the balance by hand."),
        )
    if amount <= 0:
        raise Invalid(_("The amount to refund is more than zero."), field="amount")
    if amount > left:
        raise NothingToRefund(
            _("Only part of this amount is left to refund."),
            refundable=left,
            then=_("Refund at most %(money)s.") % {"money": format_money(left, order.business.currency)},
        )
    to_balance, to_method = refund_split(order, amount)
    reason = without_names(reason, [order.client])[:200]  # it is kept for years, the name is not
    return give_back(order, to_balance=to_balance, to_method=to_method, reason=reason, actor=actor, now=now)


def give_back(order: Order, *, to_balance: int, to_method: int, reason: str, actor: str, now: datetime) -> Refund:
    """Write what a locked order gives back, to the balance and in money; the caller has checked that it is there."""
    amount = to_balance + to_method
    done = Refund.objects.create(
        business=order.business,
        order=order,
        client=order.client,
        amount=amount,
        to_balance=to_balance,
        to_method=to_method,
        reason=reason,
        actor=actor,
        at=now,
    )
    if to_balance:
        assert order.redemption is not None
        ledger.reverse(order.redemption, to_balance, key=f"refund:{done.pk}", reason=reason, actor=actor, now=now)
        if (payer := order.redemption.client_id) != order.client_id:  # a record that was merged into this client's
            about = {"key": f"refund:{done.pk}:moved", "reason": reason, "actor": actor, "now": now}
            ledger.move_balance(order.business, payer, order.client_id, **about)  # type: ignore[arg-type]  # texts and a time
    order.refunded_to_balance += to_balance
    order.refunded_to_method += to_method
    if not order.is_disputed:
        order.state = order.settled_state
    order.save(update_fields=["refunded_to_balance", "refunded_to_method", "state"])
    whole = order.refunded == order.total
    if whole:
        take_period_back(order, actor=actor, now=now)
    record(
        order.business,
        events.OrderRefunded(order=order.pk, cash=to_method, balance=to_balance, whole=whole),
        client=order.client_id,
        actor=actor,
        now=now,
    )
    return done
