"""What staff type about payments, refunds and sales."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.faces.dashboard.forms import MoneyField, OnceForm, choose
from plusone.faces.ui.tags.gifts import coupon_off
from plusone.kernel.models import Business
from plusone.kernel.money import format_money
from plusone.store.commands.orders import QUANTITY_MAX
from plusone.store.methods import methods
from plusone.store.models import Coupon, Product

REFERENCE_MAX = 120


def by_hand() -> list[tuple[str, Any]]:
    """Return the ways to pay that staff may record."""
    return [(method.name, method.label) for method in methods if method.by_hand]


class PayForm(OnceForm):
    """How the money came."""

    method = forms.ChoiceField(label=gettext_lazy("How was it paid?"), choices=by_hand, widget=forms.RadioSelect)
    reference = forms.CharField(
        label=gettext_lazy("Reference"),
        max_length=REFERENCE_MAX,
        required=False,
        help_text=gettext_lazy("The number on the slip, if you want to find it again."),
    )


class RefundForm(OnceForm):
    """How much goes back, and why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)


class SaleForm(OnceForm):
    """What is sold, how much balance is used, and how the rest is paid."""

    use_balance = forms.ChoiceField(
        label=gettext_lazy("Use balance"), widget=forms.RadioSelect, initial="none", required=False
    )
    balance_amount = forms.CharField(required=False)
    coupon = forms.ChoiceField(label=gettext_lazy("Coupon"), required=False)
    method = forms.ChoiceField(
        label=gettext_lazy("How is it paid?"), widget=forms.RadioSelect, initial="cash", required=False
    )
    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=REFERENCE_MAX, required=False)

    def __init__(
        self,
        *args: Any,
        business: Business,
        products: list[Product],
        available: int,
        coupons: list[Coupon],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.business, self.products, self.available, self.coupons = business, products, available, coupons
        offered = [(coupon.code, f"{coupon_off(coupon, business)} · {coupon.code.upper()}") for coupon in coupons]
        choose(self, "coupon", [("", _("None")), *offered])
        money = format_money(available, business.currency)
        self.fields["balance_amount"] = MoneyField(
            business=business, label=_("Amount of balance"), required=False, max_length=20
        )
        uses = [("none", _("None")), ("all", _("All: %(money)s") % {"money": money}), ("some", _("An amount"))]
        self.fields["use_balance"].choices = uses  # type: ignore[attr-defined]  # a choice field
        self.fields["method"].choices = [*by_hand(), ("", _("Later"))]  # type: ignore[attr-defined]
        for product in products:
            self.fields[f"q-{product.public_id}"] = forms.IntegerField(
                label=product.name,
                min_value=0,
                max_value=QUANTITY_MAX,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": "0"}),
            )

    def rows(self) -> list[tuple[Product, forms.BoundField]]:
        """Return each product with the field for how many."""
        return [(product, self[f"q-{product.public_id}"]) for product in self.products]

    def lines(self) -> list[tuple[Product, int]]:
        """Return what was chosen."""
        chosen = [(product, self.cleaned_data.get(f"q-{product.public_id}") or 0) for product in self.products]
        return [(product, number) for product, number in chosen if number]

    def discount(self, price: int) -> int:
        """Return what the chosen coupon takes off a price."""
        chosen = self.cleaned_data.get("coupon")
        return next((coupon.off(price) for coupon in self.coupons if coupon.code == chosen), 0)

    def balance(self) -> bool | int:
        """Return how much balance to use, as `place_order` takes it."""
        wanted = self.cleaned_data.get("use_balance")
        if wanted == "all":
            return True
        return int(self.cleaned_data.get("balance_amount") or 0) if wanted == "some" else False

    def clean(self) -> dict[str, Any]:
        """Ask for an amount where one is to be used."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("use_balance") == "some" and not cleaned.get("balance_amount") and not self.errors:
            self.add_error("balance_amount", _("Write how much balance to use."))
        return cleaned
