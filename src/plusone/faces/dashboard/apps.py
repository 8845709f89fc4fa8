"""The face of the staff."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Pages under /b/<business>/."""

    name = "plusone.faces.dashboard"
    label = "dashboard"
