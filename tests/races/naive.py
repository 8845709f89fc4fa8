"""Guards taken out, for the controls: what a colleague in a hurry would have written.

Each reads, looks, waits until another has looked too (racing.meeting), and saves. A race test counts only because its
control, the same race with one of these in place, goes wrong on PostgreSQL; SQLite lets one writer in at a time, and
stays exact even so.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction
from django.db.models import BaseConstraint, F, Model

from plusone.clients import events as client_events
from plusone.clients.commands import lifecycle, merging
from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.kernel.db import whole
from plusone.ledger.commands import posting
from plusone.ledger.models import Account, AccountBalance, Entry, Hold, LotBalance, Transfer
from plusone.referrals.commands import networks, registering
from plusone.referrals.models import Referral
from plusone.rewards.commands import bonuses, limits, steps
from plusone.rewards.models import Bonus, Reward, Tally
from plusone.store.commands import CouponRefused, disputes, orders, refunds, withdrawing
from plusone.store.models import Coupon, Order
from racing import meeting


@contextmanager
def without(*constraints: tuple[type[Model], str]) -> Iterator[None]:
    """Take constraints off the tables, and empty these before they are put back."""
    taken: list[tuple[type[Model], BaseConstraint]] = [
        (model, next(one for one in model._meta.constraints if one.name == name)) for model, name in constraints
    ]
    for model, constraint in taken:
        with connection.schema_editor() as editor:
            editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        call_command("flush", verbosity=0, interactive=False)
        for model, constraint in taken:
            with connection.schema_editor() as editor:
                editor.add_constraint(model, constraint)
        # SQLite makes the table anew for that, without its triggers.
        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


FUNDS = (
    (AccountBalance, "ledger_available_positive"),
    (LotBalance, "ledger_lot_available_positive"),
)


def spend(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lock on the account, and its balance read, checked, saved."""
    meet = meeting()

    def lock(business: Any, client_id: int) -> Account:
        return Account.objects.get(business=business, kind=Account.Kind.CLIENT, client_id=client_id)

    def post(account: Account, other: Account.Kind, amount: int, **about: Any) -> Transfer:
        funds = AccountBalance.objects.get(account=account)
        if funds.posted - funds.held + amount < 0:
            raise posting.insufficient(account)
        meet()
        funds.posted += amount
        funds.save(update_fields=["posted"])
        transfer = Transfer.objects.create(
            business=account.business,
            client_id=account.client_id,
            amount=amount,
            key=about["key"],
            inputs=about["inputs"],
            kind=about["kind"],
            actor=about["actor"],
            at=about["now"],
        )
        counter = Account.objects.get_or_create(business=account.business, kind=other, client_id=0)[0]
        for place, moved in ((account, amount), (counter, -amount)):
            Entry.objects.create(business=account.business, transfer=transfer, account=place, amount=moved)
        return transfer

    monkeypatch.setattr(posting, "lock", lock)
    monkeypatch.setattr(posting, "post", post)
    monkeypatch.setattr("plusone.ledger.commands.balance.use_lots", lambda *_given, **_about: None)


def hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lock on the account, and its balance looked at apart from the write."""
    meet = meeting()

    def lock(business: Any, client_id: int) -> Account:
        return Account.objects.get(business=business, kind=Account.Kind.CLIENT, client_id=client_id)

    def held(business: Any, client_id: int, amount: int, **about: Any) -> Hold:
        account = lock(business, client_id)
        funds = AccountBalance.objects.get(account=account)
        if funds.posted - funds.held < amount:
            raise posting.insufficient(account)
        meet()
        AccountBalance.objects.filter(account=account).update(held=F("held") + amount)
        return Hold.objects.create(
            business=business,
            account=account,
            client_id=client_id,
            amount=amount,
            key=about["key"],
            at=about["now"],
        )

    monkeypatch.setattr("plusone.ledger.commands.hold", held)
    unlocked_client(monkeypatch)


def slow_registration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes between the look for who is known and the writing of the lead."""
    meet = meeting()
    monkeypatch.setattr(registering, "take_turns", lambda *about: None)
    write = registering.register_lead

    def slowly(*given: Any, **about: Any) -> Client:
        meet()
        return write(*given, **about)

    monkeypatch.setattr(registering, "register_lead", slowly)


def slow_attaching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes between the look up the chain and the writing of the referral."""
    meet = meeting()
    monkeypatch.setattr(registering, "take_turns", lambda *about: None)
    write = registering.refer

    def slowly(*given: Any, **about: Any) -> Referral:
        meet()
        return write(*given, **about)

    monkeypatch.setattr(registering, "refer", slowly)


def crowd_without_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who registers by a link, or from a connection, waits for nobody; the signs look once both are written."""
    meet = meeting()
    monkeypatch.setattr(registering, "take_turns", lambda *about: None)
    monkeypatch.setattr(networks, "take_turns", lambda *about: None)
    look = registering.look_closely

    def slowly(*given: Any, **about: Any) -> tuple[str, ...]:
        found = look(*given, **about)
        meet()
        return found

    monkeypatch.setattr(registering, "look_closely", slowly)


def unlocked_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order is read and not locked."""
    meet = meeting()

    def read(order: Order) -> Order:
        found = Order.objects.select_related("business", "client", "hold", "redemption").get(pk=order.pk)
        meet()
        return found

    monkeypatch.setattr(orders, "locked", read)
    monkeypatch.setattr(refunds, "locked", read)
    monkeypatch.setattr(disputes, "locked", read)
    monkeypatch.setattr(withdrawing, "locked", read)


def unlocked_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a key was used is asked without the account's lock."""
    meet = meeting()

    def lock(business: Any, client_id: int) -> Account:
        return Account.objects.get(business=business, kind=Account.Kind.CLIENT, client_id=client_id)

    look = posting.done

    def slow_look(*asked: Any) -> Transfer | None:
        found = look(*asked)
        meet()
        return found

    monkeypatch.setattr(posting, "lock", lock)
    monkeypatch.setattr("plusone.ledger.commands.balance.done", slow_look)


def activation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The status is read, looked at and saved."""
    meet = meeting()

    @transaction.atomic
    def activate(client: Client, *, via: str = "manual", actor: str, now: datetime) -> bool:
        client = Client.objects.get(pk=client.pk)
        if not client.is_lead:
            return False
        meet()
        client.status, client.activated_at, client.activated_via = Client.Status.ACTIVE, now, via
        client.save(update_fields=["status", "activated_at", "activated_via"])
        record(client.business, client_events.ClientActivated(via=via), client=client.pk, actor=actor, now=now)
        return True

    monkeypatch.setattr(lifecycle, "activate", activate)
    monkeypatch.setattr(orders, "activate", activate)


def reward_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state is read, looked at and saved."""
    meet = meeting()

    def move(reward: Reward, was: tuple[str, ...], to: str, **columns: Any) -> bool:
        found = Reward.objects.get(pk=reward.pk)
        if found.state not in was:
            return False
        meet()
        Reward.objects.filter(pk=reward.pk).update(state=to, **columns)
        reward.refresh_from_db()
        return True

    monkeypatch.setattr(steps, "_move", move)


def remembered_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever gives a reward does not look again at what it promises."""
    monkeypatch.setattr(steps, "PROMISE", ())


def coupon(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lock on the coupon: look whether it is used, wait, use it."""
    meet = meeting()

    def look(client: Client, code: str, *, now: datetime) -> Coupon:
        found = Coupon.objects.get(client=client, code=code)
        if found.orders.exists():
            raise CouponRefused("used")
        meet()
        return found

    monkeypatch.setattr(orders, "locked_coupon", look)
    unlocked_client(monkeypatch)


def unlocked_tally(monkeypatch: pytest.MonkeyPatch, *, of: str) -> None:
    """How much of a limit is used is read, compared and saved; the row of the limit `of` is not locked.

    Nor is anything done again that crossed another: the second try would see what the first one missed.
    """
    meet, lock = meeting(), limits.lock_tally
    monkeypatch.setattr(whole, "TRIES", 1)

    def read(business: Any, key: str) -> Tally:
        if not key.endswith(of):
            return lock(business, key)
        found = Tally.objects.get_or_create(business=business, key=key)[0]
        meet()
        return found

    monkeypatch.setattr(limits, "lock_tally", read)


def bonus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a bonus still waits is read, looked at and saved."""
    meet = meeting()

    def claim(bonus: Bonus, to: str, **columns: Any) -> bool:
        if Bonus.objects.get(pk=bonus.pk).state != Bonus.State.WAITING:
            return False
        meet()
        Bonus.objects.filter(pk=bonus.pk).update(state=to, **columns)
        bonus.refresh_from_db()
        return True

    monkeypatch.setattr(bonuses, "_claim", claim)
    unlocked_client(monkeypatch)


def bonuses_without_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody gave already is added up while they give more."""
    meet = meeting()
    monkeypatch.setattr(bonuses, "take_turns", lambda *about: None)
    add_up = bonuses._given_alone

    def slowly(*given: Any, **about: Any) -> int:
        found = add_up(*given, **about)
        meet()
        return found

    monkeypatch.setattr(bonuses, "_given_alone", slowly)
    unlocked_client(monkeypatch)


def unlocked_merge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read two records without a lock, and let both mergers read before either goes on."""
    meet = meeting()

    def read(*keys: int) -> dict[int, Client]:
        found = Client.objects.in_bulk(keys)
        meet()
        return found

    monkeypatch.setattr(merging, "_locked", read)


def unlocked_client(monkeypatch: pytest.MonkeyPatch, meet: Callable[[], None] = lambda: None) -> None:
    """Look whether the client is there, wait, and go on by what was seen."""

    def look(client: Client) -> None:
        assert Client.objects.values_list("status", flat=True).get(pk=client.pk) != Client.Status.DELETED
        meet()

    monkeypatch.setattr(orders, "must_be_there", look)
    monkeypatch.setattr(bonuses, "must_be_there", look)
