"""What a client is written about orders (R-249): a receipt, and what a refund gave back."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.money import format_money
from plusone.messaging.texts import Context, Placeholder, Template, placeholders, templates
from plusone.rules.defaults import DefaultRule, default_rules
from plusone.rules.vocabulary import Step
from plusone.store.events import OrderDisputed, OrderPaid, OrderRefunded
from plusone.store.models import Order


def _order(ctx: Context) -> Order | None:
    """Return the order that the event tells of, looked up once for all gaps that ask; None where it is about none."""
    data: dict[str, Any] = ctx.event.data if ctx.event else {}
    if "order" not in ctx.rows:
        found = Order.objects.filter(business=ctx.business).select_related("business")
        ctx.rows["order"] = found.filter(pk=data["order"]).first() if "order" in data else None
    order: Order | None = ctx.rows["order"]
    return order


def _amount(ctx: Context, key: str) -> str:
    assert ctx.business is not None
    return format_money(ctx.event.data.get(key, 0) if ctx.event else 0, ctx.business.currency)


@placeholders
class OrderNumber(Placeholder):
    """The number of the order that the event tells of."""

    name = "order"
    label = gettext_lazy("Number of the order")

    def value(self, ctx: Context) -> str | None:
        """Return it, where the event is about one."""
        order = _order(ctx)
        return order.number if order else None


@templates
class Receipt(Template):
    """Confirms a paid order: what was paid in money and what with balance."""

    name = "order.paid"
    label = gettext_lazy("Receipt of an order")

    def subject(self, ctx: Context) -> str:
        """Name the order."""
        return _("Receipt of your order {order}")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what was bought, and how it was paid."""
        order = _order(ctx)
        assert order is not None
        bought = [
            f"{line.quantity} × {line.name}: {format_money(line.total, order.business.currency)}"
            for line in order.lines.all()
        ]
        paid = {"total": format_money(order.total, order.business.currency), "money": _amount(ctx, "cash")}
        lines = [
            _("Hello {first_name|there},"),
            _("Thank you. Your order at {business} is paid."),
            *(_no_gaps(line) for line in bought),
        ]
        if ctx.event and ctx.event.data.get("balance"):
            paid["balance"] = _amount(ctx, "balance")
            some = _("Total: %(total)s, of which %(balance)s with your balance and %(money)s in money.")
            lines.append((some if ctx.event.data.get("cash") else _("Total: %(total)s, all with your balance.")) % paid)
        else:
            lines.append(_("Total: %(total)s.") % paid)
        return lines

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("Open your page"), "{portal}"


@templates
class Refunded(Template):
    """Tells the client what was given back, and where to."""

    name = "order.refunded"
    label = gettext_lazy("An order was refunded")

    def subject(self, ctx: Context) -> str:
        """Name the order."""
        return _("Refund of your order {order}")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what went back to balance and what in money."""
        lines = [_("Hello {first_name|there},")]
        data = ctx.event.data if ctx.event else {}
        if data.get("cash"):
            lines.append(
                _("%(amount)s of your order at {business} was refunded, the way you paid.")
                % {"amount": _amount(ctx, "cash")}
            )
        if data.get("balance"):
            lines.append(_("%(amount)s is back on your balance.") % {"amount": _amount(ctx, "balance")})
        return lines

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("Open your page"), "{portal}"


@templates
class Disputed(Template):
    """Tells the owner that a payment is disputed."""

    name = "order.disputed"
    label = gettext_lazy("A payment is disputed, to the owner")

    def subject(self, ctx: Context) -> str:
        """Name the order."""
        return _("The payment of order {order} is disputed")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say how much, and what to do."""
        return [
            _("Hello {first_name|there},"),
            _("The bank of a client takes %(amount)s of order {order} into question.")
            % {"amount": _amount(ctx, "amount")},
            _(
                "Nothing is taken back yet. Answer the bank, and say on the order's page how it ended: a dispute that "
                "is lost counts as a refund, for rewards too."
            ),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the order."""
        order = _order(ctx)
        return _("See the order"), f"{{dashboard}}orders/{order.public_id}/" if order else "{dashboard}orders/"


@default_rules
class SendReceipt(DefaultRule):
    """The client gets a receipt of each paid order."""

    name = "order.paid"
    label = gettext_lazy("Send a receipt of each paid order")
    when = OrderPaid
    actions = (Step("send_message", to="client", template="order.paid"),)


@default_rules
class SendRefund(DefaultRule):
    """The client hears of each refund."""

    name = "order.refunded"
    label = gettext_lazy("Tell the client about each refund")
    when = OrderRefunded
    actions = (Step("send_message", to="client", template="order.refunded"),)


@default_rules
class TellOfDispute(DefaultRule):
    """The owner hears of each disputed payment."""

    name = "order.disputed"
    label = gettext_lazy("Tell the owner about each disputed payment")
    when = OrderDisputed
    actions = (Step("send_message", to="owner", template="order.disputed"),)


def _no_gaps(text: str) -> str:
    """Return a product's name as text: its braces are no gaps to fill."""
    return text.replace("{", "(").replace("}", ")")
