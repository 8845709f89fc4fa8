"""How allauth lives in the house: its mails go through messaging, every client with access may ask for a login code.

A User row is made, unverified, when a code is asked for by an address that a client with access has. Entering the code
is the proof, and attaches every such client in all businesses (DESIGN 6). The page answers the same for any address.
"""

from typing import Any

from allauth.account import views
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm, RequestLoginCodeForm, SignupForm
from allauth.account.internal.flows.email_verification import verify_email_indirectly
from allauth.account.internal.flows.manage_email import sync_user_email_address
from allauth.account.signals import email_confirmed
from allauth.account.stages import EmailVerificationStage
from allauth.account.utils import perform_login
from allauth.mfa.base import views as step_views
from allauth.mfa.webauthn import views as passkey_views
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from plusone.clients.commands import attach_logins
from plusone.clients.queries import may_ask_for_code
from plusone.connect.queries import is_invited
from plusone.kernel import clock, strangers
from plusone.kernel.commands import forget_password, note_proved, user_for
from plusone.kernel.identity import login_email
from plusone.kernel.ids import public_id
from plusone.kernel.models import User
from plusone.kernel.second_step import has_app
from plusone.messaging.commands import send_raw

from . import second_step
from .context import codes_leave
from .http import logged_in, public
from .limits import address_of
from .sessions import end_others, end_session, sessions

# The only notes of allauth that a person needs; the rest is said by the next page itself.
SAID = frozenset(
    {
        "password_changed",
        "password_set",
        "email_confirmation_failed",
        "totp_activated",
        "totp_deactivated",
        "webauthn_added",
        "webauthn_removed",
    }
)
# allauth's step that asks for a code would ask whoever has a passkey, too.
# Mails that anybody can have sent to any address; all others carry a code, or tell of what somebody did logged in.
UNASKED = frozenset({"unknown_account", "account_already_exists"})
PROVING = "account_email_verification_sent"
STEPS = {
    "allauth.account.stages.EmailVerificationStage": "plusone.faces.ui.accounts.ProvedAddress",
    "allauth.mfa.stages.AuthenticateStage": "plusone.faces.ui.second_step.SecondStep",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What allauth asks the house to do."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Hand a mail of a login over to messaging, in the reader's language."""
        known = User.objects.filter(email=email.lower()).first()
        if not _may_write(template_prefix.rpartition("/")[2], email, known):
            return  # the page says the same, so that nobody learns anything by it
        with translation.override((known.language if known else "") or translation.get_language()):
            context = {"email": email, **context}
            subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", context).split())
            text = render_to_string(f"{template_prefix}_message.txt", context).strip() + "\n"
            try:
                html = str(render_to_string(f"{template_prefix}_message.html", {**context, "subject": subject}))
            except TemplateDoesNotExist:
                html = ""
            send_raw(
                None,
                to=email,
                subject=subject,
                text=text,
                html=html,
                template=template_prefix.rpartition("/")[2],
                language=translation.get_language() or "en",
                key=public_id(),
                now=clock.now(),
            )

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return who asks, also behind the proxy of an https installation, so that limits count people apart."""
        found = address_of(request.META).partition("/")[0]
        return found if found != "unknown" else "0.0.0.0"  # noqa: S104  # a name for nobody, not a place to listen at

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by account and sender: whoever guesses locks out nobody but themselves (AUTH-1)."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{self.get_client_ip(request)}"

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say only what the next page does not."""
        name = (message_template or "").rpartition("/")[2].removesuffix(".txt")
        if message or name in SAID:
            super().add_message(request, level, message_template, message_context, extra_tags, message)

    def get_login_stages(self) -> list[str]:
        """Return what is asked at log-in, in this order."""
        return [STEPS.get(stage, stage) for stage in super().get_login_stages()]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again whoever has a secret to be asked for. A passkey may be lost, and a mailed code would do as well."""
        user = self.request.user
        asks = user.is_authenticated and (user.has_usable_password() or has_app(user))
        return asks and bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return how somebody shows that it is still them. With an app, a password alone does not: one mail sets it."""
        named = {
            "reauthenticate": gettext("Use my password"),
            "mfa_reauthenticate": gettext("Use a code"),
            "mfa_reauthenticate:webauthn": gettext("Use a passkey"),
        }
        found = [{**one, "description": named[one["id"]]} for one in super().get_reauthentication_methods(user)]
        weaker = "reauthenticate" if user.is_authenticated and has_app(user) else "mfa_reauthenticate"
        return [one for one in found if one["id"] != weaker]

    def login(self, request: HttpRequest, user: User) -> None:
        """Log in somebody whose address is proved, and give them every client that has it."""
        super().login(request, user)
        attach_logins(user)


def _may_write(name: str, email: str, known: User | None) -> bool:
    """Say whether a mail of a login may go: nobody floods who has no account, nor locks out who has one (FRA-13)."""
    if name in UNASKED:
        return strangers.may_write_to(email, now=clock.now())
    is_stranger = known is None or known.last_login is None
    return not is_stranger or strangers.may_send_code_to(email, now=clock.now())


@receiver(email_confirmed)
def _void_what_others_prepared(request: HttpRequest, email_address: Any, **_signal: Any) -> None:
    """Take away the password of whoever signed up with this address and never proved it: it may be a stranger's.

    The page that asks for the code of signing up does so in the browser that chose the password: there it stays.
    What a business handed over, and staff may have opened before, loses its passkeys and other sessions as well.
    """
    user, at = email_address.user, request.resolver_match
    if user.is_handed:
        for session in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key):
            session.end()
        note_proved(user)
    if user.has_usable_password() and (at is None or at.url_name != PROVING):
        forget_password(user)
        messages.warning(
            request,
            gettext(
                "Somebody had chosen a password for this address before it was shown to be yours. That password does"
                " not work any more; you can set your own."
            ),
        )


class AddressField(forms.CharField):
    """An e-mail address, also one with letters beyond ASCII; cleans to the form in which it logs in."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "email", "autocomplete": "email"})
        super().__init__(label=_("E-mail"), max_length=254, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        """Return the one spelling that is stored."""
        try:
            return login_email(str(super().clean(value)))
        except ValueError as error:
            raise forms.ValidationError(gettext("This is not an e-mail address.")) from error


class LogInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField()


class OpenAccountForm(SignupForm):  # type: ignore[misc]  # allauth has no types
    """Address, and a password if wanted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = AddressField()


class RequestCodeForm(RequestLoginCodeForm):  # type: ignore[misc]  # allauth has no types
    """Asks for a login code. Clients with access and who is invited to a team have a login as soon as they ask."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = AddressField()

    def clean_email(self) -> str:
        """Make the login of a client who asks for the first time. The answer is the same for any address."""
        email = self.cleaned_data["email"]
        if may_ask_for_code(email) or is_invited(email):
            user_for(email)
        cleaned = str(super().clean_email())
        if self._user is not None:
            sync_user_email_address(self._user)
        return cleaned


class ProvedAddress(EmailVerificationStage):  # type: ignore[misc]  # allauth has no types
    """Asks for the code that proves an address, but not of whom a business let in by hand, while no code can arrive."""

    def handle(self) -> Any:
        """Go on at once for these; they see the pages of that business alone."""
        user = self.login.user  # None where somebody signs up with an address that has an account
        if user is not None and user.is_handed and not codes_leave():
            return None, True
        return super().handle()


def log_in_handed(request: HttpRequest, user: User) -> HttpResponse:
    """Log in somebody whom a link let in that staff handed over; it proves no address."""
    response: HttpResponse = perform_login(request, user, email_verification="none")
    return response


def log_in_proved(request: HttpRequest, user: User) -> HttpResponse:
    """Log in somebody whom a set-up link has just proved; the address counts as verified from now on."""
    sync_user_email_address(user)
    verify_email_indirectly(request, user, user.email)
    response: HttpResponse = perform_login(request, user, email_verification="none")
    return response


def _door(route: str, view: Any, name: str) -> Any:
    return path(route, public(view), name=name)


# Those of allauth's pages that we offer. An address does not change by itself here: it is how clients are told apart.
urlpatterns = [
    _door("login/", views.login, "account_login"),
    _door("login/code/", views.request_login_code, "account_request_login_code"),
    _door("login/code/confirm/", views.confirm_login_code, "account_confirm_login_code"),
    _door("logout/", views.logout, "account_logout"),
    _door("inactive/", views.account_inactive, "account_inactive"),
    _door("signup/", views.signup, "account_signup"),
    _door("confirm-email/", views.email_verification_sent, "account_email_verification_sent"),
    # Where allauth sends somebody who is logged in and has nothing to confirm.
    _door("email/", RedirectView.as_view(pattern_name="root"), "account_email"),
    _door("login/passkey/", passkey_views.login_webauthn, "mfa_login_webauthn"),
    _door("login/second-step/", step_views.authenticate, "mfa_authenticate"),
    path("security/", second_step.security, name="mfa_index"),
    path("security/app/", logged_in(second_step.AddApp.as_view()), name="mfa_activate_totp"),
    path("security/app/remove/", second_step.remove_app, name="mfa_deactivate_totp"),
    path("security/recovery-codes/", second_step.renew_codes, name="mfa_generate_recovery_codes"),
    path("security/passkeys/", logged_in(second_step.AddPasskey.as_view()), name="mfa_add_webauthn"),
    path("security/passkeys/<int:passkey>/remove/", second_step.remove_passkey, name="mfa_remove_webauthn"),
    path("sessions/", sessions, name="account_sessions"),
    path("sessions/end-others/", end_others, name="account_sessions_end_others"),
    path("sessions/<int:session>/end/", end_session, name="account_session_end"),
    _door("reauthenticate/", views.reauthenticate, "account_reauthenticate"),
    path("reauthenticate/code/", logged_in(step_views.reauthenticate), name="mfa_reauthenticate"),
    path(
        "reauthenticate/passkey/",
        logged_in(second_step.PasskeyAgain.as_view()),
        name="mfa_reauthenticate_webauthn",
    ),
    _door("password/change/", views.password_change, "account_change_password"),
    _door("password/set/", views.password_set, "account_set_password"),
    _door("password/reset/", views.password_reset, "account_reset_password"),
    _door("password/reset/confirm/", views.confirm_password_reset_code, "account_confirm_password_reset_code"),
    _door("password/reset/complete/", views.complete_password_reset, "account_complete_password_reset"),
    _door("password/reset/done/", views.password_reset_from_key_done, "account_password_reset_completed"),
]
