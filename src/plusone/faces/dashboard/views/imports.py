"""Clients from a file: dropped or pasted, looked through, mended, brought in, and taken back (R-344, UX task 4)."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from plusone.clients.models import Client
from plusone.connect import commands
from plusone.connect.imports.columns import CLIENT_LABELS
from plusone.connect.models import ClientImport, ImportLine
from plusone.connect.queries import addresses_in, imports_of, invitations_by, samples_of
from plusone.faces.dashboard.forms import OnceForm, act_once
from plusone.faces.dashboard.people import actors
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.numbers import whole
from plusone.faces.ui.pages import page_of
from plusone.kernel.access import get
from plusone.kernel.errors import Refused
from plusone.referrals.audience import channels_of, clients_told, newcomers_told, reaches
from plusone.referrals.models import Campaign
from plusone.referrals.queries import default_campaign

FILE_MAX = 20_000_000
PASTE_MAX = 500_000
LINES_SHOWN = 25
State, Outcome = ClientImport.State, ImportLine.Outcome


class FileForm(OnceForm):
    """A file, or what somebody copied out of a spreadsheet."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("CSV or Excel (.xlsx), up to 20 MB. The first line has the names of the columns."),
        error_messages={"empty": gettext_lazy("The file is empty.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,text/csv,text/plain"}),
    )
    pasted = forms.CharField(
        label=gettext_lazy("Or paste the cells here"),
        required=False,
        max_length=PASTE_MAX,
        strip=False,
        help_text=gettext_lazy("Copy them from your spreadsheet, with the names of the columns."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in (self.fields["file"], self.fields["pasted"]):
            field.is_one_of = True  # type: ignore[attr-defined]  # neither is "optional": one of them is needed

    def clean(self) -> dict[str, Any]:
        """Insist on one of the two."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if file and file.size > FILE_MAX:
            self.add_error("file", _("This file is larger than 20 MB. Split it, or use the command line."))
        elif not file and not (cleaned.get("pasted") or "").strip() and not self.errors:
            self.add_error("file", _("Choose a file, or paste the cells."))
        return cleaned


@staff("imports.run")
def index(request: Page) -> HttpResponse:
    """Take a file, and show what was imported before."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with _on_disk(form.cleaned_data) as (file, name):
            made = act_once(form, f"import:{request.business.pk}", lambda: _staged(request, file, name))
        if made is not None:
            commands.look_through(get(request.business, ClientImport, made), now=request.now)
            return redirect("b:import", request.business.slug, made)
    page = page_of(imports_of(request.business), request.GET, order=("-id",))
    names = actors(request.business, [row.created_by for row in page.rows])
    context = {
        "nav": "clients",
        "title": _("Import clients"),
        "lead": _("Nothing is written before you have seen what will happen, and a whole import can be undone."),
        "form": form,
        "page": page,
        "rows": [(row, names.get(row.created_by, "")) for row in page.rows],
        "crumbs": _crumbs(request, _("Import")),
    }
    return render(request, "dashboard/imports/index.html", context, status=422 if form.errors else 200)


def _staged(request: Page, file: Path, name: str) -> str:
    return commands.stage_import(request.business, file, filename=name, actor=request.actor, now=request.now).public_id


@contextmanager
def _on_disk(given: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Put what was sent into a file that is gone when it is read; nothing of it is kept as a file."""
    with tempfile.NamedTemporaryFile(prefix="plusone-import-") as kept:
        if given["file"]:
            name = str(given["file"].name)
            for chunk in given["file"].chunks():
                kept.write(chunk)
        else:
            name = str(_("Pasted cells"))
            kept.write(given["pasted"].encode(errors="replace"))
        kept.flush()
        yield Path(kept.name), name


def _crumbs(request: Page, *more: str) -> list[tuple[str, str]]:
    slug = request.business.slug
    places = [(_("Clients"), reverse("b:clients", args=[slug])), (_("Import"), reverse("b:imports", args=[slug]))]
    return [*places[: len(more)], (more[-1], "")]


@staff("imports.run")
def show(request: Page, clientimport: str) -> HttpResponse:
    """Show a file where it stands: what would happen, what is happening, or what happened."""
    imported = get(request.business, ClientImport, clientimport)
    context: dict[str, Any] = {
        "nav": "clients",
        "title": imported.filename or _("Import"),
        "imported": imported,
        "crumbs": _crumbs(request, "", imported.filename or _("Import")),
        "by": actors(request.business, [imported.created_by]).get(imported.created_by, ""),
        "good": imported.created + imported.updated,
    }
    if imported.is_moving:
        return render(request, "dashboard/imports/moving.html", context | _moved(imported))
    if imported.state == State.CHECKED:
        context |= _to_check(imported) | {"campaign": _campaign(request), "addresses": addresses_in(imported)}
        return render(request, "dashboard/imports/check.html", context)
    context |= _done(request, imported) | _telling(request, imported) | {"invites": invitations_by(imported)}
    return render(request, "dashboard/imports/done.html", context)


def _moved(imported: ClientImport) -> dict[str, Any]:
    done = {State.RUNNING: Q(written=True), State.UNDOING: Q(undone=True)}.get(State(imported.state), ~Q(outcome=""))
    return {"done": imported.rows.filter(done).count()}


@staff("imports.run")
def progress(request: Page, clientimport: str) -> HttpResponse:
    """Answer with the moving part alone, and with 204 when it has come to rest: the page then loads again."""
    imported = get(request.business, ClientImport, clientimport)
    if not imported.is_moving:
        return HttpResponse(status=204)
    return render(request, "dashboard/imports/progress.html", {"imported": imported} | _moved(imported))


def _to_check(imported: ClientImport) -> dict[str, Any]:
    samples, month_first = samples_of(imported), commands.month_first_in(imported)
    columns = [
        {
            "place": place,
            "name": name or _("Column %(number)s") % {"number": place + 1},
            "field": imported.fields[place],
            "filled": imported.filled[place] / imported.lines if imported.lines else 0,
            "samples": samples[place],
        }
        for place, name in enumerate(imported.header)
    ]
    bad = list(imported.rows.filter(outcome=Outcome.FAILED).order_by("number")[:LINES_SHOWN])
    told = imported.rows.exclude(outcome=Outcome.FAILED).exclude(reasons={}).order_by("number")
    return {
        "columns": columns,
        "dates": "" if month_first is None else _("month before day") if month_first else _("day before month"),
        "labels": list(CLIENT_LABELS.items()),
        "unknown": not commands.has_names(imported),
        "ignored": [one["name"] for one in columns if not one["field"]],
        "bad": [_bad(imported, row) for row in bad],
        "bad_more": max(0, imported.failed - LINES_SHOWN),
        "told": list(told[:LINES_SHOWN]),
        "told_more": max(0, told.count() - LINES_SHOWN),
    }


def _bad(imported: ClientImport, row: ImportLine) -> dict[str, Any]:
    """Return a bad line with the cells that can be mended: those that are wrong, or all where that is not known."""
    places = commands.places_of(imported)
    about = ["name" if one == "first_name" and "first_name" not in places else one for one in row.field.split()]
    is_known = about and set(about) <= set(places) and not row.problem and len(row.cells) <= len(imported.header)
    shown = [field for field in places if field in about] if is_known else list(places)
    cells = {field: row.cells[place] if place < len(row.cells) else "" for field, place in places.items()}
    rest = [cell for field, cell in cells.items() if field not in shown and cell]
    return {
        "row": row,
        "who": " · ".join(rest)[:160],
        "cells": [(field, CLIENT_LABELS[field], cells[field]) for field in shown],
    }


def _done(request: Page, imported: ClientImport) -> dict[str, Any]:
    """Return the lines that are to be named: bad ones, and what the undo had to leave."""
    wanted = Outcome.LEFT if imported.state == State.UNDONE else Outcome.FAILED
    page = page_of(imported.rows.filter(outcome=wanted), request.GET, order=("number", "id"))
    rows = list(page.rows)
    told = imported.rows.exclude(outcome__in=(Outcome.FAILED, Outcome.LEFT, Outcome.TWIN)).exclude(reasons={})
    more = list(told.order_by("number")[:LINES_SHOWN]) if imported.state == State.DONE else []
    known = {row.client_id for row in (*rows, *more) if row.client_id}
    clients = Client.objects.of(request.business).in_bulk(list(known))
    return {
        "page": page,
        "rows": [(row, clients.get(row.client_id or 0), " · ".join(filter(None, row.cells))[:160]) for row in rows],
        "told": [(row, clients.get(row.client_id or 0)) for row in more],
    }


def _campaign(request: Page) -> Campaign | None:
    """Return the campaign that the imported clients can be told of, where this person may tell them."""
    found = default_campaign(request.business) if request.may("campaigns.manage") else None
    return found if found and channels_of(found) else None


def _telling(request: Page, imported: ClientImport) -> dict[str, Any]:
    """Return the announcement to those who were added, or how many would get one."""
    told = newcomers_told(request.business, imported.pk)
    campaign = None if told or imported.state != State.DONE else _campaign(request)
    gets = 0
    if campaign or (told and told.may_stop):
        added = clients_told(request.business).filter(import_id=imported.pk)
        ways = channels_of(campaign) if campaign else told.channels if told else []
        gets = max((each.gets for each in reaches(request.business, ways, clients=added, now=request.now)), default=0)
    return {"told_of": told, "campaign": campaign if gets else None, "gets": gets}


@staff("campaigns.manage")
@require_POST
def tell(request: Page, clientimport: str) -> HttpResponse:
    """Tell the clients whom a file added about the campaign, after a pause in which it can be stopped."""
    imported = get(request.business, ClientImport, clientimport)
    imported.business = request.business
    if imported.state == State.DONE and _campaign(request):
        commands.tell_newcomers(imported, actor=request.actor, now=request.now)
    return redirect("b:import", request.business.slug, imported.public_id)


@staff("imports.run")
@require_POST
def columns(request: Page, clientimport: str) -> HttpResponse:
    """Take which column is what, and look through the file again."""
    imported = get(request.business, ClientImport, clientimport)
    said = [request.POST.get(f"column-{place}", "") for place in range(len(imported.header))]
    try:
        commands.map_columns(imported, said)
    except Refused as error:
        messages.error(request, str(error))
    else:
        commands.look_through(imported, now=request.now)
    return redirect("b:import", request.business.slug, imported.public_id)


@staff("imports.run")
@require_POST
def lines(request: Page, clientimport: str) -> HttpResponse:
    """Take the mended cells of bad lines, and look at those lines again."""
    imported = get(request.business, ClientImport, clientimport)
    mended = _mended(request)
    good = commands.mend_lines(imported, mended, now=request.now)
    if good:
        messages.success(request, _("Lines that are good now: %(count)s.") % {"count": good})
    else:
        messages.warning(request, _("These lines cannot be imported yet. Each says why."))
    return redirect("b:import", request.business.slug, imported.public_id)


def _mended(request: Page) -> dict[int, dict[str, str]]:
    """Return the cells that were sent along, by line and field."""
    mended: dict[int, dict[str, str]] = {}
    for name, text in request.POST.items():
        line, _dash, field = name.removeprefix("cell-").partition("-")
        number = whole(line)
        if name.startswith("cell-") and number is not None:
            mended.setdefault(number, {})[field] = str(text)
    return mended


@staff("imports.run")
@require_POST
def run(request: Page, clientimport: str) -> HttpResponse:
    """Bring the file in, with what was mended on the page; pressed twice, it comes in once."""
    imported = get(request.business, ClientImport, clientimport)
    here = redirect("b:import", request.business.slug, imported.public_id)
    if left := commands.mend_changed(imported, _mended(request), now=request.now):
        text = ngettext(
            "Nothing is imported yet: %(count)s line that you corrected still has something wrong.",
            "Nothing is imported yet: %(count)s lines that you corrected still have something wrong.",
            left,
        )
        messages.warning(request, text % {"count": left})
        return here
    tell = "tell" in request.POST and _campaign(request) is not None
    invite = "invite" in request.POST and request.may("clients.manage")
    commands.start_import(imported, tell=tell, invite=invite, actor=request.actor, now=request.now)
    return here


@staff("imports.run")
@require_POST
def discard(request: Page, clientimport: str) -> HttpResponse:
    """Forget a file that is not to be brought in."""
    commands.discard_import(get(request.business, ClientImport, clientimport))
    messages.success(request, _("The file is forgotten; nothing of it was imported."))
    return redirect("b:imports", request.business.slug)


@staff("imports.run")
def undo(request: Page, clientimport: str) -> HttpResponse:
    """Say what undoing means, then take the whole import back."""
    imported = get(request.business, ClientImport, clientimport)
    here = reverse("b:import", args=[request.business.slug, imported.public_id])
    if request.method != "POST":
        context = {"nav": "clients", "title": _("Undo this import?"), "text": UNDO_TEXT, "act": _("Undo the import")}
        return render(request, "ui/confirm.html", context | {"back": here, "tone": "danger"})
    if not commands.start_undo(imported, actor=request.actor, now=request.now):
        messages.info(request, _("This import can no longer be undone."))
    return redirect(here)


UNDO_TEXT = gettext_lazy(
    "Clients it added go again, and those it changed are as before. Who has done something since stays and is named."
)

urlpatterns = [
    path("imports/", index, name="imports"),
    path("imports/<str:clientimport>/", show, name="import"),
    path("imports/<str:clientimport>/progress/", progress, name="import_progress"),
    path("imports/<str:clientimport>/columns/", columns, name="import_columns"),
    path("imports/<str:clientimport>/lines/", lines, name="import_lines"),
    path("imports/<str:clientimport>/run/", run, name="import_run"),
    path("imports/<str:clientimport>/tell/", tell, name="import_tell"),
    path("imports/<str:clientimport>/discard/", discard, name="import_discard"),
    path("imports/<str:clientimport>/undo/", undo, name="import_undo"),
]
