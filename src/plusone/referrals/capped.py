"""The words of what a limit kept back: of a month, of all time, or of the whole campaign."""

from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.kernel.money import format_money
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
# By the name of the limit that was met; CAPPED is left for rewards that were capped before it was kept.
BY_LIMIT: dict[str, Words] = {
    "rewards_total": Words(
        _(
            "%(name)s did not receive %(reward)s: on %(day)s "
            "the number of rewards that the campaign allows one person in all was reached."
        ),
        _("You did not receive %(reward)s: on %(day)s you had as many rewards as the campaign allows in all."),
        BONUS,
        ASK,
    ),
    "rewards_per_month": Words(
        _(
            "%(name)s did not receive %(reward)s: on %(day)s "
            "the number of rewards that the campaign allows in a month was reached."
        ),
        _("You did not receive %(reward)s: on %(day)s you had all the rewards that the campaign allows in a month."),
        BONUS,
        NEXT_MONTH,
    ),
    "amount_total": Words(
        _(
            "%(name)s did not receive %(reward)s: on %(day)s "
            "the amount that the campaign allows one person in all was reached."
        ),
        _("You did not receive %(reward)s: on %(day)s you had the amount that the campaign allows in all."),
        BONUS,
        ASK,
    ),
    "amount_per_month": Words(
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
# What a limit left less of, by its name.
LESS_BY: dict[str, Promise] = {
    "budget": _("It would have been %(amount)s; no more was left of the campaign's budget."),
    "amount_total": _("It would have been %(amount)s; no more was left of what the campaign allows one person in all."),
    "amount_per_month": _(
        "It would have been %(amount)s; no more was left of what the campaign allows one person in a month."
    ),
}
LESS_IN = (S.ON_HOLD, S.AWAITING_APPROVAL, S.GRANTED)


def words_of_limit(reward: Reward) -> Words | None:
    """Return the words of the limit that a reward is over; None where the budget was it, or nobody knows which."""
    if reward.met_limit or not reward.reason:
        return BY_LIMIT.get(reward.met_limit)
    said = reward.limits or {}
    could = [name for name in LIMITS.get(R(reward.reason), ()) if said.get(name)]
    return BY_LIMIT[could[0]] if len(could) == 1 else None


def made_less(reward: Reward) -> str:
    """Say what made a reward less than it was, or would have been, before it was given; empty where nothing did."""
    if reward.state not in LESS_IN:
        return ""
    currency, said = reward.business.currency, []
    if reward.first_amount is not None:
        was = {"amount": format_money(reward.first_amount, currency)}
        said.append(gettext("It was %(amount)s before part of the purchase was refunded.") % was)
    if reward.full_amount is not None and reward.met_limit in LESS_BY:
        full = {"amount": format_money(reward.full_amount, currency)}
        said.append(str(LESS_BY[reward.met_limit]) % full)
    return " ".join(said)


def next_month(business: Business, at: datetime) -> datetime:
    """Return when the business's calendar month after that of `at` begins."""
    first = clock.day_of(business, at).replace(day=1)
    return clock.day_start(business, (first + timedelta(days=32)).replace(day=1))
