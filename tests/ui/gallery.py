"""Pages that show every component, for tests and for looking at: served by nobody else."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from plusone.faces.ui import charts, toasts
from plusone.faces.ui.pages import Page

ARTS = sorted(
    f"ui/art/{file.name}" for file in (Path(charts.__file__).parent.parent / "templates/ui/art").glob("*.html")
)
NOON = datetime(2026, 5, 12, 10, 0, tzinfo=UTC)
BUSINESS = SimpleNamespace(
    name="Estudio Sol & Luna",
    slug="sol",
    public_id="sol",
    currency="EUR",
    timezone="Europe/Madrid",
    language="en",
    brand_color="#b5482f",
)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Sample(forms.Form):
    """One field of each kind."""

    first_name = forms.CharField(label="First name", help_text="As your friends call you.")
    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    phone = forms.CharField(label="Phone", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "Studio or gym"), ("b", "Salon")])
    way = forms.ChoiceField(
        label="How shall we answer?", choices=[("m", "By e-mail"), ("w", "By WhatsApp")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    consent = forms.BooleanField(
        label="I agree to be contacted about this invitation.", help_text="You can take it back at any time."
    )


def context(canary: str = "") -> dict[str, Any]:
    """What the gallery shows; `canary` goes everywhere a person's text goes."""
    bound = Sample({"first_name": f"Ana{canary}", "email": "no address", "kind": "a", "way": "m"})
    people = [
        SimpleNamespace(
            id=n, name=name + canary, email=email, phone="+34 600 111 222", status=state, balance=n * 1550, at=NOON
        )
        for n, (name, email, state) in enumerate(
            [
                ("Ana López", "ana@example.com", "lead"),
                ("Ben Okafor", "ben.okafor@example.com", "active"),
                ("Clémence Dubois-Martin", "clemence@example.com", "archived"),
            ]
        )
    ]
    money = lambda value: f"{value / 100:,.0f} €"  # noqa: E731
    income = charts.Series(
        f"Income{canary}", [12000, 18000, 9000, 24000, 31000, 28000, None, 36000, 42000, 39000, 47000, 52000]
    )
    leads = charts.Series("Leads", [3, 5, 2, 8, 9, 7, 4, 11, 12, 9, 14, 16])
    active = charts.Series("Active", [1, 2, 2, 4, 6, 3, 3, 6, 8, 6, 9, 11])
    return {
        "title": f"Leads{canary}",
        "lead": "Friends who registered through a client's link and are not clients yet.",
        "nav": "leads",
        "crumbs": [("Marketing", "/"), ("Referrals", "/"), ("Leads", "")],
        "business": SimpleNamespace(**{**vars(BUSINESS), "name": BUSINESS.name + canary}),
        "bound": bound,
        "rows": people,
        "page": Page([], "b", "a"),
        "steps": [("Joined", "done"), (f"In review{canary}", "now"), ("Earned", ""), ("Used", "")],
        "arts": ARTS,
        "show_outbox": True,
        "charts": [
            charts.line("Generated income", MONTHS, [income], show=money),
            charts.line("Leads and activations", MONTHS, [leads, active]),
            charts.bar("Leads by month", MONTHS, [leads, active]),
            charts.stacked("Rewards", MONTHS, [leads, active]),
            charts.funnel(
                "From invitation to client", [(f"Link opened{canary}", 420), ("Registered", 128), ("Activated", 47)]
            ),
            charts.sparkline("Leads", leads.values),  # type: ignore[arg-type]
        ],
    }


def show(request: HttpRequest, name: str) -> HttpResponse:
    """Answer one page of the gallery."""
    if name in {"staff", "portal"}:
        toasts.with_undo(request, "Ana López is archived.", undo="/undo")
        messages.error(request, "The e-mail could not be sent.")
    request.user = SimpleNamespace(is_authenticated=True, email="maria@sol.example")  # type: ignore[assignment]
    return render(request, f"gallery/{name}.html", context(request.GET.get("canary", "")))


def place(request: HttpRequest, business: str) -> HttpResponse:
    """Stand in for the pages that the menus lead to."""
    return HttpResponse(business)


STAFF = ["home", "campaign", "overview", "leads", "ambassadors", "clients", "products", "orders", "settings", "team"]
PORTAL = ["home", "refer", "friends", "balance", "store", "profile"]
urlpatterns = [
    path("gallery/<name>", show),
    path("b/<business>/", include(([path(f"{name}/", place, name=name) for name in STAFF], "b"))),
    path("p/<business>/", include(([path(f"{name}/", place, name=name) for name in PORTAL], "p"))),
    path("o/", place, {"business": ""}, name="outbox"),
    path("accounts/", include("plusone.faces.ui.accounts")),
    path("language", place, {"business": ""}, name="set_language"),
]
