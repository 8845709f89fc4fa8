"""Coupons, products and things by hand over the API (CONTRACT: reward, orders; Q-25)."""

import pytest

from plusone.clients.models import Client
from plusone.store.models import Order, Product
from world import EUR15

from .calls import Caller, is_problem

pytestmark = pytest.mark.django_db
COUPON = {"kind": "coupon", "percent": 10, "valid_days": 30}


def test_a_coupon_from_offer_to_order(vela: Caller, ana: Client, bono: Product) -> None:
    """The code stands at the reward, comes off first, and is used once; used again: 409."""
    made = vela.post("/campaigns", {"name": "X", "friend_reward": COUPON, "ambassador_reward": EUR15}).body
    assert made["friend_reward"] == {"kind": "coupon", "amount": None, "percent": 10, "valid_days": 30}
    vela.post(f"/campaigns/{made['id']}/activate")
    friend = {"email": "ben@friends.example", "first_name": "Ben"}
    referral = vela.post("/referrals", {"ambassador": ana.public_id, "friend": friend}).body
    [gift] = [row for row in referral["rewards"] if row["side"] == "friend"]
    assert (gift["state"], gift["kind"], gift["amount"], gift["handed_over"]) == ("granted", "coupon", None, None)
    order = {"client": referral["friend"], "lines": [{"product": bono.public_id}], "coupon": gift["coupon"].upper()}
    placed = vela.post("/orders", order)
    assert placed.status == 201
    assert {name: placed.body[name] for name in ("discount", "total", "balance_used", "due", "coupon")} == {
        "discount": 500,
        "total": 4500,
        "balance_used": 0,
        "due": 4500,
        "coupon": gift["coupon"],
    }
    assert is_problem(vela.post("/orders", order), 409, "coupon_used")
    unknown = vela.post("/orders", {**order, "coupon": "nosuchcod"})
    assert is_problem(unknown, 422, "validation")
    assert [(row["field"], row["code"]) for row in unknown.body["errors"]] == [("coupon", "unknown")]
    assert is_problem(vela.post("/orders", {**order, "client": ana.public_id}), 422, "validation")
    assert Order.objects.count() == 1
    vela.post(f"/orders/{placed.body['id']}/cancel")
    assert vela.post("/orders", order).status == 201


def test_a_thing_is_handed_over_once(vela: Caller, ana: Client, bono: Product) -> None:
    """Product and manual: granted, then handed over by whoever says so first."""
    offer = {
        "friend_reward": {"kind": "manual", "text": "Un café"},
        "ambassador_reward": {"kind": "product", "product": bono.public_id, "expires_days": 30},
    }
    made = vela.post("/campaigns", {"name": "X", **offer}).body
    assert made["friend_reward"] == {"kind": "manual", "text": "Un café", "expires_days": None}
    assert made["ambassador_reward"] == offer["ambassador_reward"]
    assert "«Bono 10» de regalo" in made["terms"]["text"]
    vela.post(f"/campaigns/{made['id']}/activate")
    referral = vela.post(
        "/referrals", {"ambassador": ana.public_id, "friend": {"email": "b@f.example", "first_name": "Ben"}}
    ).body
    found = {row["side"]: row for row in referral["rewards"]}
    assert (found["friend"]["state"], found["friend"]["handed_over"]) == ("granted", False)
    assert is_problem(vela.post(f"/rewards/{found['ambassador']['id']}/hand-over"), 409, "nothing_to_hand_over")
    for _time in range(2):
        assert vela.post(f"/rewards/{found['friend']['id']}/hand-over").body["handed_over"] is True


def test_a_membership_and_days_are_given(vela: Caller, ana: Client, bono: Product) -> None:
    """CONTRACT: both kinds in and out; the membership stands in the list as given, with its uses."""
    wanted = {"name": "Primera clase", "kind": "pack", "price": 0, "uses": 1, "valid_days": 30, "sellable": False}
    once = vela.post("/membership-types", wanted).body["id"]
    offer = {
        "friend_reward": {"kind": "membership", "membership_type": once, "when_running": "queue"},
        "ambassador_reward": {"kind": "membership_days", "days": 10},
    }
    made = vela.post("/campaigns", {"name": "X", **offer}).body
    assert {name: made[name] for name in offer} == offer
    assert "la membresía «Primera clase» de regalo" in made["terms"]["text"]
    assert "10 días más de membresía" in made["terms"]["text"]
    vela.post(f"/campaigns/{made['id']}/activate")
    sent = {"ambassador": ana.public_id, "friend": {"email": "b@f.example", "first_name": "Ben"}}
    referral = vela.post("/referrals", sent).body
    [mine] = vela.get(f"/memberships?client={referral['friend']}").body["items"]
    assert (mine["source"], mine["order"], mine["uses_left"], mine["state"]) == ("reward", None, 1, "active")
    visit = {"type": "session.attended", "client": referral["friend"], "key": "v1"}
    assert (vela.post("/events", visit).status, vela.post("/events", visit).status) == (201, 200)
    [mine] = vela.get(f"/memberships?client={referral['friend']}").body["items"]
    assert (mine["uses_left"], mine["state"]) == (0, "used_up")
    vela.post(f"/clients/{referral['friend']}/activate")
    [days] = [row for row in vela.get(f"/referrals/{referral['id']}").body["rewards"] if row["side"] == "ambassador"]
    assert (days["kind"], days["state"], days["amount"]) == ("membership_days", "granted", None)
    issued = vela.get("/insights/impact").body
    assert issued["outstanding_balance"] == 0


def test_wrong_rewards_name_their_field(vela: Caller, bono: Product) -> None:
    for reward, field in [
        ({"kind": "coupon", "percent": 10}, "friend_reward.valid_days"),
        ({**COUPON, "expires_days": 31}, "friend_reward.expires_days"),
        ({"kind": "membership_days", "days": 10, "expires_days": 30}, "friend_reward.expires_days"),
        ({"kind": "membership", "membership_type": "x", "expires_days": 30}, "friend_reward.expires_days"),
        ({"kind": "product", "product": "nothing"}, "friend_reward.product"),
        ({"kind": "gold"}, "friend_reward.kind"),
        ({"kind": "manual"}, "friend_reward.text"),
    ]:
        answer = vela.post("/campaigns", {"name": "X", "friend_reward": reward})
        assert answer.status == 422
        assert [error["field"] for error in answer.body["errors"]] == [field]
