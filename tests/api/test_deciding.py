"""What a person decides about, decided by a program: a recommendation out of time, a case of doubt, a bonus (R-281)."""

from typing import Any

import pytest
import time_machine

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.commands import user_for
from plusone.kernel.models import Business, Collaborator
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import close_overdue, register_friend
from plusone.referrals.models import DoubtCase
from plusone.rewards.commands import give_bonus
from plusone.rewards.models import Bonus
from world import NOON, bring, later, launch

from .calls import Caller, is_problem

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def test_a_recommendation_out_of_time_is_opened_again(vela: Caller, lune: Caller, gym: Business, ana: Client) -> None:
    """CASES 39: with a note that says why; what lapsed is promised again, with as many days as at the start."""
    launch(gym, qualification_days=10)
    ben = bring(ana, "Ben")
    path = f"/referrals/{ben.public_id}/reopen"
    with time_machine.travel(later(20), tick=False):
        close_overdue(later(20))
        assert is_problem(lune.post(path, {"note": "x"}), 404, "not_found")
        assert is_problem(vela.post(path), 409, "note_wanted")
        said = vela.post(path, {"note": "was ill"}).body
        assert (said["state"], said["reason"]) == ("registered", None)
        assert [reward["state"] for reward in said["rewards"]] == ["promised"]
        assert said["deadline_at"] == "2026-04-10T00:00:00+02:00"
        assert vela.post(path).body == said
        vela.post(f"/referrals/{ben.public_id}/reject")
        assert is_problem(vela.post(path, {"note": "x"}), 409, "not_overdue")


@pytest.mark.parametrize(
    ("act", "state", "reward"), [("approve", "approved", "granted"), ("reject", "rejected", "lapsed")]
)
def test_a_case_of_doubt_is_decided_as_a_whole(
    vela: Caller, lune: Caller, gym: Business, ana: Client, act: str, state: str, reward: str
) -> None:
    """FRA-10, FRA-14: all its recommendations at once; again changes nothing, the other way is refused."""
    launch(gym)
    doubtful = register_friend(gym, ana, first_name="Sam", email="sam@friends.example", flags=("too_fast",), **WHO)
    activate(doubtful.referral.friend, **WHO)
    path = f"/doubt-cases/{DoubtCase.objects.get().public_id}"
    other = {"approve": "reject", "reject": "approve"}[act]
    assert is_problem(lune.post(f"{path}/{act}"), 404, "not_found")
    said = vela.post(f"{path}/{act}", {"note": "asked them"}).body
    assert (said["state"], said["note"]) == (state, "asked them")
    assert vela.post(f"{path}/{act}", {"note": "again"}).body == said
    refused = vela.post(f"{path}/{other}")
    assert is_problem(refused, 409, "settled")
    assert vela.get(path).body == said
    found = vela.get(f"/referrals/{doubtful.referral.public_id}").body
    assert [one["state"] for one in found["rewards"]] == [reward]


@pytest.mark.parametrize(("act", "state", "given"), [("approve", "given", 5000), ("decline", "declined", 0)])
def test_a_waiting_bonus_is_decided_once(
    vela: Caller, lune: Caller, gym: Business, ana: Client, carla: Client, act: str, state: str, given: int
) -> None:
    """AUTH-15: what a manager may not give alone is found, given once, or declined; the other way is refused."""
    Business.objects.filter(pk=gym.pk).update(bonus_limit=2000)
    mara = user_for("mara@vela.example")
    Collaborator.objects.create(business=gym, user=mara, role="manager")
    give_bonus(ana, 5000, reason="Loyal", key="k", expires_days=30, actor=f"user:{mara.pk}", now=NOON)
    [waits] = vela.get(f"/bonuses?state=waiting&client={ana.public_id}").body["items"]
    waiting = Bonus.objects.get()
    give_bonus(carla, 6000, reason="Loyal", key="l", actor=f"user:{mara.pk}", now=later(1))
    assert len(vela.get("/bonuses?state=waiting").body["items"]) == 2
    assert vela.get(f"/bonuses?client={ana.public_id}").body["items"] == [waits]
    assert vela.get(f"/bonuses?client={'x' * 22}").body["items"] == []
    assert waits == {
        "id": waiting.public_id, "client": ana.public_id, "state": "waiting", "amount": 5000,
        "reason": "Loyal", "expires_days": 30, "paid_in": False, "asked_at": "2026-03-10T12:00:00+01:00",
        "decided_at": None, "note": "",
    }  # fmt: skip
    path = f"/bonuses/{waits['id']}"
    assert is_problem(lune.post(f"{path}/{act}"), 404, "not_found")
    assert lune.get("/bonuses").body["items"] == []
    said = [vela.post(f"{path}/{act}", {"note": "fine"}).body for _time in range(2)]
    assert said[0] == said[1] == vela.get(path).body
    assert (said[0]["state"], said[0]["note"]) == (state, "fine")
    other = {"approve": "decline", "decline": "approve"}[act]
    assert is_problem(vela.post(f"{path}/{other}"), 409, "settled")
    assert balance_of(gym, ana.pk, now=NOON).available == given
    assert [one["client"] for one in vela.get("/bonuses?state=waiting").body["items"]] == [carla.public_id]
