"""Things to print: a poster for the reception, and cards with a client's own code (R-110).

Text is text (it can be selected and read aloud), codes are drawn as vectors, colours are the business's own. Lengths
are points; a page is made at once, in memory.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import segno
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, A5, LETTER
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from . import brand

SIZES = {"a4": A4, "a5": A5, "letter": LETTER}
FONTS = Path(__file__).parent / "fonts"
OWN_COLOR = "#0b6b5d"
REGULAR, BOLD = "Inter", "Inter-Bold"
QUIET = 4  # modules of white around a code, as the standard asks
CARD = (85 * mm, 54 * mm)


@dataclass(frozen=True)
class Poster:
    """The words of a poster: what is asked, what the friend gets, what to do, and where the code leads."""

    business: str
    title: str
    gift: str
    steps: Sequence[str]
    url: str
    spoken: str


@dataclass(frozen=True)
class Card:
    """The words of a client's card."""

    business: str
    title: str
    gift: str
    url: str
    code: str


def poster_pdf(poster: Poster, *, size: str, color: str, language: str) -> bytes:
    """Return a poster on one page of a size of SIZES."""
    width, height = SIZES[size]
    canvas = _canvas((width, height), poster.title, language)
    fill, ink = _colors(color)
    margin, unit = width * 0.09, width / 595
    room = width - 2 * margin
    band = height * 0.31
    canvas.setFillColor(fill)
    canvas.rect(0, height - band, width, band, stroke=0, fill=1)
    canvas.setFillColor(ink)
    y = _text(canvas, poster.business, margin, height - margin - 14 * unit, room, REGULAR, 20 * unit)
    y = _text(canvas, poster.title, margin, y - 26 * unit, room, BOLD, 44 * unit)
    canvas.setFillColor(HexColor("#14201c"))
    y = height - band - 40 * unit
    if poster.gift:
        y = _text(canvas, poster.gift, margin, y, room, BOLD, 22 * unit) - 14 * unit
    side = min(room * 0.66, y - margin - 120 * unit)
    _code(canvas, poster.url, (width - side) / 2, y - side, side)
    y -= side + 26 * unit
    for number, step in enumerate(poster.steps, 1):
        y = _text(canvas, f"{number}. {step}", margin, y, room, REGULAR, 15 * unit) - 4 * unit
    canvas.setFillColor(HexColor("#4a5752"))
    _text(canvas, poster.spoken, margin, margin * 0.62, room, REGULAR, 11 * unit)
    canvas.showPage()
    return bytes(canvas.getpdfdata())  # type: ignore[no-untyped-call]  # the stubs lack it


def cards_pdf(cards: Iterable[Card], *, size: str, color: str, language: str, title: str) -> bytes:
    """Return sheets of cards with lines to cut along, as many to a page as fit."""
    width, height = SIZES[size]
    canvas = _canvas((width, height), title, language)
    across, down = int(width // CARD[0]), int(height // CARD[1])
    left, bottom = (width - across * CARD[0]) / 2, (height - down * CARD[1]) / 2
    place = 0
    for card in cards:
        if place == across * down:
            canvas.showPage()
            place = 0
        row, column = divmod(place, across)
        _card(canvas, card, left + column * CARD[0], bottom + (down - 1 - row) * CARD[1], color)
        place += 1
    canvas.showPage()
    return bytes(canvas.getpdfdata())  # type: ignore[no-untyped-call]  # the stubs lack it


def _card(canvas: Canvas, card: Card, x: float, y: float, color: str) -> None:
    fill, _ink = _colors(color)
    width, height = CARD
    canvas.setStrokeColor(HexColor("#c9cfcc"))
    canvas.setLineWidth(0.4)
    canvas.setDash(2, 3)
    canvas.rect(x, y, width, height, stroke=1, fill=0)
    canvas.setDash()
    canvas.setFillColor(fill)
    canvas.rect(x, y + height - 3 * mm, width, 3 * mm, stroke=0, fill=1)
    side = 34 * mm
    _code(canvas, card.url, x + width - side - 4 * mm, y + 7 * mm, side)
    room = width - side - 12 * mm
    canvas.setFillColor(HexColor("#14201c"))
    at = _text(canvas, card.business, x + 5 * mm, y + height - 11 * mm, room, BOLD, 10)
    at = _text(canvas, card.title, x + 5 * mm, at - 8, room, REGULAR, 9)
    if card.gift:
        _text(canvas, card.gift, x + 5 * mm, at - 6, room, BOLD, 9)
    canvas.setFillColor(HexColor("#4a5752"))
    _text(canvas, card.code, x + 5 * mm, y + 6 * mm, width, REGULAR, 9)


def _canvas(size: tuple[float, float], title: str, language: str) -> Canvas:
    _fonts()
    canvas = Canvas(io.BytesIO(), pagesize=size, pageCompression=1, lang=language)
    canvas.setTitle(title)
    return canvas


@lru_cache(maxsize=1)
def _fonts() -> None:
    pdfmetrics.registerFont(TTFont(REGULAR, FONTS / "Inter-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, FONTS / "Inter-Bold.ttf"))


def _colors(color: str) -> tuple[Color, Color]:
    light, _dark = brand.themes(color) or brand.themes(OWN_COLOR) or ({}, {})
    return HexColor(light["accent"]), HexColor(light["accent-on"])


def _text(canvas: Canvas, text: str, x: float, y: float, room: float, font: str, size: float) -> float:
    """Write a text, wrapped; return where the next line would stand."""
    canvas.setFont(font, size)
    for line in simpleSplit(text, font, size, room):
        canvas.drawString(x, y, line)
        y -= size * 1.22
    return y


def _code(canvas: Canvas, text: str, x: float, y: float, side: float) -> None:
    """Draw a QR code, black on white with its quiet zone."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    module = side / (len(rows) + 2 * QUIET)
    canvas.setFillColor(HexColor("#ffffff"))
    canvas.rect(x, y, side, side, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#000000"))
    drawn = canvas.beginPath()
    for number, row in enumerate(rows):
        top = y + side - (QUIET + number + 1) * module
        column = 0
        for dark, run in groupby(row):  # what stands side by side is one piece: half the file, and half the time
            long = len(list(run))
            if dark:
                drawn.rect(x + (QUIET + column) * module, top, long * module, module)
            column += long
    canvas.drawPath(drawn, stroke=0, fill=1)
