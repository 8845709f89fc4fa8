"""The map of all addresses; each face brings its own."""

from django.urls import URLPattern, URLResolver, include, path

handler500 = "plusone.faces.ui.failures.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("plusone.faces.edge.app")),
    path("", include("plusone.faces.public.urls")),
    path("", include("plusone.faces.dashboard.entrance")),
    path("accounts/", include("plusone.faces.ui.accounts")),
    path("p/<slug:business>/", include("plusone.faces.portal.urls")),
    path("b/<slug:business>/", include("plusone.faces.dashboard.urls")),
    path("api/", include("plusone.faces.api.urls")),
]
