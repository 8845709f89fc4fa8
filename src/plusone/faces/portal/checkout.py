"""A checkout before it is one: what it costs, what the balance pays, what is left to pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.faces.ui.http import Page
from plusone.faces.ui.numbers import whole
from plusone.kernel import once
from plusone.kernel.errors import Refused
from plusone.kernel.money import format_money, minor_digits, parse_money
from plusone.store.commands import place_order
from plusone.store.models import Coupon, Order, Product

QUANTITY_MAX = 99
SCOPE = "checkout"


@dataclass
class Plan:
    """What a client chose, in minor units. `seen` is the rest that the page showed when the button was pressed."""

    product: Product
    available: int
    coupons: list[Coupon] = field(default_factory=list)
    coupon: Coupon | None = None
    quantity: int = 1
    use: str = "all"  # all, part, none
    part: str = ""
    used: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def price(self) -> int:
        """Price times quantity."""
        return self.product.price * self.quantity

    @property
    def discount(self) -> int:
        """What the coupon takes off."""
        return self.coupon.off(self.price) if self.coupon else 0

    @property
    def total(self) -> int:
        """What is left after the coupon: balance and money pay it."""
        return self.price - self.discount

    @property
    def usable(self) -> int:
        """The most that the balance can pay of this order."""
        return min(self.available, self.total)

    @property
    def due(self) -> int:
        """What is left to pay with money."""
        return self.total - self.used

    @property
    def digits(self) -> int:
        """The minor digits of the currency, for the page's script."""
        return minor_digits(self.product.business.currency)


def read_plan(
    product: Product, available: int, sent: Mapping[str, Any], *, coupons: Sequence[Coupon] = (), is_new: bool = False
) -> Plan:
    """Return what was chosen on the page; what cannot be, stands in `errors`.

    A page that `is_new` proposes the coupon that expires first.
    """
    plan = Plan(product, available, list(coupons))
    _read_quantity(plan, str(sent.get("quantity", "1")).strip())
    _read_coupon(plan, sent, is_new=is_new)
    plan.use = str(sent.get("use", "all"))
    plan.part = str(sent.get("part", "")).strip()
    if plan.use == "all":
        plan.used = plan.usable
    elif plan.use == "part":
        _read_part(plan)
    else:
        plan.use = "none"
    return plan


def changed_meanwhile(plan: Plan, sent: Mapping[str, Any]) -> bool:
    """Say whether the rest to pay is another than the page showed: a page without a script, or a changed price."""
    seen = str(sent.get("seen", ""))
    return bool(seen) and seen != str(plan.due)


@transaction.atomic
def buy_once(request: Page, plan: Plan, token: str) -> str:
    """Place the order and return its id; the same page again returns the first's id (a double tap is one order)."""
    key = f"{request.client.pk}:{token}" if token else ""
    if not once.claim(SCOPE, key):
        return once.result_of(SCOPE, key)
    order = _place(request.client, plan, actor=request.actor, now=request.now)
    once.remember(SCOPE, key, order.public_id)
    return order.public_id


def _place(client: Client, plan: Plan, **by: Any) -> Order:
    coupon = plan.coupon.code if plan.coupon else ""
    lines = [(plan.product, plan.quantity)]
    return place_order(client.business, client, lines, use_balance=plan.used, coupon=coupon, **by)


def _read_coupon(plan: Plan, sent: Mapping[str, Any], *, is_new: bool) -> None:
    wanted = str(sent.get("coupon", ""))
    if is_new and "coupon" not in sent:
        plan.coupon = plan.coupons[0] if plan.coupons and plan.price else None
    elif wanted:
        plan.coupon = next((coupon for coupon in plan.coupons if coupon.code == wanted), None)
        if plan.coupon is None:
            plan.errors["coupon"] = _("This coupon cannot be used any more.")


def _read_quantity(plan: Plan, typed: str) -> None:
    quantity = whole(typed) or 0
    if 1 <= quantity <= QUANTITY_MAX:
        plan.quantity = quantity
    else:
        plan.errors["quantity"] = _("A quantity is between 1 and %(most)s.") % {"most": QUANTITY_MAX}


def _read_part(plan: Plan) -> None:
    currency = plan.product.business.currency
    if not plan.part:  # they want to use some, so an order that uses none is not what they mean
        plan.errors["part"] = _("Write how much of your balance you want to use.")
        return
    try:
        wanted = parse_money(plan.part, currency, field="part")
    except Refused as error:
        plan.errors["part"] = str(error)
        return
    if not 0 <= wanted <= plan.usable:
        most = format_money(plan.usable, currency)
        plan.errors["part"] = _("Choose an amount between 0 and %(most)s.") % {"most": most}
        return
    plan.used = wanted
