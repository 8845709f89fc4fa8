"""What one of the team gives a client alone is added up, also at the same moment (AUTH-15), on both engines."""

import naive
import pytest

from plusone.clients.models import Client
from plusone.kernel.commands import user_for
from plusone.kernel.models import Business, Collaborator
from plusone.ledger.queries import balance_of
from plusone.rewards.commands import give_bonus
from plusone.rewards.models import Bonus
from racing import ON_POSTGRES, race
from world import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def bonuses_at_once(gym: Business, ana: Client) -> int:
    """Mara may give 20 alone, and gives 15 twice at the same moment. Return how much was given."""
    Business.objects.filter(pk=gym.pk).update(bonus_limit=2000)
    mara = user_for("mara@vela.example")
    Collaborator.objects.create(business=gym, user=mara, role="manager")
    given = {"reason": "Loyal", "actor": f"user:{mara.pk}", "now": NOON}
    race(*(lambda key=key: give_bonus(ana, 1500, key=key, **given) for key in ("left", "right")))  # type: ignore[misc]
    return balance_of(gym, ana.pk, now=NOON).available


def test_two_bonuses_at_once_add_up(gym: Business, ana: Client) -> None:
    """AUTH-15: the second one waits for somebody else."""
    assert bonuses_at_once(gym, ana) == 1500
    assert Bonus.objects.filter(state="waiting").count() == 1


def test_two_bonuses_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without turns both are within the limit on PostgreSQL."""
    naive.bonuses_without_turns(monkeypatch)
    assert bonuses_at_once(gym, ana) == (3000 if ON_POSTGRES else 1500)
