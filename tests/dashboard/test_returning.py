"""Former clients in the builder, on the invitation page and over the API (Q-10)."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from api.calls import Caller, is_problem
from plusone.clients.commands import activate, archive
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.referrals.models import Campaign, Referral
from world import EUR15, NOON, House, add_client, bring, later, launch

from .pages import send, text_of

OFFER = {
    "name": "Bring a friend", "mode": "rewards", "friend_kind": "", "condition": "activated",
    "ambassador_kind": "balance", "ambassador_amount": "15", "friend_reward_on": "registered",
}  # fmt: skip
EUR5 = {"kind": "balance", "amount": 500}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def save(gym: Business, olga: Browser, **fields: Any) -> Any:
    new, one = reverse("b:campaign_save_new", args=[gym.slug]), reverse("b:campaign_new", args=[gym.slug])
    return send(olga, new, {**OFFER, **fields}, form_at=one)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({}, None),
        ({"returning_months": "6"}, {"months": 6}),
        (
            {"returning_months": "6", "returning_ambassador_kind": "balance", "returning_ambassador_amount": "5"},
            {"months": 6, "ambassador_reward": EUR5},
        ),
        ({"returning_months": "6", "returning_ambassador_kind": "nothing"}, {"months": 6, "ambassador_reward": None}),
        ({"returning_ambassador_kind": "balance", "returning_ambassador_amount": "5"}, None),
    ],
)
def test_the_sentence_says_what_holds_for_former_clients(
    gym: Business, olga: Browser, typed: dict[str, str], kept: dict[str, Any] | None
) -> None:
    """What was typed is kept, and stands there again when the campaign is opened."""
    answer = save(gym, olga, **typed)
    campaign = Campaign.objects.get()
    assert campaign.terms.returning == kept
    assert (campaign.return_terms is None) == (kept is None)
    page = olga.get(answer["Location"])
    initial = page.context["form"].initial
    assert initial["returning_months"] == (kept or {}).get("months")
    assert initial["returning_ambassador_kind"] == (typed.get("returning_ambassador_kind", "") if kept else "")


def test_what_is_wrong_stands_at_its_place(gym: Business, olga: Browser) -> None:
    said = save(gym, olga, returning_months="121")
    assert "Months since a former client left" in text_of(said)
    said = save(gym, olga, returning_months="6", returning_ambassador_kind="balance", returning_ambassador_amount="x")
    assert said.context["form"].errors.keys() == {"returning_ambassador_amount"}
    assert Campaign.objects.count() == 0


def test_another_program_sets_it_and_registers_a_return(gym: Business, house: House, ana: Client) -> None:
    """In and out; a former client over the API is 409 until they have been away long enough, then 201."""
    vela = Caller(house.api_key)
    sent = {"name": "X", "ambassador_reward": EUR15, "returning": {"months": 2, "ambassador_reward": EUR5}}
    made = vela.post("/campaigns", sent).body
    assert made["returning"] == {
        "months": 2,
        "own": ["ambassador_reward"],
        "friend_reward": None,
        "ambassador_reward": {"kind": "balance", "amount": 500, "percent": None, "expires_days": None},
    }
    assert vela.patch(f"/campaigns/{made['id']}", {"name": "Y"}).body["returning"] == made["returning"]
    wrong = vela.post("/campaigns", {**sent, "returning": {"months": 0}})
    assert (wrong.status, wrong.body["errors"][0]["field"]) == (422, "returning.months")
    vela.post(f"/campaigns/{made['id']}/activate")
    ben = add_client(gym, "Ben", email="ben@friends.example")
    archive(ben, actor="user:1", now=NOON)
    body = {"ambassador": ana.public_id, "friend": {"email": "ben@friends.example", "first_name": "Ben"}}
    assert is_problem(vela.post("/referrals", body), 409, "existing_client")
    with time_machine.travel(later(70), tick=False):
        referral = vela.post("/referrals", body)
        assert (referral.status, referral.body["friend"], referral.body["returned"]) == (201, ben.public_id, True)
        assert vela.post("/referrals", body).status == 200
        vela.post(f"/clients/{ben.public_id}/reactivate")
        assert vela.get(f"/clients/{ana.public_id}/balance").body["available"] == 500
    assert vela.patch(f"/campaigns/{made['id']}", {"returning": None}).body["returning"] is None


def test_staff_say_who_brings_a_former_client_back(
    house: House, gym: Business, olga: Browser, ana: Client, carla: Client
) -> None:
    """R-211, R-111: the profile asks it, though it is known who brought them first; the page of the recommendation says
    that the friend was a client before, and until when."""
    launch(gym, returning={"months": 1})
    eva = bring(carla, "Eva").friend
    activate(eva, actor="user:1", now=NOON)
    archive(eva, actor="user:1", now=NOON)
    profile = reverse("b:client", args=[gym.slug, eva.public_id])
    say = reverse("b:client_referred_by", args=[gym.slug, eva.public_id])
    assert "Does somebody bring them back?" not in text_of(olga.get(profile))
    assert "It is known already who recommended" in text_of(olga.get(say, follow=True))
    with time_machine.travel(later(60), tick=False):
        olga.force_login(house.owner)
        assert "Does somebody bring them back?" in text_of(olga.get(profile))
        send(olga, say, {"ambassador": ana.public_id}, form_at=f"{say}?q=ana")
        assert "Does somebody bring them back?" not in text_of(olga.get(profile))
        referral = Referral.objects.get(ambassador=ana)
        said = text_of(olga.get(reverse("b:recommendation", args=[gym.slug, referral.public_id])))
    assert "Was a client before, until Mar 10, 2026" in said
