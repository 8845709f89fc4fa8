"""From a template and its reader to subject, text and HTML."""

import functools
from dataclasses import dataclass

import css_inline
from django.template.loader import render_to_string
from django.utils import translation

from plusone.clients.preferences import unsubscribe_link

from .models import Category
from .texts import Context, Template, fill, fill_html, one_line

SUBJECT_LENGTH = 300


@dataclass(frozen=True)
class Rendered:
    """A message in words. Both parts carry the same links."""

    subject: str
    text: str
    html: str


def render(template: Template, ctx: Context, *, is_bare: bool = False) -> Rendered:
    """Write the message in the reader's language; a bare one is its paragraphs and no more."""
    with translation.override(ctx.language):
        subject = one_line(fill(template.subject(ctx), ctx))[:SUBJECT_LENGTH]
        paragraphs = template.paragraphs(ctx)
        if is_bare:
            return Rendered(subject, "\n\n".join(filter(None, (fill(part, ctx) for part in paragraphs))), "")
        label, address = template.button(ctx) or ("", "")
        parts = {
            "subject": subject,
            "business": ctx.business,
            "language": ctx.language,
            "button_label": fill(label, ctx),
            "button_address": fill(address, ctx),
            "unsubscribe": unsubscribe_link(ctx.client)
            if template.category == Category.PROMOTIONAL and ctx.client
            else "",
        }
        text = render_to_string("messaging/mail.txt", parts | {"paragraphs": [fill(part, ctx) for part in paragraphs]})
        html = render_to_string(
            "messaging/mail.html", parts | {"paragraphs": [fill_html(part, ctx) for part in paragraphs]}
        )
    return Rendered(subject, text.strip() + "\n", _inliner().inline(html))


@functools.cache
def _inliner() -> css_inline.CSSInliner:
    # Some mail programs drop <style>; those that keep it need it for the dark scheme.
    return css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
