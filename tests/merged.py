"""Two records of one person become one, as the contract says it (CASES 21): a part of reckoning.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tied import FREED, Person, Tie

if TYPE_CHECKING:
    from reckoning import Reckoning

LATE = timedelta(hours=72)
BROUGHT = ("granted", "capped", "awaiting_choice")


class Merged:
    """What becomes of their recommendations, rewards and balance."""

    ties: list[Tie]

    def may_merge(self: Reckoning, kept: Person, gone: Person) -> bool:
        """Nobody recommends themselves, no client becomes a lead, and reserved balance waits for its order."""
        between = [tie for tie in self.ties if {id(tie.ambassador), id(tie.friend)} == {id(kept), id(gone)}]
        return (
            "deleted" not in (kept.status, gone.status)
            and kept.status != "archived"
            and not (kept.status == "lead" and gone.status != "lead")
            and not gone.purse.held()
            and all(tie.reason in FREED for tie in between)
        )

    def merge(self: Reckoning, kept: Person, gone: Person, now: datetime) -> None:
        """All that one has is the other's, in the order in which it came."""
        kept.purse.take_over(gone.purse, now)
        for name in ("sales", "tickets", "passes", "days"):
            both = [*getattr(kept, name), *getattr(gone, name)]
            setattr(kept, name, sorted(both, key=lambda one: one.born))
            setattr(gone, name, [])
        kept.visits, gone.visits = sorted([*kept.visits, *gone.visits]), []
        kept.cards, kept.is_ticked = kept.cards | gone.cards, kept.is_ticked or gone.is_ticked
        kept.is_blocked = kept.is_blocked or gone.is_blocked
        self.add_up_limits(kept, gone)
        for tie in self.ties:
            tie.ambassador = kept if tie.ambassador is gone else tie.ambassador
            for gift in tie.gifts:
                gift.who = kept if gift.who is gone else gift.who
        self.join_cases(kept)
        self.receive(kept, gone, now)
        known = [each.since for each in (kept, gone) if each.since]
        kept.since, gone.status = min(known, default=None), "deleted"

    def join_cases(self: Reckoning, kept: Person) -> None:
        """All that is doubtful of one ambassador is one case."""
        cases = {id(case): case for tie in self.ties if tie.ambassador is kept for case in tie.cases if case.is_open}
        first, *rest = [*cases.values()] or [None]
        for other in rest:
            for tie in other.members:
                tie.cases.remove(other)
                if tie not in first.members:
                    first.members.append(tie)
                    tie.cases.append(first)

    def add_up_limits(self: Reckoning, kept: Person, gone: Person) -> None:
        def named(key: tuple[str, ...]) -> tuple[str, ...]:
            return (kept.name, *key[1:]) if key[0] == gone.name else key

        for key in [key for key in self.counted if key[0] == gone.name]:
            self.counted[named(key)] = self.counted.get(named(key), 0) + self.counted.pop(key)
        for tie in self.ties:
            for gift in tie.gifts:
                gift.counted = [(named(key), in_money) for key, in_money in gift.counted]

    def receive(self: Reckoning, kept: Person, gone: Person, now: datetime) -> None:
        """One recommendation of the two remains: that which brought its ambassador something, else one that is open,
        and of such the first. One of whom was a client all the time is none (R-023)."""
        every = [tie for tie in self.ties if tie.friend in (kept, gone)]
        came = sorted((tie for tie in every if tie.reason not in FREED), key=lambda tie: tie.registered)  # stable
        paid = [tie for tie in came if any(one.side == "ambassador" and one.state in BROUGHT for one in tie.gifts)]
        first = min((sale.paid[0] for sale in kept.sales if sale.paid and sale.due), default=None)
        counting = [
            tie
            for tie in came
            if tie in paid or tie.state == "closed" or tie.is_said or not first or tie.registered - first <= LATE
        ]
        counting.sort(key=lambda tie: (tie not in paid, tie.reason not in ("", "completed")))  # stable
        for other in [tie for tie in came if tie not in counting[:1]]:
            if other.state == "closed":
                other.reason = "withdrawn"
            else:
                self.end(other, "withdrawn", "withdrawn", now)
        for tie in every:
            tie.friend = kept
        kept.ties, gone.ties = every, []
        for tie in counting[:1]:
            if kept.status != "lead":
                self.count_activation(kept, kept.via or "manual", now)
            self.settle(tie, now)
