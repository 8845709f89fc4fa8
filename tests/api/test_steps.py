"""Further steps over HTTP (R-297): from the campaign's terms to the reward of each."""

from plusone.clients.models import Client
from plusone.store.models import Product
from world import EUR10, EUR15, bring, sell

from .calls import Caller

SPENT = {"kind": "spend", "at_least": 9000}
LOYAL = {"name": "Loyal", "conditions": [SPENT], "ambassador_reward": EUR10, "hold_days": 0}


def test_steps_are_told_kept_and_paid(vela: Caller, ana: Client, bono: Product) -> None:
    """CONTRACT `/campaigns`: the simple body stays what it was; further steps are read back as sent."""
    made = vela.post("/campaigns", {"name": "Friends", "ambassador_reward": EUR15, "steps": [LOYAL]}).body
    (step,) = made["steps"]
    assert (step["name"], step["conditions"], step["hold_days"]) == ("Loyal", [SPENT], 0)
    assert (step["friend_reward"], step["ambassador_reward"]["amount"]) == (None, 1000)
    assert "90,00" in made["terms"]["text"]
    vela.post(f"/campaigns/{made['id']}/activate")
    ben = bring(ana, "Ben")
    sell(ben.friend, bono, 2)
    told = vela.get(f"/referrals/{ben.public_id}").body
    assert [(one["step"], one["state"], one["amount"]) for one in told["rewards"]] == [
        (1, "granted", 1500), (2, "granted", 1000)
    ]  # fmt: skip
    path = f"/campaigns/{made['id']}"
    assert vela.patch(path, {"name": "Same"}).body["steps"] == [step]
    assert vela.patch(path, {"steps": []}).body["steps"] == []


def test_a_wrong_step_names_its_place(vela: Caller) -> None:
    """422 with the field, and nothing is made."""
    for steps, field in (
        ([LOYAL, {"name": "Nothing"}], "steps.1.ambassador_reward"),
        ([{**LOYAL, "hold_days": -1}], "steps.0.hold_days"),
        ([{**LOYAL, "conditions": [{"kind": "moon"}]}], "steps.0.conditions.0"),
    ):
        refused = vela.post("/campaigns", {"name": "Friends", "ambassador_reward": EUR15, "steps": steps})
        assert (refused.status, refused.body["errors"][0]["field"]) == (422, field)
    both = vela.post("/campaigns", {"name": "F", "ambassador_reward": EUR15, "steps": [LOYAL], "every": 2})
    assert (both.status, both.body["errors"][0]["field"]) == (422, "steps")
    assert vela.get("/campaigns").body["items"] == []
