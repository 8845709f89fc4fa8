"""Recommendations, rewards and balance against a small model of the contract: any order of steps leaves both the same.

Hypothesis keeps a failing sequence and prints how to play it again (`@reproduce_failure`, or the seed that the failure
names as PLUSONE_TEST_SEED). `make test-release` plays thousands of steps, PLUSONE_TEST_STEPS says how many.
"""

import os
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
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
from offered import TERMS, filled, in_one_sentence, without_none
from plusone.agenda.commands import mark_visit, unmark_visit
from plusone.clients.commands import activate, archive, reactivate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger import commands as ledger
from plusone.ledger.queries import Balance, balances_of, faults, outstanding
from plusone.referrals.automation.reactions import end_holds
from plusone.referrals.commands import choose_reward, close_overdue, edit_campaign, register_friend
from plusone.referrals.commands.deciding import approve_referral, decide_reward, reject_referral
from plusone.referrals.models import Referral
from plusone.referrals.offers import Offer, read_offer
from plusone.rewards.commands import hand_over
from plusone.rewards.models import Handover, Reward
from plusone.store import commands as store
from plusone.store.models import Coupon, GiftedDays, Membership, Order
from plusone.store.queries import standing
from reckoning import Reckoning
from selling import ANY, Counter
from things import PASS_DAYS, pass_time
from tied import Person, Sale
from world import NOON, add_client, launch, make_product

STEPS = 40
MINUTE = timedelta(minutes=1)
FIRST_SALES = some.lists(some.tuples(ANY, some.integers(1, 3), some.sampled_from((True, True, False))), max_size=3)
UNPAID = timedelta(days=30)


class Loop(Counter):
    """Every step that people and time take, in any order; what one refuses the other refuses."""

    @initialize(terms=TERMS, doubtful=some.sampled_from((0, 0, 1, 2)), sold=FIRST_SALES)
    def begin(self, terms: dict[str, Any], doubtful: int, sold: list[tuple[int, int, bool]]) -> None:
        terms = filled(terms, self.product.public_id)
        self.now, self.model, self.steps = NOON, Reckoning(), 0
        self.point = transaction.atomic()
        self.point.__enter__()
        self.terms = terms
        sent = without_none(terms)
        offers = {"friend": sent.pop("friend_reward", None), "ambassador": sent.pop("ambassador_reward", None)}
        self.campaign = launch(self.business, **offers, **sent)
        self.rows = {}
        self.ambassadors = [self.person(name, add_client(self.business, name)) for name in ("Ana", "Marta")]
        self.friends: list[Person] = []
        self.sales: list[tuple[Person, Sale]] = []
        self.visits: list[tuple[Person, datetime]] = []
        # A story begins in the middle of things: most steps have something to act on.
        for number in range(3):
            self.register(who=0 if number < 2 else 1, flagged=number < doubtful)
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
            ambassador.status == "active",
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
            if is_new:
                self.friends.append(friend)
            self.rows[self.model.register(ambassador, friend, self.terms, self.now, flagged)] = made[0].pk

    @precondition(lambda self: any(friend.status == "lead" for friend in self.friends))
    @rule(who=ANY)
    def activate(self, who: int) -> None:
        leads = [friend for friend in self.friends if friend.status == "lead"]
        friend = leads[who % len(leads)]
        activate(self.client(friend), **self.by)
        self.model.activate(friend, "manual", self.now)

    @precondition(lambda self: self.friends)
    @rule(who=ANY)
    def visit(self, who: int) -> None:
        friend = self.friends[who % len(self.friends)]
        made = mark_visit(self.client(friend), key=f"visit:{len(self.rows)}", **self.by).visit
        self.rows[made.pk, "visit"] = made
        friend.visits.append(self.now)
        self.visits.append((friend, (made, self.now)))
        if friend.tie:
            self.model.settle(friend.tie, self.now)

    @precondition(lambda self: self.visits)
    @rule(which=ANY)
    def unmark(self, which: int) -> None:
        friend, (visit, at) = self.visits.pop(which % len(self.visits))
        unmark_visit(visit, **self.by)
        friend.visits.remove(at)
        if friend.tie:
            self.model.settle(friend.tie, self.now)

    @precondition(lambda self: any(tie.gifts for tie in self.model.ties))
    @rule(which=ANY, yes=some.booleans())
    def decide(self, which: int, yes: bool) -> None:
        """A person approves or declines a reward, in whatever state it is; a second click changes nothing."""
        found = [(tie, gift) for tie in self.model.ties for gift in tie.gifts]
        waiting = [each for each in found if each[1].state == "awaiting_approval"]
        found = waiting if waiting and which % 2 else found
        tie, gift = found[which % len(found)]
        reward = self.reward(tie, gift)
        verb = self.model.approve if yes else self.model.decline
        agreed = verb(tie, gift, self.now)
        self.said(agreed, lambda: decide_reward(reward, approve=yes, note="a word", **self.by))

    @precondition(lambda self: self.model.ties)
    @rule(which=ANY, yes=some.booleans())
    def judge(self, which: int, yes: bool) -> None:
        """A person approves or rejects a recommendation."""
        doubtful = [tie for tie in self.model.ties if tie.flagged]
        ties = doubtful if doubtful and which % 3 else self.model.ties
        tie = ties[which % len(ties)]
        referral = self.referral(tie)
        if yes:
            self.said(self.model.approve_tie(tie, self.now), lambda: approve_referral(referral, **self.by))
        else:
            self.said(self.model.reject(tie, self.now), lambda: reject_referral(referral, **self.by))

    @precondition(lambda self: any(gift.options for tie in self.model.ties for gift in tie.gifts))
    @rule(which=ANY, place=some.integers(0, 2))
    def choose(self, which: int, place: int) -> None:
        """Ana chooses, when it is due or not; a second click changes nothing."""
        found = [(tie, gift) for tie in self.model.ties for gift in tie.gifts if gift.options]
        waiting = [each for each in found if each[1].state == "awaiting_choice"]
        found = waiting if waiting and which % 3 else found
        tie, gift = found[which % len(found)]
        reward, option = self.reward(tie, gift), place % len(gift.options)
        agreed = self.model.choose(tie, gift, gift.options[option], self.now)
        self.said(agreed, lambda: choose_reward(reward, option, **self.by))

    @precondition(lambda self: any(gift.state == "granted" for tie in self.model.ties for gift in tie.gifts))
    @rule(which=ANY)
    def hand_over(self, which: int) -> None:
        """Somebody at the desk hands a present over, if it is one and waits still; twice is once."""
        found = [(tie, gift) for tie in self.model.ties for gift in tie.gifts if gift.state in ("granted", "revoked")]
        things = [each for each in found if each[1].params["kind"] in ("manual", "product")]
        found = things if things and which % 4 else found
        tie, gift = found[which % len(found)]
        is_there = gift.params["kind"] in ("manual", "product") and gift.state == "granted"
        in_time = gift.collect_by is None or gift.collect_by > self.now
        agreed = gift.is_handed_over or (is_there and in_time)
        reward = self.reward(tie, gift)
        if self.said(agreed, lambda: hand_over(reward, **self.by)):
            gift.is_handed_over = True

    @rule(who=ANY)
    def leave_or_return(self, who: int) -> None:
        """An ambassador is archived, or brought back."""
        person = self.ambassadors[who % 2]
        if person.status == "active":
            archive(self.client(person), **self.by)
            person.status = "archived"
        else:
            reactivate(self.client(person), **self.by)
            person.status = "active"

    @rule(who=ANY, amount=some.sampled_from((500, -100)))
    def adjust(self, who: int, amount: int) -> None:
        person = self.ambassadors[who % 2]
        self.number = getattr(self, "number", 0) + 1
        pay = {"key": f"adjust:{self.number}", "reason": "x", **self.by}
        enough = amount > 0 or person.purse.free(self.now) >= -amount
        if self.said(enough, lambda: ledger.adjust(self.business, self.rows[person], amount, **pay)):
            if amount > 0:
                person.purse.earn(amount, self.now)
            else:
                person.purse.take(-amount, self.now)
                person.purse.earned += amount

    @rule(days=some.sampled_from((1, 3, 10, 20, 31)), sweep=some.booleans())
    def wait(self, days: int, sweep: bool) -> None:
        """Time goes on, and the worker runs or is late."""
        self.now += timedelta(days=days)
        if sweep:
            self.sweep()

    @rule()
    def sweep(self) -> None:
        for _twice in range(2):
            ledger.expire_due(self.now)
            store.expire_due(self.now)
            store.end_due(self.now)
            store.add_due_days(self.now)
            end_holds(self.now)
            close_overdue(self.now)
        for person, sale in self.sales:
            if sale.placed + UNPAID <= self.now:
                self.model.called_off(person, sale, "expired", self.now)
        pass_time([*self.ambassadors, *self.friends], self.now)
        self.model.end_holds(self.now)
        self.model.close_late(self.now)

    @rule(terms=TERMS)
    def change_the_terms(self, terms: dict[str, Any]) -> None:
        """Later registrations alone (CASES 51); the sets of an ambassador stay as many friends as they were."""
        terms = in_one_sentence({**filled(terms, self.product.public_id), "every": self.terms["every"]})
        offer = read_offer(self.business, without_none(terms), base=Offer())
        edit_campaign(self.campaign, offer=offer, **self.by)
        self.terms = terms

    @invariant()
    def the_same(self) -> None:
        if not hasattr(self, "rows"):
            return
        self.now += MINUTE
        self.steps += 1
        people = [*self.ambassadors, *self.friends]
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
        known = {self.rows[person]: person for person in people}
        for key, person in known.items():
            tickets = [(each.ends, each.is_withdrawn, each.is_used) for each in person.tickets]
            coupons = Coupon.objects.filter(client=key).order_by("id")
            used = set(standing(Order.objects.filter(client=key)).values_list("coupon", flat=True))
            had = [(row.expires_at, row.withdrawn_at is not None, row.pk in used) for row in coupons]
            assert had == tickets, f"coupons of {person.name}"
            passes = [(each.state, each.is_new, each.ends) for each in person.passes]
            columns = Membership.objects.filter(client=key).order_by("id").values_list("state", "is_new", "ends_at")
            assert list(columns) == passes, f"memberships of {person.name}"
            days = [(each.days, each.is_withdrawn, each.on and self.rows[id(each.on.sale)]) for each in person.days]
            given = GiftedDays.objects.filter(client=key).order_by("id")
            stand = given.values_list("days", "withdrawn_at", "membership__order")
            assert [(row[0], row[1] is not None, row[2]) for row in stand] == days, f"days of {person.name}"
            sales = [(each.stands, each.due, each.discount, each.to_balance, each.to_method) for each in person.sales]
            orders = Order.objects.filter(client=key).order_by("id")
            wanted = ("state", "due", "discount", "refunded_to_balance", "refunded_to_method")
            assert list(orders.values_list(*wanted)) == sales, f"orders of {person.name}"
        handed = sum(gift.is_handed_over for tie in self.model.ties for gift in tie.gifts)
        assert Handover.objects.filter(business=self.business).count() == handed

    def books_are_right(self, people: list[Person]) -> None:
        assert faults(self.business) == []
        assert outstanding(self.business, now=self.now) == sum(person.purse.free(self.now) for person in people)


@pytest.fixture
def machine(gym: Business) -> type[Loop]:
    month = {"kind": "prepaid", "price": 4500, "valid_days": PASS_DAYS}
    sold = {
        "product": make_product(gym, price=2595),
        "gratis": make_product(gym, "Trial", price=0),
        "month": store.create_membership_type(gym, name="A month", now=NOON, **month),
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
    """REQUIREMENTS 4.2, 4.3, CONTRACT States: a few stories in every run."""
    play(machine, 2)


@pytest.mark.slow
def test_the_loop_does_what_its_model_does_for_long(machine: type[Loop]) -> None:
    """The same for longer: 240 steps, thousands before a release."""
    play(machine, max(1, int(os.environ.get("PLUSONE_TEST_STEPS") or often(240, 10_000)) // STEPS))
