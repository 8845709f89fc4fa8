"""The builder's second drawer: for how many friends, up to how much, and which link counts (CONTRACT campaigns).

Each field stands for one option of an offer. What is left empty is the option's default, so that the simple campaign
stays as simple as it was.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from plusone.faces.dashboard.forms import MoneyField
from plusone.faces.ui.tags.texts import money_plain
from plusone.kernel.models import Business
from plusone.referrals.offers import CAPS, Offer

NAMES = (
    "every", "rewards_total", "rewards_per_month", "amount_total", "amount_per_month", "budget", "clawback",
    "friend_hold_days", "attribution", "attribution_days", "require_active",
)  # fmt: skip
MOST = 100_000


def add_fields(form: forms.Form, business: Business) -> None:
    """Put the fields onto the builder's form."""
    form.fields |= {
        "every": forms.IntegerField(
            label=_("Friends for one reward"), min_value=1, max_value=100, required=False, help_text=_("Empty: one.")
        ),
        "rewards_total": _number(_("Rewards for one client, in all")),
        "rewards_per_month": _number(_("Rewards for one client, a month")),
        "amount_total": MoneyField(
            business=business, label=_("Amount for one client, in all"), required=False, max_length=20
        ),
        "amount_per_month": MoneyField(
            business=business, label=_("Amount for one client, a month"), required=False, max_length=20
        ),
        "budget": MoneyField(
            business=business,
            label=_("Budget of the whole campaign"),
            required=False,
            max_length=20,
            help_text=_("Nothing is given beyond it; you hear at 80 and at 100%."),
        ),
        "clawback": forms.ChoiceField(
            label=_("When the purchase behind a reward is refunded"),
            choices=[
                ("within_balance", _("Take back what is not spent yet")),
                ("only_pending", _("Take back only what was not given yet")),
                ("allow_negative", _("Take it back, and settle the rest with later rewards")),
            ],
            required=False,
        ),
        "friend_hold_days": forms.IntegerField(
            label=_("Verification period of the friend's gift, in days"), min_value=0, max_value=365, required=False
        ),
        "attribution": forms.ChoiceField(
            label=_("If a friend opened several links"),
            choices=[("last_touch", _("The last one counts")), ("first_touch", _("The first one counts"))],
            required=False,
        ),
        "attribution_days": forms.IntegerField(
            label=_("Days an opened link counts"), min_value=1, max_value=365, required=False
        ),
        "require_active": forms.BooleanField(
            label=_("Only clients who are active when it is due are rewarded"), required=False
        ),
    }


def read(given: dict[str, Any]) -> dict[str, Any]:
    """Return what a valid form says, by the names of the contract."""
    caps = {name: given[name] for name in CAPS if given[name]}
    return {
        "every": given["every"] or 1,
        "caps": caps or None,
        "budget": given["budget"] or None,
        "clawback": given["clawback"] or "within_balance",
        "friend_hold_days": given["friend_hold_days"] or 0,
        "attribution": given["attribution"] or "last_touch",
        "attribution_days": given["attribution_days"] or Offer.attribution_days,
        "require_active_ambassador": given["require_active"],
    }


def shown(business: Business, offer: Offer) -> dict[str, Any]:
    """Return what the fields show for an offer."""
    caps = offer.caps or {}
    return {
        "every": offer.every if offer.every > 1 else None,
        "rewards_total": caps.get("rewards_total"),
        "rewards_per_month": caps.get("rewards_per_month"),
        "amount_total": money_plain(caps.get("amount_total"), business),
        "amount_per_month": money_plain(caps.get("amount_per_month"), business),
        "budget": money_plain(offer.budget, business),
        "clawback": offer.clawback,
        "friend_hold_days": offer.friend_hold_days or None,
        "attribution": offer.attribution,
        "attribution_days": offer.attribution_days,
        "require_active": offer.require_active_ambassador,
    }


def _number(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=MOST, required=False, help_text=_("Empty: no limit."))
