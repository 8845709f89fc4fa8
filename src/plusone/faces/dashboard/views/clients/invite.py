"""Clients ▸ Add ▸ By invitation: a mail that asks somebody to come in, sent again or taken back (R-070, R-201)."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from plusone.clients.commands import (
    ENTRY_DAYS,
    hand_over_entry,
    hand_over_invitation,
    invite_client,
    revoke_client_invitation,
    send_invitation_again,
)
from plusone.clients.models import Client
from plusone.clients.queries import tags_of
from plusone.connect.queries import team_of
from plusone.faces.dashboard.forms import act_once, choose
from plusone.faces.dashboard.mails import tell_of_mail
from plusone.faces.ui.context import codes_leave
from plusone.faces.ui.http import Page, staff
from plusone.kernel.access import get
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business, Collaborator
from plusone.kernel.money import format_money
from plusone.store.queries import plan_called, plan_kept, plans_of

from .common import client_of, url_of
from .forms import ClientForm, tag_names_in


class InviteForm(ClientForm):
    """Who is invited, with what they start, and in which words."""

    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        max_length=600,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "tag-names"}),
        help_text=gettext_lazy("Separated by commas. A new one is made by writing it."),
    )
    professional = forms.ChoiceField(label=gettext_lazy("Who looks after them?"), required=False)
    plan = forms.ChoiceField(
        label=gettext_lazy("What do they start with?"),
        required=False,
        help_text=gettext_lazy("It is ordered for them once they accept, and waits to be paid."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=[("", gettext_lazy("The business's language")), *settings.LANGUAGES],
    )
    words = forms.CharField(
        label=gettext_lazy("Your own words"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("They stand in the mail, above the button. Empty: the usual text alone."),
    )

    def __init__(self, *args: Any, team: list[tuple[str, str]], plans: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if plans:
            choose(self, "plan", [("", _("Nothing yet")), *plans])
        else:
            del self.fields["plan"]
        self.fields["email"].required = True
        self.fields["email"].help_text = _("The invitation goes there, and they log in with it.")
        if team:
            choose(self, "professional", [("", _("Nobody in particular")), *team])
        else:
            del self.fields["professional"]


def named_plans(business: Business) -> list[tuple[str, str]]:
    """Return what people can start with, to choose from: memberships, then products, each with its price."""
    return [(one.public_id, f"{one.name} · {format_money(one.price, business.currency)}") for one in plans_of(business)]


@staff("clients.manage")
def invite(request: Page) -> HttpResponse:
    """Invite a client."""
    business = request.business
    rows = team_of(business) if request.may("clients.assign") else []
    team = [(row.public_id, row.user.name or row.user.email) for row in rows]
    plans = named_plans(business) if request.may("orders.sell") else []
    form = InviteForm(request.POST or None, team=team, plans=plans)
    if request.method == "POST" and form.is_valid():
        given = form.given()
        chosen = given.pop("professional", "")
        professional = get(business, Collaborator, chosen) if chosen else None
        plan = plan_called(business, given.pop("plan", ""))
        if not request.may("clients.all"):
            professional = request.collaborator

        def act() -> str:
            made = invite_client(
                business,
                **(given | {"tags": tag_names_in(given["tags"])}),
                professional=professional,
                plan=plan_kept(plan),
                actor=request.actor,
                now=request.now,
            )
            return made.public_id

        made = act_once(form, f"client:{business.pk}", act)
        if made is not None:
            tell_of_mail(request, _("The invitation is on its way to %(email)s.") % {"email": given["email"]})
            if "another" in request.POST:
                return redirect("b:client_invite", business.slug)
            return redirect("b:client", business.slug, made)
    context = {
        "nav": "clients",
        "title": _("Add a client"),
        "form": form,
        "tag_names": [tag.name for tag in tags_of(business)],
        "crumbs": [(_("Clients"), reverse("b:clients", args=[business.slug])), (_("Add a client"), "")],
    }
    return render(request, "dashboard/clients/invite.html", context, status=422 if form.errors else 200)


@staff("clients.manage")
@require_POST
def again(request: Page, client: str) -> HttpResponse:
    """Send the invitation once more."""
    found = client_of(request, client)
    try:
        send_invitation_again(found, actor=request.actor, now=request.now)
    except Refused as error:
        messages.warning(request, error.told)
    else:
        tell_of_mail(request, _("The invitation is sent once more to %(email)s.") % {"email": found.email})
    return redirect(url_of(found))


@staff("clients.manage")
def hand(request: Page, client: str) -> HttpResponse:
    """Show the link to hand over by hand, where no mail arrives. Each time that somebody takes it is in the log."""
    found = client_of(request, client)
    if request.method != "POST":
        return redirect(url_of(found))
    try:
        invitation = hand_over_invitation(found, actor=request.actor, now=request.now)
    except Refused as error:
        messages.warning(request, error.told)
        return redirect(url_of(found))
    with translation.override(found.reads()):
        text = _("%(business)s would like to have you among its clients. See the invitation:")
    title, path = _("The invitation of %(name)s"), reverse("client_invited", args=[invitation.public_id])
    return _hand_over(request, found, title, path, text, invitation=invitation)


@staff("clients.manage")
def let_in(request: Page, client: str) -> HttpResponse:
    """Show a link by which a client chooses a password, to hand it over where no login code arrives."""
    found = client_of(request, client)
    if request.method != "POST" or codes_leave():
        return redirect(url_of(found))
    try:
        token = hand_over_entry(found, actor=request.actor, now=request.now)
    except Refused as error:
        messages.warning(request, error.told)
        return redirect(url_of(found))
    with translation.override(found.reads()):
        text = _("Here you come to your own pages at %(business)s. You choose a password there:")
    title, path = _("A way in for %(name)s"), reverse("client_enter", args=[token])
    return _hand_over(request, found, title, path, text, days=ENTRY_DAYS)


def _hand_over(request: Page, client: Client, title: str, path: str, text: str, **more: Any) -> HttpResponse:
    """Show a link for a client, with a text to send it by."""
    context = {
        "nav": "clients",
        "title": title % {"name": client.full_name},
        "client": client,
        "url": f"{settings.BASE_URL}{path}",
        "text": text % {"business": request.business.name},
        "crumbs": [
            (_("Clients"), reverse("b:clients", args=[request.business.slug])),
            (client.full_name, url_of(client)),
            (_("Hand the link over"), ""),
        ],
        **more,
    }
    return render(request, "dashboard/clients/hand_over.html", context)


@staff("clients.manage")
def revoke(request: Page, client: str) -> HttpResponse:
    """Take the invitation back, after asking: the person goes, too."""
    found = client_of(request, client)
    name = found.full_name
    if request.method != "POST":
        context = {
            "nav": "clients",
            "title": _("Take the invitation of %(name)s back?") % {"name": name},
            "text": _("The link in the mail leads to nothing then, and nothing of this person is kept."),
            "act": _("Take it back"),
            "tone": "danger",
            "back": url_of(found),
        }
        return render(request, "ui/confirm.html", context)
    if not revoke_client_invitation(found, actor=request.actor, now=request.now):
        messages.info(request, _("%(name)s has accepted meanwhile.") % {"name": name})
        return redirect(url_of(found))
    messages.success(request, _("The invitation of %(name)s is taken back.") % {"name": name})
    return redirect("b:clients", request.business.slug)
