"""A link that staff handed to a client: where no login code arrives, they choose a password and are in (R-101)."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plusone.clients.commands import enter, entry
from plusone.clients.models import Client
from plusone.faces.ui.accounts import log_in_handed
from plusone.faces.ui.context import codes_leave
from plusone.faces.ui.dead_ends import languages, reader_language
from plusone.faces.ui.http import public, speak
from plusone.faces.ui.passwords import PasswordForm
from plusone.kernel.errors import Refused


@public
@require_http_methods(["GET", "HEAD", "POST"])
def entering(request: Any, token: str) -> HttpResponse:
    """Ask for a password; by POST log in with it. A link that is over says what to do instead."""
    try:
        client = entry(token, now=request.now)
        speak(reader_language(request, client.business) if "lang" in request.GET else client.reads())
        request.business = client.business  # what the layouts look for
        if codes_leave():  # by now: they prove the address by a code, as everybody
            return redirect(f"{reverse('account_request_login_code')}?next={_home(client)}")
        form = PasswordForm(client.email or "", client.full_name, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            client = enter(token, form.cleaned_data["password"], now=request.now)
            assert client.user is not None, "whoever enters has a login"
            log_in_handed(request, client.user)
            return redirect(_home(client))
    except Refused as error:
        return _private(render(request, "public/entering_ended.html", _ended(request, error), status=error.status))
    context = {
        "business": client.business,
        "languages": languages(request),
        "title": _("Choose a password"),
        "client": client,
        "form": form,
    }
    return _private(render(request, "public/entering.html", context, status=422 if form.errors else 200))


def _home(client: Client) -> str:
    return reverse("p:home", args=[client.business.slug])


def _ended(request: Any, error: Refused) -> dict[str, Any]:
    title = _("This link has ended")
    return {"languages": languages(request), "title": title, "text": error.told, "login": reverse(settings.LOGIN_URL)}


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [path("enter/<str:token>", entering, name="client_enter"), path("enter/<str:token>/", entering)]
