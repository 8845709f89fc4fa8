"""Questions to rules and their runs."""

from dataclasses import dataclass

from django.db.models import QuerySet

from plusone.events.models import Event
from plusone.kernel.models import Business

from .defaults import DefaultRule, default_rules, owner_of
from .models import Rule, Run


@dataclass(frozen=True)
class DefaultInForce:
    """A default rule, and whether it is on for a business."""

    rule: type[DefaultRule]
    active: bool


def defaults_of(business: Business) -> list[DefaultInForce]:
    """All default rules as this business has them."""
    chosen = dict(Rule.objects.filter(business=business, owner__startswith="default:").values_list("owner", "active"))
    return [DefaultInForce(rule, chosen.get(owner_of(rule.name), rule.active)) for rule in default_rules]


def is_default_on(business: Business, name: str) -> bool:
    """Whether one default rule is on: "what will be sent", before it happens (Q-28)."""
    return next(default.active for default in defaults_of(business) if default.rule.name == name)


def failed_runs(business: Business) -> QuerySet[Run]:
    """The runs that were given up, newest first, with the event and the error of the last attempt."""
    return Run.objects.filter(business=business, state=Run.State.FAILED).select_related("event").order_by("-pk")


def runs_of(event: Event) -> QuerySet[Run]:
    """What rules made of an event."""
    return Run.objects.filter(event=event).order_by("pk")
