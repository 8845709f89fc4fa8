"""Setting up a campaign: the explainer, the builder, its preview, saving, ending."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.connect.commands import start_marketing
from plusone.faces.dashboard.forms import act_once, show_refusal
from plusone.faces.dashboard.people import actors
from plusone.faces.ui.http import Page, staff
from plusone.kernel.access import get
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.messaging.quiet import is_quiet, next_loud
from plusone.referrals import commands
from plusone.referrals.audience import announcement_of, reaches
from plusone.referrals.budgets import budget_of, with_used
from plusone.referrals.models import Campaign
from plusone.referrals.offers import Offer, offer_of
from plusone.referrals.outlook import at_work, waiting_count, with_open
from plusone.referrals.queries import campaigns_of

from . import arranging, dates
from .forms import CampaignForm, EndForm, initial_of
from .news import say_queued
from .presets import PRESETS, WAYS, offer_from, usual_way
from .preview import cost_of, previews
from .rewards import field_of

LIVE = "live"


@staff("campaigns.view")
def campaign(request: Page) -> HttpResponse:
    """Show the campaign that the business works with; before the first one, how it all works (R-010)."""
    found = with_used(with_open(at_work(request.business))).first()
    if found is not None:
        return _builder(request, found)
    if request.business.marketing_started_at is None:
        return _explainer(request)
    return _builder(request, None)


@staff("campaigns.view")
def how(request: Page) -> HttpResponse:
    """Show again how it works."""
    return _explainer(request)


@staff("campaigns.manage")
@require_POST
def begin(request: Page) -> HttpResponse:
    """Remember who pressed *Get started*; nothing is sent by it."""
    start_marketing(request.business, actor=request.actor, now=request.now)
    return redirect("b:campaign", request.business.slug)


@staff("campaigns.manage")
def new(request: Page) -> HttpResponse:
    """Set up another campaign (Q-21)."""
    return _builder(request, None)


@staff("campaigns.view")
def one(request: Page, campaign: str) -> HttpResponse:
    """Show a campaign in its builder."""
    return _builder(request, get(request.business, with_used(with_open(Campaign.objects.all())), campaign))


@staff("campaigns.view")
def index(request: Page) -> HttpResponse:
    """List all campaigns with their state."""
    rows = [
        (row, max(row.versions.all(), key=lambda terms: terms.version), dates.said(row))
        for row in campaigns_of(request.business)
    ]
    return render(
        request,
        "dashboard/campaign/index.html",
        {"nav": "campaign", "title": _("Campaigns"), "rows": rows, "crumbs": _crumbs(request, _("All campaigns"))},
    )


@staff("campaigns.view")
@require_POST
def preview(request: Page) -> HttpResponse:
    """Show what client and friend would see, while the sentence is being written."""
    form = CampaignForm(request.POST, business=request.business)
    offer = _offer(form)
    context = {"previews": previews(request.business, offer) if offer else [], "form": form}
    context |= cost_of(request, offer, form)
    return render(request, "dashboard/campaign/preview.html", context)


@staff("campaigns.manage")
def save_new(request: Page) -> HttpResponse:
    """Draft a campaign, and activate it where that was pressed."""
    if request.method != "POST":  # a tab that is opened again after "Add a step"
        return redirect("b:campaign_new", request.business.slug)
    form = CampaignForm(request.POST, business=request.business)
    offer = _offer(form)
    if (other := _rearranged(request, form)) is not None:
        return _builder(request, None, form=other, offer=offer)
    if offer is None or "preview" in request.POST:
        return _builder(request, None, form=form, offer=offer)
    made = act_once(form, f"campaign:{request.business.pk}", lambda: _create(request, form, offer).public_id)
    if made is None:
        return _builder(request, None, form=form, offer=offer)
    return redirect("b:campaign_one", request.business.slug, made)


def _create(request: Page, form: CampaignForm, offer: Offer) -> Campaign:
    actor, now = request.actor, request.now
    made = commands.create_campaign(
        request.business,
        name=form.cleaned_data["name"],
        offer=offer,
        override_reason=form.reason,
        actor=actor,
        now=now,
    )
    _keep_margin(request, made, form)
    _say_by_what(request, made, form)
    if "activate" in request.POST:
        commands.activate_campaign(made, actor=actor, now=now)
        made.refresh_from_db()
        _say_live(request, made)
    else:
        messages.success(request, _("The draft is saved. Links work once you activate it."))
    return made


def _keep_margin(request: Page, campaign: Campaign, form: CampaignForm) -> None:
    given = form.cleaned_data
    accept = given["accept_above_margin"]
    commands.keep_margin(campaign, given["margin"], accept=accept, actor=request.actor, now=request.now)


def _say_by_what(request: Page, campaign: Campaign, form: CampaignForm) -> None:
    given = form.cleaned_data
    by_email, by_portal = given["tell_by_email"], given["tell_by_portal"]
    commands.write_news(campaign, by_email=by_email, by_portal=by_portal, actor=request.actor, now=request.now)


def _say_live(request: Page, campaign: Campaign) -> None:
    """Say that links work, and that clients are about to be told, which can be stopped."""
    messages.success(request, _("Your campaign is live: each client's own link works now."))
    say_queued(request, campaign)


@staff("campaigns.manage")
def save(request: Page, campaign: str) -> HttpResponse:
    """Save a campaign: a changed offer makes new terms for later registrations alone (Q-07)."""
    found = get(request.business, with_used(with_open(Campaign.objects.all())), campaign)
    if request.method != "POST":  # see above
        return redirect("b:campaign_one", request.business.slug, found.public_id)
    form = CampaignForm(request.POST, business=request.business, base=offer_of(found.terms))
    offer = _offer(form)
    if (other := _rearranged(request, form)) is not None:
        return _builder(request, found, form=other, offer=offer)
    if offer is None or "preview" in request.POST:
        return _builder(request, found, form=form, offer=offer)
    was = found.terms.version

    def act() -> str:
        actor, now = request.actor, request.now
        commands.edit_campaign(
            found, name=form.cleaned_data["name"], offer=offer, override_reason=form.reason, actor=actor, now=now
        )
        _keep_margin(request, found, form)
        _say_by_what(request, found, form)
        if "activate" in request.POST and commands.activate_campaign(found, actor=actor, now=now):
            return LIVE
        if found.terms.version > was and found.is_active:
            return _("Saved. The new terms hold for everybody who registers from now on.")
        return _("Saved.")

    said = act_once(form, f"campaign:{found.pk}", act)
    if said is None:
        return _builder(request, found, form=form, offer=offer)
    if said == LIVE:
        _say_live(request, found)
    else:
        messages.success(request, said)
    return redirect("b:campaign_one", request.business.slug, found.public_id)


@staff("campaigns.manage")
@require_POST
def activate(request: Page, campaign: str) -> HttpResponse:
    """Make a campaign live, with the same links as before."""
    found = get(request.business, Campaign, campaign)
    if commands.activate_campaign(found, actor=request.actor, now=request.now):
        found.refresh_from_db()
        _say_live(request, found)
    return redirect("b:campaign_one", request.business.slug, found.public_id)


@staff("campaigns.manage")
def deactivate(request: Page, campaign: str) -> HttpResponse:
    """Say what still counts, ask what becomes of open recommendations, and end the campaign (R-050..R-052)."""
    found = get(request.business, Campaign, campaign)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            commands.deactivate_campaign(
                found,
                open_referrals=form.cleaned_data["open_referrals"],
                days=form.cleaned_data["days"] or 0,
                actor=request.actor,
                now=request.now,
            )
        except Refused as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("The campaign has ended. Its links show a friendly page; balances stay."))
            return redirect("b:campaign_one", request.business.slug, found.public_id)
    context = {
        "nav": "campaign",
        "title": _("Deactivate “%(name)s”?") % {"name": found.name},
        "campaign": found,
        "form": form,
        "open": waiting_count(found),
    }
    return render(request, "dashboard/campaign/deactivate.html", context)


@staff("campaigns.manage")
@require_POST
def archive(request: Page, campaign: str) -> HttpResponse:
    """Tidy an ended campaign away; its figures stay."""
    found = get(request.business, Campaign, campaign)
    commands.archive_campaign(found, actor=request.actor, now=request.now)
    messages.success(request, _("The campaign is archived."))
    return redirect("b:campaigns", request.business.slug)


def _offer(form: CampaignForm) -> Offer | None:
    """Return the offer that was typed, or None after saying on the form what is wrong with it."""
    if not form.is_valid():
        return None
    try:
        return form.offer()
    except Refused as error:
        error.field = field_of(error.field, form.fields)
        show_refusal(form, error)
        return None


def _rearranged(request: Page, form: CampaignForm) -> CampaignForm | None:
    """Return the form with a place more or less where that was pressed; nothing is saved or judged by it."""
    if not arranging.is_pressed(request.POST):
        return None
    initial, focus = arranging.rearranged(form.typed(), request.POST)
    return CampaignForm(business=request.business, initial=initial, focus=focus)


def _explainer(request: Page) -> HttpResponse:
    business = request.business
    context = {
        "nav": "campaign",
        "title": _("How recommendations work"),
        "started_by": actors(business, [business.marketing_started_by]).get(business.marketing_started_by, ""),
    }
    return render(request, "dashboard/campaign/how.html", context)


def _builder(
    request: Page, found: Campaign | None, *, form: CampaignForm | None = None, offer: Offer | None = None
) -> HttpResponse:
    business = request.business
    terms = list(found.versions.order_by("-version")) if found else []
    saved = offer_of(terms[0]) if terms else None
    kind, way = request.GET.get("preset", ""), request.GET.get("way", "")
    asked = kind in PRESETS or way in WAYS
    if form is None:
        shown = saved if saved and (_is_live(found) or not asked) else offer_from(business, kind, way)
        name = found.name if found else _("Bring a friend")
        told_by = {"tell_by_email": found.tell_by_email if found else True}
        told_by["tell_by_portal"] = found.tell_by_portal if found else True
        initial = initial_of(business, name=name, offer=shown) | told_by
        initial["override_reason"] = found.override_reason if found else ""
        initial["margin"] = found.margin if found else None
        form, offer = CampaignForm(business=business, initial=initial), shown
    who = actors(business, [row.created_by for row in terms] + [found.override_by if found else ""])
    context = {
        "nav": "campaign",
        "title": found.name if found else _("Your campaign"),
        "days_said": dates.said(found) if found else "",
        "campaign": found,
        "form": form,
        "previews": previews(business, offer) if offer else [],
        "starts": None if _is_live(found) else _starts(business, kind, way, is_saved=bool(saved) and not asked),
        "overridden_by": who.get(found.override_by, "") if found else "",
        "waiting": found.waiting if found else 0,  # type: ignore[attr-defined]  # annotated
        "older": found.older if found and found.is_active else 0,  # type: ignore[attr-defined]  # annotated
        "history": [(row, who.get(row.created_by, "")) for row in terms],
        "end_form": EndForm(),
        "reaches": {each.channel: each for each in reaches(business, ("email", "portal"), now=request.now)},
        "quiet_until": next_loud(business, request.now) if is_quiet(business, request.now) else None,
        "announcement": announcement_of(found) if found else None,
        "budgets": [one for one in [budget_of(found, terms[0])] if one] if found and terms else [],
        "may_manage": request.may("campaigns.manage"),
        **cost_of(request, offer, form),
    }
    return render(request, "dashboard/campaign/builder.html", context)


def _starts(business: Business, kind: str, way: str, *, is_saved: bool) -> list[dict[str, Any]]:
    """Return what a draft can start from in one click each: a kind of business, and when rewards are given (R-293)."""
    kind = kind if kind in PRESETS else business.kind
    kept = f"&way={way}" if way in WAYS else ""
    way = way if way in WAYS else usual_way(kind)
    kinds = [
        {
            "label": preset.label,
            "query": f"preset={name}{kept if name != Business.Kind.CLINIC else ''}",
            "hint": "",
            "on": name == kind and not is_saved,
        }
        for name, preset in PRESETS.items()
    ]
    ways = [
        {
            "label": each.label,
            "query": f"preset={kind}&way={name}",
            "hint": each.hint,
            "on": name == way and not is_saved,
        }
        for name, each in WAYS.items()
    ]
    return [{"label": _("Start from"), "choices": kinds}, {"label": _("How to give"), "choices": ways}]


def _is_live(found: Campaign | None) -> bool:
    return found is not None and found.state not in (Campaign.State.DRAFT, Campaign.State.SCHEDULED)


def _crumbs(request: Page, here: str) -> list[tuple[str, str]]:
    return [(_("Campaign"), reverse("b:campaign", args=[request.business.slug])), (here, "")]
