"""Bringing a file of clients in, and taking it back: batch by batch in the background, each batch once."""

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from plusone.clients import commands as clients
from plusone.clients.commands import UndoneLine
from plusone.clients.models import Client
from plusone.connect.events import ImportFinished, ImportStarted, ImportUndone
from plusone.connect.imports.judging import in_each_language, judge
from plusone.connect.imports.lines import again_if_somebody_was_faster, cells_of
from plusone.connect.imports.reading import read_client, twin_of
from plusone.connect.imports.recommending import recommend
from plusone.connect.imports.scratch import Scratch
from plusone.connect.models import ClientImport, ImportLine
from plusone.connect.queries import invitations_by
from plusone.events.commands import caused_by, record
from plusone.events.models import Event
from plusone.kernel import clock, faults
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.kernel.queue import task
from plusone.referrals import commands as referrals
from plusone.referrals.audience import newcomers_told
from plusone.referrals.models import Mailing
from plusone.referrals.queries import default_campaign

from .staging import JUDGED, add_reasons, month_first_in, note_judgement, places_of, raw_of, recount, write_rows

BATCH = 200
UNDO_KEPT = timedelta(days=14)
PHONE_DIGITS = 9  # how much of a phone number tells it from others, however it is written
State, Outcome = ClientImport.State, ImportLine.Outcome
GOOD = (Outcome.CREATED, Outcome.UPDATED, Outcome.SAME)


@transaction.atomic
def start_import(
    imported: ClientImport, *, tell: bool = False, invite: bool = False, actor: str, now: datetime
) -> bool:
    """Let the worker bring a file in. Say whether it was not under way already.

    `tell`: then announce the campaign to whom it added; `invite`: invite those with an address to the client area.
    Neither happens by itself (CONTRACT).
    """
    waiting = ClientImport.objects.filter(pk=imported.pk, state=State.CHECKED)
    wishes = {"told_by": actor if tell else "", "invited_by": actor if invite else ""}
    if not waiting.update(state=State.RUNNING, kept_until=now + UNDO_KEPT, **wishes):
        return False
    event = record(
        imported.business, ImportStarted(clientimport=imported.pk, lines=imported.lines), actor=actor, now=now
    )
    ClientImport.objects.filter(pk=imported.pk).update(event_id=event.pk)
    bring_in.using(key=f"import:{imported.pk}").enqueue(imported.pk)
    return True


@task(atomic=False)
def bring_in(import_id: int) -> None:
    """Bring in what of a file is not in yet. A worker that dies leaves whole batches, and the next goes on."""
    imported = ClientImport.objects.select_related("business").get(pk=import_id)
    now = clock.now()
    month_first = month_first_in(imported)
    with Scratch() as scratch:
        _remember(imported, scratch, now, month_first)
        while _in_turn(imported, State.RUNNING, lambda: _bring_batch(imported, scratch, now, month_first)):
            faults.hit("import.batch_done")
    last = 0
    while rows := _recommended(imported, last):
        last = rows[-1].number
        _in_turn(imported, State.RUNNING, lambda rows=rows: _recommend(imported, rows, now))  # type: ignore[misc]
    with transaction.atomic():
        _finish(imported, now)


def _in_turn(imported: ClientImport, state: str, work: Callable[[], int]) -> int:
    """Do a batch in a transaction of its own, alone with this file: a worker taken for dead may still be at it."""
    done = 0

    def turn() -> None:
        nonlocal done
        with transaction.atomic():
            standing = ClientImport.objects.select_for_update().get(pk=imported.pk)
            assert standing.event_id, "begun without an event"
            if standing.state != state:
                done = 0
                return
            with caused_by(Event.objects.get(pk=standing.event_id)):
                done = work()

    again_if_somebody_was_faster(turn)
    return done


def _remember(imported: ClientImport, scratch: Scratch, now: datetime, month_first: bool | None) -> None:
    """Know again the clients of the lines that are in, so that a later line of the same is a twin as it was."""
    written = imported.rows.filter(written=True, outcome__in=GOOD).order_by("number")
    for row in written.iterator(chunk_size=BATCH):
        try:
            cells = cells_of(raw_of(row), len(imported.header), places_of(imported))
            twin_of(read_client(imported.business, row.number, cells, now, month_first), scratch)
        except Refused:
            continue


def _bring_batch(imported: ClientImport, scratch: Scratch, now: datetime, month_first: bool | None) -> int:
    rows = list(imported.rows.filter(written=False).order_by("number")[:BATCH])
    judged = judge(
        imported.business,
        [raw_of(row) for row in rows],
        places=places_of(imported),
        width=len(imported.header),
        scratch=scratch,
        dry_run=False,
        month_first=month_first,
        import_id=imported.pk,
        actor=imported.created_by,
        now=now,
    )
    for row, one in zip(rows, judged, strict=True):
        note_judgement(row, one)
        row.undo, row.written = (one.line.undo if one.line else {}), True
    write_rows(rows, (*JUDGED, "undo", "written"))
    return len(rows)


def _recommended(imported: ClientImport, last: int) -> list[ImportLine]:
    if "referred_by" not in imported.fields:
        return []
    return list(imported.rows.filter(number__gt=last, outcome__in=GOOD).order_by("number")[:BATCH])


def _recommend(imported: ClientImport, rows: Sequence[ImportLine], now: datetime) -> int:
    place = imported.fields.index("referred_by")
    named = [(row, row.cells[place].strip()) for row in rows if place < len(row.cells)]
    said = [(row.number, row.client_id or 0, name) for row, name in named if name and not row.referral_id]
    lines, notes = recommend(
        imported.business, said, in_file=lambda _name: None, dry_run=False, actor=imported.created_by, now=now
    )
    by_number = {row.number: row for row in rows}
    for line in lines:
        if line.referral_id:
            by_number[line.number].referral_id = line.referral_id
            by_number[line.number].save(update_fields=["referral_id"])
    for number, note in notes:
        add_reasons(by_number[number], in_each_language([note]))
    return len(rows)


def _finish(imported: ClientImport, now: datetime) -> None:
    """Note the end once, and let go of the cells of all lines but the bad ones: nobody needs them any more."""
    if not ClientImport.objects.filter(pk=imported.pk, state=State.RUNNING).update(state=State.DONE, finished_at=now):
        return
    imported.rows.exclude(outcome=Outcome.FAILED).update(cells=[])
    recount(imported)
    counts = {name: getattr(imported, name) for name in ("created", "updated", "skipped", "failed")}
    imported.refresh_from_db(fields=["event_id"])
    assert imported.event_id, "begun without an event"
    with caused_by(Event.objects.get(pk=imported.event_id)):
        told = ImportFinished(clientimport=imported.pk, **counts)
        record(imported.business, told, actor=imported.created_by, now=now)
        imported.refresh_from_db(fields=["told_by", "invited_by"])
        if imported.told_by:
            tell_newcomers(imported, actor=imported.told_by, now=now)
        if imported.invited_by:
            _invite(imported, now)


def _invite(imported: ClientImport, now: datetime) -> None:
    """Invite whom a file added to the client area, in half a minute: who has an address and may log in."""
    added = Client.objects.filter(business=imported.business, import_id=imported.pk, access=True, email__isnull=False)
    open_to = added.filter(status__in=(Client.Status.LEAD, Client.Status.ACTIVE))
    if open_to.exists():
        job = clients.start_job(imported.business, "invite", open_to, actor=imported.invited_by, now=now)
        ClientImport.objects.filter(pk=imported.pk).update(invite_job_id=job.pk)


@transaction.atomic
def tell_newcomers(imported: ClientImport, *, actor: str, now: datetime) -> Mailing | None:
    """Announce the live campaign to the clients whom a file added. Return what was queued, or None where no campaign
    is live, it has no channel, or they were told already."""
    campaign = default_campaign(imported.business)
    return referrals.tell_newcomers(campaign, imported.pk, actor=actor, now=now) if campaign else None


@transaction.atomic
def start_undo(imported: ClientImport, *, actor: str, now: datetime) -> bool:
    """Let the worker take a whole import back. Say whether it was there to be taken back."""
    done = ClientImport.objects.filter(pk=imported.pk, state=State.DONE, forgotten_at=None)
    if not done.update(state=State.UNDOING):
        return False
    if told := newcomers_told(imported.business, imported.pk):
        referrals.stop_mailing(told, actor=actor, now=now)
    if job := invitations_by(imported):
        clients.drop_job(job)  # whoever was invited before that has lived on, and stays
    event = record(imported.business, ImportUndone(clientimport=imported.pk), actor=actor, now=now)
    take_back.using(key=f"undo:{imported.pk}").enqueue(imported.pk, event.pk)
    return True


@task(atomic=False)
def take_back(import_id: int, event_id: int) -> None:
    """Take back what of an import is not taken back yet: who recommended whom first, then the clients."""
    imported = ClientImport.objects.select_related("business").get(pk=import_id)
    undoing, now = Event.objects.get(pk=event_id), clock.now()
    while _in_turn(imported, State.UNDOING, lambda: _take_referrals(imported)):
        faults.hit("import.batch_undone")
    while _in_turn(imported, State.UNDOING, lambda: _take_clients(imported, undoing, now)):
        faults.hit("import.batch_undone")
    with transaction.atomic():
        _end_undo(imported, now)


def _take_referrals(imported: ClientImport) -> int:
    rows = list(imported.rows.filter(referral_id__isnull=False).order_by("number")[:BATCH])
    referrals.undo_imported(imported.business, [row.referral_id for row in rows if row.referral_id])
    imported.rows.filter(pk__in=[row.pk for row in rows]).update(referral_id=None)
    return len(rows)


def _take_clients(imported: ClientImport, undoing: Event, now: datetime) -> int:
    business: Business = imported.business
    rows = list(imported.rows.filter(undone=False).order_by("-number")[:BATCH])
    lines = {
        row.pk: UndoneLine(row.number, row.client_id, row.outcome == Outcome.CREATED, row.undo)
        for row in rows
        if row.client_id and row.outcome in (Outcome.CREATED, Outcome.UPDATED)
    }
    assert imported.event_id
    with caused_by(undoing):
        causes = (imported.event_id, undoing.pk)
        clients.undo_import(business, list(lines.values()), causes=causes, actor=undoing.actor, now=now)
        moved = [line.client_id for line in lines.values() if not line.created]
        referrals.time_imported(business, moved, actor=undoing.actor)
    for row in rows:
        row.undone = True
        if row.pk in lines and lines[row.pk].left:
            row.outcome, row.reasons = Outcome.LEFT, in_each_language(lines[row.pk].left)
    write_rows(rows, ("undone", "outcome", "reasons"))
    return len(rows)


def _end_undo(imported: ClientImport, now: datetime) -> None:
    left = imported.rows.filter(outcome=Outcome.LEFT).count()
    ended = ClientImport.objects.filter(pk=imported.pk, state=State.UNDOING)
    if ended.update(state=State.UNDONE, undone_at=now, left=left):
        made = {tag for undo in imported.rows.values_list("undo", flat=True).iterator() for tag in undo.get("made", [])}
        clients.remove_unused_tags(imported.business, made)


@transaction.atomic
def forget_imports(now: datetime) -> int:
    """Forget files that nobody brought in, and the lines of those whose time for undoing is over."""
    over = ClientImport.objects.filter(kept_until__lte=now, forgotten_at=None)
    unused = over.filter(state__in=(State.CHECKED, State.CHECKING)).delete()[1].get("connect.ClientImport", 0)
    old = list(over.filter(state__in=(State.DONE, State.UNDONE)).values_list("pk", flat=True))
    ImportLine.objects.filter(imported__in=old).delete()
    return unused + ClientImport.objects.filter(pk__in=old).update(forgotten_at=now)


def forget_lines(client: Client) -> int:
    """Forget the lines of files that are about a client who is deleted (PRI-7): those that made or met them, and those
    that have their address, phone or number, brought in or not. Return how many."""
    business = client.business
    known = {one.casefold() for one in (client.email, client.external_id) if one}
    digits = client.phone[-PHONE_DIGITS:]
    met, gone = forget_own_lines(client), []
    unmet = ImportLine.objects.filter(business=business, client_id=None).values_list("pk", "cells")
    for pk, cells in unmet.iterator():
        for cell in cells:
            text = str(cell).strip()
            same_phone = bool(digits) and "".join(filter(str.isdecimal, text)).endswith(digits)
            if same_phone or text.casefold() in known:
                gone.append(pk)
                break
    return met + sum(ImportLine.objects.filter(pk__in=part).delete()[0] for part in itertools.batched(gone, 500))


def forget_own_lines(client: Client) -> int:
    """Forget the lines of files that made or met a client. Return how many."""
    return ImportLine.objects.filter(business=client.business, client_id=client.pk).delete()[0]
