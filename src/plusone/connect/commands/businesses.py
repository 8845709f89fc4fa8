"""A business opens and changes its settings."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.core import get_global
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from plusone.clients.commands import attach_logins
from plusone.connect import events
from plusone.connect.queries import money_has_moved
from plusone.events.commands import record
from plusone.events.facts import moved
from plusone.kernel import once
from plusone.kernel.commands import add_collaborator, create_business, user_for
from plusone.kernel.countries import LANGUAGES, LEGAL_PRESETS, countries, country, known_timezones
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.identity import login_email
from plusone.kernel.models import Business, User

from .keys import create_api_key

SETUP_SALT = "plusone.setup"
SETUP_SECONDS = 7 * 24 * 3600
EDITABLE = (
    "idle_leads_months",
    "mail_bodies_days",
    "name",
    "kind",
    "country",
    "currency",
    "timezone",
    "language",
    "legal_preset",
    "brand_color",
    "sender_name",
    "reply_to",
    "email",
    "phone",
    "address",
    "auto_apply_to_renewal",
    "consent_required",
    "free_orders_activate",
    "news_to",
    "quiet_from",
    "quiet_until",
    "news_weekly_max",
    "bonus_limit",
    "second_step_required",
)
# A coach's business may be the coach: what it is called and how it is reached stays out of the log.
PERSONAL = {"name", "email", "phone", "address", "sender_name", "reply_to"}


@dataclass(frozen=True)
class Opened:
    """A new business, its first API key in clear, and the token of the owner's set-up link."""

    business: Business
    owner: User
    api_key: str
    setup_token: str


@transaction.atomic
def open_business(
    *,
    name: str,
    owner_email: str,
    kind: str = Business.Kind.OTHER,
    country_code: str = "",
    currency: str = "",
    timezone: str = "",
    language: str = "",
    legal_preset: str = "",
    with_key: bool = True,
    actor: str = "",
    now: datetime,
) -> Opened:
    """Open a business with its owner. What is left empty comes from the country. Raise Invalid for a wrong field.

    `with_key` makes a first API key, for whoever gets to see it.
    """
    email = _address(owner_email, "owner_email")
    home = country(country_code)
    columns = _clean(
        {
            "name": name,
            "kind": kind,
            "country": country_code.upper(),
            "currency": (currency or home.currency).upper(),
            "timezone": timezone or home.timezone,
            "language": language or home.language,
            "legal_preset": legal_preset or home.legal_preset,
        }
    )
    columns["news_to"] = _news_to(columns["legal_preset"])
    business = create_business(**columns, email=email)
    owner = user_for(email, language=business.language)
    add_collaborator(business, owner, role="owner")
    record(business, events.BusinessCreated(), actor=actor or f"user:{owner.pk}", now=now)
    secret = _first_key(business, actor or f"user:{owner.pk}", now) if with_key else ""
    return Opened(business=business, owner=owner, api_key=secret, setup_token=_setup_token(business, owner))


def _first_key(business: Business, actor: str, now: datetime) -> str:
    with translation.override(business.language):  # a command of the operator speaks no language of its own
        name = _("First key")
    return create_api_key(business, name=name, actor=actor, now=now)[1]


def _news_to(legal_preset: str) -> str:
    # German courts ask that clients were told of such mails when they gave their address (TRUST A2).
    return Business.NewsTo.AGREED if legal_preset == "dach" else Business.NewsTo.CLIENTS


@transaction.atomic
def place_business(business: Business, *, kind: str, country_code: str, actor: str, now: datetime) -> Business:
    """Say what a business is and where, which a command may have left open; the country sets the rules for contacting.

    Currency, time zone and language were chosen, and stay. Raise Invalid naming the wrong field.
    """
    if not country_code:
        raise Invalid(_("Choose the country."), field="country", code="required")
    preset = country(country_code).legal_preset
    rules = {} if business.country else {"legal_preset": preset, "news_to": _news_to(preset)}
    return edit_business(business, kind=kind, country=country_code.upper(), **rules, actor=actor, now=now)


@transaction.atomic
def edit_business(business: Business, *, actor: str, now: datetime, **changes: Any) -> Business:
    """Change settings. The currency stays once money has moved (DESIGN 5).

    Raise Invalid naming the wrong field, or Refused.
    """
    assert set(changes) <= set(EDITABLE), "unknown field"
    changes = {field: value for field, value in _clean(changes).items() if getattr(business, field) != value}
    if "currency" in changes and money_has_moved(business):
        raise Refused(
            _("The currency cannot change any more, since money has moved in this one."),
            code="currency_fixed",
            field="currency",
        )
    if not changes:
        return business
    open_ones = moved(sorted(set(EDITABLE) - PERSONAL), business, changes)
    for field, value in changes.items():
        setattr(business, field, value)
    business.save(update_fields=list(changes))
    record(business, events.BusinessChanged(fields=tuple(sorted(changes)), **open_ones), actor=actor, now=now)
    return business


def start_marketing(business: Business, *, actor: str, now: datetime) -> None:
    """Remember who pressed *Get started* and when (R-010). Nothing is sent by it."""
    Business.objects.filter(pk=business.pk, marketing_started_at=None).update(
        marketing_started_at=now, marketing_started_by=actor
    )


def dismiss_checklist(business: Business, *, now: datetime) -> None:
    """Put the set-up checklist away."""
    Business.objects.filter(pk=business.pk).update(checklist_dismissed_at=now)


def setup_link(token: str) -> str:
    """Return the address that a set-up token makes, absolute."""
    return f"{settings.BASE_URL}/setup/{token}"


@transaction.atomic
def use_setup_token(token: str) -> User:
    """Return the owner whom a set-up link proves, once within seven days. Raise Refused for a used, old or broken one,
    and where that login is no more."""
    ended = _("This link is not valid any more. Log in with your e-mail address.")
    try:
        said = signing.loads(token, salt=SETUP_SALT, max_age=SETUP_SECONDS)
    except signing.BadSignature as error:
        raise Refused(ended, code="link_ended", status=410) from error
    user = User.objects.filter(pk=said["user"]).first()
    if user is None:  # the business was deleted since, and the login with it
        raise Refused(ended, code="link_ended", status=410)
    if not once.claim("setup", hashlib.sha256(token.encode()).hexdigest()):
        raise Refused(_("This link was used already. Log in with your e-mail address."), code="link_used", status=410)
    attach_logins(user)
    return user


def _setup_token(business: Business, owner: User) -> str:
    return signing.dumps({"business": business.public_id, "user": owner.pk}, salt=SETUP_SALT)


def _clean(fields: dict[str, Any]) -> dict[str, Any]:
    cleaned = fields | {name: _address(fields[name], name) for name in ("email", "reply_to") if fields.get(name)}
    if "name" in fields:
        cleaned["name"] = " ".join(str(fields["name"]).split())
        if not cleaned["name"] or len(cleaned["name"]) > 120 or any(ord(letter) < 32 for letter in cleaned["name"]):
            raise Invalid(_("A business's name has between 1 and 120 characters."), field="name")
    if "kind" in fields and fields["kind"] not in Business.Kind.values:
        raise Invalid(_("Choose what kind of business it is."), field="kind")
    if fields.get("country") and fields["country"] not in dict(countries("en")):
        raise Invalid(_("There is no such country. Use its two letters, such as ES."), field="country")
    if "currency" in fields and fields["currency"] not in get_global("all_currencies"):
        raise Invalid(_("There is no such currency. Use its three letters, such as EUR."), field="currency")
    if "timezone" in fields and fields["timezone"] not in known_timezones():
        raise Invalid(_("There is no such time zone. Use a name such as Europe/Madrid."), field="timezone")
    if "language" in fields and fields["language"] not in LANGUAGES:
        raise Invalid(_("Choose English, Spanish or French."), field="language")
    if "legal_preset" in fields and fields["legal_preset"] not in LEGAL_PRESETS:
        raise Invalid(_("Choose which rules apply where you are."), field="legal_preset")
    _check_news(fields)
    _check_bonus_limit(fields)
    if fields.get("brand_color") and not _is_color(fields["brand_color"]):
        raise Invalid(_("A colour is written as # and six digits, such as #0f766e."), field="brand_color")
    return cleaned


def _address(text: str, field: str) -> str:
    """Return where a business is written to. What is no address would stand in all its mails, and none would leave."""
    try:
        return login_email(text)
    except ValueError as error:
        raise Invalid(_("This is not an e-mail address."), field=field) from error


def _check_bonus_limit(fields: dict[str, Any]) -> None:
    if (fields.get("bonus_limit") or 0) < 0:
        raise Invalid(_("A limit is zero or more."), field="bonus_limit")


def _check_news(fields: dict[str, Any]) -> None:
    if "news_to" in fields and fields["news_to"] not in Business.NewsTo.values:
        raise Invalid(_("Choose who is sent news and promotions."), field="news_to")
    for name in ("quiet_from", "quiet_until"):
        if name in fields and not 0 <= fields[name] <= 23:
            raise Invalid(_("An hour is a number from 0 to 23."), field=name)
    if "news_weekly_max" in fields and not 0 <= fields["news_weekly_max"] <= 50:
        raise Invalid(_("Choose a number from 0 to 50."), field="news_weekly_max")


def _is_color(text: object) -> bool:
    return (
        isinstance(text, str)
        and len(text) == 7
        and text[0] == "#"
        and all(letter in "0123456789abcdefABCDEF" for letter in text[1:])
    )
