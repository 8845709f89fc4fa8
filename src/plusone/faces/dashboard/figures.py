"""Figures and the rows behind them, as people read them on a page and as files carry them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from plusone.faces.ui.navigation import url_of
from plusone.faces.ui.tags.texts import local_date, money, number, percent
from plusone.insights.kpis import Column, Figure, Kpi, Row
from plusone.insights.kpis.base import Person
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.kernel.money import plain_money


@dataclass(frozen=True)
class Shown:
    """A cell of a page: its column's name, the text, the way to what it names, and whether it is a figure."""

    label: str
    text: str
    href: str = ""
    num: bool = False


def said(kpi: Kpi | type[Kpi], value: Any, business: Business) -> str:
    """Return a figure as text."""
    if kpi.unit == "money":
        return money(value, business)
    return percent(value) if kpi.unit == "ratio" else number(value)


def tile(kpi: Kpi, figure: Figure, business: Business, query: str) -> dict[str, Any]:
    """Return what a tile shows: the number, its definition, what stands beside it, the way to its rows."""
    notes = [f"{label}: {_beside(kpi, name, figure.more[name], business)}" for name, label in kpi.more_labels.items()]
    if kpi.name == "rewards_issued":
        notes = [note for note, name in zip(notes, kpi.more_labels, strict=True) if figure.more[name]]
    if kpi.name == "commissions" and not figure.value:
        notes = [_("Free")]
    return {
        "name": kpi.name,
        "label": kpi.label,
        "value": said(kpi, figure.value, business),
        "definition": kpi.definition,
        "note": " · ".join(notes),
        "href": reverse("b:figure", args=[business.slug, kpi.name]) + query,
    }


def _beside(kpi: Kpi, name: str, value: int, business: Business) -> str:
    is_money = kpi.unit == "money" and name != "other"
    return money(value, business) if is_money else number(value)


def cells(kpi: Kpi, row: Row, business: Business) -> list[Shown]:
    """Return a row as a page shows it."""
    return [_cell(column, _value(column, row), business) for column in kpi.columns]


def _value(column: Column, row: Row) -> Any:
    return row.n if column.name == "n" else row.cells[column.name]


def _cell(column: Column, value: Any, business: Business) -> Shown:
    label = str(column.label)
    if isinstance(value, Person):
        route = "b:client" if column.kind == "person" else "b:order"
        return Shown(label, value.name, url_of(route, value.id, business=business))
    if column.kind == "money":
        return Shown(label, money(value, business), num=True)
    if column.kind == "count":
        return Shown(label, number(value), num=True)
    if column.kind == "day":
        return Shown(label, local_date(value, business))
    if column.kind == "choice":
        return Shown(label, str(column.choices.get(value, value or "–")))
    return Shown(label, "–" if value is None else str(value))


def header(kpi: Kpi, business: Business) -> list[str]:
    """Return the heads of a figure's file; money says its currency."""
    currency = f" ({business.currency})"
    return [f"{column.label}{currency if column.kind == 'money' else ''}" for column in kpi.columns]


def plain(kpi: Kpi, rows: Iterator[Row], business: Business) -> Iterator[list[str]]:
    """Return rows as a file carries them: ISO days, amounts with a point."""
    for row in rows:
        yield [_plain(column, _value(column, row), business) for column in kpi.columns]


def _plain(column: Column, value: Any, business: Business) -> str:
    if isinstance(value, Person):
        return value.name
    if value is None:
        return ""
    if column.kind == "money":
        return plain_money(int(value), business.currency)
    if column.kind == "day":
        day = clock.day_of(business, value) if isinstance(value, datetime) else value
        return str(day.isoformat())
    if column.kind == "choice":
        return str(column.choices.get(value, value))
    return str(value)
