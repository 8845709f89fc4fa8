"""Where a first campaign starts: what each kind of business gives, in amounts that are usual in its currency, and how
careful it is about when (R-293, Q-24)."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.kernel.models import Business
from plusone.kernel.money import minor_digits
from plusone.referrals.offers import Offer

# What a small present costs: about ten euros, rounded as people in that currency round.
UNITS = {
    **dict.fromkeys(("EUR", "USD", "GBP", "CHF"), 10),
    **dict.fromkeys(("CAD", "AUD", "NZD", "SGD"), 15),
    **dict.fromkeys(("BGN",), 20),
    **dict.fromkeys(("TND",), 30),
    **dict.fromkeys(("AED", "SAR", "ILS", "PLN", "PEN"), 40),
    **dict.fromkeys(("BRL", "RON", "MYR"), 50),
    **dict.fromkeys(("DKK", "CNY", "HKD", "GTQ"), 80),
    **dict.fromkeys(("SEK", "NOK", "MAD"), 100),
    **dict.fromkeys(("MXN", "ZAR"), 200),
    **dict.fromkeys(("CZK",), 250),
    **dict.fromkeys(("THB", "TWD"), 300),
    **dict.fromkeys(("TRY", "UYU"), 400),
    **dict.fromkeys(("EGP", "DOP", "PHP"), 500),
    **dict.fromkeys(("INR",), 800),
    **dict.fromkeys(("JPY", "ISK"), 1500),
    **dict.fromkeys(("HUF", "CRC", "XAF", "XOF"), 4000),
    **dict.fromkeys(("ARS", "CLP", "KRW"), 10000),
    **dict.fromkeys(("COP",), 40000),
    **dict.fromkeys(("PYG",), 80000),
    **dict.fromkeys(("IDR",), 150000),
    **dict.fromkeys(("VND",), 250000),
    "KWD": 4,
}
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Preset:
    """What both sides receive, in small presents."""

    label: str | Promise
    friend: Decimal
    ambassador: Decimal


PRESETS = {
    Business.Kind.STUDIO: Preset(_("Studio or gym"), Decimal(1), Decimal("1.5")),
    Business.Kind.COACH: Preset(_("Coach"), Decimal(2), Decimal(2)),
    Business.Kind.SALON: Preset(_("Salon"), Decimal("0.5"), Decimal(1)),
    Business.Kind.CLINIC: Preset(_("Clinic: no money"), NOTHING, NOTHING),
    Business.Kind.VENUE: Preset(_("Restaurant"), Decimal("0.5"), Decimal("0.5")),
    Business.Kind.OTHER: Preset(_("The same for both"), Decimal(1), Decimal(1)),
}


def present(business: Business, times: Decimal) -> int | None:
    """Return `times` a small present in minor units, None for nothing."""
    if not times:
        return None
    digits = minor_digits(business.currency)
    return int((UNITS.get(business.currency, 10) * times).quantize(Decimal(1)).scaleb(digits))


def start_of(business: Business, kind: str) -> tuple[int | None, int | None]:
    """Return what friend and ambassador receive to begin with, for a kind of business."""
    preset = PRESETS.get(Business.Kind(kind)) if kind in Business.Kind.values else None
    preset = preset or PRESETS[Business.Kind.OTHER]
    return present(business, preset.friend), present(business, preset.ambassador)


@dataclass(frozen=True)
class Way:
    """When rewards are given: the parts of an offer that one click sets, and a sentence that says so."""

    label: str | Promise
    hint: str | Promise
    parts: dict[str, Any] = field(default_factory=dict)


BOUGHT: dict[str, Any] = {"conditions": [{"kind": "orders", "at_least": 1}], "friend_reward_on": "qualified"}
WAYS = {
    "low": Way(
        _("Low barrier"),
        _("The friend's gift comes on registering; your client's once the friend is an active client."),
    ),
    "classic": Way(_("Classic"), _("Both receive theirs with the friend's first payment."), BOUGHT),
    "safe": Way(
        _("Safe"),
        _("As classic, and your client's reward waits 14 days: a refund in that time takes it back."),
        {**BOUGHT, "hold_days": 14},
    ),
    "recognition": Way(_("Recognition only"), _("Thanks, and no reward: no money is mentioned anywhere.")),
}


def usual_way(kind: str) -> str:
    """Return the way that a kind of business starts with: a clinic thanks without a reward (PRI-15)."""
    return "recognition" if kind == Business.Kind.CLINIC else "low"


def offer_from(business: Business, kind: str = "", way: str = "") -> Offer:
    """Return the offer that a kind of business starts from, given in one of the ways."""
    kind = kind if kind in PRESETS else business.kind
    way = way if way in WAYS else usual_way(kind)
    if way == "recognition":
        return Offer()
    # Who asks a clinic's builder for rewards sees the amounts of no special trade, and what has to be said for them.
    friend, ambassador = start_of(business, Business.Kind.OTHER if kind == Business.Kind.CLINIC else kind)
    return Offer(
        friend_reward={"kind": "balance", "amount": friend} if friend else None,
        ambassador_reward={"kind": "balance", "amount": ambassador} if ambassador else None,
        **WAYS[way].parts,
    )
