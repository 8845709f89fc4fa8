"""Settings ▸ Mail ▸ Your own mail server: try it with a test mail, use it, and go back to the installation's."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from plusone.faces.dashboard.forms import OnceForm, act_once, show_refusal
from plusone.faces.ui.http import Page, staff
from plusone.kernel.errors import Refused
from plusone.messaging.commands import draft_mail_server, remove_mail_server, send_test_mail, use_mail_server
from plusone.messaging.models import MAIL_PORTS, MailServer
from plusone.messaging.presets import OTHER, PRESETS
from plusone.messaging.queries import mail_server_of
from plusone.messaging.troubles import Trouble

from .mail import in_words, tests

FIELDS = ("preset", "host", "port", "security", "username", "sender")


class MailServerForm(OnceForm):
    """The server, and whose account it is. What was typed as password is never written into a page."""

    preset = forms.ChoiceField(
        choices=[(code, preset.label) for code, preset in PRESETS.items()], widget=forms.HiddenInput
    )
    sender = forms.EmailField(
        label=gettext_lazy("Mails come from"),
        max_length=254,
        help_text=gettext_lazy("An address that belongs to the account."),
    )
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    host = forms.CharField(
        label=gettext_lazy("Mail server"),
        max_length=253,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    port = forms.TypedChoiceField(
        label=gettext_lazy("Port"), coerce=int, choices=[(port, str(port)) for port in MAIL_PORTS]
    )
    security = forms.ChoiceField(label=gettext_lazy("Encryption"), choices=MailServer.Security.choices)


@staff("settings.manage")
def server(request: Page) -> HttpResponse:
    """Show it, with a provider's values filled in where one is chosen; send a test mail by it, and keep it."""
    business, kept = request.business, mail_server_of(request.business)
    form = MailServerForm(request.POST or None, initial=_initial(request, kept))
    form.fields["password"].required = kept is None
    trouble: Trouble | None = None
    if request.method == "POST" and form.is_valid():
        draft, trouble = _tried(request, form)
        if draft and not trouble:

            def save() -> str:
                use_mail_server(draft, actor=request.actor, now=request.now)
                return business.slug

            if act_once(form, f"mail-server:{business.pk}", save) is not None:
                messages.success(request, _saved(request))
                return redirect("b:mail", business.slug)
    chosen = str(form["preset"].value())
    context = {
        "nav": "mail",
        "title": _("Your own mail server"),
        "crumbs": [(_("Mail"), reverse("b:mail", args=[business.slug])), (_("Your own mail server"), "")],
        "form": form,
        "kept": kept,
        "presets": PRESETS.values(),
        "chosen": PRESETS.get(chosen, PRESETS[OTHER]),
        "trouble": trouble,
        "in_words": in_words(trouble, kept or MailServer()) if trouble else "",
        "to": _reader(request),
    }
    return render(request, "dashboard/settings/mail_server.html", context, status=422 if form.errors else 200)


def _initial(request: Page, kept: MailServer | None) -> dict[str, Any]:
    """Fill in what is kept, or what the chosen provider has."""
    asked = str(request.GET.get("preset", ""))
    if kept and asked in ("", kept.preset):
        return {name: getattr(kept, name) for name in FIELDS}
    preset = PRESETS.get(asked) or next(iter(PRESETS.values()))
    own = kept.sender if kept else request.business.email
    return {"preset": preset.code, "host": preset.host, "port": preset.port, "security": preset.security, "sender": own}


def _reader(request: Page) -> str:
    return str(getattr(request.user, "email", ""))  # who is let in has one


def _tried(request: Page, form: MailServerForm) -> tuple[MailServer | None, Trouble | None]:
    """Return the server that was meant, None where a field is wrong, and what a test mail by it met."""
    try:
        draft = draft_mail_server(request.business, **form.given())
    except Refused as error:
        show_refusal(form, error)
        return None, None
    if request.POST.get("act") == "save":
        return draft, None
    if not tests.allows(str(request.user.pk)):
        form.add_error(None, _("That were many test mails. Wait a minute."))
        return None, None
    return draft, send_test_mail(request.business, _reader(request), language=get_language() or "en", server=draft)


def _saved(request: Page) -> str:
    if request.POST.get("act") == "save":
        return _("Saved. Your mails leave by your own mail server.")
    told = _("Saved. The mail server took a test mail to %(address)s: see that it is not among spam.")
    return told % {"address": _reader(request)}


@staff("settings.manage")
def remove(request: Page) -> HttpResponse:
    """Ask, then go back to the installation's mail server."""
    business, back = request.business, reverse("b:mail", args=[request.business.slug])
    if request.method == "POST":
        if remove_mail_server(business, actor=request.actor, now=request.now):
            messages.success(request, _("Your mails leave by the installation's mail server again."))
        return redirect(back)
    context = {
        "title": _("Go back to the installation's mail server?"),
        "text": _("Your mails then come from the installation's address again. User name and password are forgotten."),
        "act": _("Remove"),
        "back": back,
    }
    return render(request, "ui/confirm.html", context)


urlpatterns = [
    path("settings/mail/server/", server, name="mail_server"),
    path("settings/mail/server/remove/", remove, name="mail_server_remove"),
]
