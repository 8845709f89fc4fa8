"""What the contract says about recommendations, rewards and balance, as plain sums in memory.

A second opinion, for tests/referrals/test_model.py: it knows no database and no code of the product. Where the contract
leaves something open it says how it is read (marked *reading*).
"""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from decided import Decided
from merged import Merged
from passes import Members
from purse import Purse
from raised import Raised
from returned import Returned, for_return
from things import days_on, hand, start_of, want_back
from tied import FREED, KEPT, OPEN, PENDING, Gift, Limits, Person, Sale, Tie

MEMBERSHIPS = ("membership", "membership_days")


class Reckoning(Decided, Members, Merged, Raised, Returned, Limits):
    """Everything that a business with one campaign owes, and to whom."""

    def __init__(self) -> None:
        super().__init__()
        self.ties: list[Tie] = []
        self.numbers = count(1)
        self.noticed: datetime | None = None  # until when time was looked at

    # Recommendations

    def register(
        self,
        ambassador: Person,
        friend: Person,
        terms: dict[str, Any],
        now: datetime,
        *,
        flagged: bool = False,
        returned: datetime | None = None,
    ) -> Tie:
        terms = for_return(terms) if returned else terms
        tie = Tie(ambassador, friend, terms, now, returned=returned)
        tie.give_days(now)
        if flagged or ambassador.cards & friend.cards:
            tie.signs |= {"same_card"} if ambassador.cards & friend.cards else set()
            self.doubt(tie)
        # One gift per person and step: what a rejected recommendation gave is not given again.
        had = self.had_already(tie)
        self.ties.append(tie)
        friend.ties.append(tie)
        for number, step in enumerate(tie.steps, 1):
            for side, usual in (("friend", terms["friend_hold_days"]), ("ambassador", terms["hold_days"])):
                if step[f"{side}_reward"] and (side == "friend" or terms["every"] == 1):
                    own = step["hold_days"] if number > 1 else None
                    gift = self.promise(tie, side, usual if own is None else own, step=number)
                    if side == "friend" and number in had:
                        gift.state, gift.reason = "lapsed", "had_already"
                    tie.gifts.append(gift)
        self.settle(tie, now)
        return tie

    def promise(self, tie: Tie, side: str, hold_days: int, *, is_set: bool = False, step: int = 1) -> Gift:
        who, params = (tie.friend if side == "friend" else tie.ambassador), tie.steps[step - 1][f"{side}_reward"]
        gift = Gift(next(self.numbers), side, who, params, tie.terms, hold_days, is_set, step)
        gift.options = params.get("options", [])
        gift.amount = None if gift.is_percent else gift.worth(None)
        return gift

    def activate(self, friend: Person, via: str, now: datetime) -> None:
        friend.status, friend.via = "active", via
        self.count_activation(friend, via, now)

    def count_activation(self, friend: Person, via: str, now: datetime) -> None:
        tie = friend.as_new
        if tie and tie.state == "registered":
            if self.is_missed(tie, now) and not tie.qualified:
                self.end_late(tie, now)
                tie.via = via
                return
            tie.state, tie.via = "activated", via
            self.look_again(tie)
            self.settle(tie, now)
        elif tie and tie.reason in ("completed", "not_converted") and not tie.via:
            tie.via = via  # a lead who had done all that was asked, or was too late for it, is a client now
            self.settle(tie, now)

    def settle(self, tie: Tie, now: datetime, lost: str = "") -> None:
        """Do what is due, right after whatever may have changed it."""
        if tie.reason not in ("", "completed"):
            return
        if self.is_missed(tie, now):
            self.end_late(tie, now)
            if tie.state == "closed":
                return
        basis = tie.basis
        met = self.met(tie, now)
        tie.qualified = met[1]
        for gift in tie.gifts:
            if gift.state == "on_hold":
                gift.reason = self.why_on_hold(tie, gift)
        # What the friend receives is settled first, as limits may be reached.
        for gift in sorted((gift for gift in tie.gifts if not gift.is_set), key=lambda gift: gift.side != "friend"):
            if met[gift.step] or tie.is_for_coming(gift):
                self.resize(gift, basis, lost or "refunded", now)
                self.move_on(tie, gift, basis, now)
            else:
                self.take_back(gift, lost, now)
        for gift in tie.gifts:
            self.keep_free(gift, basis)
        self.fill_sets(tie, lost, now)
        self.complete(tie)

    def met(self, tie: Tie, now: datetime) -> dict[int, bool]:
        """*Reading*: with further steps the first may outlive its last day unmet; it is not met after it."""
        too_late = bool(tie.terms["steps"]) and not tie.qualified and tie.is_late(now) and not tie.was_in_time
        steps = range(1, len(tie.steps) + 1)
        return {step: tie.is_met(step, now) and not (step == 1 and too_late) for step in steps}

    def why_on_hold(self, tie: Tie, gift: Gift) -> str:
        """*Reading*: what stands on money waits while any payment of the friend is disputed, as if it were on hold."""
        return "disputed" if tie.friend.is_disputed and not tie.is_for_coming(gift) else "hold"

    def is_earned(self, tie: Tie, gift: Gift, now: datetime) -> bool:
        if gift.is_set:
            live, full = self.sets_of(tie)
            return gift in live[:full]
        return tie.is_for_coming(gift) or self.met(tie, now)[gift.step]

    def is_short(self, tie: Tie) -> bool:
        """Whether something was not earned: a promise, or what fills a set."""
        return any(gift.state == "promised" for gift in tie.gifts) or not tie.qualified

    def is_missed(self, tie: Tie, now: datetime) -> bool:
        """Whether its time is over, and something of it was not earned in it."""
        is_late = tie.state != "closed" and tie.is_late(now) and self.is_short(tie)
        return is_late and not (tie.was_in_time and tie.is_met(1, now))

    def end_late(self, tie: Tie, now: datetime) -> None:
        """At the deadline what is still promised lapses; who did not convert ends so, who did goes on."""
        for gift in tie.gifts:
            if gift.state == "promised":
                gift.state, gift.reason = "lapsed", "deadline"
        went_further = any(gift.step > 1 and gift.state not in ("promised", "lapsed") for gift in tie.gifts)
        lapsed = any(gift.reason == "deadline" for gift in tie.gifts)
        if tie.qualified:
            self.complete(tie)
        elif tie.state == "registered" or tie.counts or (lapsed and not went_further):
            tie.state, tie.reason = "closed", "not_converted"
        elif went_further:
            self.complete(tie)

    def complete(self, tie: Tie) -> None:
        """*Reading*: a lead who did all that was asked completes the recommendation as a client does."""
        waits = any(gift.state in OPEN for gift in tie.gifts) or (tie.counts and not tie.qualified)
        came = tie.state == "activated" or (tie.state == "registered" and tie.qualified)
        if came and not waits:
            tie.state, tie.reason = "closed", "completed"

    def fill_sets(self, tie: Tie, lost: str, now: datetime) -> None:
        """One reward for every N friends; it goes when its basis goes. It stands with the friend who made the set
        full. *Reading*: at most one for each friend; where that friend had one which was taken back, it stands with the
        newest of the set who had none."""
        if not tie.counts:
            return
        live, full = self.sets_of(tie)
        free = [each for each in self.in_sets_of(tie) if not any(gift.is_set for gift in each.gifts)]
        if len(live) < full and free:
            carrier = tie if tie in free else free[-1]
            live.append(self.promise(carrier, "ambassador", carrier.terms["hold_days"], is_set=True))
            carrier.gifts.append(live[-1])
        for gift in [gift for gift in live[:full] if gift.state == "promised"]:
            carrier = next(each for each in self.ties if gift in each.gifts)
            self.move_on(carrier, gift, carrier.basis, now)
            self.keep_free(gift, carrier.basis)
        for gift in live[full:]:
            self.take_back(gift, lost, now)

    def sets_of(self, tie: Tie) -> tuple[list[Gift], int]:
        """The rewards for sets that were not taken back, the oldest first, and how many sets are full."""
        same = [
            each
            for each in self.ties
            if each.ambassador is tie.ambassador and each.terms["every"] == tie.terms["every"]
        ]
        given = sorted((gift for each in same for gift in each.gifts if gift.is_set), key=lambda gift: gift.number)
        return [gift for gift in given if gift.state != "revoked"], len(self.in_sets_of(tie)) // tie.terms["every"]

    def in_sets_of(self, tie: Tie) -> list[Tie]:
        """The friends who count for the sets of a recommendation, the first who came first."""
        return [
            each
            for each in self.ties
            if each.ambassador is tie.ambassador
            and each.terms["every"] == tie.terms["every"]
            and (each.qualified and not each.flagged and each.reason not in FREED)
        ]

    # Rewards

    def move_on(self, tie: Tie, gift: Gift, basis: int | None, now: datetime) -> None:
        if gift.state != "promised":
            return
        if gift.side == "ambassador" and gift.who.is_blocked:  # what is promised after the block
            self.turn_down(tie, gift, "ambassador_inactive")
            return
        was, gift.amount = gift.amount, gift.worth(basis)
        if gift.is_percent and gift.amount is None:
            gift.amount = was
            return
        if gift.amount == 0:  # *reading*: what it would have been stays said of one that was promised again
            gift.state, gift.amount, gift.reason = "lapsed", was, "worth_nothing" if basis else "refunded"
        elif gift.hold_days or self.why_on_hold(tie, gift) == "disputed":
            gift.state, gift.reason = "on_hold", self.why_on_hold(tie, gift)
            gift.available = days_on(now, gift.hold_days)
        else:
            self.review(tie, gift, now)

    def review(self, tie: Tie, gift: Gift, now: datetime) -> None:
        needs_active = gift.side == "ambassador" and gift.terms["require_active_ambassador"]
        if needs_active and gift.who.status != "active":
            gift.state, gift.reason = "lapsed", "ambassador_inactive"
        elif tie.flagged or gift.terms["approval"] == "manual":
            gift.state, gift.reason = "awaiting_approval", "flagged" if tie.flagged else "approval"
        else:
            self.grant(gift, now)

    def grant(self, gift: Gift, now: datetime) -> None:
        """Give, or let the client choose first. *Reading*: who may choose among things and money is asked only while no
        limit is used up, whichever is chosen then; from then on it has its place in the limits of number."""
        if gift.params["kind"] != "choice":
            self.give(gift, now)
            return
        gift.state, gift.reason = "awaiting_choice", ""
        for key, most, reason, _in_money in gift.limits(now):
            if self.counted.get(key, 0) >= most:
                gift.state, gift.reason = "capped", reason
                return
        gift.counted = [(key, in_money) for key, _most, _reason, in_money in gift.limits(now)]
        gift.counted_at = now
        for key, in_money in gift.counted:
            self.counted[key] = self.counted.get(key, 0) + (not in_money)
        self.keep_free(gift, None)

    def give(self, gift: Gift, now: datetime) -> None:
        """Give within the limits. *Reading*: what is taken back later gives a limit its room back, the reward itself
        where nothing of it was spent; what is owed for it counts as taken back. Things count in number alone."""
        limits, amount = gift.limits(gift.counted_at or now), gift.amount
        for key, most, reason, in_money in limits:
            if gift.counted_at and not in_money:
                continue
            left = most - self.counted.get(key, 0) + (gift.reserved if in_money else 0)
            if left <= 0 and (not in_money or amount is not None):
                gift.state, gift.reason = "capped", reason
                self.leave_place(gift)
                return
            amount = min(amount, left) if in_money and amount is not None else amount
        gift.counted = [(key, in_money) for key, _most, _reason, in_money in limits]
        for key, in_money in gift.counted:
            more = (amount or 0) - gift.reserved if in_money else not gift.counted_at
            self.counted[key] = self.counted.get(key, 0) + more
        gift.reserved = 0
        gift.amount, gift.state, gift.reason, gift.was_given = amount, "granted", "", True
        if amount is None:
            self.hand(gift, now)
            return
        days = gift.params.get("expires_days")
        gift.who.purse.earn(amount, now, ends=days_on(now, days) if days else None, gift=gift)

    def choose(self, tie: Tie, gift: Gift, option: dict[str, Any], now: datetime) -> bool:
        """The ambassador chooses once it is due; a percentage only while there is money to take it of."""
        worth = gift.worth_of(option, tie.basis)
        if option["kind"] == "balance" and not worth:
            return False
        if gift.state == "awaiting_choice":
            gift.params, gift.amount = option, worth
            self.give(gift, now)
        elif gift.state != "granted" or gift.params is not option:
            return False
        self.complete(tie)
        return True

    def resize(self, gift: Gift, basis: int | None, lost: str, now: datetime) -> None:
        """A percentage shrinks in proportion; where nothing is left it is revoked."""
        if not gift.is_percent or gift.amount is None or basis is None or gift.is_regardless:
            return
        left = gift.worth(basis) or 0
        if left >= gift.amount or gift.state not in (*PENDING, "granted"):
            return
        if not left:
            self.take_back(gift, lost, now)
        elif gift.state in PENDING or gift.terms["clawback"] != "only_pending":
            if gift.state == "granted":
                gift.reason = "refunded"
                self.claw(gift, gift.amount - left, now, wholly=False)
            gift.amount = left

    def claw(self, gift: Gift, amount: int, now: datetime, *, wholly: bool) -> None:
        """Take so much of a reward back. *Reading*: what is owed for it counts as taken back."""
        used = amount - gift.who.purse.claw(gift, amount, now)
        if gift.terms["clawback"] == "allow_negative":
            gift.owed, used = gift.owed + used, 0
        gift.kept += used
        self.give_room_back(gift, amount - used, wholly=wholly and not gift.kept)

    def recover(self, came: list[tuple[Gift | None, int]], person: Person, now: datetime, purse: Purse) -> None:
        """*Reading*: what was reserved or used of a reward when it was taken back is taken once it comes back, of a
        called off or refunded order; what else comes back pays what is owed."""
        found = [(gift.number, gift, part) for gift, part in came if gift and gift.kept]
        for _number, gift, part in sorted(found, key=lambda each: each[0]):
            back = min(gift.kept, part)
            assert purse.claw(gift, back, now) == back
            gift.kept -= back
            self.give_room_back(gift, back, wholly=gift.state == "revoked" and not gift.kept)
        if purse is not person.purse:
            person.purse.take_over(purse, now)
        person.purse.pay_debt(now)

    def take_back(self, gift: Gift, lost: str, now: datetime) -> None:
        if gift.is_regardless:
            return
        if gift.state == "granted" and gift.terms["clawback"] != "only_pending":
            if gift.amount is None:
                self.call_off_with(gift, now)
                gift.kept = int(not self.want_back(gift, now))
                self.give_room_back(gift, 0, wholly=not gift.kept)
            else:
                self.claw(gift, gift.amount, now, wholly=True)
        elif gift.state in PENDING:
            self.leave_place(gift)
        else:
            return
        gift.state, gift.reason = "revoked", lost

    def hand(self, gift: Gift, now: datetime) -> None:
        give = self.hand_membership if gift.params["kind"] in MEMBERSHIPS else hand
        give(gift, now)

    def want_back(self, gift: Gift, now: datetime) -> bool:
        return self.want_membership_back(gift, now) if gift.params["kind"] in MEMBERSHIPS else want_back(gift)

    def call_off_with(self, gift: Gift, now: datetime) -> None:
        """*Reading*: an order that only waits is called off with the coupon that made its price."""
        for sale in [ticket.sale for ticket in gift.who.tickets if ticket.gift is gift and ticket.sale]:
            self.called_off(gift.who, sale, "cancelled", now)

    def called_off(self, person: Person, sale: Sale, state: str, now: datetime) -> None:
        """An order that waits ends unpaid: what it reserved is free."""
        if sale.state == "awaiting_payment":
            sale.state = state
            self.call_off_sold(person, sale, now)
            self.recover(person.purse.release(sale.parts, now), person, now, person.purse)

    # Time

    def notice(self, now: datetime) -> None:
        """Note what time alone has made true, at its moment: before anybody does the next thing, and whether a worker
        looks or not."""
        before, self.noticed = self.noticed or now, now
        for tie in self.ties:
            kept = any(one["kind"] == KEPT for one in tie.wanted(1))
            if tie.state != "closed" and kept and tie.last and not tie.is_late(before):
                end = start_of(tie.last + timedelta(days=1))
                tie.was_in_time = tie.was_in_time or tie.is_met(1, min(now, end - timedelta(minutes=1)))

    def ask_again(self, now: datetime) -> None:
        """*Reading*: what time alone makes true is noticed by the worker."""
        for tie in self.ties:
            kept = [
                step for step in range(1, len(tie.steps) + 1) if any(one["kind"] == KEPT for one in tie.wanted(step))
            ]
            if tie.state != "closed" and kept:
                self.settle(tie, now)

    def end_holds(self, now: datetime) -> None:
        due = [(gift.available, gift.number, tie, gift) for tie in self.ties for gift in tie.gifts]
        due = [each for each in due if each[3].state == "on_hold" and each[0] <= now and each[3].reason != "disputed"]
        for _at, _number, tie, gift in sorted(due, key=lambda each: each[:2]):
            self.review(tie, gift, now)
            self.settle(tie, now)

    def close_late(self, now: datetime) -> None:
        for tie in self.ties:
            if self.is_missed(tie, now):
                self.end_late(tie, now)
