"""The addresses without a login."""

from django.urls import URLPattern

from .views import cards, invitations, outbox, signing_up, unsubscribing

urlpatterns: list[URLPattern] = [
    *invitations.urlpatterns,
    *cards.urlpatterns,
    *signing_up.urlpatterns,
    *unsubscribing.urlpatterns,
    *outbox.urlpatterns,
]
