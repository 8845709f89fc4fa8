"""Which days and which campaign a page is about, read from its address, so that the address can be shared."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.faces.ui.http import Page
from plusone.insights.scope import Scope, is_counted
from plusone.kernel import clock
from plusone.referrals.models import Campaign
from plusone.referrals.queries import campaigns_of

type Days = tuple[date | None, date | None]


def _month(today: date, back: int, long: int = 1) -> Days:
    """Return the days of `long` calendar months, the first one `back` months before today's."""
    first = today.year * 12 + today.month - 1 - back
    end = first + long
    return date(first // 12, first % 12 + 1, 1), date(end // 12, end % 12 + 1, 1) - timedelta(days=1)


PRESETS: dict[str, tuple[str | Promise, Callable[[date], Days]]] = {
    "all": (gettext_lazy("All time"), lambda today: (None, None)),
    "month": (gettext_lazy("This month"), lambda today: _month(today, 0)),
    "last_month": (gettext_lazy("Last month"), lambda today: _month(today, 1)),
    "last_quarter": (gettext_lazy("Last quarter"), lambda today: _month(today, (today.month - 1) % 3 + 3, 3)),
    "year": (gettext_lazy("This year"), lambda today: (date(today.year, 1, 1), date(today.year, 12, 31))),
}


@dataclass(frozen=True)
class Period:
    """What was asked for: the scope, how it was said, and what to put into the address of the next page."""

    scope: Scope
    preset: str
    campaigns: list[Campaign]
    error: str = ""
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The query string that asks for the same, empty for everything."""
        said = dict(self.typed) if not self.preset else {"period": self.preset} if self.preset != "all" else {}
        if self.scope.campaign:
            said["campaign"] = self.scope.campaign.public_id
        return f"?{urlencode(said)}" if said else ""

    @property
    def presets(self) -> list[tuple[str, str | Promise, bool]]:
        """The ready-made times as (query string, label, chosen)."""
        more = {"campaign": self.scope.campaign.public_id} if self.scope.campaign else {}
        return [
            (f"?{urlencode({'period': name, **more})}", label, name == self.preset)
            for name, (label, _days) in PRESETS.items()
        ]


def period_of(request: Page) -> Period:
    """Read the days and the campaign of an address; what cannot be read is said, and everything is shown."""
    asked, business = request.GET, request.business
    today = clock.day_of(business, request.now)
    campaigns = list(campaigns_of(business).prefetch_related(None))
    campaign = next((one for one in campaigns if one.public_id == asked.get("campaign")), None)
    typed = {name: asked[name] for name in ("from", "to") if asked.get(name)}
    preset, error = asked.get("period", ""), ""
    if preset not in PRESETS:
        preset = "" if typed else "all"
    if preset:
        since, until = PRESETS[preset][1](today)
        typed = {name: day.isoformat() for name, day in (("from", since), ("to", until)) if day}
        return Period(Scope(business, request.now, since, until, campaign), preset, campaigns, "", typed)
    try:
        days = {name: date.fromisoformat(text) for name, text in typed.items()}
        since, until = days.get("from"), days.get("to")
        if not all(map(is_counted, days.values())):
            error = _("Choose days between 2000 and 2100.")
        elif since and until and until < since:
            error = _("The last day lies before the first.")
    except ValueError:
        error = _("Write the days as 2026-05-12.")
    if error:
        return Period(Scope(business, request.now, None, None, campaign), "all", campaigns, error, typed)
    return Period(Scope(business, request.now, since, until, campaign), "", campaigns, "", typed)
