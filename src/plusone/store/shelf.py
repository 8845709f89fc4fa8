"""All that a business has to give, with today's prices: products and types of membership, read in one query."""

from dataclasses import dataclass

from django.db.models import Case, Value, When

from plusone.kernel.models import Business

from .models import MembershipType, Product


@dataclass(frozen=True)
class Shelf:
    """What is for sale, as (public id, name) by name; `prices` holds what is not for sale any more, too."""

    products: list[tuple[str, str]]
    memberships: list[tuple[str, str]]
    prices: dict[str, int]


def shelf_of(business: Business) -> Shelf:
    """Return what a business has to give."""
    here = Case(When(archived_at=None, then=Value("product")), default=Value(""))
    products = Product.objects.filter(business=business).annotate(what=here)
    memberships = MembershipType.objects.filter(business=business).annotate(what=Value("membership"))
    columns = ("what", "name", "pk", "public_id", "price")
    rows = sorted(products.values_list(*columns).union(memberships.values_list(*columns), all=True), key=_by_name)
    return Shelf(
        products=[(public_id, name) for what, name, _key, public_id, _price in rows if what == "product"],
        memberships=[(public_id, name) for what, name, _key, public_id, _price in rows if what == "membership"],
        prices={public_id: price for _what, _name, _key, public_id, price in rows},
    )


def _by_name(row: tuple[str, str, int, str, int]) -> tuple[str, int]:
    return row[1], row[2]
