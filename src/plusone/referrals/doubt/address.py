"""Throw-away mailboxes, and addresses that look like the ambassador's own."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rapidfuzz.fuzz import ratio

from plusone.clients.models import Client, fold
from plusone.referrals.models import Referral

from .base import Noticed, Sign, signs

LETTERS_MIN = 5
ALIKE = 85.0
WORDS = re.compile(r"[^\W\d_]+")
COMMON = frozenset({"contact", "contacto", "familia", "family", "famille", "office", "hello", "bonjour"})


@signs
class DisposableEmail(Sign):
    """A throw-away mailbox, subdomains included (CASES 74)."""

    name = "disposable_email"
    label = gettext_lazy("Throw-away e-mail address")
    advice = gettext_lazy("Ask the friend for an address that they keep, or wait for the first payment.")

    looks_again = True

    def look(self, referral: Referral, *, now: datetime) -> Noticed | None:
        """Compare the domain with the list of known ones."""
        return Noticed() if is_disposable(referral.friend.email or "") else None

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say what it means."""
        return _("The e-mail address is of a service that hands out mailboxes for some minutes.")


@signs
class LikeAmbassador(Sign):
    """The friend's address, or name and address together, look like the ambassador's."""

    name = "like_ambassador"
    label = gettext_lazy("Looks like the ambassador")
    advice = gettext_lazy("Ask both whether they are two people; a family may share a name.")

    looks_again = True

    def look(self, referral: Referral, *, now: datetime) -> Noticed | None:
        """Compare the two; a shared surname or company is a family or colleagues, and no sign."""
        return Noticed() if looks_like(referral.friend, referral.ambassador) else None

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Name the two addresses."""
        return _("%(friend)s and %(ambassador)s have nearly the same e-mail address: %(one)s and %(other)s.") % {
            "friend": referral.friend.full_name,
            "ambassador": referral.ambassador.full_name,
            "one": referral.friend.email or "–",
            "other": referral.ambassador.email or "–",
        }


def is_disposable(email: str) -> bool:
    """Say whether an address is of a throw-away mailbox."""
    from disposable_email_domains import blocklist  # 2 MB, which processes that ask nobody for an address do without

    parts = email.lower().rpartition("@")[2].split(".")
    return any(".".join(parts[start:]) in blocklist for start in range(len(parts) - 1))


def looks_like(one: Client, other: Client) -> bool:
    """Say whether two clients look like one person with two addresses."""
    mine, theirs = _letters(one), _letters(other)
    if min(len(mine), len(theirs)) < LETTERS_MIN or {mine, theirs} & COMMON:
        return False
    same_name = fold(one.first_name).split()[:1] == fold(other.first_name).split()[:1]
    return mine == theirs or _is_turned(one, other) or (same_name and ratio(mine, theirs) >= ALIKE)


def _is_turned(one: Client, other: Client) -> bool:
    """Say whether the mailboxes are of the same words in another order: ana.lopez and lopez_ana2."""
    mine, theirs = _words(one), _words(other)
    return len(mine) > 1 and mine == theirs


def _words(client: Client) -> list[str]:
    """Return the words of a mailbox's name as it was written: the key of one at Gmail has no dots."""
    local = (client.email or "").rpartition("@")[0].partition("+")[0]
    return sorted(WORDS.findall(fold(local)))


def _letters(client: Client) -> str:
    """Return the letters of a mailbox's name: ana.lopez2 and analopez are the same."""
    local = client.email_key.rpartition("@")[0]
    return "".join(letter for letter in fold(local) if letter.isalpha())
