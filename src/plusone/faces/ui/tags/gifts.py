"""What somebody was given, in a few words."""

from typing import Any

from django.template import Library

from plusone.kernel.money import format_money
from plusone.rewards.types import types
from plusone.rewards.types.base import percent_in_words

register = Library()


@register.filter
def coupon_off(coupon: Any, business: Any) -> str:
    """Return what a coupon takes off: "€5.00" or "10%"."""
    if coupon.amount is not None:
        return format_money(coupon.amount, business.currency)
    return percent_in_words(coupon.percent_hundredths / 100)


@register.filter
def reward_phrase(reward: Any) -> str:
    """Return what a granted thing is, without its end, which stands beside it as a day."""
    params = {name: value for name, value in reward.params.items() if name != "expires_days"}
    return types[reward.kind]().phrase(reward.business, params)
