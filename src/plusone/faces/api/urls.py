"""The addresses of the API. Every one has a door; what is not one of them is a problem document too."""

from typing import NoReturn

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, re_path, reverse

from plusone.kernel.errors import NotHere

from . import (
    balances,
    bonuses,
    book,
    business,
    campaigns,
    clients,
    costs,
    doubts,
    events,
    insights,
    later,
    memberships,
    orders,
    products,
    referrals,
    rewards,
)
from .door import ApiKeyAuth, door, open_door
from .openapi import Api, Docs
from .reading import StrictParser

api = Api(
    title="Plusone API",
    version="1",
    description="Everything a business can do with its own data. How to begin: docs/api.md.",
    auth=ApiKeyAuth(),
    parser=StrictParser(),
    docs=Docs(),
    urls_namespace="api",
)
api.add_router("/business", business.router)
api.add_router("/clients", clients.router)
api.add_router("/clients", balances.router)
api.add_router("/campaigns", campaigns.router)
api.add_router("/campaigns", costs.router)
api.add_router("/referrals", referrals.router)
api.add_router("/rewards", rewards.router)
api.add_router("/doubt-cases", doubts.router)
api.add_router("/bonuses", bonuses.router)
api.add_router("/products", products.router)
api.add_router("/orders", orders.router)
api.add_router("/events", events.router)
api.add_router("/membership-types", memberships.types)
api.add_router("/memberships", memberships.router)
api.add_router("/insights", insights.router)
api.add_router("/insights", book.router)
api.add_router("", later.router)

OPEN = {"openapi-json", "openapi-view", "api-root"}


def explain(request: HttpRequest, code: str) -> HttpResponse:
    """Lead from a problem's `type` to the page that explains problems."""
    return redirect(f"{reverse('api:openapi-view')}#problem-{code}")


def nothing(request: HttpRequest, rest: str = "") -> NoReturn:
    """Say that there is nothing here."""
    raise NotHere


def _patterns() -> list[URLPattern | URLResolver]:
    patterns, _app, _namespace = api.urls
    for pattern in patterns:
        assert isinstance(pattern, URLPattern)
        pattern.callback = (open_door if pattern.name in OPEN else door)(pattern.callback)
    return patterns


urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", (_patterns(), "ninja", "api")),
    path("v1/problems/<slug:code>", open_door(explain)),
    re_path(r"^(?P<rest>.*)$", open_door(nothing)),
]
