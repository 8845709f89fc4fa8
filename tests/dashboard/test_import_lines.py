"""Bad lines of a file, mended on the page; and what a column holds, told by its cells (R-344, UX task 4)."""

import re
from collections.abc import Iterator
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client as Browser
from openpyxl import Workbook

from plusone.clients.models import Client
from plusone.connect.models import ClientImport
from plusone.kernel.models import Business
from plusone.kernel.queue.worker import drain
from world import NOON

from .pages import text_of
from .test_imports import LINES, at, upload


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def test_all_that_is_wrong_in_a_line_is_said_at_once(gym: Business, olga: Browser) -> None:
    """UX task 4: a line with three wrong cells is mended in one round, in the reader's language."""
    upload(olga, gym, "name;email;saldo;estado;alta", "Ana;ana at mail;10;activo;2025-01-02", "Bo;;x;?;99")
    imported = ClientImport.objects.get()
    here = at(gym, "import", imported.public_id)
    page = olga.get(here)
    for said in ("“x” is not an amount.", "“?” is not a status.", "“99” is not a date."):
        assert said in text_of(page)
    shown = [f'name="cell-3-{field}"' in page.content.decode() for field in imported.fields]
    assert dict(zip(imported.fields, shown, strict=True)) == {
        "name": False, "email": False, "opening_balance": True, "status": True, "created_at": True,
    }  # fmt: skip
    good = {"cell-3-opening_balance": "5", "cell-3-status": "activo", "cell-3-created_at": "2025-03-04"}
    olga.post(at(gym, "import_lines", imported.public_id), good)
    assert "Lines that are good now: 1." in text_of(olga.get(here))


def test_what_is_typed_into_bad_lines_comes_in_with_the_import(gym: Business, olga: Browser) -> None:
    """UX task 4: *Import* takes along what stands in the cells; a correction that is none stops it, and nothing is
    brought in with the old value."""
    page = upload(olga, gym, *LINES).content.decode()
    imported = ClientImport.objects.get()
    here, run = at(gym, "import", imported.public_id), at(gym, "import_run", imported.public_id)
    assert re.search(rf'<form method="post" id="run" action="{at(gym, "import_lines", imported.public_id)}"', page)
    buttons = re.findall(r'<button[^>]*form="run"[^>]*>', page)
    assert [f'formaction="{run}"' in button for button in buttons] == [False, True], "Enter in a cell checks"
    assert 'name="invite" value="1" form="run"' in page
    cells = {"cell-3-first_name": "", "cell-4-email": "ben at mail.example"}
    olga.post(run, cells)
    assert "Nothing is imported yet: 1 line that you corrected" in text_of(olga.get(here))
    imported.refresh_from_db()
    assert imported.state == "checked"
    olga.post(run, cells | {"cell-4-email": "ben@mail.example"})
    drain()
    assert sorted(Client.objects.values_list("first_name", flat=True)) == ["Ana", "Ben", "Eva"]
    assert Client.objects.get(first_name="Ben").email == "ben@mail.example"
    olga.post(run, cells | {"cell-4-email": "late@mail.example"})
    drain()
    assert Client.objects.count() == 3


def test_a_name_column_of_whole_names_is_one(gym: Business, olga: Browser) -> None:
    """R-344: “nombre” with first and last name in it; nobody is greeted by their surname, and no friend reads it."""
    upload(olga, gym, "nombre;email", "Carla Gil Ruiz;carla@mail.example", "Ben Roca;", "Eva;")
    imported = ClientImport.objects.get()
    assert imported.fields == ["name", "email"]
    olga.post(at(gym, "import_run", imported.public_id))
    drain()
    names = Client.objects.order_by("first_name").values_list("first_name", "last_name")
    assert list(names) == [("Ben", "Roca"), ("Carla", "Gil Ruiz"), ("Eva", "")]
    upload(olga, gym, "nombre;apellidos", "Ana Maria;Sanz", "Luz Belen;Vidal")
    assert ClientImport.objects.latest("pk").fields == ["first_name", "last_name"]
    upload(olga, gym, "nombre;email", "Ana Maria;", "Luz;", "Sol;")
    assert ClientImport.objects.latest("pk").fields == ["first_name", "email"]


def test_dates_are_read_as_their_column_writes_them(gym: Business, olga: Browser) -> None:
    """R-344: a file of a program from the United States, in a business of Spain: one date tells how all are meant, and
    the page says so before anything is written; a time of the day may be a.m. or p.m."""
    lines = ("Ana;3/15/2025 10:00 AM", "Ben;3/5/2025 12:30 PM", "Eva;3/5/2025", "Ida;12/1/2024 12:05 am")
    page = text_of(upload(olga, gym, "name;creation date", *lines))
    assert "Its dates are read month before day." in page
    assert "To be added 4" in page
    imported = ClientImport.objects.get()
    olga.post(at(gym, "import_run", imported.public_id))
    drain()
    zone = ZoneInfo(gym.timezone)
    dated = Client.objects.order_by("first_name").values_list("created_at", flat=True)
    assert [moment.astimezone(zone).isoformat()[:16] for moment in dated] == [
        "2025-03-15T10:00", "2025-03-05T12:30", "2025-03-05T00:00", "2024-12-01T00:05",
    ]  # fmt: skip
    for dates, said in ((("15/3/2025", "5/3/2025"), "day before month"), (("5/3/2025", "4/4/2025"), "")):
        page = text_of(upload(olga, gym, "name;creation date", *(f"X;{date}" for date in dates)))
        assert (f"Its dates are read {said}." in page) is bool(said)
    page = text_of(upload(olga, gym, "name;creation date", "X;3/15/2025", "Y;15/3/2025"))
    assert "“3/15/2025” is not a date." in page, "where they contradict each other, the business's country counts"
    assert "“15/3/2025” is not a date." not in page


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_titles_above_the_names_of_columns_are_passed_over(kind: str, gym: Business, olga: Browser) -> None:
    """R-344: programs put a title and the day of the export above the table."""
    titles: list[list[str]] = [["Clients, exported 3 March 2025"], [], ["Studio Vela", "all"]]
    rows = [*titles, ["Nombre", "Correo", "Móvil"], ["Ana", "a@mail.example", "600 111 222"]]
    if kind == "csv":
        page = upload(olga, gym, *(";".join(row) for row in rows))
    else:
        book, kept = Workbook(write_only=True), BytesIO()
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
        book.save(kept)
        page = upload(olga, gym, name="clients.xlsx", raw=kept.getvalue())
    imported = ClientImport.objects.get()
    assert (imported.header, imported.lines) == (["Nombre", "Correo", "Móvil"], 1)
    assert "To be added 1" in text_of(page)


def test_a_line_like_names_of_columns_is_no_header(gym: Business, olga: Browser) -> None:
    """R-344: only lines of fewer cells are titles; a client whose cells are words that columns have too is a client."""
    upload(olga, gym, "Name;Kind;Where", "Ana;cliente;activo", "Ben;cliente;alta")
    imported = ClientImport.objects.get()
    assert (imported.header, imported.lines) == (["Name", "Kind", "Where"], 2)
