"""Who brings friends, and what they earned by it (R-061..R-066).

Rewards − redeemed − expired − revoked = balance from referrals, for each ambassador. All five are read from the lots of
balance that their rewards made, so that a gift or an adjustment used up first does not blur them; what staff took by an
adjustment counts as revoked.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext

from plusone.clients.models import Client
from plusone.clients.queries import merged_into
from plusone.insights import population
from plusone.insights.scope import Scope
from plusone.kernel.models import Business
from plusone.ledger.models import Lot, LotBalance, LotUse, Transfer
from plusone.referrals.models import Campaign, Referral
from plusone.referrals.standing import team_of
from plusone.rewards.models import Reward
from plusone.rewards.queries import rewards_of
from plusone.store.models import Order, Payment, Refund

K = Transfer.Kind
REDEEMED = (K.REDEEM, K.RENEWAL, K.REVERSAL)
REVOKED = (K.REVOKE, K.ADJUST)
TEAM = ":team"  # beside the kinds of transfers


@dataclass
class Standing:
    """An ambassador with their numbers over the days asked for; `balance` is what is left of their rewards."""

    client_id: int
    total_leads: int = 0
    total_active: int = 0
    total_rewards: int = 0
    total_redeemed: int = 0
    expired: int = 0
    revoked: int = 0
    income: int = 0
    client: Client = field(default_factory=Client)

    @property
    def balance(self) -> int:
        """What is left of the rewards (R-065)."""
        return self.total_rewards - self.total_redeemed - self.expired - self.revoked


Order_ = Callable[[Standing], tuple[int, ...]]
ORDERS: dict[str, Order_] = {
    "active": lambda one: (one.total_active, one.total_leads, one.total_rewards),
    "leads": lambda one: (one.total_leads, one.total_active, one.total_rewards),
    "rewards": lambda one: (one.total_rewards, one.total_active, one.total_leads),
    "redeemed": lambda one: (one.total_redeemed, one.total_active, one.total_leads),
    "income": lambda one: (one.income, one.total_active, one.total_leads),
}


def ambassadors(
    business: Business,
    *,
    order: str = "active",
    since: date | None = None,
    until: date | None = None,
    campaign: Campaign | None = None,
    search: str = "",
    among: QuerySet[Client] | None = None,
    most: int | None = None,
    with_income: bool = True,
    with_team: bool = False,
    now: datetime,
) -> list[Standing]:
    """Return the ambassadors, best first by `order` (a name of ORDERS), at most `most`, in a fixed number of queries.

    With `among`, these clients alone. Who works here is not ranked, unless `with_team` (FRA-12). Leads count on the day
    of registration, active ones on that of activation, rewards and what became of them on that of posting.
    """
    scope = Scope(business, now, since, until, campaign)
    found = _friends(scope)
    team = _add_rewards(scope, found)
    if with_income:
        _add_income(scope, found)
    clients = Client.objects.filter(business=business)
    if search.strip() or among is not None:
        clients = clients.find(business, search)
        if among is not None:
            clients = clients.filter(pk__in=among.values("pk"))
        allowed = set(clients.values_list("id", flat=True))
        found = {key: one for key, one in found.items() if key in allowed}
    if not with_team:
        found = {key: one for key, one in found.items() if key not in team}
    better = ORDERS[order]
    ranked = sorted(found.values(), key=lambda one: (*(-part for part in better(one)), one.client_id))[:most]
    names = _clients(business, ranked)
    for one in ranked:
        one.client = names[one.client_id]
    return ranked


def _clients(business: Business, ranked: list[Standing]) -> dict[int, Client]:
    fields = ("public_id", "first_name", "last_name", "email", "phone", "status", "code")
    wanted = Client.objects.filter(business=business).only(*fields, "business")
    if len(ranked) <= 500:
        return wanted.in_bulk([one.client_id for one in ranked])
    return {client.pk: client for client in wanted.filter(referrals_made__isnull=False).distinct()}


def _friends(scope: Scope) -> dict[int, Standing]:
    """Return who has a registered friend by the end, with friends registered and activated on the days."""
    rows = (
        population.counted(scope)
        .filter(scope.by_end("registered_at"))
        .order_by()
        .values_list("ambassador")
        .annotate(
            leads=Count("id", filter=scope.during("registered_at")),
            active=Count("id", filter=scope.during("activated_at")),
        )
    )
    return {key: Standing(key, total_leads=leads, total_active=active) for key, leads, active in rows}


def _add_rewards(scope: Scope, found: dict[int, Standing]) -> set[int]:
    """Add what rewards gave, and what became of it; return who works here. In one query; in one more where records were
    merged: what moved on the one that went is of the one that stays."""
    lots = population.lots_in(scope, Reward.Side.AMBASSADOR)
    given = lots.filter(scope.during("transfer__at"), transfer__kind=K.EARN).order_by()
    uses = LotUse.objects.filter(scope.during("transfer__at"), lot__in=lots.values("id")).order_by()
    late = LotBalance.objects.filter(lot__in=lots.values("id"), remaining__gt=F("held"), expires_at__lte=scope.moment)
    late = late.filter(scope.during("expires_at")).order_by()
    rows = _sums(given.annotate(who=F("account__client_id"), what=F("transfer__kind")), F("amount"))
    rows = rows.union(
        _sums(uses.annotate(who=F("transfer__client_id"), what=F("transfer__kind")), F("amount")),
        _sums(late.annotate(who=F("account__client_id"), what=Value("overdue")), F("remaining") - F("held")),
        _sums(team_of(scope.business).order_by().annotate(who=F("pk"), what=Value(TEAM)), Value(0)),
        all=True,
    )
    read = list(rows)
    team = {row[0] for row in read if row[1] == TEAM}
    moved = [row for row in read if row[1] != TEAM]
    kept = merged_into([scope.business]) if {row[0] for row in moved} - set(found) else {}
    for number, kind, amount in moved:
        client_id = kept.get(number, number)
        one = found.setdefault(client_id, Standing(client_id))
        if kind == K.TRANSFER:  # from one record of a person to another
            continue
        if kind == K.EARN:
            one.total_rewards += amount
        elif kind in REDEEMED:
            one.total_redeemed += amount
        elif kind in REVOKED:
            one.revoked += amount
        else:
            one.expired += amount
    return team


def _sums(rows: QuerySet[Any], column: Any) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = rows.values_list("who", "what").annotate(
        amount_all=Cast(Sum(column), BigIntegerField())
    )
    return found


def _add_income(scope: Scope, found: dict[int, Standing]) -> None:
    """Add the money that each one's friends paid on the days, minus refunds (M-5)."""
    friends = population.activated_friends(scope)
    paid = Payment.objects.filter(scope.during("at"), business=scope.business, client__in=friends).order_by()
    back = Refund.objects.filter(scope.during("at"), business=scope.business, client__in=friends).order_by()
    rows = _sums(paid.annotate(who=F("client"), what=Value("in")), F("amount")).union(
        _sums(back.annotate(who=F("client"), what=Value("out")), -F("to_method")), all=True
    )
    income: dict[int, int] = defaultdict(int)
    for friend, _way, amount in rows:
        income[friend] += amount
    activated = population.counted(scope).filter(activated_at__isnull=False)
    for friend, ambassador in activated.values_list("friend", "ambassador"):
        if friend in income:
            found.setdefault(ambassador, Standing(ambassador)).income += income[friend]


@dataclass(frozen=True)
class Movement:
    """One movement of what an ambassador earned: `referral` says for which friend, `order` what it was used for."""

    at: datetime
    kind: str
    label: str
    amount: int
    running: int
    referral: int
    order: Order | None


@dataclass
class LeadHistory:
    """One friend of an ambassador: their recommendation, its rewards, and the movements of what it earned."""

    referral: Referral
    rewards: list[Reward]
    movements: list[Movement] = field(default_factory=list)

    @property
    def earned(self) -> int:
        """What this friend brought the ambassador."""
        return sum(one.amount for one in self.movements if one.kind == K.EARN)

    @property
    def left(self) -> int:
        """What is left of it."""
        return sum(one.amount for one in self.movements)


@dataclass(frozen=True)
class History:
    """An ambassador's numbers of all time, their friends and all movements, newest first."""

    standing: Standing
    leads: list[LeadHistory]
    movements: list[Movement]


def history_of(ambassador: Client, *, now: datetime) -> History:
    """Return an ambassador's earnings and movements for each friend (R-066), in a fixed number of queries."""
    business = ambassador.business
    made = Referral.objects.filter(business=business, ambassador=ambassador).exclude(reason=Referral.Reason.REJECTED)
    referrals = list(made.select_related("friend", "campaign").order_by("-id"))
    rewards = rewards_of(business, "referral", [one.pk for one in referrals])
    leads = {
        one.pk: LeadHistory(
            one, [reward for reward in rewards.get(one.pk, []) if reward.side == Reward.Side.AMBASSADOR]
        )
        for one in referrals
    }
    movements = _movements(ambassador, leads, now)
    for movement in movements:
        if movement.referral in leads:
            leads[movement.referral].movements.append(movement)
    standing = Standing(ambassador.pk, client=ambassador, total_leads=len(referrals))
    standing.total_active = sum(one.activated_at is not None for one in referrals)
    for movement in movements:
        _count(standing, movement)
    return History(standing, list(leads.values()), movements[::-1])


def _count(standing: Standing, movement: Movement) -> None:
    if movement.kind == K.EARN:
        standing.total_rewards += movement.amount
    elif movement.kind in REDEEMED:
        standing.total_redeemed -= movement.amount
    elif movement.kind in REVOKED:
        standing.revoked -= movement.amount
    else:
        standing.expired -= movement.amount


def _movements(ambassador: Client, leads: dict[int, LeadHistory], now: datetime) -> list[Movement]:
    """Return the movements of all lots that the rewards made, oldest first, with the balance after each."""
    business = ambassador.business
    source = {reward.pk: referral for referral, lead in leads.items() for reward in lead.rewards}
    scope = Scope(business, now)
    lots = population.lots_in(scope, Reward.Side.AMBASSADOR).filter(
        Q(account__client_id=ambassador.pk) | Q(transfer__ref_kind="reward", transfer__ref_id__in=list(source))
    )
    of_lot: dict[int, int] = {}
    raw: list[tuple[datetime, int, str, int, int, int | None]] = []
    uses: dict[int, list[LotUse]] = defaultdict(list)
    again: dict[int, int] = {}
    debts: set[int] = set()
    for use in LotUse.objects.filter(lot__in=lots.values("id")).select_related("transfer").order_by("id"):
        uses[use.lot_id].append(use)
        again.setdefault(use.transfer_id, use.lot_id)
        debts |= {use.transfer_id} if use.transfer.pays_debt else set()
    for lot in lots.select_related("transfer", "now").order_by("id"):
        _place_lot(lot, source, again, of_lot)
        referral = of_lot.get(lot.pk, 0)
        if lot.transfer.kind == K.EARN:
            raw.append((lot.transfer.at, lot.transfer_id, lot.transfer.kind, lot.amount, referral, None))
        for use in uses[lot.pk]:
            told = use.transfer
            if told.kind == K.TRANSFER:  # from one record of a person to another
                continue
            raw.append(
                (told.at, told.pk, told.kind, -use.amount, referral, told.ref_id if told.ref_kind == "order" else None)
            )
        if lot.now.expires_at and lot.now.expires_at <= now and lot.now.remaining > lot.now.held:
            raw.append(
                (lot.now.expires_at, lot.transfer_id, K.EXPIRE, lot.now.held - lot.now.remaining, referral, None)
            )
    orders = Order.objects.filter(business=business).in_bulk({one[5] for one in raw if one[5]})
    found, running = [], 0
    for at, transfer, kind, amount, referral, order in sorted(raw, key=lambda one: (one[0], one[1])):
        running += amount
        label = gettext("Paid what was owed") if transfer in debts and kind == K.REVOKE else str(K(kind).label)
        found.append(Movement(at, kind, label, amount, running, referral, orders.get(order or 0)))
    return found


def _place_lot(lot: Lot, source: dict[int, int], again: dict[int, int], of_lot: dict[int, int]) -> None:
    """Note for which referral a lot was earned; one that gave expired balance back belongs to the lot it came from."""
    if lot.transfer.ref_kind == "reward" and lot.transfer.ref_id in source:
        of_lot[lot.pk] = source[lot.transfer.ref_id]
    elif lot.transfer_id in again:
        of_lot[lot.pk] = of_lot.get(again[lot.transfer_id], 0)
