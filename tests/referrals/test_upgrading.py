"""The owner raises the reward of a live campaign, and gives open recommendations the new terms, never less (Q-07)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from plusone.clients.commands import activate, archive
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.messaging.commands import switch_channel
from plusone.messaging.models import Message
from plusone.referrals.automation.reactions import end_holds
from plusone.referrals.commands import (
    close_overdue,
    deactivate_campaign,
    edit_campaign,
    foresee_upgrade,
    revive,
    upgrade_open_referrals,
    upgrade_referral,
)
from plusone.referrals.models import Campaign, Referral
from plusone.referrals.offers import offer_of, read_offer
from plusone.rewards.models import Reward
from plusone.rules.commands import switch_rule
from plusone.rules.engine import work
from plusone.store.commands import create_membership_type, refund
from plusone.store.models import Product
from world import EUR10, EUR15, NOON, add_client, bring, later, launch, make_product, sell

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
EUR20 = {"kind": "balance", "amount": 2000}
EUR5 = {"kind": "balance", "amount": 500}


def change(campaign: Campaign, **sent: object) -> Campaign:
    """Change the offer of a live campaign, for later registrations."""
    edit_campaign(campaign, offer=read_offer(campaign.business, sent, base=offer_of(campaign.terms)), **WHO)
    return campaign


def why_kept(campaign: Campaign) -> list[str]:
    """Return the reasons why the one open recommendation keeps its terms; none where it would get the newest."""
    would = foresee_upgrade(campaign, now=NOON)
    assert len(would.upgraded) + len(would.kept) == 1
    return [str(one.value) for one in would.kept[0][1]] if would.kept else []


def available(client: Client) -> int:
    return balance_of(client.business, client.pk, now=NOON).available


def test_who_is_open_gets_the_raised_reward(gym: Business, ana: Client, carla: Client) -> None:
    """Q-07: two open recommendations of 15 become 20 by one press; who was rewarded before keeps 15, and so it stays on
    pressing again. The log says who did it, to how many, and from which version to which."""
    campaign = launch(gym, friend=EUR10)
    old, ben, eva = bring(carla, "Old"), bring(ana, "Ben"), bring(ana, "Eva")
    activate(old.friend, **WHO)
    change(campaign, ambassador_reward=EUR20)
    assert [row.pk for row in foresee_upgrade(campaign, now=NOON).upgraded] == [ben.pk, eva.pk]
    assert Referral.objects.filter(terms__version=2).count() == 0
    done = upgrade_open_referrals(campaign, **WHO)
    assert ([row.pk for row in done.upgraded], done.kept) == ([ben.pk, eva.pk], [])
    activate(ben.friend, **WHO)
    activate(eva.friend, **WHO)
    assert (available(carla), available(ana), available(ben.friend), faults(gym)) == (1500, 4000, 1000, [])
    assert upgrade_open_referrals(campaign, **WHO).upgraded == []
    told = Event.objects.filter(name__in=("campaign.referrals_upgraded", "referral.terms_upgraded")).order_by("id")
    assert [(event.name, event.actor, event.data) for event in told] == [
        (
            "campaign.referrals_upgraded",
            "user:1",
            {"campaign": campaign.pk, "version": 2, "upgraded": 2, "kept": 0},
        ),
        *(
            (
                "referral.terms_upgraded",
                "user:1",
                {"referral": row.pk, "ambassador": ana.pk, "from_version": 1, "version": 2},
            )
            for row in (ben, eva)
        ),
    ]


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        ({}, {"ambassador_reward": EUR20}, []),
        ({}, {"ambassador_reward": {**EUR20, "expires_days": 30}}, ["ambassador_less"]),
        ({}, {"ambassador_reward": EUR10}, ["ambassador_less"]),
        ({}, {"ambassador_reward": None}, ["ambassador_less"]),
        ({}, {"ambassador_reward": {"kind": "balance", "percent": 50}}, ["ambassador_other"]),
        ({}, {"ambassador_reward": {"kind": "manual", "text": "Massage"}}, ["ambassador_other"]),
        ({}, {"ambassador_reward": {"kind": "choice", "options": [EUR20, {"kind": "manual", "text": "Massage"}]}}, []),
        (
            {"ambassador_reward": {"kind": "choice", "options": [EUR10, {"kind": "manual", "text": "Massage"}]}},
            {"ambassador_reward": EUR20},
            ["ambassador_other"],
        ),
        ({"friend_reward": EUR10, "friend_reward_on": "qualified"}, {"friend_reward": EUR5}, ["friend_less"]),
        ({"friend_reward": EUR10}, {"friend_reward": EUR5, "ambassador_reward": EUR20}, []),
        ({"friend_reward": EUR10}, {"friend_reward_on": "qualified", "ambassador_reward": EUR20}, ["later"]),
        ({}, {"conditions": [{"kind": "orders", "at_least": 1}]}, ["conditions_harder"]),
        (
            {"conditions": [{"kind": "spend", "at_least": 5000}]},
            {"conditions": [{"kind": "spend", "at_least": 4000}]},
            [],
        ),
        (
            {"conditions": [{"kind": "spend", "at_least": 5000}]},
            {"conditions": [{"kind": "spend", "at_least": 5001}]},
            ["conditions_harder"],
        ),
        (
            {"conditions": [{"kind": "check", "text": "Form"}]},
            {"conditions": [{"kind": "check", "text": "Medical form"}]},
            ["conditions_other"],
        ),
        ({}, {"hold_days": 14}, ["later"]),
        ({"hold_days": 14}, {"hold_days": 7}, []),
        (
            {"steps": [{"ambassador_reward": EUR5, "hold_days": 3}]},
            {"steps": [{"ambassador_reward": EUR5, "hold_days": 4}]},
            ["later"],
        ),
        ({}, {"qualification_days": 365}, ["shorter"]),
        ({"qualification_days": 30}, {"qualification_days": 60}, []),
        ({"qualification_days": 30}, {"qualification_days": 29}, ["shorter"]),
        ({}, {"approval": "manual"}, ["approval"]),
        ({}, {"budget": 100_000}, ["limited"]),
        ({"caps": {"rewards_total": 2}}, {"caps": {"rewards_total": 1}}, ["limited"]),
        ({"caps": {"rewards_total": 2}}, {"caps": None}, []),
        ({}, {"clawback": "allow_negative"}, ["clawback"]),
        ({}, {"clawback": "only_pending"}, []),
        ({}, {"require_active_ambassador": True}, ["must_be_active"]),
        ({}, {"every": 3}, ["sets"]),
        ({"steps": [{"ambassador_reward": EUR5}]}, {"steps": []}, ["ambassador_less"]),
        ({}, {"ambassador_reward": EUR10, "approval": "manual"}, ["ambassador_less", "approval"]),
    ],
)
def test_less_or_not_comparable_is_refused_with_its_reason(
    gym: Business, ana: Client, before: dict[str, Any], after: dict[str, Any], reasons: list[str]
) -> None:
    """Q-07: never downgrade. Each thing that would be less, harder, later, or cannot be compared has its own reason."""
    sent = {name: value for name, value in before.items() if name not in ("ambassador_reward", "friend_reward")}
    mine, gift = before.get("ambassador_reward", EUR15), before.get("friend_reward")
    campaign = launch(gym, ambassador=mine, friend=gift, **sent)
    ben = bring(ana, "Ben")
    change(campaign, **after)
    assert why_kept(campaign) == reasons
    if reasons:
        with pytest.raises(Refused) as refused:
            upgrade_referral(ben, **WHO)
        assert refused.value.code == reasons[0]
    else:
        assert upgrade_referral(ben, **WHO) is True
        assert upgrade_referral(ben, **WHO) is False
    ben.refresh_from_db()
    assert ben.terms is not None
    assert ben.terms.version == (1 if reasons else 2)


def test_what_was_given_is_not_asked_for_anew(gym: Business, ana: Client, bono: Product) -> None:
    """Q-07: Ana has 15 for Ben's first order, and waits for his second. A first step that asks for three would take
    them back, however much more the second one gives."""
    second = {"conditions": [{"kind": "orders", "at_least": 2}]}
    campaign = launch(
        gym, conditions=[{"kind": "orders", "at_least": 1}], steps=[{**second, "ambassador_reward": EUR5}]
    )
    sell(bring(ana, "Ben").friend, bono)
    harder = [{"kind": "orders", "at_least": 3}]
    change(campaign, conditions=harder, steps=[{**second, "ambassador_reward": EUR20}])
    assert why_kept(campaign) == ["conditions_harder"]
    assert upgrade_open_referrals(campaign, **WHO).upgraded == []
    assert available(ana) == 1500


def test_who_was_given_more_time_keeps_it(gym: Business, ana: Client) -> None:
    """CASES 39, Q-07: opened again on day 40, Ben has 30 days from then, and the raised reward takes none of them."""
    campaign = launch(gym, qualification_days=30)
    ben = bring(ana, "Ben")
    assert close_overdue(later(32)) == 1
    at = {"actor": "user:1", "now": later(40)}
    assert revive(Referral.objects.get(), note="She was ill", **at)
    change(campaign, ambassador_reward=EUR20)
    assert upgrade_referral(Referral.objects.get(), **at)
    activate(ben.friend, actor="user:1", now=later(70))
    assert balance_of(gym, ana.pk, now=later(70)).available == 2000


def test_what_the_friend_holds_already_stays_and_the_rest_is_raised(gym: Business, ana: Client) -> None:
    """A gift that was given on registering stays 10, though new friends get 5; the ambassador's becomes 20."""
    campaign = launch(gym, friend=EUR10)
    ben = bring(ana, "Ben")
    change(campaign, friend_reward=EUR5, ambassador_reward=EUR20)
    upgrade_open_referrals(campaign, **WHO)
    activate(ben.friend, **WHO)
    assert (available(ben.friend), available(ana)) == (1000, 2000)
    ben.refresh_from_db()
    assert (ben.state, ben.reason) == ("closed", "completed")


def test_who_missed_a_step_has_time_for_the_next_and_gets_more_for_it(gym: Business, ana: Client) -> None:
    """Q-07, CASES 39: Ben was late for the first step. The second may still be earned, so its time is not over, and
    what is raised for it is raised for him."""
    kept = [{"kind": "membership_kept", "days": 30}]
    orders = [{"kind": "orders", "at_least": 1}]
    second = {"conditions": kept, "ambassador_reward": EUR5}
    campaign = launch(gym, conditions=orders, qualification_days=10, steps=[second])
    bring(ana, "Ben")
    assert close_overdue(later(11)) == 1
    change(campaign, steps=[{**second, "ambassador_reward": EUR20}])
    assert len(upgrade_open_referrals(campaign, actor="user:1", now=later(12)).upgraded) == 1
    assert list(Reward.objects.order_by("milestone").values_list("state", "amount")) == [
        ("lapsed", 1500), ("promised", 2000)
    ]  # fmt: skip


@pytest.mark.parametrize("had", ["missed", "given"])
def test_who_had_to_do_with_a_step_keeps_the_terms_that_know_it(
    gym: Business, ana: Client, bono: Product, had: str
) -> None:
    """Q-07: Ana waits for the verification of Ben's first order; the second step was missed, or given. A better offer
    without that step could not say what becomes of it: it is for others, and a refund goes on as it was promised."""
    second = {"conditions": [{"kind": "orders", "at_least": 2}], "ambassador_reward": EUR5, "hold_days": 0}
    orders = [{"kind": "orders", "at_least": 1}]
    campaign = launch(gym, conditions=orders, hold_days=60, qualification_days=10, steps=[second])
    ben = bring(ana, "Ben").friend
    sell(ben, bono)
    if had == "given":
        order = sell(ben, bono)
    close_overdue(later(15))
    change(campaign, ambassador_reward=EUR20, steps=[])
    would = foresee_upgrade(campaign, now=later(16))
    assert [str(why) for why in would.kept[0][1]] == ["step_gone"]
    assert upgrade_open_referrals(campaign, actor="user:1", now=later(16)).upgraded == []
    if had == "given":
        assert available(ana) == 500
        refund(order, actor="user:1", now=later(17))
    assert (available(ana), faults(gym)) == (0, [])


def test_a_new_side_and_a_new_step_are_promised_and_given_if_due(gym: Business, ana: Client, bono: Product) -> None:
    """Terms with a gift for the friend and a further step: both are promised anew, and what is due is given at once."""
    campaign = launch(gym, conditions=[{"kind": "spend", "at_least": 8000}])
    ben = bring(ana, "Ben")
    sell(ben.friend, bono)  # 50 of 80
    step = {"conditions": [{"kind": "orders", "at_least": 1}], "ambassador_reward": EUR5, "friend_reward": None}
    change(campaign, friend_reward=EUR10, steps=[step])
    assert available(ana) == 0
    upgrade_open_referrals(campaign, **WHO)
    assert (available(ben.friend), available(ana)) == (1000, 500)
    sell(ben.friend, bono)
    assert (available(ben.friend), available(ana), faults(gym)) == (1000, 2000, [])


def test_in_verification_it_is_raised_and_comes_no_later(gym: Business, ana: Client) -> None:
    """Qualified on day 0 with 14 days to wait: the newest terms say 20 and 7 days, so 20 come on day 7."""
    campaign = launch(gym, hold_days=14)
    ben = bring(ana, "Ben")
    activate(ben.friend, **WHO)
    change(campaign, ambassador_reward=EUR20, hold_days=7)
    assert [row.pk for row in upgrade_open_referrals(campaign, **WHO).upgraded] == [ben.pk]
    end_holds(later(6))
    assert balance_of(gym, ana.pk, now=later(6)).available == 0
    end_holds(later(7))
    assert balance_of(gym, ana.pk, now=later(7)).available == 2000


def test_a_percentage_in_verification_counts_the_same_purchase(gym: Business, ana: Client, bono: Product) -> None:
    campaign = launch(gym, ambassador={"kind": "balance", "percent": 10}, hold_days=14)
    sell(bring(ana, "Ben").friend, bono)
    assert Reward.objects.get().amount == 500
    change(campaign, ambassador_reward={"kind": "balance", "percent": 20})
    upgrade_open_referrals(campaign, **WHO)
    assert Reward.objects.get().amount == 1000


def test_more_time_counts_from_the_registration(gym: Business, ana: Client) -> None:
    """30 days become 60, from the day the friend registered; a recommendation whose time is over stays so."""
    campaign = launch(gym, qualification_days=30)
    ben = bring(ana, "Ben")
    eva = bring(ana, "Eva", now=later(20))
    change(campaign, qualification_days=60)
    done = upgrade_open_referrals(campaign, actor="user:1", now=later(35))
    assert [(row.pk, [str(one) for one in why]) for row, why in done.kept] == [(ben.pk, ["overdue"])]
    assert [row.pk for row in done.upgraded] == [eva.pk]
    eva.refresh_from_db()
    assert eva.deadline_at == datetime(2026, 5, 29, 22, tzinfo=UTC)  # the end of 29 May in Madrid, day 60


def test_what_was_told_changes_with_the_terms(gym: Business, ana: Client) -> None:
    """R-114: both read the new offer from now on, word for word as it is kept."""
    campaign = launch(gym)
    ben = bring(ana, "Ben")
    change(campaign, ambassador_reward=EUR20)
    upgrade_open_referrals(campaign, **WHO)
    ben.refresh_from_db()
    assert ben.wording is not None
    assert "€20.00" in " ".join(ben.wording.texts["en"]["ambassador"])


def test_only_a_live_campaign_gives_its_terms(gym: Business, ana: Client) -> None:
    campaign = launch(gym)
    bring(ana, "Ben")
    change(campaign, ambassador_reward=EUR20)
    deactivate_campaign(campaign, **WHO)
    with pytest.raises(Refused, match="Only a live campaign"), translation.override("en"):
        upgrade_open_referrals(campaign, **WHO)
    assert Referral.objects.get().terms.version == 1  # type: ignore[union-attr]


def test_all_given_is_a_reason(gym: Business, ana: Client) -> None:
    """A lead whose rewards were given by the visits they made, and who is no client yet, has nothing left to raise."""
    month = create_membership_type(gym, name="Month", kind="recurring", price=4500, period="month", now=NOON)
    campaign = launch(gym, ambassador=None, friend=EUR10)
    ben = bring(ana, "Ben")
    change(campaign, friend_reward=EUR20)
    assert why_kept(campaign) == ["all_given"]
    assert available(ben.friend) == 1000
    change(campaign, friend_reward=EUR20, ambassador_reward={"kind": "membership", "membership_type": month.public_id})
    assert why_kept(campaign) == []


def test_products_and_memberships_cover_themselves_alone(gym: Business, ana: Client) -> None:
    soap, oil = make_product(gym, "Soap"), make_product(gym, "Oil")
    campaign = launch(gym, ambassador={"kind": "product", "product": soap.public_id, "expires_days": 10})
    bring(ana, "Ben")
    change(campaign, ambassador_reward={"kind": "product", "product": soap.public_id})
    assert why_kept(campaign) == []
    change(campaign, ambassador_reward={"kind": "product", "product": oil.public_id})
    assert why_kept(campaign) == ["ambassador_other"]
    change(campaign, ambassador_reward={"kind": "product", "product": soap.public_id, "expires_days": 9})
    assert why_kept(campaign) == ["ambassador_less"]


def test_each_ambassador_is_written_to_once(gym: Business, ana: Client, carla: Client) -> None:
    """Q-07, R-116: one message for however many friends; who is archived, and whom it brings nothing, hears nothing."""
    campaign = launch(gym)
    leaver = add_client(gym, "Dora")
    for ambassador, name in ((ana, "Ben"), (ana, "Eva"), (carla, "Fay"), (leaver, "Gus")):
        bring(ambassador, name)
    archive(leaver, **WHO)
    change(campaign, ambassador_reward=EUR20)
    assert foresee_upgrade(campaign, now=NOON).told == 2
    for _press in range(2):
        upgrade_open_referrals(campaign, **WHO)
    work(later(0.1))
    sent = Message.objects.filter(template="referral.raised").order_by("client_id")
    assert [(one.client_id, one.state) for one in sent] == [
        (ana.pk, "queued"), (carla.pk, "queued"), (leaver.pk, "suppressed")
    ]  # fmt: skip
    assert "2" in sent[0].text
    assert "2" not in sent[1].text.partition("http")[0]


@pytest.mark.parametrize("off", ["channel", "rule"])
def test_nobody_is_written_to_where_that_is_switched_off(gym: Business, ana: Client, off: str) -> None:
    """Q-28: the switch wins, and the page says so beforehand."""
    campaign = launch(gym)
    bring(ana, "Ben")
    change(campaign, ambassador_reward=EUR20)
    if off == "channel":
        switch_channel(gym, "email", active=False, **WHO)
    else:
        switch_rule(gym, "referral.raised", active=False, **WHO)
    assert foresee_upgrade(campaign, now=NOON).told == 0
    upgrade_open_referrals(campaign, **WHO)
    work(later(0.1))
    assert not Message.objects.filter(template="referral.raised").exclude(state="suppressed")
