"""How Django's forms are drawn: `{{ form }}` and `{% field form.email %}` give the same, accessible markup."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

CHECKS = (forms.CheckboxInput,)
GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)
SELECTS = (forms.Select,)


def class_of(widget: forms.Widget) -> str:
    """Return the class that a widget's element wears."""
    if isinstance(widget, CHECKS):
        return "form-check-input"
    if isinstance(widget, GROUPS) or widget.is_hidden:
        return ""
    return "form-select" if isinstance(widget, SELECTS) else "form-control"


class Field(BoundField):
    """A bound field whose element wears its class."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Add the class, beside whatever class the widget brings."""
        built = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        classes = f"{class_of(widget)} {widget.attrs.get('class', '')}".strip()
        if classes:
            built.setdefault("class", classes)
        return built


class Renderer(DjangoTemplates):
    """The project's FORM_RENDERER."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"
    bound_field_class = Field

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        """Draw what a template says; a choice without one, since Django renders a template for each of its options.

        The list of the world's time zones took longer than the rest of its page.
        """
        if template_name == forms.Select.template_name:
            return _select(context["widget"])
        return super().render(template_name, context, request)


def _select(widget: dict[str, Any]) -> SafeString:
    groups = [(name, _options(options)) for name, options, _ in widget["optgroups"]]
    drawn = [
        format_html('<optgroup label="{}">{}</optgroup>', name, inside) if name else inside for name, inside in groups
    ]
    return format_html(
        '<select name="{}"{}>{}</select>',
        widget["name"],
        flatatt(widget["attrs"]),
        format_html_join("", "{}", ((each,) for each in drawn)),
    )


def _options(options: list[dict[str, Any]]) -> SafeString:
    drawn = (
        f'<option value="{conditional_escape(str(option["value"]))}"{flatatt(option["attrs"])}>'
        f"{conditional_escape(option['label'])}</option>"
        for option in options
    )
    return mark_safe("".join(drawn))  # noqa: S308  # each part is escaped above
