"""The invitation page: who recommends, the business, the offer, three fields (R-020..R-024, R-051)."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from plusone.clients.models import Client
from plusone.faces.public import privacy, signs, tokens
from plusone.faces.public.forms import InvitationForm
from plusone.faces.public.origins import is_foreign
from plusone.faces.ui.dead_ends import ended, languages, reader_language, unknown
from plusone.faces.ui.http import public, speak
from plusone.faces.ui.limits import address_of
from plusone.kernel import ids
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.referrals import queries, sentences
from plusone.referrals.commands import CampaignInactive, answer_invitation
from plusone.referrals.models import Campaign
from plusone.referrals.offers import Offer, offer_of
from plusone.referrals.touches import visit_behind, visited


@dataclass(frozen=True)
class Invitation:
    """What a page is about: a business, its live campaign, and who invites where the address names them."""

    business: Business
    campaign: Campaign
    ambassador: Client | None
    page: str
    language: str

    @property
    def offer(self) -> Offer:
        """What the campaign offers today."""
        return offer_of(self.campaign.terms)


# Nobody is logged in here and many come from apps that keep no cookies, so there is no session a foreign site could
# use: the signed form token and the Origin are checked instead (CONTRACT, AUTH-8).
@csrf_exempt
@public
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: Any, code: str) -> HttpResponse:
    """Invite with a personal link."""
    found = queries.invitation(code)
    if found is None:
        return unknown(request)
    if not found.is_open:
        return ended(request, found.client)
    assert found.campaign is not None
    client = found.client
    return _answer(request, _invitation(request, client.business, found.campaign, client, page=client.code))


@csrf_exempt  # as above
@public
@require_http_methods(["GET", "HEAD", "POST"])
def at(request: Any, business: str) -> HttpResponse:
    """Invite with a code that is typed: for posters and spoken codes."""
    found = Business.objects.filter(slug=business.lower()).first()
    if found is None:
        return unknown(request)
    campaign = queries.default_campaign(found)
    if campaign is None:
        return ended(request, business=found)
    return _answer(request, _invitation(request, found, campaign, None, page=f"at:{found.slug}"))


def _invitation(
    request: HttpRequest, business: Business, campaign: Campaign, ambassador: Client | None, *, page: str
) -> Invitation:
    language = reader_language(request, business)
    speak(language)
    request.business = business  # type: ignore[attr-defined]  # what the layouts look for
    return Invitation(business, campaign, ambassador, page, language)


def _answer(request: Any, invitation: Invitation) -> HttpResponse:
    response = _register(request, invitation) if request.method == "POST" else _invite(request, invitation)
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = invitation.language
    return response


def _invite(request: Any, invitation: Invitation) -> HttpResponse:
    visit_id = visit_behind(str(request.GET.get("v", "")))
    return _page(request, invitation, _form(invitation, visit_id=visit_id), own=_is_own(request, invitation))


def _register(request: Any, invitation: Invitation) -> HttpResponse:
    if is_foreign(request):
        return _page(request, invitation, _form(invitation), note=_sent_from_elsewhere(), status=403)
    token = tokens.read_token(str(request.POST.get("token", "")), invitation.page)
    form = _form(invitation, request.POST, visit_id=token.visit_id if token else None)
    if token is None:
        form.is_valid()
        return _page(
            request, invitation, form, note=_("This page was open for very long. Please send it again."), status=403
        )
    if not form.is_valid():
        return _page(request, invitation, form, status=422)
    typed = form.cleaned_data
    ambassador, source = _recommended_by(invitation, typed["code"])
    try:
        answer_invitation(
            invitation.business,
            ambassador,
            first_name=typed["first_name"],
            email=typed["email"],
            phone=typed["phone"],
            language=invitation.language,
            consent_text=privacy.consent_text(invitation.business) if typed.get("consent") else "",
            source=source,
            flags=signs.signs_of(token, trap=typed["topic"], email=typed["email"], address=address_of(request.META)),
            visit_id=visited(invitation.business, ambassador.pk, token.visit_id) if ambassador else None,
            key=salted_hmac("plusone.join", f"{token.nonce} {typed['email'].lower()}", algorithm="sha256").hexdigest(),
            now=request.now,
        )
    except CampaignInactive:
        return ended(request, business=invitation.business)
    except Refused as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return _page(request, invitation, form, status=422)
    return _thanks(request, invitation, typed, is_lost=ambassador is None)


def _recommended_by(invitation: Invitation, typed: str) -> tuple[Client | None, str]:
    """Return who is thanked: the path's client, unless another code was typed; None for a code nobody has."""
    code = ids.clean_code(typed)
    if invitation.ambassador and code in ("", invitation.ambassador.code):
        return invitation.ambassador, "link"
    client = queries.client_by_code(code)
    if client is None or client.business_id != invitation.business.pk or not client.is_active:
        return None, "code"
    return client, "code"


def _form(invitation: Invitation, data: Any = None, *, visit_id: int | None = None) -> InvitationForm:
    code = invitation.ambassador.code if invitation.ambassador else ""
    token = tokens.new_token(invitation.page, visit_id)
    words = privacy.consent_text(invitation.business)
    initial = {"code": code, "token": token}
    return InvitationForm(invitation.business, data, initial=initial, consent_text=words)


def _page(request: Any, invitation: Invitation, form: InvitationForm, **more: Any) -> HttpResponse:
    business, offer, ambassador = invitation.business, invitation.offer, invitation.ambassador
    name = ambassador.short_name if ambassador else ""
    status = more.pop("status", 200)
    context = {
        **_common(request, invitation),
        "title": _title(business, name),
        "form": form,
        "name": name,
        "gift": sentences.reward_phrase(business, offer.friend_reward) if offer.friend_reward else "",
        "lines": sentences.for_friend(business, offer),
        "conditions": sentences.conditions_for_friend(business, offer),
        "privacy": privacy.privacy_lines(business, name),
        "page_url": f"{settings.BASE_URL}{request.path}",
        "card_url": _card_url(invitation),
        **more,
    }
    return render(request, "public/invitation.html", context, status=status)


def _thanks(request: Any, invitation: Invitation, typed: dict[str, Any], *, is_lost: bool) -> HttpResponse:
    business, offer = invitation.business, invitation.offer
    context = {
        **_common(request, invitation),
        "languages": [],
        "title": _("Thank you, %(name)s!") % {"name": typed["first_name"]},
        "email": typed["email"],
        "lost_code": typed["code"].strip() if is_lost else "",
        "gift": sentences.reward_phrase(business, offer.friend_reward) if offer.friend_reward else "",
        "is_gift_at_once": offer.friend_reward_on == "registered",
    }
    return render(request, "public/thanks.html", context)


def _common(request: Any, invitation: Invitation) -> dict[str, Any]:
    return {
        "business": invitation.business,
        "ambassador": invitation.ambassador,
        "languages": languages(request),
        "language": invitation.language,
    }


def _title(business: Business, name: str) -> str:
    if name:
        return _("%(name)s invites you to %(business)s") % {"name": name, "business": business.name}
    return _("Welcome to %(business)s") % {"business": business.name}


def _card_url(invitation: Invitation) -> str:
    if invitation.ambassador is None:
        return ""
    where = reverse("invitation_card", args=[invitation.ambassador.code])
    return f"{settings.BASE_URL}{where}?lang={invitation.language}"


def _is_own(request: Any, invitation: Invitation) -> bool:
    """Say whether the reader is the one who invites (R-024). Only a browser that brings a session is asked for it."""
    if invitation.ambassador is None or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return bool(request.user.is_authenticated and request.user.pk == invitation.ambassador.user_id)


def _sent_from_elsewhere() -> str:
    return _("This form was sent from another site. Please fill it in here.")


urlpatterns = [
    path("join/<str:code>", join, name="join"),
    path("join/<str:code>/", join),
    path("at/<str:business>", at, name="at"),
    path("at/<str:business>/", at),
]
