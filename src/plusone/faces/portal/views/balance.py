"""The client's balance and every movement of it (R-046, R-049)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from plusone.faces.portal.sight import sight_of
from plusone.faces.ui.http import Page, client_page
from plusone.faces.ui.pages import page_of
from plusone.ledger.queries import endings_of, movements_of
from plusone.referrals.statements import statement_of

PAGE_SIZE = 25


@client_page
def balance(request: Page) -> HttpResponse:
    """Show what is available, what is pending, and the movements. Where no money is spoken of there is no such page."""
    client, business = request.client, request.business
    sight = sight_of(request)
    if not sight.shows_balance:
        return redirect("p:store" if client.is_archived else "p:home", business.slug)
    page = page_of(movements_of(business, client.pk), request.GET, size=PAGE_SIZE)
    context = {
        "nav": "balance",
        "title": _("Your balance"),
        "sight": sight,
        "endings": endings_of(business, client.pk, now=request.now),
        "page": page,
        "lines": statement_of(business, page.rows),
    }
    return render(request, "portal/balance.html", context)


urlpatterns = [path("balance/", balance, name="balance")]
