"""Pictures that staff upload are read, made anew, or refused (FUZ-6)."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from PIL import Image

from plusone.kernel.models import Business
from plusone.store.commands import products, set_picture
from plusone.store.models import Picture, Product
from world import NOON, make_product

from .pages import send

SCRIPT = b"<script>alert(1)</script>"


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **more)
    return out.getvalue()


def upload(olga: Browser, product: Product, data: bytes, name: str, kind: str) -> int:
    form = {"name": product.name, "price": "50", "visibility": product.visibility}
    url = f"/b/studio-vela/products/{product.public_id}/"
    return int(send(olga, url, {**form, "picture": SimpleUploadedFile(name, data, content_type=kind)}).status_code)


@pytest.mark.parametrize(
    ("name", "kind", "make"),
    [
        ("a.svg", "image/svg+xml", lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"),
        ("a.jpg", "image/jpeg", lambda: b"<html>" + SCRIPT),
        ("a.gif", "image/gif", lambda: picture("GIF")),
        ("a.png", "image/png", lambda: picture("PNG", (20_000, 20_000), "1")),
        ("a.jpg", "image/jpeg", lambda: picture()[:200]),
        ("a.png", "image/png", lambda: picture("PNG", (600, 600))[:90]),
    ],
    ids=["svg", "html", "gif", "huge", "cut-jpeg", "cut-png"],
)
def test_what_is_no_picture_of_ours_is_refused(
    gym: Business, olga: Browser, bono: Product, name: str, kind: str, make: object
) -> None:
    assert upload(olga, bono, make(), name, kind) == 200  # type: ignore[operator]  # the form again, with its sentence
    assert Picture.objects.count() == 0


def test_a_picture_is_made_anew(gym: Business, olga: Browser, bono: Product) -> None:
    """Without what was hidden behind it, and without where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = "made at home"
    exif.get_ifd(0x8825)[2] = (40.0, 25.0, 0.0)
    polyglot = picture(exif=exif, comment=SCRIPT) + SCRIPT
    assert b"made at home" in polyglot
    assert upload(olga, bono, polyglot, "a.html", "text/html") == 302
    kept = Picture.objects.get()
    answer = olga.get(f"/b/studio-vela/products/{bono.public_id}/{kept.version}.jpg")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert b"script" not in answer.content
    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.format, dict(image.getexif())) == ("JPEG", {})


def test_pictures_fill_the_room_of_their_business_and_no_more(
    gym: Business, olga: Browser, bono: Product, salon: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FUZ-6: a business has so much room; its own picture may be replaced, another's takes nothing of it."""
    mat, theirs = make_product(gym, "Mat"), make_product(salon, "Coupe")
    assert upload(olga, bono, picture(), "a.jpg", "image/jpeg") == 302
    size = len(Picture.objects.get().data)
    set_picture(theirs, SimpleUploadedFile("a.jpg", picture()), actor="user:1", now=NOON)
    monkeypatch.setattr(products, "ROOM_MAX", size * 2 - 1)
    assert upload(olga, mat, picture(), "b.jpg", "image/jpeg") == 200
    assert not Picture.objects.filter(product=mat).exists()
    assert upload(olga, bono, picture(), "c.jpg", "image/jpeg") == 302
    set_picture(bono, None, actor="user:1", now=NOON)
    assert upload(olga, mat, picture(), "b.jpg", "image/jpeg") == 302
