"""Writing notes about a client, and saying what comes next (R-053, R-074, R-210)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.clients import events
from plusone.clients.models import Client, NextStep, Note
from plusone.clients.queries import may_change, may_remove
from plusone.events.commands import record
from plusone.kernel import clock
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Collaborator

NOTE_MAX = 2000
STEP_MAX = 200
AHEAD = timedelta(days=5 * 365)


@transaction.atomic
def write_note(client: Client, text: str, *, is_private: bool = False, by: Collaborator, now: datetime) -> Note:
    """Write a note about a client. Raise Invalid for one that is empty or too long, Refused where they were deleted."""
    client = _locked(client)
    note = Note.objects.create(
        business=client.business,
        client=client,
        text=_clean(text, NOTE_MAX),
        is_private=is_private,
        author=by.user,
        written_at=now,
    )
    record(client.business, events.NoteWritten(note=note.pk), client=client.pk, actor=_actor(by), now=now)
    return note


@transaction.atomic
def change_note(note: Note, text: str, *, is_private: bool, by: Collaborator, now: datetime) -> bool:
    """Change one's own note. Say whether that changed anything. Raise Refused for somebody else's, Invalid."""
    text = _clean(text, NOTE_MAX)
    note = Note.objects.select_for_update(of=("self",)).select_related("business").get(pk=note.pk)
    if not may_change(note, by):
        raise Refused(_("Only who wrote a note may change it."), code="not_yours", status=403)
    if (note.text, note.is_private) == (text, is_private):
        return False
    note.text, note.is_private, note.edited_at = text, is_private, now
    note.save(update_fields=["text", "is_private", "edited_at"])
    record(note.business, events.NoteChanged(note=note.pk), client=note.client_id, actor=_actor(by), now=now)
    return True


@transaction.atomic
def remove_note(note: Note, *, by: Collaborator, now: datetime) -> bool:
    """Delete a note: one's own, or any where one may delete clients. Say whether it was still there. Raise Refused."""
    if not may_remove(note, by):
        raise Refused(_("Only who wrote a note, a manager or the owner may delete it."), code="not_yours", status=403)
    if not Note.objects.filter(pk=note.pk).delete()[0]:
        return False
    record(note.business, events.NoteRemoved(note=note.pk), client=note.client_id, actor=_actor(by), now=now)
    return True


@transaction.atomic
def plan_next_step(client: Client, text: str, *, on: date, actor: str, now: datetime) -> bool:
    """Say what is to be done with a client next, from today on; it takes the place of what was planned. Say whether
    that changed anything. Raise Invalid naming the field, Refused for an archived client."""
    text = _clean(text, STEP_MAX)
    client = _locked(client)
    if client.is_archived:
        raise Refused(_("This client is archived. Bring them back first."), code="archived")
    known = NextStep.objects.filter(client=client).first()
    if known is not None and (known.on, known.text) == (on, text):
        return False
    today = clock.today(client.business, now)
    if not (today <= on <= today + AHEAD) and (known is None or known.on != on):
        raise Invalid(_("Choose today or a later day, within five years."), field="on")
    NextStep.objects.update_or_create(
        client=client, defaults={"business": client.business, "on": on, "text": text, "set_by": actor, "set_at": now}
    )
    record(client.business, events.ClientNextStepPlanned(), client=client.pk, actor=actor, now=now)
    return True


@transaction.atomic
def end_next_step(client: Client, *, done: bool, by: Collaborator, now: datetime) -> bool:
    """Put away what was planned: done, which leaves a note that says so, or not to be done any more. Say whether there
    was anything; of two at once, one is told."""
    step = NextStep.objects.select_for_update(of=("self",)).filter(client=client).first()
    if step is None or not NextStep.objects.filter(pk=step.pk).delete()[0]:
        return False
    fact = events.ClientNextStepEnded(done=done)
    record(client.business, fact, client=client.pk, actor=_actor(by), now=now)
    if done:
        write_note(client, _("Done: %(what)s") % {"what": step.text}, by=by, now=now)
    return True


def forget_notes(client: Client) -> int:
    """Delete all notes about a client. Return how many."""
    return Note.objects.filter(client=client).delete()[0]


def forget_next_step(client: Client) -> int:
    """Delete what was planned with a client. Return how many."""
    return NextStep.objects.filter(client=client).delete()[0]


def _clean(text: str, most: int) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(_("Write something."), field="text", code="required")
    if len(text) > most:
        raise Invalid(_("At most %(most)s characters.") % {"most": most}, field="text")
    if "\x00" in text or any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        raise Invalid(_("This text holds characters that cannot be stored."), field="text")
    return text


def _locked(client: Client) -> Client:
    """Return the client, who is not erased before this is done: what is written then is forgotten with the rest."""
    found = Client.objects.select_for_update(of=("self",)).select_related("business").get(pk=client.pk)
    if found.status == Client.Status.DELETED:
        raise Refused(_("This client was deleted."), code="deleted")
    return found


def _actor(by: Collaborator) -> str:
    return f"user:{by.user_id}"
