"""Anything that a business gives by hand."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business

from .base import Input, Params, Slot, read_end, types
from .byhand import ByHand

TEXT_MAX = 120


@types
class Manual(ByHand):
    """Something else that you hand over yourself; it stands on a list until you have done it."""

    name = "manual"
    label = gettext_lazy("Handed over by you")
    inputs = (Input("text", "text"), Input("expires_days", "days"))
    is_worth_money = False  # words of thanks, a card: what it is, its business knows
    slots = (Slot("manual", gettext_lazy("a present by hand:"), ("text",)),)

    def clean(self, business: Business, params: Params) -> Params:
        """Take the words for it, in one line."""
        text = params.get("text")
        if not isinstance(text, str) or not text.strip() or len(text) > TEXT_MAX or not text.isprintable():
            raise Invalid(_("Say in at most 120 characters what you hand over."), field="text")
        return {"kind": self.name, "text": " ".join(text.split()), **read_end(params)}

    def phrase(self, business: Business, params: Params) -> str:
        """Say it in the owner's words, and its end where it has one."""
        if days := params.get("expires_days"):
            return ngettext(
                "“%(text)s” (to collect within %(days)s day)", "“%(text)s” (to collect within %(days)s days)", days
            ) % {"text": params["text"], "days": days}
        return _("“%(text)s”") % {"text": params["text"]}
