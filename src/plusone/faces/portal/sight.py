"""What a client may see today: the offer, the wallet, and whether money is spoken of at all (R-048, Q-08)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from plusone.clients.models import Client
from plusone.faces.ui.http import Page
from plusone.referrals.models import Terms
from plusone.referrals.offers import Offer, offer_of
from plusone.referrals.outlook import towards_next
from plusone.referrals.queries import default_terms, link_of
from plusone.referrals.standing import is_blocked
from plusone.rewards.models import Reward
from plusone.rewards.queries import Wallet, to_choose, to_hand_over, wallet_of
from plusone.store.models import Coupon, Membership
from plusone.store.queries import memberships_of, usable_coupons, waiting_days


@dataclass
class Sight:
    """The client's wallet and, where there is one, the live offer; each is looked up when it is asked for."""

    client: Client
    now: datetime

    @cached_property
    def wallet(self) -> Wallet:
        """What there is and what is to come."""
        return wallet_of(self.client, now=self.now)

    @cached_property
    def terms(self) -> Terms | None:
        """What the live campaign offers today; None while there is none, and to whose link is switched off."""
        return None if is_blocked(self.client) else default_terms(self.client.business)

    @cached_property
    def coupons(self) -> list[Coupon]:
        """The coupons that can be used today."""
        return list(usable_coupons(self.client, now=self.now))

    @cached_property
    def things(self) -> list[Reward]:
        """What waits at the desk."""
        return list(to_hand_over(self.client.business, client=self.client, now=self.now).select_related("business"))

    @cached_property
    def choices(self) -> list[Reward]:
        """What may be chosen now."""
        return list(to_choose(self.client))

    @cached_property
    def memberships(self) -> list[Membership]:
        """What runs, or waits for its payment."""
        return list(memberships_of(self.client))

    @cached_property
    def waiting_days(self) -> int:
        """Given days of membership that wait for the next one."""
        return waiting_days(self.client)

    @property
    def offer(self) -> Offer | None:
        """The same, as sentences are made of it."""
        return offer_of(self.terms) if self.terms else None

    @property
    def towards_next(self) -> str:
        """How many friends of the next set are there, where sets are rewarded; else nothing."""
        return towards_next(self.client, self.terms) if self.terms else ""

    @property
    def link(self) -> str:
        """The client's link, only while it works: a live campaign, an active client (Q-09)."""
        return link_of(self.client) if self.client.is_active and self.terms else ""

    @property
    def shows_balance(self) -> bool:
        """The campaign rewards, or this client has a balance from before (Q-08)."""
        return bool(self.wallet.has_history or self.wallet.pending or (self.terms and self.terms.has_rewards))


def sight_of(request: Page) -> Sight:
    """Return what the client of this request may see."""
    return Sight(request.client, request.now)
