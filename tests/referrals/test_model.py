"""Recommendations, rewards and balance against a small model of the contract: any order of steps leaves both the same.

Hypothesis keeps a failing sequence and prints how to play it again (`@reproduce_failure`, or the seed that the failure
names as PLUSONE_TEST_SEED, beside the same other settings). `make test-release` plays thousands of steps,
PLUSONE_TEST_STEPS says how many.
"""

import os
import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import models, transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from howoften import often
from judging import seldom
from offered import BETTER, MONTH, PRODUCT, SCENES, filled, in_one_sentence, without_none
from passes import PASS_DAYS, unuse, use
from plusone.agenda.commands import mark_visit, unmark_visit
from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger import commands as ledger
from plusone.ledger.queries import Balance, balances_of, faults, outstanding
from plusone.referrals.automation.reactions import end_holds
from plusone.referrals.commands import (
    ask_again,
    close_overdue,
    edit_campaign,
    register_friend,
    upgrade_open_referrals,
)
from plusone.referrals.models import Referral
from plusone.referrals.offers import Offer, offer_of, read_offer
from plusone.rewards.models import Handover, Reward
from plusone.store import commands as store
from plusone.store.models import Coupon, GiftedDays, Membership, Order
from plusone.store.queries import standing
from pressing import MINUTE, Pressing
from reckoning import Reckoning
from selling import ANY
from things import day_of, start_of
from tied import Person, Sale
from world import NOON, add_client, launch, make_product

STEPS = often(28, 40)  # of a story: shorter in every run, where each small world has one
BOOKS_EVERY = 5
DAY = timedelta(days=1)
FIRST_SALES = some.lists(some.tuples(ANY, some.integers(1, 3), some.sampled_from((True, True, False))), max_size=2)
UNPAID = timedelta(days=30)


class Loop(Pressing):
    """Every step that people and time take, in any order; what one refuses the other refuses."""

    @initialize(data=some.data(), doubtful=some.sampled_from((0, 0, 1, 2)), sold=FIRST_SALES)
    def begin(self, data: some.DataObject, doubtful: int, sold: list[tuple[int, int, bool]]) -> None:
        terms = data.draw(SCENES[self.scene])
        doubtful = max(doubtful, self.scene == "doubt")
        self.now, self.model, self.steps = NOON, Reckoning(), 0
        self.point = transaction.atomic()
        self.point.__enter__()
        self.ids = {PRODUCT: self.product.public_id, MONTH: self.month.public_id}
        self.terms = terms = filled(terms, self.ids)
        sent = without_none(terms)
        offers = {"friend": sent.pop("friend_reward", None), "ambassador": sent.pop("ambassador_reward", None)}
        self.campaign = launch(self.business, **offers, **sent)
        self.rows = {}
        self.ambassadors = [self.person(name, add_client(self.business, name)) for name in ("Ana", "Marta")]
        self.friends: list[Person] = []
        self.gone: list[Person] = []
        self.sales: list[tuple[Person, Sale]] = []
        self.visits: list[tuple[Person, Any]] = []
        # A story begins in the middle of things: most steps have something to act on.
        for number in range(6 if self.scene == "records" else 3):
            self.register(who=0 if number < 2 or self.scene == "sets" else 1, flagged=number < doubtful)
        for who in range(2 if self.scene in ("sets", "choices") else 1):
            self.buy(who=who, pieces=2)
        if self.scene == "kept":
            for number, friend in enumerate(self.friends):
                wanted = (self.abo, self.month)[number % 2]
                self.sold(friend, [(wanted, 1)], wanted.price, False, True)
        if self.scene == "returning":
            for friend in self.friends[:2]:
                self.sold(friend, [(self.product, 1)], self.product.price, False, True)
                self.come_or_go(friend)
            self.wait(days=31, sweep=True)
        for who, pieces, paid in sold:
            self.sell(who=who, pieces=pieces, balance=False, paid=paid)

    def teardown(self) -> None:
        if hasattr(self, "point"):
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    @rule(who=ANY, flagged=some.sampled_from((False, False, False, True)))
    def register(self, who: int, flagged: bool) -> None:
        ambassador = self.ambassadors[who % 2]
        name = f"Friend{len(self.friends)}"
        self.tie(ambassador, self.person(name, Client(), "lead"), flagged, is_new=True)

    @precondition(lambda self: any(friend.status == "lead" and not friend.tie for friend in self.friends))
    @rule(who=ANY)
    def register_again(self, who: int) -> None:
        """A lead whose recommendation was rejected may come with another ambassador."""
        freed = [friend for friend in self.friends if friend.status == "lead" and not friend.tie]
        self.tie(self.ambassadors[who % 2], freed[who % len(freed)], False, is_new=False)

    def tie(self, ambassador: Person, friend: Person, flagged: bool, *, is_new: bool) -> None:
        made: list[Referral] = []
        self.said(
            ambassador.status == "active" and not ambassador.is_blocked,
            lambda: made.append(
                register_friend(
                    self.business,
                    self.client(ambassador),
                    first_name="Friend",
                    email=f"{friend.name}@friends.example".lower(),
                    source="api",
                    flags=("too_fast",) if flagged else (),
                    **self.by,
                ).referral
            ),
        )
        if made:
            self.rows[friend] = made[0].friend_id
            friend.since = friend.since or self.now
            if is_new:
                self.friends.append(friend)
            self.rows[self.model.register(ambassador, friend, self.terms, self.now, flagged=flagged)] = made[0].pk

    @precondition(lambda self: any(friend.status == "lead" for friend in self.friends))
    @rule(who=ANY)
    def activate(self, who: int) -> None:
        leads = [friend for friend in self.friends if friend.status == "lead"]
        self.let_in(leads[who % len(leads)])

    def let_in(self, friend: Person) -> None:
        activate(self.client(friend), **self.by)
        self.model.activate(friend, "manual", self.now)

    @precondition(lambda self: self.there)
    @rule(who=ANY)
    def visit(self, who: int) -> None:
        self.come(self.there[who % len(self.there)])

    def come(self, friend: Person) -> None:
        made = mark_visit(self.client(friend), key=f"visit:{len(self.rows)}", **self.by).visit
        self.rows[made.pk, "visit"] = made
        friend.visits.append(self.now)
        use(friend, self.now)
        self.visits.append((friend, (made, self.now)))
        self.model.settle_all(friend, self.now)

    @precondition(lambda self: self.visits)
    @rule(which=ANY)
    def unmark(self, which: int) -> None:
        friend, (visit, at) = self.visits.pop(which % len(self.visits))
        unmark_visit(visit, **self.by)
        friend.visits.remove(at)
        unuse(friend, at)
        self.model.settle_all(friend, self.now)

    @rule(days=some.sampled_from((1, 3, 3, 10, 31)), sweep=some.booleans())
    def wait(self, days: int, sweep: bool) -> None:
        """Time goes on, and the worker runs or is late."""
        self.go_to(self.now + timedelta(days=days))
        if sweep:
            self.sweep()

    @rule(which=ANY)
    def wait_for_a_moment(self, which: int) -> None:
        """Until the very moment at which something ends: then, and not a moment later, it is over."""
        people = [*self.ambassadors, *self.friends]
        ends = [pot.ends for person in people for pot in person.purse.pots if pot.left]
        ends += [ticket.ends for person in people for ticket in person.tickets if not ticket.is_used]
        ends += [bought.ends for person in people for bought in person.passes if bought.state == "active"]
        ends += [each for _tie, gift in self.gifts for each in (gift.available, gift.collect_by)]
        ends += [start_of(tie.last + DAY) for tie in self.model.ties if tie.last and tie.state != "closed"]
        ends.append(start_of((day_of(self.now).replace(day=1) + 32 * DAY).replace(day=1)))  # a new month
        ends += self.days_of_keeping
        coming = sorted({end for end in ends if end and end > self.now + MINUTE})
        self.go_to(coming[which % min(3, len(coming))] - MINUTE)  # the next question is asked a minute later

    @rule()
    def sweep(self) -> None:
        for _twice in range(2):
            ledger.expire_due(self.now)
            store.expire_due(self.now)
            store.end_due(self.now)
            store.add_due_days(self.now)
            ask_again(self.now)
            end_holds(self.now)
            close_overdue(self.now)
        for person, sale in self.sales:
            if sale.placed + UNPAID <= self.now:
                self.model.called_off(person, sale, "expired", self.now)
        self.model.pass_time([*self.ambassadors, *self.friends], self.now)
        self.model.ask_again(self.now)
        self.model.end_holds(self.now)
        self.model.close_late(self.now)

    @seldom
    @rule(data=some.data())
    def change_the_terms(self, data: some.DataObject) -> None:
        """Later registrations alone (CASES 51); the sets of an ambassador stay as many friends as they were."""
        terms = data.draw(SCENES[self.scene])
        self.offer_from_now_on({**filled(terms, self.ids), "every": self.terms["every"]})

    @property
    def is_open(self) -> bool:
        """Whether anything is open that better terms are for."""
        return any(tie.state != "closed" for tie in self.model.ties)

    @seldom
    @precondition(lambda self: self.is_open)
    @rule(which=ANY)
    def raise_the_offer(self, which: int) -> None:
        """What is open gets the newest terms where no side gets less (Q-07): made better a moment ago, as a rule."""
        self.offer_from_now_on({**self.terms, **filled(BETTER[which % len(BETTER)], self.ids)})
        upgraded = self.model.raise_all(self.terms, self.now)
        done = upgrade_open_referrals(self.campaign, **self.by)
        assert [one.pk for one in done.upgraded] == [self.rows[tie] for tie in upgraded]

    def offer_from_now_on(self, terms: dict[str, Any]) -> None:
        """Make other terms, unless they say the same."""
        terms = in_one_sentence(terms)
        offer = read_offer(self.business, without_none(terms), base=Offer())
        if offer != offer_of(self.campaign.terms):
            edit_campaign(self.campaign, offer=offer, **self.by)
            self.terms = terms

    @invariant()
    def the_same(self) -> None:
        if not hasattr(self, "rows"):
            return
        self.go_to(self.now + MINUTE)
        self.steps += 1
        people = [*self.ambassadors, *self.friends, *self.gone]
        keys = [self.rows[person] for person in people]
        balances = balances_of(self.business, keys, now=self.now)
        statuses = dict(Client.objects.filter(pk__in=keys).values_list("pk", "status"))
        for person in people:
            told, purse = balances.get(self.rows[person], Balance()), person.purse
            free = purse.free(self.now)
            model = (free, purse.held(), purse.earned, purse.redeemed, purse.expired, purse.revoked, purse.owed)
            assert model == (
                told.available, told.held, told.earned, told.redeemed, told.expired, told.revoked, told.owed
            ), f"{person.name} ({told})"  # fmt: skip
            assert statuses[self.rows[person]] == person.status, person.name
        self.the_same_recommendations()
        self.the_same_things(people)
        self.books_are_right(people)

    def the_same_recommendations(self) -> None:
        ties = Referral.objects.filter(business=self.business).values_list("pk", "state", "reason", "flagged")
        stands = {row[0]: row[1:] for row in ties}
        rewards_had: dict[int, list[Any]] = {}
        for one in Reward.objects.filter(business=self.business, source_kind="referral").order_by("id"):
            used = (one.unrecovered, one.owed)
            row = (one.side, one.step, one.kind, one.state, one.reason, one.amount, used, one.available_at)
            rewards_had.setdefault(one.source_id, []).append(row)
        assert len(stands) == len(self.model.ties)
        for tie in self.model.ties:
            key, who = self.rows[tie], f"{tie.friend.name} of {tie.ambassador.name}"
            assert stands[key] == (tie.state, tie.reason, tie.flagged), who
            had = rewards_had.get(key, [])
            gifts = [
                (
                    one.side,
                    one.step,
                    one.params["kind"],
                    one.state,
                    one.reason,
                    one.amount,
                    (one.kept, one.owed),
                    one.available,
                )
                for one in tie.gifts
            ]
            assert had == gifts, who
            assert len({row[:2] for row in had}) == len(had), "two rewards for one side of a step"

    def the_same_things(self, people: list[Person]) -> None:
        """Coupons, memberships, given days, presents and orders stand alike."""
        keys = [self.rows[person] for person in people]
        used = set(standing(Order.objects.filter(client__in=keys)).values_list("coupon", flat=True))
        coupons, passes, days, orders = (
            self.by_client(Coupon, keys, "expires_at", "withdrawn_at", "pk"),
            self.by_client(Membership, keys, "state", "is_new", "ends_at", "pk"),
            self.by_client(GiftedDays, keys, "days", "withdrawn_at", "membership"),
            self.by_client(Order, keys, "state", "due", "discount", "refunded_to_balance", "refunded_to_method"),
        )
        for person in people:
            key, name = self.rows[person], person.name
            tickets = [(each.ends, each.is_withdrawn, each.is_used) for each in person.tickets]
            assert [(end, gone is not None, pk in used) for end, gone, pk in coupons[key]] == tickets, (
                f"coupons of {name}"
            )
            had = [(each.state, each.is_new, each.ends) for each in person.passes]
            assert [(state, is_new, end) for state, is_new, end, _pk in passes[key]] == had, f"passes of {name}"
            on = {id(each): row[-1] for each, row in zip(person.passes, passes[key], strict=True)}
            given = [(each.days, each.is_withdrawn, on.get(id(each.on))) for each in person.days]
            assert [(number, gone is not None, place) for number, gone, place in days[key]] == given, f"days of {name}"
            sales = [(each.stands, each.due, each.discount, each.to_balance, each.to_method) for each in person.sales]
            assert orders[key] == sales, f"orders of {name}"
        handed = sum(gift.is_handed_over for tie in self.model.ties for gift in tie.gifts)
        assert Handover.objects.filter(business=self.business).count() == handed

    @staticmethod
    def by_client(table: type[models.Model], keys: list[int], *columns: str) -> dict[int, list[Any]]:
        """Return columns of all rows of some clients, the oldest first: in one query, since it is asked every step."""
        found: dict[int, list[Any]] = {key: [] for key in keys}
        rows = table._default_manager.filter(client__in=keys).order_by("id")
        for key, *row in rows.values_list("client", *columns):
            found[key].append(tuple(row))
        return found

    def books_are_right(self, people: list[Person]) -> None:
        assert outstanding(self.business, now=self.now) == sum(person.purse.free(self.now) for person in people)
        if self.steps % BOOKS_EVERY == 0:  # they are only ever appended to: a fault stays, and is found a little later
            assert faults(self.business) == []


@pytest.fixture
def machine(gym: Business) -> type[Loop]:
    month = {"kind": "prepaid", "price": 4500, "valid_days": PASS_DAYS}
    abo = {"kind": "recurring", "price": 3900, "period": "month"}
    sold = {
        "product": make_product(gym, price=2595),
        "gratis": make_product(gym, "Trial", price=0),
        "month": store.create_membership_type(gym, name="A month", now=NOON, **month),
        "abo": store.create_membership_type(gym, name="Every month", now=NOON, **abo),
    }
    return type("LoopOfTheGym", (Loop,), {"business": gym, **sold})


def play(machine: type[Loop], examples: int) -> None:
    """Play so many stories. A number tells which ones; a failure names it."""
    number = int(os.environ.get("PLUSONE_TEST_SEED") or random.SystemRandom().randrange(10**6))
    print(f"PLUSONE_TEST_SEED={number}")
    calm = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        print_blob=True,
        database=None,
        phases=[Phase.generate] + [Phase.shrink] * bool(os.environ.get("PLUSONE_TEST_SEED")),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(machine), settings=calm)


def test_the_loop_does_what_its_model_does(machine: type[Loop]) -> None:
    """REQUIREMENTS 4.2, 4.3, CONTRACT States, CASES 21, Q-07: a story in every run."""
    play(machine, 1)


@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES)
def test_the_loop_does_what_its_model_does_for_long(machine: type[Loop], scene: str) -> None:
    """The same in each of its small worlds: a story each, many before a release."""
    machine.scene = scene
    steps = int(os.environ.get("PLUSONE_TEST_STEPS") or often(STEPS * len(SCENES), 10_000))
    play(machine, max(1, steps // STEPS // len(SCENES)))
