"""What the forms of the dashboard share: they act once, and a refusal stands at its field."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db import transaction

from plusone.kernel import once
from plusone.kernel.errors import Refused
from plusone.kernel.ids import public_id
from plusone.kernel.models import Business
from plusone.kernel.money import parse_money


class OnceForm(forms.Form):
    """A form whose hidden token lets it act once, however often it is sent."""

    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["once"].initial = public_id()

    def given(self) -> dict[str, Any]:
        """Return what was typed, without the token."""
        return {name: value for name, value in self.cleaned_data.items() if name != "once"}


class MoneyField(forms.CharField):
    """An amount as people type it; cleans to minor units of the business's currency, or None where it is left empty."""

    def __init__(self, *, business: Business, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.business = business
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value: Any) -> int | None:
        """Return the minor units."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_money(text, self.business.currency)
        except Refused as error:
            raise forms.ValidationError(str(error)) from error


def choose(form: forms.Form, name: str, choices: Any) -> None:
    """Give a choice field of a form what can be chosen today."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def show_refusal(form: forms.Form, error: Refused) -> None:
    """Put a refusal where it belongs: at its field, or above the form."""
    field = error.field.partition(".")[0]
    form.add_error(field if field in form.fields else None, error.told)


def acted(form: OnceForm, scope: str) -> str:
    """Return what `act_once` returned for the token of a form, "" where it has not acted: to be asked first where the
    act itself makes what was typed wrong, as a sale does with its coupon."""
    form.full_clean()
    token = form.cleaned_data.get("once") if form.is_bound else ""
    return once.result_of(scope, token) if token else ""


def act_once(form: OnceForm, scope: str, act: Callable[[], str]) -> str | None:
    """Run `act` once for the token of a valid form; return what it returned, the second time too.

    A refusal goes onto the form, nothing has changed then, and the answer is None.
    """
    token = form.cleaned_data["once"]
    try:
        with transaction.atomic():
            if not once.claim(scope, token):
                return once.result_of(scope, token)
            result = act()
            once.remember(scope, token, result)
            return result
    except Refused as error:
        show_refusal(form, error)
        return None
