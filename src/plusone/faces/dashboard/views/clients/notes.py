"""What the team writes about a client, and what comes next (R-053, R-074, R-210)."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from plusone.clients import commands
from plusone.clients.models import Client, Note
from plusone.clients.queries import may_change, may_remove, next_step_of, notes_of
from plusone.faces.dashboard.forms import OnceForm, act_once, show_refusal
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
from plusone.kernel import clock
from plusone.kernel.errors import NotHere, Refused

from .common import client_of, crumbs, url_of

NOTES = "client_notes"
STEP_IDS = "step_%s"  # the other form of the page has a field of that name too


class NoteForm(OnceForm):
    """A note, and who may read it."""

    text = forms.CharField(
        label=gettext_lazy("Note"), max_length=commands.NOTE_MAX, widget=forms.Textarea(attrs={"rows": 4})
    )
    is_private = forms.BooleanField(
        label=gettext_lazy("Private"),
        required=False,
        help_text=gettext_lazy("Only you and the owner read it; others of the team do not."),
    )


class StepForm(forms.Form):
    """What to do next, and when."""

    text = forms.CharField(label=gettext_lazy("What"), max_length=commands.STEP_MAX)
    on = forms.DateField(label=gettext_lazy("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def _context(request: Page, client: Client, here: str = "", **more: Any) -> dict[str, Any]:
    return {
        "nav": "clients",
        "title": client.full_name,
        "client": client,
        "tab": "notes",
        "crumbs": crumbs(client, here),
        **more,
    }


@staff("clients.view")
def index(request: Page, client: str) -> HttpResponse:
    """List the notes, the newest first, beside what comes next."""
    found = client_of(request, client)
    return _page(request, found, NoteForm())


def _page(request: Page, client: Client, form: NoteForm, step_form: StepForm | None = None) -> HttpResponse:
    page = page_of(notes_of(client, request.collaborator), request.GET)
    step, today = next_step_of(client), clock.today(request.business, request.now)
    initial = {"text": step.text, "on": step.on} if step else {}
    context = _context(
        request,
        client,
        page=page,
        notes=[_row(request, note) for note in page.rows],
        form=form,
        step=step,
        step_form=step_form or StepForm(initial=initial, auto_id=STEP_IDS),
        today=today,
        may_write=request.may("clients.manage"),
    )
    return render(request, "dashboard/clients/notes.html", context)


def _row(request: Page, note: Note) -> dict[str, Any]:
    return {
        "note": note,
        "by": note.author.name or note.author.email if note.author else _("somebody who is gone"),
        "may_change": may_change(note, request.collaborator),
        "may_remove": may_remove(note, request.collaborator),
    }


@staff("clients.manage")
@require_POST
def write(request: Page, client: str) -> HttpResponse:
    """Write a note."""
    found = client_of(request, client)
    form = NoteForm(request.POST)
    if form.is_valid():

        def act() -> str:
            return commands.write_note(found, **form.given(), by=request.collaborator, now=request.now).public_id

        if act_once(form, f"note:{found.pk}:{request.collaborator.pk}", act) is not None:
            return redirect(url_of(found, NOTES))
    return _page(request, found, form)


@staff("clients.manage")
def change(request: Page, client: str, note: str) -> HttpResponse:
    """Change one's own note."""
    found, noted = _note_of(request, client, note)
    if not may_change(noted, request.collaborator):
        raise Refused(_("Only who wrote a note may change it."), code="not_yours", status=403)
    form = NoteForm(request.POST or None, initial={"text": noted.text, "is_private": noted.is_private})
    if request.method == "POST" and form.is_valid():
        try:
            commands.change_note(noted, **form.given(), by=request.collaborator, now=request.now)
        except Refused as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(url_of(found, NOTES))
    return render(request, "dashboard/clients/note.html", _context(request, found, _("Note"), form=form))


@staff("clients.manage")
def remove(request: Page, client: str, note: str) -> HttpResponse:
    """Ask, then delete a note."""
    found, noted = _note_of(request, client, note)
    if request.method != "POST":
        context = _context(request, found, _("Note")) | {
            "title": _("Delete this note?"),
            "text": noted.text,
            "act": _("Delete"),
            "tone": "danger",
            "back": url_of(found, NOTES),
        }
        return render(request, "ui/confirm.html", context)
    if commands.remove_note(noted, by=request.collaborator, now=request.now):
        messages.success(request, _("The note was deleted."))
    return redirect(url_of(found, NOTES))


def _note_of(request: Page, client: str, note: str) -> tuple[Client, Note]:
    """Return a note that the reader may read; any other is not there."""
    found = client_of(request, client)
    noted = notes_of(found, request.collaborator).filter(public_id=note[:22]).first() if note.isalnum() else None
    if noted is None:
        raise NotHere
    noted.business = request.business
    return found, noted


@staff("clients.manage")
@require_POST
def plan(request: Page, client: str) -> HttpResponse:
    """Say what comes next with a client, put it away as done, or drop it."""
    found = client_of(request, client)
    act = request.POST.get("act", "")
    if act in ("done", "drop"):
        if commands.end_next_step(found, done=act == "done", by=request.collaborator, now=request.now):
            messages.success(request, _("Done, and noted.") if act == "done" else _("Dropped."))
        return redirect(url_of(found, NOTES))
    form = StepForm(request.POST, auto_id=STEP_IDS)
    if form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        on: date = given["on"]
        try:
            commands.plan_next_step(found, given["text"], on=on, actor=request.actor, now=request.now)
        except Refused as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(url_of(found, NOTES))
    return _page(request, found, NoteForm(), form)
