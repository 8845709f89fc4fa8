"""One rule for what an address is (DESIGN 6):

`login_email` for logging in, `identity_email` for "is this the same person?".
"""

import re
from functools import lru_cache

from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

# Most addresses are this plain; of these only the domain needs the long look, once.
PLAIN = re.compile(r"([A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+){0,20})@([A-Za-z0-9.-]+)")
# How most of the world begins to dial another country.
FROM_ABROAD = re.compile(r"\s*\(?\s*0\s*0")
GMAIL = frozenset({"gmail.com", "googlemail.com"})


def login_email(text: str) -> str:
    """Return the address as it is stored and logs in: lower case, domain in IDNA's Unicode form.

    Raise ValueError if it is none.
    """
    text = text.strip()
    if len(text) <= 254 and (plain := PLAIN.fullmatch(text)) and len(plain[1]) <= 64:
        return f"{plain[1].lower()}@{_domain(plain[2])}"
    try:
        found = validate_email(text, check_deliverability=False, allow_display_name=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    if len(found.normalized) > 254:
        raise ValueError("too long")
    return found.normalized.lower()


@lru_cache(maxsize=4096)
def _domain(domain: str) -> str:
    try:
        found = validate_email(f"a@{domain}", check_deliverability=False, allow_display_name=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    return found.domain.lower()


def takes_mail(email: str) -> bool:
    """Say whether a mail can be addressed there: letters beyond ASCII before the @ travel with few servers (SMTPUTF8),
    and not with ours. Those of a domain are written in another way on the line."""
    return email.rpartition("@")[0].isascii()


def no_mail_reaches(email: str) -> str:
    """Return the sentence for an address that takes no mail."""
    return _("Mails do not reach %(email)s: the letters before the @ travel with few mail servers.") % {"email": email}


def identity_email(email: str) -> str:
    """Return what two spellings of one mailbox share: no +tag; for Gmail no dots, and googlemail is gmail (CASES

    22).
    """
    local, _, domain = email.lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in GMAIL:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def e164(text: str, country: str) -> str:
    """Return a phone number as E.164, read as one of `country` where it has no prefix. Raise ValueError if it is none.

    A prefix is + or 00, wherever the business is: who comes from abroad writes what they know.
    """
    spellings = [text]
    if digits := FROM_ABROAD.match(text):
        spellings.append(f"+{text[digits.end() :]}")  # where 00 is not what one dials to call abroad
    for spelling in spellings:
        try:
            number = parse(spelling, country or None)
        except NumberParseException:
            continue
        if is_valid_number(number):
            return format_number(number, PhoneNumberFormat.E164)
    raise ValueError("not a phone number")


def foreign_example(country: str) -> str:
    """Return a phone number as it is written from another country than this."""
    return "+34 612 34 56 78" if country == "FR" else "+33 6 12 34 56 78"
