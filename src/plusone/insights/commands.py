"""A goal is set and given up (R-107); somebody says whether a help text helped."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.kernel.money import AMOUNT_MAX

from . import events
from .kpis import kpis
from .models import Goal, HelpAnswer
from .scope import is_counted

GOALS_MAX = 24
DAYS_MAX = 3660


@transaction.atomic
def set_goal(business: Business, *, kpi: str, target: int, since: date, until: date, actor: str, now: datetime) -> Goal:
    """Set what a figure is to reach on the days from `since` to `until`; those again change the target.

    `target` is minor units for money and hundredths of a per cent for a rate. Raise Invalid for a wrong field.
    """
    found = kpis.get(kpi)
    if found is None or not found.goal:
        raise Invalid(_("Choose a figure."), field="kpi")
    if not 0 < target <= AMOUNT_MAX:
        raise Invalid(_("A goal is more than zero."), field="target")
    if found.unit == "ratio" and target > 10_000:
        raise Invalid(_("A rate is at most 100%."), field="target")
    if strange := next((name for name, day in (("since", since), ("until", until)) if not is_counted(day)), ""):
        raise Invalid(_("Choose days between 2000 and 2100."), field=strange)
    if until < since:
        raise Invalid(_("The last day lies before the first."), field="until")
    if (until - since).days > DAYS_MAX:
        raise Invalid(_("A goal spans at most ten years."), field="until")
    others = Goal.objects.filter(business=business).exclude(kpi=kpi, since=since, until=until)
    if others.count() >= GOALS_MAX:
        raise Refused(_("You have 24 goals. Remove one first."), code="too_many")
    goal, _new = Goal.objects.update_or_create(
        business=business,
        kpi=kpi,
        since=since,
        until=until,
        defaults={"target": target},
        create_defaults={"target": target, "created_at": now, "created_by": actor},
    )
    told = events.GoalSet(goal=goal.pk, kpi=kpi, target=target, days=(until - since).days + 1)
    record(business, told, actor=actor, now=now)
    return goal


@transaction.atomic
def remove_goal(goal: Goal, *, actor: str, now: datetime) -> None:
    """Give a goal up; that it was set stays in the log."""
    told = events.GoalRemoved(goal=goal.pk, kpi=goal.kpi)
    record(goal.business, told, actor=actor, now=now)
    goal.delete()


@transaction.atomic
def answer_help(business: Business, topic: str, *, is_yes: bool) -> None:
    """Count that a help text answered a question, or did not. It is about the text, so no fact tells who said it."""
    HelpAnswer.objects.get_or_create(business=business, topic=topic)
    changed = {"yes": F("yes") + 1} if is_yes else {"no": F("no") + 1}
    HelpAnswer.objects.filter(business=business, topic=topic).update(**changed)
