"""The friend did something that staff see."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.models import Business
from plusone.referrals.deeds import Deeds

from .base import Condition, Input, Progress, conditions

if TYPE_CHECKING:
    from plusone.referrals.models import Referral


@conditions
class Check(Condition):
    """The friend does something of your own, as handing in a form: staff tick it, or another program reports it."""

    name = "check"
    label = gettext_lazy("The friend does something that staff tick off")
    slot = gettext_lazy("has done this, ticked off by you:")
    inputs = (Input("text", "text", gettext_lazy("What the friend has to do")),)
    reads = ("check",)

    def progress(self, referral: Referral, params: dict[str, Any], deeds: Deeds, *, now: datetime) -> Progress:
        """Look whether it is ticked."""
        done = deeds.has_done(referral.friend_id, params["text"], since=referral.counts_from, until=referral.as_of)
        return Progress(int(done), 1)

    def action(self, business: Business, params: dict[str, Any]) -> str:
        """Say it in the owner's words."""
        return _("has done “%(text)s”") % {"text": params["text"]}

    def own_action(self, business: Business, params: dict[str, Any]) -> str:
        """Say it to the friend."""
        return _("have done “%(text)s”") % {"text": params["text"]}

    def small_print(self, business: Business, params: dict[str, Any]) -> str:
        """Say who ticks it off."""
        return _("%(business)s ticks off when “%(text)s” is done.") % {"business": business.name, **params}

    def missing(self, business: Business, params: dict[str, Any], progress: Progress) -> str:
        """Say what is still open."""
        return _("Still open: “%(text)s”.") % {"text": params["text"]}
