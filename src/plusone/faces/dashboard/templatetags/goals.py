"""`{% load goals %}`: a goal's numbers as text."""

from typing import Any

from django.template import Library

from plusone.faces.dashboard.figures import said
from plusone.insights.queries import Progress

register = Library()
HUNDREDTHS = 10_000


def _text(progress: Progress, value: int, business: Any) -> str:
    is_rate = progress.kpi.unit == "ratio"
    return said(progress.kpi, value / HUNDREDTHS if is_rate else value, business)


@register.filter
def reached(progress: Progress, business: Any) -> str:
    """Return how far a goal is."""
    return _text(progress, progress.value, business)


@register.filter
def target(progress: Progress, business: Any) -> str:
    """Return what a goal is to reach."""
    return _text(progress, progress.goal.target, business)
