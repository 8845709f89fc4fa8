"""What happens between a worker's look at its list and its act on each row counts (DESIGN 4, CASES 39, 59)."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from plusone.agenda.commands import mark_visit
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import sweeping
from plusone.rewards.models import Reward
from plusone.store.commands import dispute
from plusone.store.models import Product
from world import EUR10, NOON, bring, later, launch, sell

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
VISIT = {"kind": "sessions_attended", "at_least": 1}


def between(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen after a worker's round has read its list, before it acts on it."""
    act_on_each = sweeping._each

    def slowly(rows: Iterable[Any], *about: Any, **more: Any) -> int:
        found = list(rows)
        happens()
        return act_on_each(found, *about, **more)

    monkeypatch.setattr(sweeping, "_each", slowly)


def test_what_is_disputed_while_the_worker_reads_waits(
    gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CASES 59: the round looks again once it has the recommendation, and gives nothing."""
    launch(gym, ambassador=EUR10, hold_days=14)
    order = sell(bring(ana, "Ben").friend, bono)
    between(monkeypatch, lambda: dispute(order, **WHO))
    sweeping.end_holds(later(20))
    reward = Reward.objects.get()
    assert (reward.state, reward.reason) == ("on_hold", "disputed")
    assert balance_of(gym, ana.pk, now=NOON).available == 0


def test_what_is_told_while_the_worker_reads_is_in_time(
    gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CASES 39: a visit of the third day is told when the round has read that Ben's ten days are over."""
    launch(gym, ambassador=EUR10, hold_days=14, qualification_days=10, conditions=[VISIT])
    referral = bring(ana, "Ben")
    between(monkeypatch, lambda: mark_visit(referral.friend, key="class", at=later(3), actor="api:1", now=later(12)))
    assert sweeping.close_overdue(later(12)) == 0
    referral.refresh_from_db()
    assert (referral.state, referral.reason, Reward.objects.get().state) == ("registered", "", "on_hold")
