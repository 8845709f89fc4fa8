"""A story of several months at Studio Vela, with every figure worked out by hand in test_figures.py.

Madrid's clocks go forward on 29 March 2026: 28 March 23:30 UTC is already the 29th there, and 31 March 22:30 UTC the
1st of April.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import world
from plusone.clients.commands import activate, archive, delete_client
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.referrals.commands import reject_referral
from plusone.referrals.models import Campaign, Referral
from plusone.store.commands import refund
from plusone.store.models import Order, Product


def at(text: str) -> datetime:
    """Return a moment in UTC: `at("03-31 22:30")`."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


NOW = at("06-15 10:00")


@dataclass(frozen=True)
class Story:
    """The people of the story."""

    business: Business
    campaign: Campaign
    product: Product
    free: Product
    ana: Client
    bea: Client
    first: Referral
    orders: dict[str, Order]


def tell(business: Business) -> Story:
    """Tell the story through the commands that users drive."""
    ana = world.add_client(business, "Ana", "López", now=at("01-10 10:00"))
    bea = world.add_client(business, "Bea", "Ruiz", now=at("01-10 10:00"))
    campaign = world.launch(business, friend={"kind": "balance", "amount": 500}, now=at("01-10 11:00"))
    product = world.make_product(business, now=at("01-10 11:00"))
    free = world.make_product(business, "Trial", 0, now=at("01-10 11:00"))
    orders: dict[str, Order] = {}
    # January: Ben comes and is made active by hand in February; Dora comes and is deleted.
    first = world.bring(ana, "Ben", now=at("01-20 10:00"))
    dora = world.bring(ana, "Dora", now=at("01-31 22:59"))  # 23:59 in Madrid
    activate(first.friend, actor="user:1", now=at("02-01 09:00"))  # Ana: 15
    delete_client(dora.friend, actor="user:1", now=at("02-10 09:00"))
    # March: Eva buys two packs just after midnight of the 29th, the day the clocks go forward.
    eva = world.bring(ana, "Eva", now=at("03-28 22:59"))  # 23:59 on the 28th
    orders["eva"] = world.sell(eva.friend, product, 2, now=at("03-28 23:30"))  # 00:30 on the 29th; Ana: 15
    # A free trial neither activates nor counts; Fay comes by Bea at the end of the month, in local time in April.
    fay = world.bring(bea, "Fay", now=at("03-31 22:30"))  # 00:30 on 1 April
    orders["trial"] = world.sell(fay.friend, free, now=at("04-02 10:00"))
    orders["fay"] = world.sell(fay.friend, product, use_balance=500, now=at("04-03 10:00"))  # 45.00; Bea: 15
    # Ana uses 10 of her 30, and half of it comes back with half of the order.
    orders["ana"] = world.sell(ana, product, use_balance=1000, now=at("04-10 10:00"))
    refund(orders["ana"], 2500, actor="user:1", now=at("04-30 21:59"))  # 23:59 on 30 April: 5 back, 20 in money
    # Eva gets a part of her money back in May, Fay all of hers: what Bea earned is taken back.
    refund(orders["eva"], 3000, actor="user:1", now=at("05-05 10:00"))
    refund(orders["fay"], None, actor="user:1", now=at("05-06 10:00"))
    # Gus is rejected and never counts; Hal is archived; Ina is still a lead.
    gus = world.bring(bea, "Gus", now=at("05-10 10:00"))
    reject_referral(gus, actor="user:1", now=at("05-11 10:00"))
    hal = world.bring(bea, "Hal", now=at("05-12 10:00"))
    archive(hal.friend, actor="user:1", now=at("05-20 10:00"))
    world.bring(ana, "Ina", now=at("06-01 10:00"))
    for order in orders.values():
        order.refresh_from_db()
    return Story(business, campaign, product, free, ana, bea, first, orders)
