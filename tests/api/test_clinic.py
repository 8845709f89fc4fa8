"""A clinic gives what is worth money only where it says why, by the API too (PRI-15)."""

from plusone.kernel.models import Business
from plusone.referrals.models import Campaign

from .calls import Caller, is_problem

OFFER = {"name": "Friends", "ambassador_reward": {"kind": "coupon", "percent": 10, "valid_days": 30}}
SAID = "Our chamber allows vouchers"


def test_money_needs_a_reason(vela: Caller, gym: Business) -> None:
    assert vela.patch("/business", {"kind": "clinic"}).status == 200
    refused = vela.post("/campaigns", OFFER)
    assert is_problem(refused, 409, "money_needs_reason")
    assert "Thank without a reward" in refused.body["detail"]
    assert is_problem(vela.post("/campaigns", {**OFFER, "override_reason": "  "}), 409, "money_needs_reason")
    assert Campaign.objects.count() == 0
    made = vela.post("/campaigns", {**OFFER, "override_reason": SAID})
    assert (made.status, made.body["override_reason"]) == (201, SAID)
    assert vela.post(f"/campaigns/{made.body['id']}/activate").body["state"] == "active"
    thanks = vela.post("/campaigns", {"name": "Thanks"})
    assert (thanks.status, thanks.body["override_reason"]) == (201, "")
    changed = f"/campaigns/{thanks.body['id']}"
    assert is_problem(
        vela.patch(changed, {"friend_reward": {"kind": "balance", "amount": 1}}), 409, "money_needs_reason"
    )
    assert vela.get(changed).body["friend_reward"] is None
