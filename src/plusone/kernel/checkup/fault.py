"""What a check finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Something that is wrong, and what mends it."""

    name: str
    problem: str
    fix: str
