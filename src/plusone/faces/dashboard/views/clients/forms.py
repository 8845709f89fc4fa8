"""The forms of the client book."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from plusone.faces.dashboard.forms import MoneyField, OnceForm
from plusone.kernel.models import Business


class ClientForm(OnceForm):
    """Who a client is."""

    first_name = forms.CharField(label=_("First name"), max_length=80)
    last_name = forms.CharField(label=_("Last name"), max_length=80, required=False)
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "off"}),
        help_text=_("They log in with it. No mail is sent to them now."),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        help_text=_("From abroad: with + or 00 and the country code."),
    )


class NewForm(ClientForm):
    """The same for somebody new, with tags made on the way (R-081)."""

    tags = forms.CharField(
        label=_("Tags"),
        max_length=600,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "tag-names"}),
        help_text=_("Separated by commas. A new one is made by writing it."),
    )

    referred_by = forms.CharField(
        label=_("Referred by"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Name, e-mail or code of the client who recommended them. What is due is given at once."),
    )
    ambassador = forms.CharField(max_length=22, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].widget.attrs["autofocus"] = True  # at the desk somebody waits (UX 10)

    def given(self) -> dict[str, Any]:
        """Return what was typed of the client, the tags one by one."""
        typed = super().given()
        del typed["referred_by"], typed["ambassador"]
        return typed | {"tags": tag_names_in(typed["tags"])}


def tag_names_in(text: str) -> list[str]:
    """Return the tags of a field, which commas tell apart."""
    return [name for name in text.split(",") if name.strip()]


class EditForm(ClientForm):
    """The same, with what can be set later."""

    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("The business's language")), *settings.LANGUAGES]
    )
    access = forms.BooleanField(label=_("May log in to the client area"), required=False)


class MessageForm(OnceForm):
    """Own words to many."""

    subject = forms.CharField(label=_("Subject"), max_length=150)
    text = forms.CharField(
        label=_("Text"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("{first_name} becomes their first name. An empty line begins a new paragraph."),
    )
    by = forms.MultipleChoiceField(
        label=_("By what?"),
        choices=[("email", _("By e-mail")), ("portal", _("As a notice in their pages"))],
        widget=forms.CheckboxSelectMultiple,
    )


class AdjustForm(OnceForm):
    """A change of a balance by hand (R-006)."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Your client reads it in the list of movements.")
    )

    field_order = ("amount", "reason")

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = MoneyField(
            business=business,
            label=_("Amount in %(currency)s") % {"currency": business.currency},
            help_text=_("With a minus sign to take away."),
        )
        self.fields["expires_days"] = forms.IntegerField(
            label=_("Can be used for, in days"),
            min_value=1,
            max_value=3650,
            required=False,
            help_text=_("Empty: without an end."),
        )
        self.fields["is_paid_in"] = forms.BooleanField(
            label=_("The client paid this in"),
            required=False,
            help_text=_("It is used after what you gave, has no end, and is never taken back."),
        )
        self.order_fields(("amount", "reason", "expires_days", "is_paid_in", "once"))


class DeleteLeadsForm(forms.Form):
    """Why several leads go, and how many, typed: nobody deletes a page of people with one slip."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    typed = forms.CharField(
        label=_("Type how many leads are deleted"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count

    def clean_typed(self) -> str:
        """Compare what was typed with how many there are."""
        text = "".join(letter for letter in str(self.cleaned_data["typed"]) if letter.isdecimal())
        if text != str(self.count):
            raise forms.ValidationError(_("Type %(number)s to confirm."), params={"number": self.count})
        return text


class DeleteForm(forms.Form):
    """Why a lead goes, or the typed confirmation that a client goes for good."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    typed = forms.CharField(label=_("Type the first name to confirm"), max_length=80)

    def __init__(self, *args: Any, first_name: str, typed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first_name = first_name
        if not typed:
            del self.fields["typed"]

    def clean_typed(self) -> str:
        """Compare what was typed with the name."""
        text = str(self.cleaned_data["typed"])
        if text.strip().casefold() != self.first_name.casefold():
            raise forms.ValidationError(_("Type %(name)s to confirm."), params={"name": self.first_name})
        return text
