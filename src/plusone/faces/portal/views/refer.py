"""Handing the own link on, and how each friend is doing (R-142, R-295, R-116)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from plusone.clients.commands import set_own_words
from plusone.faces.portal.sight import sight_of
from plusone.faces.ui.http import Page, client_page
from plusone.faces.ui.pages import page_of
from plusone.kernel.access import get
from plusone.kernel.errors import Refused
from plusone.referrals import inviting, sentences
from plusone.referrals.commands import ask_for_review, share_link
from plusone.referrals.models import Referral
from plusone.referrals.progress import friends_of, made_by, progress_of
from plusone.referrals.sets import Sets

PAGE_SIZE = 20


@client_page
@require_http_methods(["GET", "HEAD", "POST"])
def refer(request: Page) -> HttpResponse:
    """Show every way to share, and keep the words that the client prefers (R-104)."""
    client, business = request.client, request.business
    if client.is_archived:
        return redirect("p:store", business.slug)
    sight = sight_of(request)
    offer = sight.offer
    usual = inviting.usual_words(business, offer) if offer else ""
    fault = ""
    if request.method == "POST":
        text = str(request.POST.get("text", "")).replace("\r\n", "\n").strip()
        try:
            set_own_words(client, "" if text == usual else text, actor=request.actor, now=request.now)
        except Refused as error:
            fault = str(error)
        else:
            messages.success(request, _("Your words are kept, and go with every way to share."))
            return redirect("p:refer", business.slug)
    context: dict[str, Any] = {
        "nav": "refer",
        "title": _("Invite friends"),
        "sight": sight,
        "text": inviting.share_text(business, offer, client.own_words) if offer else "",
        "words": client.own_words or usual,
        "disclosure": inviting.disclosure(business, offer) if offer else "",
        "fault": fault,
        "headlines": sentences.headlines(business, offer) if offer else [],
        "lines": sentences.for_ambassador(business, offer) if offer else [],
        "friends": friends_of(client, most=PAGE_SIZE, sets=sight.sets, now=request.now),
    }
    return render(request, "portal/refer.html", context, status=422 if fault else 200)


@client_page
def friends(request: Page) -> HttpResponse:
    """Show all friends, page by page."""
    page = page_of(made_by(request.client), request.GET, size=PAGE_SIZE)
    sets = Sets(request.business, [request.client.pk])
    context = {
        "nav": "refer",
        "title": _("Your friends"),
        "page": page,
        "shown": progress_of(request.business, list(page.rows), sets=sets, now=request.now),
    }
    return render(request, "portal/friends.html", context)


@client_page
@require_POST
def review(request: Page, referral: str) -> HttpResponse:
    """Ask the business to look at a recommendation that it holds or did not accept (TRUST A3)."""
    found = get(request.business, Referral, referral, ambassador=request.client)
    found.business = request.business
    ask_for_review(found, actor=request.actor, now=request.now)
    messages.success(request, _("%(business)s will look at it.") % {"business": request.business.name})
    return redirect("p:friends", request.business.slug)


@client_page
def qr(request: Page) -> HttpResponse:
    """Show the link as a QR code, as large as the screen: for the bar and the changing room."""
    sight = sight_of(request)
    if not sight.link:
        return redirect("p:refer", request.business.slug)
    return render(request, "portal/qr.html", {"nav": "refer", "title": _("Your QR code"), "sight": sight})


@client_page
@require_POST
def shared(request: Page) -> HttpResponse:
    """Note that a way to share was opened."""
    share_link(request.client, str(request.POST.get("channel", "")), actor=request.actor, now=request.now)
    return HttpResponse(status=204)


urlpatterns = [
    path("refer/friends/<str:referral>/review/", review, name="friend_review"),
    path("refer/", refer, name="refer"),
    path("refer/friends/", friends, name="friends"),
    path("refer/qr/", qr, name="qr"),
    path("refer/shared/", shared, name="shared"),
]
