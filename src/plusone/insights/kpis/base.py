"""What a figure is: a definition, the rows behind it, and their sum. Screen, file and API read the same rows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from django.db.models import BigIntegerField, Case, F, IntegerField, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.insights.scope import Scope
from plusone.kernel.models import Business
from plusone.kernel.registry import Registry

type Number = int | Decimal | None
type Cells = dict[str, Any]

SAID = {
    "at": _("Date"),
    "client": _("Client"),
    "ambassador": _("Referred by"),
    "what": _("What"),
    "n": _("Number"),
}


@dataclass(frozen=True)
class Person:
    """Somebody in a table; a deleted client has no name left."""

    id: str
    name: str


@dataclass(frozen=True)
class Column:
    """A column of a table. `kind`: day, person, order, text, choice, count or money; `choices` names values."""

    name: str
    label: str | Promise
    kind: str = "text"
    choices: dict[str, str | Promise] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Row:
    """One row behind a figure: what stands in each column, and how much of the figure it is."""

    cells: Cells
    n: int


@dataclass(frozen=True)
class Part:
    """Rows of one kind that add to a figure. `n` is what each adds; `cells` how its columns are read."""

    rows: QuerySet[Any]
    n: Any
    cells: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """A number with the smaller ones beside it (M-3: by hand, by purchase). None: nothing to divide by."""

    value: Number
    more: dict[str, int] = field(default_factory=dict)


class Kpi:
    """A figure. Subclass it in a module of this folder, with `parts` and a docstring, and register it with `kpis`."""

    name: ClassVar[str]
    code: ClassVar[str] = ""  # of REQUIREMENTS 1.7
    label: ClassVar[str | Promise]
    definition: ClassVar[str | Promise]
    unit: ClassVar[str] = "count"  # count, money or ratio
    columns: ClassVar[tuple[Column, ...]] = ()
    more_labels: ClassVar[dict[str, str | Promise]] = {}
    at_end: ClassVar[bool] = False  # stands at the end of the last day, rather than over the days
    goal: ClassVar[bool] = True  # may be a goal
    newest: ClassVar[tuple[str, ...]] = ("at", "id")  # what its table is ordered by, downwards

    def parts(self, scope: Scope) -> list[Part]:
        """Return the rows that the figure is the sum of."""
        raise NotImplementedError

    def totals(self, scope: Scope) -> list[Any]:
        """Return the expressions that `read` turns into the figure; the first is the sum of the table."""
        return [total(self.parts(scope))]

    def read(self, numbers: Sequence[int]) -> Figure:
        """Make the figure from its totals."""
        return Figure(numbers[0], dict(zip(self.more_labels, numbers[1:], strict=True)))

    def figure(self, scope: Scope) -> Figure:
        """Return the figure with what stands beside it."""
        return measure([(self, scope)])[0]

    def value(self, scope: Scope) -> Number:
        """Return the number alone."""
        return self.figure(scope).value

    def rows(self, scope: Scope) -> Any:
        """Return the rows behind the number, newest first: can be sliced, counted, and iterated."""
        keys = self._keys()
        found = [
            part.rows.annotate(**{f"c_{name}": part.cells[name] for name in keys}, c_n=part.n)
            .order_by()
            .values_list(*(f"c_{name}" for name in keys), "c_n")
            for part in self.parts(scope)
        ]
        rows = found[0].union(*found[1:], all=True) if len(found) > 1 else found[0]
        return rows.order_by(*(f"-c_{name}" for name in self.newest))

    def table(self, scope: Scope) -> Iterator[Row]:
        """Stream the rows behind the number; their `n` add up to it."""
        rows = self.rows(scope)
        yield from map(self.row, rows.iterator(chunk_size=2000) if isinstance(rows, QuerySet) else rows)

    def page(self, scope: Scope, start: int, stop: int) -> list[Row]:
        """Return some of the rows."""
        return [self.row(row) for row in self.rows(scope)[start:stop]]

    def sum(self, rows: Iterable[Row]) -> Number:
        """Add up a table: the same as `value`."""
        return sum(row.n for row in rows)

    def row(self, read: Sequence[Any]) -> Row:
        """Make a row of a table from what was read."""
        found = dict(zip((*self._keys(), "n"), read, strict=True))
        cells: Cells = {}
        for column in self.columns:
            if column.kind in ("person", "order"):
                cells[column.name] = _reference(column.kind, found, column.name)
            else:
                cells[column.name] = found.get(column.name)
        return Row(cells, int(found["n"]))

    def _keys(self) -> list[str]:
        """Return the names of what is read for a row; `id` orders rows of one moment."""
        keys = ["id"]
        for column in self.columns:
            if column.kind == "person":
                keys += [f"{column.name}_id", f"{column.name}_first", f"{column.name}_last"]
            elif column.kind == "order":
                keys.append(f"{column.name}_id")
            elif column.name != "n":
                keys.append(column.name)
        return keys


kpis: Registry[type[Kpi]] = Registry("figure")


class Total(Subquery):
    """The sum of a column `t_n` of rows, as one number of a larger query."""

    template = "(SELECT CAST(COALESCE(SUM(t_n), 0) AS bigint) FROM (%(subquery)s) t)"
    output_field = BigIntegerField()


def total(parts: Iterable[Part]) -> Any:
    """Return the expression for the sum of all rows of all parts."""
    found: Any = Value(0)
    for part in parts:
        found = found + Total(part.rows.order_by().annotate(t_n=part.n).values("t_n"))
    return found


def amount_of(rows: QuerySet[Any], column: str, sign: int = 1) -> Any:
    """Return the expression for the sum of a column, in a subquery of each row; 0 where there is nothing."""
    plain = rows.order_by().annotate(t_n=F(column) * Value(sign)).values("t_n")
    return Total(plain)


def measure(wanted: Sequence[tuple[Kpi, Scope]]) -> list[Figure]:
    """Return several figures, of several scopes of one business, in one query."""
    return measure_beside(wanted)[0]


def measure_beside(wanted: Sequence[tuple[Kpi, Scope]], *beside: Any) -> tuple[list[Figure], list[Any]]:
    """Return the same, and what some other expressions say of the business, in the same query."""
    if not wanted:
        return [], []
    totals = [kpi.totals(scope) for kpi, scope in wanted]
    business = wanted[0][1].business
    assert all(scope.business.pk == business.pk for _kpi, scope in wanted)
    flat = [one for some in totals for one in some]
    row = list(Business.objects.filter(pk=business.pk).values_list(*flat, *beside)[0])
    numbers, others = iter(row[: len(flat)]), row[len(flat) :]
    found = [
        kpi.read([int(next(numbers)) for _one in some]) for (kpi, _scope), some in zip(wanted, totals, strict=True)
    ]
    return found, others


def measure_parts(parts: Sequence[tuple[str, Part]], starts: Sequence[datetime]) -> Counter[tuple[str, int]]:
    """Return the sums of named parts between moments, by name and place of the moment, in one query."""
    # The latest moment that a row does not lie before; plain comparisons, which any engine does quickly.
    place = Case(
        *(When(c_at__gte=start, then=Value(number)) for number, start in reversed(list(enumerate(starts)))),
        default=Value(-1),
        output_field=IntegerField(),
    )
    found = [
        part.rows.order_by()
        .annotate(c_at=part.cells["at"], c_n=part.n)
        .annotate(c_name=Value(name), c_place=place)
        .values_list("c_name", "c_place")
        .annotate(c_sum=Sum("c_n"))
        for name, part in parts
    ]
    sums: Counter[tuple[str, int]] = Counter()
    for name, number, n in found[0].union(*found[1:], all=True) if found else ():
        sums[name, number] += int(n)
    return sums


def ratio(part: int, whole: int) -> Decimal | None:
    """Return a share with four decimals, half up; None of nothing."""
    if not whole:
        return None
    return (Decimal(part) / whole).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def person(name: str, path: str) -> dict[str, Any]:
    """Return the cells of a person at the end of a path of relations."""
    return {
        f"{name}_id": F(f"{path}__public_id"),
        f"{name}_first": F(f"{path}__first_name"),
        f"{name}_last": F(f"{path}__last_name"),
    }


def person_by(name: str, clients: QuerySet[Any]) -> dict[str, Any]:
    """Return the cells of a person found by a subquery (where only a plain number leads to them)."""
    fields = {"id": "public_id", "first": "first_name", "last": "last_name"}
    return {
        f"{name}_{key}": Coalesce(Subquery(clients.values(column)[:1]), Value("")) for key, column in fields.items()
    }


def _reference(kind: str, found: Cells, name: str) -> Person | None:
    if not found[f"{name}_id"]:
        return None
    if kind == "order":
        return Person(found[f"{name}_id"], found[f"{name}_id"][:6].upper())
    said = f"{found[f'{name}_first']} {found[f'{name}_last']}".strip()
    return Person(found[f"{name}_id"], said or str(_("Deleted client")))
