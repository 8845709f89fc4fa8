"""People who turn out to be one: by what was changed later, by their name, by what they paid with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rapidfuzz.fuzz import ratio

from plusone.clients.models import Client, fold
from plusone.referrals.models import Referral
from plusone.store.models import Payment

from .address import looks_like
from .base import Noticed, Sign, signs

NEARLY = 90.0  # of 100: one letter of a usual last name differs
REFERENCE_MIN = 4
TWINS_MAX = 50
# Providers whose domain says nothing about whose address it is.
ANYBODYS = frozenset((
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.es", "hotmail.fr", "live.com", "yahoo.com",
    "yahoo.es", "yahoo.fr", "icloud.com", "me.com", "aol.com", "gmx.com", "gmx.de", "gmx.net", "web.de", "proton.me",
    "protonmail.com", "orange.fr", "free.fr", "laposte.net",
))  # fmt: skip


@signs
class SamePerson(Sign):
    """After a change the two have one address or phone: at the registration that is refused (CASES 22)."""

    name = "same_person"
    label = gettext_lazy("Both have the same address or phone now")
    advice = gettext_lazy("Look at what was changed on both profiles, and ask whose it is.")
    public_only = False
    looks_again = True

    def look(self, referral: Referral, *, now: datetime) -> Noticed | None:
        """Compare address and phone as they identify a person."""
        friend, ambassador = referral.friend, referral.ambassador
        if friend.email_key and friend.email_key == ambassador.email_key:
            return Noticed({"by": "email"})
        return Noticed({"by": "phone"}) if friend.phone and friend.phone == ambassador.phone else None

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say which of the two."""
        named = {"friend": referral.friend.full_name, "ambassador": referral.ambassador.full_name}
        if detail.get("by") == "phone":
            return _("%(friend)s and %(ambassador)s have the same phone since one of them was changed.") % named
        return _("%(friend)s and %(ambassador)s have the same e-mail address since one of them was changed.") % named


@signs
class KnownByName(Sign):
    """Somebody with nearly the same first and last name, and an address of the same company or nearly the same one, is
    in the book already."""

    name = "known_by_name"
    label = gettext_lazy("Somebody with this name is known already")
    advice = gettext_lazy("Open both profiles; where it is one person, reject and merge them.")
    looks_again = True

    def look(self, referral: Referral, *, now: datetime) -> Noticed | None:
        """Look through who has the same last name. A name alone is no sign, nor is a family's."""
        friend = referral.friend
        if not friend.last_name or not friend.email_key:
            return None
        same = Client.objects.filter(business=referral.business, search__contains=fold(friend.last_name))
        others = same.exclude(pk__in=(friend.pk, referral.ambassador_id)).exclude(email_key="")
        for other in others.exclude(status=Client.Status.DELETED).order_by("pk")[:TWINS_MAX]:
            if is_twin(friend, other):
                return Noticed({"client": other.pk})
        return None

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Name the other one."""
        other = Client.objects.filter(business=referral.business, pk=detail.get("client") or 0).first()
        return _("%(friend)s looks like %(other)s (%(email)s), who is in your book already.") % {
            "friend": referral.friend.full_name,
            "other": other.full_name if other else "–",
            "email": (other.email if other else "") or "–",
        }


@signs
class SamePayment(Sign):
    """Friend and ambassador paid with the same reference: one card or account (CASES 25)."""

    name = "same_payment"
    label = gettext_lazy("Paid with the same card or account")
    advice = gettext_lazy("Compare the two payments, and ask who paid for whom.")
    public_only = False
    looks_again = True

    def look(self, referral: Referral, *, now: datetime) -> Noticed | None:
        """Compare the references that were written down with the payments of both."""
        both = references_of(referral.friend) & references_of(referral.ambassador)
        if not both:
            return None
        # Whoever else was noticed for the same card belongs to the same case, of whatever ambassador (FRA-10).
        known = Referral.objects.filter(business=referral.business, flagged=True, signs__name=self.name)
        near = known.exclude(pk=referral.pk).select_related("friend").order_by("-pk")[:TWINS_MAX]
        kin = tuple(one.pk for one in near if references_of(one.friend) & both)
        return Noticed({"number": len(both)}, others=kin)

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say who."""
        return _("%(friend)s and %(ambassador)s paid with the same reference, as that of one card or account.") % {
            "friend": referral.friend.full_name,
            "ambassador": referral.ambassador.full_name,
        }


def is_twin(one: Client, other: Client) -> bool:
    """Say whether two clients have one first name, nearly the same last name, and addresses that belong together.

    First names have to be the same: Maria and Mario are a family.
    """
    mine, theirs = fold(one.first_name).split()[:1], fold(other.first_name).split()[:1]
    if mine != theirs or ratio(fold(one.last_name), fold(other.last_name)) < NEARLY:
        return False
    domain = one.email_key.rpartition("@")[2]
    is_theirs = domain not in ANYBODYS and domain == other.email_key.rpartition("@")[2]
    return is_theirs or looks_like(one, other)


def references_of(client: Client) -> set[tuple[str, str]]:
    """Return how a client paid, where the reference names something: a number in it, four characters at least."""
    rows = Payment.objects.filter(client=client).exclude(reference="").values_list("method", "reference")
    found = {(method, "".join(reference.lower().split())) for method, reference in rows}
    return {row for row in found if len(row[1]) >= REFERENCE_MIN and any(letter.isdigit() for letter in row[1])}
