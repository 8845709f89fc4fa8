"""What a campaign offers, as typed or sent, checked against what this version can do."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.kernel.money import AMOUNT_MAX
from plusone.rewards.types import types

from .conditions import conditions
from .models import Terms

CAPS = ("rewards_total", "rewards_per_month", "amount_total", "amount_per_month")
ATTRIBUTIONS = ("last_touch", "first_touch")
CLAWBACKS = ("within_balance", "only_pending", "allow_negative")
HOLD_DAYS_MAX = 365
EVERY_MAX = 100
STEPS_MAX = 5
STEP_NAME_MAX = 60
MONTHS_MAX = 120
Params = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One step of an offer: who receives what, once which conditions hold.

    The first is the offer's own sentence; further ones stand in `Offer.steps`. Each is settled for itself.
    """

    number: int
    conditions: list[Params]
    friend_reward: Params | None
    ambassador_reward: Params | None
    name: str = ""
    hold_days: int | None = None  # None: as the offer says for each side

    @property
    def milestone(self) -> str:
        """What the rewards of this step are told apart by."""
        return str(self.number)

    @property
    def takes_days(self) -> int:
        """How many days its conditions themselves ask for, as being a client for 90: no deadline may cut them short."""
        return max((conditions[wanted["kind"]]().least_days(wanted) for wanted in self.conditions), default=0)


@dataclass(frozen=True)
class Offer:
    """The parts of a campaign's terms: who receives what, on which conditions, when."""

    friend_reward: Params | None = None
    ambassador_reward: Params | None = None
    conditions: list[Params] = field(default_factory=lambda: [{"kind": "activated"}])
    friend_reward_on: str = "registered"
    hold_days: int = 0
    friend_hold_days: int = 0
    needs_approval: bool = False
    qualification_days: int = 90
    caps: dict[str, int] | None = None
    budget: int | None = None
    clawback: str = "within_balance"
    attribution: str = "last_touch"
    attribution_days: int = 90
    every: int = 1
    require_active_ambassador: bool = False
    steps: list[Params] = field(default_factory=list)  # further ones, after the first
    returning: Params | None = None  # that former clients count, after how many months, and what is given for them

    @property
    def has_rewards(self) -> bool:
        """Whether anybody receives something (R-048)."""
        return bool(self.friend_reward or self.ambassador_reward)

    @property
    def gives_money(self) -> bool:
        """Whether anybody receives something that is worth money (PRI-15)."""
        steps = [*self.all_steps, *self.for_returning().all_steps]
        given = [reward for step in steps for reward in (step.friend_reward, step.ambassador_reward) if reward]
        parts = [part for reward in given for part in types[reward["kind"]]().options(reward) or [reward]]
        return any(types[part["kind"]].is_worth_money for part in parts)

    @property
    def counts_sets(self) -> bool:
        """Whether the ambassador is rewarded for a set of friends instead of for each (R-285)."""
        return self.every > 1 and bool(self.ambassador_reward)

    @property
    def further(self) -> list[Step]:
        """The steps after the first."""
        return [Step(number, **params) for number, params in enumerate(self.steps, start=2)]

    @property
    def all_steps(self) -> list[Step]:
        """Every step, the offer's own sentence first."""
        return [Step(1, self.conditions, self.friend_reward, self.ambassador_reward), *self.further]

    @property
    def returning_months(self) -> int:
        """How many months ago a former client has to have left to count again; 0 where none does (Q-10)."""
        return int(self.returning["months"]) if self.returning else 0

    def for_returning(self) -> "Offer":
        """Return what holds for a former client who comes back: the same, or rewards of its own and no further steps,
        for each of them."""
        own = {name: value for name, value in (self.returning or {}).items() if name != "months"}
        return replace(self, **own, steps=[], every=1, returning={"months": self.returning_months}) if own else self

    def is_gift_earned(self, step: Step) -> bool:
        """Whether the friend's gift of a step waits for its conditions."""
        return bool(step.friend_reward) and (step.number > 1 or self.friend_reward_on == "qualified")

    @property
    def earned_steps(self) -> list[Step]:
        """The steps whose conditions decide about a reward of either side."""
        return [step for step in self.all_steps if step.ambassador_reward or self.is_gift_earned(step)]

    @property
    def thanks_ambassador(self) -> bool:
        """Whether who recommends receives something at any step, which friends have to know (PRI-14)."""
        return any(step.ambassador_reward for step in self.all_steps)


def offer_of(terms: Terms) -> Offer:
    """Return the offer that terms froze."""
    return Offer(**{name: getattr(terms, name) for name in Offer.__dataclass_fields__})


def read_offer(business: Business, sent: dict[str, Any], *, base: Offer | None = None) -> Offer:
    """Return the offer that `sent` (the contract's names) describes, over `base` where given.

    Raise Invalid naming the field that is wrong.
    """
    base = base or Offer()
    approval = sent.get("approval", "manual" if base.needs_approval else "auto")
    if approval not in ("auto", "manual"):
        raise Invalid(_("Approval is automatic or by hand."), field="approval")
    given_on = sent.get("friend_reward_on", base.friend_reward_on)
    if given_on not in ("registered", "qualified"):
        raise Invalid(
            _("The friend's gift comes on registering, or once the conditions hold."), field="friend_reward_on"
        )
    offer = Offer(
        friend_reward=_reward(business, sent, "friend_reward", base.friend_reward),
        ambassador_reward=_reward(business, sent, "ambassador_reward", base.ambassador_reward),
        conditions=_conditions(business, sent.get("conditions"), base.conditions),
        friend_reward_on=given_on,
        hold_days=_days(sent, "hold_days", base.hold_days),
        friend_hold_days=_days(sent, "friend_hold_days", base.friend_hold_days),
        needs_approval=approval == "manual",
        qualification_days=_days(sent, "qualification_days", base.qualification_days),
        caps=_caps(sent.get("caps", base.caps)),
        budget=_whole(sent.get("budget", base.budget), "budget"),
        clawback=_one_of(sent.get("clawback", base.clawback), CLAWBACKS, "clawback"),
        attribution=_one_of(sent.get("attribution", base.attribution), ATTRIBUTIONS, "attribution"),
        attribution_days=_number(sent, "attribution_days", base.attribution_days, HOLD_DAYS_MAX),
        every=_number(sent, "every", base.every, EVERY_MAX),
        require_active_ambassador=_yes_or_no(sent, "require_active_ambassador", base.require_active_ambassador),
        steps=_steps(business, sent.get("steps"), base.steps),
        returning=_returning(business, sent["returning"]) if "returning" in sent else base.returning,
    )
    if offer.steps and not offer.has_rewards:
        raise Invalid(_("Say first what is given at the start; further steps come after it."), field="steps")
    if offer.steps and offer.counts_sets:
        raise Invalid(_("One reward for several friends has no further steps. Choose one of the two."), field="steps")
    _check_in_time(offer)
    return offer


def _steps(business: Business, sent: object, base: list[Params]) -> list[Params]:
    if sent is None:
        return base
    if not isinstance(sent, list) or not all(isinstance(step, dict) for step in sent):
        raise Invalid(_("Steps are a list."), field="steps")
    if len(sent) > STEPS_MAX:
        raise Invalid(_("There are at most %(most)s further steps.") % {"most": STEPS_MAX}, field="steps")
    found = []
    for place, step in enumerate(sent):
        try:
            found.append(_step(business, step))
        except Invalid as error:
            error.field = f"steps.{place}.{error.field}"
            raise
    return found


def _returning(business: Business, sent: object) -> Params | None:
    """Return from when on former clients count, and the rewards of their own where those are given (Q-10)."""
    if sent is None:
        return None
    if not isinstance(sent, dict):
        raise Invalid(_("Say after how many months former clients count."), field="returning")
    try:
        found: Params = {"months": _number(sent, "months", 0, MONTHS_MAX)}
        for name in ("friend_reward", "ambassador_reward"):
            if name in sent:
                found[name] = _reward(business, sent, name, None)
    except Invalid as error:
        error.field = f"returning.{error.field}"
        raise
    return found


def _step(business: Business, sent: Params) -> Params:
    name = sent.get("name") or ""
    if not isinstance(name, str) or len(name) > STEP_NAME_MAX or not name.isprintable():
        raise Invalid(
            _("The name of a step has at most %(most)s characters, in one line.") % {"most": STEP_NAME_MAX},
            field="name",
        )
    step = {
        "name": " ".join(name.split()),
        "conditions": _conditions(business, sent.get("conditions"), [{"kind": "activated"}]),
        "friend_reward": _reward(business, sent, "friend_reward", None),
        "ambassador_reward": _reward(business, sent, "ambassador_reward", None),
        "hold_days": None if sent.get("hold_days") is None else _days(sent, "hold_days", 0),
    }
    if not step["friend_reward"] and not step["ambassador_reward"]:
        raise Invalid(_("Say what this step gives, and to whom."), field="ambassador_reward")
    return step


def _check_in_time(offer: Offer) -> None:
    """Raise Invalid for an offer that nobody can earn: its conditions take longer than the friend has."""
    least = offer.all_steps[0].takes_days
    if 0 < offer.qualification_days < least:
        raise Invalid(
            _("The conditions take at least %(days)s days: give the friend at least as many, or no end.")
            % {"days": least},
            field="qualification_days",
        )


def _reward(business: Business, sent: dict[str, Any], name: str, base: Params | None) -> Params | None:
    if name not in sent:
        return base
    reward = sent[name]
    if reward is None:
        return None
    if not isinstance(reward, dict):
        raise Invalid(_("A reward has a kind and its amount."), field=name)
    kind = reward.get("kind")
    if not isinstance(kind, str) or kind not in types:
        raise Invalid(_("There is no such kind of reward."), field=name)
    try:
        cleaned = types[kind]().clean(business, reward)
        if name == "friend_reward":
            types[kind]().check_for_friend(business, cleaned)
        return cleaned
    except Invalid as error:
        error.field = f"{name}.{error.field}" if error.field else name
        raise


def _conditions(business: Business, sent: object, base: list[Params]) -> list[Params]:
    if sent is None:
        return base
    if not isinstance(sent, list):
        raise Invalid(_("Conditions are a list."), field="conditions")
    found = []
    for number, condition in enumerate(sent):
        kind = condition.get("kind") if isinstance(condition, dict) else None
        if not isinstance(kind, str) or kind not in conditions:
            raise Invalid(_("There is no such condition."), field="conditions")
        try:
            found.append(conditions[kind]().clean(business, condition))
        except Invalid as error:
            error.field = f"conditions.{number}.{error.field}"
            raise
    return found or [{"kind": "activated"}]


def _caps(sent: object) -> dict[str, int] | None:
    if sent is None:
        return None
    if not isinstance(sent, dict):
        raise Invalid(_("Limits are given by name."), field="caps")
    found = {name: _whole(sent.get(name), f"caps.{name}") for name in CAPS}
    return {name: value for name, value in found.items() if value is not None} or None


def _whole(value: object, field: str) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= AMOUNT_MAX:
        raise Invalid(_("Write a whole number above zero."), field=field)
    return value


def _one_of(value: object, choices: tuple[str, ...], field: str) -> str:
    if not isinstance(value, str) or value not in choices:
        raise Invalid(_("Choose one of the offered options."), field=field)
    return value


def _number(sent: dict[str, Any], name: str, base: int, most: int) -> int:
    number = sent.get(name, base)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= most:
        raise Invalid(_("Write a whole number from 1 to %(most)s.") % {"most": most}, field=name)
    return number


def _yes_or_no(sent: dict[str, Any], name: str, base: bool) -> bool:
    said = sent.get(name, base)
    if not isinstance(said, bool):
        raise Invalid(_("Say true or false."), field=name)
    return said


def _days(sent: dict[str, Any], name: str, base: int) -> int:
    days = sent.get(name, base)
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= HOLD_DAYS_MAX:
        raise Invalid(_("The verification period is 0 to 365 days."), field=name)
    return days
