"""Funnels and sparklines."""

from collections.abc import Sequence

from babel.numbers import format_percent
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .frame import Series, Show, figure, n, twin

ROW = 58


def _share(value: int, whole: int) -> str:
    locale = (get_language() or "en").replace("-", "_")
    return str(format_percent(round(value / whole, 2), locale=locale)) if whole else "–"


def funnel(title: str, steps: Sequence[tuple[str, int]], *, show: Show = str, summary: str = "") -> SafeString:
    """Draw how many of those at the first step reached each later one, with the share of the step before."""
    most = max([1, *(value for _name, value in steps)])
    rows = []
    for place, (name, value) in enumerate(steps):
        top = place * ROW
        before = steps[place - 1][1] if place else 0
        note = _("%(share)s of the step before") % {"share": _share(value, before)} if place else ""
        rows.append(
            format_html(
                '<text class="mark" x="0" y="{}">{}</text>'
                '<text class="mark" x="100%" y="{}" text-anchor="end">{}</text>'
                '<rect class="track-bg" x="0" y="{}" width="100%" height="16" rx="8"/>'
                '<rect class="f1" x="0" y="{}" width="{}%" height="16" rx="8"/><text x="0" y="{}">{}</text>',
                top + 12,
                name,
                top + 12,
                show(value),
                top + 19,
                top + 19,
                n(max(value * 100 / most, 0.8 if value else 0)),
                top + 48,
                note,
            )
        )
    said = summary or "; ".join(f"{name}: {show(value)}" for name, value in steps)
    names = [name for name, _value in steps]
    return figure(
        title,
        format_html_join("", "{}", ((row,) for row in rows)),
        summary=said,
        key=mark_safe(""),
        table=twin(title, names, [Series(_("How many"), [value for _name, value in steps])], show),
        height=max(1, len(steps)) * ROW - 4,
    )


def sparkline(title: str, values: Sequence[int], *, show: Show = str) -> SafeString:
    """Draw a small line beside a number; its words say from where to where."""
    if not values:
        return mark_safe("")
    low, high = min(values), max(values)
    span = (high - low) or 1
    last = max(1, len(values) - 1)
    points = " ".join(
        f"{n(place * 100 / last)},{n(34 - (value - low) / span * 30)}" for place, value in enumerate(values)
    )
    words = _("%(title)s: from %(first)s to %(last)s") % {
        "title": title,
        "first": show(values[0]),
        "last": show(values[-1]),
    }
    return format_html(
        '<span class="chart"><svg class="spark" viewBox="0 0 100 36" preserveAspectRatio="none" role="img"'
        ' aria-label="{0}">'
        "<title>{0}</title>"
        '<polyline class="k1" vector-effect="non-scaling-stroke" points="{1}"/></svg></span>',
        words,
        points,
    )
