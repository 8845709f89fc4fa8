"""A file of clients from upload to undo, as the rooms do it (R-344, UX task 4; Q-12, Q-13)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from plusone.clients.commands import archive, delete_client, edit_client
from plusone.clients.models import Client, Spelling, Tag
from plusone.connect.commands import (
    discard_import,
    forget_imports,
    look_through,
    map_columns,
    mend_lines,
    stage_import,
    start_import,
    start_undo,
)
from plusone.connect.commands.bringing import bring_in, take_back
from plusone.connect.models import ClientImport, ImportLine
from plusone.events.models import Event
from plusone.kernel import faults
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.kernel.queue.worker import drain
from plusone.ledger.commands import redeem
from plusone.ledger.queries import balance_of
from plusone.ledger.queries import faults as wrong_in_books
from plusone.messaging.models import Message
from plusone.referrals.models import Referral
from plusone.store.models import Product
from world import NOON, add_client, later, launch, sell

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]
CLIENTS = ("first_name", "last_name", "email", "phone", "status", "external_id", "created_at", "search", "user_id")


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def stage(gym: Business, path: Path) -> ClientImport:
    imported = stage_import(gym, path, filename="clients.csv", actor="user:1", now=NOON)
    look_through(imported, now=NOON)
    drain()
    imported.refresh_from_db()
    return imported


def bring(imported: ClientImport) -> ClientImport:
    assert start_import(imported, actor="user:1", now=NOON)
    drain()
    imported.refresh_from_db()
    return imported


def take(imported: ClientImport) -> ClientImport:
    assert start_undo(imported, actor="user:1", now=NOON)
    drain()
    imported.refresh_from_db()
    return imported


def counts(imported: ClientImport) -> tuple[int, int, int, int]:
    return imported.created, imported.updated, imported.skipped, imported.failed


def state(gym: Business) -> dict[str, Any]:
    """All that a business is, but for its log."""
    clients = Client.objects.filter(business=gym).order_by("pk")
    return {
        "clients": list(clients.values_list("pk", *CLIENTS)),
        "tags": sorted(Tag.objects.filter(business=gym).values_list("name", flat=True)),
        "tagged": sorted(clients.exclude(tags=None).values_list("pk", "tags__name")),
        "balances": [balance_of(gym, client.pk, now=NOON) for client in clients],
        "referrals": list(Referral.objects.filter(business=gym).values_list("friend", "ambassador", "registered_at")),
        "words": sorted(Spelling.objects.filter(business=gym).values_list("word", "form")),
        "messages": Message.objects.filter(business=gym).count(),
    }


MESSY = (
    "id;nombre;correo;etiquetas;saldo;recomendado por",
    "1;Ana Bel;ana@mail.example;vip,new;12,50;",
    "2;Ben Roy;ben@mail.example;vip;;1",
    "3;;cid@mail.example;;;",
    "4;Dan;no address;;;",
    "2;Ben Roy;ben@mail.example;;;",
    "5;Carla;carla.gil@clients.example;new;7;nobody",
    "6;Eva;eva@mail.example;;muchos;ana@mail.example",
)


def test_a_file_comes_in_and_goes_again_as_if_it_had_never_been(gym: Business, carla: Client, write: Write) -> None:
    """Nothing is written before somebody says so; the undo restores exactly what was, figures and books included."""
    launch(gym)
    before, tag = state(gym), Tag.objects.create(business=gym, key="vip", name="VIP")
    before["tags"] = ["VIP"]
    imported = stage(gym, write(*MESSY, encoding="latin-1"))
    assert (state(gym), counts(imported), imported.lines) == (before, (2, 1, 1, 3), 7)
    bad = imported.rows.filter(outcome="failed").order_by("number")
    assert [(row.number, row.field, row.reasons["es"]) for row in bad] == [
        (4, "first_name", ["Escribe un nombre."]),
        (5, "email", ["Esto no es un correo electrónico."]),
        (8, "opening_balance", ["«muchos» no es un importe."]),
    ]
    assert imported.rows.get(number=6).reasons["en"] == ["This is the client of line 3 again."]
    assert "“nobody”" in imported.rows.get(number=7).reasons["en"][0]

    assert mend_lines(imported, {4: {"first_name": "Cid"}, 8: {"opening_balance": "1-2"}}, now=NOON) == 1
    assert (
        mend_lines(imported, {8: {"opening_balance": "1,5"}, 2: {"first_name": "Not bad, so not mine"}}, now=NOON) == 1
    )
    imported.refresh_from_db()
    assert (state(gym), counts(imported)) == (before, (4, 1, 1, 1))

    bring(imported)
    assert (imported.state, counts(imported)) == ("done", (4, 1, 1, 1))
    ana = Client.objects.get(business=gym, external_id="1")
    carla.refresh_from_db()
    assert (carla.external_id, carla.first_name, carla.last_name) == ("5", "Carla", "Gil")
    assert [balance_of(gym, client.pk, now=NOON).available for client in (ana, carla)] == [1250, 700]
    assert sorted(Referral.objects.values_list("friend__external_id", "ambassador__external_id")) == [
        ("2", "1"),
        ("6", "1"),
    ]
    assert sorted(ana.tags.values_list("name", flat=True)) == ["VIP", "new"]
    assert state(gym)["messages"] == before["messages"]
    assert not any(imported.rows.exclude(outcome="failed").values_list("cells", flat=True))
    told = Event.objects.filter(client_id=ana.pk).values_list("cause__name", "actor", "imported").distinct()
    assert list(told.order_by()) == [("import.started", "user:1", True)]
    assert not start_import(imported, actor="user:1", now=NOON)

    take(imported)
    assert (imported.state, imported.left, wrong_in_books(gym)) == ("undone", 0, [])
    assert state(gym) == before
    assert Tag.objects.get() == tag
    assert not start_undo(imported, actor="user:1", now=NOON)
    again = bring(stage(gym, write("id;nombre;saldo", "1;Ana Bel;12,50")))
    assert counts(again) == (1, 0, 0, 0)


def test_what_happened_since_stays_and_is_named(gym: Business, carla: Client, bono: Product, write: Write) -> None:
    """An order, an edit, a spent balance and a login that came after the import are not undone with it."""
    lines = (
        "id;nombre;correo;telefono;saldo",
        "1;Ana;ana@mail.example;;",
        "2;Ben;ben@mail.example;;5",
        "3;Cid;cid@mail.example;;",
        "4;Carlota;carla.gil@clients.example;600123456;9",
    )
    imported = bring(stage(gym, write(*lines)))
    ana, ben, _cid = Client.objects.filter(business=gym, external_id__in="123").order_by("external_id")
    sell(ana, bono)
    redeem(gym, ben.pk, 100, key="spent", actor="user:1", now=NOON)
    redeem(gym, carla.pk, 900, key="spent too", actor="user:1", now=NOON)
    carla.refresh_from_db()
    edit_client(carla, first_name="Carlotta", actor="user:1", now=NOON)
    take(imported)
    assert imported.left == 3
    assert {row.number: row.reasons["en"] for row in imported.rows.filter(outcome="left")} == {
        2: ["Something has happened with this client since, so they stay."],
        3: ["Something has happened with this client since, so they stay."],
        5: [
            "This client was edited since; what was edited stays.",
            "The opening balance has been used since, so it stays.",
        ],
    }
    carla.refresh_from_db()
    assert (carla.first_name, carla.external_id, carla.phone) == ("Carlotta", None, "")
    assert sorted(Client.objects.filter(business=gym).values_list("first_name", flat=True)) == [
        "Ana",
        "Ben",
        "Carlotta",
    ]
    assert (balance_of(gym, ben.pk, now=NOON).available, wrong_in_books(gym)) == (400, [])


def test_a_worker_that_dies_doubles_nothing(gym: Business, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """DUR: each batch is in or out as a whole, coming in and going back; the next worker goes on where it stopped."""
    monkeypatch.setattr("plusone.connect.commands.bringing.BATCH", 4)
    lines = [f"{n % 9};Client {n % 9};c{n % 9}@mail.example;{n};{max(n - 1, 0) % 9}" for n in range(11)]
    imported = stage(gym, write("id;nombre;correo;saldo;recomendado por", *lines))
    expected = counts(imported)
    before = state(gym)
    assert start_import(imported, actor="user:1", now=NOON)
    for _attempt in range(3):
        _die_at(monkeypatch, "import.batch_done", lambda: bring_in.func(imported.pk))
    drain()
    imported.refresh_from_db()
    assert (imported.state, counts(imported), expected) == ("done", expected, (9, 0, 2, 0))
    assert sum(balance_of(gym, client.pk, now=NOON).available for client in Client.objects.all()) == 3600
    assert (Client.objects.count(), Referral.objects.count()) == (9, 8)
    assert Event.objects.filter(name="import.finished").count() == 1
    assert start_undo(imported, actor="user:1", now=NOON)
    event = Event.objects.get(name="import.undone")
    for _attempt in range(3):
        _die_at(monkeypatch, "import.batch_undone", lambda: take_back.func(imported.pk, event.pk))
    drain()
    imported.refresh_from_db()
    assert (imported.state, imported.left, wrong_in_books(gym), state(gym)) == ("undone", 0, [], before)


def _die_at(monkeypatch: pytest.MonkeyPatch, point: str, work: Callable[[], object]) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(faults, "_orders", faults.read([f"{point}:raise"]))
        with pytest.raises(faults.Fault):
            work()


def test_columns_are_said_by_hand_and_a_wrong_word_changes_nothing(gym: Business, write: Write) -> None:
    imported = stage(gym, write("x,y,nombre,nombre", "1,Ana,,", "2,Ben,,"))
    assert (imported.fields, imported.filled, counts(imported)) == (
        ["", "", "first_name", ""],
        [2, 2, 0, 0],
        (0, 0, 0, 2),
    )
    map_columns(imported, ["external_id", "name", "", ""])
    look_through(imported, now=NOON)
    imported.refresh_from_db()
    assert counts(imported) == (2, 0, 0, 0)
    for wrong in (["name"], ["name", "name", "", ""], ["name", "color", "", ""]):
        with pytest.raises(Refused):
            map_columns(imported, wrong)
    discard_import(imported)
    assert (ClientImport.objects.count(), ImportLine.objects.count()) == (0, 0)


def test_files_are_forgotten_and_so_are_the_deleted(gym: Business, write: Write) -> None:
    """The lines are personal data: a file that nobody brought in goes after two days, the undo after fourteen."""
    waiting = stage(gym, write("id,name", "9,Zoe"))
    imported = bring(stage(gym, write("id,name", "1,Ana", "2,")))
    ana = Client.objects.get(external_id="1")
    archive(ana, actor="user:1", now=NOON)
    delete_client(ana, actor="user:1", now=NOON)
    assert list(imported.rows.values_list("number", flat=True)) == [3]
    assert forget_imports(later(1)) == 0
    assert forget_imports(later(2)) == 1
    assert not ClientImport.objects.filter(pk=waiting.pk).exists()
    assert forget_imports(later(14)) == 1
    imported.refresh_from_db()
    assert (imported.rows.count(), imported.can_undo, counts(imported)) == (0, False, (1, 0, 0, 1))
    assert not start_undo(imported, actor="user:1", now=later(14))


def test_an_address_that_was_taken_meanwhile_is_named(gym: Business, carla: Client, write: Write) -> None:
    imported = bring(stage(gym, write("id,name,email", "1,Carla,carla.gil@clients.example")))
    edit_client(carla, email="new@mail.example", actor="user:1", now=NOON)
    add_client(gym, "Other", email="carla.gil@clients.example")
    take(imported)
    carla.refresh_from_db()
    assert (imported.left, carla.email, carla.external_id) == (0, "new@mail.example", None)


def test_a_large_file_is_looked_through_in_the_background(
    gym: Business, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for it, nor for its transactions; it cannot be brought in or mended before."""
    monkeypatch.setattr("plusone.connect.commands.staging.AT_ONCE_MAX", 1)
    imported = stage_import(gym, write("id,name", "1,Ana", "2,"), filename="x", actor="user:1", now=NOON)
    look_through(imported, now=NOON)
    imported.refresh_from_db()
    assert (imported.state, counts(imported)) == ("checking", (0, 0, 0, 0))
    assert not start_import(imported, actor="user:1", now=NOON)
    with pytest.raises(Refused):
        mend_lines(imported, {3: {"name": "Ben"}}, now=NOON)
    drain()
    imported.refresh_from_db()
    assert (imported.state, counts(imported)) == ("checked", (1, 0, 0, 1))
