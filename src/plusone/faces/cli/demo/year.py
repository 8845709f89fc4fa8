"""What happens in a studio, day by day: a seeded story in which every step is a command that users drive."""

import heapq
import itertools
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from plusone.clients.commands import activate, archive, create_client, delete_client, reactivate
from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.ledger.commands import adjust, expire_due
from plusone.referrals.commands import (
    approve_referral,
    record_past_visit,
    register_friend,
    roll_up_visits,
    share_link,
)
from plusone.referrals.models import Referral
from plusone.rules import engine
from plusone.store import commands as store
from plusone.store.models import Order

from .people import People
from .studio import Studio, launch, raise_reward, set_goals

FOUNDERS, WALK_INS = 0.42, 0.18  # of all people; the rest are friends of theirs
BUYS_EVERY_DAYS = 125
DAYS_AT_ONCE = 7
METHODS = ("terminal", "terminal", "cash", "transfer")
CHANNELS = ("whatsapp", "whatsapp", "whatsapp", "copy", "share", "qr", "email")
FLAG = "too_fast"  # a sign that comes with the form, which looks at nothing else
Step = Callable[[datetime], None]


class Year:
    """Some months in the life of a studio. Steps wait in a heap; after each day the rules answer it, and a week is one
    transaction, since each waits for the disk."""

    def __init__(self, studio: Studio, *, clients: int, seed: int, now: datetime) -> None:
        self.studio, self.business, self.now, self.at = studio, studio.business, now, studio.start
        self.draw = random.Random(seed)  # noqa: S311  # a story, no secret
        self.people = People(self.draw)
        self.clients = clients
        self.members: list[Client] = []
        self.charm: dict[int, float] = {}
        self.orders = 0
        self.flagged: list[Referral] = []
        self._steps: list[tuple[datetime, int, Step]] = []
        self._numbers = itertools.count()

    def live(self, progress: Callable[[int, int], None]) -> None:
        """Let it all happen."""
        self._plan()
        total = max((self.now - self.studio.start).days, 1)
        while self._steps:
            with transaction.atomic():
                for _day in range(DAYS_AT_ONCE):
                    if self._steps:
                        progress(min(self._live_a_day(), total), total)
                expire_due(self.at)
                store.expire_due(self.at)
                engine.work(self.at)
        while roll_up_visits(self.now):
            continue
        engine.work(self.now)
        progress(total, total)

    def _live_a_day(self) -> int:
        """Let happen what the next day brings, and the rules answer it. Return how many days have passed."""
        until = clock.day_start(self.business, clock.day_of(self.business, self._steps[0][0]) + timedelta(days=1))
        while self._steps and self._steps[0][0] < until:
            self.at, _number, step = heapq.heappop(self._steps)
            step(self.at)
        engine.work(self.at)
        return (self.at - self.studio.start).days

    @staticmethod
    def somebody_to_be(business: Business) -> Client | None:
        """Return the client whose portal shows most: who brought the most active friends."""
        found = Referral.objects.filter(business=business, activated_at__isnull=False).select_related("ambassador")
        counts: dict[int, int] = {}
        clients = {}
        for referral in found:
            counts[referral.ambassador_id] = counts.get(referral.ambassador_id, 0) + 1
            clients[referral.ambassador_id] = referral.ambassador
        live = [key for key, client in clients.items() if client.is_active and client.email]
        return clients[max(live, key=lambda key: (counts[key], -key))] if live else None

    # ── What is to come ──

    def _plan(self) -> None:
        start, span, draw = self.studio.start, self.now - self.studio.start, self.draw
        founders = max(3, round(self.clients * FOUNDERS))
        walk_ins = round(self.clients * WALK_INS)
        friends = max(self.clients - founders - walk_ins, 3)
        for _one in range(founders):
            self._at(start + span * draw.uniform(0.002, 0.02), self._join)
        for _one in range(walk_ins):
            self._at(start + span * draw.uniform(0.03, 0.99), self._join)
        opening = start + span * 0.022
        self._at(opening, lambda at: launch(self.studio, at))
        self._at(start + span * 0.55, lambda at: raise_reward(self.studio, at))
        self._at(start + span * 0.84, lambda at: set_goals(self.studio, self.clients, at))
        today = min(3, friends)
        for _one in range(friends - today):
            self._at(opening + (self.now - opening) * (0.02 + 0.975 * draw.random() ** 0.75), self._share)
        for minutes in (12, 95, 210)[:today]:
            self._at(self.now - timedelta(minutes=minutes), self._register, in_hours=False)
        for _one in range(friends // 3):
            self._at(opening + (self.now - opening) * draw.uniform(0.1, 0.99), self._look)
        for minutes in (7, 33, 160):
            self._at(self.now - timedelta(minutes=minutes), self._look, in_hours=False)
        for part in (0.3, 0.5, 0.62, 0.8, 0.9):
            self._at(start + span * part, self._leave)
        self._at(start + span * 0.7, self._come_back)
        for part in (0.4, 0.76):
            self._at(start + span * part, self._birthday)
        for hours in (2, 5, 26):
            self._at(self.now - timedelta(hours=hours), self._shop, in_hours=False)

    def _at(self, at: datetime, step: Step, *, in_hours: bool = True) -> None:
        """Plan a step, while the studio is open; what would lie in the future does not happen any more."""
        if in_hours:
            day = clock.day_start(self.business, clock.day_of(self.business, at))
            opens = day + timedelta(minutes=self.draw.randint(8 * 60, 21 * 60))
            at = opens if opens > at or self.draw.random() < 0.8 else at
        if self.studio.start < at <= self.now - timedelta(minutes=1):
            heapq.heappush(self._steps, (at, next(self._numbers), step))

    def _later(self, at: datetime, step: Step, *, days: float) -> None:
        self._at(at + timedelta(days=days), step)

    # ── What happens ──

    def _join(self, at: datetime) -> None:
        """Somebody becomes a client at the desk."""
        person = self.people.next()
        client = create_client(
            self.business,
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            phone=person.phone if self.draw.random() < 0.8 else "",
            tags=[self.draw.choice(("yoga", "pilates", "fuerza"))] if self.draw.random() < 0.6 else (),
            actor=self.studio.actor,
            now=at,
        )
        self._is_member(client, at)
        self._later(at, lambda then: self._buy(client, then), days=self.draw.uniform(0.1, 12))

    def _is_member(self, client: Client, at: datetime) -> None:
        self.members.append(client)
        self.charm[client.pk] = min(self.draw.paretovariate(0.9), 30.0)

    def _ambassador(self, at: datetime) -> Client | None:
        """Pick who recommends: a few do it often, most hardly ever."""
        known = [one for one in self.members if one.is_active and at - one.created_at > timedelta(days=4)]
        return self.draw.choices(known, [self.charm[one.pk] for one in known])[0] if known else None

    def _look(self, at: datetime, ambassador: Client | None = None) -> None:
        """Somebody opens a link, and that is all."""
        ambassador, campaign = ambassador or self._ambassador(at), self.studio.campaign
        if ambassador and campaign:
            record_past_visit(self.business.pk, ambassador.pk, campaign.pk, at=at)

    def _share(self, at: datetime) -> None:
        """A client shares their link with a group: several look, one registers a little later."""
        ambassador, draw = self._ambassador(at), self.draw
        if not ambassador or not self.studio.campaign:
            return
        share_link(ambassador, draw.choice(CHANNELS), actor=f"client:{ambassador.pk}", now=at)
        for _look in range(draw.choice((0, 1, 1, 2, 3, 5))):
            self._later(at, lambda then: self._look(then, ambassador), days=draw.uniform(0, 2))
        self._later(at, lambda then: self._register(then, ambassador), days=draw.uniform(0.01, 1.5))

    def _register(self, at: datetime, ambassador: Client | None = None) -> None:
        """A friend opens the link and fills in the form."""
        ambassador, campaign, draw = ambassador or self._ambassador(at), self.studio.campaign, self.draw
        if ambassador:
            ambassador.refresh_from_db()
        if not ambassador or not ambassador.is_active or not campaign:
            return
        person = self.people.next()
        visit = record_past_visit(self.business.pk, ambassador.pk, campaign.pk, at=at - timedelta(minutes=2))
        flags = (FLAG,) if draw.random() < 0.04 else ()
        done = register_friend(
            self.business,
            ambassador,
            first_name=person.first_name,
            last_name=person.last_name if draw.random() < 0.7 else "",
            email=person.email,
            phone=person.phone if draw.random() < 0.65 else "",
            source="link" if draw.random() < 0.85 else "code",
            flags=flags,
            visit_id=visit,
            actor="public",
            now=at,
        )
        friend = done.referral.friend
        if flags:
            self._later(at, lambda then: self._approve(done.referral, then), days=draw.uniform(0.5, 2))
        fate, days = draw.random(), draw.uniform(0.6, 12)
        if fate < 0.6:
            self._later(at, lambda then: self._first_buy(friend, then), days=days)
        elif fate < 0.74:
            self._later(at, lambda then: self._activate(friend, then), days=days)
        elif fate < 0.81:
            self._later(at, lambda then: self._delete(friend, then), days=days + 12)
        elif fate < 0.86:
            self._later(at, lambda then: self._archive(friend, then), days=days + 25)

    def _approve(self, referral: Referral, at: datetime) -> None:
        approve_referral(referral, actor=self.studio.actor, now=at)

    def _first_buy(self, friend: Client, at: datetime) -> None:
        self._buy(friend, at)
        friend.refresh_from_db()
        if friend.is_active:
            self._is_member(friend, at)

    def _activate(self, friend: Client, at: datetime) -> None:
        friend.refresh_from_db()
        if friend.is_lead and activate(friend, actor=self.studio.actor, now=at):
            self._is_member(friend, at)
            self._later(at, lambda then: self._buy(friend, then), days=self.draw.uniform(2, 30))

    def _delete(self, lead: Client, at: datetime) -> None:
        delete_client(lead, reason="no interesa", actor=self.studio.actor, now=at)

    def _archive(self, lead: Client, at: datetime) -> None:
        archive(lead, reason="sin respuesta", actor=self.studio.actor, now=at)

    def _leave(self, at: datetime) -> None:
        """A client who brought nobody stops coming."""
        quiet = [one for one in self.members if one.is_active and self.charm[one.pk] < 2]
        if len(quiet) > 3:
            archive(self.draw.choice(quiet), reason="se muda", actor=self.studio.actor, now=at)

    def _come_back(self, at: datetime) -> None:
        for one in self.members:
            one.refresh_from_db()
            if one.is_archived:
                reactivate(one, actor=self.studio.actor, now=at)
                return

    def _birthday(self, at: datetime) -> None:
        """A present from the house."""
        active = [one for one in self.members if one.is_active]
        if active:
            one = self.draw.choice(active)
            key = f"present:{one.pk}:{at.date()}"
            adjust(self.business, one.pk, 500, key=key, reason="Regalo de cumpleaños", actor=self.studio.actor, now=at)

    def _shop(self, at: datetime) -> None:
        """Somebody who is a client buys, just so."""
        active = [one for one in self.members if one.is_active]
        if active:
            self._buy(self.draw.choice(active), at)

    def _buy(self, client: Client, at: datetime) -> None:
        """An order from the portal or at the desk, with balance where there is some; the money comes a little later."""
        draw = self.draw
        client.refresh_from_db()
        if client.status not in (Client.Status.LEAD, Client.Status.ACTIVE):
            return
        offered = [
            (product, weight)
            for product, weight in zip(self.studio.products, self.studio.weights, strict=True)
            if client.is_active or product.visibility == "everyone"
        ]
        product = draw.choices([one for one, _weight in offered], [weight for _one, weight in offered])[0]
        at_desk = draw.random() < 0.4
        order = store.place_order(
            self.business,
            client,
            [(product, 2 if draw.random() < 0.06 else 1)],
            use_balance=draw.random() < 0.75,
            by_staff=at_desk,
            actor=self.studio.actor if at_desk else f"client:{client.pk}",
            now=at,
        )
        self.orders += 1
        if order.due and self.orders % 29 == 0:
            self._later(at, lambda then: self._cancel(order, then), days=draw.uniform(1, 4))
        elif order.due and self.now - at > timedelta(hours=4):
            self._pay(order, at)
        if draw.random() < 0.9:
            self._later(at, lambda then: self._buy(client, then), days=draw.expovariate(1 / BUYS_EVERY_DAYS) + 5)

    def _cancel(self, order: Order, at: datetime) -> None:
        store.cancel(order, actor=self.studio.actor, now=at)

    def _pay(self, order: Order, at: datetime) -> None:
        store.pay(order, method=self.draw.choice(METHODS), actor=self.studio.actor, now=at)
        refund: dict[str, Any] = {}
        if self.orders % 31 == 3:
            refund = {"amount": None, "reason": "Se cambia de ciudad"}
        elif self.orders % 37 == 11:
            refund = {"amount": max(order.total * 3 // 1000 * 100, 1), "reason": "Clase cancelada"}
        if refund:
            self._later(at, lambda then: self._refund(order, refund, then), days=self.draw.uniform(0.5, 6))

    def _refund(self, order: Order, refund: dict[str, Any], at: datetime) -> None:
        store.refund(order, refund["amount"], reason=refund["reason"], actor=self.studio.actor, now=at)
