"""The list of clients: search, filters, states; and adding one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from plusone.clients.commands import create_client
from plusone.clients.models import Client
from plusone.clients.queries import status_counts, tags_of
from plusone.faces.dashboard.forms import act_once
from plusone.faces.dashboard.mails import tell_of_letters
from plusone.faces.dashboard.sent_by import matches as called
from plusone.faces.dashboard.telling import activation_lines
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
from plusone.faces.ui.tags.sharing import ways
from plusone.referrals.commands import attach_referral
from plusone.referrals.offers import Offer, offer_of
from plusone.referrals.outlook import live_terms, referrals_by_friend
from plusone.referrals.queries import link_of

from .common import handing_on
from .filters import OFFERED, STATES, Wanted, choices, needs_of, offered_in, tags_by_client, with_needs
from .forms import NewForm

Status = Client.Status


@staff("clients.view")
def index(request: Page) -> HttpResponse:
    """List clients, newest first."""
    business, wanted = request.business, Wanted.read(request.GET)
    offered, counts = offered_in(business), status_counts(business, **request.own())
    views, tags = offered.views, offered.tags
    team = offered.team if request.may("clients.all") else []
    rows = wanted.rows(business, request.clients(), now=request.now)
    page = page_of(with_needs(rows, business, now=request.now), request.GET)
    referred, had = referrals_by_friend(business, page.rows), tags_by_client(page.rows, tags)
    leads = [row for row in page.rows if row.is_lead]
    lines = activation_lines(business, leads, seen=request.seen, came=referred, now=request.now)
    for referral in referred.values():
        referral.ambassador = request.seen(referral.ambassador)
    everybody = sum(counts.get(state, 0) for state in STATES)
    tabs = [("", _("All"), everybody)]
    tabs += [
        (state, label, counts.get(state, 0))
        for state, label in _states()
        if state != Status.INVITED or counts.get(state) or wanted.status == state
    ]
    matching = len(page.rows)
    if page.after or page.before:
        only_tab = not (wanted.q or wanted.filters)
        matching = counts.get(wanted.status, everybody) if only_tab else rows.count()
    terms = live_terms(business) if any(row.is_active for row in page.rows) else None
    offer = offer_of(terms) if terms else None
    context = {
        "nav": "clients",
        "title": _("Clients"),
        "page": page,
        "rows": [
            {
                "client": row,
                "referral": referred.get(row.pk),
                "lines": " ".join(lines.get(row.pk, [])),
                "tags": had.get(row.pk, []),
                "needs": needs_of(row),
                "share": _share(request, row, offer) if offer and row.is_active else None,
            }
            for row in page.rows
        ],
        "tabs": [(state, label, count, wanted.query(status=state)) for state, label, count in tabs],
        "wanted": wanted,
        "kept": wanted.pairs(),
        "choices": choices(wanted, tags, team, offered.plans),
        "views": [(view, view.query == wanted.query()) for view in views],
        "view": next((view for view in views if view.query == wanted.query()), None),
        "may_save": request.may("clients.all"),
        "tag_names": [tag.name for tag in tags],
        "matching": matching,
        "offers": OFFERED[wanted.status],
        "may_act": any(map(request.may, ("clients.manage", "clients.activate", "exports.make"))),
    }
    return render(request, "dashboard/clients/index.html", context)


def _share(request: Page, client: Client, offer: Offer) -> dict[str, str]:
    """Return the ways to hand a client their own link, the message already written."""
    client.business = request.business
    text, link = handing_on(client, offer), link_of(client)
    to = {"phone": client.phone or "", "email": client.email or ""}
    return {"link": link, **ways(link, text["share"], subject=text["share_subject"], **to)}


def _states() -> list[tuple[str, str]]:
    return [
        (Status.INVITED, pgettext("client", "Invited")),
        (Status.LEAD, _("Leads")),
        (Status.ACTIVE, _("Active")),
        (Status.ARCHIVED, _("Archived")),
    ]


@staff("clients.manage")
def add(request: Page) -> HttpResponse:
    """Show the ways to add clients: many at once first (R-201)."""
    context = {
        "nav": "clients",
        "title": _("Add your clients"),
        "lead": _("Nobody is written to, unless you invite them."),
        "crumbs": [(_("Clients"), reverse("b:clients", args=[request.business.slug])), (_("Add"), "")],
    }
    return render(request, "dashboard/clients/add.html", context)


@staff("clients.manage")
def new(request: Page) -> HttpResponse:
    """Add a client by form (R-070)."""
    form = NewForm(request.POST or None)
    may_refer = request.may("referrals.manage") and live_terms(request.business) is not None
    matches: list[Client] = []
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["referred_by"]
        matches = called(request.business, text) if may_refer and text else []
        chosen = _chosen(form, matches) if may_refer else None

        def act() -> str:
            made = create_client(
                request.business,
                **form.given(),
                professional=None if request.may("clients.all") else request.collaborator,
                actor=request.actor,
                now=request.now,
            )
            if chosen is not None:
                attach_referral(request.business, chosen, made, actor=request.actor, now=request.now)
            return made.public_id

        made = None if form.errors else act_once(form, f"client:{request.business.pk}", act)
        if made is not None:
            messages.success(request, _("%(name)s is in your client book.") % {"name": form.cleaned_data["first_name"]})
            tell_of_letters(request, form.cleaned_data["email"])
            if "another" in request.POST:
                return redirect("b:client_new", request.business.slug)
            return redirect("b:client", request.business.slug, made)
    context = {
        "nav": "clients",
        "title": _("Add a client"),
        "form": form,
        "may_refer": may_refer,
        "matches": matches if len(matches) > 1 else [],
        "tag_names": [tag.name for tag in tags_of(request.business)],
        "crumbs": [(_("Clients"), reverse("b:clients", args=[request.business.slug])), (_("Add a client"), "")],
    }
    return render(request, "dashboard/clients/new.html", context)


def _chosen(form: NewForm, matches: list[Client]) -> Client | None:
    """Return who recommended somebody new; where nobody or several may be meant, the form says so."""
    if not form.cleaned_data["referred_by"]:
        return None
    picked = [match for match in matches if match.public_id == form.cleaned_data["ambassador"]]
    if not matches:
        form.add_error("referred_by", _("No active client found. Check the spelling, or leave it empty for now."))
    elif len(matches) > 1 and not picked:
        form.add_error("referred_by", _("Several clients are called so. Choose who it was."))
    else:
        return (picked or matches)[0]
    return None
