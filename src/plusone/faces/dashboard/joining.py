"""Accepting an invitation to a team: whoever has proved the address it went to presses one button."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from plusone.connect.commands import accept_invitation
from plusone.connect.queries import team_invitation
from plusone.faces.ui.http import public
from plusone.kernel.errors import Refused
from plusone.kernel.permissions import ROLE_NAMES, ROLE_WORDS


@public
def join_team(request: HttpRequest, token: str) -> HttpResponse:
    """Say who invites, as what; accept by POST, once the address is proved. GET changes nothing."""
    now = request.now  # type: ignore[attr-defined]  # `public` sets it
    found = team_invitation(token)
    if found is None or found.expires_at <= now:
        text = _("This invitation has ended. Ask for a new one.")
        return render(
            request, "dashboard/setup_ended.html", {"title": _("This link has ended"), "text": text}, status=410
        )
    user = request.user
    mine = user.is_authenticated and user.email == found.email and not user.is_handed
    if request.method == "POST" and user.is_authenticated and mine:
        try:
            accept_invitation(found, user, now=now)
        except Refused as error:
            said = {"title": _("This link has ended"), "text": error.message}
            return render(request, "dashboard/setup_ended.html", said, status=error.status)
        return redirect("b:home", found.business.slug)
    context: dict[str, Any] = {
        "title": _("%(business)s invites you") % {"business": found.business.name},
        "invitation": found,
        "inviting": found.business,
        "role": ROLE_NAMES.get(found.role, found.role),
        "means": ROLE_WORDS.get(found.role, ""),
        "mine": mine,
    }
    return render(request, "dashboard/team/join.html", context)
