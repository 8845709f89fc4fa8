"""From which day to which a campaign runs by itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.faces.dashboard.forms import show_refusal
from plusone.faces.ui.http import Page, staff
from plusone.kernel.access import get
from plusone.kernel.errors import Refused
from plusone.referrals.commands import schedule_campaign
from plusone.referrals.models import Campaign


class DatesForm(forms.Form):
    """First and last day; either may be left to a person."""

    starts_on = forms.DateField(
        label=gettext_lazy("First day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=gettext_lazy("It goes live by itself on that day. Empty: you activate it."),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=gettext_lazy(
            "It ends by itself when that day is over; what friends who registered were promised is kept. "
            "Empty: you deactivate it."
        ),
    )

    def __init__(self, data: Any, *, campaign: Campaign) -> None:
        super().__init__(data, initial={"starts_on": campaign.starts_on, "ends_on": campaign.ends_on})
        if campaign.is_active:
            del self.fields["starts_on"]


@staff("campaigns.manage")
def dates(request: Page, campaign: str) -> HttpResponse:
    """Ask from which day to which a campaign runs."""
    found = get(request.business, Campaign, campaign)
    form = DatesForm(request.POST or None, campaign=found)
    if request.method == "POST" and form.is_valid():
        days = {"starts_on": form.cleaned_data.get("starts_on"), "ends_on": form.cleaned_data["ends_on"]}
        try:
            schedule_campaign(found, **days, actor=request.actor, now=request.now)
        except Refused as error:
            show_refusal(form, error)
        else:
            found.refresh_from_db()
            messages.success(request, said(found) or _("Saved. You start and end the campaign yourself."))
            return redirect("b:campaign_one", request.business.slug, found.public_id)
    here = _("First and last day")
    context = {
        "nav": "campaign",
        "title": here,
        "campaign": found,
        "form": form,
        "back": reverse("b:campaign_one", args=[request.business.slug, found.public_id]),
        "crumbs": [(found.name, reverse("b:campaign_one", args=[request.business.slug, found.public_id])), (here, "")],
    }
    return render(request, "dashboard/campaign/dates.html", context, status=422 if form.errors else 200)


def said(campaign: Campaign) -> str:
    """Say when a campaign starts and ends by itself; nothing where it does neither."""
    first, last = (date_format(day) if day else "" for day in (campaign.starts_on, campaign.ends_on))
    days = {"first": first, "last": last}
    if first and last:
        return _("It starts by itself on %(first)s and ends after %(last)s.") % days
    if first:
        return _("It starts by itself on %(first)s.") % days
    return _("It ends by itself after %(last)s.") % days if last else ""


urlpatterns = [path("campaigns/<str:campaign>/dates/", dates, name="campaign_dates")]
