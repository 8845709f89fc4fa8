"""The friend's three fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from plusone.clients.commands.profile import clean
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business


class InvitationForm(forms.Form):
    """What a friend writes, checked before anybody looks whether the person is known: the answer is the same to all."""

    first_name = forms.CharField(label=_("First name"), max_length=80)
    email = forms.CharField(label=_("E-mail"), max_length=254, widget=forms.EmailInput)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    consent = forms.BooleanField(error_messages={"required": _("Tick this box to agree.")})
    code = forms.CharField(label=_("Code of the person who invited you"), max_length=40, required=False)
    topic = forms.CharField(max_length=400, required=False)  # the trap: people do not see it
    token = forms.CharField(max_length=400, required=False, widget=forms.HiddenInput)

    ATTRIBUTES = {
        "first_name": {"autocomplete": "given-name", "autocapitalize": "words"},
        "email": {"autocomplete": "email", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"},
        "phone": {"autocomplete": "tel", "inputmode": "tel", "type": "tel"},
        "code": {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    }

    def __init__(self, business: Business, *args: Any, consent_text: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fresh_token = str(self.initial.get("token", ""))
        self.business = business
        for name, attributes in self.ATTRIBUTES.items():
            if name in self.fields:
                self.fields[name].widget.attrs.update(attributes)
        if business.consent_required:
            self.fields["consent"].label = consent_text
        else:
            del self.fields["consent"]

    def clean(self) -> dict[str, Any]:
        """Read name, address and phone as they will be kept."""
        typed: dict[str, Any] = super().clean() or {}
        for given in (
            {"first_name": typed.get("first_name")},
            {"email": typed.get("email")},
            {"phone": typed.get("phone")},
        ):
            if not all(given.values()):
                continue
            try:
                clean(self.business, **{"first_name": "-", **given})  # type: ignore[arg-type]  # checked above
            except Refused as error:
                self.add_error(error.field, str(error.message))
        return typed


class SignUpForm(InvitationForm):
    """What a client writes on the business's own sign-up page: the same, and nobody to thank for it."""

    code = None  # type: ignore[assignment]  # how Django leaves an inherited field out
