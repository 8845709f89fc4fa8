"""What an offer pays of a sale: all its rewards for one friend, beside the sale that they are paid from (R-112)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg

from plusone.kernel.models import Business
from plusone.kernel.money import share
from plusone.rewards.types import types
from plusone.rewards.types.base import hundredths
from plusone.store.models import MembershipType, Order, Product

from .offers import Offer, Params

HISTORY = timedelta(days=365)


@dataclass(frozen=True)
class Paid:
    """What is paid for one friend who does all that is asked: `worth` of a `sale`, minor units."""

    worth: int
    sale: int

    @property
    def percent(self) -> int:
        """How many per cent of the sale that is, rounded up: a guard errs on the careful side."""
        return -(-self.worth * 100 // self.sale)


def paid_of_sale(business: Business, offer: Offer, *, now: datetime) -> Paid | None:
    """Return what an offer pays of a sale; None where nobody knows what a sale is, or the rewards have no price.

    The sale is what the conditions ask to be spent, else an average order of the last twelve months, else an average
    price of what is for sale. Of a choice the dearest option counts, of one reward for several friends its share.
    """
    sale = _sale(business, offer, now)
    if not sale:
        return None
    worth = 0
    for step in offer.all_steps:
        worth += _worth(business, step.friend_reward, sale)
        worth += _worth(business, step.ambassador_reward, sale) // (offer.every if step.number == 1 else 1)
    return Paid(worth, sale) if worth else None


def _sale(business: Business, offer: Offer, now: datetime) -> int:
    asked = [wanted["at_least"] for step in offer.all_steps for wanted in step.conditions if wanted["kind"] == "spend"]
    if asked:
        return int(max(asked))
    sold = Order.objects.filter(business=business, paid_at__gte=now - HISTORY, due__gt=0)
    average: float | None = sold.aggregate(average=Avg("due"))["average"]
    if average:
        return round(float(average))
    prices = [
        *Product.objects.filter(business=business, archived_at=None, price__gt=0).values_list("price", flat=True),
        *MembershipType.objects.filter(business=business, sellable=True, price__gt=0).values_list("price", flat=True),
    ]
    return round(sum(prices) / len(prices)) if prices else 0


def _worth(business: Business, params: Params | None, sale: int) -> int:
    """Return what a reward costs at a sale; what has no price is not counted."""
    if params is None:
        return 0
    kind = types[params["kind"]]()
    if options := kind.options(params):
        return max(_worth(business, option, sale) for option in options)
    if params.get("percent") is not None:
        return share(sale, hundredths(params["percent"]), 10_000)
    if params.get("amount") is not None:
        return int(params["amount"])
    models: dict[str, Any] = {"product": Product, "membership_type": MembershipType}
    for name, model in models.items():
        if name in params:
            rows = model.objects.filter(business=business, public_id=params[name])
            return int(rows.values_list("price", flat=True).first() or 0)
    return 0
