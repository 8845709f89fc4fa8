"""What the layouts are made of: places, tabs, brand, stages."""

from typing import Any

from django.template import Context, Library
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from plusone.faces.ui import brand, helping, navigation, toasts
from plusone.faces.ui.navigation import Link

register = Library()


def business_of(context: Context) -> Any:
    """Return the business a page is about: the context's, else the request's, else None."""
    return context.get("business") or getattr(context.get("request"), "business", None)


@register.simple_tag
def nav_url(route: str, business: Any = None, *args: Any) -> str:
    """Return the address of a route of a business, or "" where it does not exist yet: `{% nav_url … as url %}`."""
    return navigation.url_of(route, *args, business=business)


@register.simple_tag
def try_url(*routes: str) -> str:
    """Return the address of the first route that exists, or ""."""
    return next((url for route in routes if (url := navigation.url_of(route))), "")


@register.simple_tag(takes_context=True)
def staff_places(context: Context) -> list[Link]:
    """Return the places of the dashboard that exist and that this person may see."""
    return list(
        navigation.links(
            navigation.STAFF,
            business=business_of(context),
            nav=str(context.get("nav") or ""),
            request=context.get("request"),
        )
    )


@register.simple_tag(takes_context=True)
def help_topic(context: Context) -> helping.Topic | None:
    """Return what helps on this page, for who works in its business."""
    works_here = getattr(context.get("request"), "collaborator", None) is not None and business_of(context)
    return helping.topic_of(str(context.get("nav") or "")) if works_here else None


@register.simple_tag(takes_context=True)
def portal_places(context: Context) -> list[Link]:
    """Return the tabs of the portal."""
    client = getattr(context.get("request"), "client", None)
    places = navigation.PORTAL_ARCHIVED if getattr(client, "is_archived", False) else navigation.PORTAL
    return list(navigation.links(places, business=business_of(context), nav=str(context.get("nav") or "")))


@register.simple_tag
def stage(feature: str) -> SafeString:
    """Draw the badge of a feature that is still being tested, with what that means (R-009); nothing once it is not."""
    if navigation.stage_of(feature) != "beta":
        return mark_safe("")
    tip = _("This feature is new and still being tested.")
    return format_html(
        '<span class="badge badge-stage" title="{}">{}<span class="visually-hidden">: {}</span></span>',
        tip,
        _("BETA"),
        tip,
    )


@register.simple_tag(takes_context=True)
def brand_style(context: Context, business: Any = None, scope: str = ".brand") -> SafeString:
    """Write the business's colour as a style block that the content policy allows; nothing where it has none."""
    business = business or business_of(context)
    rules = brand.stylesheet(getattr(business, "brand_color", "") or "", scope)
    if not rules:
        return mark_safe("")
    # The rules are our own words and checked hex digits (brand.py): nothing a business wrote is left unescaped.
    return format_html('<style nonce="{}">{}</style>', context.get("csp_nonce", ""), SafeString(rules))


@register.simple_block_tag
def tabs(content: str, label: str) -> SafeString:
    """Draw a row of tabs; `label` names it for a screen reader."""
    return format_html('<nav class="tabs" aria-label="{}">{}</nav>', label, conditional_escape(content))


@register.simple_tag
def tab(label: str, href: str, active: bool = False, *, count: int | None = None) -> SafeString:
    """Draw one tab: a link, with how many are behind it."""
    number = format_html('<span class="tab-count">{}</span>', count) if count is not None else ""
    return format_html(
        '<a href="{}"{}>{}{}</a>', href, mark_safe(' aria-current="page"') if active else "", label, number
    )


@register.filter
def undo_of(message: Any) -> str:
    """Return the address that undoes what a message tells."""
    return toasts.undo_of(message)
