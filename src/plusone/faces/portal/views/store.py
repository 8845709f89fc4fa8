"""The store: what there is, one product, the checkout (R-028, R-251..R-256, CASES 65, 69)."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from plusone.faces.portal.checkout import Plan, buy_once, changed_meanwhile, read_plan
from plusone.faces.portal.sight import sight_of
from plusone.faces.ui.http import Page, client_page
from plusone.faces.ui.limits import address_of, guesses
from plusone.kernel.errors import NotHere, Refused
from plusone.kernel.ids import public_id
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import UnknownCode, name_ambassador
from plusone.referrals.models import Referral
from plusone.referrals.queries import may_name_ambassador
from plusone.store.models import Picture, Product
from plusone.store.queries import products_for, usable_coupons

PICTURE_SECONDS = 7 * 24 * 3600


@client_page
@require_safe
def store(request: Page) -> HttpResponse:
    """Show what this client may buy."""
    context = {
        "nav": "store",
        "title": _("Store"),
        "products": products_for(request.client),
        "sight": sight_of(request),
    }
    return render(request, "portal/store.html", context)


@client_page
@require_safe
def product(request: Page, product: str) -> HttpResponse:
    """Show one product."""
    found = _visible(request, product)
    available = balance_of(request.business, request.client.pk, now=request.now).available
    context = {"nav": "store", "title": found.name, "product": found, "plan": read_plan(found, available, {})}
    return render(request, "portal/product.html", context)


@client_page
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: Page, product: str) -> HttpResponse:
    """Show price, balance and rest before anything is bought; a POST buys, once for each page shown."""
    found = _visible(request, product)
    available = balance_of(request.business, request.client.pk, now=request.now).available
    is_asked = request.method == "POST"
    sent = request.POST if is_asked else request.GET
    coupons = list(usable_coupons(request.client, now=request.now))
    plan = read_plan(found, available, sent, coupons=coupons, is_new=not is_asked)
    if not is_asked:
        return _checkout(request, plan)
    if (code := str(sent.get("code", "")).strip()[:40]) and may_name_ambassador(request.client):
        try:
            referral = _named(request, code)
        except Refused as error:
            return _checkout(request, plan, code=code, code_error=error.told, status=422)
        # Their gift may be here already, and be worth something in this order.
        available = balance_of(request.business, request.client.pk, now=request.now).available
        coupons = list(usable_coupons(request.client, now=request.now))
        plan = read_plan(found, available, sent, coupons=coupons, is_new=available != plan.available)
        if "name" in sent:
            return _checkout(request, plan, thanked=referral.ambassador.short_name)
    elif "name" in sent:
        return _checkout(request, plan)
    if plan.errors:
        return _checkout(request, plan, status=422)
    if changed_meanwhile(plan, sent):
        return _checkout(request, plan, note=_("Please check the new total, then place the order."), status=409)
    try:
        order = buy_once(request, plan, str(sent.get("once", ""))[:40])
    except Refused as error:
        return _checkout(request, plan, note=str(error), status=error.status)
    return redirect("p:order", request.business.slug, order)


def _named(request: Page, code: str) -> Referral:
    """Tie the client to whose code they typed. Raise Refused where that cannot be, or many unknown ones were tried."""
    address = address_of(request.META)
    if guesses.is_spent(address):
        raise Refused(_("Too many tries. Please wait a minute, then try again."))
    try:
        return name_ambassador(request.client, code, actor=request.actor, now=request.now)
    except UnknownCode:
        guesses.allows(address)
        raise


@client_page
@require_safe
def picture(request: Page, product: str, version: str) -> HttpResponse:
    """Send a product's picture; its version is part of its address, so it may be kept."""
    found = _visible(request, product)
    row = Picture.objects.filter(product=found, version=version).first()
    if row is None:
        raise NotHere
    return HttpResponse(bytes(row.data), content_type="image/jpeg")


def _kept(request: Page, *args: str, **kwargs: str) -> HttpResponseBase:
    response = picture(request, *args, **kwargs)
    if response.status_code == 200:
        del response["Cache-Control"]
        patch_cache_control(response, private=True, max_age=PICTURE_SECONDS, immutable=True)
    return response


_kept.door = picture.door  # type: ignore[attr-defined]  # the same door, only the answer may be kept


def _visible(request: Page, product: str) -> Product:
    found = products_for(request.client).filter(public_id=product).first()
    if found is None:
        raise NotHere
    found.business = request.business
    return found


def _checkout(request: Page, plan: Plan, *, note: str = "", status: int = 200, **more: str) -> HttpResponse:
    context = {
        "nav": "store",
        "title": _("Checkout"),
        "product": plan.product,
        "plan": plan,
        "note": note,
        "once": public_id(),
        "asks_for_code": may_name_ambassador(request.client),
        **more,
    }
    return render(request, "portal/checkout.html", context, status=status)


urlpatterns = [
    path("store/", store, name="store"),
    path("store/<str:product>/", product, name="product"),
    path("store/<str:product>/checkout/", checkout, name="checkout"),
    path("store/<str:product>/<str:version>.jpg", _kept, name="picture"),
]
