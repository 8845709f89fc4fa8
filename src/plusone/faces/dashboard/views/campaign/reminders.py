"""When a campaign reminds its clients, of what, and whom (R-015, R-016)."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from plusone.clients.queries import tags_of
from plusone.faces.dashboard.forms import act_once, choose, show_refusal
from plusone.faces.ui.http import Page, staff
from plusone.kernel import clock
from plusone.kernel.access import get
from plusone.kernel.errors import Refused
from plusone.messaging.channels import channels
from plusone.referrals import commands
from plusone.referrals.audience import channels_of, clients_told, reaches
from plusone.referrals.commands import ReminderPlan
from plusone.referrals.models import Campaign, Reminder

from .news import WordsForm, gaps_shown, initial_words, preview_of, sample_of, samples_of

WEEKS = (1, 2, 3, 4, 6, 8, 12)
PROPOSED_DAYS, PROPOSED_HOUR = 7, 10
WEEKS_OF_A_YEAR = 52
MOMENTS = 3  # so many of the next times are shown


class ReminderForm(WordsForm):
    """Day and time, how often, by what, to whom, and the words."""

    starts_on = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    at = forms.TimeField(label=gettext_lazy("Time of day"), widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    every_weeks = forms.TypedChoiceField(label=gettext_lazy("Repeat"), coerce=int)
    until = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    channels = forms.MultipleChoiceField(label=gettext_lazy("Sent"), widget=forms.CheckboxSelectMultiple)
    audience = forms.ChoiceField(
        label=gettext_lazy("Who gets it"), choices=Reminder.Audience.choices, widget=forms.RadioSelect
    )

    tags = forms.MultipleChoiceField(
        label=gettext_lazy("Only clients with one of these tags"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "every_weeks", [(0, _("Once")), *((weeks, every(weeks)) for weeks in WEEKS)])
        choose(self, "channels", [("email", _("By e-mail")), ("portal", _("As a notice in their pages"))])
        named = [(tag.public_id, tag.name) for tag in tags_of(kwargs["business"])]
        gone = set(self.initial.get("tags") or ()) - {code for code, _name in named}
        choose(self, "tags", [*named, *((code, _("A tag that was deleted")) for code in sorted(gone))])

    def plan(self) -> ReminderPlan:
        """Return what was planned."""
        given = self.cleaned_data
        when = {name: given[name] for name in ("starts_on", "at", "every_weeks", "until", "audience")}
        return ReminderPlan(**when, channels=tuple(given["channels"]), tags=tuple(given["tags"]), texts=self.texts())


def every(weeks: int) -> str:
    """Say how often."""
    return ngettext("Every week", "Every %(weeks)s weeks", weeks) % {"weeks": weeks}


@staff("campaigns.manage")
def new(request: Page, campaign: str) -> HttpResponse:
    """Plan a reminder."""
    found = get(request.business, Campaign, campaign)
    return _page(request, found)


@staff("campaigns.manage")
@require_POST
def preview(request: Page, campaign: str) -> HttpResponse:
    """Show what would be sent, to how many and when, while it is being written."""
    found = get(request.business, Campaign, campaign)
    form = ReminderForm(request.POST, business=request.business)
    form.is_valid()
    shown = {**preview_of(request, {}, form, kind="reminder"), **_ahead(request, found, form.cleaned_data)}
    return render(request, "dashboard/campaign/reminder_preview.html", {"campaign": found, **shown})


def _ahead(request: Page, campaign: Campaign, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many would get it now by each channel, and when it goes; what is not filled in yet says nothing."""
    told = clients_told(request.business, given.get("audience") or "all", given.get("tags") or ())
    ways = [name for name in channels_of(campaign) if name in (given.get("channels") or ())]
    moments: list[datetime] = []
    often: dict[str, Any] = {}
    if given.get("starts_on") and given.get("at"):
        plan = ReminderPlan(
            starts_on=given["starts_on"],
            at=given["at"],
            every_weeks=int(given.get("every_weeks") or 0),
            until=given.get("until"),
            texts={},
        )
        if plan.every_weeks:
            often = {"times": commands.times_in_all(plan), "yearly": round(WEEKS_OF_A_YEAR / plan.every_weeks)}
        moments = commands.runs_ahead(request.business, plan, most=MOMENTS + 1, now=request.now)
    return {
        "reaches": [
            (channels[each.channel].label, each)
            for each in reaches(request.business, ways, clients=told, now=request.now)
        ],
        "moments": [(clock.day_of(request.business, at), at) for at in moments[:MOMENTS]],
        "goes_on": len(moments) > MOMENTS,
        "often": often,
    }


@staff("campaigns.manage")
def one(request: Page, reminder: str) -> HttpResponse:
    """Change one."""
    found = get(request.business, Reminder.objects.select_related("campaign"), reminder)
    return _page(request, found.campaign, found)


@staff("campaigns.manage")
def remove(request: Page, reminder: str) -> HttpResponse:
    """Delete one, after asking."""
    found = get(request.business, Reminder.objects.select_related("campaign"), reminder)
    back = _news(found.campaign)
    if request.method == "POST":
        commands.remove_reminder(found, actor=request.actor, now=request.now)
        messages.success(request, _("The reminder is deleted. What was sent of it stays in the list."))
        return redirect(back)
    context = {
        "title": _("Delete this reminder?"),
        "text": _("Nobody is written to any more because of it."),
        "act": _("Delete"),
        "tone": "danger",
        "back": back,
    }
    return render(request, "ui/confirm.html", context)


def _page(request: Page, campaign: Campaign, reminder: Reminder | None = None) -> HttpResponse:
    campaign.business = request.business
    form = ReminderForm(request.POST or None, business=request.business, initial=_initial(request, campaign, reminder))
    if request.method == "POST" and "test" in request.POST:
        if form.is_valid():
            _send_test(request, campaign, form)
    elif request.method == "POST" and form.is_valid():

        def act() -> str:
            if reminder is None:
                commands.plan_reminder(campaign, form.plan(), actor=request.actor, now=request.now)
            else:
                commands.change_reminder(reminder, form.plan(), actor=request.actor, now=request.now)
            return "done"

        if act_once(form, f"reminder:{(reminder or campaign).pk}", act):
            messages.success(request, _("Saved."))
            return redirect(f"{_news(campaign)}#reminders")
    title, samples = _("Change reminder") if reminder else _("New reminder"), samples_of(request)
    context = {
        "nav": "campaign",
        "title": title,
        "lead": _("It is sent while the campaign is active. What falls into a pause is left out, not made up for."),
        "crumbs": [
            (campaign.name, reverse("b:campaign_one", args=[request.business.slug, campaign.public_id])),
            (_("Tell your clients"), _news(campaign)),
            (title, ""),
        ],
        "campaign": campaign,
        "reminder": reminder,
        "form": form,
        "gaps": gaps_shown(),
        "off": [channels[name].label for name in ("email", "portal") if name not in channels_of(campaign)],
        "samples": samples,
        "me": request.collaborator.user.email,
        **preview_of(request, reminder.texts if reminder else {}, form, kind="reminder", samples=samples),
        **_ahead(request, campaign, form.cleaned_data if form.is_bound else form.initial),
    }
    return render(request, "dashboard/campaign/reminder.html", context, status=422 if form.errors else 200)


def _send_test(request: Page, campaign: Campaign, form: ReminderForm) -> None:
    """Send what is typed to who types it; nothing is saved."""
    user = request.collaborator.user
    try:
        commands.send_test(
            campaign, user, texts=form.texts(), kind="reminder", sample=sample_of(request), now=request.now
        )
    except Refused as error:
        show_refusal(form, error)
    else:
        messages.success(request, _("A test is on its way to %(email)s.") % {"email": user.email})
        messages.info(request, _("The reminder itself is not saved yet."))


def _initial(request: Page, campaign: Campaign, reminder: Reminder | None) -> dict[str, Any]:
    words = initial_words(reminder.texts if reminder else {}, "reminder")
    if reminder:
        names = ("starts_on", "at", "every_weeks", "until", "channels", "audience", "tags")
        return {name: getattr(reminder, name) for name in names} | words
    day = clock.day_of(request.business, request.now) + timedelta(days=PROPOSED_DAYS)
    proposed = {"starts_on": day, "at": time(PROPOSED_HOUR), "every_weeks": 0, "audience": Reminder.Audience.ALL}
    return {**proposed, "channels": channels_of(campaign), **words}


def _news(campaign: Campaign) -> str:
    return reverse("b:campaign_news", args=[campaign.business.slug, campaign.public_id])
