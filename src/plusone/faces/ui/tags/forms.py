"""Forms, fields, dialogs."""

from typing import Any

from django.forms import BoundField
from django.template import Context, Library
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .basics import attributes, button, icon

register = Library()


@register.simple_tag
def field(bound: BoundField, *, label: str = "", hint: str = "", plain: bool = False) -> SafeString:
    """Draw one field: label, help, element, error, all tied together. `plain` drops a placeholder from elsewhere."""
    if label:
        bound.label = label
    if hint:
        bound.help_text = hint
    if plain:
        bound.field.widget.attrs.pop("placeholder", None)
    return bound.as_field_group()


@register.simple_block_tag(takes_context=True)
def form(
    context: Context,
    content: str,
    bound: Any = None,
    *,
    action: str = "",
    method: str = "post",
    unsaved: bool = False,
    css: str = "form",
    files: bool = False,
    **more: Any,
) -> str:
    """Draw <form> around the block, with CSRF token and what is wrong with `bound`. `unsaved` warns on leaving."""
    if bound is not None and bound.is_multipart():
        files = True
    return render_to_string(
        "ui/forms/tag.html",
        {
            "content": content,
            "bound": bound,
            "action": action,
            "method": method,
            "unsaved": unsaved,
            "css": css,
            "files": files,
            "more": attributes(more),
            "csrf_token": context.get("csrf_token"),
        },
    )


@register.simple_block_tag
def dialog(content: str, id: str, *, title: str) -> SafeString:  # noqa: A002 - the attribute's name
    """Draw a dialog; `data-dialog="its id"` on a link or button opens it."""
    return format_html(
        '<dialog class="dialog" closedby="any" id="{0}" aria-labelledby="{0}-title">'
        '<div class="dialog-body"><h2 id="{0}-title">{1}</h2>{2}</div></dialog>',
        id,
        title,
        conditional_escape(content),
    )


@register.simple_tag
def confirm(
    label: str,
    url: str,
    *,
    title: str,
    text: str = "",
    act: str = "",
    tone: str = "primary",
    variant: str = "",
    size: str = "",
    icon_name: str = "",
    menu: bool = False,
) -> SafeString:
    """Draw a button that asks first. Without JavaScript it leads to `url`: GET shows ui/confirm.html, POST acts."""
    asked: dict[str, Any] = {"data_confirm": title, "data_text": text, "data_act": act or label, "data_tone": tone}
    if menu:
        sign = icon(icon_name) if icon_name else ""
        return format_html('<a class="menu-item" href="{}"{}>{}{}</a>', url, attributes(asked), sign, label)
    return button(label, href=url, variant=variant, size=size, icon_name=icon_name, **asked)


@register.simple_tag(takes_context=True)
def post_button(context: Context, label: str, action: str, *, values: dict[str, Any] | None = None, **look: Any) -> str:
    """Draw a form that is only its button: one act, one POST."""
    return render_to_string(
        "ui/forms/post_button.html",
        {
            "label": label,
            "action": action,
            "values": values or {},
            "look": look,
            "csrf_token": context.get("csrf_token"),
        },
    )


@register.filter
def is_check(bound: BoundField) -> bool:
    """Whether a field is a single box to tick."""
    return getattr(bound.field.widget, "input_type", "") == "checkbox" and not bound.field.widget.use_fieldset


@register.simple_tag
def optional() -> str:
    """Return the word behind the label of a field that may stay empty."""
    return _("optional")
