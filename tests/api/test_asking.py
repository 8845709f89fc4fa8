"""What another program can read of the loop: rewards, progress, doubt, costs, and the balance book."""

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.commands import adjust
from plusone.referrals.commands import register_friend
from plusone.store.models import Product
from world import EUR10, NOON, add_client, bring, later, launch, sell

from .calls import Caller, is_problem

RANDOM = "A" * 22
WHO = {"actor": "user:1", "now": NOON}


def test_a_referral_says_how_far_its_friend_has_come(vela: Caller, gym: Business, ana: Client, bono: Product) -> None:
    """R-116, R-290: done of wanted with each condition of each step, the last moment, and what is next; none at the
    end."""
    steps = [{"conditions": [{"kind": "spend", "at_least": 9000}], "ambassador_reward": EUR10}]
    conditions = [{"kind": "activated"}, {"kind": "orders", "at_least": 2}]
    launch(gym, conditions=conditions, steps=steps, qualification_days=30)
    ben = bring(ana, "Ben")
    sell(ben.friend, bono)
    said = vela.get(f"/referrals/{ben.public_id}").body
    assert said["deadline_at"] == "2026-04-10T00:00:00+02:00"
    assert said["closed_at"] is None
    told = [(one["step"], one["condition"]["kind"], one["done"], one["wanted"]) for one in said["progress"]]
    assert told == [(1, "activated", 1, 1), (1, "orders", 1, 2), (2, "spend", 5000, 9000)]
    assert [one["met"] for one in said["progress"]] == [True, False, False]
    assert [one["missing"] for one in said["progress"]] == [None, "1 of 2 orders paid.", "€40.00 more to spend."]
    assert said["next"] == "What is still to come stands with each reward."
    sell(ben.friend, bono)
    done = vela.get(f"/referrals/{ben.public_id}").body
    assert (done["reason"], done["progress"]) == ("completed", [])
    assert done["closed_at"]


def test_a_friend_of_a_set_says_how_many_are_there(vela: Caller, gym: Business, ana: Client, bono: Product) -> None:
    """R-285, R-290: nothing was promised for one friend alone, and "why not?" has an answer: one of two; at the second
    the set is full, and a third begins the next."""
    launch(gym, every=2)
    ben, eva, tom = (bring(ana, name) for name in ("Ben", "Eva", "Tom"))
    sell(ben.friend, bono)
    said = vela.get(f"/referrals/{ben.public_id}").body
    assert (said["rewards"], said["reason"]) == ([], "completed")
    assert said["detail"] == "Ben has done all that was asked since Mar 10, 2026, and counts for a set of friends."
    assert said["next"] == "The reward comes with the friend who makes the set full."
    every = "Ana López receives €15.00 of balance for every 2 friends:"
    assert said["set"] == {
        "done": 1, "wanted": 2, "counts": True, "detail": f"{every} 1 of 2 are there, Ben among them.",
    }  # fmt: skip
    assert vela.get(f"/referrals/{eva.public_id}").body["set"]["detail"] == f"{every} 1 of 2 are there, Eva not yet."
    sell(eva.friend, bono)
    sets = {one["friend"]: one["set"] for one in vela.get("/referrals").body["items"]}
    told = [(sets[one.friend.public_id]["done"], sets[one.friend.public_id]["counts"]) for one in (ben, eva, tom)]
    assert told == [(2, True), (2, True), (0, False)]
    friend = {"email": "ida@friends.example", "first_name": "Ida"}
    sent = {"ambassador": ana.public_id, "friend": friend, "campaign": launch(gym).public_id}
    assert vela.post("/referrals", sent).body["set"] is None


def test_rewards_are_listed_and_narrowed(vela: Caller, lune: Caller, gym: Business, ana: Client, bono: Product) -> None:
    """R-111, ISO-3: newest promise first, by state, side, kind and client; another business's ids find nothing."""
    launch(gym, friend=EUR10, hold_days=14)
    ben, eva = bring(ana, "Ben"), bring(ana, "Eva", now=later(1))
    sell(ben.friend, bono)
    every = vela.get("/rewards").body["items"]
    assert [(one["side"], one["state"], one["referral"]) for one in every] == [
        ("ambassador", "promised", eva.public_id), ("friend", "granted", eva.public_id),
        ("ambassador", "on_hold", ben.public_id), ("friend", "granted", ben.public_id),
    ]  # fmt: skip
    held = vela.get("/rewards?state=on_hold").body["items"]
    assert held == [every[2]]
    assert (held[0]["available_at"], held[0]["client"]) == ("2026-03-24T00:00:00+01:00", ana.public_id)
    assert held[0]["next"] == "It is given by itself on that day, unless the purchase is refunded before."
    assert vela.get(f"/rewards?side=friend&client={ben.friend.public_id}").body["items"] == [every[3]]
    assert vela.get("/rewards?kind=coupon").body["items"] == []
    first = vela.get("/rewards?limit=3").body
    assert vela.get(f"/rewards?limit=3&cursor={first['next']}").body["items"] == [every[3]]
    assert vela.get(f"/rewards/{every[0]['id']}").body == every[0]
    assert is_problem(vela.get("/rewards?state=lost"), 422, "validation")
    assert lune.get("/rewards").body["items"] == []
    assert is_problem(lune.get(f"/rewards/{every[0]['id']}"), 404, "not_found")
    assert is_problem(lune.get(f"/rewards?cursor={first['next']}"), 422, "validation")


def test_doubt_is_read_with_its_evidence_and_its_end(vela: Caller, lune: Caller, gym: Business, ana: Client) -> None:
    """R-289: the signs in sentences and how often, and how somebody decided; only in its own business."""
    launch(gym)
    doubtful = register_friend(gym, ana, first_name="Sam", email="sam@friends.example", flags=("too_fast",), **WHO)
    activate(doubtful.referral.friend, **WHO)
    case = vela.get("/doubt-cases?state=open").body["items"][0]
    member = case["members"][0]
    assert (member["referral"], member["ambassador"]) == (doubtful.referral.public_id, ana.public_id)
    assert [(sign["name"], sign["times"]) for sign in member["signs"]] == [("too_fast", 1)]
    assert member["signs"][0]["detail"].endswith(".")
    assert vela.get(f"/referrals/{doubtful.referral.public_id}").body["flags"] == ["too_fast"]
    assert [vela.get(f"/rewards/{one}").body["reason"] for one in member["rewards"]] == ["flagged"]
    vela.post(f"/referrals/{doubtful.referral.public_id}/approve")
    assert vela.get("/doubt-cases?state=open").body["items"] == []
    decided = vela.get(f"/doubt-cases/{case['id']}").body
    assert (decided["state"], decided["id"]) == ("approved", case["id"])
    assert decided["decided_at"]
    assert is_problem(lune.get(f"/doubt-cases/{case['id']}"), 404, "not_found")
    assert lune.get("/doubt-cases").body["items"] == []


def test_a_draft_says_what_it_would_have_cost(
    vela: Caller, lune: Caller, gym: Business, ana: Client, bono: Product
) -> None:
    """Q-24, Q-31: as on the campaign's page, and nothing is changed by asking."""
    launch(gym)
    sell(bring(ana, "Ben").friend, bono)
    reward = {"kind": "balance", "percent": 20}
    offer = {"name": "Draft", "ambassador_reward": reward, "conditions": [{"kind": "sessions_attended", "at_least": 3}]}
    draft = vela.post("/campaigns", offer).body["id"]
    cost = vela.get(f"/campaigns/{draft}/cost").body
    assert (cost["total"], cost["spent"], cost["share"], cost["clients"], cost["friends"]) == (1000, 5000, 20.0, 1, 1)
    assert cost["worst"] == {"month": "2026-03", "amount": 1000}
    assert cost["months"] == [cost["worst"]]
    assert cost["unknown"] == ["has come 3 times"]
    assert is_problem(lune.get(f"/campaigns/{draft}/cost"), 404, "not_found")


def test_the_balance_book_is_read_month_by_month(vela: Caller, lune: Caller, gym: Business) -> None:
    """M-9: the months of the page and of the file, newest first, and what stood at a day's end."""
    ida = add_client(gym, "Ida", now=later(-70))
    adjust(gym, ida.pk, 1500, key="a", reason="Thank you", actor="user:1", now=later(-70))
    adjust(gym, ida.pk, -400, key="b", reason="Sorry", **WHO)
    first = vela.get("/insights/balance-book?limit=2").body
    assert [(one["month"], one["opening"], one["adjusted"], one["closing"]) for one in first["items"]][-1] == (
        first["next"], 1100, 0, 1100
    )  # fmt: skip
    rest, cursor = list(first["items"]), first["next"]
    while cursor:
        page = vela.get(f"/insights/balance-book?limit=2&cursor={cursor}").body
        rest, cursor = rest + page["items"], page["next"]
    months = {one["month"]: one for one in rest}
    assert len(months) == len(rest)
    assert (months["2025-12"]["adjusted"], months["2026-03"]["adjusted"]) == (1500, -400)
    assert vela.get("/insights/balances?day=2026-02-28").body == {
        "day": "2026-02-28", "closing": 1500, "held": 0, "available": 1500, "expires_in_30_days": 0,
        "expires_in_90_days": 0, "owed": 0,
    }  # fmt: skip
    assert vela.get("/insights/balances").body["closing"] == 1100
    assert is_problem(vela.get("/insights/balance-book?cursor=2026-13"), 422, "validation")
    assert lune.get("/insights/balance-book").body == {"items": [], "next": None}


def test_the_limit_of_bonuses_is_a_setting(vela: Caller, gym: Business) -> None:
    """AUTH-15: null is any sum; a limit is never below zero."""
    assert vela.get("/business").body["bonus_limit"] is None
    assert vela.patch("/business", {"bonus_limit": 2000}).body["bonus_limit"] == 2000
    assert is_problem(vela.patch("/business", {"bonus_limit": -1}), 422, "validation")
    assert vela.patch("/business", {"bonus_limit": None}).body["bonus_limit"] is None
