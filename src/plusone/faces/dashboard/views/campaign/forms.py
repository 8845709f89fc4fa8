"""The campaign as a sentence with choices in it (R-141), and how it ends."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.faces.dashboard.forms import MoneyField, OnceForm, choose
from plusone.faces.ui.tags.texts import money_plain
from plusone.kernel.models import Business
from plusone.referrals.conditions import conditions
from plusone.referrals.models import Campaign
from plusone.referrals.offers import Offer, read_offer
from plusone.rewards.types import types

from .presets import start_of

SIDES = ("friend", "ambassador")


class CampaignForm(OnceForm):
    """Name and offer. Each side receives nothing, or an amount of balance."""

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
    expires_days = forms.IntegerField(
        label=gettext_lazy("Balance expires after, in days"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=gettext_lazy("Empty: never."),
    )
    approval = forms.BooleanField(label=gettext_lazy("I approve each reward by hand"), required=False)

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.business = business
        kinds = [
            ("", _("nothing extra")),
            *((kind.name, _("balance worth")) for kind in types if kind.name == "balance"),
        ]
        for side, label in (("friend", _("Amount for the friend")), ("ambassador", _("Amount for your client"))):
            choose(self, f"{side}_kind", kinds)
            self.fields[f"{side}_amount"] = MoneyField(business=business, label=label, required=False)
        choose(self, "condition", [(kind.name, kind().action({"kind": kind.name})) for kind in conditions])
        for name in ("friend_kind", "ambassador_kind", "friend_amount", "ambassador_amount", "condition"):
            self.fields[name].widget.attrs["aria-label"] = self.fields[name].label

    @property
    def gift_slot(self) -> SafeString:
        """The friend's side of the sentence."""
        return self._slot("friend")

    @property
    def reward_slot(self) -> SafeString:
        """The client's side of the sentence."""
        return self._slot("ambassador")

    @property
    def action_slot(self) -> SafeString:
        """The condition in the sentence."""
        return format_html("{}", self["condition"])

    def _slot(self, side: str) -> SafeString:
        return format_html(
            '<span class="slot">{} <span class="slot-amount">{} {}</span></span>',
            self[f"{side}_kind"],
            self[f"{side}_amount"],
            self.business.currency,
        )

    def offer(self) -> Offer:
        """Return the offer of a valid form. Raise Invalid naming the field."""
        given = self.cleaned_data
        return read_offer(
            self.business,
            {
                "friend_reward": self._reward("friend"),
                "ambassador_reward": self._reward("ambassador"),
                "conditions": [{"kind": given["condition"]}],
                "friend_reward_on": given["friend_reward_on"],
                "hold_days": given["hold_days"] or 0,
                "approval": "manual" if given["approval"] else "auto",
            },
        )

    def _reward(self, side: str) -> dict[str, Any] | None:
        given = self.cleaned_data
        if given["mode"] == "none" or not given[f"{side}_kind"]:
            return None
        reward: dict[str, Any] = {"kind": given[f"{side}_kind"], "amount": given[f"{side}_amount"]}
        if given["expires_days"]:
            reward["expires_days"] = given["expires_days"]
        return reward

    def clean(self) -> dict[str, Any]:
        """Ask for the amount of a side that receives one."""
        given = super().clean() or self.cleaned_data
        for side in SIDES:
            field = f"{side}_amount"
            wanted = given.get("mode") != "none" and given.get(f"{side}_kind")
            if wanted and field not in self.errors and not (given.get(field) or 0) > 0:
                self.add_error(field, _("Write an amount, or choose “nothing extra”."))
        return given


def initial_of(business: Business, *, name: str, offer: Offer) -> dict[str, Any]:
    """Return what the form shows for an offer."""
    rewards = {"friend": offer.friend_reward, "ambassador": offer.ambassador_reward}
    found: dict[str, Any] = {
        "name": name,
        "mode": "rewards" if offer.has_rewards else "none",
        "condition": offer.conditions[0]["kind"],
        "friend_reward_on": offer.friend_reward_on,
        "hold_days": offer.hold_days or None,
        "approval": offer.needs_approval,
        "expires_days": next(
            (reward["expires_days"] for reward in rewards.values() if reward and "expires_days" in reward), None
        ),
    }
    for side, reward in rewards.items():
        found[f"{side}_kind"] = reward["kind"] if reward else ""
        found[f"{side}_amount"] = money_plain(reward["amount"], business) if reward else ""
    return found


def preset_of(business: Business, kind: str) -> Offer:
    """Return the offer that a kind of business starts from."""
    friend, ambassador = start_of(business, kind)
    return Offer(
        friend_reward={"kind": "balance", "amount": friend} if friend else None,
        ambassador_reward={"kind": "balance", "amount": ambassador} if ambassador else None,
    )


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
