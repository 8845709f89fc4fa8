"""Who did something, in words: actors are stored as "user:5", "client:7", "api:3", "system", "import"."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.connect.models import ApiKey
from plusone.kernel.models import Business, User


def actors(
    business: Business, codes: Iterable[str], *, seen: Callable[[Client], Client] = lambda client: client
) -> dict[str, str]:
    """Return what a page calls each of several actors, in at most three queries; `seen` says how its reader may see a
    client (`request.seen`)."""
    found: dict[str, str] = {}
    numbers: dict[str, set[int]] = {}
    for code in set(codes):
        kind, _colon, number = code.partition(":")
        found[code] = _plain(kind)
        if number.isdecimal():
            numbers.setdefault(kind, set()).add(int(number))
    if users := numbers.get("user"):
        for user in User.objects.filter(pk__in=users):
            found[f"user:{user.pk}"] = user.name or user.email
    if clients := numbers.get("client"):
        for client in Client.objects.filter(business=business, pk__in=clients):
            found[f"client:{client.pk}"] = seen(client).full_name
    if keys := numbers.get("api"):
        for key in ApiKey.objects.filter(business=business, pk__in=keys):
            found[f"api:{key.pk}"] = _("API key “%(name)s”") % {"name": key.name}
    return found


def _plain(kind: str) -> str:
    words = {
        "system": _("Plusone, by itself"),
        "import": _("An import"),
        "public": _("The invitation page"),
        "client": _("A client"),
        "user": _("Staff"),
        "api": _("A program"),
    }
    return words.get(kind, "")
