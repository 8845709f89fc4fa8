"""The places of the sentence that say what the friend has to do: one for each condition, as many as the owner adds."""

from collections.abc import Iterator, Mapping
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
from plusone.referrals.conditions import Condition, Input, conditions
from plusone.referrals.conditions.base import TEXT_MAX
from plusone.store.shelf import Shelf

from . import arranging, rewards

NUMBERS = ("count", "money", "days")  # they share one place


class ConditionSelect(forms.Select):
    """A choice whose options name the inputs that they want, so that the style sheet shows those alone."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the names as classes."""
        option = super().create_option(name, value, *args, **kwargs)
        if value in conditions:
            option["attrs"]["class"] = " ".join(f"wants-{wanted.kind}" for wanted in conditions[value].inputs)
        return option


def add_fields(form: forms.Form, business: Business, shelf: Shelf, places: list[str]) -> None:
    """Give the form of a campaign its places; all but the first may be left empty."""
    slots = [(kind.name, kind.slot or kind().action(business, {"kind": kind.name})) for kind in conditions]
    labels = {
        "": _("What the friend has to do"),
        "at_least": _("How many, or how much money"),
        "membership_type": _("Type of membership"),
        "text": _("What the friend has to do, in your words"),
    }
    for place in places:
        is_first = place == places[0]
        choice = forms.ChoiceField(label=labels[""], required=is_first, widget=ConditionSelect)
        choice.choices = slots if is_first else [("", _("nothing more")), *slots]
        form.fields[place] = choice
        number = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        form.fields[f"{place}_at_least"] = forms.CharField(
            label=labels["at_least"], required=False, max_length=20, widget=number
        )
        form.fields[f"{place}_membership_type"] = forms.ChoiceField(
            label=labels["membership_type"], required=False, choices=[("", _("of any type")), *shelf.memberships]
        )
        form.fields[f"{place}_text"] = forms.CharField(label=labels["text"], required=False, max_length=TEXT_MAX)
        for end, label in labels.items():
            form.fields[f"{place}_{end}".removesuffix("_")].widget.attrs["aria-label"] = label


def slots_html(form: Any, business: Business, places: list[str]) -> SafeString:
    """Return all places, joined as the language joins them."""
    start, between, end = (_("%(first)s and %(last)s") % {"first": "\0", "last": "\0"}).split("\0")
    rows = [
        (between if number else "", _slot_html(form, business, places, place)) for number, place in enumerate(places)
    ]
    return format_html("{}{}{}", start, format_html_join("", "{}{}", rows), end)


def _slot_html(form: Any, business: Business, places: list[str], place: str) -> SafeString:
    drop: SafeString | str = ""
    if len(places) > 1:
        drop = format_html(
            ' <button class="btn btn-sm slot-drop" type="submit" name="{}" value="{}" formnovalidate aria-label="{}">'
            "×</button>",
            arranging.DROP,
            place,
            _("Take this condition away"),
        )
    return format_html(
        '<span class="slot condition-slot">{}<wbr class="in-number"><span class="slot-in in-number slot-amount">{} '
        '<span class="slot-in in-money">{}</span></span><span class="slot-in in-membership"> {}</span>'
        '<span class="slot-in in-text"> {}</span>{}{}</span>',
        form[place],
        form[f"{place}_at_least"],
        business.currency,
        form[f"{place}_membership_type"],
        form[f"{place}_text"],
        drop,
        rewards.GLUE,
    )


def read(given: Mapping[str, Any], place: str, business: Business) -> dict[str, Any] | None:
    """Return the condition of a place, None for an empty one. Raise Invalid at the field of the form."""
    name = given.get(place) or ""
    if name not in conditions:
        return None
    condition: Condition = conditions[name]()
    wanted: dict[str, Any] = {"kind": condition.name}
    for field in condition.inputs:
        where = _field_of(place, field)
        try:
            wanted[field.name] = _value(field, str(given.get(where) or ""), business)
        except Invalid as error:
            error.field = where
            raise
    try:
        return condition.clean(business, wanted)
    except Invalid as error:
        error.field = next(_field_of(place, field) for field in condition.inputs if field.name == error.field)
        raise


def shown(business: Business, wanted: list[dict[str, Any]], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what the places show for the conditions of a step of an offer."""
    for number, condition in enumerate(wanted, 1):
        place = f"{prefix}condition" if number == 1 else f"{prefix}condition_{number}"
        yield place, condition["kind"]
        for field in conditions[condition["kind"]].inputs:
            value = condition.get(field.name, "")
            yield _field_of(place, field), money_plain(value, business) if field.kind == "money" else value


def _field_of(place: str, field: Input) -> str:
    return f"{place}_at_least" if field.kind in NUMBERS else f"{place}_{field.name}"


def _value(field: Input, text: str, business: Business) -> Any:
    if field.kind == "money":
        return parse_money(text, business.currency)
    if field.kind in NUMBERS:
        number = whole(text)
        if number is None:
            raise Invalid(_("Write a whole number above zero."))
        return number
    return text or None
