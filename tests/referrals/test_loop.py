"""The loop: Ana recommends, Ben registers, becomes a client, and both are rewarded."""

import pytest

from plusone.clients.commands import activate, archive, create_client, delete_client, reactivate
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import (
    AlreadyReferred,
    CampaignInactive,
    ExistingClient,
    SelfReferral,
    attach_referral,
    deactivate_campaign,
    edit_campaign,
    register_friend,
    reject_referral,
)
from plusone.referrals.models import Referral
from plusone.referrals.offers import read_offer
from plusone.referrals.queries import referral_of
from plusone.rewards.commands import approve, decline
from plusone.rewards.models import Reward
from plusone.rewards.queries import wallet_of
from plusone.store.commands import refund
from plusone.store.models import Product
from world import EUR10, NOON, add_client, bring, later, launch, sell

WHO = {"actor": "user:1", "now": NOON}


def state_of(referral: Referral) -> tuple[str, str]:
    referral.refresh_from_db()
    return referral.state, referral.reason


def test_friend_who_is_activated_by_hand_rewards_ambassador_once(gym: Business, ana: Client) -> None:
    """R-026, R-027, R-059: activation by hand grants, and archiving and coming back grants nothing more."""
    launch(gym)
    referral = bring(ana, "Ben")
    assert (referral.state, balance_of(gym, ana.pk, now=NOON).available) == ("registered", 0)
    ben = referral.friend
    assert activate(ben, **WHO) is True
    assert activate(ben, **WHO) is False
    archive(ben, **WHO)
    reactivate(ben, **WHO)
    assert balance_of(gym, ana.pk, now=NOON).available == 1500
    assert state_of(referral) == ("closed", "completed")
    assert faults(gym) == []


def test_purchase_activates_a_lead_and_rewards_both_sides(gym: Business, ana: Client, bono: Product) -> None:
    """R-001, R-060, R-105, R-106, Q-01: the friend's gift comes on registering, her reward with the first order."""
    launch(gym, friend=EUR10)
    ben = bring(ana, "Ben").friend
    assert balance_of(gym, ben.pk, now=NOON).available == 1000
    order = sell(ben, bono, use_balance=True)
    assert (order.total, order.balance_used, order.due, order.state) == (5000, 1000, 4000, "paid")
    ben.refresh_from_db()
    assert (ben.status, ben.activated_via) == ("active", "purchase")
    assert balance_of(gym, ana.pk, now=NOON).available == 1500
    activate(ben, **WHO)
    assert balance_of(gym, ana.pk, now=NOON).available == 1500


def test_every_effect_names_its_cause(gym: Business, ana: Client, bono: Product) -> None:
    """DESIGN 4: "why did Ana get this?" leads from the earned balance back to the paid order."""
    launch(gym)
    ben = bring(ana, "Ben").friend
    sell(ben, bono)
    earned = Event.objects.get(name="balance.earned", client_id=ana.pk)
    chain = []
    event: Event | None = earned
    while event:
        chain.append(event.name)
        event = event.cause
    assert chain == ["balance.earned", "referral.activated", "client.activated", "order.paid"]


def test_order_without_money_does_not_activate(gym: Business, ana: Client, bono: Product) -> None:
    """Q-11: an order paid whole with balance activates nobody."""
    launch(gym, friend={"kind": "balance", "amount": 5000})
    ben = bring(ana, "Ben").friend
    sell(ben, bono, use_balance=True)
    ben.refresh_from_db()
    assert ben.status == "lead"
    assert balance_of(gym, ana.pk, now=NOON).available == 0


def test_full_refund_takes_the_reward_back_within_the_balance(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 55: a whole refund of the only order claws back what is unspent; the same refund again takes nothing."""
    launch(gym)
    ben = bring(ana, "Ben").friend
    order = sell(ben, bono)
    sell(ana, bono, use_balance=600)
    refund(order, 2000, **WHO)
    assert balance_of(gym, ana.pk, now=NOON).available == 900
    refund(order, **WHO)
    balance = balance_of(gym, ana.pk, now=NOON)
    assert (balance.available, balance.earned, balance.redeemed, balance.revoked) == (0, 1500, 600, 900)
    reward = Reward.objects.get(side="ambassador")
    assert (reward.state, reward.reason) == ("revoked", "refunded")
    assert faults(gym) == []


def test_refund_after_activation_by_hand_takes_nothing_back(gym: Business, ana: Client, bono: Product) -> None:
    """CONTRACT, States: activation by hand is not touched by refunds."""
    launch(gym)
    ben = bring(ana, "Ben").friend
    activate(ben, **WHO)
    refund(sell(ben, bono), **WHO)
    assert balance_of(gym, ana.pk, now=NOON).available == 1500


def test_changed_reward_counts_for_later_referrals_only(gym: Business, ana: Client) -> None:
    """R-007, Q-07, CASES 51: Ben registered under 15 euros and Dan under 5."""
    campaign = launch(gym)
    ben = bring(ana, "Ben").friend
    offer = read_offer(gym, {"ambassador_reward": {"kind": "balance", "amount": 500}})
    edit_campaign(campaign, offer=offer, **WHO)
    dan = bring(ana, "Dan")
    assert dan.terms is not None
    assert dan.terms.version == 2
    activate(ben, **WHO)
    activate(dan.friend, **WHO)
    assert balance_of(gym, ana.pk, now=NOON).available == 2000


def test_nobody_refers_themselves(gym: Business, ana: Client) -> None:
    """CASES 22, 24: neither with the same address nor with another spelling of it."""
    launch(gym)
    gmail = add_client(gym, "Rob", "Name", email="rname@gmail.com")
    for email in ("rname@gmail.com", "r.name+x@gmail.com", "RName@googlemail.com"):
        with pytest.raises(SelfReferral):
            register_friend(gym, gmail, first_name="Rob", email=email, actor="public", now=NOON)
    assert Client.objects.filter(business=gym).count() == 2


def test_one_phone_is_one_person(gym: Business, ana: Client) -> None:
    """CASES 22: however the number is written, at the form and at the desk."""
    launch(gym)
    rob = add_client(gym, "Rob", "Name", phone="+34600111222")
    with pytest.raises(SelfReferral):
        register_friend(
            gym, rob, first_name="Rob", email="rob2@x.example", phone="600 11 12 22", actor="public", now=NOON
        )
    twin = add_client(gym, "Rob", "Name", email="rob3@x.example", phone="0034 600 111 222")
    with pytest.raises(SelfReferral):
        attach_referral(gym, rob, twin, actor="user:1", now=NOON)
    assert not Referral.objects.exists()


def test_existing_client_cannot_be_referred(gym: Business, ana: Client, carla: Client) -> None:
    """R-023, CASES 28: no lead, no reward."""
    launch(gym)
    with pytest.raises(ExistingClient):
        bring(ana, "Carla", email="Carla.Gil@clients.example")
    assert Referral.objects.count() == 0


def test_same_sign_up_again_is_the_same_referral(gym: Business, ana: Client, carla: Client) -> None:
    """CASES 11, 13: a replay makes nothing second, and another ambassador comes too late."""
    launch(gym)
    first = bring(ana, "Ben")
    again = register_friend(gym, ana, first_name="Ben", email="ben@friends.example", actor="public", now=NOON)
    assert (again.referral.pk, again.is_new) == (first.pk, False)
    with pytest.raises(AlreadyReferred):
        bring(carla, "Ben")
    assert Referral.objects.count() == 1


def test_deactivated_campaign_registers_nobody_and_keeps_promises(gym: Business, ana: Client) -> None:
    """R-051, R-052, Q-06, CASES 4: balance stays, the open referral is honoured, nobody new registers."""
    campaign = launch(gym)
    ben, dan = bring(ana, "Ben").friend, bring(ana, "Dan").friend
    activate(ben, **WHO)
    deactivate_campaign(campaign, **WHO)
    with pytest.raises(CampaignInactive):
        bring(ana, "Eva")
    assert balance_of(gym, ana.pk, now=NOON).available == 1500
    activate(dan, **WHO)
    assert balance_of(gym, ana.pk, now=NOON).available == 3000


@pytest.mark.parametrize(("day", "earned"), [(5, 1500), (6, 0)])
def test_promises_kept_for_some_days(gym: Business, ana: Client, day: int, earned: int) -> None:
    """Q-06: honoured through the last of five days, and no longer."""
    campaign = launch(gym)
    referral = bring(ana, "Ben")
    deactivate_campaign(campaign, open_referrals="honour_days", days=5, **WHO)
    activate(referral.friend, actor="user:1", now=later(day))
    assert balance_of(gym, ana.pk, now=later(day)).available == earned
    assert state_of(referral) == ("closed", "completed" if earned else "not_converted")


def test_stopped_campaign_ends_open_referrals(gym: Business, ana: Client) -> None:
    """Q-06: the owner may end what is open."""
    campaign = launch(gym)
    referral = bring(ana, "Ben")
    deactivate_campaign(campaign, open_referrals="stop", **WHO)
    assert state_of(referral) == ("closed", "campaign_ended")
    assert Reward.objects.get().state == "lapsed"


def test_deleted_lead_is_counted_and_forgotten(gym: Business, ana: Client) -> None:
    """R-044, Q-05: the person goes, the tombstone stays."""
    launch(gym)
    referral = bring(ana, "Ben")
    delete_client(referral.friend, **WHO)
    ben = Client.objects.get(pk=referral.friend_id)
    assert (ben.status, ben.email, ben.first_name, ben.phone, ben.search) == ("deleted", None, "", "", "")
    assert state_of(referral) == ("closed", "lead_deleted")
    assert bring(ana, "Ben").pk != referral.pk


def test_rejected_friend_may_get_another_ambassador(gym: Business, ana: Client, carla: Client) -> None:
    """R-282: rejecting frees the friend."""
    launch(gym)
    referral = bring(ana, "Ben")
    reject_referral(referral, **WHO)
    attach_referral(gym, carla, referral.friend, **WHO)
    activate(referral.friend, **WHO)
    assert (balance_of(gym, ana.pk, now=NOON).available, balance_of(gym, carla.pk, now=NOON).available) == (0, 1500)


def test_staff_attach_who_recommended_until_72_hours_after(gym: Business, ana: Client, bono: Product) -> None:
    """R-211, CONTRACT: then only with a note; what is due is paid at once."""
    launch(gym)
    dan = add_client(gym, "Dan")
    sell(dan, bono)
    attach_referral(gym, ana, dan, actor="user:1", now=later(3))
    assert balance_of(gym, ana.pk, now=NOON).available == 1500
    eva = create_client(gym, first_name="Eva", email="eva@old.example", source="import", actor="user:1", now=NOON)
    from plusone.kernel.errors import Refused

    with pytest.raises(Refused, match="72"):
        attach_referral(gym, ana, eva, actor="user:1", now=later(3, seconds=1))
    attach_referral(gym, ana, eva, override_note="Ana told us at the desk", actor="user:1", now=later(4))
    assert balance_of(gym, ana.pk, now=NOON).available == 3000
    with pytest.raises(Refused, match="72"):
        attach_referral(gym, ana, paid := _paid(gym, "Fay", bono), actor="user:1", now=later(3, seconds=1))
    assert referral_of(paid) is None


def _paid(gym: Business, name: str, product: Product) -> Client:
    client = add_client(gym, name)
    sell(client, product)
    return client


def test_reward_is_verified_for_its_days_first(gym: Business, ana: Client) -> None:
    """CASES 53: on hold and pending until 00:00 of day + N, and spendable then."""
    from plusone.referrals.automation.reactions import end_holds

    launch(gym, hold_days=14)
    activate(bring(ana, "Ben").friend, **WHO)
    reward = Reward.objects.get()
    assert (reward.state, reward.available_at.isoformat()) == ("on_hold", "2026-03-23T23:00:00+00:00")
    assert (wallet_of(ana, now=NOON).pending, wallet_of(ana, now=NOON).available) == (1500, 0)
    end_holds(later(13))
    assert wallet_of(ana, now=NOON).available == 0
    end_holds(reward.available_at)
    assert (wallet_of(ana, now=NOON).pending, wallet_of(ana, now=NOON).available) == (0, 1500)


def test_broken_reward_waits_for_a_person_and_the_sale_stands(
    gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DESIGN 1, TRUST FRA-15: an error in the reward holds the reward, never the sale."""
    from plusone.rewards.types.balance import Balance

    launch(gym)
    ben = bring(ana, "Ben").friend

    def broken(*args: object, **kwargs: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(Balance, "grant", broken)
    order = sell(ben, bono)
    assert order.state == "paid"
    reward = Reward.objects.get()
    assert (reward.state, reward.reason) == ("awaiting_approval", "error")
    assert balance_of(gym, ana.pk, now=NOON).available == 0


@pytest.mark.parametrize("last_says_yes", [True, False])
def test_last_decision_completes_the_referral(gym: Business, ana: Client, last_says_yes: bool) -> None:
    """REQUIREMENTS 4.2: activated → closed (completed) once the rewards of both sides are settled, by hand too."""
    launch(gym, friend=EUR10, approval="manual")
    referral = bring(ana, "Ben")
    activate(referral.friend, **WHO)
    first, last = Reward.objects.filter(source_kind="referral", source_id=referral.pk).order_by("id")
    approve(first, **WHO)
    assert state_of(referral) == ("activated", "")
    (approve if last_says_yes else decline)(last, **WHO)
    assert state_of(referral) == ("closed", "completed")
