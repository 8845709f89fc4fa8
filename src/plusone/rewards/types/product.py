"""Something from the store, given."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from plusone.kernel.access import get
from plusone.kernel.errors import Invalid, NotHere
from plusone.kernel.models import Business
from plusone.store.models import Product as Good

from .base import Input, Params, Slot, read_end, types
from .byhand import ByHand


@types
class Product(ByHand):
    """A product of your store, handed over at the desk."""

    name = "product"
    label = gettext_lazy("Product")
    inputs = (Input("product", "product"), Input("expires_days", "days"))
    slots = (Slot("product", gettext_lazy("a product of your store:"), ("product",)),)

    def clean(self, business: Business, params: Params) -> Params:
        """Take the id of a product that is for sale, and keep its name of the day: terms do not change by renaming."""
        try:
            good = get(business, Good, str(params.get("product") or ""), archived_at=None)
        except NotHere:
            raise Invalid(_("Choose a product of your store."), field="product", code="unknown") from None
        return {"kind": self.name, "product": good.public_id, "title": good.name, **read_end(params)}

    def phrase(self, business: Business, params: Params) -> str:
        """Name it, and its end where it has one."""
        if days := params.get("expires_days"):
            return ngettext(
                "“%(product)s” as a present (to collect within %(days)s day)",
                "“%(product)s” as a present (to collect within %(days)s days)",
                days,
            ) % {"product": params["title"], "days": days}
        return _("“%(product)s” as a present") % {"product": params["title"]}
