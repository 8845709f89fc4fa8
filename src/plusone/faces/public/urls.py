"""The addresses without a login."""

from django.urls import URLPattern

from .views import cards, entering, invitations, inviting, outbox, reporting, signing_up, trying, unsubscribing

urlpatterns: list[URLPattern] = [
    *invitations.urlpatterns,
    *cards.urlpatterns,
    *reporting.urlpatterns,
    *signing_up.urlpatterns,
    *inviting.urlpatterns,
    *entering.urlpatterns,
    *trying.urlpatterns,
    *unsubscribing.urlpatterns,
    *outbox.urlpatterns,
]
