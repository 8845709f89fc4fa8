"""One client: details, link, friends, balance, orders, history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from plusone.clients.commands import edit_client
from plusone.clients.keeping import without_names
from plusone.clients.models import Client
from plusone.clients.preferences import consents_of
from plusone.clients.queries import invitation_of, tags_beside
from plusone.events.models import Event
from plusone.events.queries import timeline
from plusone.faces.dashboard import telling
from plusone.faces.dashboard.forms import act_once
from plusone.faces.dashboard.mails import tell_of_letters
from plusone.faces.dashboard.people import actors
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
from plusone.kernel import clock
from plusone.kernel.errors import Refused
from plusone.kernel.money import format_money
from plusone.ledger.models import Entry
from plusone.ledger.queries import movements_of
from plusone.referrals.further import step_of
from plusone.referrals.models import Referral
from plusone.referrals.offers import offer_of
from plusone.referrals.outlook import friends_behind, live_terms
from plusone.referrals.queries import (
    asks_who_brought_back,
    link_of,
    numbers_of,
    referral_of,
    referrals_behind,
    referrals_of,
)
from plusone.referrals.reasons import tell_reward
from plusone.rewards.commands import give_bonus
from plusone.rewards.models import Reward
from plusone.rewards.queries import option_phrases, phrase_of, rewards_of, to_hand_over, unsettled, wallet_of
from plusone.store.queries import (
    has_open_dispute,
    memberships_of,
    orders_of,
    plan_of,
    usable_coupons,
    waiting_days,
)

from .common import client_of, crumbs, handing_on, url_of
from .forms import AdjustForm, EditForm

HISTORY_SIZE = 30
COMING_MAX = 5
WAITS = "waits"


def _context(client: Client, tab: str, here: str = "", **more: Any) -> dict[str, Any]:
    return {
        "nav": "clients",
        "title": client.full_name,
        "client": client,
        "tab": tab,
        "crumbs": crumbs(client, here),
        **more,
    }


@staff("clients.view")
def overview(request: Page, client: str) -> HttpResponse:
    """Show who a client is, who sent them, their link, and what they have."""
    found = client_of(request, client)
    terms = live_terms(request.business) if found.is_active else None
    open_now: list[Any] = list(unsettled(found)[:COMING_MAX])
    pending = (open_now[0].all_pending or 0) if open_now else 0
    referral = _sent_by(request, found)
    context = _context(
        found,
        "overview",
        referral=referral,
        asks_who_brought_back=asks_who_brought_back(found, last=referral, now=request.now),
        link=link_of(found) if found.is_active else "",
        is_live=terms is not None,
        **(handing_on(found, offer_of(terms)) if terms else {}),
        wallet=wallet_of(found, pending=pending, now=request.now),
        coming=_coming(found, open_now, request.now),
        numbers=None if found.is_lead else numbers_of([found]).get(found.pk),
        tags=tags_beside(found),
        is_disputed=request.may("store.view") and has_open_dispute(found),
        lines=_lines(request, found) if found.is_lead else [],
        invitation=(invited := invitation_of(found)),
        plan=plan_of(invited) if invited else None,
        step=getattr(found, "next_step", None),
        today=clock.today(request.business, request.now),
    )
    return render(request, "dashboard/clients/overview.html", context)


@staff("clients.view")
def plan(request: Page, client: str) -> HttpResponse:
    """Show what a client has: memberships, coupons, presents that wait at the desk (R-074)."""
    found = client_of(request, client)
    context = _context(
        found,
        "plan",
        things=list(to_hand_over(request.business, client=found, now=request.now).select_related("business")),
        coupons=list(usable_coupons(found, now=request.now)),
        memberships=list(memberships_of(found)),
        waiting_days=waiting_days(found),
    )
    return render(request, "dashboard/clients/plan.html", context)


def _sent_by(request: Page, client: Client) -> Referral | None:
    """Return the recommendation that brought a client, the ambassador as this reader may see them."""
    found = referral_of(client)
    if found is not None:
        found.ambassador = request.seen(found.ambassador)
    return found


def _lines(request: Page, lead: Client) -> list[str]:
    return telling.activation_lines(request.business, [lead], seen=request.seen, now=request.now)[lead.pk]


def _coming(client: Client, open_now: Sequence[Reward], now: datetime) -> list[dict[str, Any]]:
    """Say of the rewards that are not settled yet why they wait (UX 12), each with its recommendation."""
    referrals = referrals_behind(client.business, open_now)
    rows = []
    for reward in open_now:
        reward.business, reward.client = client.business, client
        options = option_phrases(reward) if reward.state == Reward.State.AWAITING_CHOICE else []
        told = tell_reward(reward, to="staff", now=now)
        rows.append({"told": told, "referral": referrals.get(reward.pk), "reward": reward, "options": options})
    return rows


@staff("clients.manage")
def edit(request: Page, client: str) -> HttpResponse:
    """Change a client's details."""
    found = client_of(request, client)
    initial = {name: getattr(found, name) or "" for name in ("first_name", "last_name", "email", "phone", "language")}
    form = EditForm(request.POST or None, initial=initial | {"access": found.access})
    if request.method == "POST" and form.is_valid():

        def save() -> str:
            edit_client(found, **form.given(), actor=request.actor, now=request.now)
            return found.public_id

        if act_once(form, f"edit:{found.pk}", save) is not None:
            messages.success(request, _("Saved."))
            if "email" in form.changed_data:
                tell_of_letters(request, form.cleaned_data["email"])
            return redirect(url_of(found))
        found = client_of(request, client)
    return render(request, "dashboard/clients/edit.html", _context(found, "overview", _("Edit"), form=form))


@staff("clients.view")
def friends(request: Page, client: str) -> HttpResponse:
    """Show whom a client recommended, and what came of it: every reward of the client's, of each step."""
    found = client_of(request, client)
    page = page_of(referrals_of(request.business, ambassador=found), request.GET)
    for row in page.rows:
        row.friend = request.seen(row.friend)
    rewards = rewards_of(request.business, "referral", [row.pk for row in page.rows])
    rows = [
        (row, [(reward, phrase_of(reward), step_of(row, reward)) for reward in _mine(rewards.get(row.pk, []))])
        for row in page.rows
    ]
    return render(request, "dashboard/clients/friends.html", _context(found, "friends", page=page, rows=rows))


def _mine(rewards: Sequence[Reward]) -> list[Reward]:
    """Return the rewards of who recommended, in the order of their steps."""
    mine = [reward for reward in rewards if reward.side == Reward.Side.AMBASSADOR]
    return sorted(mine, key=lambda reward: (reward.step, reward.pk))


@staff("clients.view")
def balance(request: Page, client: str) -> HttpResponse:
    """Show a client's balance and every movement."""
    found = client_of(request, client)
    page = page_of(movements_of(request.business, found.pk), request.GET)
    context = _context(
        found, "balance", page=page, wallet=wallet_of(found, now=request.now), rows=_named(request, page.rows)
    )
    return render(request, "dashboard/clients/balance.html", context)


def _named(request: Page, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Say what each movement was and what it came from: a friend, or an order."""
    moved = [entry.transfer for entry in entries]
    earned = friends_behind(request.business, [row.ref_id or 0 for row in moved if row.ref_kind == "reward"])
    friends = {reward: request.seen(friend) for reward, (friend, _why) in earned.items()}
    why = {reward: of for reward, (_friend, of) in earned.items()} if request.may("campaigns.view") else {}
    wanted = [row.ref_id or 0 for row in moved if row.ref_kind == "order"]
    orders = orders_of(request.business).filter(pk__in=wanted).select_related(None).prefetch_related(None).in_bulk()
    return [
        {
            "entry": entry,
            "what": entry.transfer.what,
            "friend": friends.get(entry.transfer.ref_id or 0) if entry.transfer.ref_kind == "reward" else None,
            "why": why.get(entry.transfer.ref_id or 0) if entry.transfer.ref_kind == "reward" else None,
            "order": orders.get(entry.transfer.ref_id or 0) if entry.transfer.ref_kind == "order" else None,
        }
        for entry in entries
    ]


@staff("balance.adjust")
def adjust(request: Page, client: str) -> HttpResponse:
    """Change a balance by hand, with a reason (R-006)."""
    found = client_of(request, client)
    form = AdjustForm(
        request.POST or None, initial={"amount": request.GET.get("amount", "")}, business=request.business
    )
    if request.method == "POST" and form.is_valid():
        amount = form.cleaned_data["amount"]
        reason = without_names(form.cleaned_data["reason"], [found])  # the books are kept for years, the name is not

        def act() -> str:
            key = f"adjust:{form.cleaned_data['once'] or request.now.isoformat()}"
            try:
                bonus = give_bonus(
                    found,
                    amount,
                    reason=reason,
                    key=key,
                    expires_days=form.cleaned_data["expires_days"],
                    is_paid_in=form.cleaned_data["is_paid_in"],
                    actor=request.actor,
                    now=request.now,
                )
            except Refused as error:
                error.field = error.field or "amount"
                raise
            return WAITS if bonus else str(amount)

        if (done := act_once(form, f"adjust:{found.pk}", act)) == WAITS:
            messages.info(request, _("This is above what you may give alone: it waits for a second person."))
            return redirect(url_of(found, "client_balance"))
        if done is not None:
            money = format_money(amount, request.business.currency)
            messages.success(request, _("The balance was changed by %(money)s.") % {"money": money})
            return redirect(url_of(found, "client_balance"))
    context = _context(found, "balance", _("Adjust the balance"), form=form, wallet=wallet_of(found, now=request.now))
    return render(request, "dashboard/clients/adjust.html", context)


@staff("store.view")
def orders(request: Page, client: str) -> HttpResponse:
    """Show what a client bought."""
    found = client_of(request, client)
    page = page_of(orders_of(request.business, client=found), request.GET)
    return render(request, "dashboard/clients/orders.html", _context(found, "orders", page=page))


@staff("clients.view")
def history(request: Page, client: str) -> HttpResponse:
    """Show all that happened to a client, each line with its "why?"."""
    found = client_of(request, client)
    mark = request.GET.get("before", "")
    before = Event.objects.filter(business=request.business, public_id=mark).first() if mark else None
    events = list(timeline(request.business, found.pk, before=before)[: HISTORY_SIZE + 1])
    more = events[HISTORY_SIZE - 1].public_id if len(events) > HISTORY_SIZE else ""
    events = events[:HISTORY_SIZE]
    who = actors(request.business, [event.actor for event in events], seen=request.seen)
    told = telling.history(request.business, events, who=who)
    context = _context(found, "history", told=told, more=more, consents=[] if before else consents_of(found))
    return render(request, "dashboard/clients/history.html", context)
