"""What a sign of doubt is, and the catalogue of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.functional import Promise

from plusone.kernel.registry import Registry

if TYPE_CHECKING:
    from plusone.referrals.models import Referral

PUBLIC = ("link", "code")  # who registered is known only from what they typed


@dataclass(frozen=True)
class Noticed:
    """What a sign saw: counts and keys, never a name or an address; `others` are recommendations of the same case."""

    detail: Mapping[str, Any] = field(default_factory=dict)
    others: tuple[int, ...] = ()


class Sign:
    """One thing that makes a recommendation worth a look. Subclass it in a file of its own, with a docstring."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    advice: ClassVar[str | Promise]  # what a person can do to find out
    public_only: ClassVar[bool] = True  # not asked of what the business itself does, by hand or by its API key
    away_only: ClassVar[bool] = False  # not asked of what comes from the business's own network

    looks_again: ClassVar[bool] = False  # also after a change of one of the two, and when the friend pays

    def look(self, referral: Referral, *, now: datetime) -> Noticed | None:
        """Return what is unusual about a referral (its people and business at hand), or None.

        A sign that the page itself sees (a filled trap, say) comes with the registration and looks at nothing here.
        """
        return None

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Return the evidence in one plain sentence, in the active language."""
        raise NotImplementedError


signs: Registry[type[Sign]] = Registry("sign of doubt")
