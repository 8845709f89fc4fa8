"""Icons, buttons, cards, badges, notices, empty states, progress."""

from functools import lru_cache
from typing import Any

from django.template import Context, Library
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

register = Library()
NOTHING = SafeString("")

# What a state is called on a page (the glossary's words), how it is toned and which sign it wears beside its colour.
STATES: dict[str, tuple[Any, str, str]] = {
    "invited": (pgettext_lazy("client", "Invited"), "info", "mail"),
    "lead": (_("Lead"), "info", "circle-dot"),
    "active": (_("Active"), "good", "circle-check"),
    "archived": (_("Archived"), "", "archive"),
    "deleted": (_("Deleted"), "bad", "trash"),
    "draft": (_("Draft"), "", "circle-dashed"),
    "inactive": (_("Inactive"), "", "player-pause"),
    "scheduled": (_("Scheduled"), "info", "clock"),
    "ended": (_("Ended"), "", "flag"),
    "pending": (_("Pending"), "warn", "hourglass"),
    "held": (_("In verification"), "warn", "hourglass"),
    "in_review": (_("In review"), "warn", "eye"),
    "flagged": (_("To check"), "warn", "flag"),
    "open": (pgettext_lazy("state", "Open"), "info", "circle-dot"),
    "registered": (_("Registered"), "info", "circle-dot"),
    "activated": (_("Activated"), "good", "circle-check"),
    "completed": (_("Completed"), "good", "checks"),
    "closed": (_("Closed"), "", "circle-check"),
    "available": (_("Available"), "good", "circle-check"),
    "granted": (_("Granted"), "good", "gift"),
    "approved": (_("Approved"), "good", "circle-check"),
    "declined": (_("Declined"), "bad", "ban"),
    "rejected": (_("Rejected"), "bad", "ban"),
    "redeemed": (_("Redeemed"), "accent", "check"),
    "expired": (_("Expired"), "", "clock"),
    "revoked": (_("Taken back"), "bad", "arrow-back-up"),
    "unpaid": (_("To pay"), "warn", "clock"),
    "placed": (_("To pay"), "warn", "clock"),
    "paid": (_("Paid"), "good", "circle-check"),
    "part_refunded": (_("Partly refunded"), "warn", "receipt-refund"),
    "partially_refunded": (_("Partly refunded"), "warn", "receipt-refund"),
    "refunded": (_("Refunded"), "", "receipt-refund"),
    "disputed": (_("Disputed"), "bad", "alert-triangle"),
    "cancelled": (_("Cancelled"), "", "circle-x"),
    "failed": (_("Failed"), "bad", "alert-circle"),
    "sent": (_("Sent"), "good", "send"),
    "queued": (_("Waiting"), "info", "clock"),
}

TONE_ICONS = {
    "info": "info-circle",
    "good": "circle-check",
    "warn": "alert-triangle",
    "bad": "alert-circle",
    "plain": "info-circle",
}
TEXTUAL = ("id", "title", "target", "rel", "download", "form", "formaction", "formmethod", "accesskey", "role")


def attributes(given: dict[str, Any]) -> SafeString:
    """Return ` name="value"` for each keyword (`data_x` becomes `data-x`); True stands alone, None and False vanish."""
    if not given:
        return NOTHING
    pairs = [(name.rstrip("_").replace("_", "-"), value) for name, value in given.items() if value not in (None, False)]
    assert not any(name.startswith("on") or name == "style" for name, _value in pairs), (
        "the content policy forbids this"
    )
    return format_html_join(
        "", "{}", ((format_html(" {}", n) if v is True else format_html(' {}="{}"', n, v),) for n, v in pairs)
    )


@lru_cache(maxsize=512)
def _icon(name: str, label: str, css: str) -> SafeString:
    speech = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" {}><use href="{}#{}"></use></svg>',
        f" {css}" if css else "",
        speech,
        static("ui/icons.svg"),
        name,
    )


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw an icon. With a label it speaks for itself; without, it is decoration."""
    return _icon(name, str(label), css)


@register.simple_tag
def button(
    label: str,
    *,
    href: str = "",
    variant: str = "",
    size: str = "",
    icon_name: str = "",
    icon_only: bool = False,
    block: bool = False,
    type: str = "submit",  # noqa: A002 - the attribute's name
    **more: Any,
) -> SafeString:
    """Draw a button, or with `href` a link that looks like one. Variants: primary, soft, ghost, danger, link."""
    classes = ["btn", *(f"btn-{part}" for part in (variant, size) if part)]
    classes += ["btn-icon"] * icon_only + ["btn-block"] * block
    if css := more.pop("css", ""):
        classes.append(css)
    drawn = icon(icon_name) if icon_name else ""
    text = (
        format_html('<span class="visually-hidden">{}</span>', label)
        if icon_only
        else format_html("<span>{}</span>", label)
    )
    if icon_only:
        more.setdefault("title", label)
    if href:
        return format_html('<a class="{}" href="{}"{}>{}{}</a>', " ".join(classes), href, attributes(more), drawn, text)
    return format_html(
        '<button class="{}" type="{}"{}>{}{}</button>', " ".join(classes), type, attributes(more), drawn, text
    )


@register.simple_block_tag
def card(
    content: str,
    *,
    title: str = "",
    note: str = "",
    flush: bool = False,
    accent: bool = False,
    css: str = "",
    level: int = 2,
    **more: Any,
) -> str:
    """Draw a card around the block; `flush` lets a table reach its edges, `note` stands at the right of the title."""
    return render_to_string(
        "ui/parts/card.html",
        {
            "content": content,
            "title": title,
            "note": note,
            "flush": flush,
            "accent": accent,
            "css": css,
            "level": level,
            "more": attributes(more),
        },
    )


@register.simple_tag
def badge(label: str, tone: str = "", icon_name: str = "") -> SafeString:
    """Draw a small label. Tones: accent, good, warn, bad, info."""
    return format_html(
        '<span class="badge{}">{}{}</span>',
        f" badge-{tone}" if tone else "",
        icon(icon_name) if icon_name else "",
        label,
    )


@register.simple_tag
def status(state: str, label: str = "") -> SafeString:
    """Draw a state with its word, tone and sign; `label` overrides the word."""
    word, tone, sign = STATES.get(str(state), (str(state).replace("_", " ").capitalize(), "", "circle-dot"))
    return _status(str(label or word), tone, sign)


@lru_cache(maxsize=512)
def _status(word: str, tone: str, sign: str) -> SafeString:
    return badge(word, tone, sign)


@register.simple_block_tag
def notice(content: str, tone: str = "info", *, title: str = "", icon_name: str = "") -> SafeString:
    """Draw a paragraph that must be noticed. Tones: info, good, warn, bad, plain."""
    head = format_html('<div class="notice-title">{}</div>', title) if title else ""
    alert = mark_safe(' role="alert"') if tone == "bad" else ""
    return format_html(
        '<div class="notice notice-{}"{}>{}<div>{}{}</div></div>',
        tone,
        alert,
        icon(icon_name or TONE_ICONS[tone]),
        head,
        conditional_escape(content),
    )


@register.simple_block_tag
def empty(content: str, art: str, *, title: str, text: str = "") -> str:
    """Draw what a list shows before its first row: a picture, what will be here, and (the block) one button."""
    return render_to_string(
        "ui/parts/empty.html", {"art": f"ui/art/{art}.html", "title": title, "text": text, "content": content}
    )


@register.simple_tag
def progress(value: int, most: int, label: str, *, note: str = "") -> SafeString:
    """Draw a labelled progress bar."""
    return format_html(
        '<div class="meter"><div class="split small"><span>{}</span><span class="muted num">{}</span></div>'
        '<progress value="{}" max="{}" aria-label="{}">{}/{}</progress></div>',
        label,
        note or f"{value}/{most}",
        value,
        most,
        label,
        value,
        most,
    )


@register.simple_tag(takes_context=True)
def stat(
    context: Context, label: str, value: str, *, definition: str = "", href: str = "", link: str = "", note: str = ""
) -> str:
    """Draw a figure: its name, value, definition (behind a "?") and the way to the rows behind it."""
    number = int(context.render_context.get("ui_stat") or 0) + 1
    context.render_context["ui_stat"] = number
    return render_to_string(
        "ui/parts/stat.html",
        {
            "label": label,
            "value": value,
            "definition": definition,
            "href": href,
            "link": link,
            "note": note,
            "id": f"stat-{number}",
        },
    )


@register.simple_tag
def track(steps: list[tuple[str, str]], label: str = "") -> SafeString:
    """Draw how far something has come: steps are (word, "done" | "now" | "")."""
    spoken = {"done": _("done"), "now": _("now"), "": _("still to come")}
    rows = (
        (
            state,
            icon("check") if state == "done" else "",
            word,
            spoken[state],
            mark_safe(' aria-current="step"') if state == "now" else "",
        )
        for word, state in steps
    )
    return format_html(
        '<ol class="track"{}>{}</ol>',
        format_html(' aria-label="{}"', label) if label else "",
        format_html_join(
            "",
            '<li class="{0}"{4}><span class="dot">{1}</span>'
            '<span>{2}<span class="visually-hidden">: {3}</span></span></li>',
            rows,
        ),
    )
