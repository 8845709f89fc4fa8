"""The invitation as a friend will see it, for the business alone: nobody can register here (UX B4)."""

from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from plusone.faces.public import privacy
from plusone.faces.ui.dead_ends import ended, unknown
from plusone.faces.ui.http import public
from plusone.referrals.outlook import current_campaign
from plusone.referrals.trying import business_behind

from .invitations import form_of, invitation_of, show


@public
@require_safe
def trial(request: Any, token: str) -> HttpResponse:
    """Show the offer of the campaign that the business works at, active or not, and say that it is a test."""
    business = business_behind(token)
    if business is None:
        return unknown(request)
    campaign = current_campaign(business)
    if campaign is None:
        return ended(request, business=business)
    invitation = invitation_of(request, business, campaign, None, page="trial")
    response = show(
        request,
        invitation,
        form_of(request, invitation),
        trial=True,
        title=_("Ana invites you to %(business)s") % {"business": business.name},
        privacy=privacy.privacy_lines(business, "Ana"),
    )
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = invitation.language
    return response


urlpatterns = [path("test/<str:token>/invitation", trial, name="trial_page")]
