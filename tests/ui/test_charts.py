"""A chart and its table say the same."""

import re

import pytest

from plusone.faces.ui import charts
from plusone.faces.ui.charts import Series
from plusone.faces.ui.charts.frame import scale_of

MONTHS = ["Jan", "Feb", "Mar", "Apr"]
ONE = Series("Leads", [3, 0, 12, 7])
TWO = Series("Active", [1, 0, 4, 5])


def told(svg: str) -> dict[tuple[str, str], str]:
    """What the drawing's own tips say: (label, series) and value."""
    return {(label, name): value for label, value, name in re.findall(r"<title>(\w+): (\S+) \((\w+)\)</title>", svg)}


def tabled(svg: str) -> dict[tuple[str, str], str]:
    """What the table says."""
    names = re.findall(r'<th scope="col" class="num">([^<]+)</th>', svg)
    cells = {}
    for label, row in re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', svg):
        for name, value in zip(names, re.findall(r'<td class="num">([^<]*)</td>', row), strict=True):
            cells[label, name] = value
    return cells


@pytest.mark.parametrize("draw", [charts.line, charts.bar])
def test_the_drawing_equals_its_table(draw: object) -> None:
    svg = draw("Leads and clients", MONTHS, [ONE, TWO], show=lambda value: f"{value}€")  # type: ignore[operator]
    assert told(svg) == tabled(svg)
    assert tabled(svg)["Mar", "Leads"] == "12€"
    assert len(tabled(svg)) == 8


def test_a_stack_leaves_out_only_what_is_nothing() -> None:
    svg = charts.stacked("Rewards", MONTHS, [ONE, TWO])
    assert told(svg) == {cell: value for cell, value in tabled(svg).items() if value != "0"}


def test_a_gap_is_a_gap_in_both() -> None:
    svg = charts.line("Income", MONTHS, [Series("Income", [1, None, 3, 4])])
    assert tabled(svg)["Feb", "Income"] == "–"
    assert ("Feb", "Income") not in told(svg)
    assert svg.count("<polyline") == 2


def test_a_funnel_names_the_share_of_the_step_before() -> None:
    svg = charts.funnel("Loop", [("Opened", 400), ("Registered", 100), ("Activated", 0)])
    assert "25% of the step before" in svg
    assert tabled(svg)["Registered", "How many"] == "100"


def test_empty_charts_are_drawn() -> None:
    assert "<table" in charts.line("Income", [], [Series("Income", [])])
    assert "<table" in charts.bar("Income", ["Jan"], [Series("Income", [0])])
    assert "<table" in charts.funnel("Loop", [])
    assert charts.sparkline("Leads", []) == ""


def test_every_chart_has_a_title_a_description_and_no_style() -> None:
    for svg in (
        charts.line("Money & more <b>", MONTHS, [ONE, TWO]),
        charts.stacked("Money & more <b>", MONTHS, [ONE]),
        charts.funnel("Money & more <b>", [("<b>", 1)]),
    ):
        assert "Money &amp; more &lt;b&gt;</title><desc" in svg
        assert "<b>" not in svg
        assert "style=" not in svg


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([], [0, 1]),
        ([0, 0], [0, 1]),
        ([3, 12], [0, 5, 10, 15]),
        ([100, 980], [0, 250, 500, 750, 1000]),
        ([-40, 60], [-50, -25, 0, 25, 50, 75]),
        ([52_000], [0, 20_000, 40_000, 60_000]),
    ],
)
def test_ticks_are_round_and_hold_zero(values: list[int | None], ticks: list[int]) -> None:
    assert scale_of(values).ticks == ticks
