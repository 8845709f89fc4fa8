"""`{% load dashboard %}`: what only staff pages need."""

from typing import Any

from django.template import Library
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from plusone.faces.ui.tags.basics import status
from plusone.kernel.countries import zone_name
from plusone.kernel.ids import public_id
from plusone.messaging.channels import channels
from plusone.referrals.doubt import signs

register = Library()


@register.simple_tag
def once_token() -> str:
    """Return a token that lets the form it stands in act once."""
    return public_id()


@register.simple_tag(takes_context=True)
def mails_leave(context: Any) -> bool:
    """Say whether the business's mails have a server to leave by, its own or the installation's: else all wait."""
    return channels["email"]().is_ready(None) or bool(context["request"].collaborator.has_mail_server)


@register.filter
def may(request: Any, permission: str) -> bool:
    """Say whether the staff member of this request may do something: `{% if request|may:"clients.manage" %}`."""
    return bool(request.may(permission))


@register.simple_tag(takes_context=True)
def person(context: Any, client: Any, css: str = "") -> SafeString:
    """Draw a client's name, leading to the profile where this reader has one: `{% person referral.friend %}`."""
    if client.status == "deleted" or not client.first_name:
        return format_html("{}", client.full_name)
    to = reverse("b:client", args=[context["business"].slug, client.public_id])
    return format_html('<a class="{}" href="{}">{}</a>', css, to, client.full_name)


@register.filter
def said_in(texts: dict[str, str]) -> str:
    """Return the reader's language of a text that is kept in several."""
    return texts.get((get_language() or "en")[:2]) or texts.get("en", "")


@register.filter
def zone_words(zone: str) -> str:
    """Return a time zone in the reader's language, by its city and country."""
    return zone_name(zone, get_language() or "en")


@register.filter
def flag_words(flag: str) -> str:
    """Return what a sign of doubt means, in words."""
    kind = signs.get(flag)
    return str(kind.label) if kind else flag.replace("_", " ")


@register.simple_tag
def campaign_status(campaign: Any) -> SafeString:
    """Draw where a campaign stands."""
    words = {"active": _("Live"), "inactive": _("Not running"), "draft": _("Draft"), "archived": _("In the archive")}
    words["scheduled"] = _("Scheduled")
    return status(campaign.state, words.get(campaign.state, ""))
