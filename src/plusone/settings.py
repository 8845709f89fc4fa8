"""How an installation is set up: environment variables with the prefix PLUSONE_, and what holds without them.

CONTRACT of the variables: docs/operate.md. A wrong value stops the program with one sentence.
"""

import os
import secrets
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from plusone import logs
from plusone.given import given, networks, split, unknown, warn_of
from plusone.mailers import route_of

PACKAGE = Path(__file__).resolve().parent

# ---------------------------------------------------------------------------------------------------------------------
# Which installation this is

UNKNOWN_SETTINGS = unknown()
warn_of(UNKNOWN_SETTINGS)

ENV = given("ENV", "production")
if ENV not in {"production", "demo", "test"}:
    raise ImproperlyConfigured(f"PLUSONE_ENV is “{ENV}”; it must be production, demo or test.")

DATA_DIR = Path(given("DATA_DIR", "var")).expanduser().absolute()
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"The data folder {DATA_DIR} cannot be made: {error.strerror}.") from None

TEST_CLOCK = given("TEST_CLOCK")
if TEST_CLOCK and ENV != "test":
    raise ImproperlyConfigured("PLUSONE_TEST_CLOCK is only for PLUSONE_ENV=test.")

FAULTS = frozenset(name.strip() for name in given("FAULTS").split(",") if name.strip())
if FAULTS and ENV != "test":
    raise ImproperlyConfigured("PLUSONE_FAULTS is only for PLUSONE_ENV=test.")

# The operator's part of the income that recommendations generate, in per cent with at most two decimals.
try:
    COMMISSION_RATE = Decimal(given("COMMISSION_RATE", "0"))
    if not 0 <= COMMISSION_RATE <= 100 or round(COMMISSION_RATE, 2) != COMMISSION_RATE:
        raise ArithmeticError
except ArithmeticError:
    raise ImproperlyConfigured("PLUSONE_COMMISSION_RATE must be a percentage such as 2.5, from 0 to 100.") from None

DEBUG = False
ROOT_URLCONF = "plusone.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _kept_secret() -> str:
    """The installation's secret: made once, kept in the data folder, readable by its owner alone."""
    path = DATA_DIR / "secret_key"
    try:
        if not path.exists():
            # Written aside and linked into place: of two processes starting at once, one wins and both read its key.
            handle, aside = tempfile.mkstemp(dir=DATA_DIR)  # mode 0600
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(50))
            try:
                Path(path).hardlink_to(aside)
            except FileExistsError:
                pass
            finally:
                Path(aside).unlink()
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"The data folder {DATA_DIR} cannot be used: {error.strerror}.") from None


SECRET_KEY = given("SECRET_KEY") or _kept_secret()


def _base_url() -> str:
    """The address people reach us at; without a setting the one the server was last started on (kept by `serve`)."""
    address = given("BASE_URL")
    if not address:
        try:
            address = (DATA_DIR / "base_url").read_text().strip()
        except OSError:
            address = ""
    address = address or "http://127.0.0.1:8000"
    url = split("BASE_URL", address)
    if url.scheme not in {"http", "https"} or not url.hostname or url.path.strip("/") or url.query:
        raise ImproperlyConfigured("PLUSONE_BASE_URL must look like https://example.com, with no path.")
    return address.rstrip("/")


BASE_URL = _base_url()
# What `plusone serve` listens on; empty under another server, which might listen anywhere.
BOUND_HOST = given("BOUND_HOST")
_base = urlsplit(BASE_URL)
_https = _base.scheme == "https"

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_host = f"[{_base.hostname}]" if ":" in (_base.hostname or "") else (_base.hostname or "")
# A demo is opened by whatever name its machine has; anything else answers to its own name only.
ALLOWED_HOSTS = ["*"] if ENV == "demo" else list(dict.fromkeys((_host, *LOOPBACK)))

# ---------------------------------------------------------------------------------------------------------------------
# Rooms and faces

# In layer order, the lowest first: reactions run, and declarations are loaded, in this order.
ROOMS = (
    "kernel",
    "events",
    "ledger",
    "rules",
    "clients",
    "store",
    "agenda",
    "messaging",
    "rewards",
    "referrals",
    "connect",
    "insights",
)
FACES = ("ui", "public", "dashboard", "portal", "api")

INSTALLED_APPS = [
    *(f"plusone.{room}" for room in ROOMS),
    *(f"plusone.faces.{face}" for face in FACES),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

# Each one costs every request, so the list is short. Framing is refused by the content policy (frame-ancestors).
MIDDLEWARE = [
    "plusone.faces.ui.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "plusone.faces.ui.middleware.FacesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "plusone.faces.ui.context.page",
            ],
        },
    },
]

FORM_RENDERER = "plusone.faces.ui.forms.Renderer"

# ---------------------------------------------------------------------------------------------------------------------
# Database, tasks, cache


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "plusone.kernel.db.sqlite",
        "NAME": path,
        # The last connection that closes checkpoints the whole log, and a new one reads the schema again: keep them.
        "CONN_MAX_AGE": None,
        # A test that races threads needs a file: each connection to a database in memory would be its own.
        "TEST": {"NAME": str(DATA_DIR / "test.sqlite3")},
        "OPTIONS": {
            # A writer takes the lock when its transaction begins, so what it has read still holds when it writes.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # Foreign keys are switched on by Django itself, on each connection. With recursive triggers, the row that
            # an INSERT OR REPLACE pushes out counts as deleted, which append-only tables refuse.
            # Cache and statements are each connection's own, and each of a dozen threads has one; behind the cache is
            # the system's.
            "cached_statements": 48,
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -2000; "
            "PRAGMA recursive_triggers = ON",
        },
    }


def _postgres(url: SplitResult) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")) or "plusone",
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(url.query)),
    }


def _database() -> dict[str, Any]:
    """The database of DATABASE_URL: sqlite:///relative, sqlite:////absolute or postgres://user:password@host:port/name."""
    address = given("DATABASE_URL")
    if not address:
        return _sqlite(str(DATA_DIR / "plusone.sqlite3"))
    url = split("DATABASE_URL", address)
    if url.scheme == "sqlite":
        return _sqlite(unquote(url.path[1:]) or str(DATA_DIR / "plusone.sqlite3"))
    if url.scheme in {"postgres", "postgresql"}:
        return _postgres(url)
    raise ImproperlyConfigured("PLUSONE_DATABASE_URL must begin with sqlite:/// or postgres://.")


DATABASES = {"default": _database()}

TASKS = {"default": {"BACKEND": "plusone.kernel.queue.backend.QueueBackend"}}

# Rate limits are counted here; in the database, so that every process counts the same.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "plusone_cache"}}

# ---------------------------------------------------------------------------------------------------------------------
# Languages and times

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("fr", "Français")]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# ---------------------------------------------------------------------------------------------------------------------
# Static files

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENV == "test"
        else "whitenoise.storage.CompressedStaticFilesStorage",
    },
}
# Straight from the package until `collectstatic` has put compressed copies into the data folder.
WHITENOISE_USE_FINDERS = ENV == "test" or not STATIC_ROOT.is_dir()
WHITENOISE_MAX_AGE = 3600

# ---------------------------------------------------------------------------------------------------------------------
# Browsers: what a page may load, and what a cookie may do

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
# With an https address there is a proxy before us that speaks TLS and says so.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
if _https:  # a name that browsers take from this very host alone, over https
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # framing is refused by the content policy (frame-ancestors)
    "security.W004",  # without https there is nothing to hold browsers to; with it HSTS is on
    "security.W005",  # other names of the domain are not ours to decide about
    "security.W008",  # the proxy that speaks TLS redirects; probes on this machine speak plain http
    "security.W021",  # nor is the list that browsers are shipped with
]
SESSION_COOKIE_AGE = 60 * 24 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# ---------------------------------------------------------------------------------------------------------------------
# Logins: an address, with a code by mail or a password

AUTH_USER_MODEL = "kernel.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if ENV == "test":
    # Hashing slowly is the point of a password hash, and no test is about it.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_ADAPTER = "plusone.faces.ui.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "plusone.faces.ui.accounts.LogInForm",
    "request_login_code": "plusone.faces.ui.accounts.RequestCodeForm",
    "signup": "plusone.faces.ui.accounts.OpenAccountForm",
}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]  # without a password one logs in by code
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _base.scheme

# A passkey is a way in; the codes of an app are a second step after every other way (ADR 13).
MFA_ADAPTER = "plusone.faces.ui.second_step.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]  # recovery codes are our own: those of allauth are kept readable
MFA_FORMS = {
    "authenticate": "plusone.faces.ui.second_step.CodeForm",
    "reauthenticate": "plusone.faces.ui.second_step.CodeAgainForm",
    "authenticate_webauthn": "plusone.faces.ui.second_step.PasskeyForm",
    "reauthenticate_webauthn": "plusone.faces.ui.second_step.PasskeyAgainForm",
    "login_webauthn": "plusone.faces.ui.second_step.PasskeyLogInForm",
    "add_webauthn": "plusone.faces.ui.second_step.AddPasskeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Plusone"
MFA_TOTP_TOLERANCE = 1  # clocks of phones differ a little; a code works once all the same

# ---------------------------------------------------------------------------------------------------------------------
# Mail

EMAIL_URL = given("EMAIL_URL")
_mail = route_of(EMAIL_URL)
MAILERS = _mail.mailers
EMAIL_PROVIDER, EMAIL_SERVER, EMAIL_SENT_BY = _mail.provider, _mail.server, _mail.sent_by
EMAIL_SIGNING_KEY = _mail.signing_key
DEFAULT_FROM_EMAIL = _mail.options.get("from", f"Plusone <no-reply@{_base.hostname}>")
DKIM_SELECTOR = _mail.options.get("dkim", "")
# Networks of the operator's in which businesses' own mail servers may stand; without any, on the internet alone.
MAIL_NETWORKS = networks("MAIL_NETWORKS")

# ---------------------------------------------------------------------------------------------------------------------
# Logs: to standard error, JSON but where a person tries the demo

LOGGING = logs.config(as_json=ENV != "demo")
