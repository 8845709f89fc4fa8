"""Where somebody is logged in: a list, to end one session or all others (AUTH-3)."""

import re
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.kernel.devices import address_of
from plusone.kernel.errors import NotHere

from .http import Page, logged_in

# What a browser calls itself, the more particular names first: each also bears the names of those it descends from.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def device_of(agent: str) -> str:
    """Return browser and system of a user agent, "" where neither is known."""
    found = (next((name for mark, name in names if re.search(mark, agent)), "") for names in (BROWSERS, SYSTEMS))
    return " · ".join(name for name in found if name)


def _sessions(request: Any) -> list[UserSession]:
    alive = UserSession.objects.purge_and_list(request.user)
    return sorted(alive, key=lambda one: (one.session_key != request.session.session_key, -one.pk))


@logged_in
def sessions(request: Page) -> HttpResponse:
    """List them, this one first."""
    rows = [
        {
            "session": one,
            "device": device_of(one.user_agent),
            "address": address_of(one),
            "here": one.session_key == request.session.session_key,
        }
        for one in _sessions(request)
    ]
    return render(request, "account/sessions.html", {"title": _("Where you are logged in"), "rows": rows})


@logged_in
@require_POST
def end_session(request: Page, session: int) -> HttpResponse:
    """End one of one's own."""
    found = next((one for one in _sessions(request) if one.pk == session), None)
    if found is None:
        raise NotHere
    if found.session_key == request.session.session_key:
        return redirect("account_logout")
    found.end()
    messages.success(request, _("That device is logged out."))
    return redirect("account_sessions")


@logged_in
@require_POST
def end_others(request: Page) -> HttpResponse:
    """End all but this one."""
    for one in _sessions(request):
        if one.session_key != request.session.session_key:
            one.end()
    messages.success(request, _("All other devices are logged out."))
    return redirect("account_sessions")
