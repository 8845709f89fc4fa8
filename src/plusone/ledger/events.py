"""What can happen to a balance."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Fact, facts


@facts
@dataclass(frozen=True, kw_only=True)
class BalanceEarned(Fact):
    """Balance was added: by a reward, or as an opening balance. `amount` is in minor units."""

    name: ClassVar[str] = "balance.earned"
    says: ClassVar[Promise] = _("Balance was earned")
    transfer: int
    amount: int
    kind: str


@facts
@dataclass(frozen=True, kw_only=True)
class BalanceAdjusted(Fact):
    """Staff changed a balance by hand; the transfer carries the reason. `amount` has either sign."""

    name: ClassVar[str] = "balance.adjusted"
    says: ClassVar[Promise] = _("Balance was adjusted by hand")
    transfer: int
    amount: int


@facts
@dataclass(frozen=True, kw_only=True)
class BalanceHeld(Fact):
    """Balance was reserved for an order."""

    name: ClassVar[str] = "balance.held"
    says: ClassVar[Promise] = _("Balance was reserved")
    hold: int
    amount: int


@facts
@dataclass(frozen=True, kw_only=True)
class BalanceReleased(Fact):
    """Reserved balance is free again."""

    name: ClassVar[str] = "balance.released"
    says: ClassVar[Promise] = _("Reserved balance was released")
    hold: int
    amount: int


@facts
@dataclass(frozen=True, kw_only=True)
class BalanceRedeemed(Fact):
    """Balance was used, in the store or for a renewal."""

    name: ClassVar[str] = "balance.redeemed"
    says: ClassVar[Promise] = _("Balance was used")
    transfer: int
    amount: int


@facts
@dataclass(frozen=True, kw_only=True)
class BalanceReversed(Fact):
    """Used balance was given back, by a refund."""

    name: ClassVar[str] = "balance.reversed"
    says: ClassVar[Promise] = _("Used balance was given back")
    transfer: int
    amount: int


@facts
@dataclass(frozen=True, kw_only=True)
class BalanceExpiring(Fact):
    """In `days` days the free part of a balance reaches its end: `amount` must be used before `day` (ISO)."""

    name: ClassVar[str] = "balance.expiring"
    says: ClassVar[Promise] = _("Balance will expire soon")
    amount: int
    day: str
    days: int


@facts
@dataclass(frozen=True, kw_only=True)
class BalanceExpired(Fact):
    """Balance reached its end date unused."""

    name: ClassVar[str] = "balance.expired"
    says: ClassVar[Promise] = _("Balance expired")
    transfer: int
    amount: int


@facts
@dataclass(frozen=True, kw_only=True)
class BalanceRevoked(Fact):
    """An earned reward was taken back, as far as it was unspent; `missing` is what could not be taken."""

    name: ClassVar[str] = "balance.revoked"
    says: ClassVar[Promise] = _("Earned balance was taken back")
    transfer: int
    amount: int
    missing: int


@facts
@dataclass(frozen=True, kw_only=True)
class BalanceMoved(Fact):
    """Balance came from another record of the same person, each part with its end. `other` is that record's number."""

    name: ClassVar[str] = "balance.moved"
    says: ClassVar[Promise] = _("Balance was moved from another record of the client")
    amount: int
    other: int
