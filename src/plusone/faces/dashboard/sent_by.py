"""“Who sent you?” at the desk: a name, an e-mail, a phone or a code (CASES 15, UX 10)."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.clients.models import Client
from plusone.faces.ui.http import Page
from plusone.kernel.ids import clean_code
from plusone.kernel.models import Business
from plusone.referrals.commands import attach_referral
from plusone.referrals.queries import asks_who_sent

SHOWN = 8
DIGITS_MIN = 6


def matches(business: Business, text: str, *, but: Client | None = None) -> list[Client]:
    """Return active clients whose code, name, address or phone this is, or would be without a typo."""
    active = Client.objects.of(business).filter(status=Client.Status.ACTIVE)
    if but is not None:
        active = active.exclude(pk=but.pk)
    if by_code := list(active.filter(code=clean_code(text))):
        return by_code
    return list(active.find(business, text).order_by("first_name", "last_name", "id")[:SHOWN])


class SentByForm(forms.Form):
    """An optional field. One match is taken; of several, or of near ones, staff choose."""

    sent_by = forms.CharField(
        label=gettext_lazy("Who sent them?"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Name, e-mail, phone or code of the client who recommended you."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    sent_by_one = forms.CharField(max_length=22, required=False)

    def __init__(self, *args: Any, business: Business, friend: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.business, self.friend = business, friend
        self.found: list[Client] = []

    def clean(self) -> dict[str, Any]:
        """Find who is meant; `ambassador` is that client, or None where nothing was typed."""
        given = super().clean() or self.cleaned_data
        given["ambassador"] = None
        text = given.get("sent_by", "")
        if not text:
            return given
        self.found = matches(self.business, text, but=self.friend)
        chosen = [client for client in self.found if client.public_id == given.get("sent_by_one")]
        exact = [client for client in self.found if _is_exactly(client, text)]
        sure = chosen or (exact if len(exact) == 1 else [])
        if sure:
            given["ambassador"] = sure[0]
        elif self.found:
            self.add_error("sent_by", _("Which of these is it?"))
        else:
            self.add_error("sent_by", _("No active client is called that. Ask for their e-mail, phone or code."))
        return given


def asked_who_sent(request: Page, friend: Client) -> SentByForm | None:
    """Return the question, where it is open and in time, and this reader may say it (R-211)."""
    if not request.may("referrals.manage") or not asks_who_sent(friend, now=request.now):
        return None
    return SentByForm(request.POST or None, business=request.business, friend=friend)


def note_who_sent(request: Page, friend: Client, sent_by: SentByForm | None) -> str:
    """Tie the buyer to who recommended them, before the payment that may make a reward due; return the sentence that
    says so once that payment stands."""
    ambassador = sent_by.cleaned_data["ambassador"] if sent_by else None
    if ambassador is None:
        return ""
    attach_referral(request.business, ambassador, friend, actor=request.actor, now=request.now)
    names = {"ambassador": ambassador.full_name, "name": friend.full_name}
    return _("%(ambassador)s recommended %(name)s: noted.") % names


def _is_exactly(client: Client, text: str) -> bool:
    """Say whether what was typed names this client without a guess."""
    said = text.strip().casefold()
    if said in {
        client.code,
        client.full_name.casefold(),
        client.first_name.casefold(),
        (client.email or "").casefold(),
    }:
        return True
    digits = "".join(letter for letter in said if letter.isdecimal())
    return len(digits) >= DIGITS_MIN and client.phone.endswith(digits)
