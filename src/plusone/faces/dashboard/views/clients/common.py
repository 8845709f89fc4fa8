"""What the pages of a client share."""

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.faces.ui.http import Page
from plusone.kernel.access import get
from plusone.kernel.errors import NotHere
from plusone.referrals.offers import Offer
from plusone.referrals.sentences import hand_on_text

PLACES = {"leads": "b:leads", "clients": "b:clients"}


def client_of(request: Page, public_id: str) -> Client:
    """Return the client of the business of the address; a deleted one is not there."""
    people = Client.objects.select_related("professional__user", "next_step")
    client = get(request.business, people, public_id, **request.own())
    if client.status == Client.Status.DELETED:
        raise NotHere
    client.business = request.business
    return client


def is_deleted(request: Page, public_id: str) -> bool:
    """Say whether a client of the business of the address, whom the reader could see, is deleted."""
    known = Client.objects.filter(business=request.business, status=Client.Status.DELETED, **request.own())
    return known.filter(public_id=public_id[:22]).exists()


def back_to(request: Page, client: Client) -> str:
    """Return the page to go to after an act: the list it was done in (`?from=leads`), else the profile."""
    route = PLACES.get(request.GET.get("from", ""))
    if route:
        return reverse(route, args=[request.business.slug])
    return url_of(client)


def url_of(client: Client, page: str = "client") -> str:
    """Return the address of a page of a client."""
    return reverse(f"b:{page}", args=[client.business.slug, client.public_id])


def crumbs(client: Client, here: str = "") -> list[tuple[str, str]]:
    """Return the way to a page of a client."""
    slug = client.business.slug
    way = [(_("Clients"), reverse("b:clients", args=[slug]))]
    if not here:
        return [*way, (client.full_name, "")]
    return [*way, (client.full_name, url_of(client)), (here, "")]


def handing_on(client: Client, offer: Offer) -> dict[str, str]:
    """Word the message to the client in the client's language."""
    business = client.business
    with translation.override(client.reads()):
        return {
            "share": hand_on_text(business, offer, client.first_name),
            "share_subject": _("Your link to recommend %(business)s") % {"business": business.name},
        }
