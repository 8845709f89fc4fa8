"""What a friend has to do before the ambassador is rewarded: what a condition is, and the catalogue of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.kernel.registry import Registry

if TYPE_CHECKING:
    from plusone.referrals.models import Referral

AT_LEAST_MAX = 10**12


@dataclass(frozen=True)
class Input:
    """One parameter that an owner sets: what kind of number it is, and what it starts as."""

    name: str
    kind: Literal["count", "money", "days"]
    label: str | Promise
    start: int


@dataclass(frozen=True)
class Progress:
    """How far a friend has come: `done` of `wanted`, in pieces or in minor units."""

    done: int
    wanted: int

    @property
    def is_met(self) -> bool:
        """Whether nothing is missing."""
        return self.done >= self.wanted


class Condition:
    """Something that has to hold. Subclass it in a file of its own, with a docstring (its help text), and register it.

    `action` finishes "once the friend …" as a whole phrase; `missing` tells the ambassador what is still to come
    (R-116).
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    slot: ClassVar[str | Promise] = ""  # how the builder's sentence offers it, before its inputs
    inputs: ClassVar[tuple[Input, ...]] = ()

    def clean(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters as they are stored. Raise Invalid naming what is wrong."""
        cleaned: dict[str, Any] = {"kind": self.name}
        for wanted in self.inputs:
            value = params.get(wanted.name)
            if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= AT_LEAST_MAX:
                raise Invalid(_("Write a whole number above zero."), field=wanted.name)
            cleaned[wanted.name] = value
        return cleaned

    def progress(self, referral: Referral, params: dict[str, Any], *, now: datetime) -> Progress:
        """Return how far the friend has come."""
        raise NotImplementedError

    def action(self, business: Business, params: dict[str, Any]) -> str:
        """Return the whole phrase after "once the friend", in the active language."""
        raise NotImplementedError

    def missing(self, business: Business, params: dict[str, Any], progress: Progress) -> str:
        """Return in one sentence what is still to come, in the active language."""
        raise NotImplementedError


conditions: Registry[type[Condition]] = Registry("condition")


def all_met(referral: Referral, wanted: list[dict[str, Any]], *, now: datetime) -> bool:
    """Say whether every one of some conditions holds."""
    return all(conditions[params["kind"]]().progress(referral, params, now=now).is_met for params in wanted)


def still_missing(referral: Referral, wanted: list[dict[str, Any]] | None = None, *, now: datetime) -> list[str]:
    """Return a sentence for each condition that does not hold yet: of a step's, or those of the terms' first."""
    if wanted is None:
        wanted = referral.terms.conditions if referral.terms else []
    sentences = []
    for params in wanted:
        condition = conditions[params["kind"]]()
        progress = condition.progress(referral, params, now=now)
        if not progress.is_met:
            sentences.append(condition.missing(referral.business, params, progress))
    return sentences
