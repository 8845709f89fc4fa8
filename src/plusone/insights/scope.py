"""Which part of a business a figure is about: days, a campaign, and the moment of the question."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Q

from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.referrals.models import Campaign


def is_counted(day: date) -> bool:
    """Say whether figures can be asked for of a day: those near the ends of the calendar have no moments around them
    in every zone."""
    return 2000 <= day.year <= 2100


@dataclass(frozen=True)
class Scope:
    """The days from `since` to `until` of a business, both included, None for open; one campaign, or all."""

    business: Business
    now: datetime
    since: date | None = None
    until: date | None = None
    campaign: Campaign | None = None

    @cached_property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """The first moment, and the first moment after the end."""
        return clock.days_range(self.business, self.since, self.until)

    @property
    def is_past(self) -> bool:
        """Whether the last day is over: then what stands at its end is read back from the log and the books."""
        return self.span[1] is not None and self.span[1] <= self.now

    @property
    def moment(self) -> datetime:
        """When figures that stand at the end are taken: the end of the last day, or now."""
        end = self.span[1]
        return end if end is not None and end <= self.now else self.now

    def during(self, field: str) -> Q:
        """Keep rows whose `field` lies on the days of the scope."""
        first, end = self.span
        found = Q(**{f"{field}__isnull": False})
        if first is not None:
            found &= Q(**{f"{field}__gte": first})
        if end is not None:
            found &= Q(**{f"{field}__lt": end})
        return found

    def by_end(self, field: str) -> Q:
        """Keep rows whose `field` lies before the end of the scope."""
        return Q(**{f"{field}__lt": self.span[1]}) if self.is_past else Q(**{f"{field}__isnull": False})

    def not_by_end(self, field: str) -> Q:
        """Keep rows whose `field` is empty, or lies after the end of the scope."""
        empty = Q(**{f"{field}__isnull": True})
        return empty | Q(**{f"{field}__gte": self.span[1]}) if self.is_past else empty
