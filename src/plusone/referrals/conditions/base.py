"""What a friend has to do before the ambassador is rewarded: what a condition is, and the catalogue of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from plusone.kernel.access import get
from plusone.kernel.errors import Invalid, NotHere
from plusone.kernel.models import Business
from plusone.kernel.registry import Registry
from plusone.referrals.deeds import Deeds
from plusone.store.models import MembershipType

if TYPE_CHECKING:
    from plusone.referrals.models import Referral, Terms

AT_LEAST_MAX = 10**12
DAYS_MAX = 365
TEXT_MAX = 120
type Reader = Literal["ambassador", "friend"]


@dataclass(frozen=True)
class Input:
    """One parameter that an owner sets: what sort of value it is, and what it starts as.

    A membership is a type of the business; left out, any type does.
    """

    name: str
    kind: Literal["count", "money", "days", "membership", "text"]
    label: str | Promise
    start: int = 1

    @property
    def is_required(self) -> bool:
        """Whether it cannot be left out."""
        return self.kind != "membership"


@dataclass(frozen=True)
class Progress:
    """How far a friend has come: `done` of `wanted`, in pieces, days or minor units; `at` is when it may be met, and
    `is_late` says that this has passed."""

    done: int
    wanted: int
    at: datetime | None = None
    is_late: bool = False

    @property
    def is_met(self) -> bool:
        """Whether nothing is missing."""
        return self.done >= self.wanted


class Condition:
    """Something that has to hold. Subclass it in a file of its own, with a docstring (its help text), and register it.

    `action` finishes "once the friend …" and `own_action` "once you …", as whole phrases; `missing` tells the
    ambassador what is still to come (R-116), `own_missing` the friend.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    slot: ClassVar[str | Promise] = ""  # how the builder's sentence offers it, before its inputs
    inputs: ClassVar[tuple[Input, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ()  # the kinds of deeds that it asks about

    def clean(self, business: Business, params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters as they are stored. Raise Invalid naming what is wrong."""
        cleaned: dict[str, Any] = {"kind": self.name}
        for wanted in self.inputs:
            cleaned |= READ[wanted.kind](business, wanted.name, params.get(wanted.name))
        return cleaned

    def progress(self, referral: Referral, params: dict[str, Any], deeds: Deeds, *, now: datetime) -> Progress:
        """Return how far the friend has come; what was later than the referral's `as_of` does not count."""
        raise NotImplementedError

    def is_no_harder(self, old: dict[str, Any], new: dict[str, Any]) -> bool | None:
        """Say whether who does what `old` asks does what `new` asks; None where nobody can say (Q-07).

        Fewer pieces, days or minor units are no harder, and any type of membership is none harder than a certain one.
        """
        for wanted in self.inputs:
            if wanted.kind in ("count", "money", "days"):
                if new[wanted.name] > old[wanted.name]:
                    return False
            elif new.get(wanted.name) not in (None, old.get(wanted.name)):
                return None
        return True

    def least_days(self, params: dict[str, Any]) -> int:
        """Return how many calendar days it takes at the very least."""
        return 0

    def action(self, business: Business, params: dict[str, Any]) -> str:
        """Return the whole phrase after "once the friend", in the active language."""
        raise NotImplementedError

    def asks_again_at(
        self, referral: Referral, params: dict[str, Any], deeds: Deeds, *, now: datetime
    ) -> datetime | None:
        """Return when time alone may make it hold, so that it is asked again then; None where only a fact can."""
        return None

    def own_action(self, business: Business, params: dict[str, Any]) -> str:
        """Return the whole phrase after "once you", for the friend, in the active language."""
        raise NotImplementedError

    def small_print(self, business: Business, params: dict[str, Any]) -> str:
        """Return what both people have to know of how it counts, in a sentence that speaks of neither."""
        raise NotImplementedError

    def missing(self, business: Business, params: dict[str, Any], progress: Progress) -> str:
        """Return in one sentence what is still to come, in the active language."""
        raise NotImplementedError

    def own_missing(self, business: Business, params: dict[str, Any], progress: Progress) -> str:
        """Return the same for the friend; the sentence for the ambassador where that speaks of nobody."""
        return self.missing(business, params, progress)


def _read_number(business: Business, name: str, value: object, *, most: int) -> dict[str, Any]:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= AT_LEAST_MAX:
        raise Invalid(_("Write a whole number above zero."), field=name)
    if value > most:
        raise Invalid(_("Write a whole number from 1 to %(most)s.") % {"most": most}, field=name)
    return {name: value}


def _read_membership(business: Business, name: str, value: object) -> dict[str, Any]:
    """Take the id of a type, and keep its name of the day: terms do not change by renaming."""
    if value is None or value == "":
        return {}
    try:
        wanted = get(business, MembershipType, str(value))
    except NotHere:
        raise Invalid(_("Choose a type of membership."), field=name, code="unknown") from None
    return {name: wanted.public_id, "title": wanted.name}


def _read_text(business: Business, name: str, value: object) -> dict[str, Any]:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or len(text) > TEXT_MAX or not text.isprintable():
        raise Invalid(_("Write what has to be done, in at most %(most)s characters.") % {"most": TEXT_MAX}, field=name)
    return {name: text}


READ: dict[str, Callable[[Business, str, object], dict[str, Any]]] = {
    "count": partial(_read_number, most=AT_LEAST_MAX),
    "money": partial(_read_number, most=AT_LEAST_MAX),
    "days": partial(_read_number, most=DAYS_MAX),
    "membership": _read_membership,
    "text": _read_text,
}


conditions: Registry[type[Condition]] = Registry("condition")


def deeds_of(referrals: Iterable[Referral]) -> Deeds:
    """Return what the friends of several recommendations did of what their terms ask for (terms at hand)."""
    found = list(referrals)
    wanted = [params for referral in found if referral.terms for params in _asked(referral.terms)]
    return Deeds(found, kinds=[kind for params in wanted for kind in conditions[params["kind"]].reads])


def _asked(terms: Terms) -> list[dict[str, Any]]:
    return [*terms.conditions, *(params for step in terms.steps for params in step["conditions"])]


def all_met(referral: Referral, wanted: list[dict[str, Any]], *, deeds: Deeds | None = None, now: datetime) -> bool:
    """Say whether every one of some conditions holds; of deeds at hand, or as things stand now."""
    deeds = deeds or deeds_of([referral])
    return all(conditions[params["kind"]]().progress(referral, params, deeds, now=now).is_met for params in wanted)


def asked_again_at(referral: Referral, wanted: list[dict[str, Any]], *, now: datetime) -> datetime | None:
    """Return the next moment at which time alone may change whether one of some conditions holds."""
    deeds = deeds_of([referral])
    moments = [conditions[params["kind"]]().asks_again_at(referral, params, deeds, now=now) for params in wanted]
    return min((moment for moment in moments if moment is not None), default=None)


def still_missing(
    referral: Referral,
    wanted: list[dict[str, Any]] | None = None,
    *,
    to: Reader = "ambassador",
    deeds: Deeds | None = None,
    now: datetime,
) -> list[str]:
    """Return a sentence, for one of the two people, for each condition that does not hold yet: of a step's, or those
    of the terms' first. A page that tells of several friends has their `deeds` at hand."""
    if wanted is None:
        wanted = referral.terms.conditions if referral.terms else []
    deeds, sentences = deeds or deeds_of([referral]), []
    for params in wanted:
        condition = conditions[params["kind"]]()
        progress = condition.progress(referral, params, deeds, now=now)
        if not progress.is_met:
            say = condition.own_missing if to == "friend" else condition.missing
            sentences.append(say(referral.business, params, progress))
    return sentences
