"""People as a page shows them."""

from typing import Any
from zlib import crc32

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = Library()


def initials_of(name: str) -> str:
    """Return one or two capitals for a name; a middle dot where there is none."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "") if words else "·"
    return letters.upper()


@register.simple_tag
def avatar(name: Any, size: str = "", *, brand: bool = False) -> SafeString:
    """Draw somebody's initials in a calm tone of theirs; decoration beside the name. Sizes: sm, lg, xl."""
    tone = "person-brand" if brand else f"person-{crc32(str(name).encode()) % 5 + 1}"
    return format_html(
        '<span class="person {}{}" aria-hidden="true">{}</span>',
        tone,
        f" person-{size}" if size else "",
        initials_of(str(name)),
    )


@register.simple_tag
def who(name: Any, note: str = "", *, href: str = "", size: str = "") -> SafeString:
    """Draw somebody: initials, the name (a link where there is one), a quiet second line."""
    shown = (
        format_html('<a href="{}" class="strong">{}</a>', href, name)
        if href
        else format_html('<span class="strong">{}</span>', name)
    )
    second = format_html('<span class="small muted truncate">{}</span>', note) if note else ""
    return format_html('<span class="who">{}<span>{}{}</span></span>', avatar(name, size), shown, second)
