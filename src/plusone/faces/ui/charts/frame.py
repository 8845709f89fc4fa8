"""What all charts share: scale, axes, legend, the table twin and the figure around them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil, floor, log10

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

type Show = Callable[[int], str]

COLOURS = 6
TOP = 8.0  # per cent of the height
BOTTOM = 86.0
_numbers = count(1)


@dataclass(frozen=True)
class Series:
    """One row of values under the chart's labels; None is a gap."""

    name: str
    values: Sequence[int | None]


@dataclass(frozen=True)
class Scale:
    """Where a value stands between the bottom and the top of a plot."""

    low: int
    high: int
    ticks: list[int]

    def y(self, value: int) -> float:
        """Return the height of a value in per cent from the top."""
        return BOTTOM - (value - self.low) / (self.high - self.low) * (BOTTOM - TOP)


def scale_of(values: Iterable[int | None]) -> Scale:
    """Return a scale with zero and at most five round ticks around all values."""
    known = [value for value in values if value is not None]
    low, high = min([0, *known]), max([0, *known])
    if high == low:
        high = low + 1
    rough = (high - low) / 4
    power = 10 ** floor(log10(rough)) if rough >= 1 else 1
    step = max(1, int(next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= rough)))
    bottom, top = floor(low / step) * step, ceil(high / step) * step
    return Scale(bottom, top, list(range(bottom, top + 1, step)))


def n(value: float) -> str:
    """Return a coordinate, short."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def x_of(index: int, length: int) -> float:
    """Return the middle of one of `length` equal columns, in per cent."""
    return 100 / max(1, length) * (index + 0.5)


def ticks(scale: Scale, show: Show) -> SafeString:
    """Draw the numbers at the left of a plot, in a column as wide as they need."""
    words = [show(tick) for tick in scale.ticks]
    width = max(map(len, words)) * 7 + 10
    return format_html(
        '<svg width="{}" aria-hidden="true">{}</svg>',
        width,
        format_html_join(
            "",
            '<text x="{}" y="{}%" dy=".32em" text-anchor="end">{}</text>',
            ((width - 10, n(scale.y(tick)), word) for tick, word in zip(scale.ticks, words, strict=True)),
        ),
    )


def axes(scale: Scale, labels: Sequence[str]) -> SafeString:
    """Draw the grid and the labels beneath; on a phone only some labels stay."""
    grid = format_html_join(
        "",
        '<line class="axis{0}" x1="0" x2="100%" y1="{1}%" y2="{1}%"/>',
        ((" axis-0" if tick == 0 else "", n(scale.y(tick))) for tick in scale.ticks),
    )
    every = max(1, ceil(len(labels) / 12))
    few = every * max(1, ceil(len(labels) / every / 3))  # "sept 2026" is a quarter of a phone wide
    names = format_html_join(
        "",
        '<text class="{}" x="{}%" y="97%" text-anchor="middle">{}</text>',
        (
            ("" if index % few == 0 else "minor", n(x_of(index, len(labels))), label)
            for index, label in enumerate(labels)
            if index % every == 0
        ),
    )
    return grid + names


def legend(series: Sequence[Series], *, dashed: bool) -> SafeString:
    """Draw the names of the series with their sign; nothing for one alone."""
    if len(series) < 2:
        return mark_safe("")
    sign = (
        '<line class="k{0} d{0}" x1="1" x2="27" y1="6" y2="6"/>'
        if dashed
        else '<rect class="f{0}" width="12" height="12" rx="3"/>'
    )
    return format_html(
        '<ul class="chart-legend" aria-hidden="true">{}</ul>',
        format_html_join(
            "",
            '<li><svg viewBox="0 0 28 12">{}</svg>{}</li>',
            ((format_html(sign, colour_of(index)), one.name) for index, one in enumerate(series)),
        ),
    )


def colour_of(index: int) -> int:
    """Return which of the chart colours a series has."""
    return index % COLOURS + 1


def shown(value: int | None, show: Show) -> str:
    """Return a value of the table; a gap is a dash."""
    return "–" if value is None else show(value)


def twin(title: str, labels: Sequence[str], series: Sequence[Series], show: Show) -> SafeString:
    """Draw the chart's numbers as a table behind "Show as table"."""
    heads = format_html_join("", '<th scope="col" class="num">{}</th>', ((one.name,) for one in series))
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        (
            (
                label,
                format_html_join("", '<td class="num">{}</td>', ((shown(one.values[index], show),) for one in series)),
            )
            for index, label in enumerate(labels)
        ),
    )
    return format_html(
        '<details class="chart-table"><summary>{}</summary>'
        '<table class="table"><caption class="visually-hidden">{}</caption>'
        '<thead><tr><th scope="col"><span class="visually-hidden">{}</span></th>{}</tr></thead>'
        "<tbody>{}</tbody></table></details>",
        _("Show as table"),
        title,
        _("Label"),
        heads,
        rows,
    )


def figure(
    title: str,
    svg: SafeString,
    *,
    summary: str,
    key: SafeString,
    table: SafeString,
    left: SafeString | None = None,
    height: int | None = None,
) -> SafeString:
    """Put a drawing into its figure: title, legend, picture with title and description, table."""
    return format_html(
        '<figure class="chart"><figcaption class="chart-title"><span>{title}</span></figcaption>{key}'
        '<div class="{css}">{left}<svg width="100%"{height} role="img" aria-labelledby="chart-{id}-t chart-{id}-d">'
        '<title id="chart-{id}-t">{title}</title><desc id="chart-{id}-d">{summary}</desc>{svg}</svg></div>'
        "{table}</figure>",
        title=title,
        key=key,
        css="chart-free" if height else "chart-plot",
        left=left or "",
        id=next(_numbers),
        height=format_html(' height="{}"', height) if height else "",
        summary=summary,
        svg=svg,
        table=table,
    )


def told(labels: Sequence[str], series: Sequence[Series], show: Show) -> str:
    """Return in words what a chart shows: for each series its first, last and highest value."""
    sentences = []
    for one in series:
        known = [(index, value) for index, value in enumerate(one.values) if value is not None]
        if not known:
            sentences.append(_("%(name)s: no values.") % {"name": one.name})
            continue
        best = max(known, key=lambda pair: pair[1])
        sentences.append(
            _("%(name)s: %(first)s in %(start)s, %(last)s in %(end)s, highest %(most)s in %(when)s.")
            % {
                "name": one.name,
                "first": show(known[0][1]),
                "start": labels[known[0][0]],
                "last": show(known[-1][1]),
                "end": labels[known[-1][0]],
                "most": show(best[1]),
                "when": labels[best[0]],
            }
        )
    return " ".join(sentences)


def check(labels: Sequence[str], series: Sequence[Series]) -> None:
    """Hold that every series has a value, or a gap, for every label."""
    assert all(len(one.values) == len(labels) for one in series), "a series needs one value per label"
