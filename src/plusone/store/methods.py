"""How money is taken. One class a method; a payment provider registers its own."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.kernel.registry import Registry


class Method:
    """A way to pay. `by_hand`: staff say that the money came."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    by_hand: ClassVar[bool] = True


methods: Registry[type[Method]] = Registry("payment method")


@methods
class Cash(Method):
    """Cash at the desk."""

    name = "cash"
    label = _("Cash")


@methods
class Transfer(Method):
    """A bank transfer that staff saw arrive."""

    name = "transfer"
    label = _("Bank transfer")


@methods
class Terminal(Method):
    """A card terminal that is not connected to this program."""

    name = "terminal"
    label = _("Card terminal")


@methods
class Imported(Method):
    """Paid before, in another system; history that an import brought."""

    name = "import"
    label = _("Imported")
    by_hand = False


def names_by_hand() -> list[str]:
    """Return the names of the methods that staff may record."""
    return [method.name for method in methods if method.by_hand]
