"""`/products`: what is for sale."""

from collections.abc import Sequence
from typing import Any, Literal

from ninja import Query, Router, Status

from plusone.kernel.access import get
from plusone.kernel.models import Business
from plusone.store.commands import create_product as add
from plusone.store.commands import edit_product as edit
from plusone.store.models import Product

from .call import Call
from .fields import Amount, Body, Found, Id, LongName, Moment, Money, Text, moment
from .paging import Page, page

router = Router(tags=["Products"])

Visibility = Literal["everyone", "clients", "hidden"]


class ProductOut(Found):
    """A thing sold once."""

    id: Id
    name: str
    price: Amount
    description: str
    visibility: Visibility
    created_at: Moment
    archived_at: Moment | None


class ProductList(Found):
    """A page of products."""

    items: list[ProductOut]
    next: str | None


class ProductIn(Body):
    """A new product."""

    name: LongName
    price: Money
    description: Text = ""
    visibility: Visibility = "everyone"


class ProductPatch(Body):
    """What to change; what is left out stays. Orders that were placed keep name and price of their day."""

    name: LongName = ""
    price: Money = 0
    description: Text = ""
    visibility: Visibility = "everyone"


def show(business: Business, products: Sequence[Product]) -> list[dict[str, Any]]:
    """Return products as the API shows them."""
    return [
        {
            "id": product.public_id,
            "name": product.name,
            "price": product.price,
            "description": product.description,
            "visibility": product.visibility,
            "created_at": moment(business, product.created_at),
            "archived_at": moment(business, product.archived_at),
        }
        for product in products
    ]


def product_of(business: Business, product_id: str) -> Product:
    """Return a product. Raise NotHere."""
    product = get(business, Product, product_id)
    product.business = business
    return product


@router.get("", response=ProductList)
def list_products(request: Call, wanted: Query[Page]) -> dict[str, Any]:
    """List products, newest first; those no longer for sale have `archived_at`."""
    every = Product.objects.filter(business=request.business)
    return page(every, wanted, by="created_at", every=every, show=lambda found: show(request.business, found))


@router.post("", response={201: ProductOut})
def create_product(request: Call, body: ProductIn) -> Status[dict[str, Any]]:
    """Add a product; `price` in minor units, zero allowed."""
    product = add(request.business, **body.model_dump(), actor=request.actor, now=request.now)
    return Status(201, show(request.business, [product])[0])


@router.get("/{product_id}", response=ProductOut)
def get_product(request: Call, product_id: str) -> dict[str, Any]:
    """Return a product."""
    return show(request.business, [product_of(request.business, product_id)])[0]


@router.patch("/{product_id}", response=ProductOut)
def edit_product(request: Call, product_id: str, body: ProductPatch) -> dict[str, Any]:
    """Change a product."""
    product, changes = product_of(request.business, product_id), body.model_dump(exclude_unset=True)
    if changes:
        product = edit(product, actor=request.actor, now=request.now, **changes)
    return show(request.business, [product])[0]
