"""The picture that a messenger shows beside an invitation."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from plusone.faces.ui.dead_ends import guessed, reader_language
from plusone.faces.ui.http import public, speak
from plusone.faces.ui.pictures import invitation_card
from plusone.kernel.errors import NotHere
from plusone.referrals import queries, sentences
from plusone.referrals.budgets import as_it_stands

KEPT_SECONDS = 3600


@public
@require_safe
def card(request: HttpRequest, code: str) -> HttpResponse:
    """Draw who invites to what; there is none for a code that leads nowhere."""
    found = queries.invitation(code)
    if found is None:
        return guessed(request)
    if not found.is_open:
        raise NotHere
    assert found.campaign is not None
    client, offer = found.client, as_it_stands(found.campaign.terms)
    speak(reader_language(request, client.business))
    gift = ""
    if offer.friend_reward:
        gift = _("For you: %(gift)s") % {"gift": sentences.reward_phrase(client.business, offer.friend_reward)}
    invites = _("%(name)s invites you to") % {"name": client.first_name}
    picture = invitation_card(invites, client.business.name, gift, client.business.brand_color)
    response = HttpResponse(picture, content_type="image/jpeg")
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


urlpatterns = [path("join/<str:code>/card.jpg", card, name="invitation_card")]
