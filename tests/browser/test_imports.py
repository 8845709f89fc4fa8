"""Five hundred clients from a messy file, in a real browser (UX task 4): clicks counted, state compared."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.pages import DESK, PHONE, axe_finds
from browser.people import Person
from plusone.clients.models import Client, Tag
from plusone.connect.models import ClientImport
from plusone.kernel.queue.worker import drain
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.models import Referral
from world import House, add_client


def messy(path: Path, number: int = 500) -> Path:
    """Write clients in Latin-1 with semicolons, three bad lines and seven doubles among them."""
    lines = ["Nombre;Apellidos;Correo electrónico;Teléfono;Etiquetas;Saldo;Recomendado por"]
    for n in range(number):
        phone, ambassador = f"600 {n:06}"[:11], f"c{n - 1}@mail.example" if n % 10 == 1 else ""
        lines.append(f'"Zoé {n}";"Peña; Núñez";C{n}@Mail.example;{phone};vip, año {n % 3};{n % 4},50;{ambassador}')
    lines[10:10] = [";Sin nombre;nadie@mail.example;;;;", "Ida;;ida at mail;;;;", "Eva;;eva@mail.example;;;mucho;"]
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


def test_five_hundred_clients_from_a_messy_file(vela: House, olga: Person, tmp_path: Path) -> None:
    """UX task 4: at most eight clicks there and back, bad lines named, nothing written before, all undone after."""
    add_client(vela.business, "Ana", email="c3@mail.example")
    before = state(vela)
    olga.begin_at(vela)
    olga.tap("Clients", role="link")
    olga.tap("Import", role="link")
    with olga.page.expect_file_chooser() as chosen:
        olga.click(olga.page.get_by_label("File"))
    chosen.value.set_files(messy(tmp_path / "clientes.csv"))
    olga.tap("Look through the file")
    expect(olga.page.get_by_role("heading", name="clientes.csv")).to_be_visible()
    said = olga.words()
    for line, reason in (
        (11, "Write a first name."),
        (12, "This is not an e-mail address."),
        (13, "“mucho” is not an amount."),
    ):
        assert f"Line {line} {reason}" in said
    imported = ClientImport.objects.get()
    assert (imported.created, imported.updated, imported.skipped, imported.failed) == (499, 1, 7, 3)
    assert state(vela) == before
    olga.tap("Import 500 clients")
    olga.page.wait_for_load_state()
    drain()
    expect(olga.page.get_by_role("link", name="Undo the import")).to_be_visible()
    assert Client.objects.count() == 500
    assert Referral.objects.count() == 50
    assert faults(vela.business) == []
    olga.tap("Undo the import", role="link")
    olga.tap("Undo the import", within=olga.page.get_by_role("dialog"))
    olga.within(clicks=8, fields=0)
    drain()
    olga.sees("All is as it was before the import")
    assert state(vela) == before


@pytest.mark.parametrize(("size", "dark"), [(PHONE, True), (DESK, False)], ids=["phone, dark", "desk, light"])
def test_pages_of_an_import_are_accessible(
    vela: House, person: Callable[..., Person], tmp_path: Path, size: dict[str, int], dark: bool
) -> None:
    """WCAG 2.2 AA, and nothing wider than 320 px, in each state of an import."""
    olga = person(size=size, dark=dark)
    olga.log_in(vela.owner)
    olga.begin_at(vela, "imports/")
    page = olga.page
    page.get_by_label("File").set_input_files(messy(tmp_path / "clientes.csv", 20))
    found = {"upload": axe_finds(page)}
    page.get_by_role("button", name="Look through the file").click()
    found["check"] = axe_finds(page)
    _fits(page, size)
    page.get_by_role("button", name="Import 20 clients").click()
    found["moving"] = axe_finds(page)
    drain()
    expect(page.get_by_role("link", name="Undo the import")).to_be_visible()
    found["done"] = axe_finds(page)
    _fits(page, size)
    olga.begin_at(vela, "imports/")
    found["history"] = axe_finds(page)
    _fits(page, size)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def _fits(page: Any, size: dict[str, int]) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size(size)
