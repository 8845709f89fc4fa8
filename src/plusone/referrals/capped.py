"""The words of what a limit kept back: of a month, of all time, or of the whole campaign."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.rewards.models import Reward

from .catalogue import ASK, BONUS, BUDGET, Words

S, R = Reward.State, Reward.Reason
NEXT_MONTH = _("What is earned from %(next)s on counts for a new month.")

CAPPED: dict[tuple[str, str], Words] = {
    (S.CAPPED, ""): Words(
        _("%(name)s did not receive %(reward)s: a limit of the campaign was reached on %(day)s."),
        _("You did not receive %(reward)s: a limit of the campaign was reached on %(day)s."),
        BONUS,
        ASK,
    ),
    (S.CAPPED, R.CAP_COUNT): Words(
        _(
            "%(name)s did not receive %(reward)s: on %(day)s "
            "the number of rewards that the campaign allows was reached."
        ),
        _("You did not receive %(reward)s: on %(day)s you had all the rewards that the campaign allows."),
        BONUS,
        ASK,
    ),
    (S.CAPPED, R.CAP_AMOUNT): Words(
        _("%(name)s did not receive %(reward)s: on %(day)s the amount that the campaign allows was reached."),
        _("You did not receive %(reward)s: on %(day)s you had the amount that the campaign allows."),
        BONUS,
        ASK,
    ),
    (S.CAPPED, R.BUDGET): Words(
        _("%(name)s did not receive %(reward)s: on %(day)s the budget of the campaign was used up."),
        _("You did not receive %(reward)s: on %(day)s the budget of the campaign was used up."),
        BUDGET,
        ASK,
    ),
}
MONTHLY = {
    R.CAP_COUNT: Words(
        _(
            "%(name)s did not receive %(reward)s: on %(day)s "
            "the number of rewards that the campaign allows in a month was reached."
        ),
        _("You did not receive %(reward)s: on %(day)s you had all the rewards that the campaign allows in a month."),
        BONUS,
        NEXT_MONTH,
    ),
    R.CAP_AMOUNT: Words(
        _(
            "%(name)s did not receive %(reward)s: on %(day)s "
            "the amount that the campaign allows in a month was reached."
        ),
        _("You did not receive %(reward)s: on %(day)s you had the amount that the campaign allows in a month."),
        BONUS,
        NEXT_MONTH,
    ),
}
LIMITS = {R.CAP_COUNT: ("rewards_per_month", "rewards_total"), R.CAP_AMOUNT: ("amount_per_month", "amount_total")}


def words_of_month(reward: Reward) -> Words | None:
    """Return the words of a monthly limit where no other one can have been reached; both together say less."""
    names = LIMITS.get(R(reward.reason)) if reward.reason else None
    said = reward.limits or {}
    if names is None or not said.get(names[0]) or said.get(names[1]):
        return None
    return MONTHLY[R(reward.reason)]


def next_month(business: Business, at: datetime) -> datetime:
    """Return when the business's calendar month after that of `at` begins."""
    first = clock.day_of(business, at).replace(day=1)
    return clock.day_start(business, (first + timedelta(days=32)).replace(day=1))
