"""What is for sale."""

import io
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Length
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from plusone.events.commands import record
from plusone.events.facts import moved
from plusone.kernel import ids
from plusone.kernel.db.locks import take_turns
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.kernel.money import AMOUNT_MAX
from plusone.store import events
from plusone.store.models import Picture, Product

SIDE_MAX = 1200
PIXELS_MAX = 40_000_000
BYTES_MAX = 12 * 1024 * 1024
ROOM_MAX = 100 * 1024 * 1024  # for all pictures of a business as they are kept: some hundreds (FUZ-6)
EDITABLE = ("name", "price", "description", "visibility")


def clean(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the columns for typed details. Raise Invalid naming the field that is wrong."""
    if "name" in fields:
        fields["name"] = " ".join(str(fields["name"]).split())
        if not fields["name"] or len(fields["name"]) > 120:
            raise Invalid(_("A product's name has between 1 and 120 characters."), field="name")
    if "price" in fields:
        price = fields["price"]
        if not isinstance(price, int) or isinstance(price, bool) or not 0 <= price <= AMOUNT_MAX:
            raise Invalid(_("A price is zero or more."), field="price")
    if "visibility" in fields and fields["visibility"] not in Product.Visibility.values:
        raise Invalid(_("Choose who sees this product."), field="visibility")
    if len(fields.get("description", "")) > 4000:
        raise Invalid(_("A description has at most 4,000 characters."), field="description")
    return fields


@transaction.atomic
def create_product(
    business: Business,
    *,
    name: str,
    price: int,
    description: str = "",
    visibility: str = Product.Visibility.EVERYONE,
    actor: str,
    now: datetime,
) -> Product:
    """Add a product; `price` in minor units, zero allowed. Raise Invalid for a wrong field."""
    columns = clean({"name": name, "price": price, "description": description, "visibility": visibility})
    product = Product.objects.create(business=business, created_at=now, **columns)
    record(business, events.ProductCreated(product=product.pk, price=price), actor=actor, now=now)
    return product


@transaction.atomic
def edit_product(product: Product, *, actor: str, now: datetime, **changes: Any) -> Product:
    """Change `name price description visibility`; placed orders keep what they had. Raise Invalid for a wrong field."""
    assert set(changes) <= set(EDITABLE), "unknown field"
    changes = clean(changes)
    open_ones = moved(("price", "visibility"), product, changes)
    for field, value in changes.items():
        setattr(product, field, value)
    product.save(update_fields=list(changes))
    fact = events.ProductChanged(product=product.pk, price=product.price, **open_ones)
    record(product.business, fact, actor=actor, now=now)
    return product


def archive_product(product: Product, *, actor: str, now: datetime) -> None:
    """Take a product out of the store; old orders still name it."""
    Product.objects.filter(pk=product.pk, archived_at=None).update(archived_at=now)


def restore_product(product: Product, *, actor: str, now: datetime) -> None:
    """Put a product back into the store."""
    Product.objects.filter(pk=product.pk).update(archived_at=None)


def set_picture(product: Product, file: Any, *, actor: str, now: datetime) -> None:
    """Give a product a picture: read, turned upright, made small, written anew without what else was in the file.

    None takes it away. Raise Invalid for what is no picture of ours, or where the business's room for them is full.
    """
    if file is None:
        Picture.objects.filter(product=product).delete()
        return
    wrong = Invalid(
        _("This file is not a picture that we can read. Use a JPEG, PNG or WebP of at most 12 MB."), field="picture"
    )
    if file.size > BYTES_MAX:
        raise wrong
    try:
        with Image.open(file, formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > PIXELS_MAX:
                raise wrong
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise wrong from error
    upright.thumbnail((SIDE_MAX, SIDE_MAX))
    flat = Image.new("RGB", upright.size, "white")
    flat.paste(upright, mask=upright.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=82, optimize=True)
    with transaction.atomic():
        take_turns(f"pictures {product.business_id}")
        if _taken_by_others(product) + out.tell() > ROOM_MAX:
            full = _(
                "The pictures of your products fill all the room there is for them, %(most)s MB: take some away first."
            )
            raise Invalid(full % {"most": ROOM_MAX >> 20}, field="picture")
        Picture.objects.update_or_create(
            product=product,
            defaults={"data": out.getvalue(), "width": flat.width, "height": flat.height, "version": ids.public_id()},
        )


def _taken_by_others(product: Product) -> int:
    """Return the bytes of the pictures of the business's other products."""
    others = Picture.objects.filter(product__business=product.business_id).exclude(product=product)
    return int(others.aggregate(bytes=Sum(Length("data")))["bytes"] or 0)
