"""Codes of the second step: those of an app, kept sealed, and recovery codes, of which only marks are kept (AUTH-6)."""

import hashlib
import secrets

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.db import transaction

from .models import User

RECOVERY_CODES = 10
RECOVERY_LENGTH = 12
# Neither 0 and o nor 1, i and l, which are read as each other; 12 of 31 are 59 bits, beyond any guessing at a mark.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def has_app(user: User) -> bool:
    """Say whether somebody logs in with a second step."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


@transaction.atomic
def spend_code(user: User, typed: str) -> Authenticator | None:
    """Use up the code that somebody typed, of their app or a recovery code. Return what it belongs to, None if nothing.

    The rows are locked, so one code sent twice at once counts once.
    """
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    for one in Authenticator.objects.select_for_update().filter(user=user, type__in=kinds).order_by("pk"):
        if one.type == Authenticator.Type.TOTP:
            step = _step_of(one.data["secret"], typed)
            # An earlier half minute is past, too: a code that was looked over a shoulder is worth nothing.
            if step is None or step <= one.data.get("step", 0):
                continue
            one.data["step"] = step
        else:
            mark = _mark_of(typed, user)
            if mark not in one.data["marks"]:
                continue
            one.data["marks"].remove(mark)
        one.save(update_fields=["data"])
        return one
    return None


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """Make new recovery codes instead of all old ones. Only their marks are kept: they are seen this once."""
    User.objects.select_for_update().get(pk=user.pk)  # two at once take turns
    drop_recovery_codes(user)
    made = [_recovery_code() for _number in range(RECOVERY_CODES)]
    marks = [_mark_of(code, user) for code in made]
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={"marks": marks})
    return made


def drop_recovery_codes(user: User) -> None:
    """Make all recovery codes worthless."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()


def _step_of(sealed: str, typed: str) -> int | None:
    """Return the half minute, this one or one beside it, whose code of an app's secret was typed; None if none."""
    secret, plain = decrypt(sealed), "".join(typed.split())
    if not secret:
        return None
    for step in yield_hotp_counters_from_time():
        if secrets.compare_digest(format_hotp_value(hotp_value(secret, step)).encode(), plain.encode()):
            return int(step)
    return None


def _recovery_code() -> str:
    drawn = "".join(secrets.choice(LETTERS) for _letter in range(RECOVERY_LENGTH))
    return "-".join(drawn[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4))


def _mark_of(typed: str, user: User) -> str:
    plain = "".join(letter for letter in typed.lower() if letter.isalnum())
    return hashlib.sha256(f"recovery:{user.pk}:{plain}".encode()).hexdigest()
