"""How a message begins."""

from django.utils.translation import gettext as _


def hello() -> str:
    """Greet by name, where there is one."""
    return _("Hello {first_name|there},")
