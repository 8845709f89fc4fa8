"""How many places the sentence has: conditions, options of a choice, further steps. Buttons add one or take one away.

The names of fields say where they stand: `condition`, `condition_2` …; `option_2` … after `ambassador`; and the same
again after `step_2_`, `step_3_` …
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from plusone.referrals.offers import STEPS_MAX
from plusone.rewards.types.choice import OPTIONS_MAX

CONDITIONS_MAX = 10
MORE, OPTION, STEP, DROP = "more", "more_option", "more_step", "drop"
BUTTONS = (MORE, OPTION, STEP, DROP)
FIRST = "1"  # what the buttons of the first step say instead of a prefix
CONDITION = re.compile(r"condition(?:_(\d{1,2}))?(|_at_least|_membership_type|_text)$")
CHOICE = re.compile(r"option_(\d{1,2})(_.+)$")
FURTHER = re.compile(r"(step_\d+_)(.+)$")

type Ends = dict[str, Any]  # what stands in one place, by the end of its fields' names


@dataclass
class Part:
    """What is typed for one step."""

    conditions: dict[int, Ends] = field(default_factory=dict)
    options: dict[int, Ends] = field(default_factory=dict)
    rest: Ends = field(default_factory=dict)


def steps_in(given: Mapping[str, Any]) -> list[str]:
    """Return the prefixes of the further steps that are there."""
    every = (f"step_{number}_" for number in range(2, STEPS_MAX + 2))
    return [prefix for prefix in every if f"{prefix}condition" in given]


def conditions_in(given: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Return the names of the places for conditions of a step: one at least."""
    more = (f"{prefix}condition_{number}" for number in range(2, CONDITIONS_MAX + 1))
    return [f"{prefix}condition", *(place for place in more if place in given)]


def options_in(given: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Return the names of the places for what the client may choose instead of the first reward."""
    every = (f"{prefix}option_{number}" for number in range(2, OPTIONS_MAX + 1))
    return [place for place in every if f"{place}_kind" in given]


def is_pressed(pressed: Mapping[str, Any]) -> bool:
    """Say whether a button was pressed that rearranges the sentence."""
    return any(button in pressed for button in BUTTONS)


def rearranged(typed: Mapping[str, Any], pressed: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return what was typed with one place more or less, the others closed up; and the field to write in next."""
    parts = _parts(typed)
    focus = ""
    if DROP in pressed:
        _drop(parts, str(pressed[DROP]))
    elif STEP in pressed and len(parts) <= STEPS_MAX:
        parts[f"step_{STEPS_MAX + 2}_"] = Part(conditions={1: {"": "activated"}})
        focus = f"step_{len(parts)}_condition"
    elif MORE in pressed and (part := parts.get(_prefix(pressed[MORE]))):
        part.conditions[CONDITIONS_MAX + 1] = {"": ""}
        focus = f"{_closed_up(parts, _prefix(pressed[MORE]))}condition_{len(part.conditions)}"
    elif OPTION in pressed and (part := parts.get(_prefix(pressed[OPTION]))):
        part.options[OPTIONS_MAX + 1] = {"_kind": "balance"}
        focus = f"{_closed_up(parts, _prefix(pressed[OPTION]))}option_{len(part.options) + 1}_kind"
    return _flat(parts), focus


def _prefix(said: object) -> str:
    return "" if said == FIRST else str(said)


def _closed_up(parts: dict[str, Part], prefix: str) -> str:
    number = list(parts).index(prefix) + 1
    return "" if number == 1 else f"step_{number}_"


def _parts(typed: Mapping[str, Any]) -> dict[str, Part]:
    parts = {prefix: Part() for prefix in ["", *steps_in(typed)]}
    for name, value in typed.items():
        further = FURTHER.match(name)
        prefix, end = further.groups() if further else ("", name)
        if (part := parts.get(prefix)) is None:
            continue
        if found := CONDITION.match(end):
            part.conditions.setdefault(int(found[1] or 1), {})[found[2]] = value
        elif found := CHOICE.match(end):
            part.options.setdefault(int(found[1]), {})[found[2]] = value
        else:
            part.rest[end] = value
    return parts


def _drop(parts: dict[str, Part], place: str) -> None:
    further = FURTHER.match(place)
    if place in parts and place:
        del parts[place]
        return
    prefix, end = further.groups() if further else ("", place)
    part = parts.get(prefix)
    if part is None:
        return
    if (found := CONDITION.match(end)) and len(part.conditions) > 1:
        part.conditions.pop(int(found[1] or 1), None)
    elif found := re.match(r"option_(\d{1,2})$", end):
        part.options.pop(int(found[1]), None)


def _flat(parts: dict[str, Part]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for number, part in enumerate(parts.values(), 1):
        prefix = "" if number == 1 else f"step_{number}_"
        flat |= {prefix + end: value for end, value in part.rest.items()}
        for place, (_old, ends) in enumerate(sorted(part.conditions.items()), 1):
            name = f"{prefix}condition" if place == 1 else f"{prefix}condition_{place}"
            flat |= {name + end: value for end, value in ends.items()}
        for place, (_old, ends) in enumerate(sorted(part.options.items()), 2):
            flat |= {f"{prefix}option_{place}{end}": value for end, value in ends.items()}
    return flat
