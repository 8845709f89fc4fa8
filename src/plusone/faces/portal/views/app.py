"""What makes the portal an app on the home screen, with the QR code at hand where there is no network (UX 7)."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import path
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from plusone.faces.ui import brand
from plusone.faces.ui.http import public
from plusone.faces.ui.navigation import url_of
from plusone.faces.ui.pictures import OWN_COLOR, app_icon
from plusone.faces.ui.tags.people import initials_of
from plusone.kernel.errors import NotHere
from plusone.kernel.models import Business

SIDES = (192, 512)
DAY = 24 * 3600
SHELL = ("ui/tokens.css", "ui/parts.css", "ui/people.css", "ui/ui.js", "ui/icons.svg", "portal/portal.js")


@public
@require_safe
def manifest(request: HttpRequest, business: str) -> HttpResponse:
    """Describe the app: the business's name and colour, nothing of anybody."""
    found = get_object_or_404(Business, slug=business)
    accent = (brand.themes(found.brand_color) or brand.themes(OWN_COLOR) or ({"accent": OWN_COLOR}, {}))[0]["accent"]
    icons = [
        {"src": url_of("p:icon", side, business=found), "sizes": f"{side}x{side}", "purpose": purpose}
        for side in SIDES
        for purpose in ("any", "maskable")
    ]
    home = url_of("p:home", business=found)
    described = {
        "name": found.name,
        "short_name": found.name[:24],
        "id": home,
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": "#faf9f6",
        "theme_color": accent,
        "icons": icons,
    }
    return _kept(JsonResponse(described, content_type="application/manifest+json"))


@public
@require_safe
def icon(request: HttpRequest, business: str, side: int) -> HttpResponse:
    """Draw the app's icon."""
    found = get_object_or_404(Business, slug=business)
    if side not in SIDES:
        raise NotHere
    return _kept(HttpResponse(app_icon(initials_of(found.name), found.brand_color, side), content_type="image/png"))


@public
@require_safe
def worker(request: HttpRequest, business: str) -> HttpResponse:
    """Keep the QR page and what it is drawn with for where there is no network."""
    found = get_object_or_404(Business, slug=business)
    # Addresses that we made ourselves, written as JavaScript reads them.
    context = {
        "qr": mark_safe(json.dumps(url_of("p:qr", business=found))),  # noqa: S308
        "shell": mark_safe(json.dumps([static(name) for name in SHELL])),  # noqa: S308
    }
    response = render(request, "portal/worker.js", context, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


def _kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={DAY}"
    return response


urlpatterns = [
    path("app.webmanifest", manifest, name="manifest"),
    path("icon-<int:side>.png", icon, name="icon"),
    path("worker.js", worker, name="worker"),
]
