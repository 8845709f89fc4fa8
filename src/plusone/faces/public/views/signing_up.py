"""The shared sign-up page: a business hands its address on, clients fill in their own details (R-201)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from plusone.clients.models import SignupLink
from plusone.faces.public import privacy, signs, tokens
from plusone.faces.public.forms import SignUpForm
from plusone.faces.public.origins import is_foreign
from plusone.faces.ui.dead_ends import languages, reader_language, switched_off, unknown
from plusone.faces.ui.desk import device_of
from plusone.faces.ui.http import public, speak
from plusone.faces.ui.limits import address_of
from plusone.kernel.errors import Refused
from plusone.referrals.commands import CampaignInactive, answer_sign_up
from plusone.store.models import MembershipType, Product
from plusone.store.queries import plan_called


# Nobody is logged in here: the signed form token and the Origin are checked instead, as on an invitation.
@csrf_exempt
@public
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: Any, token: str) -> HttpResponse:
    """Show the form; on POST add who filled it in. The answer is the same to everyone."""
    link = SignupLink.objects.filter(token=token).select_related("business").first()
    if link is None:
        return unknown(request)
    if link.ended_at is not None:
        return switched_off(request, link.business)
    language = reader_language(request, link.business)
    speak(language)
    request.business = link.business  # what the layouts look for
    response = _register(request, link, language) if request.method == "POST" else _page(request, link, language)
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = language
    return response


def _register(request: Any, link: SignupLink, language: str) -> HttpResponse:
    if is_foreign(request):
        note = _("This form was sent from another site. Please fill it in here.")
        return _page(request, link, language, note=note, status=403)
    token = tokens.read_token(str(request.POST.get("token", "")), _name(link))
    form = _form(link, request.POST, is_desk=token is not None and token.is_desk)
    if token is None:
        form.is_valid()
        note = _("This page was open for very long. Please send it again.")
        return _page(request, link, language, form=form, note=note, status=403)
    if not form.is_valid():
        return _page(request, link, language, form=form, status=422)
    typed = form.cleaned_data
    nonce = f"{token.nonce} {typed['email'].lower()}"
    try:
        answer_sign_up(
            link,
            first_name=typed["first_name"],
            email=typed["email"],
            phone=typed["phone"],
            language=language,
            consent_text=privacy.consent_text(link.business) if typed.get("consent") else "",
            flags=signs.signs_of(token, trap=typed["topic"], address=address_of(request.META)),
            network=signs.network_behind(token, address_of(request.META)),
            plan=_plan(request, link),
            key=salted_hmac("plusone.signup", nonce, algorithm="sha256").hexdigest(),
            now=request.now,
        )
    except CampaignInactive:
        return switched_off(request, link.business)
    except Refused as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return _page(request, link, language, form=form, status=422)
    title = _("Thank you, %(name)s!") % {"name": typed["first_name"]}
    context = {"business": link.business, "language": language, "title": title, "email": typed["email"]}
    return render(request, "public/signed_up.html", context)


def _plan(request: Any, link: SignupLink) -> Product | MembershipType | None:
    """Return what the link brings along: the address names it, and then the form."""
    asked = str(request.POST.get("plan") or request.GET.get("plan") or "")
    return plan_called(link.business, asked) if asked else None


def _name(link: SignupLink) -> str:
    return f"signup:{link.token}"


def _form(link: SignupLink, data: Any = None, *, is_desk: bool = False) -> SignUpForm:
    initial = {"token": tokens.new_token(_name(link), [], is_desk=is_desk)}
    return SignUpForm(link.business, data, initial=initial, consent_text=privacy.consent_text(link.business))


def _page(
    request: Any, link: SignupLink, language: str, *, form: SignUpForm | None = None, note: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "business": link.business,
        "languages": languages(request),
        "language": language,
        "title": _("Welcome to %(business)s") % {"business": link.business.name},
        "form": form or _form(link, is_desk=device_of(request, link.business) is not None),
        "plan": _plan(request, link),
        "note": note,
        "privacy": privacy.privacy_lines(link.business, ""),
    }
    return render(request, "public/signup.html", context, status=status)


urlpatterns = [path("signup/<str:token>", sign_up, name="signup"), path("signup/<str:token>/", sign_up)]
