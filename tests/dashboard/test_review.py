"""Marketing ▸ Referrals ▸ Review, and an ambassador's trust (UX 16, R-289, CASES 78, 79)."""

from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import register_friend, trust_ambassador
from plusone.referrals.models import DoubtCase, OwnDevice, OwnNetwork, Referral, Trust
from plusone.rewards.models import Reward
from world import EUR10, NOON, bring, later, launch

from .pages import send, text_of


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


def doubtful(ana: Client, first_name: str) -> Referral:
    return register_friend(
        ana.business, ana, first_name=first_name, email=f"{first_name}@mailinator.com".lower(), actor="public", now=NOON
    ).referral


def test_evidence_and_decision_stand_on_one_screen(
    gym: Business, ana: Client, olga: Browser, desk: Browser, django_assert_max_num_queries: Any
) -> None:
    """UX 16, FRA-14: plain words, one press decides for all of a case, who comes second reads what was decided."""
    launch(gym)
    assert "Nothing needs a look" in text_of(olga.get(at(gym, "review")))
    ben = doubtful(ana, "Ben")
    activate(ben.friend, actor="user:1", now=NOON)
    with django_assert_max_num_queries(12):
        olga.get(at(gym, "review"))
    doubtful(ana, "Eva")
    doubtful(ana, "Tom")
    with django_assert_max_num_queries(12):
        page = olga.get(at(gym, "review"))
    said = text_of(page)
    assert "Ana López recommended Ben" in said
    assert "The e-mail address is of a service that hands out mailboxes for some minutes." in said
    assert "Ana López: €15.00 of balance (Awaiting approval)" in said
    assert "3 recommendations, one decision" in said
    html = page.content.decode()
    assert 'data-key="a"' in html
    assert 'data-key="r"' in html
    decide = at(gym, "review_decide", DoubtCase.objects.get().public_id)
    assert "Approved: it counts" in text_of(olga.post(decide, {"act": "approve", "note": "called them"}, follow=True))
    assert balance_of(gym, ana.pk, now=later(1)).available == 1500
    second = text_of(desk.post(decide, {"act": "reject"}, follow=True))
    assert "olga@vela.example decided this before you: Approved." in second
    assert balance_of(gym, ana.pk, now=later(1)).available == 1500
    assert not Referral.objects.filter(flagged=True).exists()
    assert set(Reward.objects.values_list("state", flat=True)) == {"granted", "promised"}


def test_a_case_says_what_its_decision_is_still_about(gym: Business, ana: Client, olga: Browser) -> None:
    """FRA-10, UX 16: what was decided by itself stays as evidence, and no decision reaches it; who was rejected needs
    no look any more."""
    launch(gym)
    ben, eva, tom = (doubtful(ana, name) for name in ("Ben", "Eva", "Tom"))
    olga.post(at(gym, "referral_approve", ben.public_id))
    said = text_of(olga.get(at(gym, "review")))
    assert "2 recommendations, one decision" in said
    assert said.count("Nothing waits here: it is decided already, or complete.") == 1
    olga.post(at(gym, "referral_approve", eva.public_id))
    said = text_of(olga.get(at(gym, "review")))
    assert "one decision" not in said
    assert said.count("Nothing waits here") == 2
    olga.post(at(gym, "review_decide", DoubtCase.objects.get().public_id), {"act": "reject"})
    assert [Referral.objects.get(pk=one.pk).reason for one in (ben, eva, tom)] == ["", "", "rejected"]
    for page, named in (("recommendation", tom), ("client", tom.friend)):
        said = text_of(olga.get(at(gym, page, named.public_id)))
        assert "To check" not in said


def test_one_of_a_case_is_decided_alone_where_its_evidence_stands(gym: Business, ana: Client, olga: Browser) -> None:
    """UX 16: "approve the friends whom they know" is done there; of one alone there is no more to choose."""
    launch(gym)
    ben, eva = doubtful(ana, "Ben"), doubtful(ana, "Eva")
    page = olga.get(at(gym, "review"))
    assert text_of(page).count("Approve this one Reject this one") == 2
    sent = {"back": "review"}
    assert olga.post(at(gym, "referral_approve", ben.public_id), sent).headers["Location"] == at(gym, "review")
    assert "this one" not in text_of(olga.get(at(gym, "review")))
    assert olga.post(at(gym, "referral_reject", eva.public_id), sent).headers["Location"] == at(gym, "review")
    assert "Nothing needs a look" in text_of(olga.get(at(gym, "review")))
    assert [Referral.objects.get(pk=one.pk).reason for one in (ben, eva)] == ["", "rejected"]
    assert olga.post(at(gym, "referral_approve", ben.public_id)).headers["Location"] == at(gym, "leads")


def test_an_ambassador_is_trusted_blocked_and_treated_like_everybody_again(
    gym: Business, ana: Client, olga: Browser, desk: Browser
) -> None:
    """CASES 78, 79: shown on their page, with who it is for and the way back; the front desk decides nothing here."""
    launch(gym)
    stand, page = at(gym, "ambassador_standing", ana.public_id), at(gym, "ambassador", ana.public_id)
    assert desk.post(stand, {"act": "trust"}).status_code == 404
    olga.post(stand, {"act": "trust", "note": "from the first day"})
    said = text_of(olga.get(page))
    assert "Trusted since" in said
    assert "Note: from the first day" in said
    assert doubtful(ana, "Ben").flagged is False
    olga.post(stand, {"act": "restore"})
    assert "Treated like everybody" in text_of(olga.get(page))
    olga.post(stand, {"act": "block"})
    assert Browser().get(f"/r/{ana.code}").status_code == 410
    assert Browser().get(f"/join/{ana.code}").status_code == 410
    olga.post(stand, {"act": "restore"})
    assert Browser().get(f"/r/{ana.code}").status_code == 302


def test_a_doubtful_reward_is_decided_where_its_evidence_stands(
    gym: Business, ana: Client, olga: Browser, django_assert_max_num_queries: Any
) -> None:
    """CASES 60, UX 16: the list of rewards leads to the case; a decision from an old tab settles the case as well."""
    launch(gym)
    ben = doubtful(ana, "Ben")
    activate(ben.friend, actor="user:1", now=NOON)
    case, reward = DoubtCase.objects.get(), Reward.objects.get()
    page = olga.get(at(gym, "rewards"))
    assert "See what was noticed, and decide" in text_of(page)
    assert f'href="{at(gym, "review")}#case-{case.public_id}"' in page.content.decode()
    assert at(gym, "reward_decide", reward.public_id) not in page.content.decode()
    assert f'id="case-{case.public_id}"' in olga.get(at(gym, "review")).content.decode()
    with django_assert_max_num_queries(12) as one:
        olga.get(at(gym, "rewards"))
    for name in ("Eva", "Tom"):
        activate(doubtful(ana, name).friend, actor="user:1", now=NOON)
    with django_assert_max_num_queries(12) as three:
        olga.get(at(gym, "rewards"))
    assert len(one) == len(three)
    every = list(Reward.objects.values_list("public_id", flat=True))
    assert "3 rewards approved." in text_of(
        olga.post(at(gym, "rewards_decide"), {"act": "approve", "pick": every}, follow=True)
    )
    case.refresh_from_db()
    assert (case.state, Referral.objects.filter(flagged=True).count()) == ("approved", 0)
    assert "Nothing needs a look" in text_of(olga.get(at(gym, "review")))
    assert balance_of(gym, ana.pk, now=later(1)).available == 4500


def test_what_is_promised_or_on_hold_can_be_declined(gym: Business, ana: Client, olga: Browser, desk: Browser) -> None:
    """CASES 60: each side alone, before it is due; and the owner may still give it with a note."""
    launch(gym, friend=EUR10, friend_reward_on="qualified", hold_days=14, friend_hold_days=14)
    ben = bring(ana, "Ben")
    why = at(gym, "recommendation", ben.public_id)
    page = olga.get(why).content.decode()
    assert page.count('value="decline"') == 2
    assert 'value="approve"' not in page
    assert 'value="decline"' not in desk.get(why).content.decode()
    friend, mine = Reward.objects.get(side="friend"), Reward.objects.get(side="ambassador")
    olga.post(at(gym, "reward_decide", friend.public_id), {"act": "decline", "note": "works here", "back": "1"})
    activate(ben.friend, actor="user:1", now=NOON)
    olga.post(at(gym, "reward_decide", mine.public_id), {"act": "decline", "note": "one person", "back": "1"})
    assert set(Reward.objects.values_list("state", "note")) == {("declined", "works here"), ("declined", "one person")}
    assert Referral.objects.get().reason == "completed"


def test_picked_leads_lose_their_recommendation_after_a_question(
    gym: Business, ana: Client, olga: Browser, carla: Client
) -> None:
    """R-282: the question names them; nothing happens before the answer, and a lead without one stays out of it."""
    launch(gym)
    picks = [bring(ana, name).friend.public_id for name in ("Ben", "Eva")]
    bring(ana, "Tom")
    to = at(gym, "leads_reject")
    assert f'formaction="{to}"' in olga.get(at(gym, "leads")).content.decode()
    asked = text_of(olga.post(to, {"pick": picks}))
    assert "Reject 2 recommendations?" in asked
    assert "Ana López recommended Ben" in asked
    assert not Referral.objects.filter(state="closed").exists()
    said = olga.post(to, {"pick": picks, "sure": "yes", "note": "a coupon site"}, follow=True)
    assert "2 recommendations rejected." in text_of(said)
    assert list(Referral.objects.order_by("pk").values_list("reason", "note")) == [
        ("rejected", "a coupon site"),
        ("rejected", "a coupon site"),
        ("", ""),
    ]
    assert "None of the picked leads" in text_of(olga.post(to, {"pick": [carla.public_id]}, follow=True))


def test_the_business_names_its_own_networks(
    gym: Business, olga: Browser, desk: Browser, lucie: Browser, django_assert_max_num_queries: Any
) -> None:
    """PEERS 77: the one the owner is on by one press, others typed; each may be taken back, and only the owner may."""
    to, far = at(gym, "networks"), {"REMOTE_ADDR": "203.0.113.7"}
    assert desk.get(to).status_code == 404
    assert "This is our network" not in text_of(olga.get(to))  # this machine's own address stands for nobody
    assert "This is our network You are on 203.0.113.7 now." in text_of(olga.get(to, **far))
    said = text_of(send(olga, to, {"cidr": "10.0.0.0/8", "name": "all"}))
    assert "This range is far larger than one business." in said
    assert not OwnNetwork.objects.exists()
    olga.get(to)
    with django_assert_max_num_queries(12) as none:
        olga.get(to)
    for cidr in ("203.0.113.7", "2001:db8:1:2::/64", "203.0.113.7"):
        assert send(olga, to, {"cidr": cidr, "name": "Wi-Fi"}).status_code == 302
    assert list(OwnNetwork.objects.order_by("pk").values_list("cidr", flat=True)) == [
        "203.0.113.7/32",
        "2001:db8:1:2::/64",
    ]
    olga.get(to)  # what was said once is said
    with django_assert_max_num_queries(12) as two:
        olga.get(to)
    assert len(none) == len(two)
    assert "You are on one of them now: 203.0.113.7." in text_of(olga.get(to, **far))
    gone = at(gym, "network_remove", OwnNetwork.objects.earliest("pk").public_id)
    assert lucie.post(gone).status_code == 404
    assert "Remove Wi-Fi?" in text_of(olga.get(gone))
    olga.post(gone)
    assert OwnNetwork.objects.get().cidr == "2001:db8:1:2::/64"


def test_the_business_marks_the_device_at_its_desk(gym: Business, olga: Browser, desk: Browser, lucie: Browser) -> None:
    """PEERS 77: one press on the device itself; the list says which one this is, and each can be taken back."""
    to, mark = at(gym, "networks"), at(gym, "device_mark")
    assert desk.post(mark).status_code == 404
    assert "This is our front-desk device" in text_of(olga.get(to))
    assert "This device is one of yours now" in text_of(olga.post(mark, {"name": "Tablet"}, follow=True))
    olga.post(mark, {"name": "Again"})
    device = OwnDevice.objects.get()
    assert (device.name, olga.cookies["plusone_desk"]["httponly"]) == ("Tablet", True)
    page = text_of(olga.get(to))
    assert "this device" in page
    assert "This is our front-desk device" not in page
    gone = at(gym, "device_remove", device.public_id)
    assert lucie.post(gone).status_code == 404
    assert "Remove Tablet?" in text_of(olga.get(gone))
    olga.post(gone)
    assert not OwnDevice.objects.exists()
    assert "This is our front-desk device" in text_of(olga.get(to))


def test_why_is_one_press_from_money_and_presents(gym: Business, ana: Client, olga: Browser, desk: Browser) -> None:
    """CASES 61: from a movement of balance, and from the list of what waits to be handed over."""
    launch(gym, friend={"kind": "manual", "text": "A towel"}, friend_reward_on="qualified")
    ben = bring(ana, "Ben")
    activate(ben.friend, actor="user:1", now=NOON)
    why = f'href="{at(gym, "recommendation", ben.public_id)}"'
    assert why in olga.get(at(gym, "client_balance", ana.public_id)).content.decode()
    assert why in desk.get(at(gym, "handovers")).content.decode()


def test_a_decision_that_is_none_decides_nothing(gym: Business, ana: Client, olga: Browser) -> None:
    """A form without its button's word is a fault of who sent it: nothing is given, declined or taken back by it."""
    launch(gym, approval="manual")
    activate(bring(ana, "Ben").friend, actor="user:1", now=NOON)
    doubtful(ana, "Sam")
    trust_ambassador(ana, note="known", actor="user:1", now=NOON)
    case = DoubtCase.objects.get()
    state = case.state
    for url in (
        at(gym, "reward_decide", Reward.objects.get(state="awaiting_approval").public_id),
        at(gym, "review_decide", case.public_id),
        at(gym, "ambassador_standing", ana.public_id),
    ):
        for sent in ({}, {"act": "perhaps"}):
            assert olga.post(url, {"note": "so be it", **sent}).status_code == 404
    case.refresh_from_db()
    assert (case.state, Trust.objects.get().kind) == (state, "trusted")
    assert Reward.objects.filter(state="awaiting_approval").count() == 1
