"""A friend's gift is for one person once (R-291), however often a recommendation of them ends and another begins."""

from typing import Any

import pytest

from api.calls import Caller
from plusone.clients.commands import activate, archive, delete_client
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import attach_referral, reject_referral
from plusone.referrals.models import Referral
from plusone.referrals.reasons import tell_reward
from plusone.rewards.models import Reward
from world import EUR10, NOON, House, bring, launch

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
EUR5 = {"kind": "balance", "amount": 500}


def gifts(friend: Client) -> list[tuple[str, str]]:
    return list(Reward.objects.filter(client=friend, side="friend").order_by("pk").values_list("state", "reason"))


def available(client: Client) -> int:
    return balance_of(client.business, client.pk, now=NOON).available


def test_who_is_rejected_and_comes_by_another_code_gets_the_gift_once(
    house: House, gym: Business, ana: Client, carla: Client
) -> None:
    """R-291, R-282: Ben may get another ambassador, and she her reward; he has had his gift."""
    launch(gym, friend=EUR5, ambassador=EUR10)
    vela, ben = Caller(house.api_key), {"email": "ben@friends.example", "first_name": "Ben"}
    for number, code in enumerate((ana.code, carla.code, ana.code)):
        made = vela.post("/referrals", {"code": code, "friend": ben})
        assert (made.status, made.body["state"]) == (201, "registered"), made.text
        mine = [each for each in made.body["rewards"] if each["side"] == "friend"]
        stands = ("lapsed", "had_already") if number else ("granted", None)
        assert [(each["state"], each["reason"]) for each in mine] == [stands]
        if number < 2:
            assert vela.post(f"/referrals/{made.body['id']}/reject", {"note": "one household"}).status == 200
    friend = Client.objects.get(email="ben@friends.example")
    assert available(friend) == 500
    refused = Reward.objects.select_related("client", "business").get(
        state="lapsed", source_id=Referral.objects.last().pk, side="friend"
    )
    assert "you had it already" in tell_reward(refused, to="client").sentence
    activate(friend, **WHO)
    assert (available(friend), available(ana)) == (500, 1000)


def test_whose_ambassador_was_deleted_keeps_the_gift_and_gets_no_other(
    gym: Business, ana: Client, carla: Client
) -> None:
    """R-291: a withdrawn recommendation frees the friend as a rejected one does."""
    launch(gym, friend=EUR5)
    ben = bring(ana, "Ben").friend
    archive(ana, **WHO)
    delete_client(ana, **WHO)
    assert Referral.objects.get().reason == "withdrawn"
    assert bring(carla, "Ben").friend == ben
    assert (available(ben), gifts(ben)) == (500, [("granted", ""), ("lapsed", "had_already")])


def test_a_gift_that_was_never_given_is_given_with_the_next(gym: Business, ana: Client, carla: Client) -> None:
    """It waits for the first purchase or activation; who was rejected before has received nothing yet."""
    launch(gym, friend=EUR5, friend_reward_on="qualified")
    first = bring(ana, "Ben")
    reject_referral(first, **WHO)
    attach_referral(gym, carla, first.friend, **WHO)
    activate(first.friend, **WHO)
    assert (available(first.friend), gifts(first.friend)) == (500, [("lapsed", "declined"), ("granted", "")])


def test_a_step_that_was_paid_is_not_paid_again(gym: Business, ana: Client, carla: Client) -> None:
    """R-291: each step's gift once; what of the steps is still to come comes with the second ambassador."""
    second = {"conditions": [{"kind": "orders", "at_least": 1}], "friend_reward": EUR10, "ambassador_reward": EUR10}
    launch(gym, friend=EUR5, steps=[second])
    first = bring(ana, "Ben")
    reject_referral(first, **WHO)
    bring(carla, "Ben")
    stands = Reward.objects.filter(client=first.friend, source_id=Referral.objects.last().pk)
    assert dict(stands.values_list("milestone", "state")) == {"1": "lapsed", "2": "promised"}
