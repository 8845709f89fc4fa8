"""Better terms for what is open, as the contract says it (Q-07): a part of reckoning.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from things import day_of, days_on
from tied import Gift, Tie

if TYPE_CHECKING:
    from reckoning import Reckoning

RAISABLE = ("promised", "on_hold", "awaiting_approval")
STANDS = (*RAISABLE, "awaiting_choice", "granted")
MILDER = ("only_pending", "within_balance", "allow_negative")
SIDES = ("friend", "ambassador")
Terms = dict[str, Any]


def gives_as_much(old: Terms | None, new: Terms | None) -> bool:
    """Whether a reward is surely no less than another one."""
    if old is None or new is None:
        return old is None
    if new["kind"] == "choice":
        options = old["options"] if old["kind"] == "choice" else [old]
        return all(any(gives_as_much(option, other) for other in new["options"]) for option in options)
    if old["kind"] != new["kind"]:
        return False
    if new["kind"] == "membership_days":
        return bool(new["days"] >= old["days"])
    for what in ("amount", "percent"):
        if what in old and what in new:
            ends = [one.get("valid_days" if one["kind"] == "coupon" else "expires_days") for one in (old, new)]
            return bool(new[what] >= old[what] and (ends[1] is None or (ends[0] is not None and ends[1] >= ends[0])))
    return old == new


def is_harder(asked: list[Terms], then: list[Terms]) -> bool:
    """Whether something is asked that was not, or more of it."""

    def covers(was: Terms, wanted: Terms) -> bool:
        more = any(wanted.get(name, 0) > was.get(name, 0) for name in ("at_least", "days"))
        return was["kind"] == wanted["kind"] and not more

    return any(not any(covers(was, wanted) for was in asked) for wanted in then)


def is_tighter(old: Terms | None, new: Terms | None) -> bool:
    return any(name not in (old or {}) or most < (old or {})[name] for name, most in (new or {}).items())


class Raised:
    """Who gets them, and what they make of what is not given yet."""

    ties: list[Tie]

    def raise_all(self: Reckoning, terms: Terms, now: datetime) -> list[Tie]:
        """Give the newest terms to all that is open by older ones, but where a side would get less. Return whom."""
        open_ones = [tie for tie in self.ties if tie.state != "closed" and tie.terms is not terms and not tie.returned]
        better = [
            tie for tie in open_ones if not (tie.is_late(now) and self.is_short(tie)) and self.is_better(tie, terms)
        ]
        for tie in better:
            self.raise_one(tie, terms, now)
        return better

    def is_better(self: Reckoning, tie: Tie, new: Terms) -> bool:
        """*Reading*: what is given already stays with whoever has it, so it is not compared."""
        old, held = tie.terms, {(gift.step, gift.side): gift for gift in tie.gifts}
        if any(terms["every"] > 1 and terms["ambassador_reward"] for terms in (old, new)):
            return False
        after = [new, *new["steps"]]
        for number, step in enumerate([old, *old["steps"]], 1):
            then = (
                after[number - 1]
                if number <= len(after)
                else {**step, "friend_reward": None, "ambassador_reward": None}
            )
            rows = [(side, held[number, side]) for side in SIDES if (number, side) in held]
            for side, gift in rows:
                if gift.state in RAISABLE and (
                    not gives_as_much(step[f"{side}_reward"], then[f"{side}_reward"])
                    or self.hold_of(new, then, side, number) > self.hold_of(old, step, side, number)
                ):
                    return False
            if number > len(after) and rows:
                return False  # nobody could tell what becomes of it
            asked = [one["conditions"] or [{"kind": "activated"}] for one in (step, then)]
            if any(gift.state in STANDS for _side, gift in rows) and is_harder(*asked):
                return False
        comes_later = (old["friend_reward_on"], new["friend_reward_on"]) == ("registered", "qualified")
        days, was = new["qualification_days"], old["qualification_days"]
        worse = (
            (comes_later and (1, "friend") in held)
            or (days and not 0 < was <= days)
            or (new["approval"] == "manual" and old["approval"] != "manual")
            or is_tighter(old["caps"], new["caps"])
            or is_tighter(*({"budget": one["budget"]} if one["budget"] else {} for one in (old, new)))
            or MILDER.index(new["clawback"]) > MILDER.index(old["clawback"])
            or (new["require_active_ambassador"] and not old["require_active_ambassador"])
        )
        anew = any(
            step[f"{side}_reward"] and (number, side) not in held
            for number, step in enumerate(after, 1)
            for side in SIDES
        )
        return not worse and (anew or any(gift.state in RAISABLE for gift in held.values()))

    def hold_of(self: Reckoning, terms: Terms, step: Terms, side: str, number: int) -> int:
        usual: int = terms["friend_hold_days" if side == "friend" else "hold_days"]
        own = step["hold_days"] if number > 1 else None
        return usual if own is None else int(own)

    def raise_one(self: Reckoning, tie: Tie, terms: Terms, now: datetime) -> None:
        basis, days = tie.basis, terms["qualification_days"]
        tie.terms = terms
        if not days or tie.last is None:
            tie.last = None
        else:
            tie.last = max(tie.last, day_of(tie.registered) + timedelta(days=days))
        there = {(gift.step, gift.side) for gift in tie.gifts}
        for gift in tie.gifts:
            params = tie.steps[gift.step - 1][f"{gift.side}_reward"] if gift.step <= len(tie.steps) else None
            if params and gift.state in RAISABLE:
                hold = self.hold_of(terms, tie.steps[gift.step - 1], gift.side, gift.step)
                self.raise_gift(gift, params, terms, hold, basis)
        had = self.had_already(tie)
        for number, step in enumerate(tie.steps, 1):
            for side in SIDES:
                if step[f"{side}_reward"] and (number, side) not in there:
                    gift = self.promise(tie, side, self.hold_of(terms, step, side, number), step=number)
                    if side == "friend" and number in had:
                        gift.state, gift.reason = "lapsed", "had_already"
                    tie.gifts.append(gift)
        self.settle(tie, now)

    def raise_gift(self: Reckoning, gift: Gift, params: Terms, terms: Terms, hold: int, basis: int | None) -> None:
        """A verification that runs ends as many days earlier as it is shorter now."""
        known = gift.amount is not None or gift.state != "promised"
        gift.params, gift.options, gift.terms = params, params.get("options", []), terms
        gift.amount = gift.worth(basis if known else None)
        if gift.available is not None:
            gift.available = days_on(gift.available, hold - gift.hold_days)
        gift.hold_days = hold

    def had_already(self: Reckoning, tie: Tie) -> set[int]:
        """One gift per person and step (R-291); who comes back has a rule of their own."""
        others = [gift for each in tie.friend.ties if each is not tie and not each.returned for gift in each.gifts]
        if tie.returned:
            return set()
        return {gift.step for gift in others if (gift.side, gift.state) == ("friend", "granted")}
