"""What every page has: who may see it, and the one way to say no.

A view declares its door with `@staff("permission")`, `@client_page` or `@public`; a test walks all routes and finds
none without.
`request.now` is the one clock read, `request.actor` goes into commands, `request.business` is the tenant of the
address.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from plusone.clients.models import Client, ClientQuerySet, own_of, sees, veiled
from plusone.connect.queries import collaborator
from plusone.kernel import clock
from plusone.kernel.errors import NotHere
from plusone.kernel.models import Business, Collaborator
from plusone.kernel.permissions import allows
from plusone.kernel.second_step import has_app

type View = Callable[..., HttpResponseBase]


class Page(HttpRequest):
    """A request as views of staff and clients see it."""

    now: datetime
    actor: str
    business: Business
    collaborator: Collaborator
    client: Client

    def may(self, permission: str) -> bool:
        """Say whether the staff member may do this."""
        raise NotImplementedError  # `staff` puts the real one on the request, of the next three too

    def own(self, path: str = "") -> dict[str, Any]:
        """Return the filter that leaves what the staff member may see of rows whose client stands at `path`."""
        raise NotImplementedError

    def clients(self) -> ClientQuerySet:
        """Return the clients whom the staff member may see: all, or own ones (R-221)."""
        raise NotImplementedError

    def seen(self, client: Client) -> Client:
        """Return a client as the staff member may see them beside an own one: whole, or first name and initial."""
        raise NotImplementedError


def staff(permission: str, *, takes_along: bool = False) -> Callable[[View], View]:
    """Let in who works in the business of the address with this permission; to all others it is not there (404).

    What hands out data or keys (`takes_along`, and all exports) asks for a second step where the business wants that.
    """
    takes_along = takes_along or permission == "exports.make"
    assert allows("owner", permission)

    def door(view: View) -> View:
        @wraps(view)
        def inside(request: Any, business: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_login(request)
            found = collaborator(request.user, business)
            if found is None or not allows(found.role, permission):
                raise NotHere
            request.collaborator, request.business = found, found.business
            request.actor, request.now = f"user:{request.user.pk}", clock.now()
            request.may = lambda wanted: allows(found.role, wanted)
            request.own = lambda path="": own_of(found, path)
            request.clients = lambda: ClientQuerySet(Client).seen_by(found)
            request.seen = lambda client: client if sees(found, client) else veiled(client)
            if takes_along and (elsewhere := without_second_step(request)):
                return _private(elsewhere)
            return _private(view(request, *args, **kwargs))

        inside.door = f"staff:{permission}"  # type: ignore[attr-defined]  # read by the test that walks all routes
        return inside

    return door


def to_login(request: HttpRequest) -> HttpResponseBase:
    """Lead to the log-in page and from there back: to what was asked for, or to the page something was sent from.

    What is sent after the log-in ended is not done, and a browser that comes back asks for its address with GET, which
    most such addresses do not answer: so the page says that it was not done, and leads to where it can be done again.
    """
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    if request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate":  # no script that asks by itself
        messages.warning(request, _("You were logged out meanwhile. What you sent just now was not done."))
    return redirect_to_login(came_from(request) or "/")


def came_from(request: HttpRequest) -> str:
    """Return the page of ours that this was asked or sent from, as the browser names it, or ""."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(page)
    # A path that begins with two slashes is another site's address once the host is taken away.
    return urlunsplit(("", "", f"/{parts.path.lstrip('/')}", parts.query, ""))


def without_second_step(request: Any) -> HttpResponseBase | None:
    """Lead to where a second step is set up, if the business wants one for what takes data along (AUTH-6)."""
    if not request.business.second_step_required or has_app(request.user):
        return None
    messages.warning(
        request,
        _("%(business)s asks for a second step at log-in before data or keys leave it: set it up here, then come back.")
        % {"business": request.business.name},
    )
    return redirect("mfa_index")


def client_page(view: View) -> View:
    """Let in the client of the business of the address, in their language; to all others it is not there (404)."""

    @wraps(view)
    def inside(request: Any, business: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_login(request)
        mine = Client.objects.filter(user=request.user, business__slug=business, access=True).exclude(
            status=Client.Status.DELETED
        )
        client = mine.select_related("business", "user").first()
        if client is None:
            raise NotHere
        request.client, request.business = client, client.business
        request.actor, request.now = f"client:{client.pk}", clock.now()
        if not request.user.language:  # who has not chosen one reads what they registered in
            speak(client.language)
        return _private(view(request, *args, **kwargs))

    inside.door = "client"  # type: ignore[attr-defined]  # read by the test that walks all routes
    return inside


def public(view: View) -> View:
    """Say that anybody may come: the view checks what it needs by itself."""

    @wraps(view)
    def inside(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if any("\0" in str(value) for value in kwargs.values()):  # PostgreSQL cannot even be asked for it
            raise NotHere
        request.now = clock.now()
        return view(request, *args, **kwargs)

    inside.door = "public"  # type: ignore[attr-defined]  # read by the test that walks all routes
    return inside


def logged_in(view: View) -> View:
    """Let in who is logged in, wherever they belong."""

    @wraps(view)
    def inside(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_login(request)
        request.actor, request.now = f"user:{request.user.pk}", clock.now()
        return _private(view(request, *args, **kwargs))

    inside.door = "logged_in"  # type: ignore[attr-defined]  # read by the test that walks all routes
    return inside


def speak(language: str) -> None:
    """Answer this request in `language`, where it is one of ours."""
    if language in ("en", "es", "fr"):
        translation.activate(language)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    patch_cache_control(response, private=True, no_store=True)
    return response
