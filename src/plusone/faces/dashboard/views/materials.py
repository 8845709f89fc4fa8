"""Marketing ▸ Referrals ▸ Materials: a poster, and cards with each client's own code (R-110, UX 15)."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.clients.models import Client
from plusone.clients.queries import tags_of
from plusone.faces.ui import printing
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import part, parts_of
from plusone.kernel.models import Business
from plusone.referrals.offers import Offer, offer_of
from plusone.referrals.outlook import live_terms
from plusone.referrals.queries import link_of
from plusone.referrals.sentences import LANGUAGES, reward_phrase

from .clients.common import client_of, url_of

CARDS_MAX = 500  # in a file: more are several files, so that a page of them costs memory and time of so many
ROOM = 100  # for who came since the parts were named
ORDER = ("first_name", "last_name", "id")


class PaperForm(forms.Form):
    """On which paper, in which language."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("es", "Español"), ("en", "English"), ("fr", "Français")]
    )
    size = forms.ChoiceField(
        label=gettext_lazy("Paper"), choices=[("a4", "A4"), ("a5", "A5"), ("letter", gettext_lazy("US letter"))]
    )


@staff("campaigns.view")
def index(request: Page) -> HttpResponse:
    """Choose paper and language; both files open in the browser, to look at and print."""
    wanted, tags = _wanted(request), tags_of(request.business)
    active = _active(request)
    count = active.count()
    context = {
        "nav": "materials",
        "title": _("Materials to print"),
        "form": PaperForm(initial=wanted),
        "is_live": live_terms(request.business) is not None,
        "count": count,
        "tags": tags,
        "tag": next((tag for tag in tags if tag.public_id == request.GET.get("tag")), None),
        "parts": [
            (name, number * CARDS_MAX + 1, min((number + 1) * CARDS_MAX, count))
            for number, name in enumerate(parts_of(active, order=ORDER, size=CARDS_MAX))
        ],
    }
    return render(request, "dashboard/materials.html", context)


@staff("campaigns.view")
def poster(request: Page) -> HttpResponse:
    """Return the poster. Its code leads to the page where friends type who sent them."""
    wanted, business = _wanted(request), request.business
    terms = live_terms(business)
    with translation.override(wanted["language"]):
        words = _poster(business, offer_of(terms) if terms else None)
    made = printing.poster_pdf(words, color=business.brand_color, **wanted)
    return _file(made, f"poster-{business.slug}-{wanted['size']}-{wanted['language']}.pdf")


@staff("clients.view")
def cards(request: Page) -> HttpResponse:
    """Return a card for each active client, of all or of those with a tag, in the order of their names.

    A file holds about `CARDS_MAX`; `?part=` names which. Where it would hold many more by now, nobody is left out
    unsaid: the parts are shown anew.
    """
    most = CARDS_MAX + ROOM
    rows = list(part(_active(request), request.GET.get("part", ""), order=ORDER)[: most + 1])
    if len(rows) > most:
        note = _("These are more cards than fit into one file by now. Here are the files anew; choose one of them.")
        messages.warning(request, note)
        kept = {name: request.GET[name] for name in ("tag", "language", "size") if name in request.GET}
        back = reverse("b:materials", args=[request.business.slug])
        return redirect(f"{back}?{urlencode(kept)}" if kept else back)
    return _cards(request, rows, f"cards-{request.business.slug}")


def _active(request: Page) -> QuerySet[Client]:
    """Return the active clients whom the reader may see, those with the tag that is asked for."""
    found: QuerySet[Client] = request.clients().filter(status=Client.Status.ACTIVE)
    if tag := request.GET.get("tag", ""):
        had = Client.tags.through.objects.filter(client_id=OuterRef("pk"), tag__business=request.business)
        found = found.filter(Exists(had.filter(tag__public_id=tag[:22].replace("\0", ""))))
    return found


@staff("clients.view")
def card(request: Page, client: str) -> HttpResponse:
    """Return one client's card."""
    found = client_of(request, client)
    if not found.is_active:
        messages.info(request, _("Only active clients have a link of their own."))
        return redirect(url_of(found))
    return _cards(request, [found], f"card-{found.code}")


def _cards(request: Page, clients: Iterable[Client], name: str) -> HttpResponse:
    wanted, business = _wanted(request), request.business
    terms = live_terms(business)
    with translation.override(wanted["language"]):
        gift = _gift(business, offer_of(terms) if terms else None)
        drawn = [
            printing.Card(
                business=business.name,
                title=_("%(name)s invites you") % {"name": client.first_name},
                gift=gift,
                url=link_of(client),
                # Two may have one first name, and whoever hands the cards out has to tell them apart.
                code=_("Code: %(code)s") % {"code": f"{client.code} · {client.short_name}"},
            )
            for client in clients
        ]
        title = _("Cards of %(business)s") % {"business": business.name}
    made = printing.cards_pdf(drawn, color=business.brand_color, title=title, **wanted)
    return _file(made, f"{name}-{wanted['size']}-{wanted['language']}.pdf")


def _poster(business: Business, offer: Offer | None) -> printing.Poster:
    address = f"{settings.BASE_URL}/at/{business.slug}"
    return printing.Poster(
        business=business.name,
        title=_("Did a friend send you?"),
        gift=_gift(business, offer),
        steps=[
            _("Scan the code with your phone."),
            _("Write the code of the person who recommended us."),
            _("Register in a minute, without a password."),
        ],
        url=address,
        spoken=address.split("://", 1)[-1],
    )


def _gift(business: Business, offer: Offer | None) -> str:
    if offer is None or not offer.friend_reward:
        return ""
    return _("For you: %(gift)s") % {"gift": reward_phrase(business, offer.friend_reward)}


def _wanted(request: Page) -> dict[str, str]:
    """Return paper and language as asked for, else the business's own."""
    language, size = request.GET.get("language", ""), request.GET.get("size", "")
    return {
        "language": language if language in LANGUAGES else request.business.language,
        "size": size if size in printing.SIZES else "letter" if request.business.country in ("US", "CA") else "a4",
    }


def _file(made: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


urlpatterns = [
    path("materials/", index, name="materials"),
    path("materials/poster.pdf", poster, name="poster"),
    path("materials/cards.pdf", cards, name="cards"),
    path("clients/<str:client>/card.pdf", card, name="client_card"),
]
