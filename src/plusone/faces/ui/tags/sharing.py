"""Handing something on: copy, share, QR."""

from typing import Any
from urllib.parse import quote

import segno
from django.template import Context, Library
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .basics import attributes, icon

register = Library()


def ways(url: str, text: str, *, subject: str = "", phone: str = "", email: str = "") -> dict[str, str]:
    """Return the address that opens each way of handing `url` on, the message already written."""
    body = quote(f"{text} {url}".strip(), safe="")
    return {
        "whatsapp": f"https://wa.me/{phone.removeprefix('+')}?text={body}",
        "sms": f"sms:{phone}?&body={body}",
        "mail": f"mailto:{quote(email, safe='@')}?subject={quote(subject or text, safe='')}&body={body}",
    }


@register.simple_tag
def copy_button(text: str, label: str = "", *, variant: str = "", size: str = "", **more: Any) -> SafeString:
    """Draw a button that copies `text` and says so. It needs JavaScript, so without it is not there."""
    classes = " ".join(["btn", *(f"btn-{part}" for part in (variant, size) if part), "js-only"])
    return format_html(
        '<button class="{}" type="button" data-copy="{}" data-done="{}"{}>{}<span data-label>{}</span></button>',
        classes,
        text,
        _("Copied"),
        attributes(more),
        icon("copy"),
        label or _("Copy"),
    )


@register.simple_tag
def share_link(url: str) -> SafeString:
    """Draw a link to read and copy."""
    shown = url.removeprefix("https://").removeprefix("http://")
    return format_html(
        '<div class="share-link"><code class="code">{}</code>{}</div>',
        shown,
        copy_button(url, variant="soft", size="sm"),
    )


@register.simple_tag(takes_context=True)
def share_buttons(
    context: Context,
    url: str,
    text: str,
    *,
    subject: str = "",
    phone: str = "",
    email: str = "",
    qr_url: str = "",
    compact: bool = False,
) -> str:
    """Draw every way to hand `url` on. `phone` and `email` address it, `qr_url` is a page with the QR full screen."""
    number = int(context.render_context.get("ui_share") or 0) + 1
    context.render_context["ui_share"] = number
    return render_to_string(
        "ui/parts/share.html",
        {
            "url": url,
            "text": text,
            "subject": subject or text,
            "ways": ways(url, text, subject=subject, phone=phone, email=email),
            "qr_url": qr_url,
            "compact": compact,
            "by_staff": hasattr(context.get("request"), "collaborator"),  # who hold it out to a client
            "id": f"qr-{number}",
        },
    )


@register.simple_tag
def qr(text: str, label: str = "") -> SafeString:
    """Draw a QR code as SVG, black on white in every theme, readable by every scanner."""
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(scale=4, border=2, omitsize=True, svgclass="qr", lineclass="")
    return format_html('<span role="img" aria-label="{}">{}</span>', label or _("QR code"), SafeString(drawn))
