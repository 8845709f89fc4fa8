"""Pictures that are drawn: what a messenger shows beside an invitation's link."""

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from . import brand

SIZE = (1200, 630)
MARGIN = 88
SCALE = 2  # drawn twice as large, for smooth edges
FONTS = Path(__file__).parent / "fonts"
OWN_COLOR = "#0b6b5d"
QUALITY = 86


@lru_cache(maxsize=256)
def invitation_card(invites: str, business: str, offer: str, color: str) -> bytes:
    """Return a JPEG of 1200×630: who invites, to where, what for. Letters that the font lacks leave their line out."""
    light, _dark = brand.themes(color) or brand.themes(OWN_COLOR) or ({}, {})
    fill, ink = light["accent"], light["accent-on"]
    width, height = SIZE[0] * SCALE, SIZE[1] * SCALE
    image = Image.new("RGB", (width, height), fill)
    draw = ImageDraw.Draw(image)
    soft = brand.hexed(brand.mixed(_rgb(fill), _rgb(ink), 0.09))
    softer = brand.hexed(brand.mixed(_rgb(fill), _rgb(ink), 0.05))
    draw.ellipse(_box(1010, 90, 420), fill=softer)
    draw.ellipse(_box(1090, 560, 250), fill=soft)
    left, top = MARGIN * SCALE, MARGIN * SCALE
    room = width - 2 * left
    quiet = brand.hexed(brand.mixed(_rgb(ink), _rgb(fill), 0.12))
    if invites and _drawable(invites):
        font = _fitting(invites, "Regular", 52, room)
        draw.text((left, top), invites, font=font, fill=quiet)
    y = top + 92 * SCALE
    if _drawable(business):
        for line in _wrapped(business, "Bold", 108, room):
            font = _fitting(line, "Bold", 108, room)
            draw.text((left, y), line, font=font, fill=ink)
            y += 126 * SCALE
    if offer and _drawable(offer):
        font = _fitting(offer, "Bold", 44, room - 96 * SCALE)
        box = draw.textbbox((0, 0), offer, font=font)
        bottom = height - top
        pill = (left, bottom - 96 * SCALE, left + box[2] + 80 * SCALE, bottom)
        draw.rounded_rectangle(pill, radius=48 * SCALE, fill=ink)
        draw.text((left + 40 * SCALE, bottom - 48 * SCALE), offer, font=font, fill=fill, anchor="lm")
    out = io.BytesIO()
    image.resize(SIZE, Image.Resampling.LANCZOS).save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


@lru_cache(maxsize=64)
def app_icon(letters: str, color: str, side: int) -> bytes:
    """Return the icon of a business's portal: a PNG, its letters on its colour, safe to be cut round."""
    light, _dark = brand.themes(color) or brand.themes(OWN_COLOR) or ({}, {})
    image = Image.new("RGB", (side, side), light["accent"])
    text = letters if letters and _drawable(letters) else "+1"
    font = _font("Bold", side * 0.4 / SCALE)
    ImageDraw.Draw(image).text((side / 2, side / 2), text, font=font, fill=light["accent-on"], anchor="mm")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _rgb(color: str) -> brand.Rgb:
    return brand.parse(color) or brand.BLACK


def _box(x: int, y: int, radius: int) -> tuple[int, int, int, int]:
    return (x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE


@lru_cache(maxsize=64)
def _font(weight: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"Inter-{weight}.ttf", round(size * SCALE))


def _fitting(text: str, weight: str, size: int, room: int) -> ImageFont.FreeTypeFont:
    """Return the largest font of at most `size` in which the text fits."""
    width = _font(weight, size).getlength(text)
    return _font(weight, size if width <= room else max(round(size * room / width), 24))


def _wrapped(text: str, weight: str, size: int, room: int) -> list[str]:
    """Return the text in one line, or in the two most even ones."""
    words = text.split()
    if _font(weight, size).getlength(text) <= room or len(words) == 1:
        return [text]
    font = _font(weight, size)
    splits = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    return list(min(splits, key=lambda lines: max(font.getlength(line) for line in lines)))


@lru_cache(maxsize=512)
def _has(letter: str) -> bool:
    font = _font("Bold", 20)
    return letter.isspace() or bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))


def _drawable(text: str) -> bool:
    return all(_has(letter) for letter in text)
