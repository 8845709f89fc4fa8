"""The first page: what there is, how the friends are doing, what to do next (R-045..R-049)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from plusone.faces.portal.sight import sight_of
from plusone.faces.ui.http import Page, client_page
from plusone.messaging.queries import unread_of
from plusone.referrals import inviting, sentences
from plusone.referrals.conditions import deeds_of
from plusone.referrals.gifts import gifts_among
from plusone.referrals.progress import circle_of, friends_among
from plusone.referrals.queries import outdated_mailings

FRIENDS_SHOWN = 3


@client_page
def home(request: Page) -> HttpResponse:
    """Greet, and show balance, link, friends and what is still to pay. An archived client has the store (R-203)."""
    client, business = request.client, request.business
    if client.is_archived:
        return redirect("p:store", business.slug)
    sight = sight_of(request)
    made, behind = circle_of(client, most=FRIENDS_SHOWN, gifts=sight.held.gifts)
    deeds = deeds_of(behind.values())
    friends = friends_among(made, sets=sight.sets, deeds=deeds, now=request.now)
    has = (sight.purse, sight.wallet.available)
    text = inviting.share_text(business, sight.offer, client.own_words) if sight.offer and sight.link else ""
    context = {
        "nav": "home",
        "title": _("Hello, %(name)s") % {"name": client.first_name},
        "sight": sight,
        "friends": friends,
        "has_more_friends": friends.registered > FRIENDS_SHOWN,
        "text": text,
        "lines": sentences.headlines(business, sight.offer) if text and sight.offer else [],
        "gifts": gifts_among(client, sight.held.gifts, behind, deeds=deeds, has=has, now=request.now),
        "banner": unread_of(client).exclude(mailing_id__in=outdated_mailings(business)).first(),
        "is_new": client.source == "referral" and client.is_active and not friends.registered,
    }
    return render(request, "portal/home.html", context)


urlpatterns = [path("", home, name="home")]
