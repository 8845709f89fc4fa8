"""Identifiers: opaque ones that people and programs see, time-ordered ones that only the database sees."""

import os
import secrets
import string
import threading
import time

ALPHABET = string.ascii_letters + string.digits
CODE_ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"
CODE_LENGTH = 9
PUBLIC_ID_LENGTH = 22


def public_id() -> str:
    """Return a new random id of 22 characters (131 bits), safe in URLs."""
    return _random(PUBLIC_ID_LENGTH, *_LETTERS)


def referral_code() -> str:
    """Return a new random code of nine characters without vowels or look-alikes (CASES 1)."""
    return _random(CODE_LENGTH, *_CODE_LETTERS)


def _letters(alphabet: str) -> tuple[bytes, bytes]:
    """Return a table from bytes to letters, and the bytes to throw away so that each letter is as likely."""
    fair = 256 - 256 % len(alphabet)
    return bytes(ord(alphabet[byte % len(alphabet)]) for byte in range(256)), bytes(range(fair, 256))


_LETTERS = _letters(ALPHABET)
_CODE_LETTERS = _letters(CODE_ALPHABET)


def _random(length: int, table: bytes, unfair: bytes) -> str:
    """Return random letters. All at once, since an import makes a hundred thousand ids."""
    letters = b""
    while len(letters) < length:
        letters += os.urandom(2 * length).translate(table, unfair)
    return letters[:length].decode("ascii")


def clean_code(text: str) -> str:
    """Return a typed code as it is stored: trimmed, lower case (CASES 2)."""
    return text.strip().lower()


_last = 0
_lock = threading.Lock()


def time_id() -> int:
    """Return a new 63-bit id that grows with time: 42 bits of milliseconds, 21 random bits; unique within a process."""
    global _last
    with _lock:
        _last = max((time.time_ns() // 1_000_000) << 21 | secrets.randbits(21), _last + 1)
        return _last


def time_id_near(milliseconds: int) -> int:
    """Return a new id of about a time that is not the machine's own, as a test's clock has it."""
    return time_id_at(milliseconds) + secrets.randbits(21)


def time_id_at(milliseconds: int) -> int:
    """Return the smallest id that `time_id` can make at or after this Unix time in milliseconds."""
    return max(milliseconds, 0) << 21
