"""The whole loop as a program drives it."""

from .calls import Caller


def test_a_referred_friend_is_rewarded(vela: Caller) -> None:
    """R-019..R-030 by API: campaign, ambassador, friend, order, balance, refund."""
    assert vela.get("/business").body["currency"] == "EUR"
    reward = {"kind": "balance", "amount": 1500}
    made = vela.post("/campaigns", {"name": "Amigos", "ambassador_reward": reward})
    assert (made.status, made.body["state"], made.body["terms"]["version"]) == (201, "draft", 1)
    assert vela.post(f"/campaigns/{made.body['id']}/activate").body["state"] == "active"
    ana = vela.post(
        "/clients", {"email": "ana@clients.example", "first_name": "Ana", "last_name": "López", "tags": ["VIP"]}
    )
    assert (ana.status, ana.body["status"], ana.body["tags"]) == (201, "active", ["VIP"])
    code = ana.body["referral"]["code"]
    assert ana.body["referral"]["url"].endswith(f"/r/{code}")
    sent = {"code": code.upper(), "friend": {"email": "ben@friends.example", "first_name": "Ben"}}
    referral = vela.post("/referrals", sent)
    assert (referral.status, referral.body["state"], referral.body["flagged"]) == (201, "registered", False)
    assert [(r["side"], r["state"], r["amount"]) for r in referral.body["rewards"]] == [
        ("ambassador", "promised", 1500)
    ]
    assert vela.post("/referrals", sent).status == 200
    ben = vela.get(f"/clients/{referral.body['friend']}").body
    assert (ben["status"], ben["referral"]) == ("lead", None)
    bono = vela.post("/products", {"name": "Bono", "price": 5000}).body["id"]
    order = vela.post("/orders", {"client": ben["id"], "lines": [{"product": bono}]})
    assert (order.status, order.body["state"], order.body["due"]) == (201, "awaiting_payment", 5000)
    paid = vela.post(f"/orders/{order.body['id']}/pay", {"method": "cash"})
    assert (paid.status, paid.body["state"]) == (200, "paid")
    assert vela.get(f"/referrals/{referral.body['id']}").body["rewards"][0]["state"] == "granted"
    balance = vela.get(f"/clients/{ana.body['id']}/balance").body
    assert {name: amount for name, amount in balance.items() if amount} == {
        "currency": "EUR",
        "available": 1500,
        "earned": 1500,
    }
    entry = vela.get(f"/clients/{ana.body['id']}/balance/entries").body["items"][0]
    assert (entry["kind"], entry["amount"], entry["referral"], entry["running"]) == (
        "earn",
        1500,
        referral.body["id"],
        1500,
    )
    spent = vela.post("/orders", {"client": ana.body["id"], "lines": [{"product": bono}], "use_balance": True}).body
    assert (spent["balance_used"], spent["due"]) == (1500, 3500)
    assert (
        vela.post(f"/orders/{spent['id']}/pay", {"method": "terminal", "reference": "T1"}).body["method"] == "terminal"
    )
    refund = vela.post(f"/orders/{spent['id']}/refunds")
    assert (refund.status, refund.body["refunded"], refund.body["to_balance"], refund.body["to_method"]) == (
        201,
        5000,
        1500,
        3500,
    )
