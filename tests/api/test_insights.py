"""`/insights` says what the rooms know."""

from plusone.clients.models import Client
from plusone.store.models import Product
from world import bring, later, launch, sell

from .calls import Caller


def test_the_figures_have_the_contracts_names(vela: Caller, ana: Client, bono: Product) -> None:
    """REQUIREMENTS 1.7: `from` and `to` are days of the business, both included; a rate only with registrations."""
    empty = vela.get("/insights/impact").body
    assert (empty["registered_leads"], empty["conversion_rate"]) == (0, None)
    campaign = launch(ana.business)
    sell(bring(ana, "Ben").friend, bono)
    bring(ana, "Eva", now=later(1))
    bring(ana, "Ida", now=later(1))
    assert vela.get("/insights/impact").body == {
        "registered_leads": 3,
        "open_leads": 2,
        "activated_clients": {"total": 1, "manual": 0, "purchase": 1},
        "deleted_leads": 0,
        "generated_income": 5000,
        "products_purchased": 1,
        "rewards_issued": 1500,
        "rewards_redeemed": 0,
        "outstanding_balance": 1500,
        "commissions": 0,
        "ambassadors": 1,
        "conversion_rate": 0.3333,
        "visits": 0,
        "archived_leads": 0,
        "renewals": 0,
    }
    day = vela.get("/insights/impact?from=2026-03-11&to=2026-03-11").body
    assert (day["registered_leads"], day["activated_clients"]["total"], day["conversion_rate"]) == (2, 0, 0.0)
    assert vela.get(f"/insights/impact?campaign={campaign.public_id}").body["registered_leads"] == 3


def test_ambassadors_are_ranked(vela: Caller, ana: Client, carla: Client) -> None:
    launch(ana.business)
    bring(carla, "Eva")
    ben = bring(ana, "Ben").friend.public_id
    vela.post(f"/clients/{ben}/activate")
    whole = vela.get("/insights/ambassadors").body
    assert whole["items"] == [
        {"client": ana.public_id, "total_leads": 1, "total_active": 1, "total_rewards": 1500, "total_redeemed": 0},
        {"client": carla.public_id, "total_leads": 1, "total_active": 0, "total_rewards": 0, "total_redeemed": 0},
    ]
    first = vela.get("/insights/ambassadors?limit=1").body
    second = vela.get(f"/insights/ambassadors?limit=1&cursor={first['next']}").body
    assert (first["items"] + second["items"], second["next"]) == (whole["items"], None)


def test_wrong_days_are_refused(vela: Caller) -> None:
    for query in (
        "from=x",
        "to=2026-02-30",
        "from=20260101",
        "from=1",
        "to=0001-01-01",
        "to=9999-12-31",
        "from=2026-01-02&to=2026-01-01",
        "from=2026-01-01T00:00:00",
        "campaign=x",
        "campaign=" + "A" * 22,
    ):
        for path in ("/insights/impact", "/insights/ambassadors"):
            answer = vela.get(f"{path}?{query}")
            assert (answer.status, answer.body["type"]) == (422, "/api/v1/problems/validation"), query
            assert answer.body["errors"][0]["field"] == query.split("&")[-1].split("=")[0]
