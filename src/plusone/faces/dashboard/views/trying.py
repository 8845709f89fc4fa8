"""Marketing ▸ Referrals ▸ Test link: see what a friend will see, and one's own visit (UX B4)."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from plusone.faces.ui.http import Page, staff
from plusone.referrals.outlook import current_campaign
from plusone.referrals.trying import trial_link, trial_of


@staff("campaigns.manage")
@require_safe
def test_link(request: Page) -> HttpResponse:
    """Show the link to open on one's own phone, and whether that was seen."""
    business, url = request.business, trial_link(request.business)
    crumbs = [(_("Campaign"), reverse("b:campaign", args=[business.slug])), (_("Your test link"), "")]
    context: dict[str, Any] = {
        "nav": "campaign",
        "title": _("Your test link"),
        "lead": _("Open it as a friend would, here or on your phone. Your visit shows up below within seconds."),
        "crumbs": crumbs,
        "campaign": current_campaign(business),
        "url": url,
        "here": urlsplit(url).path,
        "text": _("My test link for %(business)s:") % {"business": business.name},
        "trial": trial_of(business),
    }
    return render(request, "dashboard/campaign/trial.html", context)


@staff("campaigns.manage")
@require_safe
def seen(request: Page) -> HttpResponse:
    """Answer with the part that waits for the first visit, and with 204 once it has come: the page then loads again."""
    if trial_of(request.business) is not None:
        return HttpResponse(status=204)
    return render(request, "dashboard/campaign/trial_waits.html")


urlpatterns = [
    path("campaign/test/", test_link, name="trial"),
    path("campaign/test/seen/", seen, name="trial_seen"),
]
