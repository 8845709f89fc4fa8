"""Line, bar and stacked charts: the words keep their size, only the plot stretches."""

from collections.abc import Iterator, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .frame import (
    Scale,
    Series,
    Show,
    axes,
    check,
    colour_of,
    figure,
    legend,
    n,
    scale_of,
    ticks,
    told,
    twin,
    x_of,
)


def _runs(values: Sequence[int | None]) -> Iterator[list[tuple[int, int]]]:
    """Yield the stretches of values between gaps."""
    run: list[tuple[int, int]] = []
    for index, value in enumerate(values):
        if value is None:
            if run:
                yield run
            run = []
        else:
            run.append((index, value))
    if run:
        yield run


def _curve(one: Series, index: int, scale: Scale, *, filled: bool) -> SafeString:
    length = len(one.values)
    parts = []
    for run in _runs(one.values):
        points = " ".join(f"{n(x_of(place, length))},{n(scale.y(value))}" for place, value in run)
        if filled:
            zero = n(scale.y(0))
            start, end = n(x_of(run[0][0], length)), n(x_of(run[-1][0], length))
            parts.append(format_html('<polygon class="area" points="{},{} {} {},{}"/>', start, zero, points, end, zero))
        parts.append(
            format_html(
                '<polyline class="k{0} d{0}" vector-effect="non-scaling-stroke" points="{1}"/>',
                colour_of(index),
                points,
            )
        )
    return format_html_join("", "{}", ((part,) for part in parts))


def _dots(one: Series, index: int, scale: Scale, labels: Sequence[str], show: Show) -> SafeString:
    length = len(one.values)
    return format_html_join(
        "",
        '<circle class="f{}" cx="{}%" cy="{}%" r="{}"><title>{}: {} ({})</title></circle>',
        (
            (
                colour_of(index),
                n(x_of(place, length)),
                n(scale.y(value)),
                "3.5" if length <= 31 else "1.5",
                labels[place],
                show(value),
                one.name,
            )
            for place, value in enumerate(one.values)
            if value is not None
        ),
    )


def line(
    title: str, labels: Sequence[str], series: Sequence[Series], *, show: Show = str, summary: str = ""
) -> SafeString:
    """Draw how values went over time. `show` prints a value (money); `summary` replaces the spoken description."""
    check(labels, series)
    scale = scale_of(value for one in series for value in one.values)
    curves = format_html_join(
        "", "{}", ((_curve(one, index, scale, filled=len(series) == 1),) for index, one in enumerate(series))
    )
    dots = format_html_join("", "{}", ((_dots(one, index, scale, labels, show),) for index, one in enumerate(series)))
    svg = format_html(
        '{}<svg x="0" y="0" width="100%" height="100%" viewBox="0 0 100 100" preserveAspectRatio="none">{}</svg>{}',
        axes(scale, labels),
        curves,
        dots,
    )
    return figure(
        title,
        svg,
        left=ticks(scale, show),
        summary=summary or told(labels, series, show),
        key=legend(series, dashed=True),
        table=twin(title, labels, series, show),
    )


def _bars(scale: Scale, labels: Sequence[str], series: Sequence[Series], show: Show) -> Iterator[SafeString]:
    column = 100 / max(1, len(labels))
    width = column * 0.7 / len(series)
    for index, one in enumerate(series):
        for place, value in enumerate(one.values):
            if value is None:
                continue
            left = column * place + column * 0.15 + width * index
            top, foot = sorted((scale.y(value), scale.y(0)))
            yield format_html(
                '<rect class="f{}" x="{}%" y="{}%" width="{}%" height="{}%" rx="3"><title>{}: {} ({})</title></rect>',
                colour_of(index),
                n(left),
                n(top),
                n(width * 0.94),
                n(foot - top),
                labels[place],
                show(value),
                one.name,
            )


def bar(
    title: str, labels: Sequence[str], series: Sequence[Series], *, show: Show = str, summary: str = ""
) -> SafeString:
    """Draw values side by side. `show` prints a value; `summary` replaces the spoken description."""
    check(labels, series)
    scale = scale_of(value for one in series for value in one.values)
    svg = axes(scale, labels) + format_html_join("", "{}", ((one,) for one in _bars(scale, labels, series, show)))
    return figure(
        title,
        svg,
        left=ticks(scale, show),
        summary=summary or told(labels, series, show),
        key=legend(series, dashed=False),
        table=twin(title, labels, series, show),
    )


def _stacks(scale: Scale, labels: Sequence[str], series: Sequence[Series], show: Show) -> Iterator[SafeString]:
    column = 100 / max(1, len(labels))
    for place, label in enumerate(labels):
        foot = 0
        for index, one in enumerate(series):
            value = one.values[place] or 0
            if not value:
                continue
            yield format_html(
                '<rect class="f{} gap" x="{}%" y="{}%" width="{}%" height="{}%"><title>{}: {} ({})</title></rect>',
                colour_of(index),
                n(column * (place + 0.15)),
                n(scale.y(foot + value)),
                n(column * 0.7),
                n(scale.y(foot) - scale.y(foot + value)),
                label,
                show(value),
                one.name,
            )
            foot += value


def stacked(
    title: str, labels: Sequence[str], series: Sequence[Series], *, show: Show = str, summary: str = ""
) -> SafeString:
    """Draw parts of a whole, one column per label; values are zero or more."""
    check(labels, series)
    assert all((value or 0) >= 0 for one in series for value in one.values), "parts of a whole are not negative"
    sums = [sum(one.values[place] or 0 for one in series) for place in range(len(labels))]
    scale = scale_of(sums)
    svg = axes(scale, labels) + format_html_join("", "{}", ((one,) for one in _stacks(scale, labels, series, show)))
    return figure(
        title,
        svg,
        left=ticks(scale, show),
        summary=summary or told(labels, series, show),
        key=legend(series, dashed=False),
        table=twin(title, labels, series, show),
    )
