"""Attribution, sets of friends, ambassadors who must be active (CONTRACT campaigns, R-284, R-285, R-288)."""

from datetime import datetime, timedelta

import pytest

from plusone.clients.commands import activate, archive
from plusone.clients.models import Client
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import close_overdue, deactivate_campaign, record_past_visit, reject_referral
from plusone.referrals.models import Campaign, Referral
from plusone.referrals.offers import Offer, read_offer
from plusone.referrals.outlook import expected_on_activation
from plusone.referrals.sentences import for_ambassador, for_owner
from plusone.referrals.sets import Sets
from plusone.referrals.touches import touches_of, winner
from plusone.rewards.models import Reward
from plusone.store.commands import refund
from plusone.store.models import Product
from world import EUR15, NOON, add_client, bring, later, launch, sell

WHO = {"actor": "user:1", "now": NOON}


def available(client: Client, *, now: datetime = NOON) -> int:
    return balance_of(client.business, client.pk, now=now).available


def test_one_reward_for_every_three_friends(gym: Business, ana: Client, bono: Product) -> None:
    """R-285, CONTRACT `every`: nothing for two, a reward for the third, the next for the sixth; told beforehand."""
    terms = launch(gym, every=3).terms
    friends = [bring(ana, name).friend for name in ("Ben", "Cleo", "Dan", "Eva", "Fay", "Gus")]
    paid = []
    for friend in friends:
        paid.append(available(ana))
        sell(friend, bono)
    assert [*paid, available(ana)] == [0, 0, 0, 1500, 1500, 1500, 3000]
    assert Reward.objects.filter(side="ambassador").count() == 2
    assert {referral.reason for referral in Referral.objects.all()} == {"completed"}
    assert Sets(gym, [ana.pk]).towards_next(ana.pk, terms) == "0 of 3 friends for your next reward."
    assert not faults(gym)


def test_a_set_that_is_no_longer_full_loses_its_reward_once(gym: Business, ana: Client, bono: Product) -> None:
    """Milestones go when their basis goes: a refund takes one friend out, another one fills the set again."""
    terms = launch(gym, every=2).terms
    orders = [sell(bring(ana, name).friend, bono) for name in ("Ben", "Cleo", "Dan")]
    assert (available(ana), Sets(gym, [ana.pk]).towards_next(ana.pk, terms)) == (
        1500,
        "1 of 2 friends for your next reward.",
    )
    refund(orders[0], **WHO)
    assert (available(ana), Sets(gym, [ana.pk]).towards_next(ana.pk, terms)) == (
        1500,
        "0 of 2 friends for your next reward.",
    )
    refund(orders[1], **WHO)
    assert (available(ana), Sets(gym, [ana.pk]).towards_next(ana.pk, terms)) == (
        0,
        "1 of 2 friends for your next reward.",
    )
    sell(bring(ana, "Eva").friend, bono)
    assert available(ana) == 1500
    assert sorted(Reward.objects.values_list("state", flat=True)) == ["granted", "revoked"]
    assert not faults(gym)


def test_a_flagged_friend_counts_when_a_person_agrees(gym: Business, ana: Client) -> None:
    launch(gym, every=2)
    doubtful = bring(ana, "Ben")
    Referral.objects.filter(pk=doubtful.pk).update(flagged=True)
    other = bring(ana, "Cleo")
    activate(doubtful.friend, **WHO)
    activate(other.friend, **WHO)
    assert available(ana) == 0
    from plusone.referrals.commands import approve_referral

    approve_referral(doubtful, **WHO)
    assert available(ana) == 1500


def test_a_set_waits_for_its_conditions_until_the_last_day(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 39 with sets: an active friend who did not do what was asked ends, and counts for no set."""
    launch(gym, every=2, conditions=[{"kind": "orders", "at_least": 2}], qualification_days=30)
    slow, quick = bring(ana, "Ben"), bring(ana, "Cleo")
    sell(slow.friend, bono)
    for _each in range(2):
        sell(quick.friend, bono)
    assert sorted(Referral.objects.values_list("state", flat=True)) == ["activated", "closed"]
    assert close_overdue(later(32)) == 1
    assert sorted(Referral.objects.values_list("reason", flat=True)) == ["completed", "not_converted"]
    assert available(ana) == 0


def test_a_set_promised_with_a_hold_goes_when_a_friend_is_rejected(gym: Business, ana: Client) -> None:
    launch(gym, every=2, hold_days=14)
    first, last = bring(ana, "Ben"), bring(ana, "Cleo")
    activate(first.friend, **WHO)
    activate(last.friend, **WHO)
    assert Reward.objects.get().state == "on_hold"
    reject_referral(last, note="The same person", **WHO)
    assert (Reward.objects.get().state, available(ana, now=later(20))) == ("lapsed", 0)


def test_a_friend_who_is_rejected_leaves_the_set_that_was_full(gym: Business, ana: Client) -> None:
    """R-285: the set's reward stands with the last friend; it goes with the first, who is rejected while his own gift
    is still verified."""
    launch(gym, every=2, friend=EUR15, friend_hold_days=14)
    first, last = bring(ana, "Ben"), bring(ana, "Cleo")
    for referral in (first, last):
        activate(referral.friend, **WHO)
    reward = Reward.objects.get(side="ambassador")
    assert (reward.source_id, available(ana)) == (last.pk, 1500)
    reject_referral(first, note="The same person", **WHO)
    reward.refresh_from_db()
    assert (reward.state, available(ana)) == ("revoked", 0)


def test_friends_of_two_campaigns_fill_no_set(gym: Business, ana: Client) -> None:
    """CONTRACT `every`: a set is of one campaign, also where the next one asks for as many friends."""
    campaign = launch(gym, every=2)
    activate(bring(ana, "Ben").friend, **WHO)
    deactivate_campaign(campaign, **WHO)
    launch(gym, every=2)
    activate(bring(ana, "Cleo").friend, **WHO)
    assert (Reward.objects.count(), available(ana)) == (0, 0)
    activate(bring(ana, "Dan").friend, **WHO)
    assert available(ana) == 1500


def test_a_share_for_a_full_set_comes_with_the_first_payment(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 42 with sets: who makes the set full has paid nothing yet; with the first payment it is due."""
    launch(gym, every=2, ambassador={"kind": "balance", "percent": 10})
    first, last = (bring(ana, name).friend for name in ("Ben", "Cleo"))
    for friend in (first, last):
        activate(friend, **WHO)
    assert (Reward.objects.get().state, available(ana)) == ("promised", 0)
    sell(last, bono)
    assert (Reward.objects.get().state, available(ana)) == ("granted", 500)
    assert Referral.objects.get(friend=last).reason == "completed"


def test_a_share_for_a_full_set_waits_where_its_friend_is_doubtful(gym: Business, ana: Client, bono: Product) -> None:
    """FRA-10: Cleo, whose purchase the share counts on, is doubted; two others fill the set, and a person looks."""
    launch(gym, every=2, ambassador={"kind": "balance", "percent": 10})
    referrals = [bring(ana, name) for name in ("Ben", "Cleo", "Dan")]
    for referral in referrals[:2]:
        activate(referral.friend, **WHO)
    Referral.objects.filter(pk=referrals[1].pk).update(flagged=True)
    activate(referrals[2].friend, **WHO)
    sell(referrals[1].friend, bono)
    reward = Reward.objects.get()
    assert (reward.state, reward.reason, available(ana)) == ("awaiting_approval", "flagged", 0)


def test_who_activates_is_told_of_the_set_that_becomes_full(gym: Business, ana: Client) -> None:
    """R-059: of three leads chosen together the second one fills the set."""
    launch(gym, every=2)
    leads = [bring(ana, name).friend for name in ("Ben", "Cleo", "Dan")]
    expected = expected_on_activation(gym, leads, now=NOON)
    assert {friend: [(e.reward.amount, e.state) for e in found] for friend, found in expected.items()} == {
        leads[1].pk: [(1500, "granted")]
    }
    assert Reward.objects.count() == 0


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        ("2026-03-10T22:59+00:00", "2026-03-23T23:00+00:00"),
        ("2026-03-10T23:00+00:00", "2026-03-24T23:00+00:00"),
        ("2026-03-20T12:00+00:00", "2026-04-02T22:00+00:00"),
    ],
)
def test_days_are_those_of_the_business(gym: Business, ana: Client, moment: str, ends: str) -> None:
    """CONTRACT clocks, CASES 53: a fortnight of verification, and of a balance's life, ends at 00:00 in Madrid, counted
    from the day that it was there, over the change of clocks too."""
    at = datetime.fromisoformat(moment)
    launch(gym, hold_days=14, friend={**EUR15, "expires_days": 14}, qualification_days=14)
    friend = bring(ana, "Ben", now=at).friend
    assert Referral.objects.get().deadline_at == datetime.fromisoformat(ends) + timedelta(days=1)  # the 14th counts
    activate(friend, actor="user:1", now=at)
    last = datetime.fromisoformat(ends) - timedelta(microseconds=1)
    assert Reward.objects.get(side="ambassador").available_at == datetime.fromisoformat(ends)
    assert [available(friend, now=last), available(friend, now=datetime.fromisoformat(ends))] == [1500, 0]


def test_an_ambassador_who_left_loses_what_becomes_due(gym: Business, ana: Client, bono: Product) -> None:
    """R-284, `require_active_ambassador`: said upfront, lapsed with its reason; without the option she is paid."""
    launch(gym, require_active_ambassador=True)
    ben = bring(ana, "Ben").friend
    archive(ana, **WHO)
    sell(ben, bono)
    reward = Reward.objects.get()
    assert (reward.state, reward.reason, available(ana)) == ("lapsed", "ambassador_inactive", 0)


def test_without_the_option_an_archived_ambassador_is_paid(gym: Business, ana: Client, bono: Product) -> None:
    launch(gym)
    ben = bring(ana, "Ben").friend
    archive(ana, **WHO)
    sell(ben, bono)
    assert available(ana) == 1500


def opened(client: Client, at: datetime) -> int:
    return record_past_visit(client.business_id, client.pk, Campaign.objects.get(business=client.business).pk, at=at)


@pytest.mark.parametrize(
    ("attribution", "day", "who"),
    [
        ("last_touch", 11, "Marta"),
        ("first_touch", 11, "Ana"),
        ("first_touch", 90, "Ana"),
        ("first_touch", 91, "Marta"),
        ("last_touch", 100, "Marta"),
        ("last_touch", 101, None),
    ],
)
def test_last_or_first_link_within_90_days(
    gym: Business, ana: Client, salon: Business, attribution: str, day: int, who: str | None
) -> None:
    """CASES 9, 10: links opened on day 0 and day 10; day 90 counts, day 91 does not. Another business's never does."""
    launch(gym)
    launch(salon)
    marta, stranger = add_client(gym, "Marta"), add_client(salon, "Sol")
    just_day_0 = later(-1, hours=12.5)  # half past midnight in Madrid, and yesterday elsewhere
    visits = [opened(ana, just_day_0), opened(marta, later(10)), opened(stranger, later(10))]
    offer = read_offer(gym, {"attribution": attribution})
    found = winner(gym, offer, touches_of(gym, None, visits, now=later(day)), now=later(day))
    assert (found.client.first_name if found else None) == who


def test_what_cannot_be_is_refused(gym: Business) -> None:
    for wrong in (
        {"every": 0},
        {"every": True},
        {"attribution": "any"},
        {"attribution_days": 0},
        {"attribution_days": 366},
        {"require_active_ambassador": "yes"},
    ):
        with pytest.raises(Invalid) as refused:
            read_offer(gym, wrong)
        assert refused.value.field == next(iter(wrong))


def test_the_sentences_say_sets_first_links_and_who_must_be_active(gym: Business) -> None:
    """R-114: what is enforced is told upfront."""
    more = {"every": 3, "attribution": "first_touch", "require_active_ambassador": True}
    offer = read_offer(gym, {"ambassador_reward": EUR15, **more})
    assert for_owner(gym, offer) == (
        "When your client recommends friends, your client receives €15.00 of balance for every 3 of them of whom each "
        "becomes an active client. The friends get nothing for registering."
    )
    told = for_ambassador(gym, offer)
    assert told[0] == (
        "You receive €15.00 of balance for every 3 friends who come with your link, once each becomes an active client."
    )
    assert "If several people invite the same friend, the first one counts." in told
    assert "The reward is for those who are active clients themselves when it is due." in told
    assert Offer().every == 1
