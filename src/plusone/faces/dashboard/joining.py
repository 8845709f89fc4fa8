"""Accepting an invitation to a team: whoever has proved the address it went to presses one button."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from plusone.connect.commands import accept_handed, accept_invitation
from plusone.connect.queries import team_invitation
from plusone.faces.ui.accounts import log_in_handed
from plusone.faces.ui.context import codes_come
from plusone.faces.ui.http import public
from plusone.faces.ui.passwords import PasswordForm
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
            return render(request, "dashboard/setup_ended.html", _over(error), status=error.status)
        return redirect("b:home", found.business.slug)
    form = None
    if not user.is_authenticated and not codes_come(request):
        form = PasswordForm(found.email, found.name, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            password, language = form.cleaned_data["password"], get_language() or "en"
            try:
                row = accept_handed(found, password, language=language, now=now)
            except Refused as error:
                own = _("You have a login of your own already. Log in with it, then open this link again.")
                said = {"title": _("Log in first"), "text": own} if error.code == "has_login" else _over(error)
                return render(request, "dashboard/setup_ended.html", said, status=error.status)
            log_in_handed(request, row.user)
            return redirect("b:home", found.business.slug)
    context: dict[str, Any] = {
        "title": _("%(business)s invites you") % {"business": found.business.name},
        "invitation": found,
        "inviting": found.business,
        "role": ROLE_NAMES.get(found.role, found.role),
        "means": ROLE_WORDS.get(found.role, ""),
        "mine": mine,
        "form": form,
    }
    return render(request, "dashboard/team/join.html", context)


def _over(error: Refused) -> dict[str, Any]:
    return {"title": _("This link has ended"), "text": error.message}
