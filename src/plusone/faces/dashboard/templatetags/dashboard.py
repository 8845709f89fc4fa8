"""`{% load dashboard %}`: what only staff pages need."""

from typing import Any

from django.template import Library
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = Library()


@register.filter
def may(request: Any, permission: str) -> bool:
    """Say whether the staff member of this request may do something: `{% if request|may:"clients.manage" %}`."""
    return bool(request.may(permission))


@register.filter
def said_in(texts: dict[str, str]) -> str:
    """Return the reader's language of a text that is kept in several."""
    return texts.get((get_language() or "en")[:2]) or texts.get("en", "")


@register.filter
def flag_words(flag: str) -> str:
    """Return what a sign of doubt means, in words."""
    words = {
        "disposable_email": _("Throw-away e-mail address"),
        "same_phone": _("Same phone number"),
        "similar_email": _("Similar e-mail address"),
        "same_address": _("Same internet address as others"),
        "fast": _("Many registrations in a short time"),
        "velocity": _("Many registrations in a short time"),
        "honeypot": _("Filled in a field that people do not see"),
        "too_fast": _("Filled in faster than a person can"),
    }
    return str(words.get(flag, flag.replace("_", " ")))
