"""Where an invitation leads nowhere: pages that say so kindly, for the faces that meet one."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from plusone.clients.models import Client
from plusone.kernel.models import Business

from .http import speak
from .limits import address_of, guesses

LANGUAGES = ("en", "es", "fr")


def reader_language(request: HttpRequest, business: Business | None) -> str:
    """Return what a stranger reads: the page's switch (`?lang=`), the browser's wish, else the business's language."""
    asked = str(request.GET.get("lang", ""))
    if asked in LANGUAGES:
        return asked
    for wish, _weight in parse_accept_lang_header(str(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))):
        if wish.partition("-")[0] in LANGUAGES:
            return wish.partition("-")[0]
    return business.language if business and business.language in LANGUAGES else "en"


def languages(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Return (code, name, address) of this page in each language, other query values kept."""
    found = []
    for code, name in settings.LANGUAGES:
        query = request.GET.copy()
        query["lang"] = code
        found.append((code, str(name), f"{request.path}?{query.urlencode()}"))
    return found


def ended(request: HttpRequest, client: Client | None = None, *, business: Business | None = None) -> HttpResponse:
    """Say that an invitation is not available now, and how to reach the business (R-051): 410, nobody is registered."""
    business = business or (client.business if client else None)
    speak(reader_language(request, business))
    return _page(request, "ui/invitation_ended.html", {"business": business}, 410)


def switched_off(request: HttpRequest, business: Business) -> HttpResponse:
    """Say that a business's shared sign-up link does not work any more: 410, nobody is registered."""
    speak(reader_language(request, business))
    return _page(request, "ui/signup_ended.html", {"business": business}, 410)


def unknown(request: HttpRequest) -> HttpResponse:
    """Say that nobody has this link: 404."""
    speak(reader_language(request, None))
    return _page(request, "ui/invitation_unknown.html", {}, 404)


def guessed(request: HttpRequest) -> HttpResponse:
    """Answer a code that nobody has: 404, and from whom many such came (FRA-11) 429."""
    return unknown(request) if guesses.allows(address_of(request.META)) else too_many(request)


def too_many(request: HttpRequest) -> HttpResponse:
    """Say that somebody tried too often: 429."""
    speak(reader_language(request, None))
    return render(request, "429.html", status=429)


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    speaks = translation.get_language() or "en"
    response = render(
        request, template, {**context, "languages": languages(request), "language": speaks}, status=status
    )
    response["Content-Language"] = speaks
    response["Cache-Control"] = "no-store"
    return response
