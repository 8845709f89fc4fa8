"""Store ▸ Products: what is sold, at what price, to whom it is shown (R-251)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from plusone.faces.dashboard.forms import MoneyField, OnceForm, act_once
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.tags.texts import money_plain
from plusone.kernel.access import get
from plusone.kernel.errors import NotHere
from plusone.kernel.models import Business
from plusone.store import commands
from plusone.store.models import Picture, Product
from plusone.store.queries import products_of

YEAR = 365 * 24 * 3600
DETAILS = ("name", "price", "description", "visibility")


class ProductForm(OnceForm):
    """What a product is."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    price = forms.CharField()  # replaced below: it needs the business's currency
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who sees it in the store"),
        choices=Product.Visibility.choices,
        widget=forms.RadioSelect,
        initial=Product.Visibility.EVERYONE,
    )
    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        required=False,
        help_text=gettext_lazy("JPEG, PNG or WebP, at most 12 MB. We make it small."),
        error_messages={"empty": gettext_lazy("The file is empty.")},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    without_picture = forms.BooleanField(label=gettext_lazy("Take the picture away"), required=False)

    def __init__(self, *args: Any, business: Business, has_picture: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"] = MoneyField(
            business=business,
            label=_("Price (%(currency)s)") % {"currency": business.currency},
            max_length=20,
            help_text=_("With taxes. Zero is allowed."),
        )
        if not has_picture:
            del self.fields["without_picture"]


def _save_picture(request: Page, product: Product, form: ProductForm) -> None:
    if form.cleaned_data["picture"]:
        commands.set_picture(product, form.cleaned_data["picture"], actor=request.actor, now=request.now)
    elif form.cleaned_data.get("without_picture"):
        commands.set_picture(product, None, actor=request.actor, now=request.now)


@staff("store.view")
def index(request: Page) -> HttpResponse:
    """Show what is for sale, or what was taken out."""
    archived = request.GET.get("archived") == "1"
    context = {
        "nav": "products",
        "title": _("Products"),
        "products": list(products_of(request.business, archived=archived)),
        "archived": archived,
    }
    return render(request, "dashboard/store/products.html", context)


@staff("store.manage")
def new(request: Page) -> HttpResponse:
    """Add a product."""
    business = request.business
    form = ProductForm(request.POST or None, request.FILES or None, business=business)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            details = {name: form.cleaned_data[name] for name in DETAILS}
            product = commands.create_product(business, **details, actor=request.actor, now=request.now)
            _save_picture(request, product, form)
            return product.public_id

        if act_once(form, f"product:{business.pk}", act) is not None:
            messages.success(request, _("The product is added."))
            return redirect("b:products", business.slug)
    return _form_page(request, form, _("Add a product"), None)


@staff("store.manage")
def edit(request: Page, product: str) -> HttpResponse:
    """Change a product; orders keep the name and price they were placed with."""
    business, found = request.business, get(request.business, Product, product)
    picture = Picture.objects.filter(product=found).defer("data").first()
    initial = {name: getattr(found, name) for name in DETAILS} | {"price": money_plain(found.price, business)}
    form = ProductForm(
        request.POST or None, request.FILES or None, business=business, has_picture=picture is not None, initial=initial
    )
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            details = {name: form.cleaned_data[name] for name in DETAILS}
            commands.edit_product(found, **details, actor=request.actor, now=request.now)
            _save_picture(request, found, form)
            return found.public_id

        if act_once(form, f"product:{found.pk}", act) is not None:
            messages.success(request, _("Saved."))
            return redirect("b:products", business.slug)
    return _form_page(request, form, found.name, found, picture)


def _form_page(
    request: Page, form: ProductForm, title: str, product: Product | None, picture: Picture | None = None
) -> HttpResponse:
    products = reverse("b:products", args=[request.business.slug])
    context = {
        "nav": "products",
        "title": title,
        "crumbs": [(_("Products"), products), (title, "")],
        "form": form,
        "product": product,
        "picture": picture,
    }
    return render(request, "dashboard/store/product.html", context)


@staff("store.manage")
def archive(request: Page, product: str) -> HttpResponse:
    """Take a product out of the store, after asking."""
    found = get(request.business, Product, product)
    products = reverse("b:products", args=[request.business.slug])
    if request.method != "POST":
        context = {
            "nav": "products",
            "title": _("Take “%(product)s” out of the store?") % {"product": found.name},
            "text": _("Nobody can buy it any more. Orders that were placed keep it, and you can bring it back."),
            "act": _("Take out"),
            "back": products,
        }
        return render(request, "ui/confirm.html", context)
    commands.archive_product(found, actor=request.actor, now=request.now)
    messages.success(request, _("“%(product)s” is no longer for sale.") % {"product": found.name})
    return redirect(products)


@staff("store.manage")
@require_POST
def restore(request: Page, product: str) -> HttpResponse:
    """Put a product back."""
    found = get(request.business, Product, product)
    commands.restore_product(found, actor=request.actor, now=request.now)
    messages.success(request, _("“%(product)s” is for sale again.") % {"product": found.name})
    return redirect("b:products", request.business.slug)


@staff("store.view")
def _picture(request: Page, product: str, version: str) -> HttpResponse:
    found = Picture.objects.filter(product__business=request.business, product__public_id=product, version=version)
    picture = found.first()
    if picture is None:
        raise NotHere
    return HttpResponse(bytes(picture.data), content_type="image/jpeg")


def picture(request: Page, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Send a product's picture; its version is part of its address, so that a browser may keep it."""
    answer = _picture(request, *args, **kwargs)
    if answer.status_code == 200:
        answer["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    return answer


picture.door = _picture.door  # type: ignore[attr-defined]  # the same door; only the answer may be kept

urlpatterns = [
    path("products/", index, name="products"),
    path("products/new/", new, name="product_new"),
    path("products/<str:product>/", edit, name="product"),
    path("products/<str:product>/archive/", archive, name="product_archive"),
    path("products/<str:product>/restore/", restore, name="product_restore"),
    path("products/<str:product>/<str:version>.jpg", picture, name="picture"),
]
