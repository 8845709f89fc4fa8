"""Marketing ▸ Referrals ▸ Ambassadors: the ranking, and each one's history (R-061..R-066)."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.clients.models import Client
from plusone.faces.dashboard.listing import SIZE, place_of, stretch
from plusone.faces.dashboard.period import Period, period_of
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.sheets import csv_answer
from plusone.insights.queries import ORDERS, Standing, ambassadors, history_of
from plusone.kernel import clock
from plusone.kernel.access import get
from plusone.kernel.errors import NotHere
from plusone.kernel.money import plain_money
from plusone.referrals.commands import block_ambassador, restore_ambassador, trust_ambassador
from plusone.referrals.models import Trust
from plusone.referrals.staying import staying


def _ranked(request: Page, period: Period) -> list[Standing]:
    """Return the ambassadors that the page asks for: searched, in its order, best first unless turned round."""
    asked = request.GET.get("sort", "-active")
    order = asked.removeprefix("-")
    ranked = ambassadors(
        request.business,
        order=order if order in ORDERS else "active",
        since=period.scope.since,
        until=period.scope.until,
        campaign=period.scope.campaign,
        search=request.GET.get("q", ""),
        among=None if request.may("clients.all") else request.clients(),
        now=request.now,
    )
    return ranked[::-1] if order in ORDERS and not asked.startswith("-") else ranked


@staff("campaigns.view")
def index(request: Page) -> HttpResponse:
    """Rank the ambassadors."""
    period, start = period_of(request), place_of(request.GET)
    ranked = _ranked(request, period)
    context = {
        "nav": "ambassadors",
        "title": _("Ambassadors"),
        "lead": _("The clients who recommend you, and what it brought them. Who works here is not ranked."),
        "period": period,
        "page": stretch(ranked[start : start + SIZE + 1], start),
        "start": start,
        "number": len(ranked),
        "csv": f"{reverse('b:ambassadors_csv', args=[request.business.slug])}?{request.GET.urlencode()}",
    }
    return render(request, "dashboard/ambassadors/index.html", context)


@staff("exports.make")
def export(request: Page) -> HttpResponseBase:
    """Hand out the ranking, all of it."""
    currency = request.business.currency
    said = {"money": currency}
    header = [
        _("Ambassador"),
        _("E-mail"),
        _("Phone"),
        _("Total leads"),
        _("Total active"),
        _("Total rewards (%(money)s)") % said,
        _("Total redeemed (%(money)s)") % said,
        _("Expired (%(money)s)") % said,
        _("Taken back (%(money)s)") % said,
        _("Balance from recommendations (%(money)s)") % said,
        _("Generated income (%(money)s)") % said,
    ]
    rows = (
        [one.client.full_name, one.client.email or "", one.client.phone, one.total_leads, one.total_active]
        + [
            plain_money(amount, currency)
            for amount in (one.total_rewards, one.total_redeemed, one.expired, one.revoked, one.balance, one.income)
        ]
        for one in _ranked(request, period_of(request))
    )
    return csv_answer(f"ambassadors-{request.business.slug}", header, rows)


@staff("insights.view")
def history(request: Page, client: str) -> HttpResponse:
    """Show an ambassador's friends with what each of them earned, and every movement."""
    ambassador = get(request.business, Client, client, **request.own())
    context = {
        "nav": "ambassadors",
        "title": ambassador.full_name,
        "crumbs": [
            (_("Ambassadors"), reverse("b:ambassadors", args=[request.business.slug])),
            (ambassador.full_name, ""),
        ],
        "ambassador": ambassador,
        "history": history_of(ambassador, now=request.now),
        "staying": staying(request.business, ambassador=ambassador, now=request.now).get(ambassador.pk),
        "standing": Trust.objects.filter(business=request.business, client=ambassador).first(),
    }
    return render(request, "dashboard/ambassadors/history.html", context)


@staff("rewards.decide")
@require_POST
def stand(request: Page, client: str) -> HttpResponse:
    """Trust an ambassador, switch their link off, or take either back (CASES 78, 79)."""
    ambassador = get(request.business, Client, client)
    note, actor, now = request.POST.get("note", "").strip(), request.actor, request.now
    match request.POST.get("act"):
        case "trust":
            trust_ambassador(ambassador, note=note, actor=actor, now=now)
            messages.success(request, _("Trusted: nothing that this client brings is held back any more."))
        case "block":
            block_ambassador(ambassador, note=note, actor=actor, now=now)
            messages.success(request, _("The link is switched off. What was given stays; open rewards are declined."))
        case "restore":
            restore_ambassador(ambassador, actor=actor, now=now)
            messages.success(request, _("Treated like everybody again."))
        case _:
            raise NotHere
    return redirect("b:ambassador", request.business.slug, ambassador.public_id)


@staff("exports.make")
def history_csv(request: Page, client: str) -> HttpResponseBase:
    """Hand out the movements of an ambassador, newest first, each with the friend it came from."""
    business, ambassador = request.business, get(request.business, Client, client, **request.own())
    found = history_of(ambassador, now=request.now)
    friends = {lead.referral.pk: lead.referral.friend.full_name for lead in found.leads}
    said = {"money": business.currency}
    header = [
        _("Date"),
        _("Movement"),
        _("Friend"),
        _("Order"),
        _("Amount (%(money)s)") % said,
        _("Balance from recommendations (%(money)s)") % said,
    ]
    rows = (
        [
            clock.day_of(business, one.at).isoformat(),
            one.label,
            friends.get(one.referral, ""),
            one.order.number if one.order else "",
            plain_money(one.amount, business.currency),
            plain_money(one.running, business.currency),
        ]
        for one in found.movements
    )
    return csv_answer(f"ambassador-{ambassador.code}", header, rows)


urlpatterns = [
    path("ambassadors/", index, name="ambassadors"),
    path("ambassadors.csv", export, name="ambassadors_csv"),
    path("ambassadors/<str:client>/", history, name="ambassador"),
    path("ambassadors/<str:client>/standing/", stand, name="ambassador_standing"),
    path("ambassadors/<str:client>.csv", history_csv, name="ambassador_csv"),
]
