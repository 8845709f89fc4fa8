"""The form in which somebody chooses a password whom a business let in by a handed link."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy

from plusone.kernel.models import User


class PasswordForm(forms.Form):
    """A password, held to the rules of every password."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("At least 10 characters. Three words that only you would put together are best."),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, email: str, name: str, *args: Any) -> None:
        super().__init__(*args)
        self._user = User(email=email, name=name)

    def clean_password(self) -> str:
        """Refuse what anybody would guess."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self._user)
        return password
