"""What an upgrade makes of rows that an older version wrote (TRUST OPS-4)."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from plusone.agenda.commands import mark_visit
from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.referrals.commands import ask_again
from plusone.rewards.models import Reward, Tally
from plusone.store.commands import cancel_membership, create_membership_type, pay, place_order, renew
from plusone.store.models import Membership, MembershipType
from world import EUR15, NOON, add_client, bring, launch

pytestmark = pytest.mark.django_db


def migrate(room: str, name: str, act: str) -> None:
    """Run what one migration does to the rows."""
    getattr(import_module(f"plusone.{room}.migrations.{name}"), act)(apps, connection.schema_editor())


def test_money_is_kept_free_for_choices_of_before_too(gym: Business, ana: Client, carla: Client) -> None:
    """R-104: Ana was offered 15 euros by a version that kept nothing free. The first round of the worker does."""
    either: dict[str, Any] = {"kind": "choice", "options": [EUR15, {"kind": "manual", "text": "Massage"}]}
    launch(gym, ambassador=either, budget=1500)
    activate(bring(ana, "Ben").friend, actor="user:1", now=NOON)
    Reward.objects.update(reserved=0)
    Tally.objects.filter(key__endswith=":budget").update(amount=0)
    now = timezone.now() + timedelta(seconds=1)
    assert ask_again(now) == 0
    migrate("referrals", "0022_reserve_open_choices", "ask_at_once")
    assert ask_again(now) == 1
    assert (Reward.objects.get().reserved, Tally.objects.get(key__endswith=":budget").amount) == (1500, 1500)
    assert ask_again(now + timedelta(days=1)) == 0


def buy(gym: Business, client: Client, month: MembershipType, now: datetime) -> Membership:
    order = place_order(gym, client, [(month, 1)], actor="user:1", now=now)
    pay(order, method="cash", actor="user:1", now=now)
    mark_visit(client, key=f"visit {order.pk}", actor="user:1", now=now)
    return Membership.objects.get(order=order)


def test_what_recurs_does_so_again(gym: Business, ana: Client, carla: Client) -> None:
    """R-261: the one visit of the month is used; its time runs, and the next month is renewed with the next visit. What
    is over, what was bought anew, and what somebody cancelled stays that."""
    month = create_membership_type(
        gym, name="One a month", kind="recurring", price=1000, period="month", uses=1, now=NOON
    )
    now = timezone.now()
    hers, old = buy(gym, ana, month, now), buy(gym, add_client(gym, "Olga"), month, now - timedelta(days=60))
    first, again = buy(gym, carla, month, now), buy(gym, carla, month, now)
    leaving = buy(gym, add_client(gym, "Lea"), month, now)
    cancel_membership(leaving, actor="user:1", now=now)
    pack = create_membership_type(gym, name="Once", kind="pack", price=1000, uses=1, now=NOON)
    used = buy(gym, add_client(gym, "Pia"), pack, now)
    Membership.objects.exclude(pk=again.pk).update(state="used_up", ended_at=now)
    migrate("store", "0010_recurs_again", "open_again")
    found = dict(Membership.objects.values_list("pk", "state"))
    assert found == {
        hers.pk: "active", old.pk: "used_up", first.pk: "used_up", again.pk: found[again.pk],
        leaving.pk: "ending", used.pk: "used_up",
    }  # fmt: skip
    hers.refresh_from_db()
    assert hers.ended_at is None
    renew(hers, method="cash", actor="user:1", now=now)
    hers.refresh_from_db()
    assert (hers.state, hers.uses_left, hers.periods_paid) == ("active", 1, 2)
