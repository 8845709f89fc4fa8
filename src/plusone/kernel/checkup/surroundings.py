"""What the operator has set."""

import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from .fault import Fault

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SECRET_LENGTH = 32
SECRET_VARIETY = 10
# Words of keys that stand in examples, and so in every attacker's list.
EXAMPLE_WORDS = ("django-insecure", "changeme", "change-me", "change me", "secret-key", "secret_key", "example")


def settings_given() -> Iterator[Fault]:
    """Look at address, mode and unknown names."""
    url = urlsplit(settings.BASE_URL)
    local = url.hostname in LOOPBACK
    if local and settings.ENV == "production":
        yield Fault(
            "base_url", f"{settings.BASE_URL} leads nowhere from outside this machine.", "Set PLUSONE_BASE_URL."
        )
    elif url.scheme != "https" and not local:
        yield Fault(
            "base_url",
            f"{settings.BASE_URL} is not encrypted: logins and codes can be read on the way.",
            "Put a proxy that speaks TLS before it and set PLUSONE_BASE_URL to its https:// address.",
        )
    if settings.ENV == "demo" and not local:
        yield Fault(
            "demo",
            f"This is a demo, and others reach it at {settings.BASE_URL}: it answers to every name, its staff read all "
            "mails in the outbox, and nobody is reminded of backups.",
            "For real clients set PLUSONE_ENV=production, with a data folder of its own (PLUSONE_DATA_DIR).",
        )
    if settings.DEBUG:
        yield Fault("debug", "Django's debug mode is on.", "Take DEBUG out of the settings.")
    if settings.ENV == "test":
        yield Fault("env", "This is a test installation.", "Take PLUSONE_ENV=test out of the environment.")
    for name, meant in settings.UNKNOWN_SETTINGS.items():
        fix = f"Call it {meant}, or take it away." if meant else "Take it away."
        yield Fault("unknown_setting", f"{name} is not known and is ignored.", fix)


def secrets() -> Iterator[Fault]:
    """Look at the key that signs everything, without showing it."""
    key, kept = settings.SECRET_KEY, Path(settings.DATA_DIR) / "secret_key"
    weak = len(key) < SECRET_LENGTH or len(set(key)) < SECRET_VARIETY
    if weak or any(word in key.lower() for word in EXAMPLE_WORDS):
        yield Fault(
            "secret_key", "The secret key can be guessed.", "Take PLUSONE_SECRET_KEY away; a good one is made and kept."
        )
    if kept.exists() and kept.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Fault("secret_key_file", f"Others can read {kept}.", f"Run `chmod 600 {kept}`.")
