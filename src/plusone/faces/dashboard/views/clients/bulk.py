"""Acting on many clients at once: those picked, or all that match (R-073); each tab offers what works there."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from plusone.clients.commands import acts, start_job, tag_called, undo_job
from plusone.clients.models import Client, Job, Tag
from plusone.clients.queries import job_counts, job_reasons, tags_of
from plusone.faces.dashboard.forms import act_once
from plusone.faces.dashboard.people import actors
from plusone.faces.dashboard.telling import activation_lines
from plusone.faces.dashboard.views.assigning import ProfessionalForm
from plusone.faces.ui.http import Page, staff, without_second_step
from plusone.faces.ui.pages import page_of
from plusone.faces.ui.sheets import csv_answer
from plusone.faces.ui.toasts import with_undo
from plusone.kernel import clock
from plusone.kernel.access import get
from plusone.kernel.errors import NotHere, Refused
from plusone.messaging.channels import channels
from plusone.messaging.commands import message_to_many
from plusone.messaging.quiet import is_quiet, next_loud
from plusone.referrals.audience import reaches
from plusone.referrals.outlook import referrals_by_friend

from .common import PLACES
from .filters import Wanted, selected, tags_by_client
from .forms import DeleteLeadsForm, MessageForm

MAY = {
    "tag": "clients.manage",
    "untag": "clients.manage",
    "activate": "clients.activate",
    "archive": "clients.activate",
    "reactivate": "clients.activate",
    "assign": "clients.assign",
    "invite": "clients.manage",
    "message": "campaigns.manage",
    "delete_leads": "clients.delete",
}
SHOWN = 100
SHEET_ROWS = 500


@staff("clients.view")
@require_POST
def several(request: Page) -> HttpResponseBase:
    """Tag, assign, write to, activate, archive, bring back or hand out the picked rows; some acts ask first (R-059)."""
    here = _here(request)
    act = request.POST.get("act", "")
    if act != "export" and not request.may(MAY.get(act, "settings.manage")):
        raise NotHere
    chosen = selected(request.business, request.clients(), request.POST, now=request.now)
    if not chosen.exists():
        messages.warning(request, _("Select at least one row first."))
        return redirect(here)
    if act == "export":
        return _export(request, chosen)
    if act not in MAY:
        raise NotHere
    if act == "activate" and "sure" not in request.POST:
        return _ask(request, chosen, here)
    if act in ASKING:
        answer = ASKING[act](request, chosen, here)
        return answer if isinstance(answer, HttpResponse) else _start(request, act, chosen, here, answer)
    try:
        options = _options(request, act)
    except Refused as error:
        messages.warning(request, str(error))
        return redirect(here)
    if act == "activate":
        chosen = chosen.filter(status=Client.Status.LEAD)
    return _start(request, act, chosen, here, options)


def _start(request: Page, act: str, chosen: QuerySet[Client], here: str, options: dict[str, Any]) -> HttpResponse:
    job = start_job(request.business, act, chosen, options=options, actor=request.actor, now=request.now)
    if not job.is_over:
        return redirect("b:job", request.business.slug, job.public_id)
    _say(request, job)
    return redirect(here)


def _here(request: Page) -> str:
    """Return the list the rows were picked in, as it was."""
    place = PLACES.get(request.GET.get("from", ""), "b:clients")
    query = Wanted.read(request.POST).query() if place == "b:clients" else ""
    return reverse(place, args=[request.business.slug]) + (query if query != "?" else "")


def _options(request: Page, act: str) -> dict[str, int]:
    """Return what else an act needs: its tag, made where it is new (R-081). Raise Refused."""
    if act == "tag":
        return {"tag": tag_called(request.business, request.POST.get("tag_name", "")).pk}
    if act == "untag":
        wanted = " ".join(request.POST.get("tag_name", "").split()).casefold()
        found = next((tag for tag in tags_of(request.business) if tag.name.casefold() == wanted), None)
        if found is None:
            raise Refused(_("Write the name of the tag to remove."))
        return {"tag": found.pk}
    return {}


def _ask(request: Page, chosen: QuerySet[Client], here: str) -> HttpResponse:
    leads = chosen.filter(status=Client.Status.LEAD)
    count = leads.count()
    shown = list(leads.order_by("-pk")[:SHOWN])
    lines = activation_lines(request.business, shown, seen=request.seen, now=request.now)
    context = {
        "nav": "leads" if request.GET.get("from") == "leads" else "clients",
        "title": ngettext("Activate %(count)s lead?", "Activate %(count)s leads?", count) % {"count": count},
        "rows": [(lead, lines[lead.pk]) for lead in shown],
        "more": count - len(shown),
        "others": chosen.count() - count,
        "kept": Wanted.read(request.POST).pairs() if request.POST.get("all") else [],
        "picks": [] if request.POST.get("all") else request.POST.getlist("pick"),
        "back": here,
    }
    return render(request, "dashboard/clients/activate_several.html", context)


def _kept(request: Page) -> dict[str, Any]:
    """Return what a page that asks first hands on: which clients were meant."""
    every = bool(request.POST.get("all"))
    return {
        "every": every,
        "kept": Wanted.read(request.POST).pairs() if every else [],
        "picks": [] if every else request.POST.getlist("pick"),
    }


def _ask_professional(request: Page, chosen: QuerySet[Client], here: str) -> HttpResponse | dict[str, Any]:
    """Ask who is to look after them (R-102)."""
    form = ProfessionalForm(request.POST if "sure" in request.POST else None, business=request.business)
    if "sure" in request.POST and form.is_valid():
        professional = form.chosen()
        return {"professional": professional.pk if professional else None}
    count = chosen.count()
    title = ngettext("Who looks after %(count)s client?", "Who looks after %(count)s clients?", count)
    context = {"nav": "clients", "title": title % {"count": count}, "form": form, "several": True, "back": here}
    return render(request, "dashboard/team/assign.html", context | _kept(request))


def _ask_message(request: Page, chosen: QuerySet[Client], here: str) -> HttpResponse:
    """Ask what to write, by what, and say whom it reaches and whom not."""
    form = MessageForm(request.POST if "sure" in request.POST else None, initial={"by": ["email", "portal"]})
    if "sure" in request.POST and form.is_valid():

        def act() -> str:
            words = message_to_many(**form.given())
            about: dict[str, Any] = {"options": words, "actor": request.actor, "now": request.now}
            return start_job(request.business, "message", chosen, **about).public_id

        made = act_once(form, f"message:{request.business.pk}", act)
        if made is not None:
            return redirect("b:job", request.business.slug, made)
    told: Any = chosen.filter(status__in=(Client.Status.LEAD, Client.Status.ACTIVE))
    count, passed = chosen.count(), told.count()
    context = {
        "nav": "clients",
        "title": ngettext("Write to %(count)s client", "Write to %(count)s clients", count) % {"count": count},
        "form": form,
        "back": here,
        "not_active": count - passed,
        "reaches": [
            (channels[one.channel].label, one)
            for one in reaches(request.business, ("email", "portal"), clients=told, now=request.now)
        ],
        "quiet_until": next_loud(request.business, request.now) if is_quiet(request.business, request.now) else None,
    }
    status = 422 if form.errors else 200
    return render(request, "dashboard/clients/write.html", context | _kept(request), status=status)


def _ask_delete(request: Page, chosen: QuerySet[Client], here: str) -> HttpResponse | dict[str, Any]:
    """Say who goes and what stays, and have the number typed (R-044, Q-05)."""
    leads = chosen.filter(status=Client.Status.LEAD)
    count = leads.count()
    if not count:
        messages.warning(request, _("Only leads can be deleted like this, and none of these is one."))
        return redirect(here)
    form = DeleteLeadsForm(request.POST if "sure" in request.POST else None, count=count)
    if "sure" in request.POST and form.is_valid():
        return {"reason": form.cleaned_data["reason"]}
    title = ngettext("Delete %(count)s lead for good?", "Delete %(count)s leads for good?", count) % {"count": count}
    shown = list(leads.order_by("-pk")[:SHOWN])
    context = {"nav": "leads", "title": title, "form": form, "rows": shown, "more": count - len(shown), "back": here}
    context |= {"others": chosen.count() - count, **_kept(request)}
    status = 422 if form.errors else 200
    return render(request, "dashboard/clients/delete_several.html", context, status=status)


ASKING = {"assign": _ask_professional, "message": _ask_message, "delete_leads": _ask_delete}


def _say(request: Page, job: Job) -> None:
    """Tell what a short job did, with its undo, and where the reasons stand if somebody was left out."""
    text = told(job)
    if job.undone_at is None and acts[job.act].can_undo:
        with_undo(request, text, undo=reverse("b:job_undo", args=[request.business.slug, job.public_id]))
    else:
        messages.success(request, text)


def told(job: Job) -> str:
    """Say what became of a job in a sentence or two."""
    counts = job_counts(job)
    done, left_out = counts["done"], counts["skipped"]
    if job.undone_at is not None and not counts["undone"]:
        return _("Stopped before anything was done.")
    if job.undone_at is not None:
        return _("Undone: %(count)s back as before.") % {"count": counts["undone"]}
    name = str(job.options.get("name", ""))
    if job.act in ("tag", "untag"):
        name = (
            Tag.objects.filter(business=job.business, pk=job.options["tag"]).values_list("name", flat=True).first()
            or ""
        )
    text = {
        "tag": lambda: ngettext(
            "%(count)s client has the tag “%(tag)s” now.", "%(count)s clients have the tag “%(tag)s” now.", done
        ),
        "untag": lambda: ngettext(
            "“%(tag)s” was taken from %(count)s client.", "“%(tag)s” was taken from %(count)s clients.", done
        ),
        "delete_tag": lambda: _("The tag “%(tag)s” is deleted."),
        "activate": lambda: ngettext(
            "%(count)s lead is an active client now.", "%(count)s leads are active clients now.", done
        ),
        "archive": lambda: ngettext("%(count)s client is archived.", "%(count)s clients are archived.", done),
        "reactivate": lambda: ngettext("%(count)s client is back.", "%(count)s clients are back.", done),
        "assign": lambda: ngettext("%(count)s client is assigned.", "%(count)s clients are assigned.", done),
        "delete_leads": lambda: ngettext(
            "%(count)s lead was deleted for good.", "%(count)s leads were deleted for good.", done
        ),
        "invite": lambda: ngettext(
            "%(count)s client is invited to the client area.", "%(count)s clients are invited to the client area.", done
        ),
        "message": lambda: ngettext("%(count)s client is written to.", "%(count)s clients are written to.", done),
    }[job.act]() % {"count": done, "tag": name}
    if left_out:
        text += " " + ngettext("%(count)s was left out.", "%(count)s were left out.", left_out) % {"count": left_out}
    return text


def _export(request: Page, chosen: QuerySet[Client]) -> HttpResponseBase:
    """Hand out the chosen clients as a CSV file, safe to open in a spreadsheet (FUZ-5)."""
    if not request.may("exports.make"):
        raise NotHere
    if elsewhere := without_second_step(request):
        return elsewhere
    business, tags = request.business, tags_of(request.business)
    header = [
        _("First name"),
        _("Last name"),
        _("E-mail"),
        _("Phone"),
        _("Status"),
        _("Tags"),
        _("Referred by"),
        _("Since"),
    ]

    def lines() -> object:
        last = None
        while True:
            rows = chosen.order_by("-pk") if last is None else chosen.order_by("-pk").filter(pk__lt=last)
            part = list(rows[:SHEET_ROWS])
            if not part:
                return
            last = part[-1].pk
            had, came = tags_by_client(part, tags), referrals_by_friend(business, part)
            for client in part:
                yield [
                    client.first_name,
                    client.last_name,
                    client.email,
                    client.phone,
                    client.get_status_display(),
                    ", ".join(tag.name for tag in had.get(client.pk, [])),
                    request.seen(came[client.pk].ambassador).full_name if client.pk in came else "",
                    clock.day_of(business, client.created_at).isoformat(),
                ]

    return csv_answer(f"clients-{business.slug}", header, lines())  # type: ignore[arg-type]  # a generator of rows


def _job(request: Page, public_id: str) -> Job:
    """Return a job that the reader may see: everybody's, or their own where they see their own clients alone."""
    found = get(request.business, Job, public_id)
    if not request.may("clients.all") and found.created_by != request.actor:
        raise NotHere
    found.business = request.business
    return found


@staff("clients.view")
def job(request: Page, job: str) -> HttpResponse:
    """Show how far a job is, and whom it left out for what reason."""
    found = _job(request, job)
    counts = job_counts(found)
    may_undo = acts[found.act].can_undo or found.state == Job.State.WAITING
    skipped = page_of(found.rows.filter(state="skipped").select_related("client"), request.GET)
    context = {
        "nav": "clients",
        "title": str(acts[found.act].label),
        "job": found,
        "counts": counts,
        "worked": found.total - counts["waiting"],
        "told": told(found),
        "reasons": job_reasons(found),
        "page": skipped,
        "who": actors(request.business, [found.created_by]).get(found.created_by, ""),
        "can_undo": may_undo and found.undone_at is None and request.may(MAY.get(found.act, "clients.activate")),
        "crumbs": [
            (_("Clients"), reverse("b:clients", args=[request.business.slug])),
            (str(acts[found.act].label), ""),
        ],
    }
    answer = render(request, "dashboard/clients/job.html", context)
    if not found.is_over:
        answer["Refresh"] = "3"
    return answer


@staff("clients.view")
@require_POST
def undo(request: Page, job: str) -> HttpResponse:
    """Take back a job for those for whom it was done."""
    found = _job(request, job)
    if not request.may(MAY.get(found.act, "clients.activate")):
        raise NotHere
    if undo_job(found, actor=request.actor, now=request.now) and found.is_over:
        _say(request, found)
        return redirect("b:tags" if found.act == "delete_tag" else "b:clients", request.business.slug)
    return redirect("b:job", request.business.slug, found.public_id)
