"""Five hundred clients from a messy file, in a real browser (UX task 4): clicks counted, state compared."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.conftest import Open
from browser.pages import DESK, PHONE, axe_finds
from browser.test_dashboard import Counted, Place, enter
from plusone.clients.models import Client, Tag
from plusone.connect.models import ClientImport
from plusone.kernel.queue.worker import drain
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.models import Referral
from world import House, add_client

CLICKS_MAX = 8


@pytest.fixture
def place(server: str, house: House) -> Place:
    return Place(house.business, server)


def messy(path: Path) -> Path:
    """Write 500 clients in Latin-1 with semicolons, three bad lines and seven doubles among them."""
    lines = ["Nombre;Apellidos;Correo electrónico;Teléfono;Etiquetas;Saldo;Recomendado por"]
    for n in range(500):
        phone, ambassador = f"600 {n:06}"[:11], f"c{n - 1}@mail.example" if n % 10 == 1 else ""
        lines.append(f'"Zoé {n}";"Peña; Núñez";C{n}@Mail.example;{phone};vip, año {n % 3};{n % 4},50;{ambassador}')
    lines[100:100] = [";Sin nombre;nadie@mail.example;;;;", "Ida;;ida at mail;;;;", "Eva;;eva@mail.example;;;mucho;"]
    lines += [f"Otra vez;;c{n}@mail.example;;;;" for n in range(7)]
    path.write_bytes("\r\n".join(lines).encode("latin-1"))
    return path


def state(house: House) -> list[Any]:
    clients = Client.objects.filter(business=house.business).order_by("pk")
    return [
        list(clients.values()),
        [balance_of(house.business, client.pk, now=client.created_at) for client in clients],
        list(Tag.objects.values_list("name", flat=True)),
        Referral.objects.count(),
    ]


def test_five_hundred_clients_from_a_messy_file(place: Place, house: House, open_page: Open, tmp_path: Path) -> None:
    """UX task 4: at most eight clicks there and back, bad lines named, nothing written before, all undone after."""
    add_client(house.business, "Ana", email="c3@mail.example")
    before = state(house)
    page = enter(open_page(size=DESK), place, house.owner)
    page.goto(place.at("home"))
    click = Counted(page)
    click("link", "Clients")
    click("link", "Import", exact=True)
    with page.expect_file_chooser() as chosen:
        page.get_by_label("File").click()
        click.clicks += 1
    chosen.value.set_files(messy(tmp_path / "clientes.csv"))
    click("button", "Look through the file")
    expect(page.get_by_role("heading", name="clientes.csv")).to_be_visible()
    said = page.locator("main").inner_text()
    for line, reason in (
        (101, "Write a first name."),
        (102, "This is not an e-mail address."),
        (103, "“mucho” is not an amount."),
    ):
        assert f"Line {line}\n{reason}" in " ".join(said.split(" ")).replace("\n\n", "\n"), said
    imported = ClientImport.objects.get()
    assert (imported.created, imported.updated, imported.skipped, imported.failed) == (499, 1, 7, 3)
    assert state(house) == before
    click("button", "Import 500 clients")
    drain()
    expect(page.get_by_role("link", name="Undo the import")).to_be_visible()
    assert Client.objects.count() == 500
    assert Referral.objects.count() == 50
    assert faults(house.business) == []
    click("link", "Undo the import")
    click("button", "Undo the import", within="dialog[open]")
    drain()
    expect(page.get_by_text("All is as it was before the import")).to_be_visible()
    assert click.clicks <= CLICKS_MAX
    assert state(house) == before


@pytest.mark.parametrize(("size", "dark"), [(PHONE, True), (DESK, False)], ids=["phone, dark", "desk, light"])
def test_pages_of_an_import_are_accessible(
    place: Place, house: House, open_page: Open, tmp_path: Path, size: dict[str, int], dark: bool
) -> None:
    """WCAG 2.2 AA, and nothing wider than 320 px, in each state of an import."""
    page = enter(open_page(size=size, dark=dark), place, house.owner)
    page.goto(place.at("imports"))
    page.get_by_label("File").set_input_files(messy(tmp_path / "clientes.csv"))
    found = {"upload": axe_finds(page)}
    page.get_by_role("button", name="Look through the file").click()
    found["check"] = axe_finds(page)
    _fits(page, size)
    page.get_by_role("button", name="Import 500 clients").click()
    found["moving"] = axe_finds(page)
    drain()
    expect(page.get_by_role("link", name="Undo the import")).to_be_visible()
    found["done"] = axe_finds(page)
    _fits(page, size)
    page.goto(place.at("imports"))
    found["history"] = axe_finds(page)
    _fits(page, size)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def _fits(page: Any, size: dict[str, int]) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size(size)
