"""How often we write to an address whose owner has not asked for it, whoever lets us write (TRUST FRA-13).

Counted for the whole installation, by a fingerprint, so that it outlives a person who is forgotten meanwhile. The rows
are those of `once`, and go with them.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from . import once
from .errors import Invalid, Refused
from .identity import identity_email, no_mail_reaches, takes_mail
from .models import Once

A_DAY = 5
PAUSE = timedelta(minutes=3)
CODES_A_DAY = 20  # to an address that has never logged in: its owner may wait for one


@transaction.atomic
def write_to(address: str, *, field: str = "", now: datetime) -> None:
    """Count a mail to somebody who has not asked for it. Raise Refused where they have had enough of them, and
    Invalid where no mail can be sent.

    Call it in the transaction that writes the mail; a refusal counts nothing.
    """
    if not takes_mail(address):
        raise Invalid(no_mail_reaches(address), field=field, then=_("Ask for another address."))
    _count("stranger", address, A_DAY, PAUSE, field=field, now=now)


def may_write_to(address: str, *, now: datetime) -> bool:
    """Count a mail as `write_to` does. Say whether it may be written."""
    return _is_counted("stranger", address, A_DAY, PAUSE, now)


def may_send_code_to(address: str, *, now: datetime) -> bool:
    """Count a code that somebody asked for in the name of an address that never logged in. Say whether it may go.

    They are counted apart: whoever is invited often logs in all the same.
    """
    return _is_counted("code", address, CODES_A_DAY, timedelta(0), now)


def _is_counted(kind: str, address: str, most: int, pause: timedelta, now: datetime) -> bool:
    try:
        with transaction.atomic():
            _count(kind, address, most, pause, now=now)
    except Refused:
        return False
    return True


def _count(kind: str, address: str, most: int, pause: timedelta, *, field: str = "", now: datetime) -> None:
    # One mailbox, however its address is spelt.
    mailbox = salted_hmac("plusone.strangers", identity_email(address), algorithm="sha256").hexdigest()[:40]
    scope, day = f"{kind}:{mailbox}", f"{now:%Y-%m-%d} "
    # Counted before the last one is looked for: who writes between the two is seen there, and who writes later has
    # taken the number.
    number = Once.objects.filter(scope=scope, key__startswith=day).count()
    last = Once.objects.filter(scope=scope).order_by("-pk").first()
    if last and now - datetime.fromisoformat(last.result) < pause:
        raise _too_soon(field)
    if number >= most:
        raise Refused(
            _("%(number)s mails went to this address today, which is enough.") % {"number": number},
            code="too_many_mails",
            status=429,
            field=field,
            then=_("Speak to them, or try again tomorrow."),
        )
    if not once.claim(scope, f"{day}{number}"):  # somebody else writes to them at this moment
        raise _too_soon(field)
    once.remember(scope, f"{day}{number}", now.isoformat())


def _too_soon(field: str) -> Refused:
    return Refused(
        _("A mail went to this address less than three minutes ago."),
        code="mailed_just_now",
        status=429,
        field=field,
        then=_("Let them look for it, among spam too, or try again in a few minutes."),
    )
