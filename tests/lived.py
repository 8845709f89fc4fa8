"""A business with every feature in use, and more of the same: what a page costs may not depend on how much it is."""

from typing import Any

from isolated import Side, fill, house_owner
from plusone.agenda.commands import mark_visit, tick
from plusone.clients.commands import (
    archive,
    give_tag,
    plan_next_step,
    save_view,
    start_job,
    tag_called,
    write_note,
)
from plusone.clients.models import Client
from plusone.connect.commands import create_api_key, edit_business
from plusone.insights.commands import set_goal
from plusone.kernel.models import Collaborator
from plusone.ledger.commands import adjust
from plusone.messaging.commands import suppress
from plusone.referrals.commands import (
    ReminderPlan,
    activate_campaign,
    add_own_network,
    announce,
    create_campaign,
    edit_campaign,
    plan_reminder,
    register_friend,
)
from plusone.referrals.models import Campaign
from plusone.referrals.offers import read_offer
from plusone.rewards.commands import give_bonus
from plusone.rules.engine import work
from plusone.store.commands import create_membership_type, dispute, place_order, refund
from plusone.store.models import MembershipType, Product
from world import EUR10, EUR15, NOON, House, add_client, later, make_product, sell

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
GOALS = ("registered_leads", "activated_clients", "generated_income", "rewards_issued")


def live(house: House) -> Side:
    """Let a business live with all there is: further steps, conditions and rewards of every kind, a choice."""
    side = fill(house)
    business = side.business
    edit_business(business, email="hello@vela.example", **WHO)
    campaign = Campaign.objects.get(business=business)
    product = make_product(business, "Toalla")
    abo = create_membership_type(business, name="Abo", kind="recurring", price=1900, period="month", now=NOON)
    pack = create_membership_type(business, name="Pack", kind="pack", price=5000, uses=5, valid_days=60, now=NOON)
    edit_campaign(campaign, offer=read_offer(business, offered(product, abo, pack)), **WHO)
    announce(campaign, **WHO)
    other = create_campaign(business, name="Other", offer=read_offer(business, {"ambassador_reward": EUR15}), **WHO)
    activate_campaign(other, **WHO)
    again(side, 1)
    return side


def offered(product: Product, abo: MembershipType, pack: MembershipType) -> dict[str, Any]:
    """Return an offer of four steps that asks for all there is to ask for, and gives all there is to give."""
    massage = {"kind": "manual", "text": "Massage"}
    return {
        "friend_reward": EUR10,
        "ambassador_reward": {"kind": "choice", "options": [EUR15, massage]},
        "approval": "auto",
        "qualification_days": 90,
        "budget": 100_000,
        "caps": {"rewards_total": 90},
        "returning": {"months": 12},
        "steps": [
            {
                "name": "Regular",
                "conditions": [{"kind": "orders", "at_least": 3}, {"kind": "sessions_attended", "at_least": 4}],
                "ambassador_reward": {"kind": "product", "product": product.public_id},
            },
            {
                "name": "Loyal",
                "conditions": [
                    {"kind": "spend", "at_least": 90000},
                    {"kind": "membership_bought", "membership_type": abo.public_id},
                    {"kind": "membership_kept", "days": 30},
                ],
                "ambassador_reward": EUR15,
                "friend_reward": {"kind": "coupon", "percent": 10, "valid_days": 30},
            },
            {
                "name": "Known",
                "conditions": [{"kind": "check", "text": "Hand in the form"}],
                "ambassador_reward": {"kind": "membership_days", "days": 5},
                "friend_reward": {"kind": "membership", "membership_type": pack.public_id},
            },
            {
                "name": "Thanks",
                "conditions": [{"kind": "orders", "at_least": 1}],
                "ambassador_reward": {"kind": "coupon", "percent": 10, "valid_days": 30},
            },
        ],
    }


def again(side: Side, number: int) -> None:
    """Let all of it happen once more, to other people as well as to Ana."""
    business, slug = side.business, side.business.slug
    ana = Client.objects.select_related("business").get(business=business, first_name="Ana")
    bono = Product.objects.filter(business=business, name="Bono").order_by("pk")[0]
    abo = MembershipType.objects.get(business=business, name="Abo")
    owner = house_owner(side.house)
    tag = tag_called(business, f"Tag {number}")
    for name in ("Kim", "Lou", "Max"):
        email = f"{name}{number}@{slug}.example".lower()
        friend = register_friend(business, ana, first_name=name, email=email, actor="public", now=NOON).referral.friend
        friend.refresh_from_db()
        give_tag(friend, tag, **WHO)
        write_note(friend, "comes on Mondays", by=owner, now=NOON)
        plan_next_step(friend, "call", on=NOON.date(), **WHO)
        if name == "Max":
            continue
        order = sell(friend, bono)
        refund(order, 100, reason="half", **WHO)
        sell(friend, abo, use_balance=True)
        place_order(business, friend, [(bono, 1)], **WHO)
        mark_visit(friend, key=f"visit of {email}", **WHO)
        adjust(business, friend.pk, 300, key=f"gift to {email}", reason="a gift", **WHO)
        if name == "Lou":
            friend.refresh_from_db()  # an active client by now
            tick(friend, what="Hand in the form", key=f"form of {email}", **WHO)
            register_friend(
                business, friend, first_name="Of Lou", email=f"of.{email}", actor="public", now=NOON
            )  # who is a friend recommends too
            dispute(order, **WHO)
    doubted = {"first_name": "Noa", "email": f"noa{number}@{slug}.example", "flags": ("too_fast",)}
    register_friend(business, ana, actor="public", now=NOON, **doubted)
    sell(ana, bono, use_balance=True, now=later(hours=number))
    sell(ana, abo, now=later(hours=number))
    adjust(business, ana.pk, 200, key=f"gift {number}", reason="a gift", **WHO)
    mark_visit(ana, key=f"visit {number}", **WHO)
    manager = Collaborator.objects.get(business=business, role="manager")
    give_bonus(ana, 500, reason="loyal", key=f"bonus {number}", actor=f"user:{manager.user_id}", now=NOON)
    archive(add_client(business, "Gone", email=f"gone{number}@{slug}.example"), **WHO)
    set_goal(business, kpi=GOALS[number], target=9, since=NOON.date(), until=later(9).date(), **WHO)
    for campaign in Campaign.objects.filter(business=business).select_related("business"):
        plan = ReminderPlan(
            starts_on=later(number).date(),
            at=NOON.time(),
            every_weeks=1,
            until=later(60).date(),
            tags=(tag.public_id,),
            texts={},
        )
        plan_reminder(campaign, plan, **WHO)
    add_own_network(business, f"203.0.113.{10 + number}", name="Desk", **WHO)
    suppress(business, f"kim{number}@{slug}.example", "bounced", now=NOON)
    save_view(business, f"View {number}", f"tag={tag.public_id}", **WHO)
    start_job(business, "tag", Client.objects.of(business), options={"tag": tag.pk}, **WHO)
    create_api_key(business, name=f"Key {number}", **WHO)
    work(NOON)
