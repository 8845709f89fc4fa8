"""What the machine of tests/referrals/test_model.py does at the desk: sales, refunds, disputes, coupons, passes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from offered import Cast
from passes import Pass
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.store import commands as store
from plusone.store.models import Coupon, Membership, MembershipType, Order, Product
from reckoning import Reckoning
from things import Ticket
from tied import Person, Sale, part_of

ANY = some.integers(0, 99)
USE = some.sampled_from((False, False, True, 200))


class Counter(Cast, RuleBasedStateMachine):
    """The desk of the gym."""

    business: Business
    product: Product
    gratis: Product
    month: MembershipType
    abo: MembershipType
    now: datetime
    model: Reckoning
    ambassadors: list[Person]
    friends: list[Person]
    sales: list[tuple[Person, Sale]]

    @property
    def there(self) -> list[Person]:
        """The friends who were not deleted."""
        return [friend for friend in self.friends if friend.status != "deleted"]

    @property
    def by(self) -> dict[str, Any]:
        return {"actor": "user:1", "now": self.now}

    def go_to(self, now: datetime) -> None:
        """Let time pass."""
        self.now = now
        self.model.notice(now)

    def said(self, agreed: bool, command: Callable[[], object]) -> bool:
        """Run a command that is refused exactly where the model refuses it; a refusal changes nothing."""
        try:
            with transaction.atomic():
                command()
        except Refused as refusal:
            if agreed:
                raise AssertionError(f"refused: {refusal.code}") from refusal
        else:
            assert agreed, "the contract refuses this"
        return agreed

    @precondition(lambda self: self.there)
    @rule(who=ANY, pieces=some.integers(0, 3), balance=USE, paid=some.booleans())
    def sell(self, who: int, pieces: int, balance: bool | int, paid: bool) -> None:
        people = self.there * 2 + self.ambassadors
        lines = [(self.product, pieces)] if pieces else [(self.gratis, 1)]
        self.sold(people[who % len(people)], lines, self.product.price * pieces, balance, paid)

    @precondition(lambda self: self.there)
    @rule(who=ANY, pieces=some.integers(1, 2))
    def buy(self, who: int, pieces: int) -> None:
        """A friend buys and pays: what happens most."""
        friend = self.there[who % len(self.there)]
        self.sold(friend, [(self.product, pieces)], self.product.price * pieces, False, True)

    @precondition(lambda self: self.there)
    @rule(who=ANY, balance=USE, paid=some.booleans(), recurs=some.booleans())
    def sell_a_month(self, who: int, balance: bool | int, paid: bool, recurs: bool) -> None:
        people = self.there * 2 + self.ambassadors
        wanted = self.abo if recurs else self.month
        self.sold(people[who % len(people)], [(wanted, 1)], wanted.price, balance, paid)

    @property
    def passes(self) -> list[tuple[Person, Pass]]:
        """What memberships there are, those that were given included."""
        return [(person, bought) for person in [*self.ambassadors, *self.there] for bought in person.passes]

    def membership(self, person: Person, bought: Pass) -> Membership:
        mine = Membership.objects.filter(client=self.rows[person]).select_related("business", "client", "type")
        return mine.order_by("id")[person.passes.index(bought)]

    @precondition(lambda self: self.passes)
    @rule(which=ANY)
    def cancel_a_month(self, which: int) -> None:
        """What is paid runs on; a membership that ends too early was not kept."""
        person, bought = self.passes[which % len(self.passes)]
        row = self.membership(person, bought)
        self.said(self.model.cancel(person, bought, self.now), lambda: store.cancel_membership(row, **self.by))

    @precondition(lambda self: self.passes)
    @rule(which=ANY, back=some.booleans())
    def freeze(self, which: int, back: bool) -> None:
        """Time stands still for a membership, or goes on for one; twice is once."""
        stands = [each for each in self.passes if each[1].frozen] if back else []
        found = stands if stands and which % 3 else self.passes
        self.let_stand(*found[which % len(found)], back)

    def let_stand(self, person: Person, bought: Pass, back: bool) -> None:
        row, agreed = self.membership(person, bought), self.model.unfreeze if back else self.model.freeze
        command = store.unfreeze if back else store.freeze
        self.said(agreed(bought, self.now), lambda: command(row, **self.by))

    @precondition(lambda self: any(bought.recurs for _person, bought in self.passes))
    @rule(which=ANY, paid=some.booleans())
    def renew(self, which: int, paid: bool) -> None:
        """The next month of what recurs is ordered, or ordered and paid: what balance there is pays first."""
        found = [each for each in self.passes if each[1].recurs]
        self.renew_it(*found[which % len(found)], paid)

    def renew_it(self, person: Person, bought: Pass, paid: bool) -> None:
        made: list[Order] = []
        row, agreed = self.membership(person, bought), bought.recurs and bought.state in ("active", "past_due")
        if not self.said(agreed, lambda: made.append(store.renew(row, **self.by))):
            return
        sale = next((one for one in person.sales if one.renews is bought and one.state == "awaiting_payment"), None)
        if sale is None:
            parts = person.purse.take(min(person.purse.free(self.now), self.abo.price), self.now, hold=True)
            balance = sum(part for _pot, part in parts)
            sale = Sale(self.abo.price, balance, parts, self.now, purse=person.purse, renews=bought)
            self.ordered(person, sale, made[0])
        assert self.rows[id(sale)] == made[0].pk
        if paid and sale.due:
            self.pay_for(person, sale)

    @precondition(lambda self: any(person.tickets for person in [*self.ambassadors, *self.there]))
    @rule(which=ANY, pieces=some.integers(1, 2), balance=USE, paid=some.booleans(), late=some.booleans())
    def sell_with_a_coupon(self, which: int, pieces: int, balance: bool | int, paid: bool, late: bool) -> None:
        """A coupon comes off first, once; one that is used, over or withdrawn is refused."""
        people = [person for person in [*self.ambassadors, *self.there] if person.tickets]
        person = people[which % len(people)]
        fresh = [ticket for ticket in person.tickets if ticket.serves(self.now)]
        tickets = fresh if fresh and not late else person.tickets
        ticket = tickets[which % len(tickets)]
        self.sold(person, [(self.product, pieces)], self.product.price * pieces, balance, paid, ticket)

    def sold(
        self, person: Person, lines: Any, price: int, balance: bool | int, paid: bool, ticket: Ticket | None = None
    ) -> None:
        discount = ticket.off(price) if ticket else 0
        total, free = price - discount, person.purse.free(self.now)
        wanted = min(free, total) if balance is True else min(int(balance), total)
        place = {"use_balance": balance, **self.by}
        if ticket:
            place["coupon"] = self.coupon(person, ticket).code
        made: list[Order] = []
        if not self.said(
            wanted <= free and (ticket is None or ticket.serves(self.now)),
            lambda: made.append(store.place_order(self.business, self.client(person), lines, **place)),
        ):
            return
        parts = person.purse.take(wanted, self.now, hold=True) if wanted else []
        sale = Sale(total, wanted, parts, self.now, discount=discount, purse=person.purse)
        if ticket:
            ticket.sale = sale
        if lines[0][0] in (self.month, self.abo):
            person.passes.append(Pass(sale, recurs=lines[0][0] is self.abo))
        self.ordered(person, sale, made[0])
        if sale.due and paid:
            self.pay_for(person, sale)

    def ordered(self, person: Person, sale: Sale, order: Order) -> None:
        """Note an order; one of which nothing is due is paid."""
        self.rows[id(sale)] = order.pk
        person.sales.append(sale)
        self.sales.append((person, sale))
        if not sale.due:
            self.settled(person, sale)

    def coupon(self, person: Person, ticket: Ticket) -> Coupon:
        mine = Coupon.objects.filter(client=self.rows[person]).order_by("id")
        return mine[person.tickets.index(ticket)]

    @precondition(lambda self: self.sales)
    @rule(which=ANY, card=some.sampled_from((False, False, True)))
    def pay(self, which: int, card: bool) -> None:
        self.pay_for(*self.sales[which % len(self.sales)], card=card)

    def pay_for(self, person: Person, sale: Sale, *, card: bool = False) -> None:
        """Pay in cash; or by card, a friend and who recommended them by the same one."""
        was, name = sale.state, person.tie.ambassador.name if person.tie else person.name
        by = {"method": "terminal", "reference": f"card of {name}"} if card else {"method": "cash"}
        agreed = was not in ("cancelled", "expired")
        if self.said(agreed, lambda: store.pay(self.order(sale), **by, **self.by)) and was == "awaiting_payment":
            person.cards |= {name} if card else set()
            self.settled(person, sale)

    def settled(self, person: Person, sale: Sale) -> None:
        sale.state, sale.paid = "paid", (self.now, self.rows[id(sale)])
        for pot, part in sale.parts:
            pot.held -= part
            pot.left -= part
        sale.purse.redeemed += sale.balance
        if sale.renews:
            self.model.count_period(sale, self.now)
        for bought in person.passes:
            if bought.sale is sale:
                self.model.begin(person, bought, self.now)
        if person.status == "archived":
            person.status, person.left = "active", None
        if person.status == "lead" and sale.due:
            self.model.activate(person, "purchase", self.now)
        for tie in person.brought:
            if tie.via:
                self.model.look_again(tie)
        self.model.settle_all(person, self.now, active=True)
        if sale.due and person.status == "active":  # what brought them before comes first, as it came first
            self.model.count_return(person, "purchase", self.now)

    @precondition(lambda self: self.sales)
    @rule(which=ANY)
    def cancel(self, which: int) -> None:
        self.call_off(*self.sales[which % len(self.sales)])

    def call_off(self, person: Person, sale: Sale) -> None:
        if self.said(sale.paid is None, lambda: store.cancel(self.order(sale), **self.by)):
            self.model.called_off(person, sale, "cancelled", self.now)

    @precondition(lambda self: any(sale.paid for _person, sale in self.sales))
    @rule(which=ANY, part=some.sampled_from((0, 0, 10, 50)))
    def refund(self, which: int, part: int) -> None:
        sold = [(person, sale) for person, sale in self.sales if sale.paid]
        self.give_money_back(*sold[which % len(sold)], part)

    def give_money_back(self, person: Person, sale: Sale, part: int) -> None:
        left = sale.total - sale.to_balance - sale.to_method
        amount = max(1, left * part // 100) if part else None
        if not self.said(bool(left), lambda: store.refund(self.order(sale), amount, **self.by)):
            return
        whole = amount in (None, left)
        given = left if amount is None else amount
        to_balance = sale.balance - sale.to_balance if whole else part_of(given, sale.balance, sale.total)
        to_balance = min(max(to_balance, given - sale.money), sale.balance - sale.to_balance)
        self.given_back(person, sale, to_balance, given - to_balance)

    def given_back(self, person: Person, sale: Sale, to_balance: int, to_method: int) -> None:
        sale.to_balance += to_balance
        sale.to_method += to_method
        if to_balance:
            came = sale.purse.give_back(sale.parts, to_balance, self.now)
            self.model.recover(came, person, self.now, sale.purse)
        if sale.to_balance + sale.to_method == sale.total:
            self.model.take_period_back(person, sale, self.now)
        lost = "dispute_lost" if sale.dispute == "lost" else "refunded"
        self.model.settle_all(person, self.now, lost=lost, active=True)

    @precondition(lambda self: self.sales)
    @rule(which=ANY)
    def dispute(self, which: int) -> None:
        """A client's bank takes a payment into question: once, and nothing is given back by that."""
        paid = [each for each in self.sales if each[1].money or each[1].dispute]
        self.take_into_question(*(paid or self.sales)[which % len(paid or self.sales)])

    def take_into_question(self, person: Person, sale: Sale) -> None:
        agreed = bool(sale.money or sale.dispute)
        if self.said(agreed, lambda: store.dispute(self.order(sale), **self.by)) and not sale.dispute:
            sale.dispute = "open"
            self.model.settle_all(person, self.now, active=True)

    @precondition(lambda self: any(sale.dispute for _person, sale in self.sales))
    @rule(which=ANY, outcome=some.sampled_from(("won", "lost")))
    def close_dispute(self, which: int, outcome: str) -> None:
        """The bank decides, perhaps twice: what is lost is gone as money given back is, what is won changes nothing."""
        found = [each for each in self.sales if each[1].dispute]
        self.end_dispute(*found[which % len(found)], outcome)

    def end_dispute(self, person: Person, sale: Sale, outcome: str) -> None:
        was = sale.dispute
        if not self.said(was in ("open", outcome), lambda: store.close_dispute(self.order(sale), outcome, **self.by)):
            return
        sale.dispute = outcome
        if was == "open" and outcome == "lost" and sale.money:
            self.given_back(person, sale, 0, sale.money)
        elif was == "open":
            self.model.settle_all(person, self.now, active=True)
