"""Before a business is chosen: the start page, opening a business, the set-up link, switching, the language."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.clients.queries import invitations_to as invitations_to_be_client
from plusone.clients.queries import profiles_of
from plusone.connect.commands import open_business, use_setup_token
from plusone.connect.queries import businesses_of, invitations_to
from plusone.faces.ui.accounts import log_in_proved
from plusone.faces.ui.http import Page, logged_in, public
from plusone.faces.ui.navigation import url_of
from plusone.kernel.commands import set_language as remember_language
from plusone.kernel.countries import LANGUAGES, LEGAL_PRESETS, countries, country, currencies, timezones
from plusone.kernel.errors import NotHere, Refused
from plusone.kernel.models import Business
from plusone.kernel.permissions import ROLE_NAMES

from .forms import OnceForm, act_once, choose
from .joining import join_team


class BusinessForm(OnceForm):
    """Name, kind and country: the country says the rest."""

    name = forms.CharField(label=gettext_lazy("Name of your business"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("What kind of business is it?"), choices=Business.Kind.choices)
    country = forms.ChoiceField(label=gettext_lazy("Country"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "country", [("", _("Choose the country")), *countries(get_language() or "en")])


class PlaceForm(BusinessForm):
    """What a business is and where, for one that was opened by a command."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["name"]


class DetailsForm(BusinessForm):
    """The same, with what the country set: shown, and changeable before the business opens."""

    currency = forms.ChoiceField(label=gettext_lazy("Currency"), help_text=gettext_lazy("Fixed once money has moved."))
    timezone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Your clients are written to in it."),
    )
    legal_preset = forms.ChoiceField(
        label=gettext_lazy("Rules for contacting people"), choices=list(LEGAL_PRESETS.items())
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        choose(self, "currency", currencies(language))
        choose(self, "timezone", timezones(language))


@public
def root(request: HttpRequest) -> HttpResponse:
    """Lead to the one place a person belongs to, or let them choose (Q-20)."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    places = _places(request)
    if len(places) == 1:
        return redirect(places[0]["url"])
    return redirect("switch" if places else "start")


@logged_in
def switch(request: Page) -> HttpResponse:
    """Let somebody who is in several places choose one (R-213)."""
    return render(
        request, "dashboard/switch.html", {"title": _("Where do you want to go?"), "places": _places(request)}
    )


def _places(request: HttpRequest) -> list[dict[str, str]]:
    assert request.user.is_authenticated
    invited = [
        {
            "name": row.business.name,
            "url": reverse("join_team", args=[row.public_id]),
            "as": _("You are invited to work here: %(role)s") % {"role": ROLE_NAMES.get(row.role, row.role)},
        }
        for row in invitations_to(request.user)
        if row.expires_at > request.now  # type: ignore[attr-defined]  # every door sets it
    ]
    invited += [
        {
            "name": row.client.business.name,
            "url": reverse("client_invited", args=[row.token]),
            "as": _("You are invited to be a client here"),
        }
        for row in invitations_to_be_client(request.user)
        if not row.has_ended(request.now)  # type: ignore[attr-defined]  # see above
    ]
    work = [
        {
            "name": row.business.name,
            "url": reverse("b:home", args=[row.business.slug]),
            "as": _("You work here: %(role)s") % {"role": ROLE_NAMES.get(row.role, row.role)},
        }
        for row in businesses_of(request.user)
    ]
    mine = [
        {"name": client.business.name, "url": url, "as": _("You are a client here")}
        for client in profiles_of(request.user)
        if (url := url_of("p:home", business=client.business))
    ]
    return invited + work + mine


@logged_in
def start(request: Page) -> HttpResponse:
    """Open a business in two short steps: name it, then look at what its country sets.

    Each step has an address of its own, so that going back finds the first as it was filled in.
    """
    assert request.user.is_authenticated
    if request.user.is_handed:  # their address is proved by nobody
        raise NotHere
    typed = request.session.get("start")
    if request.method != "POST" and typed and "details" in request.GET:
        home = country(typed["country"])
        return _start_page(request, DetailsForm(initial=typed | vars(home) | {"country": home.code}))
    if request.method != "POST":
        guess = (request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].rpartition("-")[2]).upper()
        guessed = {"country": guess if len(guess) == 2 else "", "kind": Business.Kind.STUDIO}
        form = BusinessForm(initial=typed or guessed)
        return _start_page(request, form)
    if "open" not in request.POST:
        form = BusinessForm(request.POST)
        if not form.is_valid():
            return _start_page(request, form)
        request.session["start"] = form.given()
        return redirect(f"{reverse('start')}?details=1")
    form = DetailsForm(request.POST)
    if form.is_valid():
        email, given = request.user.email, form.given()
        given["country_code"] = given.pop("country")
        slug = act_once(
            form,
            f"start:{request.user.pk}",
            lambda: (
                open_business(
                    **given, owner_email=email, with_key=False, actor=request.actor, now=request.now
                ).business.slug
            ),
        )
        if slug is not None:
            request.session.pop("start", None)
            return redirect("b:home", slug)
    return _start_page(request, form)


def _start_page(request: HttpRequest, form: BusinessForm) -> HttpResponse:
    step = 2 if isinstance(form, DetailsForm) else 1
    title = _("Is this right?") if step == 2 else _("Tell us about your business")
    return render(request, "dashboard/start.html", {"title": title, "form": form, "step": step})


@public
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button (mail scanners open links), then log the owner in, once (CONTRACT)."""
    if request.method != "POST":
        return render(request, "dashboard/setup.html", {"title": _("Welcome to Plusone")})
    try:
        user = use_setup_token(token)
    except Refused as error:
        return render(
            request,
            "dashboard/setup_ended.html",
            {"title": _("This link has ended"), "text": error.message},
            status=error.status,
        )
    log_in_proved(request, user)
    owned = (row.business for row in businesses_of(user) if row.role == "owner")
    open_one = next((business for business in owned if not business.country), None)
    return redirect("b:settings_place", open_one.slug) if open_one else redirect("root")


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on: kept with the login where there is one, else in a cookie."""
    wanted = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = urlsplit(back)._replace(scheme="", netloc="").geturl()  # of "http://here//there" this leaves "//there"
    response = HttpResponseRedirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "/")
    if wanted in LANGUAGES:
        if request.user.is_authenticated:
            remember_language(request.user, wanted, now=request.now)  # type: ignore[attr-defined]  # `public` sets it
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=365 * 24 * 3600,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return response


urlpatterns = [
    path("", root, name="root"),
    path("switch", switch, name="switch"),
    path("start", start, name="start"),
    path("setup/<str:token>", setup, name="setup"),
    path("team/<str:token>", join_team, name="join_team"),
    path("language", set_language, name="set_language"),
]
