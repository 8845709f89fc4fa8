"""Many clients at once: assigning, writing, bringing back, what each tab offers (R-073, R-102, R-243, UX task 19)."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.commands import activate, archive, assign, invite_client, set_promotions, start_due_jobs
from plusone.clients.commands import jobs as machinery
from plusone.clients.models import Client, Job, JobRow
from plusone.kernel.commands import add_collaborator, remove_collaborator
from plusone.kernel.models import Business, Collaborator, User
from plusone.kernel.queue.worker import drain
from plusone.messaging.models import Message
from world import NOON, add_client, bring, later, launch

from .pages import once_of, text_of

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def pro(gym: Business) -> Collaborator:
    """Paula, who looks after clients."""
    user = User.objects.create_user("paula@vela.example", language="en", name="Paula")
    return add_collaborator(gym, user, role="professional")


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


def several(browser: Browser, gym: Business, act: str, rows: list[Client] | None = None, **more: Any) -> Any:
    meant = {"pick": [row.public_id for row in rows]} if rows is not None else {"all": "1"}
    return browser.post(at(gym, "clients_several"), {"act": act, **meant, **more}, follow=True)


def left_out(job: Job) -> dict[str, str]:
    rows = JobRow.objects.filter(job=job, state="skipped")
    return dict(rows.order_by("client__first_name").values_list("client__first_name", "reason"))


def test_all_that_match_are_assigned_and_given_back(
    gym: Business, ana: Client, carla: Client, pro: Collaborator, olga: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-073, UX task 19: all pages of them, with progress, a reason for who is left out, and an undo that knows whose
    they were."""
    monkeypatch.setattr(machinery, "AT_ONCE", 1)
    owner = Collaborator.objects.get(business=gym, role="owner")
    assign([carla], pro, **WHO)
    for number in range(60):  # more than a page
        assign([add_client(gym, f"Client{number}")], owner, **WHO)
    archive(add_client(gym, "Dora"), **WHO)
    page = several(olga, gym, "assign", status="active")
    assert "Who looks after 62 clients?" in text_of(page)
    assert Job.objects.count() == 0
    page = several(olga, gym, "assign", status="active", sure="1", professional=pro.public_id)
    job = Job.objects.get()
    assert page.redirect_chain[-1][0] == at(gym, "job", job.public_id)
    drain()
    assert Client.objects.filter(professional=pro).count() == 62
    assert left_out(job) == {"Carla": "same"}
    assert "61 clients are assigned. 1 was left out." in text_of(olga.get(at(gym, "job", job.public_id)))
    assign([ana], owner, **WHO)  # somebody has decided otherwise since
    olga.post(at(gym, "job_undo", job.public_id))
    drain()
    given_back = Client.objects.filter(first_name__startswith="Client", professional=owner).count()
    ana.refresh_from_db()
    carla.refresh_from_db()
    assert (given_back, ana.professional, carla.professional) == (60, owner, pro)


def test_somebody_who_has_left_looks_after_nobody(
    gym: Business, ana: Client, pro: Collaborator, olga: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machinery, "AT_ONCE", 0)
    several(olga, gym, "assign", [ana], sure="1", professional=pro.public_id)
    remove_collaborator(pro)
    drain()
    assert left_out(Job.objects.get()) == {"Ana": "no_pro"}
    assert "field is required" not in text_of(several(olga, gym, "assign", [ana], sure="1", professional=""))
    assert "Select a valid choice" in text_of(several(olga, gym, "assign", [ana], sure="1", professional="made-up"))


def write(browser: Browser, gym: Business, rows: list[Client] | None = None, **more: Any) -> Any:
    """Open the page that asks for the words, and send it."""
    form = several(browser, gym, "message", rows)
    said = {"subject": "Hello {first_name}", "text": "New classes.\n\nSee you!", "by": ["email"], "once": once_of(form)}
    return several(browser, gym, "message", rows, sure="1", **said | more)


def test_own_words_go_to_those_who_may_be_written_to(gym: Business, ana: Client, carla: Client, olga: Browser) -> None:
    """R-073, R-243: previewed with counts, stopped within 30 seconds, who is left out is named, and nobody has it
    twice."""
    launch(gym)
    set_promotions(carla, False, text="News", source="portal", **WHO)
    bring(ana, "Ben")
    archive(add_client(gym, "Dora"), **WHO)
    invite_client(gym, first_name="Eli", email="eli@mail.example", **WHO)
    page = text_of(several(olga, gym, "message"))
    assert "Write to 5 clients" in page
    assert "1 By e-mail · 2 do not want news and promotions" in page or "1 E-mail" in page, page
    assert "2 are archived or invited" in page
    answer = write(olga, gym)
    job = Job.objects.get()
    assert (job.state, job.due_at, answer.redirect_chain[-1][0]) == (
        "waiting",
        later(seconds=30),
        at(gym, "job", job.public_id),
    )
    assert "Until then you can stop it." in text_of(answer)
    assert start_due_jobs(later(seconds=29)) == 0
    assert start_due_jobs(later(seconds=30)) == 1
    drain()
    sent = Message.objects.get(template="business.message", state="queued")
    assert (sent.client, sent.subject, sent.category) == (ana, "Hello Ana", "promotional")
    assert "New classes." in sent.text
    assert "/u/" in sent.text  # the way to unsubscribe
    assert left_out(job) == {"Ben": "no_consent", "Carla": "no_consent", "Dora": "archived", "Eli": "invited"}
    job.refresh_from_db()
    assert (job.state, job.options) == ("done", {"channels": ["email"]})
    page = text_of(olga.get(at(gym, "job", job.public_id)))
    assert "1 client is written to. 4 were left out." in page
    assert "Undo" not in page
    olga.post(at(gym, "job_undo", job.public_id))
    job.refresh_from_db()
    assert job.state == "done"


def test_a_message_is_stopped_in_time(gym: Business, ana: Client, olga: Browser) -> None:
    """R-073: nobody has it, and it does not begin later."""
    write(olga, gym, [ana])
    job = Job.objects.get()
    stopped = olga.post(at(gym, "job_undo", job.public_id), follow=True)
    assert "Stopped before anything was done." in text_of(stopped)
    assert start_due_jobs(later(seconds=31)) == 0
    job.refresh_from_db()
    assert (job.state, job.options, left_out(job), Message.objects.count()) == (
        "undone",
        {"channels": ["email"]},
        {"Ana": "stopped"},
        0,
    )


def test_a_week_holds_no_more_than_the_business_wants(gym: Business, ana: Client, olga: Browser) -> None:
    """R-245: the weekly limit of promotional mails holds for own words too; a notice in their pages disturbs nobody."""
    Business.objects.filter(pk=gym.pk).update(news_weekly_max=1)
    for number, by in enumerate((["email"], ["email"], ["email", "portal"])):
        write(olga, gym, [ana], by=by)
        start_due_jobs(later(seconds=31 + number))
        drain()
    assert [left_out(job) for job in Job.objects.order_by("pk")] == [{}, {"Ana": "weekly_max"}, {}]
    sent = Message.objects.filter(template="business.message").order_by("pk").values_list("channel", flat=True)
    assert list(sent) == ["email", "portal"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"subject": ""}, "This field is required."),
        ({"text": "Hello {friend}"}, "There is no placeholder {friend}."),
        ({"text": "Hello {"}, "A curly bracket is left open."),
        ({"by": []}, "This field is required."),
    ],
)
def test_words_that_cannot_be_sent_are_named(
    gym: Business, ana: Client, olga: Browser, typed: dict[str, Any], said: str
) -> None:
    assert said in text_of(write(olga, gym, [ana], **typed))
    assert Job.objects.count() == 0


def test_sent_twice_it_goes_once(gym: Business, ana: Client, olga: Browser) -> None:
    once = once_of(several(olga, gym, "message", [ana]))
    for _twice in range(2):
        write(olga, gym, [ana], once=once)
    assert Job.objects.count() == 1


def test_archived_clients_are_brought_back_and_each_tab_offers_what_works(
    gym: Business, ana: Client, carla: Client, olga: Browser
) -> None:
    """R-203: with undo; the archive offers neither activating nor archiving."""
    archive(carla, **WHO)
    page = several(olga, gym, "reactivate", [ana, carla])
    assert "1 client is back. 1 was left out." in text_of(page)
    job = Job.objects.get()
    assert left_out(job) == {"Ana": "not_archived"}
    olga.post(at(gym, "job_undo", job.public_id))
    carla.refresh_from_db()
    assert carla.status == "archived"
    offered = {}
    for state in ("", "lead", "active", "archived", "invited"):
        shown = olga.get(at(gym, "clients"), {"status": state}).content.decode()
        names = ("activate", "archive", "reactivate", "message", "assign")
        offered[state] = [act for act in names if f'name="act" value="{act}"' in shown]
    assert offered == {
        "": ["activate", "archive", "message", "assign"],
        "lead": [],  # nobody there
        "active": ["archive", "message", "assign"],
        "archived": ["reactivate", "assign"],
        "invited": [],
    }


def test_who_may_not_write_or_assign_is_shown_nothing_and_stopped(gym: Business, ana: Client, desk: Browser) -> None:
    for act in ("message", "assign"):
        assert several(desk, gym, act, [ana]).status_code == 404
    assert 'value="message"' not in desk.get(at(gym, "clients")).content.decode()


def test_leads_are_deleted_once_their_number_is_typed(gym: Business, ana: Client, olga: Browser, desk: Browser) -> None:
    """R-044, R-099, Q-05: who is no lead any more is left out with the reason; the counts stay."""
    launch(gym)
    ben, eva, tom = (bring(ana, name).friend for name in ("Ben", "Eva", "Tom"))
    page = several(olga, gym, "delete_leads", [ben, eva, ana])
    assert "Delete 2 leads for good?" in text_of(page)
    assert "1 of the selected is not a lead" in text_of(page)
    for typed in ("", "3", "two"):
        page = several(olga, gym, "delete_leads", [ben, eva, ana], sure="1", typed=typed)
        assert page.status_code == 422
    assert several(desk, gym, "delete_leads", [ben, eva], sure="1", typed="2").status_code == 404
    assert Client.objects.filter(status="lead").count() == 3
    assert not Job.objects.exists()
    page = several(olga, gym, "delete_leads", [ben, eva, ana], sure="1", typed=" 2 ", reason="Ben never answered")
    assert "2 leads were deleted for good. 1 was left out." in text_of(page)
    job = Job.objects.get()
    assert (left_out(job), job.options) == ({"Ana": "not_a_lead"}, {})
    assert [(row.status, row.first_name, row.email) for row in Client.objects.filter(pk__in=[ben.pk, eva.pk])] == [
        ("deleted", "", None)
    ] * 2
    tom.refresh_from_db()
    assert tom.status == "lead"
    assert "2 recommended leads were deleted so far" in text_of(olga.get(at(gym, "leads")))
    assert "Undo" not in text_of(olga.get(at(gym, "job", job.public_id)))
    page = several(olga, gym, "delete_leads", [ana])
    assert "Only leads can be deleted like this" in text_of(page)


def test_a_lead_who_bought_meanwhile_is_not_deleted(gym: Business, ana: Client, olga: Browser) -> None:
    """R-059: between the question and the yes Ben became a client; the number is asked anew."""
    launch(gym)
    ben, eva = (bring(ana, name).friend for name in ("Ben", "Eva"))
    several(olga, gym, "delete_leads", [ben, eva])
    activate(ben, **WHO)
    page = several(olga, gym, "delete_leads", [ben, eva], sure="1", typed="2")
    assert "Delete 1 lead for good?" in text_of(page)
    assert not Job.objects.exists()
    several(olga, gym, "delete_leads", [ben, eva], sure="1", typed="1")
    assert list(Client.objects.filter(status="deleted").values_list("pk", flat=True)) == [eva.pk]
