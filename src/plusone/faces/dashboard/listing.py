"""Pages of lists that are not one table's rows: by place, with the marks that the kit's pager shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plusone.faces.ui.numbers import whole

SIZE = 50


@dataclass(frozen=True)
class Stretch[T]:
    """Some rows of a list and the places before and after them, "" where there are none."""

    rows: Sequence[T]
    before: str = ""
    after: str = ""


def place_of(asked: Mapping[str, Any], size: int = SIZE) -> int:
    """Return where the page begins that `asked` (`request.GET`) names by `after` or `before`."""
    for name, back in (("after", 0), ("before", size)):
        number = whole(str(asked.get(name) or ""))
        if number is not None:
            return max(0, number - back)
    return 0


def stretch[T](rows: Sequence[T], start: int, size: int = SIZE) -> Stretch[T]:
    """Return a page from rows read from `start` on, one more than fits where there are more."""
    more = len(rows) > size
    return Stretch(rows[:size], str(start) if start else "", str(start + size) if more else "")
