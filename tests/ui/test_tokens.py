"""Colours that can be read, in both themes, whatever colour a business brings."""

import re
from pathlib import Path

import pytest

from plusone.faces.ui import brand
from plusone.faces.ui.brand import contrast, parse

STATIC = Path(brand.__file__).parent / "static" / "ui"
SOURCE = STATIC.parents[3]
TOKENS = (STATIC / "tokens.css").read_text()
GROUNDS = ("paper", "surface", "sunken")
TEXTS = ("ink", "ink-2", "ink-3", "accent-text")
TONES = ("good", "warn", "bad", "info")
SIGNS = ("line-strong", "accent", "chart-1", "chart-2", "chart-3", "chart-4", "chart-5", "chart-6")


def block(start: str) -> dict[str, str]:
    """The custom properties of the first block that begins with `start`."""
    body = TOKENS[TOKENS.index(start) + len(start) :].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): ([^;]+);", body))


LIGHT = block(":root {")
DARK = {**LIGHT, **block('  :root:not([data-theme="light"]) {')}
THEMES = {"light": LIGHT, "dark": DARK}


def ratio(theme: dict[str, str], one: str, other: str) -> float:
    colours = parse(theme[one]), parse(theme[other])
    assert colours[0] is not None
    assert colours[1] is not None
    return contrast(colours[0], colours[1])


def test_the_toggle_and_the_system_give_the_same_dark() -> None:
    assert block(':root[data-theme="dark"] {') == block('  :root:not([data-theme="light"]) {')


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read(theme: str) -> None:
    pairs = [(text, ground) for text in (*TEXTS, *TONES) for ground in GROUNDS]
    pairs += [(tone, f"{tone}-soft") for tone in TONES]
    pairs += [("ink", f"{tone}-soft") for tone in (*TONES, "accent")]
    pairs += [("accent-text", "accent-soft"), ("ink-2", "accent-soft")]
    pairs += [("accent-on", "accent"), ("accent-on", "accent-hover"), ("bad-on", "bad-fill")]
    assert [(pair, found) for pair in pairs if (found := ratio(THEMES[theme], *pair)) < 4.5] == []


@pytest.mark.parametrize("theme", THEMES)
def test_signs_can_be_told_from_their_ground(theme: str) -> None:
    pairs = [(sign, ground) for sign in SIGNS for ground in ("paper", "surface")]
    assert [(pair, found) for pair in pairs if (found := ratio(THEMES[theme], *pair)) < 3] == []


def test_brand_knows_the_grounds_of_the_tokens() -> None:
    assert {name: LIGHT[name] for name in GROUNDS} == brand.LIGHT
    assert {name: DARK[name] for name in GROUNDS} == brand.DARK


@pytest.mark.parametrize(
    "color",
    [
        "#b5482f",
        "#ffd400",
        "#ffffff",
        "#000000",
        "#00ff00",
        "#777777",
        "#0000ff",
        "#ff69b4",
        "#123",
        "#f5f0e6",
        "#101010",
    ],
)
def test_any_brand_colour_can_be_read(color: str) -> None:
    both = brand.themes(color)
    assert both is not None
    for theme, grounds in zip(both, (LIGHT, DARK), strict=True):
        known = {**grounds, **theme}
        pairs = [("accent-text", ground) for ground in (*GROUNDS, "accent-soft")]
        pairs += [("accent-on", "accent"), ("ink", "accent-soft")]
        assert [(pair, found) for pair in pairs if (found := ratio(known, *pair)) < 4.5] == []


@pytest.mark.parametrize("color", ["", "red", "#12345", "#12345g", "</style>", "url(x)", "#fff;}"])
def test_what_is_no_colour_gives_no_rules(color: str) -> None:
    assert brand.stylesheet(color) == ""


def test_people_load_little() -> None:
    assert (STATIC / "people.css").stat().st_size <= 15_000
    script = re.sub(r"/\*.*?\*/|^\s*//[^\n]*|^\s+", "", (STATIC / "ui.js").read_text(), flags=re.MULTILINE | re.DOTALL)
    assert len(script) <= 7_200


def test_style_sheets_load_nothing_from_elsewhere() -> None:
    for sheet in STATIC.rglob("*.css"):
        assert re.findall(r"url\((?!['\"]?data:)[^)]{0,40}|@import", sheet.read_text()) == [], sheet.name


def test_every_rule_has_a_selector_and_a_body() -> None:
    """A line that was lost, or two that were merged into one, would silently take the next rule along."""
    wrong = []
    for sheet in sorted(SOURCE.rglob("static/**/*.css")):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
        heads = re.findall(r"[^{};]+(?={)", text)
        wrong += [f"{sheet.name}: {head.strip()}" for head in heads if not head.strip() or "@" in head.strip()[1:]]
        if text.count("{") != text.count("}"):
            wrong.append(f"{sheet.name}: brackets")
    assert wrong == []
