"""Give open recommendations the newest terms, where nobody gets less (Q-07): what would happen, and one button."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from plusone.faces.ui.http import Page, staff
from plusone.kernel.access import get
from plusone.referrals.commands import foresee_upgrade, upgrade_open_referrals
from plusone.referrals.models import Campaign

SHOWN = 100


@staff("campaigns.manage")
def foresee(request: Page, campaign: str) -> HttpResponse:
    """Show what was promised and would be promised, and which recommendations keep their own terms, and why."""
    found = get(request.business, Campaign, campaign)
    would = foresee_upgrade(found, now=request.now)
    here = _("Newest terms for open recommendations")
    before = {row.terms.version: row.terms for row in would.upgraded if row.terms is not None}
    context = {
        "nav": "campaign",
        "title": here,
        "campaign": found,
        "newest": would.terms,
        "before": [before[version] for version in sorted(before)],
        "upgraded": [(row, request.seen(row.friend), request.seen(row.ambassador)) for row in would.upgraded[:SHOWN]],
        "kept": [(row, request.seen(row.friend), request.seen(row.ambassador), why) for row, why in would.kept[:SHOWN]],
        "upgraded_count": len(would.upgraded),
        "kept_count": len(would.kept),
        "told": would.told,
        "shown": SHOWN,
        "crumbs": [(found.name, reverse("b:campaign_one", args=[request.business.slug, found.public_id])), (here, "")],
    }
    return render(request, "dashboard/campaign/upgrade.html", context)


@staff("campaigns.manage")
@require_POST
def upgrade(request: Page, campaign: str) -> HttpResponse:
    """Do it; pressed twice it does nothing more."""
    found = get(request.business, Campaign, campaign)
    number = len(upgrade_open_referrals(found, actor=request.actor, now=request.now).upgraded)
    if number:
        said = ngettext(
            "%(number)s open recommendation has the newest terms now.",
            "%(number)s open recommendations have the newest terms now.",
            number,
        )
        messages.success(request, said % {"number": number})
    else:
        messages.info(request, _("There is no open recommendation left that would get more."))
    return redirect("b:campaign_one", request.business.slug, found.public_id)


urlpatterns = [
    path("campaigns/<str:campaign>/newest-terms/", foresee, name="campaign_upgrade"),
    path("campaigns/<str:campaign>/newest-terms/give/", upgrade, name="campaign_upgrade_give"),
]
