"""What a client may see today: the offer, the wallet, and whether money is spoken of at all (R-048, Q-08)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from plusone.clients.models import Client
from plusone.faces.ui.http import Page
from plusone.referrals.budgets import as_it_stands
from plusone.referrals.models import Terms
from plusone.referrals.offers import Offer, offer_of
from plusone.referrals.queries import link_of, terms_for
from plusone.referrals.sets import Sets
from plusone.rewards.queries import Held, Wallet, held_by, wallet_of
from plusone.store.purse import Purse, purse_of


@dataclass
class Sight:
    """The client's wallet and, where there is one, the live offer; each is looked up once, when it is asked for."""

    client: Client
    now: datetime

    @cached_property
    def wallet(self) -> Wallet:
        """What there is and what is to come."""
        return wallet_of(self.client, pending=self.held.pending, now=self.now)

    @cached_property
    def terms(self) -> Terms | None:
        """What the live campaign offers today; None while there is none, and to whose link is switched off."""
        return terms_for(self.client)

    @cached_property
    def held(self) -> Held:
        """The rewards that wait for something: a choice, the desk, their time; and the gifts for coming."""
        return held_by(self.client, now=self.now)

    @cached_property
    def purse(self) -> Purse:
        """What the store keeps: coupons that can be used today, memberships, given days, orders to pay."""
        return purse_of(self.client, now=self.now)

    @cached_property
    def sets(self) -> Sets:
        """How full the client's sets of friends are, where sets are rewarded."""
        return Sets(self.client.business, [self.client.pk])

    @cached_property
    def offer(self) -> Offer | None:
        """What of the terms is still to be had, as sentences are made of it."""
        return as_it_stands(self.terms) if self.terms else None

    @property
    def is_budget_spent(self) -> bool:
        """Whether the budget of the campaign is used up, so that less is to be had than its terms say."""
        return self.terms is not None and self.offer != offer_of(self.terms)

    @property
    def towards_next(self) -> str:
        """How many friends of the next set are there, where sets are rewarded; else nothing."""
        return self.sets.towards_next(self.client.pk, self.terms) if self.terms else ""

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
