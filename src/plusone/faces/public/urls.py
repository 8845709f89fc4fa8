"""The addresses without a login."""

from django.urls import URLPattern

from .views import cards, invitations, unsubscribing

urlpatterns: list[URLPattern] = [*invitations.urlpatterns, *cards.urlpatterns, *unsubscribing.urlpatterns]
