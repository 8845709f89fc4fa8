"""The addresses of the portal: those of every module of `views`, under /p/<business>/."""

import importlib
import pkgutil

from django.urls import URLPattern

from . import views

app_name = "p"


def _gathered() -> list[URLPattern]:
    """Take the patterns of each module, so that a new page is one new module."""
    found: list[URLPattern] = []
    for module in pkgutil.iter_modules(views.__path__):
        found += importlib.import_module(f"{views.__name__}.{module.name}").urlpatterns
    return found


urlpatterns = _gathered()
