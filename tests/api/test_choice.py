"""A choice of rewards over HTTP (R-104)."""

from plusone.clients.models import Client
from plusone.store.models import Product
from world import EUR15, bring, sell

from .calls import Caller

MASSAGE = {"kind": "manual", "text": "Massage"}
EITHER = {"kind": "choice", "options": [EUR15, MASSAGE]}


def test_a_choice_is_offered_and_made(vela: Caller, lune: Caller, ana: Client, bono: Product) -> None:
    """`POST /rewards/{id}/choose`: the reward becomes what was chosen; again changes nothing; another answers 409."""
    made = vela.post("/campaigns", {"name": "Friends", "ambassador_reward": EITHER}).body
    assert [(one["kind"], one.get("text")) for one in made["ambassador_reward"]["options"]] == [
        ("balance", None), ("manual", "Massage")
    ]  # fmt: skip
    vela.post(f"/campaigns/{made['id']}/activate")
    ben = bring(ana, "Ben")
    sell(ben.friend, bono)
    (reward,) = vela.get(f"/referrals/{ben.public_id}").body["rewards"]
    assert (reward["kind"], reward["state"], reward["amount"]) == ("choice", "awaiting_choice", None)
    assert [option["kind"] for option in reward["options"]] == ["balance", "manual"]
    path = f"/rewards/{reward['id']}/choose"
    assert lune.post(path, {"option": 0}).status == 404
    for wrong in (2, -1, "0", None):
        assert vela.post(path, {"option": wrong}).status == 422
    for _click in range(2):
        chosen = vela.post(path, {"option": 0})
        assert (chosen.status, chosen.body["kind"], chosen.body["state"]) == (200, "balance", "granted")
    assert vela.post(path, {"option": 1}).body["type"] == "/api/v1/problems/chosen"
    assert vela.get(f"/clients/{ana.public_id}/balance").body["available"] == 1500
    assert vela.get(f"/referrals/{ben.public_id}").body["reason"] == "completed"


def test_a_choice_within_a_choice_is_refused(vela: Caller) -> None:
    for options in ([EUR15], [EUR15, EITHER], [EUR15, EUR15]):
        sent = {"name": "F", "ambassador_reward": {"kind": "choice", "options": options}}
        assert vela.post("/campaigns", sent).status == 422
    assert vela.get("/campaigns").body["items"] == []
