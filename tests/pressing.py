"""What the machine of tests/referrals/test_model.py does most of the time: the next thing that matters.

Drawn from everything that could be done, most steps would do nothing to anybody's reward. So a machine that only threw
dice went by a coupon used twice and a doubt that the next event released.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from hypothesis.stateful import rule

from judging import Office
from passes import months_on
from selling import ANY
from things import Ticket, day_of, days_on, start_of
from tied import KEPT, Gift, Person, Tie

MINUTE = timedelta(minutes=1)
Act = Callable[[], object]


MATTERS = {
    "choices": ("deciding",),
    "doubt": ("deciding",),
    "coupons": ("using", "undoing"),
    "things": ("undoing", "using"),
    "money": ("undoing",),
    "kept": ("keeping", "keeping", "wanting", "undoing"),
    "sets": ("undoing", "wanting"),
    "better": ("raising", "wanting"),
    "returning": ("returning", "returning", "wanting", "undoing"),
    "records": ("joining", "wanting", "undoing"),
}


class Pressing(Office):
    """The acts that a recommendation, a reward or an order waits for, or that try the same a second time."""

    scene = "all"
    raise_the_offer: Callable[[int], None]
    is_open: bool

    @rule(kind=ANY, which=ANY)
    def go_on(self, kind: int, which: int) -> None:
        self.press(kind, which)

    @rule(kind=ANY, which=ANY)
    def go_on_again(self, kind: int, which: int) -> None:
        self.press(kind, which)

    @rule(kind=ANY, which=ANY)
    def go_further(self, kind: int, which: int) -> None:
        self.press(kind, which)

    @rule(kind=ANY, which=ANY)
    def go_further_still(self, kind: int, which: int) -> None:
        self.press(kind, which)

    @rule(kind=ANY, which=ANY)
    def go_to_the_end(self, kind: int, which: int) -> None:
        self.press(kind, which)

    @rule(kind=ANY, which=ANY)
    def go_beyond(self, kind: int, which: int) -> None:
        self.press(kind, which)

    @rule(first=ANY, second=ANY, which=ANY)
    def go_two_steps(self, first: int, second: int, which: int) -> None:
        self.press(first, which)
        self.go_to(self.now + MINUTE)
        self.press(second, which)

    @rule(kind=ANY, which=ANY)
    def go_on_and_try_it_twice(self, kind: int, which: int) -> None:
        self.press(kind, which)
        self.go_to(self.now + MINUTE)
        self.press(kind, which)

    def press(self, kind: int, which: int) -> None:
        """Do one of what there is of one kind: every other time of that which the scene is about."""
        kinds = {"wanting": self.wanting(), "deciding": self.deciding(which), "using": self.using(which)}
        kinds |= {"undoing": self.undoing(which), "joining": self.joining(which), "raising": self.raising(which)}
        kinds |= {"keeping": self.keeping(which), "returning": self.returning(which)}
        there = {name: list(found) for name, found in kinds.items()}
        names = [name for name in there if there[name]]
        if names:
            names = [name for name in MATTERS.get(self.scene, ()) if there[name] and kind % 2] or names
            found = there[names[kind // 2 % len(names)]]
            found[which % len(found)]()

    def wanting(self) -> Iterator[Act]:
        """What a promise still asks of the friend, or of time."""
        for tie, gift in self.gifts:
            friend = tie.friend
            if tie.state == "closed" or friend.status == "deleted":
                continue
            if gift.state == "on_hold" and gift.reason == "hold" and gift.available and gift.available > self.now:
                yield partial(self.sweep_at, gift)
            if gift.state != "promised":
                continue
            unmet = [one for one in tie.wanted(gift.step) if not tie.holds(one, self.now)]
            yield from (partial(self.do, tie, one["kind"]) for one in unmet or [{"kind": "orders"}])

    def do(self, tie: Tie, kind: str) -> None:
        friend = tie.friend
        if kind == "activated" and friend.status == "lead":
            self.let_in(friend)
        elif kind == "sessions_attended":
            self.come(friend)
        elif kind == "check" and self.asks_check(tie):
            self.tick_off(tie)
        elif kind in ("membership_bought", KEPT):
            wanted = self.abo if self.steps % 2 else self.month
            self.sold(friend, [(wanted, 1)], wanted.price, False, True)
        else:
            self.sold(friend, [(self.product, 2)], self.product.price * 2, False, True)

    def sweep_at(self, gift: Gift) -> None:
        assert gift.available
        self.go_to(gift.available)
        self.sweep()

    def keeping(self, which: int) -> Iterator[Act]:
        """What becomes of a membership that has to be kept, until the day on which it is asked about."""
        for tie in self.model.ties:
            if tie.state == "closed" or not any(one["kind"] == KEPT for one in tie.wanted(1)):
                continue
            for bought in tie.friend.passes:
                if bought.recurs and bought.state in ("active", "past_due"):
                    yield partial(self.renew_it, tie.friend, bought, which % 3 > 0)
                if bought.state in ("active", "frozen"):
                    yield partial(self.let_stand, tie.friend, bought, bought.state == "frozen")
        coming = sorted({day for day in self.days_of_keeping if day > self.now})
        if coming and self.scene == "kept":
            yield from [partial(self.go_to_the_day, coming[which % min(2, len(coming))], which)] * 3

    def go_to_the_day(self, day: datetime, which: int) -> None:
        """To the moment, or days later; the worker is there at once, or late."""
        self.go_to(day + timedelta(days=(0, 0, 1, 12, 50)[which % 5]))
        if which % 2:
            self.sweep()

    @property
    def days_of_keeping(self) -> list[datetime]:
        """When memberships will have been kept, and the last days of it."""
        days: list[datetime] = []
        for tie in self.model.ties:
            kept = [one["days"] for one in tie.wanted(1) if one["kind"] == KEPT]
            if tie.state != "closed" and kept:
                days += [days_on(each.started, kept[0]) for each in tie.friend.passes if each.started]
                days += [start_of(tie.last + timedelta(days=1))] if tie.last else []
        return days

    def returning(self, which: int) -> Iterator[Act]:
        """Friends leave, are asked back a month later, and come, in the scene that is about them."""
        if self.scene != "returning":
            return
        for friend in self.clients:
            if friend.status == "active":
                yield partial(self.come_or_go, friend)
                continue
            assert friend.left
            months = self.terms["returning"]["months"]
            day = start_of(months_on(day_of(friend.left), months)) - timedelta(days=which % 4 == 3)
            if day > self.now:
                yield from [partial(self.go_to, day)] * 3
            elif friend.tie and friend.tie.returned == friend.left:
                yield partial(self.come_or_go, friend)
                yield partial(self.sold, friend, [(self.product, 2)], self.product.price * 2, False, True)
            yield partial(self.invite_back, friend, self.ambassadors[which % 2])

    def deciding(self, which: int) -> Iterator[Act]:
        """What waits for a person; and, of what is doubtful, what goes on meanwhile."""
        yes = bool(which % 2)
        for tie, gift in self.gifts:
            if gift.state == "awaiting_choice":
                yield partial(self.choose_of, tie, gift, which)
            if gift.state == "awaiting_approval":
                yield partial(self.decide_about, tie, gift, yes)
        for tie in self.model.ties:
            if tie.flagged and tie.state != "closed" and tie.friend.status != "deleted":
                yield partial(self.judge_about, tie, yes)
                yield partial(self.do, tie, "orders")
                yield partial(self.come, tie.friend)

    def using(self, which: int) -> Iterator[Act]:
        """What was received: used, and used again."""
        pieces, paid = 1 + which % 2, bool(which % 3)
        lines, price = [(self.product, pieces)], self.product.price * pieces
        for person in [*self.ambassadors, *self.there]:
            for ticket in person.tickets:
                yield partial(self.sold, person, lines, price, which % 5 == 0, paid, ticket)
                if which % 4 == 3 and ticket.ends > self.now:
                    yield partial(self.come_too_late, person, ticket)
            if person.purse.free(self.now):
                yield partial(self.sold, person, lines, price, True, paid)
        for tie, gift in self.gifts:
            if gift.state == "granted" and gift.params["kind"] in ("manual", "product"):
                yield partial(self.hand_it_over, tie, gift)

    def joining(self, which: int) -> Iterator[Act]:
        """Two records that are one person's, in the scene that is about them: each time it leaves one less."""
        people = [person for person in self.friends if person.status != "deleted"]
        if self.scene == "records" and self.steps % 3 == 0:
            yield from (partial(self.make_one, kept, gone) for kept in people for gone in people if kept is not gone)
            yield from [partial(self.merge_ambassadors, which)] * (len(people) // 2)

    def raising(self, which: int) -> Iterator[Act]:
        """The offer becomes better for what is open, in the scene that is about it."""
        if self.scene == "better" and self.is_open:
            yield partial(self.raise_the_offer, which)

    def come_too_late(self, person: Person, ticket: Ticket) -> None:
        """At the very moment at which a coupon ends."""
        self.go_to(ticket.ends)
        self.sold(person, [(self.product, 1)], self.product.price, False, True, ticket)

    def undoing(self, which: int) -> Iterator[Act]:
        """What takes a reward's ground away, or gives back what it paid for."""
        part = (0, 0, 50, 10)[which % 4]
        for person, sale in self.sales:
            if sale.state == "awaiting_payment":
                yield partial(self.call_off if which % 2 else self.pay_for, person, sale)
            elif sale.dispute == "open":
                yield partial(self.end_dispute, person, sale, "won" if which % 2 else "lost")
            elif sale.paid and (sale.money or sale.balance > sale.to_balance):
                yield partial(self.give_money_back, person, sale, part)
                if which % 4 == 1 and sale.money and not sale.dispute:
                    yield partial(self.take_into_question, person, sale)
