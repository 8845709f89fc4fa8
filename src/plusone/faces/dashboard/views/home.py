"""The first page after logging in: how far the set-up is, what needs attention, a few figures."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from plusone.clients.queries import newest_active, status_counts, steps_due
from plusone.connect.commands import dismiss_checklist
from plusone.faces.dashboard.counting import counted
from plusone.faces.ui.http import Page, staff
from plusone.kernel import clock
from plusone.kernel.money import format_money
from plusone.ledger.queries import outstanding
from plusone.messaging.queries import unsent_of
from plusone.referrals.budgets import budgets_running_out
from plusone.referrals.models import Campaign, Trial
from plusone.referrals.outlook import Attention, attention, current_campaign
from plusone.referrals.trying import trial_of
from plusone.rewards.queries import awaiting, to_hand_over, waiting_bonuses
from plusone.rules.queries import failed_runs
from plusone.store.queries import disputed_orders


@dataclass(frozen=True)
class Step:
    """One step of the set-up."""

    done: bool
    label: str
    text: str
    url: str
    trial: Trial | None = None
    waits: bool = False


@staff("home.view")
def home(request: Page) -> HttpResponse:
    """Show how far the business has come and what needs attention."""
    counts = status_counts(request.business, **request.own())
    campaign = current_campaign(request.business) if request.may("campaigns.view") else None
    sums = attention(request.business)
    steps = _steps(request, counts, campaign, sums) if _wants_checklist(request) else []
    done = sum(step.done for step in steps)
    context = {
        "nav": "home",
        "title": _("Home"),
        "steps": steps if done < len(steps) else [],
        "done": done,
        "waits_for_trial": any(step.waits for step in steps),
        "campaign": campaign,
        "budgets": budgets_running_out(request.business) if request.may("campaigns.manage") else [],
        "todo": _todo(request, counts, sums),
        "figures": _figures(request, counts, sums),
        "counts": counts,
    }
    return render(request, "dashboard/home.html", context)


@staff("settings.manage")
@require_POST
def dismiss(request: Page) -> HttpResponse:
    """Put the set-up checklist away."""
    dismiss_checklist(request.business, now=request.now)
    return redirect("b:home", request.business.slug)


def _wants_checklist(request: Page) -> bool:
    return request.business.checklist_dismissed_at is None and request.may("settings.manage")


def _steps(request: Page, counts: dict[str, int], campaign: Campaign | None, sums: Attention) -> list[Step]:
    """Return the six steps from nothing to the first recommendation, each with the way to it."""

    def to(route: str, *args: str) -> str:
        return reverse(f"b:{route}", args=[request.business.slug, *args])

    clients = sum(counts.get(state, 0) for state in ("active", "archived", "lead", "invited"))
    is_new = counts.get("active", 0) > 0 and not sums.registered
    first = newest_active(request.business) if is_new else None
    is_live = campaign is not None and campaign.is_active
    trial = trial_of(request.business)
    return [
        Step(
            bool(request.business.country),
            _("Name your business"),
            _("Colour and contact can follow at any time."),
            to("settings" if request.business.country else "settings_place"),
        ),
        Step(clients > 0, _("Add your clients"), _("The people who will recommend you."), to("client_add")),
        Step(campaign is not None, _("Set up a campaign"), _("One sentence says what both receive."), to("campaign")),
        Step(is_live, _("Activate it"), _("From then on each client's own link works."), to("campaign")),
        Step(
            trial is not None or sums.registered > 0,
            _("Open your own test link"),
            _("See what a friend sees, and your visit here. It is marked as a test and counted nowhere."),
            to("trial"),
            trial,
            waits=campaign is not None and trial is None and not sums.registered,
        ),
        Step(
            sums.registered > 0,
            _("Hand on the first link"),
            _("By WhatsApp, e-mail or QR code, from a client's profile."),
            f"{to('client', first.public_id)}#link" if first else to("clients"),
        ),
    ]


def _todo(request: Page, counts: dict[str, int], sums: Attention) -> list[tuple[str, str, str]]:
    """Return (icon, sentence, address) of what waits for a person."""
    slug, found = request.business.slug, []
    leads, flagged = counts.get("lead", 0), sums.flagged
    if leads and request.may("campaigns.view"):
        text = ngettext("%(count)s lead waits to be contacted", "%(count)s leads wait to be contacted", leads)
        found.append(("user-plus", text % {"count": leads}, reverse("b:leads", args=[slug])))
    if flagged and request.may("referrals.manage"):
        text = ngettext("%(count)s recommendation needs a look", "%(count)s recommendations need a look", flagged)
        found.append(("flag", text % {"count": flagged}, reverse("b:review", args=[slug])))
    waits = _waits(request)
    if due := waits.get("next", 0):
        text = ngettext("%(count)s next step is due", "%(count)s next steps are due", due)
        found.append(("calendar", text % {"count": due}, f"{reverse('b:clients', args=[slug])}?needs=step"))
    if waiting := waits.get("rewards", 0):
        text = ngettext("%(count)s reward waits for your decision", "%(count)s rewards wait for your decision", waiting)
        found.append(("gift", text % {"count": waiting}, reverse("b:rewards", args=[slug])))
    if things := waits.get("things", 0):
        text = ngettext("%(count)s present is to be handed over", "%(count)s presents are to be handed over", things)
        found.append(("package", text % {"count": things}, reverse("b:handovers", args=[slug])))
    if bonuses := waits.get("bonuses", 0):
        text = ngettext(
            "%(count)s bonus waits for a second person", "%(count)s bonuses wait for a second person", bonuses
        )
        found.append(("coins", text % {"count": bonuses}, reverse("b:bonuses", args=[slug])))
    if disputed := waits.get("disputes", 0):
        text = ngettext("%(count)s payment is disputed", "%(count)s payments are disputed", disputed)
        address = f"{reverse('b:orders', args=[slug])}?state=disputed"
        found.append(("alert-triangle", text % {"count": disputed}, address))
    if stuck := waits.get("mails", 0):
        text = ngettext("%(count)s mail does not leave", "%(count)s mails do not leave", stuck)
        found.append(("alert-triangle", text % {"count": stuck}, reverse("b:mail", args=[slug])))
    if failed := waits.get("steps", 0):
        text = ngettext("%(count)s automatic step failed", "%(count)s automatic steps failed", failed)
        found.append(("alert-triangle", text % {"count": failed}, reverse("b:failed", args=[slug])))
    return found


def _waits(request: Page) -> dict[str, int]:
    """Count, in one query, what this person may see to."""
    business = request.business
    wanted: dict[str, QuerySet[Any]] = {}
    if request.may("clients.view"):
        today = clock.today(business, request.now)
        wanted["next"] = steps_due(business, today).filter(**request.own("client__"))
    if request.may("rewards.decide"):
        wanted["rewards"] = awaiting(business)
    if request.may("clients.manage"):
        wanted["things"] = to_hand_over(business, now=request.now).filter(**request.own("client__"))
    if request.may("balance.adjust"):
        wanted["bonuses"] = waiting_bonuses(business)
    if request.may("orders.refund"):
        wanted["disputes"] = disputed_orders(business)
    if request.may("settings.manage"):
        wanted |= {"mails": unsent_of(business, at=timezone.now()), "steps": failed_runs(business)}
    return counted(business, **wanted)


def _figures(request: Page, counts: dict[str, int], sums: Attention) -> list[dict[str, str]]:
    """Return the few figures of the whole time, each with its definition and the rows behind it."""
    slug = request.business.slug
    figures = [
        {
            "label": _("Active clients"),
            "value": str(counts.get("active", 0)),
            "definition": _("Clients who are active now."),
            "href": f"{reverse('b:clients', args=[slug])}?status=active",
        }
    ]
    if not request.may("insights.view"):
        return figures
    return [
        {
            "label": _("Registered leads"),
            "value": str(sums.registered),
            "definition": _("Friends who registered through a recommendation, whatever became of them."),
            "href": reverse("b:figure", args=[slug, "registered_leads"]),
        },
        {
            "label": _("Activated clients"),
            "value": str(sums.activated),
            "definition": _("Recommended friends who became active clients, by hand or by a purchase."),
            "href": reverse("b:figure", args=[slug, "activated_clients"]),
        },
        *figures,
        {
            "label": _("Outstanding balance"),
            "value": format_money(outstanding(request.business, now=request.now), request.business.currency),
            "definition": _("What all clients together can still spend in your store."),
            "href": reverse("b:figure", args=[slug, "outstanding_balance"]),
        },
    ]


urlpatterns = [
    path("", home, name="home"),
    path("checklist/dismiss/", dismiss, name="checklist_dismiss"),
]
