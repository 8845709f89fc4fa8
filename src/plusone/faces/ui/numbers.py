"""Whole numbers as somebody types or sends them."""

DIGITS_MAX = 9  # what fits into every column that holds such a number


def whole(text: str) -> int | None:
    """Return the number, zero or more, or None: for what is none, and for one of more digits than any we ask for."""
    return int(text) if text.isdecimal() and len(text) <= DIGITS_MAX else None
