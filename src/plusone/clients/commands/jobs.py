"""One act for many clients: each once, however often the worker dies, with a reason for each one left out (R-073).

A kind of act is one class. A room above adds its own:

    @acts
    class SendMessage(Act):
        '''Write to each of them.'''

        name = "message"
        ...
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client, Job, JobRow, Tag
from plusone.kernel import clock
from plusone.kernel.db import bulk
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business, Collaborator
from plusone.kernel.queue.tasks import task
from plusone.kernel.registry import Registry

from .assigning import assign
from .lifecycle import activate, archive, delete_client, reactivate
from .tags import give_tag, tag_called, take_tag

AT_ONCE = 60  # so many are done while the reader waits, more than a page of the list; others by the worker
STRETCH = 200
Reason = JobRow.Reason
State = Job.State


class Act:
    """What is done to each of the clients. Its docstring is its help text."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    can_undo: ClassVar[bool] = False
    waits: ClassVar[timedelta] = timedelta(0)  # so long it can be stopped before anything is done

    def __init__(self, had: int | None = None) -> None:
        self.had = had  # for an undo: what `before` said

    def before(self, client: Client) -> int | None:
        """Return what an undo has to know of a client as they are now."""
        return None

    def kept(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what of the options is worth keeping when the job is over."""
        return options

    def do(self, job: Job, client: Client, now: datetime) -> str:
        """Do it to one client; return why not (a `JobRow.Reason`), or an empty string."""
        raise NotImplementedError

    def undo(self, job: Job, client: Client, now: datetime) -> None:
        """Take it back for one client for whom it was done."""
        raise NotImplementedError


acts: Registry[type[Act]] = Registry("act for many clients")


def _tag_of(job: Job) -> Tag | None:
    return Tag.objects.filter(business=job.business, pk=job.options["tag"]).first()


@acts
class GiveTag(Act):
    """Give each of them a tag. It starts no automation (Q-13)."""

    name = "tag"
    label = _("Tag added")
    can_undo = True

    def do(self, job: Job, client: Client, now: datetime) -> str:
        """Give it to those who have it not."""
        tag = _tag_of(job)
        if tag is None:
            return Reason.TAG_GONE
        return "" if give_tag(client, tag, actor=job.created_by, now=now) else Reason.HAD_IT

    def undo(self, job: Job, client: Client, now: datetime) -> None:
        """Take it away from those who got it."""
        if tag := _tag_of(job):
            take_tag(client, tag, actor=job.undone_by, now=now)


@acts
class TakeTag(Act):
    """Take a tag from each of them."""

    name = "untag"
    label = _("Tag removed")
    can_undo = True

    def do(self, job: Job, client: Client, now: datetime) -> str:
        """Take it from those who have it."""
        tag = _tag_of(job)
        return "" if tag and take_tag(client, tag, actor=job.created_by, now=now) else Reason.HAD_IT_NOT

    def undo(self, job: Job, client: Client, now: datetime) -> None:
        """Give it back to those who had it."""
        if tag := _tag_of(job):
            give_tag(client, tag, actor=job.undone_by, now=now)


@acts
class Assign(Act):
    """Let somebody of the team look after each of them, or nobody (R-073, R-102)."""

    name = "assign"
    label = _("Assigned")
    can_undo = True

    def before(self, client: Client) -> int | None:
        """Who looks after them now."""
        return client.professional_id

    def do(self, job: Job, client: Client, now: datetime) -> str:
        """Assign those who are not looked after so already."""
        number = job.options["professional"]
        professional = _of_the_team(job, number)
        if number and professional is None:
            return Reason.PROFESSIONAL_GONE
        return "" if assign([client], professional, actor=job.created_by, now=now) else Reason.SAME

    def undo(self, job: Job, client: Client, now: datetime) -> None:
        """Give them back to who looked after them, unless somebody has decided otherwise since."""
        if client.professional_id == job.options["professional"]:
            assign([client], _of_the_team(job, self.had), actor=job.undone_by, now=now)


def _of_the_team(job: Job, number: int | None) -> Collaborator | None:
    return Collaborator.objects.filter(business=job.business, pk=number).first() if number else None


@acts
class DeleteTag(Act):
    """Throw a tag away. What it was and who had it is kept with the job."""

    name = "delete_tag"
    label = _("Tag deleted")
    can_undo = True

    def undo(self, job: Job, client: Client, now: datetime) -> None:
        """Give it back to those who had it."""
        give_tag(client, _brought_back(job), actor=job.undone_by, now=now)


def _brought_back(job: Job) -> Tag:
    tag = tag_called(job.business, job.options["name"])
    if not tag.color and not tag.description:
        tag.color, tag.description = job.options["color"], job.options["description"]
        tag.save(update_fields=["color", "description"])
    return tag


@acts
class Activate(Act):
    """Make each lead an active client; what was promised for it is given.

    It has no undo: activation is never undone (CONTRACT). Rewards are given in the same transaction, people are written
    to, balance may be spent a minute later, and the friend was told that they are a client. The page that asks says so
    and names who receives what; a reward given by mistake is taken back one by one, as an adjustment with a reason.
    """

    name = "activate"
    label = _("Activated")

    def do(self, job: Job, client: Client, now: datetime) -> str:
        """Activate leads."""
        if not client.is_lead:
            return Reason.INVITED if client.is_invited else Reason.NO_LEAD
        return "" if activate(client, actor=job.created_by, now=now) else Reason.NO_LEAD


@acts
class Archive(Act):
    """Put each of them aside; nothing is lost."""

    name = "archive"
    label = _("Archived")
    can_undo = True

    def do(self, job: Job, client: Client, now: datetime) -> str:
        """Archive leads and active clients."""
        if client.is_invited:
            return Reason.INVITED
        return "" if archive(client, actor=job.created_by, now=now) else Reason.ARCHIVED

    def undo(self, job: Job, client: Client, now: datetime) -> None:
        """Bring them back to where they stood."""
        reactivate(client, actor=job.undone_by, now=now)


@acts
class BringBack(Act):
    """Bring each of them back to where they stood before they were archived (R-203)."""

    name = "reactivate"
    label = _("Brought back")
    can_undo = True

    def do(self, job: Job, client: Client, now: datetime) -> str:
        """Bring back who is archived."""
        return "" if reactivate(client, actor=job.created_by, now=now) else Reason.NOT_ARCHIVED

    def undo(self, job: Job, client: Client, now: datetime) -> None:
        """Archive them again."""
        archive(client, actor=job.undone_by, now=now)


@acts
class DeleteLeads(Act):
    """Delete each lead for good (R-044, R-099): the person goes, the counts stay. Nothing brings them back."""

    name = "delete_leads"
    label = _("Leads deleted")

    def kept(self, options: dict[str, Any]) -> dict[str, Any]:
        """The reason stands in the log of each; here it could still name somebody who is gone."""
        return {}

    def do(self, job: Job, client: Client, now: datetime) -> str:
        """Delete who is a lead now."""
        if not client.is_lead:
            return Reason.NOT_A_LEAD
        delete_client(client, reason=job.options.get("reason", ""), actor=job.created_by, now=now)
        return ""


@transaction.atomic
def start_job(
    business: Business,
    act: str,
    clients: QuerySet[Client],
    *,
    options: dict[str, Any] | None = None,
    actor: str,
    now: datetime,
) -> Job:
    """Do something to many clients, at once where they are few, else by the worker; what waits, when its time comes.

    Who they are is fixed now.
    """
    kind = acts[act]
    job = Job.objects.create(
        business=business,
        act=kind.name,
        options=options or {},
        state=State.WAITING if kind.waits else State.RUNNING,
        due_at=now + kind.waits if kind.waits else None,
        created_by=actor,
        created_at=now,
    )
    keys = clients.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=5000)
    rows = ((job.pk, key, JobRow.State.WAITING, "") for key in list(keys))
    bulk.insert(JobRow, ("job", "client", "state", "reason"), rows)
    job.total = JobRow.objects.filter(job=job).count()
    job.save(update_fields=["total"])
    if job.due_at is None:
        _go_on(job, now)
    return job


def start_due_jobs(now: datetime) -> int:
    """Begin the jobs whose time to stop them is over. Return how many."""
    begun = 0
    for job in Job.objects.filter(state=State.WAITING, due_at__lte=now).select_related("business").order_by("pk"):
        with transaction.atomic():
            # One conditional UPDATE, so that it cannot be stopped at the same moment.
            if Job.objects.filter(pk=job.pk, state=State.WAITING).update(state=State.RUNNING):
                job.state = State.RUNNING
                run_job.using(key=f"job:{job.pk}:{job.state}").enqueue(job.pk)
                begun += 1
    return begun


@transaction.atomic
def undo_job(job: Job, *, actor: str, now: datetime) -> bool:
    """Take a job back, for those for whom it was done; stop one that waits. Say whether that was in time."""
    kind = acts[job.act]
    waiting = Job.objects.filter(pk=job.pk, state=State.WAITING)
    if waiting.update(state=State.UNDONE, options=kind().kept(job.options), undone_at=now, undone_by=actor):
        JobRow.objects.filter(job=job).update(state=JobRow.State.SKIPPED, reason=Reason.STOPPED)
        job.refresh_from_db()
        return True
    if not kind.can_undo:
        return False
    moved = Job.objects.filter(pk=job.pk, state__in=(State.RUNNING, State.DONE))
    if not moved.update(state=State.UNDOING, undone_at=now, undone_by=actor):
        return False
    JobRow.objects.filter(job=job, state=JobRow.State.WAITING).update(state=JobRow.State.SKIPPED, reason=Reason.STOPPED)
    job.refresh_from_db()
    if job.act == DeleteTag.name:  # nobody may have had it
        _brought_back(job)
    _go_on(job, now)
    return True


@transaction.atomic
def drop_job(job: Job) -> bool:
    """Let go of a job that nothing was done for, as if it had never been. Say whether that was in time."""
    # One conditional UPDATE, so that it cannot begin at the same moment.
    if not Job.objects.filter(pk=job.pk, state=State.WAITING).update(state=State.UNDONE):
        return False
    JobRow.objects.filter(job=job).delete()
    job.delete()
    return True


def _go_on(job: Job, now: datetime) -> None:
    if job.total <= AT_ONCE:
        while _stretch(job, now):
            pass
        job.refresh_from_db()
    else:
        run_job.using(key=f"job:{job.pk}:{job.state}").enqueue(job.pk)


@task()
def run_job(job_id: int) -> None:
    """Do a stretch of a job; the next one is queued in the same transaction, so a killed worker repeats nothing."""
    job = Job.objects.select_related("business").filter(pk=job_id).first()
    last = _stretch(job, clock.now()) if job else 0
    if last:
        run_job.using(key=f"job:{job_id}:{last}").enqueue(job_id)


@transaction.atomic
def _stretch(job: Job, now: datetime) -> int:
    """Do the next of a job's clients; return the last one's row, or 0 where none was left and the job is over."""
    locked = Job.objects.select_for_update().get(pk=job.pk)  # an undo waits for this stretch, and this one for it
    was = {State.RUNNING: JobRow.State.WAITING, State.UNDOING: JobRow.State.DONE}.get(State(locked.state))
    if was is None:
        return 0
    rows = list(JobRow.objects.filter(job=job, state=was).select_related("client").order_by("pk")[:STRETCH])
    locked.business = job.business
    for row in rows:
        row.client.business = job.business
        _one(locked, row, now)
    if rows:
        JobRow.objects.bulk_update(rows, ["state", "reason", "had"])
        return rows[-1].pk
    kept = acts[job.act]().kept(job.options)
    over = {State.RUNNING: State.DONE, State.UNDOING: State.UNDONE}[State(locked.state)]
    Job.objects.filter(pk=job.pk).update(state=over, finished_at=now, options=kept)
    return 0


def _one(job: Job, row: JobRow, now: datetime) -> None:
    """Do or undo it for one client; a no stops nobody else."""
    kind = acts[job.act](had=row.had)
    try:
        with transaction.atomic():
            if row.client.status == Client.Status.DELETED:
                row.state, row.reason = JobRow.State.SKIPPED, Reason.DELETED
            elif job.state == State.UNDOING:
                kind.undo(job, row.client, now)
                row.state = JobRow.State.UNDONE
            else:
                row.had = kind.before(row.client)
                row.reason = kind.do(job, row.client, now)
                row.state = JobRow.State.SKIPPED if row.reason else JobRow.State.DONE
    except Refused:
        row.state, row.reason = JobRow.State.SKIPPED, Reason.REFUSED
