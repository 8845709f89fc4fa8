"""Former clients who come back through somebody, as the contract says it (Q-10): a part of reckoning.py."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from passes import months_on
from things import day_of

if TYPE_CHECKING:
    from reckoning import Reckoning
    from tied import Person


def for_return(terms: dict[str, Any]) -> dict[str, Any]:
    """What holds for them: the same, or rewards of their own, once."""
    own = {name: value for name, value in terms["returning"].items() if name != "months"}
    return {**terms, **own, "steps": [], "every": 1} if own else terms


class Returned:
    """Who counts again, and when."""

    def ask_back(self: Reckoning, ambassador: Person, friend: Person, terms: dict[str, Any], now: datetime) -> str:
        """Whether a form that a client fills in, or who was one, is refused, means the same as before or a new
        recommendation: each time that they left counts once."""
        if ambassador.status != "active" or ambassador.is_blocked:
            return "refused"
        open_one = next((tie for tie in friend.brought if tie.state != "closed"), None)
        last, months = open_one or friend.tie, (terms.get("returning") or {}).get("months")
        counts = months and friend.status == "archived" and friend.left
        is_again = not last or (last.state == "closed" and last.returned != friend.left)
        if counts and is_again and day_of(friend.left) <= months_on(day_of(now), -months):
            return "new"
        return "same" if last and last.ambassador is ambassador else "refused"

    def count_return(self: Reckoning, friend: Person, via: str, now: datetime) -> None:
        """They are a client again. Of who was complete, or in time; whoever comes later comes by themselves."""
        waiting = [tie for tie in friend.ties if tie.returned and (tie.state, tie.reason) in WAITS and not tie.via]
        if not waiting:
            return
        tie = waiting[-1]
        if self.is_missed(tie, now) and not tie.qualified:
            self.end_late(tie, now)
            return
        tie.via = via
        if tie.state == "registered":
            tie.state = "activated"
            self.look_again(tie)
        self.settle(tie, now)

    def settle_all(self: Reckoning, friend: Person, now: datetime, *, lost: str = "", active: bool = False) -> None:
        """What a friend does counts for all that brought them; what money does, for those of whom they are a client."""
        for tie in friend.brought:
            if tie.via or not active:
                self.settle(tie, now, lost=lost)


WAITS = (("registered", ""), ("closed", "completed"))
