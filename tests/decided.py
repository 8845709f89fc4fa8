"""What people decide about recommendations and rewards, and doubt: a part of reckoning.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from things import day_of
from tied import OPEN, PENDING, UNDECIDED, Case, Gift, Person, Tie

if TYPE_CHECKING:
    from reckoning import Reckoning


class Decided:
    """The decisions."""

    ties: list[Tie]

    # Doubt

    def doubt(self: Reckoning, tie: Tie) -> None:
        """What is not given yet waits for a person; all that is doubtful of one ambassador is one case."""
        tie.flagged = True
        same = [case for each in self.ties if each.ambassador is tie.ambassador for case in each.cases if case.is_open]
        case = same[0] if same else Case()
        if tie not in case.members:
            case.members.append(tie)
            tie.cases.append(case)

    def look_again(self: Reckoning, tie: Tie) -> None:
        """Friend and ambassador who paid with one card are doubtful, once."""
        friend, ambassador = tie.friend, tie.ambassador
        is_open = tie.state != "closed" and friend.status == "active"
        if is_open and friend.cards & ambassador.cards and "same_card" not in tie.signs:
            tie.signs.add("same_card")
            self.doubt(tie)

    def close_when_done(self, case: Case | None) -> None:
        if case and not any(tie.flagged and tie.state != "closed" for tie in case.members):
            case.is_open = False

    # One reward

    def approve(self: Reckoning, tie: Tie, gift: Gift, now: datetime) -> bool:
        """*Reading*: a declined reward may be granted by an override; one whose worth nobody knows yet may not. Given
        while its conditions do not hold, it stays. *Reading*: one that went with a refund, or with a visit that was
        none, before it was given may be given once it is earned again. Nothing is given to who was deleted."""
        if gift.state in ("granted", "awaiting_choice"):
            return True
        earned = self.is_earned(tie, gift, now)
        is_back = gift.state == "revoked" and gift.reason in ("", "refunded", "dispute_lost") and earned
        waits = gift.state in ("awaiting_approval", "declined") or (is_back and not gift.was_given)
        if not waits or (gift.is_percent and gift.amount is None) or gift.who.status == "deleted":
            return False
        gift.is_regardless = not earned
        self.grant(gift, now)
        self.keep_free(gift, tie.basis)
        gift.is_decided = True
        self.complete(tie)
        self.settle_doubt(tie, now)
        return True

    def decline(self: Reckoning, tie: Tie, gift: Gift, now: datetime) -> bool:
        if gift.state in OPEN:
            self.turn_down(tie, gift, "declined")
            self.settle_doubt(tie, now)
        return gift.state == "declined"

    def turn_down(self: Reckoning, tie: Tie, gift: Gift, reason: str) -> None:
        gift.state, gift.reason, gift.is_decided = "declined", reason, True
        self.leave_place(gift)
        self.complete(tie)

    def settle_doubt(self: Reckoning, tie: Tie, now: datetime) -> None:
        """Whoever decides about the last reward that waits has decided about the recommendation. What its client has
        still to choose was decided."""
        if not tie.flagged or any(gift.state in UNDECIDED for gift in tie.gifts):
            return
        in_sets, case = tie.terms["every"] > 1, tie.case
        if in_sets and tie.state != "closed" and not any(gift.is_set for gift in tie.gifts):
            return
        if any(gift.state in ("granted", "capped", "awaiting_choice") and gift.is_decided for gift in tie.gifts):
            tie.flagged = False
            self.settle(tie, now)
        elif not in_sets:
            tie.flagged = False
        self.close_when_done(case)

    # A recommendation, or a case of them

    def approve_tie(self: Reckoning, tie: Tie, now: datetime) -> bool:
        """*Reading*: who approves a doubtful recommendation has approved the rewards that waited for it."""
        case = tie.case
        if tie.reason == "rejected":
            return False
        if tie.flagged:
            tie.flagged = False
            for gift in tie.gifts:
                if gift.state == "awaiting_approval" and gift.reason == "flagged":
                    self.grant(gift, now)
                    gift.is_decided = True
                    self.complete(tie)
            self.settle(tie, now)
        self.close_when_done(case)
        return True

    def reject(self: Reckoning, tie: Tie, now: datetime) -> bool:
        """A rejected recommendation's open rewards lapse, as declined; what was given stays."""
        if tie.state == "closed":
            return tie.reason == "rejected"
        case = tie.case
        self.end(tie, "rejected", "declined", now)
        self.close_when_done(case)
        return True

    def end(self: Reckoning, tie: Tie, reason: str, why: str, now: datetime) -> None:
        tie.state, tie.reason = "closed", reason
        for gift in tie.gifts:
            if gift.state in OPEN:
                gift.state, gift.reason = "lapsed", why
                self.leave_place(gift)
        if tie.qualified:
            self.fill_sets(tie, "", now)

    def decide_case(self: Reckoning, case: Case, yes: bool, now: datetime) -> None:
        """One decision for all that still waits for one; what a person has decided about before stays so."""
        for tie in sorted(case.members, key=self.ties.index):
            if tie.state != "closed" and tie.flagged:
                if yes:
                    self.approve_tie(tie, now)
                else:
                    self.reject(tie, now)
        case.is_open = False

    # Other acts of staff

    def untick(self: Reckoning, tie: Tie, now: datetime) -> bool:
        """Take back that something was done: not once a reward was given for it. What waits is promised again."""
        asked = [
            gift
            for gift in tie.gifts
            if not tie.is_for_coming(gift) and any(one["kind"] == "check" for one in tie.wanted(gift.step))
        ]
        if any(gift.state in ("granted", "capped") for gift in asked):
            return False
        for gift in asked:
            if gift.state in PENDING and not gift.is_set:
                self.promise_again(gift)
        if tie.friend.is_ticked:
            tie.friend.is_ticked = False
            self.settle(tie, now)
        return True

    def promise_again(self: Reckoning, gift: Gift) -> None:
        gift.state, gift.reason, gift.available = "promised", "", None
        gift.is_decided = gift.is_regardless = False
        self.leave_place(gift)

    def revive(self: Reckoning, tie: Tie, now: datetime) -> bool:
        """A recommendation whose time was over gets as many days again."""
        if tie.state != "closed":
            return True
        if tie.reason != "not_converted" or any(each.state != "closed" for each in tie.friend.ties):
            return False  # of one friend one is open
        tie.state, tie.reason = "activated" if tie.via else "registered", ""
        tie.was_in_time = False
        tie.give_days(now)
        for gift in tie.gifts:
            if gift.state == "lapsed" and gift.reason == "deadline":
                self.promise_again(gift)
        self.settle(tie, now)
        return True

    def block(self: Reckoning, person: Person) -> None:
        """Give none of what is still open for somebody's recommendations."""
        person.is_blocked = True
        for _number, tie, gift in self.of_ambassador(person):
            if gift.state in OPEN:
                self.turn_down(tie, gift, "ambassador_inactive")

    def restore(self: Reckoning, person: Person, now: datetime) -> None:
        """What the block declined is promised again, and settled anew."""
        person.is_blocked = False
        for _number, tie, gift in self.of_ambassador(person):
            if (gift.state, gift.reason) == ("declined", "ambassador_inactive") and tie.reason in ("", "completed"):
                self.promise_again(gift)
                self.settle(tie, now)

    def of_ambassador(self, person: Person) -> list[Any]:
        found = [(gift.number, tie, gift) for tie in self.ties for gift in tie.gifts]
        return sorted(
            (each for each in found if each[2].who is person and each[2].side == "ambassador"), key=lambda e: e[0]
        )

    def stop_open(self: Reckoning, now: datetime) -> None:
        """The campaign ends, and what is open of leads with it."""
        for tie in self.ties:
            if tie.state == "registered":
                self.end(tie, "campaign_ended", "campaign_ended", now)

    def bring_forward(self, days: int, now: datetime) -> None:
        """The campaign ends, and what is open of leads has so many days left at most."""
        last = day_of(now) + timedelta(days=days)
        for tie in self.ties:
            if tie.state == "registered":
                tie.last = last if tie.last is None else min(tie.last, last)

    def delete(self: Reckoning, friend: Person, now: datetime) -> None:
        """A lead is deleted: what is open of it ends, and what balance there is."""
        friend.status = "deleted"
        for tie in friend.ties:
            if tie.state != "closed":
                self.end(tie, "lead_deleted", "withdrawn", now)
            for gift in tie.gifts:  # one for registering outlives a recommendation that ran out of time
                if gift.who is friend and gift.state in OPEN:
                    gift.state, gift.reason = "lapsed", "withdrawn"
        for sale in friend.sales:
            self.called_off(friend, sale, "cancelled", now)
        for ticket in friend.tickets:
            ticket.is_withdrawn = True
        left = friend.purse.free(now)
        friend.purse.take(left, now)
        friend.purse.earned -= left
