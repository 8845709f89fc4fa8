"""Former clients in the builder: after how many months they count, and what your client receives for them (Q-10)."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from plusone.kernel.models import Business
from plusone.referrals.offers import MONTHS_MAX, Offer

from . import rewards

SIDE = "returning_ambassador"
NOTHING = "nothing"  # for them, though there is something for new friends


def add_fields(form: forms.Form) -> None:
    """Put the number of months onto the builder's form, and a choice that says "nothing" beside those of rewards."""
    label = _("Months since a former client left")
    form.fields["returning_months"] = forms.IntegerField(
        label=label,
        min_value=1,
        max_value=MONTHS_MAX,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "aria-label": label}),
    )
    kind = form.fields[f"{SIDE}_kind"]
    assert isinstance(kind, forms.ChoiceField)
    kind.label = _("What your client receives for a former client")
    kind.widget.attrs["aria-label"] = kind.label
    offered = list(kind.choices)[1:]  # type: ignore[arg-type]  # it was given a list
    kind.choices = [("", _("the same as for a new friend")), (NOTHING, _("nothing extra")), *offered]


def sentence(form: Any, business: Business) -> SafeString:
    """Return the sentence with its places."""
    months = format_html('<span class="in-count">{}</span>', form["returning_months"])
    return format_html(
        _(
            "If a friend was a client before and left at least {months} months ago, they count too. Then your client "
            "receives {reward}."
        ),
        months=months,
        reward=rewards.slot_html(form, SIDE, business),
    )


def read(form: Any, business: Business, base: Offer) -> dict[str, Any] | None:
    """Return what was typed, None where former clients do not count. What the form does not show, the friend's own
    gift, stays as it was. Raise Invalid at the field of the form."""
    months = form.cleaned_data.get("returning_months")
    if not months:
        return None
    was = base.returning or {}
    found: dict[str, Any] = {"months": months}
    if "friend_reward" in was:
        found["friend_reward"] = was["friend_reward"]
    if form.cleaned_data.get("mode") == "none":
        return found
    kind = form.cleaned_data.get(f"{SIDE}_kind")
    if kind == NOTHING:
        return {**found, "ambassador_reward": None}
    return {**found, "ambassador_reward": rewards.read(form, SIDE, business)} if kind else found


def shown(business: Business, offer: Offer) -> Iterator[tuple[str, Any]]:
    """Yield what the fields show for an offer."""
    own = offer.returning or {}
    yield "returning_months", own.get("months")
    if "ambassador_reward" in own and own["ambassador_reward"] is None:
        yield f"{SIDE}_kind", NOTHING
    else:
        yield from rewards.shown(business, SIDE, own.get("ambassador_reward"))
