"""Settings ▸ Mail: who mails come from, whether they leave, whether they are believed, and who is not written to."""

from email.utils import parseaddr
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.connect.commands import edit_business
from plusone.faces.dashboard.forms import OnceForm, act_once
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.limits import Limiter
from plusone.kernel import dns
from plusone.kernel.access import get
from plusone.mailers import PROVIDERS
from plusone.messaging.channels import channels
from plusone.messaging.commands import lift_suppression, send_test_mail
from plusone.messaging.lines import is_readable
from plusone.messaging.models import MailServer, Suppression
from plusone.messaging.presets import needs_no_records, preset_of, sent_by
from plusone.messaging.queries import mail_server_of, suppressed, unsent
from plusone.messaging.troubles import Trouble

FIELDS = ("sender_name", "reply_to", "address")
tests = Limiter(5, 60)

WHAT_FOR = {
    "SPF": gettext_lazy("Says which servers may send mail for this domain."),
    "DKIM": gettext_lazy("Lets your provider sign each mail. It shows you the record; a key is in it, so copy theirs."),
    "DMARC": gettext_lazy("Says what to do with mail that only pretends to come from this domain."),
}
VERDICTS = {
    "good": ("good", gettext_lazy("In order")),
    "missing": ("bad", gettext_lazy("Missing")),
    "wrong": ("warn", gettext_lazy("Does not do its work")),
    "unknown": ("", gettext_lazy("Nobody answered")),
    "": ("", gettext_lazy("Not checked")),
}


class MailForm(OnceForm):
    """What readers see of the business in a mail."""

    sender_name = forms.CharField(
        label=gettext_lazy("Sender's name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Left empty, it is the name of your business."),
    )
    reply_to = forms.EmailField(
        label=gettext_lazy("Answers go to"),
        required=False,
        help_text=gettext_lazy("Left empty, they go to your contact address."),
    )
    address = forms.CharField(
        label=gettext_lazy("Postal address"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("It stands at the end of promotional mails; many countries ask for it."),
    )


@staff("settings.manage")
def mail(request: Page) -> HttpResponse:
    """Show and change it. With `?check=1` the name servers are asked."""
    business = request.business
    form = MailForm(request.POST or None, initial={field: getattr(business, field) for field in FIELDS})
    if request.method == "POST" and form.is_valid():

        def save() -> str:
            edit_business(business, **form.given(), actor=request.actor, now=request.now)
            return business.slug

        if act_once(form, f"mail:{business.pk}", save) is not None:
            messages.success(request, _("Saved."))
            return redirect("b:mail", business.slug)
        business.refresh_from_db()
    own = mail_server_of(business)
    sender = own.sender if own else parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    domain = sender.rpartition("@")[2]
    by_api = not own and settings.EMAIL_PROVIDER
    context = {
        "nav": "mail",
        "title": _("Mail"),
        "form": form,
        "ready": channels["email"]().is_ready(business),
        "own": own,
        "preset": preset_of(own) if own else None,
        "is_readable": not own or is_readable(own),
        "installation_sends": bool(settings.MAILERS),
        "sender": sender,
        "server": _server(own) if own else settings.EMAIL_SERVER,
        "provider": PROVIDERS[settings.EMAIL_PROVIDER].label if by_api else "",
        "domain": domain,
        "is_nowhere": dns.is_nowhere(domain),
        "records": [] if own and needs_no_records(own) else _records(own, checked=bool(request.GET.get("check"))),
        "checked": bool(request.GET.get("check")),
        "unsent": unsent(business, at=timezone.now()),
        "suppressed": suppressed(business),
    }
    return render(request, "dashboard/settings/mail.html", context)


@staff("settings.manage")
@require_POST
def test(request: Page) -> HttpResponse:
    """Send a mail to whoever asks, at once, and say in words what came of it."""
    to = str(getattr(request.user, "email", ""))  # who is let in has one
    own = mail_server_of(request.business)
    if not channels["email"]().is_ready(request.business):
        messages.error(request, _("This installation has no mail server yet."))
    elif not tests.allows(str(request.user.pk)):
        messages.error(request, _("That were many test mails. Wait a minute."))
    elif trouble := send_test_mail(request.business, to, language=get_language() or "en", server=own):
        messages.error(request, in_words(trouble, own))
    else:
        messages.success(request, _("The mail server took a test mail to %(address)s.") % {"address": to})
    return redirect("b:mail", request.business.slug)


def in_words(trouble: Trouble, own: MailServer | None) -> str:
    """Return what went wrong, what to do where the server is the business's own, and what the server said itself."""
    said = _("The mail server said: “%(said)s”") % {"said": trouble.said[:200]} if trouble.said else ""
    return " ".join(part for part in (trouble.sentence, trouble.advice if own else "", said) if part)


@staff("settings.manage")
def write_again(request: Page, suppression: str) -> HttpResponse:
    """Take an address off the list, after asking."""
    found, back = (
        get(request.business, Suppression, suppression),
        f"{reverse('b:mail', args=[request.business.slug])}#suppressed",
    )
    if request.method == "POST":
        if lift_suppression(found):
            messages.success(request, _("That address is written to again."))
        return redirect(back)
    context = {
        "title": _("Write to this address again?"),
        "text": _("Do it once the address is right, or its reader has asked for it."),
        "act": _("Write again"),
        "back": back,
    }
    return render(request, "ui/confirm.html", context)


def _server(own: MailServer) -> str:
    preset = preset_of(own)
    return f"{own.host} ({preset.label})" if preset.host else own.host


def _records(own: MailServer | None, *, checked: bool) -> list[dict[str, Any]]:
    """Return what the sender's domain should have, and with `checked` what it has."""
    domain = own.domain if own else parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    server, selector = (sent_by(own), "") if own else (settings.EMAIL_SENT_BY, settings.DKIM_SELECTOR)
    found = dns.look(domain, server=server, selector=selector, resolver=None if checked else _Nobody())
    rows = []
    for record in found:
        tone, verdict = VERDICTS[record.verdict if checked else ""]
        where = preset_of(own).dkim if own and record.kind == "DKIM" else ""
        row = {"record": record, "what_for": WHAT_FOR[record.kind], "where": where, "tone": tone, "verdict": verdict}
        rows.append(row)
    return rows


class _Nobody:
    """A name server that knows nothing: for the records to copy, before anybody is asked."""

    def texts(self, name: str) -> list[str]:
        """Answer nothing."""
        raise dns.NoAnswer


urlpatterns = [
    path("settings/mail/", mail, name="mail"),
    path("settings/mail/test/", test, name="mail_test"),
    path("settings/mail/suppressed/<str:suppression>/lift/", write_again, name="mail_lift"),
]
