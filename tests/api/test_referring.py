"""Campaigns, referrals and decisions about rewards."""

import pytest

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.referrals.models import Referral
from plusone.store.models import Product
from world import EUR10, EUR15, bring, later, launch

from .calls import Caller

RANDOM = "A" * 22


class TestCampaigns:
    def test_a_campaign_from_draft_to_its_end(self, vela: Caller) -> None:
        offer = {
            "friend_reward": EUR10,
            "ambassador_reward": {**EUR15, "expires_days": 30},
            "hold_days": 14,
            "approval": "manual",
            "friend_reward_on": "qualified",
        }
        made = vela.post("/campaigns", {"name": "Amigos", **offer}).body
        path = f"/campaigns/{made['id']}"
        assert (made["state"], made["terms"]["version"], made["hold_days"], made["approval"]) == (
            "draft",
            1,
            14,
            "manual",
        )
        assert made["ambassador_reward"] == {"kind": "balance", "amount": 1500, "percent": None, "expires_days": 30}
        assert "15,00" in made["terms"]["text"], "in the business's language"
        assert vela.get("/campaigns").body["items"] == [vela.get(path).body] == [made]
        for _ in range(2):
            live = vela.post(f"{path}/activate").body
            assert (live["state"], live["is_default"]) == ("active", True)
        for _ in range(2):
            ended = vela.post(f"{path}/deactivate", {"open_referrals": "stop"}).body
            assert (ended["state"], ended["is_default"]) == ("inactive", False)
        assert vela.post(f"{path}/deactivate", {"open_referrals": "x"}).status == 422

    def test_a_changed_reward_is_for_later_registrations(self, vela: Caller, ana: Client) -> None:
        """Q-07, CASES 51: a new terms version; an equal offer makes none; the name makes none."""
        campaign = launch(ana.business)
        bring(ana, "Ben")
        path = f"/campaigns/{campaign.public_id}"
        assert vela.patch(path, {"name": "New", "ambassador_reward": EUR15}).body["terms"]["version"] == 1
        changed = vela.patch(path, {"ambassador_reward": EUR10}).body
        assert (changed["name"], changed["terms"]["version"], changed["ambassador_reward"]["amount"]) == (
            "New",
            2,
            1000,
        )
        bring(ana, "Eva")
        referrals = vela.get("/referrals").body["items"]
        assert [(r["terms_version"], r["rewards"][0]["amount"]) for r in referrals] == [(2, 1000), (1, 1500)]
        assert vela.patch(path, {"ambassador_reward": None}).body["ambassador_reward"] is None


class TestReferrals:
    def test_who_cannot_be_referred(self, vela: Caller, lune: Caller, ana: Client, carla: Client) -> None:
        """CONTRACT, States: 409 with the reason as the last part of the type; CASES 7, 12, 22, 24, 28."""
        friend = {"email": "ben@friends.example", "first_name": "Ben"}
        refused = vela.post("/referrals", {"code": ana.code, "friend": friend})
        assert (refused.status, refused.body["type"]) == (409, "/api/v1/problems/campaign_inactive")
        campaign = launch(ana.business)
        theirs = lune.post("/clients", {"email": "x@lune.example", "first_name": "X"}).body
        for code in ("zzzzzzzzz", "x", "", theirs["referral"]["code"]):
            unknown = vela.post("/referrals", {"code": code, "friend": friend})
            assert (unknown.status, unknown.body["type"]) == (422, "/api/v1/problems/unknown_code")
        for body in (
            {"ambassador": theirs["id"], "friend": friend},
            {"ambassador": ana.public_id, "friend": theirs["id"]},
            {"ambassador": ana.public_id, "friend": friend, "campaign": RANDOM},
            {"friend": friend},
            {"code": ana.code, "ambassador": ana.public_id, "friend": friend},
        ):
            assert vela.post("/referrals", body).status == 422, body
        for email, why in (
            (str(ana.email).replace("@", "+x@"), "self_referral"),
            (str(carla.email), "existing_client"),
        ):
            answer = vela.post("/referrals", {"code": ana.code, "friend": {**friend, "email": email}})
            assert (answer.status, answer.body["type"]) == (409, f"/api/v1/problems/{why}"), answer.text
        assert not Referral.objects.exists()
        sent = {"ambassador": ana.public_id, "friend": friend, "campaign": campaign.public_id}
        assert vela.post("/referrals", sent).status == 201
        other = vela.post("/referrals", {"ambassador": carla.public_id, "friend": friend})
        assert (other.status, other.body["type"]) == (409, "/api/v1/problems/already_referred")
        wrong = vela.post("/referrals", {"code": ana.code, "friend": {**friend, "email": "x"}})
        assert wrong.body["errors"][0]["field"] == "friend.email"
        assert Referral.objects.count() == 1

    def test_a_client_is_attached_afterwards(
        self, vela: Caller, ana: Client, gym: Business, bono: Product, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """CONTRACT: `friend: id`, until 72 h after the first payment; later only with a note; pays what is due."""
        launch(gym)
        soon, late = (vela.post("/clients", {"email": f"{n}@x.example.org", "first_name": n}).body["id"] for n in "ab")
        done = vela.post("/referrals", {"ambassador": ana.public_id, "friend": soon})
        assert (done.status, done.body["state"], done.body["reason"]) == (201, "closed", "completed")
        assert [(r["side"], r["state"], r["amount"]) for r in done.body["rewards"]] == [("ambassador", "granted", 1500)]
        assert vela.post("/referrals", {"ambassador": ana.public_id, "friend": soon}).status == 200
        Client.objects.filter(public_id=late).update(activated_at=later(-400))
        refused = vela.post("/referrals", {"ambassador": ana.public_id, "friend": late})
        assert refused.status in (409, 422)
        assert Referral.objects.count() == 1
        note = {"ambassador": ana.public_id, "friend": late, "override_note": "told us at the desk"}
        assert vela.post("/referrals", note).status == 201
        assert vela.get(f"/clients/{ana.public_id}/balance").body["available"] == 3000

    def test_nobody_is_recommended_by_whom_they_brought(
        self, vela: Caller, ana: Client, carla: Client, gym: Business
    ) -> None:
        """CASES 31: Ana -> Carla -> Dora; only Carla is rewarded for Dora, and neither brings Ana back."""
        launch(gym)
        dora = vela.post("/clients", {"email": "dora@x.example.org", "first_name": "Dora"}).body["id"]
        note = {"override_note": "told us at the desk"}
        for ambassador, friend in ((ana.public_id, carla.public_id), (carla.public_id, dora)):
            assert vela.post("/referrals", {"ambassador": ambassador, "friend": friend, **note}).status == 201
        for ambassador in (carla.public_id, dora):
            refused = vela.post("/referrals", {"ambassador": ambassador, "friend": ana.public_id, **note})
            assert (refused.status, refused.body["type"]) == (409, "/api/v1/problems/already_referred")
        assert refused.body["detail"].startswith("Dora came through Ana.")
        assert Referral.objects.count() == 2
        balances = [vela.get(f"/clients/{i}/balance").body["available"] for i in (ana.public_id, carla.public_id, dora)]
        assert balances == [1500, 1500, 0]

    def test_a_person_decides(self, vela: Caller, ana: Client) -> None:
        """CASES 60, 61: approval by hand, twice acts once; a declined reward can be granted later, with a note."""
        launch(ana.business, approval="manual")
        ben = bring(ana, "Ben")
        vela.post(f"/clients/{ben.friend.public_id}/activate")
        reward = vela.get(f"/referrals/{ben.public_id}").body["rewards"][0]
        assert (reward["state"], reward["reason"]) == ("awaiting_approval", "approval")
        assert vela.get(f"/clients/{ana.public_id}/balance").body["pending"] == 1500
        path = f"/rewards/{reward['id']}"
        for _ in range(2):
            assert vela.post(f"{path}/decline", {"note": "no"}).body["state"] == "declined"
        assert vela.post(f"{path}/approve").body["code"] == "note_needed"
        for _ in range(2):
            assert vela.post(f"{path}/approve", {"note": "all the same"}).body["state"] == "granted"
        assert vela.post(f"{path}/decline").status == 409
        assert vela.get(f"/clients/{ana.public_id}/balance").body["available"] == 1500
        assert vela.post(f"/rewards/{RANDOM}/approve").status == 404

    def test_a_referral_is_rejected_once(self, vela: Caller, ana: Client, carla: Client) -> None:
        launch(ana.business)
        ben = bring(ana, "Ben")
        for _ in range(2):
            out = vela.post(f"/referrals/{ben.public_id}/reject", {"note": "a cousin"}).body
            assert (out["state"], out["reason"], out["rewards"][0]["state"]) == ("closed", "rejected", "lapsed")
        again = vela.post("/referrals", {"ambassador": carla.public_id, "friend": ben.friend.public_id})
        assert (again.status, again.body["ambassador"]) == (201, carla.public_id)
        assert vela.post(f"/referrals/{ben.public_id}/approve").status == 409

    def test_lists_are_filtered(self, vela: Caller, ana: Client, carla: Client) -> None:
        launch(ana.business)
        ben, eva = bring(ana, "Ben"), bring(carla, "Eva")
        vela.post(f"/clients/{eva.friend.public_id}/activate")
        ids = lambda query: [r["id"] for r in vela.get(f"/referrals?{query}").body["items"]]  # noqa: E731
        assert ids(f"ambassador={ana.public_id}") == ids("state=registered") == [ben.public_id]
        assert ids("state=closed") == [eva.public_id]
        assert ids(f"ambassador={RANDOM}") == ids("state=invited") == []
