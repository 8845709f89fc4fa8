"""One of several rewards, as its client chooses."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business

from .base import Input, Params, RewardType, covers, types

OPTIONS_MIN, OPTIONS_MAX = 2, 4


@types
class Choice(RewardType):
    """One of two to four rewards that you allow, as your client chooses once it is due."""

    name = "choice"
    label = gettext_lazy("One of several, as your client chooses")
    uses_budget = True
    inputs = (Input("options", "options"),)

    def clean(self, business: Business, params: Params) -> Params:
        """Take the options, each as its own kind takes it, all different."""
        options = params.get("options")
        if not isinstance(options, list) or not OPTIONS_MIN <= len(options) <= OPTIONS_MAX:
            raise Invalid(_("A choice has two to four options."), field="options")
        found: list[Params] = []
        for place, option in enumerate(options):
            kind = option.get("kind") if isinstance(option, dict) else None
            if not isinstance(kind, str) or kind not in types or kind == self.name:
                raise Invalid(_("There is no such kind of reward."), field=f"options.{place}")
            try:
                found.append(types[kind]().clean(business, option))
            except Invalid as error:
                error.field = f"options.{place}.{error.field}"
                raise
            if found[-1] in found[:-1]:
                raise Invalid(_("Two options are the same."), field=f"options.{place}")
        return {"kind": self.name, "options": found}

    def check_for_friend(self, business: Business, params: Params) -> None:
        """A friend who registers should see one gift, not a decision."""
        raise Invalid(_("Only your client can be given a choice, not the friend."))

    def options(self, params: Params) -> list[Params]:
        """Return what there is to choose from."""
        return list(params["options"])

    def covers(self, old: Params, new: Params) -> bool | None:
        """Look for each option, or more of it, among the new ones."""
        kept = (any(covers(option, other) for other in new["options"]) for option in old["options"])
        return True if all(kept) else None

    def phrase(self, business: Business, params: Params) -> str:
        """Name all options."""
        *first, last = (types[option["kind"]]().phrase(business, option) for option in params["options"])
        return _("a choice of %(first)s or %(last)s") % {"first": ", ".join(first), "last": last}

    def use(self, business: Business, params: Params) -> str:
        """It is not there before it is chosen."""
        return _("Your page lets you choose.")

    def small_print(self, business: Business, params: Params) -> str:
        """Say when it is chosen; what has to be known of each option is said with its own kind."""
        return _("You choose once it is due; until then nothing is given.")
