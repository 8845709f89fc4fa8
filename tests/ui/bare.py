"""The gallery where the dashboard and the portal have no pages yet."""

from django.urls import path

from ui.gallery import show

urlpatterns = [
    path("gallery/<name>", show),
    path("accounts/security/", show, {"name": "staff"}, name="mfa_index"),
]
