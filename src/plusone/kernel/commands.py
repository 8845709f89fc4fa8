"""Rows of the kernel. They know no facts: `connect` opens a business and records that it did."""

import re
import unicodedata
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from .ids import public_id
from .models import Business, Collaborator, User

SLUG_TRIES = 50


def slug_of(name: str) -> str:
    """Return a name as a part of an address: ascii, lower case, hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "business"


@transaction.atomic
def create_business(**fields: Any) -> Business:
    """Make a business with a slug of its own: names may repeat, slugs get a number."""
    base = slug_of(fields["name"])
    for number in range(1, SLUG_TRIES):
        slug = base if number == 1 else f"{base}-{number}"
        try:
            with transaction.atomic():
                return Business.objects.create(slug=slug, **fields)
        except IntegrityError:
            continue
    return Business.objects.create(slug=f"{base}-{public_id()[:8].lower()}", **fields)


def add_collaborator(business: Business, user: User, *, role: str) -> Collaborator:
    """Give a user a role in a business; the role they already have stays."""
    return Collaborator.objects.get_or_create(business=business, user=user, defaults={"role": role})[0]


def lock_business(business: Business) -> None:
    """Wait until nobody else changes what is decided for a business as a whole; until the transaction ends."""
    Business.objects.select_for_update().get(pk=business.pk)


def change_role(collaborator: Collaborator, role: str) -> None:
    """Give a collaborator another role."""
    collaborator.role = role
    collaborator.save(update_fields=["role"])


def change_profession(collaborator: Collaborator, profession: str) -> None:
    """Say what a collaborator's work is."""
    collaborator.profession = profession
    collaborator.save(update_fields=["profession"])


def change_name(user: User, name: str) -> None:
    """Say what somebody who logs in is called."""
    user.name = name
    user.save(update_fields=["name"])


def remove_collaborator(collaborator: Collaborator) -> None:
    """End somebody's work in a business; the login stays."""
    Collaborator.objects.filter(pk=collaborator.pk).delete()


def user_for(email: str, *, language: str = "") -> User:
    """Return the user of a (normalised) address, made without a password where there is none."""
    user = User.objects.filter(email=email).first()
    if user is not None:
        return user
    try:
        with transaction.atomic():
            return User.objects.create_user(email, language=language)
    except IntegrityError:  # somebody who pressed twice was faster
        return User.objects.get(email=email)


def forget_password(user: User) -> None:
    """Take somebody's password away; other ways to log in stay."""
    user.set_unusable_password()
    user.save(update_fields=["password"])


def hand_login(user: User, password: str) -> None:
    """Give a login the password that the holder of a handed link chose; its address stays unproved."""
    user.set_password(password)
    user.is_handed = True
    user.save(update_fields=["password", "is_handed"])


def note_proved(user: User) -> None:
    """Note that the address of a handed login is proved. What others may have set up to log in to it again goes."""
    Authenticator.objects.filter(user=user).delete()
    user.is_handed = False
    user.save(update_fields=["is_handed"])


def set_language(user: User, language: str, *, now: datetime) -> None:
    """Remember the language a user reads."""
    User.objects.filter(pk=user.pk).update(language=language)
