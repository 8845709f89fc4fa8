"""The further steps in the builder: each a sentence of its own beneath the first (R-297)."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from plusone.kernel.models import Business
from plusone.referrals.offers import STEP_NAME_MAX, Offer

from . import arranging, conditions, rewards


def add_fields(form: forms.Form, prefix: str) -> None:
    """Give the form what a step has besides its conditions and rewards."""
    form.fields[f"{prefix}name"] = forms.CharField(label=_("Name"), max_length=STEP_NAME_MAX, required=False)
    form.fields[f"{prefix}hold_days"] = forms.IntegerField(
        label=_("Verification period, in days"),
        min_value=0,
        max_value=365,
        required=False,
        help_text=_("Empty: as for the first reward."),
    )


class StepPart:
    """One step of the form, as the page shows it."""

    def __init__(self, form: Any, business: Business, prefix: str) -> None:
        self.form, self.business, self.prefix = form, business, prefix
        self.number = int(prefix.split("_")[1])

    @property
    def places(self) -> list[str]:
        """Its places for conditions."""
        return arranging.conditions_in(self.form.fields, self.prefix)

    @property
    def action_slot(self) -> SafeString:
        """What the friend has to do."""
        return conditions.slots_html(self.form, self.business, self.places)

    @property
    def gift_slot(self) -> SafeString:
        """The friend's side."""
        return rewards.slot_html(self.form, f"{self.prefix}friend", self.business)

    @property
    def reward_slot(self) -> SafeString:
        """The client's side, with what may be chosen instead."""
        return rewards.slots_html(self.form, self.prefix, self.business)

    @property
    def sentence(self) -> SafeString:
        """The whole sentence."""
        return format_html(
            _("Once the friend {action}, the friend also receives {gift}, and your client also receives {reward}."),
            action=self.action_slot,
            gift=self.gift_slot,
            reward=self.reward_slot,
        )

    @property
    def details(self) -> list[forms.BoundField]:
        """Its fields below the sentence."""
        return [self.form[f"{self.prefix}name"], self.form[f"{self.prefix}hold_days"]]

    @property
    def takes_more(self) -> bool:
        """Whether there is room for one more condition."""
        return len(self.places) < arranging.CONDITIONS_MAX

    @property
    def takes_option(self) -> bool:
        """Whether there is room for one more option."""
        return rewards.takes_option(self.form, self.prefix)


def shown(business: Business, offer: Offer) -> Iterator[tuple[str, Any]]:
    """Yield what the fields show for the further steps of an offer."""
    for step in offer.further:
        prefix = f"step_{step.number}_"
        yield f"{prefix}name", step.name
        yield f"{prefix}hold_days", step.hold_days
        yield from conditions.shown(business, step.conditions, prefix)
        yield from rewards.shown(business, f"{prefix}friend", step.friend_reward)
        yield from rewards.shown_with_options(business, prefix, step.ambassador_reward)
