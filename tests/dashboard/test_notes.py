"""What the team writes about a client and means to do next (R-053, R-074, R-210)."""

import io
import zipfile
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients import keeping
from plusone.clients.commands import archive, assign, delete_client, plan_next_step, write_note
from plusone.clients.models import Client, NextStep, Note
from plusone.events.models import Event
from plusone.faces.ui import copies
from plusone.kernel.commands import add_collaborator
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business, Collaborator, User
from world import NOON, House, bring, later, launch

from .conftest import browser_of
from .pages import send, text_of

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


def worker(gym: Business, name: str, role: str) -> Collaborator:
    user = User.objects.create_user(f"{name}@vela.example".lower(), language="en", name=name)
    return add_collaborator(gym, user, role=role)


@pytest.fixture
def boss(house: House) -> Collaborator:
    return Collaborator.objects.get(business=house.business, user=house.owner)


@pytest.fixture
def pablo(gym: Business) -> Collaborator:
    return worker(gym, "Pablo", "professional")


@pytest.fixture
def mara(gym: Business) -> Collaborator:
    return worker(gym, "Mara", "manager")


def test_notes_stand_newest_first_with_who_and_when(gym: Business, ana: Client, desk: Browser, olga: Browser) -> None:
    """R-074: written on the Notes tab, by the front desk too; the history says that, and not what was written."""
    with time_machine.travel(NOON, tick=False):
        for text in ("Knee hurts on stairs", "Would like mornings"):
            sent = {"text": text}
            assert (
                send(
                    desk,
                    at(gym, "client_note_write", ana.public_id),
                    sent,
                    form_at=at(gym, "client_notes", ana.public_id),
                ).status_code
                == 302
            )
    said = text_of(olga.get(at(gym, "client_notes", ana.public_id)))
    assert "Would like mornings Mar 10, 2026, 12:00 PM · desk@vela.example" in said
    assert said.index("Would like mornings") < said.index("Knee hurts on stairs")
    history = text_of(olga.get(at(gym, "client_history", ana.public_id)))
    assert "A note was written" in history
    assert "Knee" not in history
    assert "Knee" not in str(list(Event.objects.values_list("data", flat=True)))


def test_a_note_sent_twice_is_one_and_an_empty_one_none(gym: Business, ana: Client, olga: Browser) -> None:
    page, write = at(gym, "client_notes", ana.public_id), at(gym, "client_note_write", ana.public_id)
    answer = send(olga, write, {"text": "  "}, form_at=page)
    assert "This field is required." in text_of(answer)
    for _again in range(2):
        olga.post(write, {"once": "one", "text": "Called"})
    assert [note.text for note in Note.objects.all()] == ["Called"]
    answer = send(olga, write, {"text": "x" * 2001}, form_at=page)
    assert answer.status_code == 200
    assert Note.objects.count() == 1


def test_a_private_note_is_for_its_writer_and_the_owner(
    gym: Business, ana: Client, pablo: Collaborator, mara: Collaborator, desk: Browser, olga: Browser
) -> None:
    """R-208: the manager and the front desk neither read it nor change it, and it is in no file of theirs."""
    assign([ana], pablo, **WHO)
    private = write_note(ana, "zq7secret", is_private=True, by=pablo, now=NOON)
    open_one = write_note(ana, "for all", by=pablo, now=NOON)
    page = at(gym, "client_notes", ana.public_id)
    manager = browser_of(mara.user)
    for reader, reads in ((browser_of(pablo.user), True), (olga, True), (manager, False), (desk, False)):
        said = text_of(reader.get(page))
        assert ("zq7secret" in said) is reads
        assert "for all" in said
    for reader in (manager, desk):
        for name in ("client_note", "client_note_delete"):
            for method in ("GET", "POST"):
                path = at(gym, name, ana.public_id, private.public_id)
                assert reader.generic(method, path).status_code == 404
    for reader in (manager, olga):  # what the team makes for a client has no private ones; the client's own copy has
        copy = b"".join(reader.post(at(gym, "client_export", ana.public_id)).streaming_content)
        said = zipfile.ZipFile(io.BytesIO(copy)).read("data.json").decode()
        assert "for all" in said
        assert "zq7secret" not in said
    assert Note.objects.filter(pk__in=(private.pk, open_one.pk)).count() == 2


def test_own_notes_are_changed_and_others_only_deleted_by_who_may(
    gym: Business, ana: Client, pablo: Collaborator, mara: Collaborator, desk: Browser, olga: Browser
) -> None:
    """Whoever wrote a note changes it; a manager and the owner may delete it, the front desk may not."""
    assign([ana], pablo, **WHO)
    note = write_note(ana, "Knee hurts", by=pablo, now=NOON)
    change, remove = (at(gym, name, ana.public_id, note.public_id) for name in ("client_note", "client_note_delete"))
    for reader in (olga, browser_of(mara.user), desk):
        assert reader.get(change).status_code == 403
        assert reader.post(change, {"text": "Mine now"}).status_code == 403
    assert desk.post(remove).status_code == 403
    note.refresh_from_db()
    assert (note.text, note.edited_at) == ("Knee hurts", None)
    his = browser_of(pablo.user)
    with time_machine.travel(later(1), tick=False):
        assert send(his, change, {"text": "Left knee hurts", "is_private": "on"}).status_code == 302
        assert "changed Mar 11, 2026" in text_of(his.get(at(gym, "client_notes", ana.public_id)))
    note.refresh_from_db()
    assert (note.text, note.is_private, note.edited_at) == ("Left knee hurts", True, later(1))
    assert "Left knee hurts" in text_of(olga.get(remove))  # asks first
    assert olga.post(remove).status_code == 302
    assert not Note.objects.exists()
    assert Event.objects.filter(name="note.removed").count() == 1


def test_a_professional_reads_and_writes_about_own_clients_alone(
    gym: Business, ana: Client, pablo: Collaborator, boss: Collaborator
) -> None:
    """R-221: of somebody else's client there is no note to read and none to write, nor a next step."""
    note = write_note(ana, "for all", by=boss, now=NOON)
    his = browser_of(pablo.user)
    for name, more in (
        ("client_notes", ()),
        ("client_note_write", ()),
        ("client_next", ()),
        ("client_note", (note.public_id,)),
        ("client_note_delete", (note.public_id,)),
    ):
        for method in ("GET", "POST"):
            assert his.generic(method, at(gym, name, ana.public_id, *more)).status_code in (404, 405)
    assert Note.objects.count() == 1
    assert not NextStep.objects.exists()


def test_notes_of_two_clients_are_not_mixed_by_an_address(
    gym: Business, ana: Client, boss: Collaborator, olga: Browser
) -> None:
    launch(gym)
    ben = bring(ana, "Ben").friend
    note = write_note(ben, "for Ben", by=boss, now=NOON)
    assert olga.get(at(gym, "client_note", ana.public_id, note.public_id)).status_code == 404
    assert olga.get(at(gym, "client_note", ben.public_id, note.public_id)).status_code == 200


def test_the_tab_asks_the_same_of_one_note_and_of_three(
    gym: Business, ana: Client, boss: Collaborator, olga: Browser, django_assert_max_num_queries: Any
) -> None:
    write_note(ana, "one", by=boss, now=NOON)
    with django_assert_max_num_queries(9) as one:
        olga.get(at(gym, "client_notes", ana.public_id))
    for text in ("two", "three"):
        write_note(ana, text, by=worker(gym, text, "manager"), now=NOON)
    with django_assert_max_num_queries(9) as three:
        olga.get(at(gym, "client_notes", ana.public_id))
    assert len(one) == len(three)


def test_notes_go_with_the_client_and_stand_in_their_copy(
    gym: Business, ana: Client, boss: Collaborator, pablo: Collaborator
) -> None:
    """R-333, R-334: the person gets the private ones too, the business's copy for them leaves them out."""
    write_note(ana, "open words", by=boss, now=NOON)
    write_note(ana, "private words", is_private=True, by=pablo, now=NOON)
    plan_next_step(ana, "ask about June", on=later(2).date(), **WHO)
    for own, reads in ((True, True), (False, False)):
        zipped = copies.archive_of(ana, own=own, now=NOON)
        said = str({table.name: list(table.rows(ana)) for table in keeping.tables(own=own)})
        assert len(zipped) > 500
        assert "open words" in said
        assert "ask about June" in said
        assert ("private words" in said) is reads
    archive(ana, **WHO)
    delete_client(ana, **WHO)
    assert not Note.objects.exists()
    assert not NextStep.objects.exists()
    with pytest.raises(Refused, match="deleted"):
        write_note(ana, "too late", by=boss, now=NOON)
    assert not Note.objects.exists()


def test_leads_show_what_comes_next_and_what_is_due(gym: Business, ana: Client, olga: Browser, desk: Browser) -> None:
    """R-053, R-210: the step and its day in the table and the file, a filter for what is due, and the home page."""
    launch(gym)
    ben, cleo, eva, dora = (bring(ana, name).friend for name in ("Ben", "Cleo", "Eva", "Dora"))
    for lead, text, days in ((ben, "Call about mornings", 1), (cleo, "Send the prices", 3), (eva, "Trial class", 9)):
        plan_next_step(lead, text, on=later(days).date(), **WHO)
    plan_next_step(ana, "Ask how June was", on=later(3).date(), **WHO)
    with time_machine.travel(later(3), tick=False):
        every = text_of(olga.get(at(gym, "leads")))
        assert "Call about mornings Mar 11, 2026 Overdue" in every
        assert "Send the prices Mar 13, 2026 Today" in every
        assert "Trial class Mar 19, 2026 Call" not in every  # no badge
        assert "Due today or overdue 2" in every
        due = text_of(olga.get(at(gym, "leads"), {"next": "due"}))
        assert [name in due for name in ("Ben", "Cleo", "Eva", "Dora")] == [True, True, False, False]
        none = text_of(olga.get(at(gym, "leads"), {"next": "none"}))
        assert [name in none for name in ("Ben", "Cleo", "Eva", "Dora")] == [False, False, False, True]
        file = olga.get(at(gym, "leads_csv"), {"next": "due"}).getvalue().decode("utf-8-sig")
        assert "Call about mornings,2026-03-11" in file
        assert "Trial class" not in file
        home = olga.get(at(gym, "home"))
        assert "3 next steps are due" in text_of(home)
        assert f"{at(gym, 'clients')}?needs=step" in home.content.decode()
        listed = text_of(olga.get(at(gym, "clients"), {"needs": "step"}))
        assert [name in listed for name in ("Ana López", "Ben", "Cleo", "Eva")] == [True, True, True, False]
        assert "3 next steps are due" in text_of(desk.get(at(gym, "home")))
        archive(ben, **WHO)
        assert "2 next steps are due" in text_of(olga.get(at(gym, "home")))
    assert dora.status == "lead"


def test_a_professional_is_told_of_own_steps_alone(gym: Business, ana: Client, pablo: Collaborator) -> None:
    """R-221: neither the home page nor the leads count or name what is due with clients of others."""
    launch(gym)
    ben, cleo = bring(ana, "Ben").friend, bring(ana, "Cleo").friend
    for lead in (ben, cleo):
        plan_next_step(lead, f"Call {lead.first_name}", on=NOON.date(), **WHO)
    assign([ben], pablo, **WHO)
    with time_machine.travel(NOON, tick=False):
        his = browser_of(pablo.user)
        assert "1 next step is due" in text_of(his.get(at(gym, "home")))
        leads = text_of(his.get(at(gym, "leads"), {"next": "due"}))
        assert "Due today or overdue 1" in leads
        assert ("Call Ben" in leads, "Cleo" in leads) == (True, False)


def test_due_begins_with_the_business_s_own_day(gym: Business, ana: Client, olga: Browser) -> None:
    """A day is the business's: in Madrid it begins at 23:00 of the day before in UTC."""
    plan_next_step(ana, "Call", on=later(1).date(), **WHO)
    for hours, is_due in ((11.9, False), (12.1, True)):
        with time_machine.travel(later(hours=hours), tick=False):
            assert ("1 next step is due" in text_of(olga.get(at(gym, "home")))) is is_due


def test_a_step_is_planned_changed_and_done(gym: Business, ana: Client, olga: Browser) -> None:
    """R-210: done leaves a note; dropping it leaves none; a day that is over is refused, at its field."""
    notes, following = at(gym, "client_notes", ana.public_id), at(gym, "client_next", ana.public_id)
    with time_machine.travel(NOON, tick=False):
        over = olga.post(following, {"text": "Call", "on": "2026-03-09"})
        assert "Choose today or a later day, within five years." in text_of(over)
        assert not NextStep.objects.exists()
        assert olga.post(following, {"text": "Call", "on": "2026-03-12"}).status_code == 302
        assert olga.post(following, {"text": "Call in the evening", "on": "2026-03-12"}).status_code == 302
        assert Event.objects.filter(name="client.next_step_planned").count() == 2
        assert "Call in the evening Mar 12, 2026" in text_of(olga.get(at(gym, "client", ana.public_id)))
        for _twice in range(2):
            assert olga.post(following, {"act": "done"}).status_code == 302
        said = text_of(olga.get(notes))
        assert said.count("Done: Call in the evening") == 1
        assert not NextStep.objects.exists()
        plan_next_step(ana, "Write", on=NOON.date(), **WHO)
        olga.post(following, {"act": "drop"})
    assert not NextStep.objects.exists()
    assert Note.objects.count() == 1
    assert [row.data for row in Event.objects.filter(name="client.next_step_ended")] == [
        {"done": True},
        {"done": False},
    ]


def test_an_overdue_step_keeps_its_day_when_its_words_change(gym: Business, ana: Client) -> None:
    plan_next_step(ana, "Call", on=NOON.date(), **WHO)
    late: dict[str, Any] = {"actor": "user:1", "now": later(5)}
    assert plan_next_step(ana, "Call again", on=NOON.date(), **late)
    assert not plan_next_step(ana, "Call again", on=NOON.date(), **late)
    with pytest.raises(Invalid):
        plan_next_step(ana, "Call again", on=later(1).date(), **late)
    archive(ana, **late)
    with pytest.raises(Refused, match="archived"):
        plan_next_step(ana, "Call", on=later(9).date(), **late)
    assert NextStep.objects.get().text == "Call again"
