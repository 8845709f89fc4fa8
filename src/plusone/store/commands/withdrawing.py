"""A coupon is taken back: nobody has it any more, save who has paid with it."""

from datetime import datetime

from plusone.events.commands import record
from plusone.kernel.db.whole import whole
from plusone.store import events
from plusone.store.models import Coupon, Order

from .orders import cancel, locked


@whole
def withdraw_coupon(coupon: Coupon, *, actor: str, now: datetime) -> bool:
    """Make a coupon worthless. Say whether it was still unused.

    An order that was paid with it keeps its price; one that only waits is called off, since its price is gone.
    """
    coupon = Coupon.objects.select_for_update(of=("self",)).select_related("business").get(pk=coupon.pk)
    if coupon.withdrawn_at is not None:
        return False
    coupon.withdrawn_at = now
    coupon.save(update_fields=["withdrawn_at"])
    with_it = Order.objects.filter(coupon=coupon)
    for waiting in with_it.filter(state=Order.State.AWAITING_PAYMENT):
        # Asked again under its lock: it may just be paid.
        if locked(waiting).is_waiting:
            cancel(waiting, actor=actor, now=now)
    is_used = with_it.filter(paid_at__isnull=False).exists()
    told = events.CouponWithdrawn(coupon=coupon.pk, used=is_used)
    record(coupon.business, told, client=coupon.client_id, actor=actor, now=now)
    return not is_used
