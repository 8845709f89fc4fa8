"""A business's one colour, made readable: text on it and text in it reach 4.5:1 in the light and in the dark theme."""

from collections.abc import Iterator
from functools import lru_cache

type Rgb = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)
DARK_INK: Rgb = (16, 22, 19)
TEXT_RATIO = 4.5
# The backgrounds that coloured text stands on; tests/ui/test_tokens.py holds them equal to tokens.css.
LIGHT = {"paper": "#faf9f6", "surface": "#ffffff", "sunken": "#f3f1ec"}
DARK = {"paper": "#131614", "surface": "#1b1f1d", "sunken": "#232825"}


def parse(color: str) -> Rgb | None:
    """Return the parts of `#rgb` or `#rrggbb`, or None where it is no such colour."""
    digits = color.strip().removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) != 6 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
        return None
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def hexed(color: Rgb) -> str:
    """Return a colour as `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def luminance(color: Rgb) -> float:
    """Return the relative luminance of WCAG 2."""
    linear = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in color]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast ratio of WCAG 2, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: Rgb, other: Rgb, part: float) -> Rgb:
    """Return `one` with `part` (0 to 1) of `other` in it."""
    return (
        round(one[0] + (other[0] - one[0]) * part),
        round(one[1] + (other[1] - one[1]) * part),
        round(one[2] + (other[2] - one[2]) * part),
    )


def readable(color: Rgb, backgrounds: list[Rgb], towards: Rgb) -> Rgb:
    """Return the first step from `color` to `towards` that text on every background can have."""
    for step in range(51):
        tried = mixed(color, towards, step / 50)
        if all(contrast(tried, ground) >= TEXT_RATIO for ground in backgrounds):
            return tried
    return towards


def _theme(color: Rgb, *, grounds: dict[str, str], dark: bool) -> dict[str, str]:
    surface = parse(grounds["surface"]) or WHITE
    far = WHITE if dark else BLACK
    # A fill must be told from the page: a near-white brand in the light theme, a near-black one in the dark, moves.
    fill = color
    for step in range(51):
        fill = mixed(color, far, step / 50)
        if contrast(fill, surface) >= (3 if dark else 1.6):
            break
    on = max((WHITE, DARK_INK), key=lambda ink: contrast(ink, fill))
    if contrast(on, fill) < TEXT_RATIO:
        fill = readable(fill, [on], BLACK if on == WHITE else WHITE)
    over = mixed(fill, BLACK if on == WHITE else WHITE, 0.14)
    soft = mixed(surface, fill, 0.16 if dark else 0.1)
    others = [ground for name in grounds if (ground := parse(grounds[name]))]
    return {
        "accent": hexed(fill),
        "accent-hover": hexed(over),
        "accent-on": hexed(on),
        "accent-soft": hexed(soft),
        "accent-text": hexed(readable(color, [*others, soft], far)),
    }


def themes(color: str) -> tuple[dict[str, str], dict[str, str]] | None:
    """Return the accent tokens for the light and the dark theme, or None where the business has no usable colour."""
    parsed = parse(color)
    if parsed is None:
        return None
    return _theme(parsed, grounds=LIGHT, dark=False), _theme(parsed, grounds=DARK, dark=True)


def _rules(color: str, scope: str) -> Iterator[str]:
    both = themes(color)
    if both is None:
        return
    light, dark = (";".join(f"--{name}:{value}" for name, value in theme.items()) for theme in both)
    yield f":is({scope}){{{light}}}"
    yield f'@media(prefers-color-scheme:dark){{:root:not([data-theme="light"]) :is({scope}){{{dark}}}}}'
    yield f':root[data-theme="dark"] :is({scope}){{{dark}}}'


@lru_cache(maxsize=256)
def stylesheet(color: str, scope: str = ".brand") -> str:
    """Return the rules that give everything inside `scope` the colour; made of checked hex digits only."""
    return "".join(_rules(color, scope))
