"""Accepting an invitation to be a client: the link of the mail shows a button, and the button lets them in (R-201)."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plusone.clients.commands import accept_client_invitation, entry_of
from plusone.clients.models import Invitation
from plusone.clients.queries import invitation
from plusone.faces.public import privacy
from plusone.faces.ui.accounts import log_in_proved
from plusone.faces.ui.context import codes_leave
from plusone.faces.ui.dead_ends import languages, reader_language
from plusone.faces.ui.http import public, speak
from plusone.kernel.errors import Refused
from plusone.store.queries import plan_of


@public
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: Any, token: str) -> HttpResponse:
    """Say who invites; accept by POST alone, for mail programs open every link."""
    found = invitation(token)
    if found is None or found.has_ended(request.now):
        return _ended(request, found)
    client = found.client
    speak(reader_language(request, client.business) if "lang" in request.GET else client.reads())
    request.business = client.business  # what the layouts look for
    other = request.user.is_authenticated and request.user.email != client.email
    # The link of the mail proves the address; the one that staff hand over does not, for staff have seen it.
    is_own = request.user.is_authenticated and not other and not request.user.is_handed
    is_proved = token == found.token or is_own
    if request.method == "POST" and not other:
        try:
            client = accept_client_invitation(found, is_proved=is_proved, now=request.now)
        except Refused:
            return _ended(request, found)
        return _let_in(request, client) if is_proved else _welcome(request, client)
    context = {
        "business": client.business,
        "languages": languages(request),
        "title": _("%(business)s invites you") % {"business": client.business.name},
        "invitation": found,
        "is_other": other,
        "plan": plan_of(found),
        "privacy": privacy.privacy_lines(client.business, "", is_guarded=True),
    }
    return _private(render(request, "public/invited.html", context))


def _let_in(request: Any, client: Any) -> HttpResponse:
    """Lead to the client's pages. Who has a login of before proves it as always: a link may have been passed on."""
    there = reverse("p:home", args=[client.business.slug])
    if request.user.is_authenticated and request.user.pk == client.user_id:
        return redirect(there)
    if client.user.last_login is not None:
        return redirect(f"{reverse(settings.LOGIN_URL)}?next={there}")
    log_in_proved(request, client.user)
    return redirect(there)


def _welcome(request: Any, client: Any) -> HttpResponse:
    """Say that they are a client, and how they get to their pages: whoever logs in proves the address.

    Where no code would arrive, they choose a password instead, unless they have a login of their own.
    """
    if not codes_leave():
        with suppress(Refused):
            return redirect("client_enter", entry_of(client, now=request.now))
    title = _("You are among the clients of %(business)s now") % {"business": client.business.name}
    context = {"business": client.business, "languages": languages(request), "title": title}
    return _private(render(request, "public/invited_in.html", context))


def _ended(request: Any, found: Invitation | None) -> HttpResponse:
    """Say that it leads nowhere: accepted by now, taken back, or too old."""
    if found is not None:
        request.business = found.client.business
        speak(found.client.reads())
    context = {"languages": languages(request), "title": _("This invitation has ended"), "business": None}
    return _private(render(request, "public/invited_ended.html", context, status=410))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [path("invited/<str:token>", invited, name="client_invited"), path("invited/<str:token>/", invited)]
