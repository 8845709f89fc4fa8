"""The invitation page: who recommends, the business, the offer, three fields (R-020..R-024, R-051)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from plusone.clients.models import Client
from plusone.connect.queries import collaborator
from plusone.faces.public import privacy, remembering, signs, tokens
from plusone.faces.public.forms import InvitationForm
from plusone.faces.public.origins import is_foreign
from plusone.faces.ui.dead_ends import ended, guessed, languages, reader_language, unknown
from plusone.faces.ui.desk import device_of
from plusone.faces.ui.http import public, speak
from plusone.faces.ui.limits import address_of, guesses
from plusone.kernel import ids
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.referrals import inviting, queries, sentences
from plusone.referrals.budgets import as_it_stands
from plusone.referrals.commands import CampaignInactive, answer_invitation, set_apart_own_visit
from plusone.referrals.doubt.crowd import CLICK_IDS
from plusone.referrals.models import Campaign
from plusone.referrals.offers import Offer
from plusone.referrals.standing import is_blocked
from plusone.referrals.touches import Touch, touches_of, visit_behind, winner


@dataclass(frozen=True)
class Invitation:
    """What a page is about: a business, its live campaign, and who invites where the address names them."""

    business: Business
    campaign: Campaign
    ambassador: Client | None
    page: str
    language: str

    @cached_property
    def offer(self) -> Offer:
        """What the campaign offers today."""
        return as_it_stands(self.campaign.terms)


# Nobody is logged in here and many come from apps that keep no cookies, so there is no session a foreign site could
# use: the signed form token and the Origin are checked instead (CONTRACT, AUTH-8).
@csrf_exempt
@public
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: Any, code: str) -> HttpResponse:
    """Invite with a personal link."""
    found = queries.invitation(code)
    if found is None:
        return guessed(request)
    if not found.is_open:
        return ended(request, found.client)
    assert found.campaign is not None
    client = found.client
    return _answer(request, invitation_of(request, client.business, found.campaign, client, page=client.code))


@csrf_exempt  # as above
@public
@require_http_methods(["GET", "HEAD", "POST"])
def at(request: Any, business: str) -> HttpResponse:
    """Invite with a code that is typed: for posters and spoken codes (Q-19)."""
    found = Business.objects.filter(slug=business.lower()).first()
    if found is None:
        return unknown(request)
    campaign = queries.default_campaign(found)
    if campaign is None:
        return ended(request, business=found)
    return _answer(request, invitation_of(request, found, campaign, None, page=f"at:{found.slug}"))


@csrf_exempt  # as above
@public
@require_POST
def remember(request: Any, code: str) -> HttpResponse:
    """Keep this invitation on the friend's device, or forget it, as the friend asks (CASES 18)."""
    found = queries.invitation(code)
    if found is None:
        return guessed(request)
    if not found.is_open:
        return ended(request, found.client)
    assert found.campaign is not None
    invitation = invitation_of(request, found.client.business, found.campaign, found.client, page=found.client.code)
    token = tokens.read_token(str(request.POST.get("token", "")), invitation.page)
    if is_foreign(request) or token is None:
        return show(request, invitation, form_of(request, invitation), note=_sent_from_elsewhere(), status=403)
    response = HttpResponseRedirect(f"{reverse('join', args=[found.client.code])}?lang={invitation.language}")
    if request.POST.get("keep") == "no":
        remembering.forget(response)
        return response
    opened = touches_of(invitation.business, found.client, token.visit_ids, now=request.now)
    counts = winner(invitation.business, invitation.offer, opened, now=request.now)
    if counts is not None and counts.visit_id is not None:
        remembering.remember(response, counts.visit_id, days=invitation.offer.attribution_days)
    return response


def invitation_of(
    request: HttpRequest, business: Business, campaign: Campaign, ambassador: Client | None, *, page: str
) -> Invitation:
    """Return what a page is about, and speak its reader's language from here on."""
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
    own, team = _is_own(request, invitation), _is_team(request, invitation)
    opened = visit_behind(str(request.GET.get("v", "")))
    if (own or team) and invitation.ambassador and opened and request.method == "GET":
        set_apart_own_visit(invitation.ambassador, opened, now=request.now)
    is_desk = team or device_of(request, invitation.business) is not None
    return show(request, invitation, form_of(request, invitation, is_desk=is_desk), own=own, team=team)


def _register(request: Any, invitation: Invitation) -> HttpResponse:
    if is_foreign(request):
        return show(request, invitation, form_of(request, invitation), note=_sent_from_elsewhere(), status=403)
    token = tokens.read_token(str(request.POST.get("token", "")), invitation.page)
    known = (token.visit_ids, token.ad, token.is_desk) if token else ([], "", False)
    form = form_of(request, invitation, request.POST, visit_ids=known[0], ad=known[1], is_desk=known[2])
    if token is None:
        form.is_valid()
        return show(
            request, invitation, form, note=_("This page was open for very long. Please send it again."), status=403
        )
    if not form.is_valid():
        return show(request, invitation, form, status=422)
    typed = form.cleaned_data
    touches = touches_of(invitation.business, invitation.ambassador, token.visit_ids, now=request.now)
    ambassador, source, visit_id = _recommended_by(invitation, typed["code"], touches, request.now)
    try:
        answer_invitation(
            invitation.business,
            ambassador,
            first_name=typed["first_name"],
            email=typed["email"],
            phone=typed["phone"],
            language=invitation.language,
            consent_text=privacy.consent_text(invitation.business) if typed.get("consent") else "",
            typed_code=typed["code"],
            source=source,
            flags=signs.signs_of(token, trap=typed["topic"], address=address_of(request.META)),
            network=signs.network_behind(token, address_of(request.META)),
            ad=token.ad if token.ad in CLICK_IDS else "",
            visit_id=visit_id,
            touches=touches,
            key=salted_hmac("plusone.join", f"{token.nonce} {typed['email'].lower()}", algorithm="sha256").hexdigest(),
            now=request.now,
        )
    except CampaignInactive:
        return ended(request, business=invitation.business)
    except Refused as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return show(request, invitation, form, status=422)
    is_hushed = source == "code" and _is_guessing(request, is_known=ambassador is not None)
    return _thanks(request, invitation, typed, is_recommended=ambassador is not None, is_hushed=is_hushed)


def _is_guessing(request: Any, *, is_known: bool) -> bool:
    """Say whether many unknown codes came from this address: then its answers stop telling which code is somebody's."""
    address = address_of(request.META)
    return guesses.is_spent(address) if is_known else not guesses.allows(address)


def _recommended_by(
    invitation: Invitation, typed: str, touches: list[Touch], now: datetime
) -> tuple[Client | None, str, int | None]:
    """Return who is thanked, how they were named, and the visit: the link that counts, unless a code was typed.

    Nobody for a code that no client has, and where no link was opened in time.
    """
    code = ids.clean_code(typed)
    if code in ("", invitation.ambassador.code if invitation.ambassador else ""):
        counts = winner(invitation.business, invitation.offer, touches, now=now)
        return (counts.client, "link", counts.visit_id) if counts else (None, "link", None)
    client = queries.client_by_code(code)
    if client is None or client.business_id != invitation.business.pk or not client.is_active or is_blocked(client):
        return None, "code", None
    return client, "code", None


def form_of(
    request: Any,
    invitation: Invitation,
    data: Any = None,
    *,
    visit_ids: Iterable[int] = (),
    ad: str = "",
    is_desk: bool = False,
) -> InvitationForm:
    """Return the form, with the visits that are known: the one that led here, and a remembered one."""
    code = invitation.ambassador.code if invitation.ambassador else ""
    opened = visit_behind(str(request.GET.get("v", "")))
    known = dict.fromkeys([*visit_ids, remembering.remembered(request), opened])
    ad = next((name for name in CLICK_IDS if name in request.GET), ad)
    token = tokens.new_token(
        invitation.page, [visit_id for visit_id in known if visit_id is not None], ad, is_desk=is_desk
    )
    words = privacy.consent_text(invitation.business)
    initial = {"code": code, "token": token}
    return InvitationForm(invitation.business, data, initial=initial, consent_text=words)


def show(request: Any, invitation: Invitation, form: InvitationForm, **more: Any) -> HttpResponse:
    """Draw the page; `more` adds to what it shows or stands in its place."""
    business, offer, ambassador = invitation.business, invitation.offer, invitation.ambassador
    name = ambassador.short_name if ambassador else ""
    status = more.pop("status", 200)
    context = {
        **_common(request, invitation),
        "title": _title(business, name),
        "form": form,
        "name": name,
        "gift": sentences.reward_phrase(business, offer.friend_reward) if offer.friend_reward else "",
        "words": ambassador.own_words if ambassador else "",
        "lines": inviting.for_friend(business, offer),
        "conditions": inviting.conditions_for_friend(business, offer),
        "privacy": privacy.privacy_lines(business, _seen_by(request, invitation)),
        "page_url": f"{settings.BASE_URL}{request.path}",
        "card_url": _card_url(invitation),
        "can_remember": ambassador is not None and bool(visit_behind(str(request.GET.get("v", "")))),
        "is_remembered": ambassador is not None and _is_remembered(request, invitation),
        "kept_days": offer.attribution_days,
        **more,
    }
    return render(request, "public/invitation.html", context, status=status)


def _thanks(
    request: Any, invitation: Invitation, typed: dict[str, Any], *, is_recommended: bool, is_hushed: bool
) -> HttpResponse:
    """Say what comes next; the gift only where there is somebody who recommends, since only they bring it (CASES 88).

    That depends on the code alone, so that a client of old sees what everybody sees. Who tries many codes is registered
    with each (CASES 14), and `is_hushed` says the same of all of them.
    """
    business, offer = invitation.business, invitation.offer
    gift = offer.friend_reward if is_recommended and not is_hushed else None
    context = {
        **_common(request, invitation),
        "languages": [],
        "title": _("Thank you, %(name)s!") % {"name": typed["first_name"]},
        "email": typed["email"],
        "is_recommended": is_recommended,
        "noted_code": typed["code"].strip() if is_hushed else "",
        "lost_code": "" if is_recommended else typed["code"].strip(),
        "gift": sentences.reward_phrase(business, gift) if gift else "",
        "gift_use": inviting.gift_use(business, offer),
        "is_gift_at_once": inviting.is_gift_at_once(offer),
        "gift_lines": inviting.gift_lines(business, offer),
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


def _is_team(request: Any, invitation: Invitation) -> bool:
    """Say whether the reader works in the business (CASES 87). As above."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return False
    return collaborator(request.user, invitation.business.public_id) is not None


def _seen_by(request: Any, invitation: Invitation) -> str:
    """Return the short name of who will see that this friend came: whoever's link counts, where an earlier one is
    remembered; empty where nobody invites."""
    ambassador = invitation.ambassador
    if ambassador is None:
        return ""
    earlier = remembering.remembered(request)
    if earlier is not None:
        opened = touches_of(invitation.business, ambassador, [earlier], now=request.now)
        counts = winner(invitation.business, invitation.offer, opened, now=request.now)
        ambassador = counts.client if counts else ambassador
    return ambassador.short_name


def _is_remembered(request: Any, invitation: Invitation) -> bool:
    """Say whether this device keeps an invitation of this business."""
    visit_id = remembering.remembered(request)
    return visit_id is not None and bool(touches_of(invitation.business, None, [visit_id], now=request.now))


def _sent_from_elsewhere() -> str:
    return _("This form was sent from another site. Please fill it in here.")


urlpatterns = [
    path("join/<str:code>", join, name="join"),
    path("join/<str:code>/", join),
    path("join/<str:code>/remember", remember, name="remember_invitation"),
    path("at/<str:business>", at, name="at"),
    path("at/<str:business>/", at),
]
