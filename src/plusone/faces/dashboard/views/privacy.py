"""What is kept of people, for how long and where: settings, and the record that the law asks for (PRI-8, PRI-16)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from plusone.clients.commands.exporting import KEPT_DAYS
from plusone.clients.keeping import tables
from plusone.clients.queries import COOLDOWN_DAYS
from plusone.connect.commands import edit_business
from plusone.connect.commands.answers import KEPT as ANSWERS_KEPT
from plusone.connect.commands.bringing import UNDO_KEPT
from plusone.faces.dashboard.forms import OnceForm, act_once
from plusone.faces.ui.http import Page, staff
from plusone.kernel.devices import ADDRESSES_KEPT
from plusone.kernel.models import Business
from plusone.kernel.queue.pruning import FAILED_KEPT
from plusone.messaging.queries import mail_server_of
from plusone.referrals.commands.networks import KEPT as ARRIVALS_KEPT

MONTHS_MAX, DAYS_MAX = 120, 3650


class PrivacyForm(OnceForm):
    """How long what nobody needs any more is kept."""

    idle_leads_months = forms.IntegerField(
        label=gettext_lazy("Delete leads of whom nothing was heard for so many months"),
        min_value=0,
        max_value=MONTHS_MAX,
        help_text=gettext_lazy("0: never. Their count stays, their data does not. Leads that an import brought stay."),
    )
    mail_bodies_days = forms.IntegerField(
        label=gettext_lazy("Forget the words of mails after so many days"),
        min_value=0,
        max_value=DAYS_MAX,
        help_text=gettext_lazy("0: never. That a mail was sent, when and to whom, stays as long as the client."),
    )


@dataclass(frozen=True)
class Kept:
    """What is kept until when, in words."""

    what: str
    until: str


def _days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def _kept(business: Business) -> list[Kept]:
    """Return how long things are kept, from the settings and from the program's own numbers."""
    months, days = business.idle_leads_months, business.mail_bodies_days
    idle = ngettext("%(count)s month without a sign", "%(count)s months without a sign", months) % {"count": months}
    ever = _("until the client is deleted")
    return [
        Kept(_("Clients, with what belongs to them"), ever),
        Kept(_("Leads of whom nothing is heard"), idle if months else ever),
        Kept(_("The words of mails"), _days(days) if days else ever),
        Kept(_("Lines of imported files"), _days(UNDO_KEPT.days)),
        Kept(_("Answers of the API, for calls that are repeated"), _days(ANSWERS_KEPT.days)),
        Kept(_("Copies of data that were asked for"), _days(KEPT_DAYS)),
        Kept(_("A fingerprint of who was deleted, to notice who registers again at once"), _days(COOLDOWN_DAYS)),
        Kept(
            _("A fingerprint of the network that a registration came from"),
            _days(ARRIVALS_KEPT.days),
        ),
        Kept(_("Notes on background work that failed"), _days(FAILED_KEPT.days)),
        Kept(_("Devices that somebody is logged in on"), _("until they log out, or the login goes")),
        Kept(_("The network addresses of these devices"), _days(ADDRESSES_KEPT.days)),
        Kept(_("Opened links"), _("as counts; nobody is recorded with them")),
        Kept(_("Orders, payments and movements of balance"), _("as long as the business, without a name once deleted")),
    ]


def _processors(business: Business) -> list[Kept]:
    """Return who else has the data, as this installation and the business's mail are set up."""
    own = mail_server_of(business)
    mail = ", ".join(host for host in (own.host if own else "", settings.EMAIL_SERVER) if host)
    database = connection.settings_dict
    on = str(database.get("HOST") or "") or _("this server")
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(connection.vendor, connection.vendor)
    return [
        Kept(_("Mail server"), mail or _("none is set up: nothing leaves by mail")),
        Kept(_("Database"), f"{kind}, {on}"),
        Kept(_("Pages"), urlsplit(settings.BASE_URL).hostname or ""),
        Kept(_("Payments"), _("taken by your staff; no card data comes here")),
        Kept(_("Others"), _("nobody: no page loads anything from elsewhere")),
    ]


@staff("settings.manage")
def privacy(request: Page) -> HttpResponse:
    """Show it, and change how long things are kept."""
    business = request.business
    initial = {name: getattr(business, name) for name in ("idle_leads_months", "mail_bodies_days")}
    form = PrivacyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():

        def save() -> str:
            edit_business(business, **form.given(), actor=request.actor, now=request.now)
            return business.slug

        if act_once(form, f"privacy:{business.pk}", save) is not None:
            messages.success(request, _("Saved."))
            return redirect("b:privacy", business.slug)
    context = {
        "nav": "privacy",
        "title": _("Privacy"),
        "lead": _("What is kept of people, how long, where, and how they get it or get rid of it."),
        "form": form,
        "kept": _kept(business),
        "processors": _processors(business),
        "tables": tables(own=True),
    }
    return render(request, "dashboard/settings/privacy.html", context, status=422 if form.errors else 200)


urlpatterns = [path("settings/privacy/", privacy, name="privacy")]
