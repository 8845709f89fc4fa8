"""The face of strangers."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """Pages without a login."""

    name = "plusone.faces.public"
    label = "public"
