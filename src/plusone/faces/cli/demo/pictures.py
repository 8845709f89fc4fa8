"""Pictures for the demo's products: a soft ground, light from above, and one plain shape."""

import io
import math
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

SIDE = 1200  # drawn at this size and made smaller, so that edges are smooth
SHOWN = 600
SOFT = 150  # what is blurred is blurred small
Color = tuple[int, int, int]
Draw = ImageDraw.ImageDraw

GROUNDS: dict[str, tuple[Color, Color]] = {
    "sand": ((246, 231, 211), (232, 190, 158)),
    "sage": ((221, 232, 219), (146, 179, 156)),
    "sea": ((212, 230, 236), (116, 165, 183)),
    "dusk": ((232, 220, 238), (160, 136, 186)),
    "clay": ((245, 217, 205), (206, 128, 106)),
    "night": ((90, 108, 128), (38, 50, 68)),
    "lemon": ((250, 240, 204), (226, 190, 104)),
    "rose": ((250, 224, 226), (214, 138, 150)),
}
WHITE = (255, 255, 255, 235)
INK = (38, 50, 68, 225)


def draw(shape: str, ground: str) -> bytes:
    """Return a picture as PNG."""
    image = _ground(*GROUNDS[ground])
    shadow, front = (Image.new("RGBA", (SIDE, SIDE), (30, 30, 50, 0)) for _layer in range(2))
    SHAPES[shape](ImageDraw.Draw(front))
    shadow.paste((30, 30, 50, 70), (14, 34), front.getchannel("A"))
    image.alpha_composite(_soft(shadow, 26))
    image.alpha_composite(front)
    out = io.BytesIO()
    image.convert("RGB").resize((SHOWN, SHOWN), Image.Resampling.LANCZOS).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _ground(top: Color, bottom: Color) -> Image.Image:
    strip = Image.new("RGB", (1, 64))
    for y in range(64):
        part = y / 63
        strip.putpixel((0, y), tuple(round(a + (b - a) * part) for a, b in zip(top, bottom, strict=True)))
    image = strip.resize((SIDE, SIDE), Image.Resampling.BICUBIC).convert("RGBA")
    light = Image.new("RGBA", (SIDE, SIDE), (255, 255, 255, 0))
    ImageDraw.Draw(light).ellipse((-200, -420, 900, 680), fill=(255, 255, 255, 70))
    ImageDraw.Draw(light).ellipse((640, 700, 1500, 1560), fill=(255, 255, 255, 34))
    image.alpha_composite(_soft(light, 60))
    return image


def _soft(layer: Image.Image, radius: int) -> Image.Image:
    small = layer.resize((SOFT, SOFT), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(radius * SOFT / SIDE))
    return small.resize((SIDE, SIDE), Image.Resampling.BILINEAR)


def _mat(draw: Draw) -> None:
    draw.rounded_rectangle((300, 430, 960, 830), 60, fill=WHITE)
    draw.ellipse((210, 430, 470, 830), fill=INK)
    draw.ellipse((255, 498, 425, 762), fill=WHITE)
    draw.ellipse((300, 567, 380, 693), fill=INK)


def _bottle(draw: Draw) -> None:
    draw.rounded_rectangle((480, 400, 720, 980), 90, fill=WHITE)
    draw.rounded_rectangle((530, 240, 670, 350), 30, fill=INK)
    draw.rectangle((545, 340, 655, 420), fill=WHITE)
    draw.rectangle((480, 600, 720, 760), fill=INK)


def _cards(number: int) -> Callable[[Draw], None]:
    def shape(draw: Draw) -> None:
        columns = min(number, 5)
        rows = math.ceil(number / columns)
        step, radius = (170, 58) if number > 1 else (260, 130)
        left, top = 600 - (columns - 1) * step / 2, 600 - (rows - 1) * step / 2
        edge = radius + 90
        draw.rounded_rectangle((left - edge, top - edge, 1200 - left + edge, 1200 - top + edge), 60, fill=WHITE)
        for place in range(number):
            x, y = left + place % columns * step, top + place // columns * step
            color = INK if place < max(1, number // 3) else (206, 212, 222, 255)
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)

    return shape


def _month(draw: Draw) -> None:
    draw.rounded_rectangle((320, 330, 880, 900), 60, fill=WHITE)
    draw.rounded_rectangle((320, 330, 880, 480), 60, fill=INK)
    draw.rectangle((320, 430, 880, 480), fill=INK)
    for place in range(12):
        x, y = 410 + place % 4 * 128, 560 + place // 4 * 118
        draw.ellipse((x - 34, y - 34, x + 34, y + 34), fill=INK if place == 6 else (206, 212, 222, 255))


def _dumbbell(draw: Draw) -> None:
    draw.rounded_rectangle((330, 565, 870, 635), 35, fill=INK)
    for x, height in ((330, 190), (420, 260), (700, 260), (790, 190)):
        draw.rounded_rectangle((x, 600 - height, x + 80, 600 + height), 36, fill=WHITE)


def _pair(draw: Draw) -> None:
    for x, color in ((430, INK), (660, WHITE)):
        draw.ellipse((x, 340, x + 170, 510), fill=color)
        draw.pieslice((x - 90, 540, x + 260, 1130), 180, 360, fill=color)


def _spiral(draw: Draw) -> None:
    for ring, radius in enumerate((330, 235, 140, 55)):
        color = WHITE if ring % 2 == 0 else INK
        draw.ellipse((600 - radius, 600 - radius, 600 + radius, 600 + radius), fill=color)


SHAPES: dict[str, Callable[[Draw], None]] = {
    "mat": _mat,
    "bottle": _bottle,
    "one": _cards(1),
    "five": _cards(5),
    "ten": _cards(10),
    "month": _month,
    "dumbbell": _dumbbell,
    "pair": _pair,
    "spiral": _spiral,
}
