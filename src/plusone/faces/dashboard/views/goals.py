"""Goals: which figures, what they are to reach, and by when (R-107)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from plusone.faces.dashboard.forms import OnceForm, act_once, choose
from plusone.faces.ui.http import Page, staff
from plusone.insights import commands, queries
from plusone.insights.kpis import kpis
from plusone.insights.models import Goal
from plusone.kernel import clock
from plusone.kernel.access import get
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.kernel.money import parse_money

PROPOSED_DAYS = 30
HUNDREDTHS = 100


class GoalForm(OnceForm):
    """A figure, what it is to reach, and the days for it."""

    kpi = forms.ChoiceField(label=gettext_lazy("Figure"))
    target = forms.CharField(
        label=gettext_lazy("What it is to reach"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy("A number, an amount, or a percentage for a rate."),
    )
    since = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(label=gettext_lazy("Until"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.business = business
        choose(self, "kpi", [(kpi.name, kpi.label) for kpi in kpis if kpi.goal])

    def clean(self) -> dict[str, Any]:
        """Read the target as the figure's unit asks."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        found = kpis.get(str(cleaned.get("kpi")))
        text = cleaned.get("target")
        if found is None or not text:
            return cleaned
        try:
            cleaned["target"] = self._read(text, found.unit)
        except Refused as error:
            self.add_error("target", str(error))
        except (ArithmeticError, ValueError):  # "Infinity" and "9e999999" are Decimals
            examples = {"count": _("Write a whole number, such as 10."), "ratio": _("Write a percentage, such as 40.")}
            self.add_error("target", examples[found.unit])
        return cleaned

    def _read(self, text: str, unit: str) -> int:
        if unit == "money":
            return parse_money(text, self.business.currency, field="target")
        if unit == "count":
            return int(text)
        return int(Decimal(text.replace("%", "").replace(",", ".").strip()) * HUNDREDTHS)


@staff("insights.view")
def index(request: Page) -> HttpResponse:
    """Show the goals with their progress, and set one."""
    business, today = request.business, clock.day_of(request.business, request.now)
    initial = {"since": today, "until": today + timedelta(days=PROPOSED_DAYS), "kpi": "registered_leads"}
    may_set = request.may("campaigns.manage")
    form = GoalForm(request.POST or None, business=business, initial=initial)
    if request.method == "POST" and may_set and form.is_valid():

        def act() -> str:
            return commands.set_goal(business, **form.given(), actor=request.actor, now=request.now).public_id

        if act_once(form, f"goal:{business.pk}", act) is not None:
            messages.success(request, _("The goal is set."))
            return redirect("b:goals", business.slug)
    context = {
        "nav": "overview",
        "title": _("Goals"),
        "lead": _("Choose the figures that matter to you, and what they are to reach by when."),
        "crumbs": [(_("Impact overview"), reverse("b:overview", args=[business.slug])), (_("Goals"), "")],
        "form": form,
        "may_set": may_set,
        "goals": queries.progress_of(business, list(queries.goals_of(business)), now=request.now),
    }
    return render(request, "dashboard/goals.html", context)


@staff("campaigns.manage")
@require_POST
def remove(request: Page, goal: str) -> HttpResponse:
    """Give a goal up."""
    commands.remove_goal(get(request.business, Goal, goal), actor=request.actor, now=request.now)
    messages.success(request, _("The goal is removed."))
    return redirect("b:goals", request.business.slug)


urlpatterns = [
    path("goals/", index, name="goals"),
    path("goals/<str:goal>/remove/", remove, name="goal_remove"),
]
