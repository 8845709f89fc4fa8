"""What clients are told of a campaign: words, preview, who gets it and who does not, a test, and how far it is."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from plusone.clients.models import Client
from plusone.clients.queries import tags_of
from plusone.faces.dashboard.forms import OnceForm, act_once
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.toasts import with_undo
from plusone.kernel.access import get
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.messaging.channels import channels
from plusone.messaging.quiet import is_quiet, next_loud
from plusone.messaging.rendering import render as render_message
from plusone.messaging.texts import Context, placeholders, templates
from plusone.referrals import commands
from plusone.referrals.audience import (
    MAILINGS_SHOWN,
    Progress,
    announcement_of,
    channels_of,
    clients_told,
    mailings_of,
    progress_of,
    reaches,
    reminders_of,
)
from plusone.referrals.models import Campaign, Mailing
from plusone.referrals.news import GAPS, clean_texts, words_in

SAMPLES = 50
TESTED = "tested"


class WordsForm(OnceForm):
    """A text in each language."""

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = sorted(settings.LANGUAGES, key=lambda pair: pair[0] != business.language)
        for code, _name in self.languages:
            self.fields[f"subject_{code}"] = forms.CharField(label=_("Subject"), required=False, max_length=150)
            area = forms.Textarea(attrs={"rows": 9})
            self.fields[f"text_{code}"] = forms.CharField(label=_("Text"), required=False, max_length=4000, widget=area)

    def parts(self) -> list[tuple[str, str, Any, Any]]:
        """Return code, name and both fields of each language."""
        return [(code, name, self[f"subject_{code}"], self[f"text_{code}"]) for code, name in self.languages]

    def texts(self) -> dict[str, dict[str, str]]:
        """Return what was typed, by language."""
        given = self.cleaned_data
        return {
            code: {"subject": given.get(f"subject_{code}", ""), "text": given.get(f"text_{code}", "")}
            for code, _name in self.languages
        }


class NewsForm(WordsForm):
    """The announcement, and by what it is sent."""

    tell_by_email = forms.BooleanField(label=gettext_lazy("By e-mail"), required=False)
    tell_by_portal = forms.BooleanField(label=gettext_lazy("As a notice in their pages"), required=False)


def initial_of(campaign: Campaign) -> dict[str, Any]:
    """Return what the form shows: own words, else the usual ones."""
    switches = {"tell_by_email": campaign.tell_by_email, "tell_by_portal": campaign.tell_by_portal}
    return {**switches, **initial_words(campaign.news)}


def initial_words(texts: dict[str, dict[str, str]], kind: str = "announcement") -> dict[str, str]:
    """Return own words, else the usual ones, as the fields have them."""
    shown: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        words = words_in(texts, code, kind)
        shown |= {f"subject_{code}": words["subject"], f"text_{code}": words["text"]}
    return shown


def gaps_shown() -> list[tuple[str, Any]]:
    """Return the placeholders that a text may have, each with its meaning."""
    return [("{" + name + "}", placeholders[name].label) for name in GAPS]


@staff("campaigns.view")
def page(request: Page, campaign: str) -> HttpResponse:
    """Show it all."""
    return _page(request, get(request.business, Campaign, campaign))


@staff("campaigns.view")
@require_POST
def preview(request: Page, campaign: str) -> HttpResponse:
    """Show how a client would read it, while it is being written."""
    found = get(request.business, Campaign, campaign)
    form = NewsForm(request.POST, business=request.business)
    return render(request, "dashboard/campaign/news_preview.html", preview_of(request, found.news, form))


@staff("campaigns.manage")
@require_POST
def save(request: Page, campaign: str) -> HttpResponse:
    """Keep the words; then send a test, or tell the clients, where that was pressed."""
    found = get(request.business, Campaign, campaign)
    form = NewsForm(request.POST, business=request.business)
    if not form.is_valid():
        return _page(request, found, form)

    def act() -> str:
        commands.write_news(
            found,
            texts=form.texts(),
            by_email=form.cleaned_data["tell_by_email"],
            by_portal=form.cleaned_data["tell_by_portal"],
            actor=request.actor,
            now=request.now,
        )
        if "test" in request.POST:
            commands.send_test(found, request.collaborator.user, sample=sample_of(request), now=request.now)
            return TESTED
        if "send" in request.POST and found.is_active:
            made = commands.announce(found, again=True, actor=request.actor, now=request.now)
            return f"queued:{made.public_id}" if made else _("Saved. No message will be sent, for no channel is on.")
        return _("Saved.")

    said = act_once(form, f"news:{found.pk}", act)
    if said is None:
        return _page(request, found, form)
    if said == TESTED:
        told = _("A test is on its way to %(email)s.") % {"email": request.collaborator.user.email}
        messages.success(request, told)
    elif said.startswith("queued:"):
        say_queued(request, found)
    else:
        messages.success(request, said)
    return redirect("b:campaign_news", request.business.slug, found.public_id)


@staff("campaigns.manage")
@require_POST
def stop(request: Page, mailing: str) -> HttpResponse:
    """Stop what nobody has yet."""
    found = get(request.business, Mailing, mailing)
    if commands.stop_mailing(found, actor=request.actor, now=request.now):
        messages.success(request, _("Stopped. Nobody was written to."))
    else:
        messages.warning(request, _("It has begun already. You can pause it."))
    return _back(request, found)


@staff("campaigns.manage")
@require_POST
def pause(request: Page, mailing: str) -> HttpResponse:
    """Pause what is being sent."""
    found = get(request.business, Mailing, mailing)
    if commands.pause_mailing(found, paused=True, actor=request.actor, now=request.now):
        messages.success(request, _("Paused. What the mail server has already is on its way."))
    return _back(request, found)


@staff("campaigns.manage")
@require_POST
def resume(request: Page, mailing: str) -> HttpResponse:
    """Let it go on where it stood."""
    found = get(request.business, Mailing, mailing)
    if commands.pause_mailing(found, paused=False, actor=request.actor, now=request.now):
        messages.success(request, _("It goes on where it stood. Nobody gets it twice."))
    return _back(request, found)


def say_queued(request: Page, campaign: Campaign) -> bool:
    """Say on the next page that the clients are about to be told, with the way to stop it. Say whether they are."""
    mailing = announcement_of(campaign)
    if mailing is None or not mailing.may_stop:
        return False
    count = max((one.gets for one in reaches(request.business, mailing.channels, now=request.now)), default=0)
    told = ngettext("%(count)s client is told in 30 seconds.", "%(count)s clients are told in 30 seconds.", count) % {
        "count": count
    }
    with_undo(request, told, undo=reverse("b:mailing_stop", args=[request.business.slug, mailing.public_id]))
    return True


def _back(request: Page, mailing: Mailing) -> HttpResponse:
    return redirect("b:campaign_news", request.business.slug, mailing.campaign.public_id)


def samples_of(request: Page) -> list[Client]:
    """Return the first clients, of whom one can be chosen as whom the preview reads; own ones (R-221)."""
    return list(_told(request).order_by("pk")[:SAMPLES])


def _told(request: Page) -> QuerySet[Client]:
    return clients_told(request.business).filter(**request.own())


def sample_of(request: Page, samples: list[Client] | None = None) -> Client | None:
    """Return the client as whom the preview reads: the chosen one, else the first; of `samples` at hand, where it is
    one of them."""
    samples = samples_of(request) if samples is None else samples
    wanted = request.POST.get("as") or request.GET.get("as") or ""
    found = next((one for one in samples if one.public_id == wanted), None)
    if found is None and wanted:
        found = _told(request).filter(public_id=wanted).first()
    found = found or next(iter(samples), None)
    if found:
        found.business = request.business
    return found


def preview_of(
    request: Page,
    texts: dict[str, dict[str, str]],
    form: WordsForm,
    *,
    kind: str = "announcement",
    samples: list[Client] | None = None,
) -> dict[str, Any]:
    """Return what a client would read, in their language; nothing while the words are wrong."""
    sample = sample_of(request, samples)
    language = sample.reads() if sample else request.business.language
    try:
        texts = clean_texts(form.texts(), kind) if form.is_bound and form.is_valid() else texts
    except Refused as error:
        return {"fault": str(error)}
    words = words_in(texts, language, kind)
    data = words if sample else {**words, "link": f"{settings.BASE_URL}/r/…"}
    ctx = Context(request.business, request.now, language=language, client=sample, data=data)
    shown = render_message(templates["campaign.news"](), ctx, is_bare=True)
    return {"shown": shown, "sample": sample, "language": language}


def _row(mailing: Mailing, progress: Progress) -> dict[str, Any]:
    """Return a mailing with its counts by channel, and how many of its mails rest at night."""
    ways = [(channels[way.channel](), way) for way in progress.ways]
    return {
        "mailing": mailing,
        "ways": [(kind.label, way) for kind, way in ways],
        "progress": progress,
        "resting": 0 if mailing.ended_at else sum(way.waiting for kind, way in ways if kind.disturbs),
    }


def _was_told(campaign: Campaign, newest: list[Mailing]) -> bool:
    """Say whether clients heard of the campaign: the newest mailings tell, but where reminders have pushed that out."""
    told = (row.kind == Mailing.Kind.ANNOUNCEMENT and row.state != Mailing.State.STOPPED for row in newest)
    return any(told) or (len(newest) == MAILINGS_SHOWN and announcement_of(campaign) is not None)


def _page(request: Page, campaign: Campaign, form: NewsForm | None = None) -> HttpResponse:
    business = request.business
    status = 422 if form is not None and form.errors else 200
    form = form or NewsForm(business=business, initial=initial_of(campaign))
    rows = mailings_of(campaign)
    quiet_until = next_loud(business, request.now) if is_quiet(business, request.now) else None
    newest = next((row for row in rows if row.kind == Mailing.Kind.ANNOUNCEMENT), None)
    progress, reached = progress_of(business, rows, channels_of(campaign), now=request.now)
    tags, samples = {tag.public_id: tag for tag in tags_of(business)}, samples_of(request)
    context = {
        "nav": "campaign",
        "title": _("Tell your clients"),
        "crumbs": [
            (campaign.name, reverse("b:campaign_one", args=[business.slug, campaign.public_id])),
            (_("Tell your clients"), ""),
        ],
        "campaign": campaign,
        "form": form,
        "gaps": gaps_shown(),
        "samples": samples,
        "reaches": [(channels[one.channel].label, one) for one in reached],
        "rows": [_row(row, progress[row.pk]) for row in rows],
        "newest": newest,
        "was_told": _was_told(campaign, rows),
        "quiet_until": quiet_until,
        "may_manage": request.may("campaigns.manage") and campaign.state != Campaign.State.ARCHIVED,
        "me": request.collaborator.user.email,
        "reminders": [
            (one, [channels[name].label for name in one.channels], [tags.get(code) for code in one.tags])
            for one in reminders_of(campaign)
        ],
        **preview_of(request, campaign.news, form, samples=samples),
    }
    return render(request, "dashboard/campaign/news.html", context, status=status)
