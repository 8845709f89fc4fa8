"""Workbooks, what they may hold, balances that come along, and the columns of other programs (R-344, FUZ-5, FUZ-6)."""

import io
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from plusone.clients.models import Client
from plusone.connect.imports import import_clients, workbooks
from plusone.connect.imports.columns import client_columns
from plusone.connect.imports.files import Unreadable
from plusone.events.models import Event, Pending
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults, movements_of
from world import NOON

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]


def workbook(*rows: list[Any]) -> bytes:
    book, kept = Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(kept)
    return kept.getvalue()


def packed(**parts: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return kept.getvalue()


def test_a_workbook_is_read_whatever_it_is_called(gym: Business, write: Write) -> None:
    """Numbers, dates, formulas without a value and empty rows, in a workbook whose name ends with .csv."""
    rows = [
        ["Client ID", "First Name", "Last Name", "Mobile Phone", "Creation Date", "Account Balance", "Tags"],
        [7.0, "Ana", "López", 600123456, date(2025, 3, 1), 12.1, "vip, pilates"],
        [],
        [8, "Ben", "=1+1", "'+34600123457", date(2025, 3, 2), 1.125, None],
        [9, "Cid", None, None, "2025-03-02", 24.200000000000003, None],
    ]
    report = import_clients(gym, write(raw=workbook(*rows)), now=NOON)
    assert (report.created, report.failed) == (2, 1)
    assert [(problem.line, problem.reason) for problem in report.problems] == [
        (4, "“1.1250” has more decimals than EUR.")
    ]
    ana, cid = Client.objects.filter(business=gym).order_by("id")
    assert (ana.external_id, ana.full_name, ana.phone) == ("7", "Ana López", "+34600123456")
    assert ana.created_at == datetime(2025, 2, 28, 23, tzinfo=UTC)
    assert (balance_of(gym, ana.pk, now=NOON).available, balance_of(gym, cid.pk, now=NOON).available) == (1210, 2420)


@pytest.mark.parametrize(
    "content",
    [
        packed(xl__workbook_xml=b"<workbook/>", xl__bomb_xml=b"\0" * 201_000_000),
        packed(xl__workbook_xml=b"<workbook/>", xl__sharedStrings_xml=b" " * 41_000_000),
        packed(xl__workbook_xml=b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><workbook/>'),
        packed(other_xml=b"<x/>"),
        workbook(["id", "name"], [1, "Ana"])[:-40],
        b"<html><table><tr><td>id<td>name<tr><td>1<td>Ana</table>",
        workbook(["id", "name"]),
        workbook(),
    ],
    ids=["bomb", "endless texts", "entities", "no workbook", "torn", "web page", "header only", "empty"],
)
def test_a_workbook_that_is_none_writes_nothing(gym: Business, write: Write, content: bytes) -> None:
    """TRUST FUZ-6: refused in a sentence."""
    with pytest.raises(Unreadable) as refused:
        import_clients(gym, write(raw=content), now=NOON)
    assert str(refused.value).endswith(".")
    assert Client.objects.count() == 0


def rewritten(content: bytes, was: bytes, now: bytes) -> bytes:
    """Return a workbook whose first sheet says something else."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                assert was in text
                text = text.replace(was, now)
            new.writestr(name, text)
    return kept.getvalue()


def test_what_a_sheet_says_of_its_size_is_not_believed(
    gym: Business, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FUZ-6: some programs write that a sheet is one cell; a row numbered in the billions has none before it."""
    plain = workbook(["id", "name"], [1, "Ana"], [2, "Ben"])
    one_cell = rewritten(plain, b'<dimension ref="A1:B3"', b'<dimension ref="A1"')
    assert import_clients(gym, write(raw=one_cell), now=NOON).created == 2
    monkeypatch.setattr(workbooks, "ROWS_MAX", 10_000)
    far = rewritten(plain, b'<row r="3">', b'<row r="99999999999">')
    began = time.perf_counter()
    with pytest.raises(Unreadable, match="too large"):
        import_clients(gym, write(raw=far), now=NOON)
    assert time.perf_counter() - began < 20


def test_a_number_of_thousands_of_digits_is_a_bad_cell(gym: Business, write: Write) -> None:
    """FUZ-8: Python reads no number that long; the line is named and the others come in."""
    file = write(
        "id;nombre;saldo;alta", f"1;Ana;{'0' * 5000}{'9' * 5000};", f"2;Ben;;{'1' * 5000}", "3;Eva;1;2026-01-02"
    )
    report = import_clients(gym, file, now=NOON)
    assert (report.created, report.failed) == (1, 2)
    assert report.problems[0].reason == "This amount is too large."
    assert "is not a date" in report.problems[1].reason


def test_opening_balances_come_along_once(gym: Business, write: Write) -> None:
    """R-344: an `opening` entry in the business's currency; nobody is written to, the same file again adds nothing."""
    pending = Pending.objects.count()
    file = write("id;nombre;saldo", "1;Ana;1.234,50 €", "2;Ben;0", "3;Cid;-5", "4;Dan;mucho", "5;Eva;")
    report = import_clients(gym, file, now=NOON)
    assert (report.created, report.failed) == (4, 1)
    assert [(problem.line, problem.reason) for problem in report.problems] == [
        (4, "This balance is below zero. What a client owes cannot be imported, so it was left out."),
        (5, "“mucho” is not an amount."),
    ]
    ana = Client.objects.get(business=gym, external_id="1")
    entry = movements_of(gym, ana.pk).get()
    assert (entry.transfer.kind, entry.amount, entry.transfer.actor) == ("opening", 123450, "import")
    again = import_clients(gym, file, now=NOON)
    assert (again.skipped, again.updated) == (4, 0)
    other = import_clients(gym, write("id;nombre;saldo", "1;Ana;99", "2;Ben;3"), now=NOON)
    assert (other.skipped, other.updated) == (1, 1)
    assert [problem.reason for problem in other.problems] == [
        "This client has an opening balance already, which stays as it is."
    ]
    assert movements_of(gym, ana.pk).count() == 1
    assert faults(gym) == []
    assert Pending.objects.count() == pending
    assert set(Event.objects.filter(name="balance.earned").values_list("imported", flat=True)) == {True}


def test_a_line_with_a_nul_is_a_bad_line_and_the_rest_comes_in(gym: Business, write: Write) -> None:
    lines = ["id,name", *(f"{n},Client {n}" for n in range(1, 21)), "21,Ze\0ta"]
    report = import_clients(gym, write(*lines), now=NOON)
    assert (report.created, report.failed) == (20, 1)
    assert report.problems[0].line == 22
    assert "NUL" in report.problems[0].reason


def test_a_business_of_the_united_states_writes_the_month_first(gym: Business, write: Write) -> None:
    Business.objects.filter(pk=gym.pk).update(country="US")
    gym.refresh_from_db()
    import_clients(gym, write("id,name,joined", "1,Ana,02/28/2026"), now=NOON)
    assert Client.objects.get().created_at == datetime(2026, 2, 27, 23, tzinfo=UTC)


SHAPES = {
    "Mindbody": (
        "Client ID,Last Name,First Name,Email,Mobile Phone,Home Phone,Creation Date,Referred By,Account Balance,Status",
        "external_id last_name first_name email phone - created_at referred_by opening_balance status",
    ),
    "Mindbody, data": (
        "Id,FirstName,LastName,Email,MobilePhone,CreationDate,ReferredBy,AccountBalance,Active",
        "external_id first_name last_name email phone created_at referred_by opening_balance status",
    ),
    "Momence": (
        "Member ID,First name,Last name,E-mail,Phone number,Customer tags,First seen,Money credits",
        "external_id first_name last_name email phone tags created_at opening_balance",
    ),
    "Harbiz": (
        "Nombre,Apellidos,Email,Teléfono,Etiquetas,Estado,Fecha de alta",
        "first_name last_name email phone tags status created_at",
    ),
    "Trainerize": (
        "User ID,First Name,Last Name,Email,Phone,Client Type,Tags,Date Added",
        "external_id first_name last_name email phone status tags created_at",
    ),
    "French": (
        "N° client;Nom;Prénom;Courriel;Portable;Étiquettes;Parrain;Solde;Inscrit le".replace(";", ","),
        "external_id last_name first_name email phone tags referred_by opening_balance created_at",
    ),
}


@pytest.mark.parametrize(("header", "fields"), SHAPES.values(), ids=list(SHAPES))
def test_columns_of_other_programs_are_recognised(header: str, fields: str) -> None:
    """UX B1, R-344: what they export is understood without saying anything."""
    places, _unused = client_columns(header.split(","), {})
    found = {place: field for field, place in places.items()}
    assert [found.get(place, "-") for place in range(len(header.split(",")))] == fields.split()


@pytest.mark.slow
def test_five_thousand_messy_lines(gym: Business, tmp_path: Path) -> None:
    """UX task 4: all of them come in or are named, within seconds, and the same file again adds nothing."""
    script, file = Path(__file__).resolve().parents[2] / "scripts" / "messy_clients", tmp_path / "messy.csv"
    command = [sys.executable, str(script), "5000", str(file)]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    bad, doubles = int(made.split()[2]), int(made.split()[6])
    began = time.process_time()
    report = import_clients(gym, file, now=NOON)
    assert time.process_time() - began < 10, "three seconds of work on an idle machine"
    assert (report.created, report.skipped, report.failed) == (5000 - bad - doubles, doubles, bad)
    assert faults(gym) == []
    again = import_clients(gym, file, now=NOON)
    assert (again.created, again.updated, again.failed) == (0, 0, bad)


@pytest.mark.parametrize("kind", ["cp1252", "utf-16", "xlsx"])
def test_messy_files_are_told_line_by_line(gym: Business, tmp_path: Path, kind: str) -> None:
    """Encodings, separators, quotes, commas, a workbook called .csv, formulas, doubles, NULs: as many as there are."""
    script = Path(__file__).resolve().parents[2] / "scripts" / "messy_clients"
    made = subprocess.run(
        [sys.executable, str(script), "600", str(tmp_path / "messy.csv"), kind],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    bad, doubles = int(made.split()[2]), int(made.split()[6])
    report = import_clients(gym, tmp_path / "messy.csv", now=NOON)
    assert (report.failed, report.skipped, report.lines) == (bad, doubles, 600)
    eva = Client.objects.get(business=gym, external_id="7")
    assert (eva.full_name, eva.email, eva.phone) == ("=Eva 7", "c7@correo.example", "+34600000007")
    assert sorted(eva.tags.values_list("name", flat=True)) == ["mañanas"]
    assert balance_of(gym, eva.pk, now=NOON).available == 123450
