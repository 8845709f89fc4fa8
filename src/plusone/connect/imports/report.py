"""What an import did, line by line where something is to be said."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.functional import Promise

PROBLEMS_MAX = 1_000

type Reason = Callable[[], str]
"""Called for a sentence in the language of the moment."""

type Progress = Callable[[int, int], None]
"""Called with how many lines are done and how many there are."""


@dataclass(frozen=True, order=True)
class Problem:
    """Something about a line of the file, in a sentence."""

    line: int
    reason: str


@dataclass
class Report:
    """The counts of an import and what its lines ran into; after PROBLEMS_MAX of these only the counts go on.

    Each line is counted once: `created`, `updated` (something of it was new), `skipped` (nothing new, or the same as
    an earlier line) or `failed`. A problem may also belong to a line that was imported, in part.
    """

    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    referrals: int = 0
    dry_run: bool = False
    columns: dict[str, str] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problems_left_out: int = 0
    month_first: bool | None = None  # whether the dates are written so, where the file tells

    @property
    def lines(self) -> int:
        """How many lines were looked at."""
        return self.created + self.updated + self.skipped + self.failed

    def tell(self, line: int, reason: str | Promise | Reason) -> None:
        """Note what is to be said about a line."""
        if len(self.problems) < PROBLEMS_MAX:
            said = reason() if callable(reason) else str(reason)
            self.problems.append(Problem(line, said))
        else:
            self.problems_left_out += 1

    def fail(self, line: int, reason: str | Promise | Reason) -> None:
        """Count a line that could not be imported."""
        self.failed += 1
        self.tell(line, reason)
