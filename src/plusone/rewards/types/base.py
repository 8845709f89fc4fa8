"""What a kind of reward is, and the catalogue of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from babel.numbers import format_decimal, format_percent
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from plusone.kernel import clock
from plusone.kernel.errors import Invalid, NotAvailable
from plusone.kernel.models import Business
from plusone.kernel.money import AMOUNT_MAX
from plusone.kernel.registry import Registry

if TYPE_CHECKING:
    from plusone.rewards.models import Reward
    from plusone.store.purse import Purse

DAYS_MAX = 3650
Params = dict[str, Any]


@dataclass(frozen=True)
class Input:
    """One parameter of a kind, as faces ask for it: its name in the contract, and what sort of value it is."""

    name: str
    kind: Literal["money", "percent", "days", "text", "product", "membership", "count", "options", "running"]


@dataclass(frozen=True)
class Slot:
    """One way in which the builder's sentence offers a kind, before its inputs: "a coupon worth"."""

    name: str
    label: str | Promise
    inputs: tuple[str, ...]


class RewardType:
    """A kind of reward. Subclass it in a file of its own, give it a docstring (its help text)

    and register it with `types`. `inputs` are what it may be given; `slots` are how the builder offers it.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    inputs: ClassVar[tuple[Input, ...]] = ()
    slots: ClassVar[tuple[Slot, ...]] = ()
    by_hand: ClassVar[bool] = False  # staff hand it over, and say so
    uses_budget: ClassVar[bool] = False  # money, or may be chosen as such: nothing comes once the budget is used up
    is_worth_money: ClassVar[bool] = True  # what a clinic gives only where it says why (PRI-15)

    def clean(self, business: Business, params: Params) -> Params:
        """Return the parameters as they are stored. Raise Invalid naming what is wrong. Unknown ones are dropped."""
        raise NotImplementedError

    def check_for_friend(self, business: Business, params: Params) -> None:
        """Raise Invalid where cleaned parameters are nothing to give to a friend."""

    def slot_of(self, params: Params) -> Slot:
        """Return the slot that shows these parameters: the first whose inputs they all have."""
        return next(slot for slot in self.slots if all(params.get(name) is not None for name in slot.inputs))

    def phrase(self, business: Business, params: Params) -> str:
        """Return a whole phrase in the active language that fits after "receives": "€15.00 of balance"."""
        raise NotImplementedError

    def use(self, business: Business, params: Params) -> str:
        """Say in a sentence how it is used by who received it."""
        raise NotImplementedError

    def is_left(self, reward: Reward, purse: Purse, available: int) -> bool:
        """Say whether there is still something to use of what was given, by what its client has now: what the store
        keeps, and balance."""
        return True

    def small_print(self, business: Business, params: Params) -> str:
        """Return the sentence that terms say about this kind."""
        raise NotImplementedError

    def amount(self, business: Business, params: Params, basis: int | None = None) -> int | None:
        """Return its worth in minor units where it is money and known, else None.

        `basis` is the money that a percentage counts on; without it the worth of a percentage is not known yet.
        """
        return None

    def needs_basis(self, params: Params) -> bool:
        """Say whether its worth depends on the friend's money."""
        return False

    def options(self, params: Params) -> list[Params]:
        """Return what its client chooses from once it is due, before anything is given; none for most kinds."""
        return []

    def covers(self, old: Params, new: Params) -> bool | None:
        """Say whether `new` gives at least what `old` gave, both of this kind; None where nobody can say (Q-07)."""
        return True if old == new else None

    def grant(self, reward: Reward, *, actor: str, now: datetime) -> None:
        """Hand it over. Called once, in the transaction that makes the reward granted. Raise CannotBeGiven where its
        client cannot have it."""
        raise NotImplementedError

    def revoke(self, reward: Reward, amount: int, *, reason: str, actor: str, now: datetime) -> int:
        """Take `amount` of a granted reward back, as far as its policy allows.

        Return how much that was: in minor units, or 1 of 1 where it is not money.
        """
        raise NotImplementedError


class CannotBeGiven(Exception):
    """Raised by `grant`: this client cannot have it, for `reason` (of `Reward.Reason`); `why` says it to a person."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(why)
        self.reason, self.why = reason, why


types: Registry[type[RewardType]] = Registry("kind of reward")


def covers(old: Params | None, new: Params | None) -> bool | None:
    """Say whether the reward `new` gives at least what `old` did; None where the two cannot be compared (Q-07).

    Who may choose has at least each of the options.
    """
    if old is None or new is None:
        return old is None
    if old["kind"] == new["kind"]:
        return types[old["kind"]]().covers(old, new)
    if any(covers(old, option) for option in types[new["kind"]]().options(new)):
        return True
    return None


def read_amount(params: Params) -> Params:
    """Return `amount`, in minor units above zero. Raise Invalid."""
    amount = params.get("amount")
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= AMOUNT_MAX:
        raise Invalid(_("The reward's amount is more than zero."), field="amount")
    return {"amount": amount}


def read_worth(params: Params) -> Params:
    """Return `amount`, or `percent` with up to two decimals; not both. Raise Invalid."""
    if params.get("percent") is None:
        return read_amount(params)
    if params.get("amount") is not None:
        raise Invalid(_("Give an amount or a percentage, not both."), field="percent")
    return {"percent": read_percent(params["percent"])}


def read_end(params: Params) -> Params:
    """Return `expires_days` where it is given. Raise Invalid."""
    days = params.get("expires_days")
    if days is None:
        return {}
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= DAYS_MAX:
        raise Invalid(_("A reward expires after 1 to 3,650 days, or never."), field="expires_days")
    return {"expires_days": days}


def covers_worth(old: Params, new: Params, *, end: str) -> bool | None:
    """Say whether `new` is worth at least what `old` was, and for as long (`end` names the days); None where one is an
    amount and the other a percentage."""
    for measure in ("amount", "percent"):
        if old.get(measure) is not None and new.get(measure) is not None:
            return bool(new[measure] >= old[measure]) and lasts(old.get(end), new.get(end))
    return None


def lasts(old: int | None, new: int | None) -> bool:
    """Say whether an end after `new` days comes no sooner than one after `old`; None never comes."""
    return new is None or (old is not None and new >= old)


def refuse_end(params: Params) -> None:
    """Refuse `expires_days` for a kind that cannot expire, rather than promise what nobody keeps."""
    if params.get("expires_days") is not None:
        raise NotAvailable(_("This kind of reward does not expire."), field="expires_days")


def end_of(business: Business, days: int | None, now: datetime) -> datetime | None:
    """Return when something that is given now ends: 00:00 of the day that many days on, in the business's zone."""
    return clock.day_start(business, clock.day_of(business, now) + timedelta(days=days)) if days else None


def read_percent(percent: object) -> int | float:
    """Return a percentage as it is kept: above 0, at most 100, two decimals."""
    wrong = Invalid(_("A percentage is above 0 and at most 100, with two decimals at most."), field="percent")
    if isinstance(percent, bool) or not isinstance(percent, int | float):
        raise wrong
    exact = Decimal(str(percent))
    if not exact.is_finite() or not 0 < exact <= 100 or exact * 100 != (exact * 100).to_integral_value():
        raise wrong
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def hundredths(percent: float) -> int:
    """Return a kept percentage in hundredths of a per cent: 12.5 is 1250."""
    return int(Decimal(str(percent)) * 100)


def percent_number(percent: float) -> str:
    """Return a percentage's number as people read it: 12.5 is "12,5" in Spanish."""
    return str(format_decimal(Decimal(str(percent)), locale=(get_language() or "en").replace("-", "_")))


def percent_in_words(percent: float) -> str:
    """Return a percentage as its reader writes it: 12.5 is "12.5%", in Spanish "12,5 %"."""
    share, locale = Decimal(str(percent)) / 100, (get_language() or "en").replace("-", "_")
    return str(format_percent(share, locale=locale, decimal_quantization=False))


def parse_percent(text: str) -> int | float:
    """Return a typed percentage ("10", "12,5", "12.5 %"). Raise Invalid where it is none."""
    try:
        number = float(text.replace("%", "").replace(",", ".").strip())
    except ValueError:
        number = -1.0
    return read_percent(number)
