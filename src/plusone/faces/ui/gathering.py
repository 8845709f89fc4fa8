"""The addresses of a face, of all modules of its views."""

import importlib
import pkgutil
from types import ModuleType

from django.urls import URLPattern


def gathered(views: ModuleType) -> list[URLPattern]:
    """Take the patterns of each module of a package, so that a new page is one new module."""
    found: list[URLPattern] = []
    for module in pkgutil.iter_modules(views.__path__):
        found += importlib.import_module(f"{views.__name__}.{module.name}").urlpatterns
    return found
