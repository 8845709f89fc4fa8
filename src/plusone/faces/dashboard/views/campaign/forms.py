"""The campaign as a sentence with choices in it (R-141), and how it ends."""

from typing import Any

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.faces.dashboard.forms import OnceForm
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.referrals.models import Campaign
from plusone.referrals.offers import STEPS_MAX, Offer, read_offer
from plusone.store.shelf import shelf_of

from . import arranging, conditions, limits, returning, rewards, steps
from .rewards import SIDES


class CampaignForm(OnceForm):
    """Name and offer. Each side receives nothing, or one kind of reward."""

    name = forms.CharField(label=gettext_lazy("Name of the campaign"), max_length=120)
    mode = forms.ChoiceField(
        label=gettext_lazy("Rewards"),
        choices=[("rewards", gettext_lazy("With rewards")), ("none", gettext_lazy("Without rewards"))],
        widget=forms.RadioSelect,
    )
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
        label=gettext_lazy("Ask me when rewards are above this per cent of a sale"),
        min_value=1,
        max_value=100,
        required=False,
        help_text=gettext_lazy("Empty: you are not asked; the preview warns above 30%."),
    )
    accept_above_margin = forms.BooleanField(
        label=gettext_lazy("It may pay more than that all the same"), required=False
    )
    tell_by_email = forms.BooleanField(label=gettext_lazy("By e-mail"), required=False)
    tell_by_portal = forms.BooleanField(label=gettext_lazy("As a notice in their pages"), required=False)
    approval = forms.BooleanField(label=gettext_lazy("I approve each reward by hand"), required=False)
    override_reason = forms.CharField(
        label=gettext_lazy("Why you may give rewards"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "It is needed where somebody receives what is worth money, and kept with the campaign, your name and "
            "the day."
        ),
    )

    def __init__(
        self, *args: Any, business: Business, base: Offer | None = None, focus: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.business, self.base, self.shelf = business, base or Offer(), shelf_of(business)
        given = self.data if self.is_bound else self.initial
        self.step_prefixes = arranging.steps_in(given)
        prefixes = ["", *self.step_prefixes]
        options = [place for prefix in prefixes for place in arranging.options_in(given, prefix)]
        sides = [f"{prefix}{side}" for prefix in prefixes for side in SIDES]
        rewards.add_fields(self, self.shelf, [*sides, *options, returning.SIDE])
        returning.add_fields(self)
        limits.add_fields(self, business)
        if business.kind != Business.Kind.CLINIC:
            del self.fields["override_reason"]
        else:
            self.fields["override_reason"].is_one_of = True  # type: ignore[attr-defined]  # not "optional": its hint says when
        self.places = arranging.conditions_in(given)
        for prefix in prefixes:
            conditions.add_fields(self, business, self.shelf, arranging.conditions_in(given, prefix))
        for prefix in self.step_prefixes:
            steps.add_fields(self, prefix)
        if focus in self.fields:
            self.fields[focus].widget.attrs["autofocus"] = True

    def typed(self) -> dict[str, Any]:
        """Return what stands in the fields, right or wrong, to show it again in another arrangement."""
        return {
            name: field.widget.value_from_datadict(self.data, self.files, name) for name, field in self.fields.items()
        }

    @property
    def gift_slot(self) -> SafeString:
        """The friend's side of the sentence."""
        return rewards.slot_html(self, "friend", self.business)

    @property
    def reward_slot(self) -> SafeString:
        """The client's side of the sentence, with what may be chosen instead."""
        return rewards.slots_html(self, "", self.business)

    @property
    def returning_sentence(self) -> SafeString:
        """What holds for former clients, as a sentence with a number and a reward in it (Q-10)."""
        return returning.sentence(self, self.business)

    @property
    def action_slot(self) -> SafeString:
        """What the friend has to do, in the sentence."""
        return conditions.slots_html(self, self.business, self.places)

    @property
    def takes_more(self) -> bool:
        """Whether the sentence has room for one more condition."""
        return len(self.places) < arranging.CONDITIONS_MAX

    @property
    def takes_option(self) -> bool:
        """Whether the client can be given one more reward to choose from."""
        return rewards.takes_option(self, "")

    @property
    def takes_step(self) -> bool:
        """Whether one more step may follow."""
        return len(self.step_prefixes) < STEPS_MAX

    @property
    def steps(self) -> list[steps.StepPart]:
        """The further steps, as the page shows them."""
        return [steps.StepPart(self, self.business, prefix) for prefix in self.step_prefixes]

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
            and field.name.startswith((*SIDES, "condition", "mode", "option_", "step_", "returning_"))
            and not field.name.endswith(("_name", "_hold_days"))
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
                "conditions": given["wanted"],
                "steps": [] if given["mode"] == "none" else given["further"],
                "friend_reward_on": given["friend_reward_on"],
                "hold_days": given["hold_days"] or 0,
                "qualification_days": given["qualification_days"] or 0,
                "approval": "manual" if given["approval"] else "auto",
                "returning": returning.read(self, self.business, self.base),
                **limits.read(given),
            },
            base=self.base,
        )

    def clean(self) -> dict[str, Any]:
        """Read what each slot needs: an amount, a percentage, a number of orders; no condition stands twice."""
        given = super().clean() or self.cleaned_data
        if given.get("mode") != "none":
            given |= self._read_rewards("")
        given["wanted"] = self._read_conditions("")
        given["further"] = [self._read_step(prefix) for prefix in self.step_prefixes]
        if given.get("mode") != "none" and not self.errors and not _gives_anything(given):
            self.add_error("ambassador_kind", _("Choose what one of them receives, or take “Without rewards”."))
        return given

    def _read_step(self, prefix: str) -> dict[str, Any]:
        return {
            "name": self.cleaned_data.get(f"{prefix}name", ""),
            "hold_days": self.cleaned_data.get(f"{prefix}hold_days"),
            "conditions": self._read_conditions(prefix),
            **self._read_rewards(prefix),
        }

    def _read_conditions(self, prefix: str) -> list[dict[str, Any]]:
        wanted: list[dict[str, Any]] = []
        for place in arranging.conditions_in(self.fields, prefix):
            self._read_condition(place, wanted)
        return wanted

    def _read_condition(self, place: str, wanted: list[dict[str, Any]]) -> None:
        try:
            found = conditions.read(self.cleaned_data, place, self.business)
        except Refused as error:
            self.add_error(error.field or place, str(error))
            return
        if found in wanted:
            self.add_error(place, _("This condition stands there already."))
        elif found is not None:
            wanted.append(found)

    def _read_rewards(self, prefix: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for side in SIDES:
            try:
                if side == "friend":
                    found["friend_reward"] = rewards.read(self, f"{prefix}friend", self.business)
                else:
                    found["ambassador_reward"] = rewards.read_with_options(self, prefix, self.business)
            except Refused as error:
                self.add_error(error.field or f"{prefix}{side}_amount", str(error))
        return found


def _gives_anything(given: dict[str, Any]) -> bool:
    """Say whether anybody receives something at any step."""
    return any(step.get(f"{side}_reward") for step in [given, *given["further"]] for side in SIDES)


def _said(value: object) -> str:
    return str(value) if value else ""


def initial_of(business: Business, *, name: str, offer: Offer) -> dict[str, Any]:
    """Return what the form shows for an offer."""
    sides = [side for step in offer.all_steps for side in (step.friend_reward, step.ambassador_reward)]
    given = [part for side in sides for part in rewards.parts_of(side)]
    found: dict[str, Any] = {
        "name": name,
        "mode": "rewards" if offer.has_rewards else "none",
        "qualification_days": offer.qualification_days or None,
        "friend_reward_on": offer.friend_reward_on,
        "hold_days": offer.hold_days or None,
        "approval": offer.needs_approval,
        "expires_days": next((part["expires_days"] for part in given if "expires_days" in part), None),
    }
    found |= rewards.shown(business, "friend", offer.friend_reward)
    found |= rewards.shown_with_options(business, "", offer.ambassador_reward)
    found |= steps.shown(business, offer)
    found |= conditions.shown(business, offer.conditions)
    found |= returning.shown(business, offer)
    return found | limits.shown(business, offer)


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
