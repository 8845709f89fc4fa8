"""Income, products, rewards, balances and commissions: M-5 to M-10."""

from collections import Counter
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, Subquery, Sum, Value
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.insights import population
from plusone.insights.scope import Scope
from plusone.ledger.models import Account, HoldLot, Lot, LotUse, Transfer
from plusone.rewards.models import Reward
from plusone.store.models import Order, OrderLine, Payment, Refund

from .base import SAID, Column, Kpi, Part, amount_of, kpis, person, person_by, total

K = Transfer.Kind
DAY = Column("at", SAID["at"], "day")
CLIENT = Column("client", SAID["client"], "person")
REFERRER = Column("ambassador", SAID["ambassador"], "person")
ORDER = Column("order", _("Order"), "order")
MONEY = {"payment": _("Payment"), "refund": _("Refund")}
SOLD = (DAY, CLIENT, ORDER, Column("what", _("Product")), REFERRER, Column("n", _("Quantity"), "count"))
MOVES = Column("what", SAID["what"], "choice", dict(K.choices))


def _money(scope: Scope) -> list[Part]:
    """Return the payments and refunds in money of activated friends on these days."""
    friends = population.activated_friends(scope)
    cells: dict[str, Any] = {"id": F("id"), "at": F("at"), "order_id": F("order__public_id")} | person(
        "client", "client"
    )
    paid = Payment.objects.filter(scope.during("at"), business=scope.business, client__in=friends)
    back = Refund.objects.filter(scope.during("at"), business=scope.business, client__in=friends, to_method__gt=0)
    referrer = population.ambassador_of("client")
    return [
        Part(paid, F("amount"), cells | referrer | {"what": Value("payment")}),
        Part(back, -F("to_method"), cells | referrer | {"what": Value("refund")}),
    ]


def _sold(scope: Scope, *, renewals: bool) -> list[Part]:
    """Return what activated friends bought for money, or renewed: paid on these days (+), or wholly refunded (−)."""
    friends = population.activated_friends(scope)
    sold = OrderLine.objects.filter(
        business=scope.business, order__client__in=friends, unit_price__gt=0, order__renews__isnull=not renewals
    )
    last = Refund.objects.filter(order=OuterRef("order")).order_by("-at", "-id").values("at")[:1]
    gone = sold.filter(order__state=Order.State.REFUNDED).annotate(gone_at=Subquery(last))
    cells: dict[str, Any] = {"id": F("id"), "order_id": F("order__public_id"), "what": F("name")}
    cells |= person("client", "order__client") | population.ambassador_of("order__client")
    return [
        Part(sold.filter(scope.during("order__paid_at")), F("quantity"), cells | {"at": F("order__paid_at")}),
        Part(gone.filter(scope.during("gone_at")), -F("quantity"), cells | {"at": F("gone_at")}),
    ]


@kpis
class GeneratedIncome(Kpi):
    """Money that recommended clients brought."""

    name = "generated_income"
    code = "M-5"
    label = _("Generated income")
    definition = _(
        "Money received in this time from recommended clients who became active, from all their orders, minus what was"
        " refunded in this time. What they paid with balance is not income. Amounts are as sold, with the tax in them."
    )
    unit = "money"
    columns = (
        DAY,
        CLIENT,
        ORDER,
        Column("what", SAID["what"], "choice", dict(MONEY)),
        REFERRER,
        Column("n", _("Amount"), "money"),
    )

    def parts(self, scope: Scope) -> list[Part]:
        """Return payments (+) and refunds of money (−)."""
        return _money(scope)


@kpis
class Buyers(Kpi):
    """Recommended clients who paid."""

    name = "buyers"
    label = _("New clients who paid")
    definition = _("Recommended clients who became active and paid money in this time, each counted once.")
    columns = (CLIENT, REFERRER, Column("amount", _("Paid"), "money"))
    newest = ("id",)

    def parts(self, scope: Scope) -> list[Part]:
        """Return the activated friends with a payment on these days."""
        paid = Payment.objects.filter(scope.during("at"), client=OuterRef("pk"))
        rows = Client.objects.filter(Exists(paid), business=scope.business, pk__in=population.activated_friends(scope))
        cells: dict[str, Any] = {"id": F("id"), "amount": amount_of(paid, "amount")}
        cells |= {"client_id": F("public_id"), "client_first": F("first_name"), "client_last": F("last_name")}
        return [Part(rows, Value(1), cells | population.ambassador_of("pk"))]


@kpis
class ProductsPurchased(Kpi):
    """What recommended clients bought."""

    name = "products_purchased"
    code = "M-6"
    label = _("Products purchased by new clients")
    definition = _(
        "Quantities on paid orders of recommended clients who became active, by the day of payment. Free items do not"
        " count. Of a membership the first purchase counts; its renewals have a figure of their own. An order is taken"
        " off again on the day it is wholly refunded."
    )
    columns = SOLD

    def parts(self, scope: Scope) -> list[Part]:
        """Return the lines of paid orders (+), and those of orders wholly refunded on these days (−)."""
        return _sold(scope, renewals=False)


@kpis
class Renewals(Kpi):
    """What recommended clients renewed: a membership counts among the products once, when it is first bought."""

    name = "renewals"
    label = _("Renewals by new clients")
    definition = _(
        "Renewals of memberships that recommended clients who became active paid, by the day of payment. A renewal is"
        " taken off again on the day it is wholly refunded."
    )
    columns = SOLD
    goal = False

    def parts(self, scope: Scope) -> list[Part]:
        """Return the lines of paid renewals (+), and those wholly refunded on these days (−)."""
        return _sold(scope, renewals=True)


@kpis
class RewardsIssued(Kpi):
    """What ambassadors were given."""

    name = "rewards_issued"
    code = "M-7"
    label = _("Rewards issued")
    definition = _(
        "Balance given to ambassadors in this time for their recommendations, minus what was taken back in this time."
        " Welcome gifts to friends, and rewards that are not money, are counted beside it."
    )
    unit = "money"
    columns = (
        DAY,
        Column("client", _("Ambassador"), "person"),
        MOVES,
        Column("friend", _("Friend"), "person"),
        Column("n", _("Amount"), "money"),
    )
    more_labels = {"gifts": _("Welcome gifts to friends"), "other": _("Rewards that are not money")}

    def parts(self, scope: Scope) -> list[Part]:
        """Return what was posted for rewards of ambassadors."""
        rows = population.postings(scope, Reward.Side.AMBASSADOR).filter(scope.during("at"))
        cells: dict[str, Any] = {"id": F("id"), "at": F("at"), "what": F("kind")}
        cells |= person_by("client", population.client_of("client_id"))
        return [Part(rows, F("amount"), cells | person_by("friend", population.friend_of_reward("ref_id")))]

    def totals(self, scope: Scope) -> list[Any]:
        """Return the sum, the friends' gifts, and how many rewards were not money."""
        gifts = population.postings(scope, Reward.Side.FRIEND).filter(scope.during("at"))
        given = population.rewards_in(scope, Reward.Side.AMBASSADOR).filter(amount=None)
        lost = given.filter(scope.during("ended_at"), state=Reward.State.REVOKED, granted_at__isnull=False)
        other = [Part(given.filter(scope.during("granted_at")), Value(1)), Part(lost, Value(-1))]
        return [total(self.parts(scope)), total([Part(gifts, F("amount"))]), total(other)]


@kpis
class RewardsRedeemed(Kpi):
    """What clients used of their balance."""

    name = "rewards_redeemed"
    code = "M-8"
    label = _("Rewards redeemed")
    definition = _(
        "Balance used for orders and renewals in this time, minus what refunds gave back to balance. For one campaign:"
        " what was used of the rewards that this campaign gave."
    )
    unit = "money"
    columns = (DAY, CLIENT, MOVES, ORDER, Column("n", _("Amount"), "money"))

    def parts(self, scope: Scope) -> list[Part]:
        """Return the movements that used balance (+) or gave it back (−)."""
        kinds = (K.REDEEM, K.RENEWAL, K.REVERSAL)
        if scope.campaign is None:
            rows: Any = Transfer.objects.filter(scope.during("at"), business=scope.business, kind__in=kinds)
            return [Part(rows, -F("amount"), self._cells(""))]
        lots = population.lots_in(scope, "").values("id")
        rows = LotUse.objects.filter(scope.during("transfer__at"), lot__in=lots, transfer__kind__in=kinds)
        return [Part(rows, F("amount"), self._cells("transfer__"))]

    def _cells(self, path: str) -> dict[str, Any]:
        order = Order.objects.filter(pk=OuterRef(f"{path}ref_id"), business=OuterRef(f"{path}business")).values(
            "public_id"
        )[:1]
        cells: dict[str, Any] = {
            "id": F("id"),
            "at": F(f"{path}at"),
            "what": F(f"{path}kind"),
            "order_id": Subquery(order),
        }
        return cells | person_by("client", population.client_of(f"{path}client_id"))


@kpis
class OutstandingBalance(Kpi):
    """What the business still owes in balance."""

    name = "outstanding_balance"
    code = "M-9"
    label = _("Outstanding balance")
    definition = _(
        "What all clients together could spend at the end of this time: balance that is not used, not expired and not"
        " reserved by an open order. For one campaign: what is left of the rewards that it gave."
    )
    unit = "money"
    columns = (CLIENT, Column("n", _("Available balance"), "money"))
    at_end = True
    goal = False

    def parts(self, scope: Scope) -> list[Part]:
        """Return the live lots (+), what was used of them (−) and what is reserved of them (−)."""
        at = scope.moment
        live = Q(lot__expires_at=None) | Q(lot__expires_at__gt=at)
        lots = Lot.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), business=scope.business)
        used = LotUse.objects.filter(live, lot__business=scope.business)
        held = HoldLot.objects.filter(live, scope.not_by_end("hold__ended_at"), lot__business=scope.business)
        if scope.is_past:
            lots, used = lots.filter(transfer__at__lt=at), used.filter(transfer__at__lt=at)
            held = held.filter(hold__at__lt=at)
        if scope.campaign:
            given = population.lots_in(scope, "").values("id")
            lots, used, held = lots.filter(pk__in=given), used.filter(lot__in=given), held.filter(lot__in=given)
        return [
            Part(lots, F("amount"), {"who": F("account__client_id")}),
            Part(used, -F("amount"), {"who": F("lot__account__client_id")}),
            Part(held, -F("amount"), {"who": F("lot__account__client_id")}),
        ]

    def rows(self, scope: Scope) -> Any:
        """Return each client with what they have available, the largest first."""
        left: Counter[int] = Counter()
        for part in self.parts(scope):
            sums = part.rows.order_by().annotate(who=part.cells["who"], part=part.n).values_list("who")
            for client_id, amount in sums.annotate(all=Sum("part")):
                left[client_id] += int(amount)
        accounts = Account.objects.filter(business=scope.business, kind=Account.Kind.CLIENT)
        names = Client.objects.filter(business=scope.business, pk__in=accounts.values("client_id"))
        fields = ("public_id", "first_name", "last_name")
        people = {key: cells for key, *cells in names.values_list("id", *fields)}
        ranked = sorted(left.items(), key=lambda one: (-one[1], one[0]))
        return [(key, *people[key], amount) for key, amount in ranked if amount]


class Commission(Func):
    """The operator's part of an amount, half up: the rate is in hundredths of a per cent, so nothing is lost."""

    template = "((%(expressions)s + 5000) / 10000)"
    arg_joiner = " * "
    output_field = IntegerField()


@kpis
class Commissions(Kpi):
    """What the operator of the installation takes for new clients (R-043)."""

    name = "commissions"
    code = "M-10"
    label = _("Commissions")
    definition = _(
        "The operator's percentage of the generated income, for each payment rounded half up to the smallest coin, and"
        " given back with refunds. Without a percentage it is free."
    )
    unit = "money"
    columns = (
        DAY,
        CLIENT,
        ORDER,
        Column("what", SAID["what"], "choice", dict(MONEY)),
        Column("amount", _("Amount"), "money"),
        Column("n", _("Commission"), "money"),
    )
    goal = False

    def parts(self, scope: Scope) -> list[Part]:
        """Return the payments and refunds of the income with the operator's part of each."""
        paid, back = _money(scope)
        rate = Value(int(Decimal(settings.COMMISSION_RATE) * 100))
        free = not settings.COMMISSION_RATE
        rows = [(paid, F("amount"), 1), (back, F("to_method"), -1)]
        return [
            Part(
                part.rows.none() if free else part.rows,
                Commission(column, rate) * Value(sign),
                part.cells | {"amount": part.n},
            )
            for part, column, sign in rows
        ]
