"""The first page after logging in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from plusone.faces.ui.http import Page, staff


@staff("home.view")
def home(request: Page) -> HttpResponse:
    """Show how far the business has come and what needs attention."""
    return render(request, "dashboard/home.html", {"nav": "home", "title": _("Home")})


urlpatterns = [path("", home, name="home")]
