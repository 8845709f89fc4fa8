"""Personal coupons: issued, used with one order, withdrawn."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.kernel import clock, ids
from plusone.kernel.errors import Invalid, Refused
from plusone.store import events
from plusone.store.models import Coupon, Order
from plusone.store.queries import standing

MOMENT = timedelta(microseconds=1)  # an end is 00:00 of the day after the last


class CouponRefused(Refused):
    """A coupon that is the client's own and cannot be used: used already, expired or withdrawn."""

    code = "coupon_used"

    def __init__(self, message: str, **more: Any) -> None:
        super().__init__(message, **{"then": _("Choose another one, or order without a coupon."), **more})


@transaction.atomic
def issue_coupon(
    client: Client,
    *,
    amount: int | None = None,
    percent_hundredths: int | None = None,
    expires_at: datetime,
    source: tuple[str, int],
    actor: str,
    now: datetime,
) -> Coupon:
    """Give a client a personal code worth an amount or a percentage. The same source twice is refused by the
    database."""
    coupon = Coupon.objects.create(
        business=client.business,
        client=client,
        code=ids.referral_code(),
        amount=amount,
        percent_hundredths=percent_hundredths,
        source_kind=source[0],
        source_id=source[1],
        issued_at=now,
        expires_at=expires_at,
    )
    record(client.business, events.CouponIssued(coupon=coupon.pk), client=client.pk, actor=actor, now=now)
    return coupon


def locked_coupon(client: Client, code: str, *, now: datetime) -> Coupon:
    """Return a client's coupon by its code, ready to be used and locked until the transaction ends.

    Raise Invalid for an unknown code, another client's included; CouponRefused where it is used, over or withdrawn.
    """
    found = Coupon.objects.select_for_update().filter(business=client.business, client=client)
    coupon = found.filter(code=ids.clean_code(code)).first()
    if coupon is None:
        raise Invalid(_("There is no such coupon for this client."), field="coupon", code="unknown")
    if coupon.withdrawn_at is not None:
        day = {"day": clock.day_in_words(client.business, coupon.withdrawn_at)}
        raise CouponRefused(_("This coupon was withdrawn on %(day)s.") % day, code="coupon_withdrawn")
    if used := standing(Order.objects.filter(coupon=coupon)).first():
        day = {"day": clock.day_in_words(client.business, used.placed_at), "number": used.number}
        raise CouponRefused(_("This coupon was used on %(day)s, with order %(number)s.") % day)
    if coupon.expires_at <= now:
        day = {"day": clock.day_in_words(client.business, coupon.expires_at - MOMENT)}
        raise CouponRefused(_("This coupon could be used until %(day)s.") % day, code="coupon_expired")
    return coupon
