"""The addresses without a login."""

from django.urls import URLPattern

from .views import cards, invitations, outbox, unsubscribing

urlpatterns: list[URLPattern] = [
    *invitations.urlpatterns,
    *cards.urlpatterns,
    *unsubscribing.urlpatterns,
    *outbox.urlpatterns,
]
