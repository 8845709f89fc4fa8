"""What the invitation page itself sees."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.referrals.models import Referral

from .base import Sign, signs


@signs
class Trap(Sign):
    """A field was filled in that people do not see."""

    name = "trap"
    label = gettext_lazy("Filled in a field that people do not see")
    advice = gettext_lazy("Call or write to the friend; reject where nobody answers.")

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say what it means."""
        return _("The form had a field that people cannot see, and it was filled in: a program did it.")


@signs
class TooFast(Sign):
    """The form came back faster than a person types."""

    name = "too_fast"
    label = gettext_lazy("Filled in faster than a person can")
    advice = gettext_lazy("Call or write to the friend; reject where nobody answers.")

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say what it means."""
        return _("The form was sent a moment after it was opened, faster than a person can type.")
