"""The campaign as a sentence with choices in it (R-141), and how it ends."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.faces.dashboard.forms import OnceForm, choose
from plusone.faces.ui.tags.texts import money_plain
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.kernel.money import parse_money
from plusone.referrals.conditions import Condition, conditions
from plusone.referrals.models import Campaign
from plusone.referrals.offers import Offer, read_offer

from . import limits, rewards
from .rewards import SIDES

CONDITION = ("condition", "condition_at_least")


class CampaignForm(OnceForm):
    """Name and offer. Each side receives nothing, or one kind of reward."""

    name = forms.CharField(label=gettext_lazy("Name of the campaign"), max_length=120)
    mode = forms.ChoiceField(
        label=gettext_lazy("Rewards"),
        choices=[("rewards", gettext_lazy("With rewards")), ("none", gettext_lazy("Without rewards"))],
        widget=forms.RadioSelect,
    )
    friend_kind = forms.ChoiceField(label=gettext_lazy("What the friend receives"), required=False)
    ambassador_kind = forms.ChoiceField(label=gettext_lazy("What your client receives"), required=False)
    condition = forms.ChoiceField(label=gettext_lazy("What the friend has to do"))
    friend_reward_on = forms.ChoiceField(
        label=gettext_lazy("The friend receives the gift"),
        choices=[
            ("registered", gettext_lazy("on registering")),
            ("qualified", gettext_lazy("together with your client")),
        ],
    )
    hold_days = forms.IntegerField(
        label=gettext_lazy("Verification period, in days"),
        min_value=0,
        max_value=365,
        required=False,
        help_text=gettext_lazy("Your client's reward can be used after it. A refund before that takes it back."),
    )
    qualification_days = forms.IntegerField(
        label=gettext_lazy("Days the friend has for it"),
        min_value=0,
        max_value=365,
        required=False,
        help_text=gettext_lazy("Counted from registering. Empty: no end."),
    )
    expires_days = forms.IntegerField(
        label=gettext_lazy("Rewards expire after, in days"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=gettext_lazy("Empty: never."),
    )
    margin = forms.IntegerField(
        label=gettext_lazy("Warn me when rewards are above this per cent of what friends pay"),
        min_value=1,
        max_value=100,
        initial=30,
        required=False,
        help_text=gettext_lazy("For the preview's “What it would have cost” alone."),
    )
    tell_by_email = forms.BooleanField(label=gettext_lazy("By e-mail"), required=False)
    tell_by_portal = forms.BooleanField(label=gettext_lazy("As a notice in their pages"), required=False)
    approval = forms.BooleanField(label=gettext_lazy("I approve each reward by hand"), required=False)
    override_reason = forms.CharField(
        label=gettext_lazy("Why you may give rewards"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("It is kept with the campaign, with your name and the day."),
    )

    def __init__(self, *args: Any, business: Business, base: Offer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.business, self.base = business, base or Offer()
        rewards.add_fields(self, business)
        limits.add_fields(self, business)
        if business.kind != Business.Kind.CLINIC:
            del self.fields["override_reason"]
        slots = [(kind.name, kind.slot or kind().action(business, {"kind": kind.name})) for kind in conditions]
        choose(self, "condition", slots)
        at_least = _("How many orders, or how much money")
        self.fields["condition_at_least"] = forms.CharField(label=at_least, required=False, max_length=20)
        self.fields["condition_at_least"].widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})
        for name in CONDITION:
            self.fields[name].widget.attrs["aria-label"] = self.fields[name].label

    @property
    def gift_slot(self) -> SafeString:
        """The friend's side of the sentence."""
        return rewards.slot_html(self, "friend", self.business)

    @property
    def reward_slot(self) -> SafeString:
        """The client's side of the sentence."""
        return rewards.slot_html(self, "ambassador", self.business)

    @property
    def action_slot(self) -> SafeString:
        """The condition in the sentence."""
        return format_html(
            '<span class="slot">{}<wbr><span class="slot-amount slot-wanted">{} '
            '<span class="unit-money">{}</span></span></span>',
            self["condition"],
            self["condition_at_least"],
            self.business.currency,
        )

    @property
    def reason(self) -> str:
        """Why a clinic gives rewards, as it was typed (PRI-15)."""
        return str(self.cleaned_data.get("override_reason", ""))

    @property
    def sentence_errors(self) -> list[forms.BoundField]:
        """The fields of the sentence that are wrong; their labels are not on the page."""
        return [
            field
            for field in self
            if field.errors
            and field.name != "friend_reward_on"
            and field.name.startswith((*SIDES, "condition", "mode"))
        ]

    @property
    def limit_fields(self) -> list[forms.BoundField]:
        """The fields of the second drawer."""
        return [self[name] for name in limits.NAMES]

    @property
    def limits_are_open(self) -> bool:
        """Whether the second drawer says something that has to be seen."""
        usual = limits.shown(self.business, Offer())
        return any(field.errors or _said(field.value()) != _said(usual[field.name]) for field in self.limit_fields)

    def offer(self) -> Offer:
        """Return the offer of a valid form, over what the form does not show. Raise Invalid naming the field."""
        given = self.cleaned_data
        return read_offer(
            self.business,
            {
                "friend_reward": given.get("friend_reward"),
                "ambassador_reward": given.get("ambassador_reward"),
                # The form shows the first condition; more than one come from the API and stay.
                "conditions": [given["wanted"], *self.base.conditions[1:]],
                "friend_reward_on": given["friend_reward_on"],
                "hold_days": given["hold_days"] or 0,
                "qualification_days": given["qualification_days"] or 0,
                "approval": "manual" if given["approval"] else "auto",
                **limits.read(given),
            },
            base=self.base,
        )

    def clean(self) -> dict[str, Any]:
        """Read what each slot needs: an amount, a percentage, a number of orders."""
        given = super().clean() or self.cleaned_data
        for side in SIDES:
            if given.get("mode") != "none":
                self._read_reward(side)
        if given.get("condition") in conditions:
            self._read("condition_at_least", partial(self._wanted, conditions[given["condition"]]()), "wanted")
        return given

    def _read(self, field: str, read: Callable[[str], dict[str, Any]], into: str) -> None:
        try:
            self.cleaned_data[into] = read(self.cleaned_data.get(field, ""))
        except Refused as error:
            self.add_error(field, str(error))

    def _read_reward(self, side: str) -> None:
        try:
            self.cleaned_data[f"{side}_reward"] = rewards.read(self, side, self.business)
        except Refused as error:
            self.add_error(error.field or f"{side}_amount", str(error))

    def _wanted(self, condition: Condition, text: str) -> dict[str, Any]:
        wanted: dict[str, Any] = {"kind": condition.name}
        for field in condition.inputs:
            if field.kind == "money":
                wanted[field.name] = parse_money(text, self.business.currency)
            elif text.isdecimal():
                wanted[field.name] = int(text)
            else:
                raise Invalid(_("Write a whole number above zero."))
        return condition.clean(wanted)


def _said(value: object) -> str:
    return str(value) if value else ""


def initial_of(business: Business, *, name: str, offer: Offer) -> dict[str, Any]:
    """Return what the form shows for an offer."""
    given = {"friend": offer.friend_reward, "ambassador": offer.ambassador_reward}
    found: dict[str, Any] = {
        "name": name,
        "mode": "rewards" if offer.has_rewards else "none",
        "condition": offer.conditions[0]["kind"],
        "condition_at_least": _at_least(business, offer.conditions[0]),
        "qualification_days": offer.qualification_days or None,
        "friend_reward_on": offer.friend_reward_on,
        "hold_days": offer.hold_days or None,
        "approval": offer.needs_approval,
        "expires_days": next(
            (reward["expires_days"] for reward in given.values() if reward and "expires_days" in reward), None
        ),
    }
    for side, reward in given.items():
        found |= rewards.shown(business, side, reward)
    return found | limits.shown(business, offer)


def _at_least(business: Business, condition: dict[str, Any]) -> str:
    for field in conditions[condition["kind"]].inputs:
        wanted = condition[field.name]
        return money_plain(wanted, business) if field.kind == "money" else str(wanted)
    return ""


class EndForm(forms.Form):
    """What becomes of the open recommendations when a campaign ends (Q-06)."""

    open_referrals = forms.ChoiceField(
        label=gettext_lazy("Friends who registered and are not active yet"),
        choices=[
            (Campaign.Policy.HONOUR, gettext_lazy("Keep what was promised: their rewards are still given")),
            (Campaign.Policy.HONOUR_DAYS, gettext_lazy("Keep it for some more days")),
            (Campaign.Policy.STOP, gettext_lazy("End them now, without a reward")),
        ],
        initial=Campaign.Policy.HONOUR,
        widget=forms.RadioSelect,
    )
    days = forms.IntegerField(
        label=gettext_lazy("How many days"), min_value=1, max_value=365, initial=30, required=False
    )
