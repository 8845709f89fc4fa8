"""The face of clients."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages under /p/<business>/."""

    name = "plusone.faces.portal"
    label = "portal"
