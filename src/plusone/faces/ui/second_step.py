"""The second step at log-in, passkeys, and the page where one's own ways in are kept (AUTH-6, ADR 13).

A passkey is a way in by itself. Once the codes of an app are on, every other way in asks for one of them, for a
passkey, or for a recovery code.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit, post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal import flows as app_flows
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal import auth as passkey_auth
from allauth.mfa.webauthn.internal import flows as passkey_flows
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.errors import NotHere
from plusone.kernel.models import User
from plusone.kernel.sealing import seal, unseal
from plusone.kernel.second_step import drop_recovery_codes, has_app, renew_recovery_codes, spend_code

from .http import Page, logged_in
from .sessions import device_of

APP, PASSKEY, RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES
NAME_MAX = 60
SEALED_FOR = "second step"


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """What allauth asks the house about second steps and passkeys."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("That did not match. Try again."),
        "unverified_email": gettext_lazy("Confirm your e-mail address first."),
    }

    def encrypt(self, text: str) -> str:
        """Seal the secret of an app with the installation's own, so that a copy of the database opens nothing."""
        return seal(SEALED_FOR, text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret, "" if it was sealed by another installation: then no code fits."""
        return unseal(SEALED_FOR, encrypted_text) or ""

    def build_totp_svg(self, url: str) -> str:
        """Leave the drawing to the page."""
        return ""

    def _get_site_name(self) -> str:
        return "Plusone"

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002  # allauth's name
        """Name a passkey after where it is made, unless its owner does."""
        return device_of(context.request.headers.get("User-Agent", "")) or _("Passkey")


class SecondStep(AuthenticateStage):  # type: ignore[misc]  # allauth has no types
    """Asked after every way in but a passkey, of those who have an app. Having a passkey alone asks nothing more."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return bool(super()._should_handle(request)) and has_app(self.login.user)


# ---------------------------------------------------------------------------------------------------------------------
# Forms


def _no_match() -> ValidationError:
    return ValidationError(Adapter.error_messages["incorrect_code"])


class _Spends:
    """A form whose code is used up by being right."""

    user: User
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """Take a code once; whoever guesses is slowed down."""
        clear = check_rate_limit(self.user)
        found = spend_code(self.user, self.cleaned_data["code"])
        if found is None:
            raise _no_match()
        clear()
        found.user = self.user
        self.authenticator = found
        return str(self.cleaned_data["code"])


class CodeForm(_Spends, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The second step, by a code. It shows who is there for the next minutes too: the code it took is spent, and the
    app has no other yet."""

    def save(self) -> None:
        """Note the moment, from which `ACCOUNT_REAUTHENTICATION_TIMEOUT` counts."""
        post_authentication(context.request, self.authenticator, reauthenticated=True)


class CodeAgainForm(_Spends, ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """Is it still you? By a code."""


@contextmanager
def _made_up() -> Iterator[None]:
    """Answer what a browser made up with a sentence: the readers of keys raise a dozen kinds of errors."""
    try:
        yield
    except ValidationError:
        raise
    except Exception as error:
        raise _no_match() from error


class _Reads:
    def clean_credential(self) -> Authenticator:
        """Return the passkey that has signed."""
        with _made_up():
            return super().clean_credential()  # type: ignore[misc]  # allauth's form comes after this one


class PasskeyForm(_Reads, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """The second step, by a passkey; it is not asked again in the next minutes."""

    reauthenticated = True


class PasskeyAgainForm(_Reads, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Is it still you? By a passkey."""


class PasskeyLogInForm(_Reads, LoginWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """The way in by a passkey; it is not asked again in the next minutes."""

    reauthenticated = True


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A new passkey, which asks its owner for a finger, a face or a PIN."""

    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=NAME_MAX)
    passwordless = None

    def clean(self) -> dict[str, Any]:
        """Take no key that has not asked who holds it."""
        self.cleaned_data["passwordless"] = True
        with _made_up():
            return dict(super().clean())


# ---------------------------------------------------------------------------------------------------------------------
# Pages


@logged_in
def security(request: Page) -> HttpResponse:
    """List one's ways in: password, passkeys, app, recovery codes, and where one is logged in."""
    own = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    recovery = next((one for one in own if one.type == RECOVERY), None)
    return render(
        request,
        "account/security.html",
        {
            "title": _("Security"),
            "app": next((one for one in own if one.type == APP), None),
            "passkeys": [one for one in own if one.type == PASSKEY],
            "codes_left": len(recovery.data["marks"]) if recovery else 0,
            "sessions": UserSession.objects.filter(user=request.user).count(),
        },
    )


def _shown_once(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(
        request, "account/recovery_codes.html", {"title": _("Keep these recovery codes"), "recovery_codes": codes}
    )


class AddApp(ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Switch the second step on, by the first code of an app; then the recovery codes are seen, once."""

    template_name = "account/add_app.html"

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """Use the code up, too: it does not log anybody in."""
        app_flows.activate_totp(self.request, form)
        spend_code(self.request.user, form.cleaned_data["code"])
        return _shown_once(self.request, renew_recovery_codes(self.request.user))


@logged_in
def remove_app(request: Page) -> HttpResponse:
    """Switch the second step off; the recovery codes go with it."""
    app = Authenticator.objects.filter(user=request.user, type=APP).first()
    if app is None:
        return redirect("mfa_index")
    raise_if_reauthentication_required(request, app="allauth.mfa")
    if request.method == "POST":
        app_flows.deactivate_totp(request, app)
        drop_recovery_codes(_me(request))
        return redirect("mfa_index")
    return _asked(
        request,
        title=_("Remove the authenticator app?"),
        text=_("Then no second step is asked when you log in, and your recovery codes stop working."),
        act=_("Remove it"),
    )


@logged_in
def renew_codes(request: Page) -> HttpResponse:
    """Show new recovery codes, once; the old ones stop working."""
    if not has_app(_me(request)):
        return redirect("mfa_index")
    raise_if_reauthentication_required(request, app="allauth.mfa")
    if request.method == "POST":
        made = renew_recovery_codes(_me(request))
        account_adapter(request).send_notification_mail("mfa/email/recovery_codes_generated", request.user)
        return _shown_once(request, made)
    return _asked(
        request,
        title=_("New recovery codes?"),
        text=_("You get ten new ones. Those you have kept until now stop working."),
        act=_("Show new codes"),
        tone="primary",
    )


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Make a passkey in this browser."""

    template_name = "account/add_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask for a key that a browser finds by itself, and that asks who holds it."""
        found = super().get_context_data(**kwargs)
        # allauth's own page leaves the form that was sent out.
        found["form"] = kwargs.get("form") or found["form"]
        found["options"] = passkey_auth.begin_registration(self.request.user, True)
        return dict(found)

    def get_success_url(self) -> str:
        """Return to the list."""
        return reverse("mfa_index")


@logged_in
def remove_passkey(request: Page, passkey: int) -> HttpResponse:
    """Take one of one's own passkeys away."""
    found = Authenticator.objects.filter(user=request.user, type=PASSKEY, pk=passkey).first()
    if found is None:
        raise NotHere
    raise_if_reauthentication_required(request, app="allauth.mfa")
    if request.method == "POST":
        passkey_flows.remove_authenticator(request, found)
        return redirect("mfa_index")
    return _asked(
        request,
        title=_("Remove this passkey?"),
        text=_("“{name}” will no longer log you in.").format(name=found.wrap().name),
        act=_("Remove it"),
    )


class PasskeyAgain(ReauthenticateWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Is it still you? By a passkey; who fails may try again."""

    template_name = "account/reauthenticate_passkey.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say so, on the same page."""
        messages.error(self.request, str(_no_match().message))
        return redirect(self.passthrough_next_url(reverse("mfa_reauthenticate_webauthn")))


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the door has let in nobody else
    return request.user


def _asked(request: HttpRequest, *, title: str, text: str, act: str, tone: str = "danger") -> HttpResponse:
    shown = {"title": title, "text": text, "act": act, "tone": tone}
    return render(request, "ui/confirm.html", {**shown, "base": "ui/auth.html", "back": reverse("mfa_index")})
