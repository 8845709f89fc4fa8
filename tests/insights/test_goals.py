"""Goals with their progress (R-107)."""

from datetime import date

import pytest
from django.utils import translation

import world
from insights.story import NOW, Story
from plusone.events.models import Event
from plusone.insights.commands import remove_goal, set_goal
from plusone.insights.models import Goal
from plusone.insights.queries import goals_of, progress_of
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business

YEAR = {"since": date(2026, 1, 1), "until": date(2026, 12, 31), "actor": "user:1", "now": NOW}


def test_progress(story: Story, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    """How far each figure is, and whether it keeps up with the days gone."""
    set_goal(story.business, kpi="registered_leads", target=6, **YEAR)  # type: ignore[arg-type]
    set_goal(story.business, kpi="generated_income", target=100000, **YEAR)  # type: ignore[arg-type]
    set_goal(story.business, kpi="conversion_rate", target=8000, **YEAR)  # type: ignore[arg-type]
    spring = YEAR | {"since": date(2026, 3, 1), "until": date(2026, 4, 30)}
    set_goal(story.business, kpi="activated_clients", target=3, **spring)  # type: ignore[arg-type]
    goals = list(goals_of(story.business))
    with django_assert_num_queries(1):
        found = progress_of(story.business, goals, now=NOW)
    assert [(one.kpi.name, one.value, one.percent, one.state) for one in found] == [
        ("activated_clients", 2, 66, "missed"),
        ("registered_leads", 6, 100, "reached"),
        ("generated_income", 7000, 7, "behind"),
        ("conversion_rate", 5000, 62, "ahead"),
    ]


def test_setting_again_changes_the_target(story: Story) -> None:
    first = set_goal(story.business, kpi="ambassadors", target=6, **YEAR)  # type: ignore[arg-type]
    again = set_goal(story.business, kpi="ambassadors", target=9, **YEAR)  # type: ignore[arg-type]
    assert (again.pk, again.target, Goal.objects.count()) == (first.pk, 9, 1)
    remove_goal(again, actor="user:1", now=NOW)
    assert Goal.objects.count() == 0
    assert list(Event.objects.filter(name__startswith="goal.").order_by("id").values_list("name", flat=True)) == [
        "goal.set", "goal.set", "goal.removed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kpi": "nothing"}, "kpi"),
        ({"kpi": "outstanding_balance"}, "kpi"),
        ({"target": 0}, "target"),
        ({"kpi": "conversion_rate", "target": 10001}, "target"),
        ({"until": date(2025, 12, 31)}, "until"),
        ({"until": date(2046, 12, 31)}, "until"),
        ({"since": date(1, 1, 1), "until": date(1, 1, 1)}, "since"),
        ({"since": date(9999, 12, 31), "until": date(9999, 12, 31)}, "since"),
        ({"since": date(2100, 12, 31), "until": date(2101, 1, 1)}, "until"),
    ],
)
def test_wrong_goals_change_nothing(gym: Business, wrong: dict[str, object], field: str) -> None:
    given = {"kpi": "registered_leads", "target": 5} | YEAR | wrong
    with pytest.raises(Refused) as error:
        set_goal(gym, **given)  # type: ignore[arg-type]
    assert error.value.field == field
    assert Goal.objects.count() == Event.objects.filter(name="goal.set").count() == 0


def test_goals_are_one_business_s_own(story: Story) -> None:
    salon = world.open_salon().business
    set_goal(salon, kpi="registered_leads", target=6, **YEAR)  # type: ignore[arg-type]
    assert list(goals_of(story.business)) == []


def test_with_as_many_goals_as_there_may_be_one_can_still_change(gym: Business) -> None:
    first = {**YEAR, "since": date(2026, 1, 1)}
    for day in range(1, 25):
        set_goal(gym, kpi="registered_leads", target=5, **{**YEAR, "since": date(2026, 1, day)})  # type: ignore[arg-type]
    assert set_goal(gym, kpi="registered_leads", target=6, **first).target == 6  # type: ignore[arg-type]
    with pytest.raises(Refused, match="24 goals"), translation.override("en"):
        set_goal(gym, kpi="ambassadors", target=6, **first)  # type: ignore[arg-type]
    assert Goal.objects.count() == 24
