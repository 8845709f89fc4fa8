"""How Django's forms are drawn: `{{ form }}` and `{% field form.email %}` give the same, accessible markup."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates

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
