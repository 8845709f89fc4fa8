"""One act for many clients: each once, with reasons, and back again (R-073, Q-13)."""

from typing import Any

import pytest

from plusone.clients.commands import (
    acts,
    archive,
    delete_tag,
    edit_tag,
    give_tag,
    run_job,
    set_tags,
    start_job,
    tag_called,
    undo_job,
)
from plusone.clients.commands import jobs as machinery
from plusone.clients.models import Client, Job, JobRow, Tag
from plusone.clients.queries import job_counts, job_reasons, tags_with_counts
from plusone.events.models import Event
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business, QueuedTask
from plusone.kernel.queue.worker import drain
from world import NOON, add_client, bring, later, launch

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


@pytest.fixture
def people(gym: Business) -> list[Client]:
    return [add_client(gym, name) for name in ("Ana", "Bea", "Cai")]


def everybody(gym: Business) -> Any:
    return Client.objects.of(gym)


def tags_of(gym: Business) -> dict[str, list[str]]:
    return {
        client.first_name: sorted(tag.name for tag in client.tags.all())
        for client in everybody(gym).order_by("pk").prefetch_related("tags")
    }


def test_tagging_tells_whom_it_left_out_and_goes_back(gym: Business, people: list[Client]) -> None:
    vip = tag_called(gym, "VIP")
    give_tag(people[1], vip, **WHO)
    job = start_job(gym, "tag", everybody(gym), options={"tag": vip.pk}, **WHO)
    assert tags_of(gym) == {"Ana": ["VIP"], "Bea": ["VIP"], "Cai": ["VIP"]}
    assert (job.state, job.total, job_counts(job)["done"], job_counts(job)["skipped"]) == ("done", 3, 2, 1)
    assert job_reasons(job) == [("They had this tag already.", 1)]
    assert Event.objects.filter(name="client.tagged").count() == 3
    assert undo_job(job, actor="user:2", now=later(1))
    assert tags_of(gym) == {"Ana": [], "Bea": ["VIP"], "Cai": []}  # who had it before keeps it
    assert not undo_job(job, actor="user:2", now=later(1))
    job.refresh_from_db()
    assert (job.state, job.undone_by) == ("undone", "user:2")


def test_archiving_many_and_back_to_where_they_stood(gym: Business, people: list[Client]) -> None:
    launch(gym)
    bring(people[0], "Ben")
    archive(people[2], **WHO)
    job = start_job(gym, "archive", everybody(gym), **WHO)
    assert {client.status for client in everybody(gym)} == {"archived"}
    assert job_reasons(job) == [("They are archived.", 1)]
    undo_job(job, actor="user:1", now=NOON)
    stands = dict(everybody(gym).values_list("first_name", "status"))
    assert stands == {"Ana": "active", "Bea": "active", "Cai": "archived", "Ben": "lead"}


def test_activating_cannot_be_undone(gym: Business, people: list[Client]) -> None:
    launch(gym)
    bring(people[0], "Ben")
    job = start_job(gym, "activate", everybody(gym), **WHO)
    assert job_counts(job)["done"] == 1
    assert not undo_job(job, actor="user:1", now=NOON)
    assert everybody(gym).get(first_name="Ben").status == "active"


def test_a_long_job_survives_its_worker_and_does_each_once(
    gym: Business, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """A worker that dies between stretches, or in one, leaves no client out and does none twice."""
    monkeypatch.setattr(machinery, "AT_ONCE", 2)
    monkeypatch.setattr(machinery, "STRETCH", 3)
    for number in range(8):
        add_client(gym, f"Client{number}")
    vip = tag_called(gym, "VIP")
    job = start_job(gym, "tag", everybody(gym), options={"tag": vip.pk}, **WHO)
    assert (job.state, job_counts(job)["waiting"]) == ("running", 8)
    run_job.func(job.pk)  # the first stretch; its worker dies before it could say so, and it runs again
    assert job_counts(job)["done"] == 3
    run_job.func(job.pk)
    assert QueuedTask.objects.filter(path__endswith="run_job").count() >= 2
    drain()
    job.refresh_from_db()
    assert (job.state, job_counts(job)["done"], vip.clients.count()) == ("done", 8, 8)
    assert Event.objects.filter(name="client.tagged").count() == 8
    undo_job(job, actor="user:1", now=NOON)
    drain()
    job.refresh_from_db()
    assert (job.state, vip.clients.count()) == ("undone", 0)
    assert Event.objects.filter(name="client.untagged").count() == 8


def test_undo_stops_what_still_runs(gym: Business, people: list[Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machinery, "AT_ONCE", 0)
    monkeypatch.setattr(machinery, "STRETCH", 1)
    job = start_job(gym, "archive", everybody(gym), **WHO)
    run_job.func(job.pk)
    undo_job(job, actor="user:1", now=NOON)
    drain()
    assert set(everybody(gym).values_list("status", flat=True)) == {"active"}
    assert job_reasons(job) == [("Undone before their turn came.", 2)]


def test_the_database_keeps_each_client_once(gym: Business, people: list[Client]) -> None:
    from django.db import IntegrityError, transaction

    job = start_job(gym, "archive", everybody(gym), **WHO)
    with pytest.raises(IntegrityError), transaction.atomic():
        JobRow.objects.create(job=job, client=people[0])


def test_a_deleted_tag_comes_back_with_colour_and_clients(gym: Business, people: list[Client]) -> None:
    """R-080: deleted with undo."""
    vip = tag_called(gym, "VIP")
    edit_tag(vip, name="VIP", color="good", description="come first", **WHO)
    give_tag(people[0], vip, **WHO)
    job = delete_tag(vip, **WHO)
    assert not Tag.objects.exists()
    assert tags_of(gym)["Ana"] == []
    undo_job(job, actor="user:1", now=NOON)
    (found, count) = tags_with_counts(gym)[0]
    assert (found.name, found.color, found.description, count) == ("VIP", "good", "come first", 1)
    empty = delete_tag(tag_called(gym, "Nobody"), **WHO)
    undo_job(empty, actor="user:1", now=NOON)
    assert Tag.objects.filter(name="Nobody").exists()


def test_a_tag_is_one_in_any_letter_case(gym: Business, salon: Business, people: list[Client]) -> None:
    """R-232: kept as written, unique when folded; another business has its own."""
    set_tags(people[0], ["New mum"], **WHO)
    assert tag_called(gym, "  NEW  Mum ") == Tag.objects.get()
    other = tag_called(gym, "Other")
    with pytest.raises(Invalid):
        edit_tag(other, name="new MUM", color="", description="", **WHO)
    other.refresh_from_db()
    assert other.name == "Other"
    assert tag_called(salon, "New mum").business == salon
    with pytest.raises(Invalid):
        tag_called(gym, " ")


def test_every_act_has_its_words() -> None:
    assert {act.name for act in acts} >= {"tag", "untag", "activate", "archive", "delete_tag"}
    assert Job._meta.get_field("act").max_length >= max(len(act.name) for act in acts)
