"""Pages, times, and what calls cost."""

from datetime import datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.rewards.models import Reward
from plusone.store.models import Product
from world import NOON, add_client, bring, later, launch, make_product, sell

from .calls import Caller

RANDOM = "A" * 22


class TestLists:
    def test_pages_follow_each_other(self, vela: Caller, gym: Business) -> None:
        """Newest first, ties by id; what comes in between is neither shown twice nor pushes anything out."""
        for number in range(5):
            add_client(gym, f"C{number}", now=later(hours=number // 2))
        whole = [c["first_name"] for c in vela.get("/clients").body["items"]]
        assert whole == ["C4", "C3", "C2", "C1", "C0"]
        first = vela.get("/clients?limit=2").body
        assert first["next"].isalnum()
        add_client(gym, "New", now=later(9))
        second = vela.get(f"/clients?limit=2&cursor={first['next']}").body
        third = vela.get(f"/clients?limit=2&cursor={second['next']}").body
        assert [c["first_name"] for page in (first, second, third) for c in page["items"]] == whole
        assert third["next"] is None
        filtered = vela.get("/clients?limit=1&q=c1").body
        assert (len(filtered["items"]), filtered["next"]) == (1, None)

    def test_times_carry_the_offset_of_the_business(self, vela: Caller, gym: Business) -> None:
        product = make_product(gym, now=NOON)
        assert vela.get(f"/products/{product.public_id}").body["created_at"] == "2026-03-10T12:00:00+01:00"
        summer = make_product(gym, now=datetime.fromisoformat("2026-07-01T10:00:00Z"))
        assert vela.get(f"/products/{summer.public_id}").body["created_at"] == "2026-07-01T12:00:00+02:00"


COSTS = {
    "/business": 1,
    "/clients": 3,
    "/clients/{client}": 3,
    "/clients/{client}/balance": 4,
    "/clients/{client}/balance/entries": 5,
    "/campaigns": 3,
    "/campaigns/{campaign}": 4,
    "/referrals": 3,
    "/referrals/{referral}": 4,
    "/referrals?state=closed": 3,
    "/rewards": 3,
    "/rewards/{reward}": 4,
    "/doubt-cases": 2,
    "/bonuses": 2,
    "/campaigns/{campaign}/cost": 5,
    "/insights/balance-book": 6,
    "/insights/balances": 4,
    "/products": 2,
    "/products/{product}": 2,
    "/orders": 4,
    "/orders/{order}": 5,
}


def test_what_calls_cost(vela: Caller, gym: Business, ana: Client, bono: Product) -> None:
    """Queries of each reading call, the key's included: the same with one row and with three, as written here."""
    campaign = launch(gym)
    first = bring(ana, "Ben")
    order = sell(first.friend, bono, now=NOON)
    ids = {
        "client": ana.public_id,
        "campaign": campaign.public_id,
        "referral": first.public_id,
        "product": bono.public_id,
        "order": order.public_id,
        "reward": Reward.objects.get().public_id,
    }
    vela.get("/business")  # notes the key's first use

    def costs() -> dict[str, int]:
        found = {}
        for path in COSTS:
            with CaptureQueriesContext(connection) as queries:
                assert vela.get(path.format(**ids)).status == 200
            found[path] = len(queries)
        return found

    one = costs()
    for name in ("Eva", "Ida"):
        sell(bring(ana, name).friend, make_product(gym, name))
        launch(gym)
    assert costs() == one
    assert one == COSTS
