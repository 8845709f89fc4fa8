"""Settings of the business, keys of the API."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from plusone.connect.commands import create_api_key, edit_business, place_business, revoke_api_key
from plusone.connect.models import ApiKey
from plusone.connect.queries import keys_of, money_has_moved
from plusone.faces.dashboard.entrance import PlaceForm
from plusone.faces.dashboard.forms import MoneyField, OnceForm, act_once, choose
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.tags.texts import money_plain
from plusone.kernel.access import get
from plusone.kernel.countries import LEGAL_PRESETS, countries, currencies, timezones
from plusone.kernel.models import Business, User
from plusone.kernel.second_step import has_app

FIELDS = (
    "name", "kind", "email", "phone", "address", "brand_color", "country", "language", "timezone", "currency",
    "legal_preset", "consent_required", "free_orders_activate", "news_to", "quiet_from", "quiet_until",
    "news_weekly_max", "bonus_limit", "second_step_required",
)  # fmt: skip
HOURS = [(hour, f"{hour}:00") for hour in range(24)]


class SettingsForm(OnceForm):
    """What a business is, how it is reached, and how the loop treats its clients."""

    name = forms.CharField(label=gettext_lazy("Name of your business"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Business.Kind.choices)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        help_text=gettext_lazy("Clients and friends see it as your contact."),
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=20, required=False)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=300, required=False)
    brand_color = forms.CharField(
        label=gettext_lazy("Brand colour"),
        max_length=7,
        required=False,
        widget=forms.TextInput(attrs={"type": "color", "class": "color"}),
        help_text=gettext_lazy("For buttons and the top of your clients' pages; we keep the text on it readable."),
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Your clients are written to in it, unless they chose another."),
    )
    timezone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    legal_preset = forms.ChoiceField(
        label=gettext_lazy("Rules for contacting people"), choices=list(LEGAL_PRESETS.items())
    )
    consent_required = forms.BooleanField(
        label=gettext_lazy("Friends have to agree to be contacted when they register"), required=False
    )
    free_orders_activate = forms.BooleanField(
        label=gettext_lazy("An order without money makes a lead an active client too"),
        required=False,
        help_text=gettext_lazy("Off: only an order that is paid with money does."),
    )
    second_step_required = forms.BooleanField(
        label=gettext_lazy("Exports and API keys need a second step at log-in"),
        required=False,
        help_text=gettext_lazy("Whoever downloads data or makes a key sets up an app for it first."),
    )

    news_to = forms.ChoiceField(
        label=gettext_lazy("Who is sent news and promotions"),
        choices=Business.NewsTo.choices,
        help_text=gettext_lazy("For clients whom you add or import from now on. Friends who register have to agree."),
    )
    quiet_from = forms.TypedChoiceField(label=gettext_lazy("Quiet from"), choices=HOURS, coerce=int)
    quiet_until = forms.TypedChoiceField(
        label=gettext_lazy("Quiet until"),
        choices=HOURS,
        coerce=int,
        help_text=gettext_lazy("Promotional mails wait for the end of the quiet hours. Twice the same hour: none."),
    )
    news_weekly_max = forms.IntegerField(
        label=gettext_lazy("Promotional mails to a client in a week, at most"),
        min_value=0,
        max_value=50,
        help_text=gettext_lazy("0 means no limit."),
    )

    def __init__(
        self, *args: Any, business: Business, currency_fixed: bool, has_second_step: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.has_second_step = has_second_step
        self.fields["bonus_limit"] = MoneyField(
            business=business,
            label=_("Bonus that your team may give alone"),
            required=False,
            max_length=20,
            help_text=_(
                "To one client in 30 days. Above it a second person confirms. Empty: no limit. Never for owners."
            ),
        )
        language = get_language() or "en"
        choose(self, "country", [("", _("Choose the country")), *countries(language)])
        choose(self, "currency", currencies(language))
        choose(self, "timezone", timezones(language))
        if currency_fixed:
            self.fields["currency"].disabled = True
            self.fields["currency"].help_text = _("Fixed, since money has moved in it.")

    def clean_second_step_required(self) -> bool:
        """Refuse a change by whoever has no second step: they would lock themselves out, or let others in."""
        wanted = bool(self.cleaned_data["second_step_required"])
        if wanted != self.initial["second_step_required"] and not self.has_second_step:
            raise ValidationError(_("Set up your own second step first, under Security in your menu."))
        return wanted


@staff("settings.manage")
def business(request: Page) -> HttpResponse:
    """Change the settings of the business."""
    found = request.business
    initial = {field: getattr(found, field) for field in FIELDS}
    initial["bonus_limit"] = money_plain(found.bonus_limit, found)
    initial["brand_color"] = found.brand_color or "#0b6b5d"
    form = SettingsForm(
        request.POST or None,
        initial=initial,
        business=found,
        currency_fixed=money_has_moved(found),
        has_second_step=has_app(cast(User, request.user)),
    )
    if request.method == "POST" and form.is_valid():
        given = form.given()
        if given["brand_color"] == "#0b6b5d" and not found.brand_color:
            given["brand_color"] = ""  # the colour that stands there when none was chosen

        def save() -> str:
            edit_business(found, **given, actor=request.actor, now=request.now)
            return found.slug

        if act_once(form, f"settings:{found.pk}", save) is not None:
            messages.success(request, _("Saved."))
            return redirect("b:settings", found.slug)
        request.business.refresh_from_db()
    context = {"nav": "settings", "title": _("Your business"), "form": form}
    return render(request, "dashboard/settings/business.html", context)


@staff("settings.manage")
def place(request: Page) -> HttpResponse:
    """Ask what a business is and where, when the command that opened it did not say."""
    found = request.business
    form = PlaceForm(request.POST or None, initial={"kind": found.kind, "country": found.phone_country})
    if request.method == "POST" and form.is_valid():
        given = form.given()

        def save() -> str:
            place_business(
                found, kind=given["kind"], country_code=given["country"], actor=request.actor, now=request.now
            )
            return found.slug

        if act_once(form, f"place:{found.pk}", save) is not None:
            return redirect("b:home", found.slug)
    context = {"nav": "settings", "title": _("Two things before you start"), "form": form}
    return render(request, "dashboard/settings/place.html", context, status=422 if form.errors else 200)


class KeyForm(OnceForm):
    """What a key is for."""

    name = forms.CharField(label=gettext_lazy("What is it for?"), max_length=80)


@staff("settings.manage", takes_along=True)
def keys(request: Page) -> HttpResponse:
    """List the API keys; a new one's secret is shown once, on the answer that made it."""
    form = KeyForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        made: list[str] = []

        def act() -> str:
            row, clear = create_api_key(
                request.business, name=form.cleaned_data["name"], actor=request.actor, now=request.now
            )
            made.append(clear)
            return row.public_id

        if act_once(form, f"key:{request.business.pk}", act) is not None:
            secret = made[0] if made else ""
            if not secret:
                return redirect("b:keys", request.business.slug)
            form = KeyForm()
    context = {
        "nav": "settings",
        "title": _("API keys"),
        "form": form,
        "secret": secret,
        "keys": keys_of(request.business),
        "crumbs": [(_("Your business"), reverse("b:settings", args=[request.business.slug])), (_("API keys"), "")],
    }
    return render(request, "dashboard/settings/keys.html", context)


@staff("settings.manage")
def revoke(request: Page, key: str) -> HttpResponse:
    """End a key at once, after asking."""
    found = get(request.business, ApiKey, key)
    if request.method != "POST":
        context = {
            "nav": "settings",
            "title": _("Revoke “%(name)s”?") % {"name": found.name},
            "text": _("Programs that use it stop working at once."),
            "act": _("Revoke"),
            "tone": "danger",
            "back": reverse("b:keys", args=[request.business.slug]),
        }
        return render(request, "ui/confirm.html", context)
    if revoke_api_key(found, actor=request.actor, now=request.now):
        messages.success(request, _("The key “%(name)s” has stopped working.") % {"name": found.name})
    return redirect("b:keys", request.business.slug)


urlpatterns = [
    path("settings/", business, name="settings"),
    path("settings/place/", place, name="settings_place"),
    path("settings/keys/", keys, name="keys"),
    path("settings/keys/<str:key>/revoke/", revoke, name="key_revoke"),
]
