"""Importing clients on screen: upload, look, mend, bring in, undo, and who may (R-344, UX task 4, FUZ-6)."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.commands import activate, create_client, set_promotions, start_due_jobs
from plusone.clients.models import Client, Job
from plusone.connect.commands import staging
from plusone.connect.models import ClientImport
from plusone.kernel.models import Business, User
from plusone.kernel.queue.worker import drain
from plusone.messaging.models import Message
from plusone.referrals.commands import announce, send_due, send_to_latecomers
from plusone.referrals.models import Mailing
from world import NOON, later, launch, login_of

from .pages import once_of, send, text_of

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


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


def test_neither_of_two_ways_in_is_called_optional(gym: Business, olga: Browser) -> None:
    """R-344: a file or pasted cells, one of them is needed, and the page says so when there is neither."""
    assert "optional" not in text_of(olga.get(at(gym, "imports"))).partition("Imports so far")[0]
    assert "Choose a file" in text_of(send(olga, at(gym, "imports"), {}))
    assert not ClientImport.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("clients.xlsx", b"<html><body>no</body></html>", "This is a web page under another name."),
        ("clients.csv", b"PK\x03\x04 no zip", "This workbook cannot be read."),
        ("clients.csv", b"", "The file is empty."),
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


def test_lines_of_files_fill_the_room_of_their_business_and_no_more(
    gym: Business, salon: Business, olga: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRUST FUZ-6: what is discarded or forgotten makes room again, and another business's files take none of it."""
    monkeypatch.setattr(staging, "ROOM_MAX", 3)
    two = "id,name\n1,Ana\n2,Ben\n"
    assert send(olga, at(gym, "imports"), {"pasted": two}).status_code == 302
    ClientImport.objects.create(business=salon, filename="x", lines=3, kept_until=NOON, created_at=NOON)
    full = send(olga, at(gym, "imports"), {"pasted": two})
    assert (full.status_code, "There is room for 3 lines of files." in text_of(full)) == (422, True)
    assert ClientImport.objects.filter(business=gym).count() == 1
    ClientImport.objects.filter(business=gym).update(forgotten_at=NOON)
    assert send(olga, at(gym, "imports"), {"pasted": two}).status_code == 302


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


FIVE = (
    "Name,E-mail,Status,Phone",
    "Ana,ana@mail.example,,",
    "Ben,ben@mail.example,,12",
    "Eva,,,",
    "Leo,l@mail.example,lead,",
)


def told() -> list[str]:
    """Who has had a text to many by mail."""
    had = Message.objects.filter(mailing_id__isnull=False, channel="email").exclude(state="suppressed")
    return sorted(had.values_list("client__first_name", flat=True))


def brought_in(browser: Browser, gym: Business, **more: str) -> ClientImport:
    upload(browser, gym, *FIVE)
    imported = ClientImport.objects.latest("pk")
    browser.post(at(gym, "import_run", imported.public_id), more)
    drain()
    return imported


def test_an_import_writes_to_nobody_by_itself(gym: Business, carla: Client, olga: Browser) -> None:
    """CONTRACT (imports send nothing), R-014: a live campaign is told to the imported only when somebody says so, with
    the same 30 seconds; whoever becomes a client later hears of it then."""
    campaign = launch(gym)
    send_due(later(seconds=31))
    assert told() == ["Carla"]
    imported = brought_in(olga, gym)
    send_to_latecomers(later(seconds=62))
    assert (imported.rows.filter(outcome="created").count(), told()) == (4, ["Carla"])
    here = at(gym, "import", imported.public_id)
    page = text_of(olga.get(here))
    assert "Ben “12” is not a phone number, so it was left out" in page
    assert "Nobody was written to. 3 of these clients can be told about “Friends”." in page
    olga.post(at(gym, "import_tell", imported.public_id))
    assert "3 clients are told about the campaign in 30 seconds." in text_of(olga.get(here))
    stopped = Mailing.objects.get(kind="newcomers")
    olga.post(at(gym, "mailing_stop", stopped.public_id))
    send_due(later(seconds=31))
    assert told() == ["Carla"]
    for _twice in range(2):
        olga.post(at(gym, "import_tell", imported.public_id))
    assert Mailing.objects.filter(kind="newcomers").count() == 2
    send_due(later(seconds=31))
    send_to_latecomers(later(seconds=62))
    assert told() == ["Ana", "Ben", "Carla"]
    assert "These clients were told about the campaign." in text_of(olga.get(here))
    leo = Client.objects.get(first_name="Leo")
    activate(leo, **WHO)
    set_promotions(leo, True, text="News", source="portal", **WHO)
    send_to_latecomers(later(seconds=62))
    assert told() == ["Ana", "Ben", "Carla", "Leo"]
    announce(campaign, again=True, **WHO)
    send_due(later(seconds=31))
    assert told() == ["Ana", "Ana", "Ben", "Ben", "Carla", "Carla", "Leo", "Leo"]


def test_the_announcement_may_be_asked_for_with_the_import(gym: Business, carla: Client, olga: Browser) -> None:
    """UX task 4: offered unticked with the count; it goes out after its pause, and an undo of the import stops it."""
    assert "Also tell" not in text_of(upload(olga, gym, *FIVE))
    launch(gym)
    send_due(later(seconds=31))
    page = upload(olga, gym, *FIVE)
    assert "Also tell the 4 clients it adds about “Friends”" in text_of(page)
    assert 'name="tell" value="1" form="run">' in page.content.decode()
    imported = brought_in(olga, gym, tell="1")
    waiting = Mailing.objects.get(kind="newcomers")
    assert (waiting.state, waiting.due_at) == ("queued", later(seconds=30))
    olga.post(at(gym, "import_undo", imported.public_id))
    waiting.refresh_from_db()
    assert waiting.state == "stopped"
    drain()
    again = brought_in(olga, gym, tell="1")
    send_due(later(seconds=31))
    assert told() == ["Ana", "Ben", "Carla"]
    assert Mailing.objects.filter(import_id=again.pk).values_list("state", flat=True)[0] == "sent"


def invited() -> list[str]:
    mails = Message.objects.filter(template="client.area").exclude(state="suppressed")
    return sorted(mails.values_list("client__first_name", flat=True))


def test_invitations_to_the_client_area_may_be_asked_for_with_the_import(gym: Business, olga: Browser) -> None:
    """R-201, UX task 4: offered unticked with the count; those with an address are invited once, after 30 seconds in
    which it can be stopped; who is archived or has no address is not."""
    lines = ("Name,E-mail,Status", "Ana,ana@mail.example,", "Ben,,", "Leo,leo@mail.example,lead")
    lines += ("Max,max@mail.example,archived",)
    page = upload(olga, gym, *lines)
    assert "Also invite the 3 clients it adds with an e-mail address to the client area" in text_of(page)
    assert 'name="invite" value="1" form="run">' in page.content.decode()
    imported = ClientImport.objects.latest("pk")
    here = at(gym, "import", imported.public_id)
    olga.post(at(gym, "import_run", imported.public_id), {"invite": "1"})
    drain()
    assert "2 clients are invited to the client area in 30 seconds." in text_of(olga.get(here))
    assert invited() == []
    start_due_jobs(later(seconds=31))
    drain()
    assert invited() == ["Ana", "Leo"]
    assert "See who was invited" in text_of(olga.get(here))
    mail = Message.objects.get(template="client.area", client__first_name="Ana")
    assert (mail.to, "/p/studio-vela/" in mail.text) == ("ana@mail.example", True)
    start_due_jobs(later(seconds=62))
    drain()
    assert len(invited()) == 2
    olga.post(at(gym, "import_undo", imported.public_id))
    drain()
    assert sorted(Client.objects.values_list("first_name", flat=True)) == ["Ana", "Leo"]  # they have been written to


def test_an_undo_in_time_stops_the_invitations_and_leaves_nobody(gym: Business, olga: Browser) -> None:
    """R-344: nobody was written to, so all is as before; nor is anybody without the tick."""
    upload(olga, gym, "Name,E-mail", "Ana,ana@mail.example")
    imported = ClientImport.objects.latest("pk")
    olga.post(at(gym, "import_run", imported.public_id), {"invite": "1"})
    drain()
    assert Job.objects.get().state == "waiting"
    olga.post(at(gym, "import_undo", imported.public_id))
    start_due_jobs(later(seconds=31))
    drain()
    assert (Client.objects.count(), Job.objects.count(), invited()) == (0, 0, [])
    assert "All is as it was before the import" in text_of(olga.get(at(gym, "import", imported.public_id)))
    upload(olga, gym, "Name,E-mail", "Ana,ana@mail.example")
    olga.post(at(gym, "import_run", ClientImport.objects.latest("pk").public_id))
    drain()
    assert (Client.objects.count(), Job.objects.count()) == (1, 0)


def test_clients_of_the_list_are_invited_later(gym: Business, olga: Browser) -> None:
    """R-201: access can be given later; who has logged in, may not, or has no address is left out with the reason."""
    known = create_client(gym, first_name="Kim", email="kim@mail.example", **WHO)
    login_of(known)
    create_client(gym, first_name="Lu", email="lu@mail.example", access=False, **WHO)
    create_client(gym, first_name="Mo", **WHO)
    create_client(gym, first_name="Nia", email="nia@mail.example", **WHO)
    page = olga.post(at(gym, "clients_several"), {"act": "invite", "all": "1"}, follow=True)
    assert "Until then you can stop it." in text_of(page)
    start_due_jobs(later(seconds=31))
    drain()
    assert invited() == ["Nia"]
    job = Job.objects.get()
    said = text_of(olga.get(at(gym, "job", job.public_id)))
    assert "1 client is invited to the client area. 3 were left out." in said
    for reason in ("They have logged in already.", "They may not log in.", "There is no address to write to."):
        assert reason in said


def test_an_address_that_an_import_adds_is_no_reason_to_write(gym: Business, olga: Browser) -> None:
    """CONTRACT: a known client who can be written to from now on was not told before, and is not told by the file."""
    create_client(gym, first_name="Ana", **WHO)
    launch(gym)
    send_due(later(seconds=31))
    Client.objects.update(external_id="7")
    upload(olga, gym, "Name,Id,E-mail", "Ana,7,ana@mail.example")
    imported = ClientImport.objects.latest("pk")
    olga.post(at(gym, "import_run", imported.public_id))
    drain()
    send_to_latecomers(later(seconds=62))
    assert (Client.objects.get().email, told()) == ("ana@mail.example", [])
    olga.post(at(gym, "import_undo", imported.public_id))
    drain()
    assert Client.objects.values_list("email", "told_after").get() == (None, None)
