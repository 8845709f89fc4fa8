"""What kinds of files can be read, and which are refused as a whole, with nothing written (FUZ-5)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from plusone.clients.models import Client
from plusone.connect.imports import import_clients, import_orders
from plusone.connect.imports.files import Unreadable
from plusone.kernel.models import Business
from world import NOON

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]


def clients(business: Business) -> list[str]:
    return [client.full_name for client in Client.objects.filter(business=business).order_by("id")]


BAD_FILES = {
    "empty": b"",
    "blank": b"\n \n",
    "header only": b"id,name\n",
    "spreadsheet": b"PK\x03\x04\x14\x00\x06\x00rest of a zip, name\n",
    "old spreadsheet": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\n1\n",
    "binary": bytes(range(256)) * 40,
    "picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR name\n",
    "NUL": b"id,name\n1,A\x00na\n",
    "no name column": b"id,color\n1,red\n",
    "columns twice": b"id,name,name\n1,Ana,Ben\n",
    "open quotation mark": b'id,name\n1,"Ana\n2,Ben\n',
    "huge field": b"id,name\n1," + b"x" * 150_000 + b"\n",
    "endless line": b"id,name\n1," + b"x" * 1_200_000 + b"\n",
    "neither encoding": b"id,name\n1,\x81\x8d\x90\n",
    "two encodings": "id,name\n1,José\n".encode() + "2,Peña\n".encode("latin-1"),
    "half of UTF-16": "id,name\n1,Ana\n".encode("utf-16")[:-1],
    "UTF-32": "id,name\n1,Ana\n".encode("utf-32"),
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=list(BAD_FILES))
def test_a_file_that_is_no_table_writes_nothing(gym: Business, write: Write, content: bytes) -> None:
    path = write(raw=content or b"\x0c")
    with pytest.raises(Unreadable) as refused:
        import_clients(gym, path, now=NOON)
    assert str(refused.value).endswith((".", "?"))
    assert Client.objects.count() == 0


@pytest.mark.parametrize("start", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"%PDF-1.7\n", b"\0\0\0\x24ftypheic"])
def test_a_photo_of_the_list_is_called_a_picture(gym: Business, write: Write, start: bytes) -> None:
    """UX 4: whoever took a wrong file reads which kind it is, and what to do instead, not of control characters."""
    with pytest.raises(Unreadable, match=r"This is a picture or a PDF.*Export the list"):
        import_clients(gym, write(raw=start + b"id,name\n1,Ana\n" * 40), now=NOON)


def test_missing_columns_of_orders_are_named(gym: Business, write: Write) -> None:
    with pytest.raises(Unreadable, match=r"amount”.*customer, date, weight"):
        import_orders(gym, write("customer,date,weight", "1,2026-03-01,3"), now=NOON)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_are_found_out(gym: Business, write: Write, encoding: str, separator: str) -> None:
    lines = ["id,prénom,nom,courriel", "1,Zoé,Ibáñez,zoe@mail.example", '2,"Peña"," Ruiz ",']
    import_clients(gym, write(*(line.replace(",", separator) for line in lines), encoding=encoding), now=NOON)
    assert clients(gym) == ["Zoé Ibáñez", "Peña Ruiz"]


def test_excel_says_its_separator(gym: Business, write: Write) -> None:
    import_clients(gym, write("sep=;", "id;name", "1;Ana, López", "2;Ben"), now=NOON)
    assert clients(gym) == ["López Ana", "Ben"]


def test_columns_are_mapped_by_hand(gym: Business, write: Write) -> None:
    file = write("Código,Quién,Desde,Name", "1,Ana Gil,2026-03-01,x")
    report = import_clients(gym, file, columns={"codigo": "external_id", "Quién": "name", "Name": "-"}, now=NOON)
    assert (report.columns, report.unused) == ({"external_id": "Código", "name": "Quién"}, ["Desde"])
    assert clients(gym) == ["Ana Gil"]
    for wrong in ({"Nope": "name"}, {"Desde": "color"}, {"Desde": "name", "Quién": "name"}):
        with pytest.raises(Unreadable):
            import_clients(gym, file, columns=wrong, now=NOON)
