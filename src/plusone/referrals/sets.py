"""How many friends of a set are there, said of each friend who counts for one (R-285, R-290)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from plusone.kernel.models import Business
from plusone.rewards.types import types

from .models import Referral, Terms
from .offers import offer_of
from .queries import FREED


@dataclass(frozen=True)
class InSet:
    """The set of a friend: `done` of `wanted` friends are there; `counts` says whether this one is among them."""

    referral: Referral
    done: int
    wanted: int
    counts: bool

    @property
    def for_staff(self) -> str:
        """The sentence for staff."""
        return self._said(
            _("%(name)s receives %(reward)s for every %(wanted)s friends: %(done)s of %(wanted)s are there, %(friend)s "
              "among them.")
            if self.counts
            else _("%(name)s receives %(reward)s for every %(wanted)s friends: %(done)s of %(wanted)s are there, "
                   "%(friend)s not yet."),
            self.referral.friend.full_name,
        )  # fmt: skip

    @property
    def for_client(self) -> str:
        """The sentence for the ambassador."""
        return self._said(
            _("You receive %(reward)s for every %(wanted)s friends: %(done)s of %(wanted)s are there, %(friend)s among "
              "them.")
            if self.counts
            else _("You receive %(reward)s for every %(wanted)s friends: %(done)s of %(wanted)s are there, %(friend)s "
                   "not yet."),
            self.referral.friend.short_name,
        )  # fmt: skip

    def _said(self, sentence: str, friend: str) -> str:
        assert self.referral.terms is not None
        given = self.referral.terms.ambassador_reward
        assert given is not None
        named = {"friend": friend, "name": self.referral.ambassador.full_name, "done": self.done, "wanted": self.wanted}
        return sentence % {**named, "reward": types[given["kind"]]().phrase(self.referral.business, given)}


def counts_for_a_set(referral: Referral) -> bool:
    """Say whether the terms of a referral reward sets of friends, and it is open or complete."""
    if referral.terms is None or referral.reason not in ("", Referral.Reason.COMPLETED):
        return False
    return offer_of(referral.terms).counts_sets


class Sets:
    """How full the sets of some ambassadors are, read at the first question in one query; never, where no terms reward
    sets."""

    def __init__(self, business: Business, ambassadors: Iterable[int]) -> None:
        self._business, self._ambassadors = business, set(ambassadors)

    def of(self, referrals: Iterable[Referral]) -> dict[int, InSet]:
        """Return the set of each of several referrals that count for one (terms, friend and ambassador at hand), by
        referral: of one that does not count yet, the set that is being filled."""
        wanted = [referral for referral in referrals if counts_for_a_set(referral)]
        return {referral.pk: _in_set(self._business, referral, self._filled) for referral in wanted}

    def there(self, ambassador: int, campaign: int | None, every: int) -> int:
        """Return how many friends fill the sets of an ambassador in a campaign, of so many friends each."""
        return len(self._filled.get((ambassador, campaign, every), []))

    def towards_next(self, ambassador: int, terms: Terms) -> str:
        """Say how many friends of the next set are there, where today's terms reward sets; else nothing."""
        offer = offer_of(terms)
        if not offer.counts_sets:
            return ""
        so_far = self.there(ambassador, terms.campaign_id, terms.every)
        return _("%(count)s of %(number)s friends for your next reward.") % {
            "count": so_far % offer.every,
            "number": offer.every,
        }

    @cached_property
    def _filled(self) -> dict[tuple[int, int | None, int], list[int]]:
        there = Referral.objects.filter(
            business=self._business,
            ambassador__in=self._ambassadors,
            terms__every__gt=1,
            qualified_at__isnull=False,
            flagged=False,
        ).exclude(reason__in=FREED)
        filled: dict[tuple[int, int | None, int], list[int]] = defaultdict(list)
        rows = there.order_by("qualified_at", "pk").values_list("ambassador", "campaign", "terms__every", "pk")
        for ambassador, campaign, every, key in rows:
            filled[ambassador, campaign, every].append(key)
        return filled


def sets_of(business: Business, referrals: Sequence[Referral]) -> dict[int, InSet]:
    """Return the sets of several referrals, by referral, in one query where there are such."""
    return Sets(business, (referral.ambassador_id for referral in referrals)).of(referrals)


def _in_set(business: Business, referral: Referral, filled: dict[tuple[int, int | None, int], list[int]]) -> InSet:
    assert referral.terms is not None
    referral.business = business
    every = referral.terms.every
    mine = filled.get((referral.ambassador_id, referral.campaign_id, every), [])
    counts = referral.pk in mine
    first = (mine.index(referral.pk) if counts else len(mine)) // every * every
    return InSet(referral, min(len(mine) - first, every), every, counts)
