"""Orders, refunds and balances."""

from plusone.clients.models import Client
from plusone.ledger.queries import faults
from plusone.store.models import Order, Product
from world import EUR15, bring, launch, sell

from .calls import Caller

RANDOM = "A" * 22


class TestOrders:
    def test_an_order_of_something_unknown_leaves_nothing(
        self, vela: Caller, lune: Caller, carla: Client, bono: Product
    ) -> None:
        """CASES 81, ISO-4: 422 at the field, for another business's ids too; no stray record."""
        theirs = lune.post("/clients", {"email": "x@lune.example", "first_name": "X"}).body["id"]
        product = lune.post("/products", {"name": "X", "price": 1}).body["id"]
        for body, field in (
            ({"client": RANDOM, "lines": [{"product": bono.public_id}]}, "client"),
            ({"client": theirs, "lines": [{"product": bono.public_id}]}, "client"),
            (
                {"client": carla.public_id, "lines": [{"product": bono.public_id}, {"product": product}]},
                "lines.1.product",
            ),
            ({"client": carla.public_id, "lines": []}, "lines"),
            ({"client": carla.public_id, "lines": [{"product": bono.public_id, "quantity": 0}]}, "lines.0.quantity"),
        ):
            answer = vela.post("/orders", body)
            assert (answer.status, answer.body["errors"][0]["field"]) == (422, field)
        assert not Order.objects.exists()

    def test_balance_pays_as_it_is_told(self, vela: Caller, carla: Client, bono: Product) -> None:
        """CONTRACT: true never refuses, an amount that is not there does, and says what is; held until paid."""
        path = f"/clients/{carla.public_id}/balance"
        vela.post(f"{path}/adjustments", {"amount": 2000, "reason": "gift"})
        order = {"client": carla.public_id, "lines": [{"product": bono.public_id, "quantity": 2}]}
        refused = vela.post("/orders", {**order, "use_balance": 2001})
        assert (refused.status, refused.body["type"], refused.body["available"]) == (
            409,
            "/api/v1/problems/insufficient_balance",
            2000,
        )
        assert not Order.objects.exists()
        placed = vela.post("/orders", {**order, "use_balance": 500}).body
        assert (placed["total"], placed["discount"], placed["balance_used"], placed["due"]) == (10000, 0, 500, 9500)
        assert {k: v for k, v in vela.get(path).body.items() if v} == {
            "currency": "EUR",
            "available": 1500,
            "held": 500,
            "earned": 2000,
        }
        for _ in range(2):
            assert vela.post(f"/orders/{placed['id']}/cancel").body["state"] == "cancelled"
        late = vela.post(f"/orders/{placed['id']}/pay", {"method": "cash"})
        assert (late.status, late.body["type"]) == (409, "/api/v1/problems/order_ended")
        whole = vela.post(
            "/orders",
            {
                "client": carla.public_id,
                "lines": [{"product": vela.post("/products", {"name": "Tea", "price": 200}).body["id"]}],
                "use_balance": True,
            },
        ).body
        assert (whole["state"], whole["balance_used"], whole["due"], whole["method"]) == ("paid", 200, 0, None)
        assert vela.get(path).body["available"] == 1800
        assert faults(carla.business) == []

    def test_pay_and_refund(self, vela: Caller, carla: Client, bono: Product) -> None:
        """CONTRACT: split in proportion, half up; the last takes the rest; paying twice acts once."""
        vela.post(f"/clients/{carla.public_id}/balance/adjustments", {"amount": 1667, "reason": "gift"})
        order = vela.post(
            "/orders", {"client": carla.public_id, "lines": [{"product": bono.public_id}], "use_balance": True}
        ).body
        path = f"/orders/{order['id']}"
        assert vela.post(f"{path}/refunds").status == 409
        assert vela.post(f"{path}/pay", {"method": "import"}).status == 422
        for _ in range(2):
            paid = vela.post(f"{path}/pay", {"method": "transfer", "reference": "R-1"})
            assert (paid.status, paid.body["state"], paid.body["method"], paid.body["reference"]) == (
                200,
                "paid",
                "transfer",
                "R-1",
            )
        assert vela.post(f"{path}/cancel").status == 409
        first = vela.post(f"{path}/refunds", {"amount": 1000, "reason": "half a lesson"})
        assert (first.status, first.body["refunded"], first.body["to_balance"], first.body["to_method"]) == (
            201,
            1000,
            333,
            667,
        )
        assert vela.get(path).body["state"] == "partially_refunded"
        too_much = vela.post(f"{path}/refunds", {"amount": 4001})
        assert (too_much.status, too_much.body["refundable"]) == (409, 4000)
        rest = vela.post(f"{path}/refunds", {}).body
        assert (rest["refunded"], rest["to_balance"], rest["to_method"]) == (4000, 1334, 2666)
        assert vela.get(path).body["state"] == "refunded"
        kinds = [
            (e["kind"], e["amount"], e["running"])
            for e in vela.get(f"/clients/{carla.public_id}/balance/entries").body["items"]
        ]
        assert kinds == [("reversal", 1334, 1667), ("reversal", 333, 333), ("redeem", -1667, 0), ("adjust", 1667, 1667)]
        assert vela.get(f"/clients/{carla.public_id}/balance/entries").body["items"][2]["order"] == order["id"]

    def test_lists_are_filtered(self, vela: Caller, ana: Client, carla: Client, bono: Product) -> None:
        sell(ana, bono)
        vela.post("/orders", {"client": carla.public_id, "lines": [{"product": bono.public_id}]})
        count = lambda query: len(vela.get(f"/orders?{query}").body["items"])  # noqa: E731
        assert [count(f"client={ana.public_id}"), count("state=paid"), count("state=awaiting_payment"), count("")] == [
            1,
            1,
            1,
            2,
        ]
        assert [count("state=refunded"), count(f"client={RANDOM}")] == [0, 0]
        assert [count("state=draft"), count("state=failed")] == [0, 0]  # REQUIREMENTS 4.6: to come


class TestBalances:
    def test_adjustments_never_go_below_zero(self, vela: Caller, carla: Client) -> None:
        path = f"/clients/{carla.public_id}/balance"
        made = vela.post(f"{path}/adjustments", {"amount": 700, "reason": "sorry"})
        assert (made.status, made.body["kind"], made.body["amount"], made.body["running"], made.body["reason"]) == (
            201,
            "adjust",
            700,
            700,
            "sorry",
        )
        refused = vela.post(f"{path}/adjustments", {"amount": -701, "reason": "back"})
        assert (refused.status, refused.body["type"], refused.body["available"]) == (
            409,
            "/api/v1/problems/insufficient_balance",
            700,
        )
        assert vela.post(f"{path}/adjustments", {"amount": -700, "reason": "back"}).status == 201
        assert vela.get(path).body["available"] == 0
        for body in ({"amount": 5}, {"amount": 5, "reason": ""}, {"amount": 5, "reason": "  "}, {"reason": "x"}):
            assert vela.post(f"{path}/adjustments", body).status == 422

    def test_an_entry_says_where_it_came_from(self, vela: Caller, ana: Client, bono: Product) -> None:
        launch(ana.business, ambassador={**EUR15, "expires_days": 30})
        ben = bring(ana, "Ben")
        sell(ben.friend, bono)
        entry = vela.get(f"/clients/{ana.public_id}/balance/entries").body["items"][0]
        assert (entry["kind"], entry["referral"], entry["order"]) == ("earn", ben.public_id, None)
        assert entry["expires_at"].endswith(("T00:00:00+02:00", "T00:00:00+01:00"))
