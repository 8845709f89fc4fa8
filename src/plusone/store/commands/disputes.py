"""A client's bank takes a payment into question, and decides (R-254, 4.6)."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from plusone.clients.keeping import without_names
from plusone.events.commands import record
from plusone.kernel import clock
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Invalid, Refused
from plusone.store import events
from plusone.store.models import Dispute, Order

from .orders import State, locked
from .refunds import give_back


class NotDisputable(Refused):
    """There is no money of this order to dispute, or no dispute of it to close."""

    code = "not_disputed"


@whole
def dispute(order: Order, *, reason: str = "", actor: str, now: datetime) -> bool:
    """Note that a payment is disputed; nothing is given back before it is lost. Say whether this call did it.

    An order is disputed once: the news of it again, late or twice, opens nothing. Raise NotDisputable where no money
    was paid, or all of it was given back.
    """
    order = locked(order)
    if Dispute.objects.filter(order=order).exists():
        return False
    if not order.is_paid or not order.due:
        raise NotDisputable(
            _("No money was paid for this order, so there is nothing to dispute."),
            code="not_paid",
            then=_("Look whether the bank means another order."),
        )
    if not order.money_left:
        raise NotDisputable(
            _("All the money of this order was given back, so there is nothing to dispute."),
            code="nothing_left",
            then=_("Tell the bank that it was refunded."),
        )
    reason = without_names(reason, [order.client])[:200]  # it is kept for years, the name is not
    Dispute.objects.create(
        business=order.business,
        order=order,
        client=order.client,
        amount=order.money_left,
        reason=reason,
        opened_at=now,
        opened_by=actor,
    )
    amount = order.money_left
    order.state = State.DISPUTED
    order.save(update_fields=["state"])
    told = events.OrderDisputed(order=order.pk, amount=amount)
    record(order.business, told, client=order.client_id, actor=actor, now=now)
    return True


@whole
def close_dispute(order: Order, outcome: str, *, actor: str, now: datetime) -> bool:
    """Note how a dispute ended. One that is lost takes the money back as a refund does, so what rewards stood on it
    goes too; balance that was used stays used. Say whether this call did it.

    Raise Invalid for another outcome than won or lost, NotDisputable where nothing is disputed or it ended otherwise.
    """
    if outcome not in Dispute.Outcome.values:
        raise Invalid(_("A dispute is won or lost."), field="outcome")
    order = locked(order)
    found = Dispute.objects.filter(order=order).first()
    if found is None:
        raise NotDisputable(
            _("This order is not disputed."), then=_("Mark its payment as disputed first, if the bank says so.")
        )
    if not found.is_open:
        if found.outcome == outcome:
            return False
        assert found.closed_at is not None
        day = {"day": clock.day_in_words(order.business, found.closed_at)}
        ended = (
            _("This dispute was won on %(day)s.") if found.outcome == "won" else _("This dispute was lost on %(day)s.")
        )
        raise NotDisputable(
            ended % day, code="dispute_closed", then=_("If that was wrong, refund the order or adjust the balance.")
        )
    found.outcome, found.closed_at, found.closed_by = outcome, now, actor
    found.save(update_fields=["outcome", "closed_at", "closed_by"])
    order.state = order.settled_state
    order.save(update_fields=["state"])
    lost = order.money_left if outcome == Dispute.Outcome.LOST else 0
    told = events.OrderDisputeClosed(order=order.pk, outcome=outcome, amount=lost)
    record(order.business, told, client=order.client_id, actor=actor, now=now)
    if lost:
        with translation.override(order.business.language):
            reason = _("The dispute was lost")
        give_back(order, to_balance=0, to_method=lost, reason=reason, actor=actor, now=now)
    return True
