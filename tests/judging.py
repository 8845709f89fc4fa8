"""What the machine of tests/referrals/test_model.py lets people decide: staff, and the clients who choose."""

from datetime import datetime
from typing import Any

from hypothesis import strategies as some
from hypothesis.stateful import precondition, rule

from plusone.clients.commands import archive, delete_client, merge_clients, reactivate
from plusone.referrals.commands import (
    activate_campaign,
    attach_referral,
    block_ambassador,
    choose_reward,
    deactivate_campaign,
    decide_case,
    register_friend,
    restore_ambassador,
    revive,
)
from plusone.referrals.commands.checking import take_back_check, tick_off
from plusone.referrals.commands.deciding import approve_referral, decide_reward, reject_referral
from plusone.referrals.models import Campaign, DoubtCase, Referral
from plusone.rewards.commands import give_bonus, hand_over
from selling import ANY, Counter
from things import days_on
from tied import Gift, Person, Tie
from world import add_client

seldom = precondition(lambda self: self.steps % 4 == 0)  # what ends more than it begins
Found = list[tuple[Tie, Gift]]


class Office(Counter):
    """Who decides."""

    campaign: Campaign
    terms: dict[str, Any]
    gone: list[Person]
    visits: list[tuple[Person, Any]]
    number = 0

    @property
    def gifts(self) -> Found:
        return [(tie, gift) for tie in self.model.ties for gift in tie.gifts]

    def pick(self, which: int, found: Found, *wanted: str) -> tuple[Tie, Gift]:
        """Return one, mostly one of the wanted states."""
        some_of = [each for each in found if each[1].state in wanted]
        found = some_of if some_of and which % 3 else found
        return found[which % len(found)]

    @precondition(lambda self: self.gifts)
    @rule(which=ANY, yes=some.booleans())
    def decide(self, which: int, yes: bool) -> None:
        """A person approves or declines a reward, in whatever state it is; a second click changes nothing."""
        self.decide_about(*self.pick(which, self.gifts, "awaiting_approval"), yes)

    def decide_about(self, tie: Tie, gift: Gift, yes: bool) -> None:
        reward = self.reward(tie, gift)
        agreed = (self.model.approve if yes else self.model.decline)(tie, gift, self.now)
        self.said(agreed, lambda: decide_reward(reward, approve=yes, note="a word", **self.by))

    @precondition(lambda self: self.model.ties)
    @rule(which=ANY, yes=some.booleans())
    def judge(self, which: int, yes: bool) -> None:
        """A person approves or rejects a recommendation."""
        doubtful = [tie for tie in self.model.ties if tie.flagged]
        ties = doubtful if doubtful and which % 3 else self.model.ties
        self.judge_about(ties[which % len(ties)], yes)

    def judge_about(self, tie: Tie, yes: bool) -> None:
        referral = self.referral(tie)
        if yes:
            self.said(self.model.approve_tie(tie, self.now), lambda: approve_referral(referral, **self.by))
        else:
            self.said(self.model.reject(tie, self.now), lambda: reject_referral(referral, **self.by))

    @precondition(lambda self: any(tie.case for tie in self.model.ties))
    @rule(which=ANY, yes=some.booleans())
    def judge_a_case(self, which: int, yes: bool) -> None:
        """A person decides about all that is doubtful of an ambassador; a second click changes nothing."""
        doubtful = [tie for tie in self.model.ties if tie.case]
        tie = doubtful[which % len(doubtful)]
        names = ("too_fast", "same_payment")
        found = DoubtCase.objects.filter(state="open", signs__referral=self.rows[tie], signs__name__in=names)
        case = found.distinct().get()
        assert tie.case
        self.model.decide_case(tie.case, yes, self.now)
        assert decide_case(case, approve=yes, note="a word", **self.by)
        assert not decide_case(case, approve=not yes, **self.by)

    @precondition(lambda self: any(gift.options for _tie, gift in self.gifts))
    @rule(which=ANY, place=some.integers(0, 2))
    def choose(self, which: int, place: int) -> None:
        """Ana chooses, when it is due or not; a second click changes nothing."""
        found = [each for each in self.gifts if each[1].options]
        self.choose_of(*self.pick(which, found, "awaiting_choice"), place)

    def choose_of(self, tie: Tie, gift: Gift, place: int) -> None:
        reward, option = self.reward(tie, gift), place % len(gift.options)
        agreed = self.model.choose(tie, gift, gift.options[option], self.now)
        self.said(agreed, lambda: choose_reward(reward, option, **self.by))

    @precondition(lambda self: any(gift.state == "granted" for _tie, gift in self.gifts))
    @rule(which=ANY)
    def hand_over(self, which: int) -> None:
        """Somebody at the desk hands a present over, if it is one and waits still; twice is once."""
        found = [each for each in self.gifts if each[1].state in ("granted", "revoked")]
        things = [each for each in found if each[1].params["kind"] in ("manual", "product")]
        found = things if things and which % 4 else found
        self.hand_it_over(*found[which % len(found)])

    def hand_it_over(self, tie: Tie, gift: Gift) -> None:
        is_there = gift.params["kind"] in ("manual", "product") and gift.state == "granted"
        in_time = gift.collect_by is None or gift.collect_by > self.now
        agreed = gift.is_handed_over or (is_there and in_time)
        reward = self.reward(tie, gift)
        if self.said(agreed, lambda: hand_over(reward, **self.by)):
            gift.is_handed_over = True

    @precondition(lambda self: any(self.asks_check(tie) for tie in self.model.ties))
    @rule(which=ANY, back=some.sampled_from((False, False, True)))
    def tick(self, which: int, back: bool) -> None:
        """Staff tick off what a friend was asked to do, or take it back."""
        asked = [tie for tie in self.model.ties if self.asks_check(tie)]
        tie = asked[which % len(asked)]
        if back:
            referral = self.referral(tie)
            self.said(self.model.untick(tie, self.now), lambda: take_back_check(referral, "A form", **self.by))
        else:
            self.tick_off(tie)

    def tick_off(self, tie: Tie) -> None:
        was, tie.friend.is_ticked = tie.friend.is_ticked, True
        assert tick_off(self.referral(tie), "A form", **self.by) is not was
        if not was:
            self.model.settle(tie, self.now)

    def asks_check(self, tie: Tie) -> bool:
        if tie not in tie.friend.brought or tie.friend.status == "deleted":
            return False
        steps = range(1, len(tie.steps) + 1)
        asked = [step for step in steps if any(one["kind"] == "check" for one in tie.wanted(step))]
        rewards = [(step, tie.steps[step - 1]) for step in asked]
        coming = tie.terms["friend_reward_on"] == "registered"
        return any(
            terms["ambassador_reward"] or (terms["friend_reward"] and not (coming and step == 1))
            for step, terms in rewards
        )

    @precondition(lambda self: any(tie.reason == "not_converted" for tie in self.model.ties))
    @rule(which=ANY)
    def revive(self, which: int) -> None:
        """A recommendation whose time was over is opened again; another one that is closed is not."""
        late = [tie for tie in self.model.ties if tie.reason == "not_converted"]
        ties = late if which % 4 else self.model.ties
        tie = ties[which % len(ties)]
        referral = self.referral(tie)
        late = tie.reason == "not_converted"
        if self.said(self.model.revive(tie, self.now), lambda: revive(referral, note="a word", **self.by)):
            tie.is_said = tie.is_said or late

    @seldom
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

    @property
    def clients(self) -> list[Person]:
        """The friends who are clients, or were."""
        return [friend for friend in self.friends if friend.status in ("active", "archived")]

    @seldom
    @precondition(lambda self: self.clients)
    @rule(who=ANY)
    def friend_leaves_or_returns(self, who: int) -> None:
        """A friend is a client no longer, or is one again by themselves."""
        self.come_or_go(self.clients[who % len(self.clients)])

    def come_or_go(self, friend: Person) -> None:
        if friend.status == "active":
            archive(self.client(friend), **self.by)
            friend.status, friend.left = "archived", self.now
        else:
            reactivate(self.client(friend), **self.by)
            friend.status, friend.left = "active", None
            self.model.count_return(friend, "manual", self.now)

    @precondition(lambda self: self.clients)
    @rule(who=ANY, by=ANY)
    def ask_back(self, who: int, by: int) -> None:
        """A client, or who was one, fills in the form of somebody's link."""
        self.invite_back(self.clients[who % len(self.clients)], self.ambassadors[by % 2])

    def invite_back(self, friend: Person, ambassador: Person) -> None:
        agreed = self.model.ask_back(ambassador, friend, self.terms, self.now)
        made: list[Referral] = []
        sent = {"first_name": "Friend", "email": self.client(friend).email or "", "source": "api"}
        by_whom = self.client(ambassador)
        form = lambda: made.append(register_friend(self.business, by_whom, **sent, **self.by).referral)  # noqa: E731
        if not self.said(agreed != "refused", form):
            return
        if agreed == "new":
            tie = self.model.register(ambassador, friend, self.terms, self.now, returned=friend.left)
            self.rows[tie] = made[0].pk
        assert self.rows[friend.tie] == made[0].pk

    @seldom
    @rule(who=ANY)
    def block_or_restore(self, who: int) -> None:
        """An ambassador's link is switched off, or on again."""
        person = self.ambassadors[who % 2]
        if person.is_blocked:
            self.model.restore(person, self.now)
            assert restore_ambassador(self.client(person), **self.by)
        else:
            self.model.block(person)
            assert block_ambassador(self.client(person), **self.by)

    @precondition(lambda self: self.deletable and self.steps % 4 == 0)
    @rule(who=ANY)
    def delete(self, who: int) -> None:
        """A lead who bought nothing is deleted."""
        friend = self.deletable[who % len(self.deletable)]
        delete_client(self.client(friend), **self.by)
        self.model.delete(friend, self.now)

    @property
    def deletable(self) -> list[Person]:
        leads = [friend for friend in self.friends if friend.status == "lead" and not friend.passes]
        return [friend for friend in leads if not any(sale.paid for sale in friend.sales)]

    @precondition(lambda self: any(friend.status == "active" and not friend.tie for friend in self.friends))
    @rule(who=ANY)
    def attach(self, who: int) -> None:
        """Staff say afterwards who recommended a client; what is due is given at once."""
        alone = [friend for friend in self.friends if friend.status == "active" and not friend.tie]
        friend, ambassador = alone[who % len(alone)], self.ambassadors[who % 2]
        made: list[Referral] = []
        agreed = ambassador.status == "active" and not ambassador.is_blocked
        people = self.client(ambassador), self.client(friend)
        note = {"override_note": "a word", **self.by}
        if self.said(agreed, lambda: made.append(attach_referral(self.business, *people, **note).referral)):
            tie = self.model.register(ambassador, friend, self.terms, self.now)
            self.rows[tie], tie.is_said = made[0].pk, True
            self.model.count_activation(friend, friend.via, self.now)

    @seldom
    @precondition(lambda self: len(self.friends) > 1)
    @rule(who=ANY, other=ANY)
    def merge_friends(self, who: int, other: int) -> None:
        """Two friends turn out to be one person, or whom an ambassador brought to be a record of the other's."""
        people = [*self.friends, *self.ambassadors]
        kept = people[who % len(people)]
        others = [person for person in self.friends if person is not kept]
        self.make_one(kept, others[other % len(others)])

    @seldom
    @rule(who=ANY)
    def merge_ambassadors(self, who: int) -> None:
        """The two ambassadors are one person; somebody else recommends from now on."""
        kept, gone = self.ambassadors[who % 2], self.ambassadors[(who + 1) % 2]
        brought = [[tie for tie in self.model.ties if tie.ambassador is one] for one in (kept, gone)]
        if not all(brought):
            return  # a stranger is soon told
        if self.make_one(kept, gone):
            self.gone.append(gone)
            self.number += 1
            new = f"Newcomer{self.number}"
            self.ambassadors = [kept, self.person(new, add_client(self.business, new, now=self.now))]

    def make_one(self, kept: Person, gone: Person) -> bool:
        if any(tie.returned for one in (kept, gone) for tie in one.ties):
            return False  # tests/clients/test_merging_twice.py tells of those
        agreed, pair = self.model.may_merge(kept, gone), (self.client(kept), self.client(gone))
        if not self.said(agreed, lambda: merge_clients(*pair, **self.by)):
            return False
        self.model.merge(kept, gone, self.now)
        self.sales = [(kept if person is gone else person, sale) for person, sale in self.sales]
        self.visits = [(kept if person is gone else person, about) for person, about in self.visits]
        return True

    @seldom
    @rule(policy=some.sampled_from(("honour", "honour_days", "stop")))
    def stop_the_campaign(self, policy: str) -> None:
        """The campaign ends, and is live again a moment later: what was open goes on, for some days, or ends."""
        deactivate_campaign(self.campaign, open_referrals=policy, days=3, **self.by)
        self.campaign.refresh_from_db()
        activate_campaign(self.campaign, **self.by)
        self.campaign.refresh_from_db()
        if policy == "stop":
            self.model.stop_open(self.now)
        elif policy == "honour_days":
            self.model.bring_forward(3, self.now)

    @rule(who=ANY, amount=some.sampled_from((500, 500, -100)), days=some.sampled_from((None, 4)), own=some.booleans())
    def give_by_hand(self, who: int, amount: int, days: int | None, own: bool) -> None:
        """A bonus, a correction, or money that a client pays in."""
        people = [*self.ambassadors, *self.friends]
        person = people[who % len(people)]
        if person.status == "deleted":
            return
        self.number += 1
        own, days = own and amount > 0, days if amount > 0 else None
        days = None if own else days
        client = self.client(person)
        how: dict[str, Any] = {"key": f"by hand:{self.number}", "reason": "x", "expires_days": days, "is_paid_in": own}
        enough = amount > 0 or person.purse.free(self.now) >= -amount
        if not self.said(enough, lambda: give_bonus(client, amount, **how, **self.by)):
            return
        if amount > 0:
            ends: datetime | None = days_on(self.now, days) if days else None
            person.purse.earn(amount, self.now, ends=ends, is_paid_in=own)
        else:
            person.purse.take(-amount, self.now)
            person.purse.earned += amount
