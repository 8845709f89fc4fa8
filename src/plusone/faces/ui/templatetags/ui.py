"""`{% load ui %}`: all components. docs/ui.md shows each with an example."""

from django.template import Library

from plusone.faces.ui.tags import basics, forms, gifts, layout, people, sharing, tables, texts

register = Library()
for family in (basics, forms, gifts, layout, people, sharing, tables, texts):
    register.tags.update(family.register.tags)
    register.filters.update(family.register.filters)
