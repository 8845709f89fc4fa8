"""The places of the dashboard and the portal, in order. A place whose route does not exist yet is not shown."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Place:
    """Somewhere a person can go: `key` is what pages pass as `nav`, `route` the URL's name."""

    key: str
    route: str
    label: str | Promise
    icon: str = ""
    permission: str = ""
    parent: str | Promise = ""
    stage: str = ""
    children: tuple["Place", ...] = ()


@dataclass(frozen=True)
class Link:
    """A place that exists for this business, with its address."""

    place: Place
    url: str
    active: bool
    children: list["Link"] = field(default_factory=list)


STAFF = (
    Place("home", "b:home", _("Home"), "home"),
    Place(
        "clients",
        "b:clients",
        _("Clients"),
        "users",
        "clients.view",
        children=(
            Place("clients", "b:clients", _("All clients"), permission="clients.view"),
            Place("visits", "b:visits", _("Visits"), permission="visits.mark"),
            Place("tags", "b:tags", _("Tags"), permission="clients.view"),
        ),
    ),
    Place(
        "store",
        "b:orders",
        _("Store"),
        "building-store",
        "store.view",
        children=(
            Place("orders", "b:orders", _("Orders"), permission="store.view"),
            Place("products", "b:products", _("Products"), permission="store.view"),
            Place("income", "b:income", _("Income"), permission="insights.view"),
            Place("balances", "b:balances", _("Balance book"), permission="insights.view"),
        ),
    ),
    Place(
        "referrals",
        "b:overview",
        _("Referrals"),
        "gift",
        "campaigns.view",
        parent=_("Marketing"),
        stage="referrals",
        children=(
            Place("overview", "b:overview", _("Impact overview"), permission="insights.view"),
            Place("campaign", "b:campaign", _("Campaign"), permission="campaigns.view"),
            Place("leads", "b:leads", _("Leads"), permission="campaigns.view"),
            Place("review", "b:review", _("Review"), permission="referrals.manage"),
            Place("ambassadors", "b:ambassadors", _("Ambassadors"), permission="campaigns.view"),
            Place("materials", "b:materials", _("Materials"), permission="campaigns.view"),
        ),
    ),
    Place(
        "settings",
        "b:settings",
        _("Settings"),
        "settings",
        "settings.manage",
        children=(
            Place("settings", "b:settings", _("Business"), permission="settings.manage"),
            Place("mail", "b:mail", _("Mail"), permission="settings.manage"),
            Place("team", "b:team", _("Team"), permission="team.manage"),
            Place("networks", "b:networks", _("Networks"), permission="settings.manage"),
            Place("privacy", "b:privacy", _("Privacy"), permission="settings.manage"),
            Place("activity", "b:activity", _("Activity"), permission="settings.manage"),
        ),
    ),
)

PORTAL = (
    Place("home", "p:home", _("Home"), "home"),
    Place("refer", "p:refer", _("Refer"), "gift"),
    Place("store", "p:store", _("Store"), "shopping-bag"),
    Place("profile", "p:profile", _("Me"), "user"),
)

# Who is archived keeps the store and what is left of the balance.
PORTAL_ARCHIVED = (
    Place("store", "p:store", _("Store"), "shopping-bag"),
    Place("balance", "p:balance", _("Balance"), "wallet"),
    Place("profile", "p:profile", _("Me"), "user"),
)


def business_key(business: Any) -> str:
    """Return what names a business in the address of a page."""
    return str(getattr(business, "slug", ""))


def url_of(route: str, *args: Any, business: Any = None) -> str:
    """Return the address of a route, or "" where it does not exist yet."""
    if business is not None:
        args = (business_key(business), *args)
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""


def _may(request: Any, permission: str) -> bool:
    may = getattr(request, "may", None)
    return not permission or may is None or bool(may(permission))


def links(places: tuple[Place, ...], *, business: Any, nav: str, request: Any = None) -> Iterator[Link]:
    """Yield the places that exist and that this person may see; a place with children leads to its first one."""
    if business is None:
        return
    for place in places:
        if not _may(request, place.permission):
            continue
        children = list(links(place.children, business=business, nav=nav, request=request))
        url = children[0].url if children else url_of(place.route, business=business)
        if url:
            active = nav == place.key or any(child.active for child in children)
            yield Link(place, url, active, children)


def stage_of(feature: str) -> str:
    """Return the stage of a feature: "beta", or "ga" where it has left testing (R-009)."""
    stages: dict[str, str] = getattr(settings, "FEATURE_STAGES", {"referrals": "beta"})
    return stages.get(feature, "ga")
