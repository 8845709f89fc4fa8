"""The two places of the sentence that say who receives what: every kind of reward asks for its own inputs there."""

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from plusone.faces.ui.numbers import whole
from plusone.faces.ui.tags.texts import money_plain
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.kernel.money import parse_money
from plusone.rewards.types import Input, RewardType, Slot, types
from plusone.rewards.types.base import DAYS_MAX, parse_percent, percent_number
from plusone.rewards.types.choice import OPTIONS_MAX, Choice
from plusone.rewards.types.membership import WHEN_RUNNING
from plusone.store.shelf import Shelf

from . import arranging

SIDES = ("friend", "ambassador")
NUMBERS = ("money", "percent")  # they share one place for a number
VALID_DAYS = 60  # where a coupon starts


class KindSelect(forms.Select):
    """A choice whose options name the inputs that they want, so that the style sheet shows those alone."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the names as classes."""
        option = super().create_option(name, value, *args, **kwargs)
        if found := find(str(value)):
            kind, slot = found
            option["attrs"]["class"] = " ".join(f"wants-{wanted.kind}" for wanted in inputs_of(kind, slot))
        return option


def find(name: str) -> tuple[type[RewardType], Slot] | None:
    """Return the kind and the slot that a choice stands for, or None for nothing."""
    return next(((kind, slot) for kind in types for slot in kind.slots if slot.name == name), None)


def inputs_of(kind: type[RewardType], slot: Slot) -> list[Input]:
    """Return what a slot asks for."""
    also = ("running",)  # asked beside what names a membership
    return [one for one in kind.inputs if one.name in slot.inputs or one.kind in also]


def add_fields(form: forms.Form, shelf: Shelf, sides: list[str]) -> None:
    """Give the form of a campaign the places of some sides: friend, client, and what they may choose."""
    products, memberships = shelf.products, shelf.memberships
    offered = [kind for kind in types if memberships or kind.name != "membership"]
    slots = [(slot.name, slot.label) for kind in offered for slot in kind.slots]
    for side in sides:
        about = _labels(side)
        form.fields[f"{side}_kind"] = forms.ChoiceField(
            label=about["kind"], choices=[("", about["nothing"]), *slots], widget=KindSelect, required=False
        )
        form.fields[f"{side}_amount"] = _short(about["amount"], max_length=20, inputmode="decimal")
        form.fields[f"{side}_product"] = forms.ChoiceField(
            label=about["product"], choices=[("", _("choose a product")), *products], required=False
        )
        form.fields[f"{side}_text"] = _short(about["text"], max_length=120)
        form.fields[f"{side}_valid_days"] = _short(
            about["valid_days"], max_length=4, inputmode="numeric", initial=VALID_DAYS
        )
        form.fields[f"{side}_membership_type"] = forms.ChoiceField(
            label=about["membership_type"], choices=[("", _("choose a membership")), *memberships], required=False
        )
        form.fields[f"{side}_when_running"] = forms.ChoiceField(
            label=_("Who has that membership already"), choices=list(WHEN_RUNNING.items()), required=False
        )
        form.fields[f"{side}_days"] = _short(about["days"], max_length=4, inputmode="numeric")
        for name in ("kind", "amount", "product", "text", "valid_days", "membership_type", "when_running", "days"):
            form.fields[f"{side}_{name}"].widget.attrs["aria-label"] = form.fields[f"{side}_{name}"].label


def _labels(side: str) -> dict[str, str]:
    """Return what the fields of a side are called."""
    if side.endswith("friend"):
        return {
            "kind": _("What the friend receives"), "nothing": _("nothing extra"),
            "amount": _("Amount for the friend"), "product": _("Product for the friend"),
            "text": _("What the friend is handed"), "valid_days": _("Days that the friend's coupon is valid"),
            "membership_type": _("Membership for the friend"), "days": _("Days of membership for the friend"),
        }  # fmt: skip
    is_option = "option_" in side
    return {
        "kind": _("What your client may choose instead") if is_option else _("What your client receives"),
        "nothing": _("nothing else") if is_option else _("nothing extra"),
        "amount": _("Amount for your client"), "product": _("Product for your client"),
        "text": _("What your client is handed"), "valid_days": _("Days that your client's coupon is valid"),
        "membership_type": _("Membership for your client"), "days": _("Days of membership for your client"),
    }  # fmt: skip


def _short(label: str, *, max_length: int, inputmode: str = "text", **more: Any) -> forms.CharField:
    attrs = {"inputmode": inputmode, "autocomplete": "off"}
    widget = forms.TextInput(attrs=attrs)
    return forms.CharField(label=label, required=False, max_length=max_length, widget=widget, **more)


# Ends a place, so that the comma or the stop after it does not begin a line (U+2060, the word joiner).
GLUE = "\u2060"


def takes_option(form: Any, prefix: str) -> bool:
    """Say whether the client of a step can be given one more reward to choose from."""
    return len(arranging.options_in(form.fields, prefix)) < OPTIONS_MAX - 1


def slots_html(form: Any, prefix: str, business: Business) -> SafeString:
    """Return the client's place in the sentence, with what may be chosen instead, joined as the language joins it."""
    start, between, end = (_("%(first)s or %(last)s") % {"first": "\0", "last": "\0"}).split("\0")
    rows: list[tuple[Any, ...]] = [("", slot_html(form, f"{prefix}ambassador", business), "")]
    for place in arranging.options_in(form.fields, prefix):
        drop = format_html(
            ' <button class="btn btn-sm slot-drop" type="submit" name="{}" value="{}" formnovalidate aria-label="{}">'
            "×</button>",
            arranging.DROP,
            place,
            _("Take this option away"),
        )
        rows.append((between, slot_html(form, place, business), drop))
    joined = format_html("{}{}{}", start, format_html_join("", "{}{}{}", rows), end)
    return format_html(_("{rewards}, as they choose"), rewards=joined) if len(rows) > 1 else joined


def slot_html(form: Any, side: str, business: Business) -> SafeString:
    """Return one side's place in the sentence."""
    unit = '<span class="slot-in in-money">{}</span><span class="slot-in in-percent">%</span>'
    number = format_html(
        '<span class="slot-in in-number slot-amount">{} ' + unit + "</span>", form[f"{side}_amount"], business.currency
    )
    others = [
        ("product", form[f"{side}_product"], ""),
        ("membership", form[f"{side}_membership_type"], ""),
        ("count", form[f"{side}_days"], ""),
        ("text", form[f"{side}_text"], ""),
    ]
    running = (_("who has it already %(receives)s") % {"receives": "\0"}).split("\0")
    already = format_html(
        '<span class="slot-in in-membership">, {}{}{}</span>', running[0], form[f"{side}_when_running"], running[-1]
    )
    days = (_("valid for %(days)s days") % {"days": "\0"}).split("\0")
    rest = format_html_join("", '<span class="slot-in in-{}"> {}{}</span>', others)
    valid = format_html('<span class="slot-in in-days">, {}{}{}</span>', days[0], form[f"{side}_valid_days"], days[-1])
    kind = form[f"{side}_kind"]
    inner = (kind, number, rest, already, valid, GLUE)
    return format_html('<span class="slot reward-slot">{}<wbr class="in-number">{}{}{}{}{}</span>', *inner)


def read(form: Any, side: str, business: Business) -> dict[str, Any] | None:
    """Return the reward that was chosen for a side, None for nothing. Raise Invalid at the field of the form."""
    given = form.cleaned_data
    found = find(given.get(f"{side}_kind") or "")
    if found is None:
        return None
    kind, slot = found
    reward: dict[str, Any] = {"kind": kind.name}
    for wanted in inputs_of(kind, slot):
        field = f"{side}_{place_of(wanted)}"
        try:
            reward[wanted.name] = _value(wanted, str(given.get(field) or ""), business)
        except Invalid as error:
            error.field = field
            raise
    if given.get("expires_days") and any(wanted.name == "expires_days" for wanted in kind.inputs):
        reward["expires_days"] = given["expires_days"]
    return reward


def read_with_options(form: Any, prefix: str, business: Business) -> dict[str, Any] | None:
    """Return what the client of a step receives: one reward, or a choice where there are options. Raise Invalid."""
    places = [f"{prefix}ambassador", *arranging.options_in(form.fields, prefix)]
    found = [reward for reward in (read(form, place, business) for place in places) if reward is not None]
    if len(found) > 1:
        return {"kind": Choice.name, "options": found}
    return found[0] if found else None


def place_of(wanted: Input) -> str:
    """Return the end of the name of the field that an input is typed in."""
    return "amount" if wanted.kind in NUMBERS else wanted.name


def field_of(error_field: str, names: Any) -> str:
    """Return the form's field for a refusal of the room: "friend_reward.percent" stands at "friend_amount"."""
    if error_field.startswith("returning."):
        return field_of(
            error_field.removeprefix("returning.").replace("ambassador_", "returning_ambassador_", 1), names
        )
    if error_field == "months":
        return "returning_months"
    step = re.match(r"steps\.(\d+)\.(.+)$", error_field)
    prefix, within = (f"step_{int(step[1]) + 2}_", step[2]) if step else ("", error_field)
    side, _dot, part = within.partition(".")
    side = prefix + side.removesuffix("_reward")
    if option := re.match(r"options\.(\d+)\.?(.*)$", part):
        part = option[2] or "kind"
        side = side if option[1] == "0" else f"{prefix}option_{int(option[1]) + 1}"
    for name in (f"{side}_{'amount' if part == 'percent' else part}", prefix + part, side, f"{side}_kind"):
        if name in names:
            return str(name)
    return error_field


def _value(wanted: Input, text: str, business: Business) -> Any:
    if wanted.kind in NUMBERS and not text:
        raise Invalid(_("Write an amount, or choose “nothing extra”."))
    if wanted.kind == "percent":
        return parse_percent(text)
    if wanted.kind in ("days", "count"):
        number = whole(text)
        if number is None or not 1 <= number <= DAYS_MAX:
            raise Invalid(_("Write between 1 and 3,650 days."))
        return number
    if wanted.kind == "money":
        amount = parse_money(text, business.currency)
        if amount <= 0:
            raise Invalid(_("Write an amount, or choose “nothing extra”."))
        return amount
    return text


def shown(business: Business, side: str, reward: dict[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """Yield what the fields of a side show for a reward."""
    if not reward:
        yield f"{side}_kind", ""
        return
    kind = types[reward["kind"]]
    slot = kind().slot_of(reward)
    yield f"{side}_kind", slot.name
    for wanted in inputs_of(kind, slot):
        value = reward.get(wanted.name, "")  # what terms of an earlier time did not say
        if wanted.kind == "percent":
            value = percent_number(value)
        elif wanted.kind == "money":
            value = money_plain(value, business)
        yield f"{side}_{place_of(wanted)}", value


def shown_with_options(business: Business, prefix: str, reward: dict[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """Yield what the fields of a step's client show for a reward, or for each option of a choice."""
    parts = parts_of(reward)
    yield from shown(business, f"{prefix}ambassador", parts[0] if parts else None)
    for number, option in enumerate(parts[1:], start=2):
        yield from shown(business, f"{prefix}option_{number}", option)


def parts_of(reward: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return a reward, or the options of a choice, each as it stands in a place of its own."""
    return (types[reward["kind"]]().options(reward) or [reward]) if reward else []
