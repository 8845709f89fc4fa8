"""Marketing ▸ Referrals ▸ Leads: who registered, and what becomes of them (R-053..R-059, R-044)."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from plusone.clients.models import Client
from plusone.clients.queries import steps_due
from plusone.faces.dashboard.telling import activation_lines
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
from plusone.faces.ui.sheets import csv_answer
from plusone.faces.ui.tags.sharing import ways
from plusone.kernel import clock
from plusone.kernel.access import get
from plusone.referrals.commands import approve_referral, reject_referral, reject_several
from plusone.referrals.models import Referral
from plusone.referrals.outlook import flagged_of, referrals_by_friend, with_who_brought
from plusone.referrals.queries import deleted_leads, leads_of

NEXT = ("due", "none")  # what is planned with a lead: due by today, or nothing
ORDERS = {
    "registered": ("created_at", "pk"),
    "-registered": ("-created_at", "-pk"),
    "name": ("first_name", "last_name", "pk"),
    "-name": ("-first_name", "-last_name", "-pk"),
    "by": ("brought_by", "brought_by_id", "first_name", "pk"),
    "-by": ("-brought_by", "-brought_by_id", "-first_name", "-pk"),
}


def _asked(request: Page) -> tuple[QuerySet[Client], tuple[str, ...]]:
    """Return the leads that the page's search asks for, and their order."""
    rows = leads_of(request.business).filter(**request.own()).select_related("next_step")
    due = request.GET.get("next", "")
    if due == "due":
        rows = rows.filter(next_step__in=steps_due(request.business, clock.today(request.business, request.now)))
    elif due == "none":
        rows = rows.filter(next_step=None)
    if text := request.GET.get("q", ""):
        rows = rows & request.clients().find(request.business, text)
    order = ORDERS.get(request.GET.get("sort", ""), ORDERS["-registered"])
    return (with_who_brought(rows) if "brought_by_id" in order or "-brought_by_id" in order else rows), order


@staff("campaigns.view")
def index(request: Page) -> HttpResponse:
    """List the leads with what is needed to reach them."""
    rows, order = _asked(request)
    page = page_of(rows.prefetch_related(None), request.GET, order=order)
    referred = referrals_by_friend(request.business, page.rows)
    lines = activation_lines(request.business, page.rows, seen=request.seen, came=referred, now=request.now)
    for referral in referred.values():
        referral.ambassador = request.seen(referral.ambassador)
    today = clock.today(request.business, request.now)
    context = {
        "nav": "leads",
        "title": _("Leads"),
        "page": page,
        "rows": [
            {
                "lead": lead,
                "referral": referred.get(lead.pk),
                "lines": " ".join(lines[lead.pk]),
                "ways": ways(
                    "", _("Hello %(name)s,") % {"name": lead.first_name}, phone=lead.phone, email=lead.email or ""
                ),
            }
            for lead in page.rows
        ],
        "flagged": list(flagged_of(request.business).filter(**request.own("friend__"))[:20]),
        "deleted": deleted_leads(request.business),
        "query": request.GET.get("q", ""),
        "today": today,
        "due": request.GET.get("next", "") if request.GET.get("next") in NEXT else "",
        "count_due": steps_due(request.business, today)
        .filter(client__status=Client.Status.LEAD, **request.own("client__"))
        .count(),
    }
    return render(request, "dashboard/leads.html", context)


@staff("exports.make")
def export(request: Page) -> HttpResponseBase:
    """Hand out the leads of the screen, all pages of them, as a CSV file."""
    rows, order = _asked(request)
    leads = list(rows.order_by(*order))
    referred = referrals_by_friend(request.business, leads)
    header = [
        _("Name"),
        _("E-mail"),
        _("Phone"),
        _("Registered on"),
        _("Referred by"),
        _("Status"),
        _("Next step"),
        _("Next step on"),
    ]
    lines = [
        [
            lead.full_name,
            lead.email,
            lead.phone,
            clock.day_of(request.business, lead.created_at).isoformat(),
            referred[lead.pk].ambassador.full_name if lead.pk in referred else "",
            lead.get_status_display(),
            lead.next_step.text if hasattr(lead, "next_step") else "",
            lead.next_step.on.isoformat() if hasattr(lead, "next_step") else "",
        ]
        for lead in leads
    ]
    return csv_answer(f"leads-{request.business.slug}", header, lines)


@staff("referrals.manage")
@require_POST
def approve(request: Page, referral: str) -> HttpResponse:
    """Say that a flagged recommendation is right."""
    found = get(request.business, Referral, referral)
    if approve_referral(found, actor=request.actor, now=request.now):
        messages.success(request, _("Approved: it counts like any other recommendation."))
    return _back(request)


@staff("referrals.manage")
@require_POST
def reject(request: Page, referral: str) -> HttpResponse:
    """Reject a recommendation; the friend stays a lead."""
    found = get(request.business, Referral, referral)
    if reject_referral(found, note=request.POST.get("note", ""), actor=request.actor, now=request.now):
        messages.success(request, _("Rejected: nobody is rewarded, and the friend stays a lead."))
    return _back(request)


def _back(request: Page) -> HttpResponse:
    """Return to the list in which the button stood."""
    return redirect("b:review" if request.POST.get("back") == "review" else "b:leads", request.business.slug)


@staff("referrals.manage")
@require_POST
def reject_picked(request: Page) -> HttpResponse:
    """Ask about, then reject, the recommendations of the picked leads (R-282)."""
    leads = leads_of(request.business).filter(**request.own(), public_id__in=request.POST.getlist("pick"))
    found = [one for one in referrals_by_friend(request.business, list(leads)).values() if one.is_open]
    if not found:
        messages.warning(request, _("None of the picked leads has an open recommendation."))
        return redirect("b:leads", request.business.slug)
    if "sure" not in request.POST:
        for referral in found:
            referral.ambassador = request.seen(referral.ambassador)
        count = len(found)
        title = ngettext("Reject %(count)s recommendation?", "Reject %(count)s recommendations?", count)
        context = {"nav": "leads", "title": title % {"count": count}, "rows": found}
        return render(request, "dashboard/referrals/reject_several.html", context)
    note = request.POST.get("note", "").strip()
    done = reject_several(found, note=note, actor=request.actor, now=request.now)
    said = ngettext("%(count)s recommendation rejected.", "%(count)s recommendations rejected.", done)
    messages.success(request, said % {"count": done})
    return redirect("b:leads", request.business.slug)


urlpatterns = [
    path("leads/", index, name="leads"),
    path("leads/reject/", reject_picked, name="leads_reject"),
    path("leads.csv", export, name="leads_csv"),
    path("referrals/<str:referral>/approve/", approve, name="referral_approve"),
    path("referrals/<str:referral>/reject/", reject, name="referral_reject"),
]
