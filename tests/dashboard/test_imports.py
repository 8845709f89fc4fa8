"""Importing clients on screen: upload, look, mend, bring in, undo, and who may (R-344, UX task 4, FUZ-6)."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.models import Client
from plusone.connect.models import ClientImport
from plusone.kernel.models import Business, User
from plusone.kernel.queue.worker import drain
from world import NOON

from .pages import once_of, send, text_of


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


def upload(browser: Browser, gym: Business, *lines: str, name: str = "clients.csv", raw: bytes = b"") -> Any:
    """Send a file as a person does, and open where it leads."""
    file = SimpleUploadedFile(name, raw or "\n".join(lines).encode("latin-1"))
    answer = send(browser, at(gym, "imports"), {"file": file})
    return browser.get(answer["Location"]) if answer.status_code == 302 else answer


LINES = ("Nombre;Correo;Color", "Ana;ana@mail.example;red", ";x@mail.example;", "Ben;ben at mail;", "Eva;;")


def test_a_file_is_looked_through_mended_brought_in_and_taken_back(gym: Business, olga: Browser) -> None:
    """UX task 4: nothing is written before somebody says so; each bad line with number and reason, mended in place."""
    page = text_of(upload(olga, gym, *LINES))
    imported = ClientImport.objects.get()
    for said in (
        "4 lines. Nothing is written yet.",
        "Line 3 Write a first name.",
        "Line 4 This is not an e-mail address.",
    ):
        assert said in page
    assert "To be added 2" in page
    assert "Color 25% filled · red" in page
    assert "Import 2 clients" in page
    assert Client.objects.count() == 0

    here = at(gym, "import", imported.public_id)
    olga.post(at(gym, "import_lines", imported.public_id), {"cell-3-first_name": "Xi", "cell-4-email": "ben@mail"})
    page = text_of(olga.get(here))
    assert "Lines that are good now: 1." in page
    assert ("Line 3" in page, "Line 4" in page, "Import 3 clients" in page) == (False, True, True)
    olga.post(at(gym, "import_lines", imported.public_id), {"cell-4-email": "still wrong"})
    assert "These lines cannot be imported yet." in text_of(olga.get(here))

    for _twice in range(2):
        assert olga.post(at(gym, "import_run", imported.public_id))["Location"] == here
    moving = olga.get(here).content.decode()
    assert 'http-equiv="refresh"' in moving
    assert "0 of 4 lines" in text_of(olga.get(at(gym, "import_progress", imported.public_id)))
    drain()
    assert olga.get(at(gym, "import_progress", imported.public_id)).status_code == 204
    page = text_of(olga.get(here))
    assert "Added 3" in page
    assert "Line 4 This is not an e-mail address." in page
    assert sorted(Client.objects.values_list("first_name", "status")) == [
        ("Ana", "active"),
        ("Eva", "active"),
        ("Xi", "active"),
    ]
    for refused in ("import_lines", "import_discard"):
        assert olga.post(at(gym, refused, imported.public_id)).status_code == 409
    history = text_of(olga.get(at(gym, "imports")))
    assert "clients.csv" in history
    assert "olga@vela.example Imported 3 0 0 1 Undo the import" in history

    undo = at(gym, "import_undo", imported.public_id)
    assert "Undo this import?" in text_of(olga.get(undo))
    olga.post(undo)
    drain()
    assert Client.objects.count() == 0
    assert "All is as it was before the import" in text_of(olga.get(here))
    olga.post(undo)
    assert "This import can no longer be undone." in text_of(olga.get(here))


def test_columns_are_said_where_their_names_tell_nothing(gym: Business, olga: Browser) -> None:
    page = text_of(upload(olga, gym, "a;b;", "Ana;vip;x"))
    assert "Say which column holds the names" in page
    assert "Column 3" in page
    imported = ClientImport.objects.get()
    columns = at(gym, "import_columns", imported.public_id)
    olga.post(columns, {"column-0": "name", "column-1": "name"})
    assert "Two columns are the same field." in text_of(olga.get(at(gym, "import", imported.public_id)))
    olga.post(columns, {"column-0": "name", "column-1": "tags"})
    assert "Import 1 client" in text_of(olga.get(at(gym, "import", imported.public_id)))
    olga.post(at(gym, "import_discard", imported.public_id))
    assert (ClientImport.objects.count(), Client.objects.count()) == (0, 0)


def test_cells_are_pasted_and_read_in_the_readers_language(gym: Business, olga: Browser) -> None:
    """Reasons are kept in all languages: whoever reads them, reads theirs."""
    answer = send(olga, at(gym, "imports"), {"pasted": "Name\tE-mail\nAna\tana@mail.example\nBen\tnope\n"})
    assert "This is not an e-mail address." in text_of(olga.get(answer["Location"]))
    User.objects.update(language="fr")
    page = text_of(olga.get(answer["Location"]))
    assert "Ligne 3 Ceci n’est pas une adresse" in page or "Ligne 3" in page
    assert "This is not" not in page


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("clients.xlsx", b"<html><body>no</body></html>", "This is a web page under another name."),
        ("clients.csv", b"PK\x03\x04 no zip", "This workbook cannot be read."),
        ("clients.csv", b"", "The submitted file is empty."),
        ("clients.csv", b"id,name\n", "no lines below them"),
    ],
    ids=["web page", "no workbook", "empty", "header only"],
)
def test_a_file_that_is_no_table_is_refused_in_a_sentence(
    gym: Business, olga: Browser, name: str, content: bytes, said: str
) -> None:
    """TRUST FUZ-6."""
    file = SimpleUploadedFile(name, content)
    answer = send(olga, at(gym, "imports"), {"file": file})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert ClientImport.objects.count() == 0


def test_too_much_is_refused_before_it_is_read(gym: Business, olga: Browser) -> None:
    """TRUST FUZ-6: 200 MB are told from their announcement, and not one byte of them is taken."""
    answer = olga.post(at(gym, "imports"), {"pasted": "x"}, headers={"content-length": "200000000"})
    assert (answer.status_code, "25 MB" in text_of(answer)) == (413, True)
    token = once_of(olga.get(at(gym, "imports")))
    big = SimpleUploadedFile("big.csv", b"name\n" + b"Ana\n" * 5_100_000)
    answer = olga.post(at(gym, "imports"), {"once": token, "file": big})
    assert (answer.status_code, "larger than 20 MB" in text_of(answer)) == (422, True)
    assert "Choose a file" in text_of(olga.post(at(gym, "imports"), {"once": token}))


def test_imports_are_for_owners_and_managers(gym: Business, olga: Browser, desk: Browser) -> None:
    assert at(gym, "imports") in olga.get(at(gym, "clients")).content.decode()
    assert at(gym, "imports") not in desk.get(at(gym, "clients")).content.decode()
    assert desk.get(at(gym, "imports")).status_code == 404


def test_pages_ask_the_same_of_one_line_and_of_three(
    gym: Business, olga: Browser, django_assert_max_num_queries: Any
) -> None:
    for lines in (LINES[:3], (*LINES, ";y@mail.example;", ";z@mail.example;")):
        upload(olga, gym, *lines)
        for name, *args in (("import", ClientImport.objects.latest("pk").public_id), ("imports",)):
            with django_assert_max_num_queries(12):
                olga.get(at(gym, name, *args))
