"""The client book and the business's settings."""

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.store.models import Product
from world import bring, launch, sell

from .calls import Caller

RANDOM = "A" * 22


class TestClients:
    def test_a_client_is_made_active_and_found(self, vela: Caller) -> None:
        made = vela.post(
            "/clients",
            {
                "email": "Ana@Clients.example",
                "first_name": " Ana ",
                "last_name": "López",
                "phone": "600 123 123",
                "tags": ["VIP", "vip", "Yoga"],
            },
        )
        assert made.status == 201
        ana = made.body
        assert (ana["email"], ana["first_name"], ana["phone"], ana["tags"], ana["access"]) == (
            "ana@clients.example",
            "Ana",
            "+34600123123",
            ["VIP", "Yoga"],
            True,
        )
        assert vela.get(f"/clients/{ana['id']}").body == ana
        for query in ("q=lopez", "q=ANA lóp", "q=%2B34600", "tag=vip", "tag= Yoga ", "status=active"):
            assert [c["id"] for c in vela.get(f"/clients?{query}").body["items"]] == [ana["id"]], query
        for query in ("q=ben", "tag=none", "status=lead", "status=archived", "status=pending_assignment"):
            assert vela.get(f"/clients?{query}").body["items"] == []
        assert vela.get("/clients?status=deleted").status == 422

    def test_an_address_twice_is_refused(self, vela: Caller, gym: Business) -> None:
        body = {"email": "ana@clients.example", "first_name": "Ana"}
        assert vela.post("/clients", body).status == 201
        again = vela.post("/clients", {**body, "email": " ANA@clients.example "})
        assert (again.status, again.body["type"]) == (409, "/api/v1/problems/already_exists")
        eva = vela.post("/clients", {**body, "email": "eva@clients.example"}).body["id"]
        assert vela.patch(f"/clients/{eva}", {"email": "ana@clients.example", "first_name": "Eva"}).status == 409
        assert sorted(Client.objects.filter(business=gym).values_list("email", "first_name")) == [
            ("ana@clients.example", "Ana"),
            ("eva@clients.example", "Ana"),
        ]

    def test_details_change_and_the_rest_stays(self, vela: Caller, ana: Client) -> None:
        changed = vela.patch(f"/clients/{ana.public_id}", {"phone": "+34600123123", "tags": ["A"], "language": "fr"})
        assert (changed.status, changed.body["first_name"], changed.body["phone"]) == (200, "Ana", "+34600123123")
        assert (changed.body["tags"], changed.body["language"]) == (["A"], "fr")
        back = vela.patch(
            f"/clients/{ana.public_id}", {"email": None, "tags": [], "language": None, "access": False}
        ).body
        assert (back["email"], back["tags"], back["language"], back["access"]) == (None, [], None, False)

    def test_archive_bring_back_and_delete(self, vela: Caller, ana: Client) -> None:
        """CONTRACT: DELETE only of an archived client or a lead, else 409; an action in effect answers 200."""
        path = f"/clients/{ana.public_id}"
        refused = vela.delete(path)
        assert (refused.status, refused.body["type"]) == (409, "/api/v1/problems/not_archived")
        for _ in range(2):
            assert vela.post(f"{path}/archive", {"reason": "moved"}).body["status"] == "archived"
        assert vela.post(f"{path}/activate").status == 409
        for _ in range(2):
            assert vela.post(f"{path}/reactivate").body["status"] == "active"
        assert vela.post(f"{path}/activate").body["status"] == "active"
        vela.post(f"{path}/archive")
        gone = vela.delete(path)
        assert (gone.status, gone.text) == (204, "")
        assert [vela.call(method, path, {}).status for method in ("GET", "PATCH", "DELETE")] == [404] * 3
        assert vela.get("/clients").body["items"] == []

    def test_a_leads_own_link_waits(self, vela: Caller, ana: Client) -> None:
        launch(ana.business)
        ben = bring(ana, "Ben").friend.public_id
        assert vela.get(f"/clients/{ben}").body["referral"] is None
        active = vela.post(f"/clients/{ben}/activate").body
        assert (active["status"], len(active["referral"]["code"])) == ("active", 9)
        assert vela.get(f"/clients/{ana.public_id}/balance").body["available"] == 1500
        vela.post(f"/clients/{ben}/archive")
        assert vela.get(f"/clients/{ben}").body["referral"] is not None


class TestBusiness:
    def test_settings_change_in_the_contracts_names(self, vela: Caller, gym: Business) -> None:
        shown = vela.get("/business").body
        assert (shown["id"], shown["name"], shown["currency"], shown["timezone"], shown["language"]) == (
            gym.public_id,
            "Studio Vela",
            "EUR",
            "Europe/Madrid",
            "es",
        )
        assert shown["auto_apply_to_renewal"] is True
        changed = vela.patch("/business", {"name": "Vela", "auto_apply_to_renewal": False}).body
        assert changed == {**shown, "name": "Vela", "auto_apply_to_renewal": False}
        assert vela.patch("/business", {"timezone": "Europe/Nowhere"}).body["errors"][0]["field"] == "timezone"
        assert vela.patch("/business", {"currency": "XXQ"}).status == 422

    def test_the_currency_stays_once_money_has_moved(self, vela: Caller, carla: Client, bono: Product) -> None:
        assert vela.patch("/business", {"currency": "JPY"}).body["currency"] == "JPY"
        sell(carla, bono)
        refused = vela.patch("/business", {"currency": "EUR"})
        assert (refused.status, refused.body["type"]) == (409, "/api/v1/problems/currency_fixed")
