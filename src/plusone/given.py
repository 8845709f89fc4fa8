"""What the operator has given: the environment variables `PLUSONE_…`, and files that hold a secret."""

import difflib
import os
import sys
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

KNOWN = {
    "BASE_URL",
    "BOUND_HOST",
    "COMMISSION_RATE",
    "DATABASE_URL",
    "DATA_DIR",
    "EMAIL_URL",
    "ENV",
    "FAULTS",
    "MAIL_NETWORKS",
    "SECRET_KEY",
    "TEST_CLOCK",
}
# These may stand in a file instead, PLUSONE_SECRET_KEY_FILE=/run/secrets/key: an environment is easier to look into.
SECRET = {"DATABASE_URL", "EMAIL_URL", "SECRET_KEY"}


def given(name: str, default: str = "") -> str:
    """Return what was set as PLUSONE_`name`, or in the file that PLUSONE_`name`_FILE names, or the default."""
    value = os.environ.get(f"PLUSONE_{name}", "").strip()
    file = os.environ.get(f"PLUSONE_{name}_FILE", "").strip() if name in SECRET else ""
    if file and value:
        raise ImproperlyConfigured(f"PLUSONE_{name} and PLUSONE_{name}_FILE are both set: take one of them away.")
    if file:
        try:
            value = Path(file).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise ImproperlyConfigured(f"PLUSONE_{name}_FILE: {file} cannot be read: {reason}.") from None
        if not value:
            raise ImproperlyConfigured(f"PLUSONE_{name}_FILE: {file} is empty.")
    return value or default


def split(name: str, text: str) -> SplitResult:
    """Take an address apart. What is wrong with one that may hold a password is not quoted."""
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError as error:
        reason = "write special characters of user and password as %40, %2F …" if name in SECRET else str(error)
        raise ImproperlyConfigured(f"PLUSONE_{name} is not a readable address: {reason}.") from None
    return url


def networks(name: str) -> tuple[str, ...]:
    """Return the networks of a list such as `10.0.0.5, 192.168.7.0/24`."""
    found = tuple(text.strip() for text in given(name).split(",") if text.strip())
    for text in found:
        try:
            ip_network(text)
        except ValueError:
            raise ImproperlyConfigured(f"PLUSONE_{name}: “{text}” is no network such as 10.0.0.0/24.") from None
    return found


def unknown() -> dict[str, str]:
    """Return the PLUSONE_ variables that mean nothing here, each with the one that may be meant."""
    known = KNOWN | {f"{name}_FILE" for name in SECRET}
    # What begins with PLUSONE_TEST_ is for the tests, which know their own names.
    given = (name for name in sorted(os.environ) if name.startswith("PLUSONE_"))
    names = [name.removeprefix("PLUSONE_") for name in given if not name.startswith("PLUSONE_TEST_")]
    close = {name: difflib.get_close_matches(name, sorted(known), n=1) for name in names if name not in known}
    return {f"PLUSONE_{name}": f"PLUSONE_{found[0]}" if found else "" for name, found in close.items()}


def warn_of(names: dict[str, str]) -> None:
    """Mention variables that are ignored."""
    for name, meant in names.items():
        hint = f" Do you mean {meant}?" if meant else ""
        sys.stderr.write(f"plusone: the setting {name} is not known and is ignored.{hint}\n")
