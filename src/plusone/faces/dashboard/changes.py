"""What an edit changed, from what to what, as the log's reader sees it (PRI-13)."""

from collections.abc import Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.countries import countries
from plusone.kernel.models import Business
from plusone.kernel.money import format_money
from plusone.kernel.permissions import ROLE_NAMES
from plusone.referrals.models import Terms
from plusone.store.models import Product

from .views.privacy import PrivacyForm
from .views.settings import SettingsForm


def changes(business: Business, events: Sequence[Event]) -> dict[int, list[str]]:
    """Return the lines that say what each of these events changed, by event."""
    offers = _offers(business, events)
    return {event.pk: [*_fields(business, event), *_states(event), *offers.get(event.pk, [])] for event in events}


def _fields(business: Business, event: Event) -> list[str]:
    """Say from what to what; of personal data the log has the names of the fields alone."""
    data = event.data
    names, before, after = (data.get(part) or () for part in ("open_fields", "before", "after"))
    told = {name: (old, new) for name, old, new in zip(names, before, after, strict=True)}
    lines = [
        _moved(_label(name), _value(business, name, before), _value(business, name, after))
        for name, (before, after) in told.items()
    ]
    if untold := [_label(str(name)) for name in data.get("fields") or () if name not in told]:
        lines.append(_("Changed: %(fields)s") % {"fields": ", ".join(untold)})
    return lines


def _states(event: Event) -> list[str]:
    """Say what a state or a role was before."""
    was = event.data.get("was")
    if was in ROLE_NAMES and event.data.get("role") in ROLE_NAMES:
        return [_moved(_("Role"), str(ROLE_NAMES[was]), str(ROLE_NAMES[event.data["role"]]))]
    if not was:
        return []
    states = dict(Client.Status.choices)
    return [_("Before: %(state)s") % {"state": states.get(was, was)}]


def _offers(business: Business, events: Sequence[Event]) -> dict[int, list[str]]:
    """Say what an offer was and is, where a campaign's terms changed; one query for all."""
    edits = [event for event in events if event.name == "campaign.terms_changed"]
    if not edits:
        return {}
    found = Terms.objects.filter(business=business, campaign_id__in={event.data["campaign"] for event in edits})
    texts = {
        (campaign, version): text.get((get_language() or "en")[:2]) or text.get("en", "")
        for campaign, version, text in found.values_list("campaign_id", "version", "text")
    }
    lines = {}
    for event in edits:
        campaign, version = event.data["campaign"], event.data["version"]
        before, after = texts.get((campaign, version - 1), ""), texts.get((campaign, version), "")
        lines[event.pk] = [_moved(_("Offer"), f"“{before}”", f"“{after}”")] if before and after else []
    return lines


def _moved(label: str, before: str, after: str) -> str:
    return _("%(field)s: from %(before)s to %(after)s") % {"field": label, "before": before, "after": after}


def _label(name: str) -> str:
    own = {
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "price": _("Price"),
        "visibility": _("Who sees it"),
        "access": _("Client area"),
        "own_words": _("Own words in the invitation"),
        "auto_apply_to_renewal": _("Balance pays renewals"),
        "sender_name": _("Sender's name"),
        "reply_to": _("Answers go to"),
        "idle_leads_months": _("How long leads are kept"),
        "mail_bodies_days": _("How long mails are kept"),
    }
    form = SettingsForm.base_fields.get(name) or PrivacyForm.base_fields.get(name)
    return own.get(name) or str(form.label if form else name.replace("_", " "))


def _value(business: Business, name: str, value: str) -> str:
    if value in ("yes", "no"):
        return _("yes") if value == "yes" else _("no")
    if name == "price" and value.isdecimal():
        return format_money(int(value), business.currency)
    if name == "visibility":
        return str(dict(Product.Visibility.choices).get(value, value))
    if name == "country":
        return dict(countries(get_language() or "en")).get(value, value) or "–"
    if name in ("quiet_from", "quiet_until"):
        return f"{value}:00"
    if name in ("kind", "legal_preset", "news_to", "language"):
        choices = getattr(SettingsForm.base_fields[name], "choices", ())
        return str(dict(choices).get(value, value)) or "–"
    return value or "–"
