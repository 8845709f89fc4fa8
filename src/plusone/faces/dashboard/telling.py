"""What happened and what will happen, in plain words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plusone.clients.models import Client
from plusone.events.facts import facts
from plusone.events.models import Event
from plusone.events.queries import whys
from plusone.kernel.models import Business
from plusone.kernel.money import format_money
from plusone.referrals.models import Referral
from plusone.referrals.outlook import Expected, expected_on_activation
from plusone.rewards.models import Reward
from plusone.rewards.types import types

from .people import actors


def activation_lines(
    business: Business,
    leads: Sequence[Client],
    *,
    seen: Callable[[Client], Client] = lambda client: client,
    nobody: str | None = None,
    came: Mapping[int, Referral] | None = None,
    now: datetime,
) -> dict[int, list[str]]:
    """Return who receives what when each lead is activated, as sentences by lead (R-059).

    `seen` says how their reader may see a client (`request.seen`), `nobody` what stands where nobody receives anything,
    `came` what brought them, where the page has that at hand.
    """
    expected = expected_on_activation(business, leads, came=came, now=now)
    nothing = [_("Nobody is rewarded for this.")] if nobody is None else [nobody] if nobody else []
    return {lead.pk: [_will(business, row, seen) for row in expected.get(lead.pk, [])] or nothing for lead in leads}


def _will(business: Business, expected: Expected, seen: Callable[[Client], Client]) -> str:
    reward = expected.reward
    parts = {"name": seen(reward.client).full_name, "reward": types[reward.kind]().phrase(business, reward.params)}
    if expected.state == Reward.State.ON_HOLD:
        text = ngettext(
            "%(name)s will receive %(reward)s after a verification period of %(days)s day.",
            "%(name)s will receive %(reward)s after a verification period of %(days)s days.",
            reward.hold_days,
        )
        return text % {**parts, "days": reward.hold_days}
    if expected.state == Reward.State.AWAITING_APPROVAL:
        return _("%(name)s will receive %(reward)s once you approve it.") % parts
    return _("%(name)s will receive %(reward)s.") % parts


@dataclass(frozen=True)
class Told:
    """One line of a history: what, its details, who did it, when, and why."""

    event: Event
    what: str
    details: list[str]
    who: str
    why: list[str]


def history(business: Business, events: Sequence[Event], *, who: dict[str, str] | None = None) -> list[Told]:
    """Return events as people read them, each with the chain of what caused it; `who` names their actors, where the
    page has them at hand."""
    causes = whys(business, events)
    who = actors(business, [event.actor for event in events]) if who is None else who
    return [
        Told(
            event=event,
            what=_says(event),
            details=_details(business, event),
            who=who.get(event.actor, ""),
            why=[_says(cause) for cause in causes.get(event.pk, [])],
        )
        for event in events
    ]


def _says(event: Event) -> str:
    fact = facts.get(event.name)
    return str(fact.says) if fact else event.name


def _details(business: Business, event: Event) -> list[str]:
    data = event.data
    money = {
        "amount": _("Amount"),
        "total": _("Total"),
        "cash": _("In money"),
        "balance": _("With balance"),
        "refunded": _("Refunded"),
        "to_balance": _("Back to the balance"),
        "to_method": _("Back in money"),
    }
    lines = [
        _("%(label)s: %(money)s") % {"label": label, "money": format_money(data[name], business.currency)}
        for name, label in money.items()
        if isinstance(data.get(name), int) and data[name]
    ]
    via = {"manual": _("by hand"), "purchase": _("by a purchase")}.get(str(data.get("via", "")))
    side = {"friend": _("the friend's gift"), "ambassador": _("the ambassador's reward")}.get(str(data.get("side", "")))
    lines += [text for text in (via, side) if text]
    if event.imported:
        lines.append(_("imported"))
    return lines
