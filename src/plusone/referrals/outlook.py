"""What staff see coming: what an activation will give, what waits for a look, what is still open."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, Left

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.rewards.models import Reward
from plusone.rewards.queries import rewards_of
from plusone.rewards.types import types

from .models import Campaign, DoubtCase, DoubtSign, Referral, Terms, waiting_members
from .offers import offer_of
from .promising import carried
from .queries import FREED
from .sets import Sets


def current_campaign(business: Business) -> Campaign | None:
    """Return the campaign that a business works with: the default one, else the newest that is not archived."""
    return at_work(business).first()


def at_work(business: Business) -> QuerySet[Campaign]:
    """Return the campaigns of a business that are not archived, the one first that it works with."""
    live = Q(state=Campaign.State.ACTIVE)
    known = Campaign.objects.filter(business=business).exclude(state=Campaign.State.ARCHIVED)
    order = {
        "is_live": Case(When(live, then=Value(1)), default=Value(0)),
        "is_first": Case(When(live, is_default=True, then=Value(1)), default=Value(0)),
        "since": Case(When(live, then=F("activated_at"))),
    }
    found: QuerySet[Any] = known.annotate(**order)
    return found.order_by("-is_live", "-is_first", F("since").desc(nulls_last=True), "-id")


def with_open(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Write on each campaign how many friends registered and are not active yet (`waiting`), and how many open
    recommendations keep older terms than the newest (`older`; Q-06, Q-07)."""
    mine = Referral.objects.filter(campaign=OuterRef("pk")).order_by().values("campaign")
    newest = Terms.objects.filter(campaign=OuterRef("campaign")).order_by("-version").values("version")[:1]
    older = mine.exclude(state=Referral.State.CLOSED).filter(terms__version__lt=Subquery(newest))
    waiting = mine.filter(state=Referral.State.REGISTERED)
    return campaigns.annotate(
        waiting=Coalesce(Subquery(waiting.annotate(count=Count("pk")).values("count")), 0),
        older=Coalesce(Subquery(older.annotate(count=Count("pk")).values("count")), 0),
    )


def live_terms(business: Business) -> Terms | None:
    """Return the terms that a friend who registers now comes under, or None while no campaign is live; one query."""
    live = Terms.objects.filter(business=business, campaign__state=Campaign.State.ACTIVE)
    newest = ("-campaign__is_default", "-campaign__activated_at", "-campaign_id", "-version")
    return live.order_by(*newest).first()


def waiting_count(campaign: Campaign) -> int:
    """Return how many friends registered under a campaign and have not become active yet (Q-06, Q-07)."""
    return Referral.objects.filter(campaign=campaign, state=Referral.State.REGISTERED).count()


def referrals_by_friend(business: Business, friends: Sequence[Client]) -> dict[int, Referral]:
    """Return the referrals that brought several clients, by client id, with ambassador and terms, in one query."""
    found = Referral.objects.filter(business=business, friend__in=friends).exclude(reason__in=FREED)
    return {referral.friend_id: referral for referral in found.select_related("ambassador", "friend", "terms")}


def with_who_brought(friends: QuerySet[Client]) -> QuerySet[Client]:
    """Annotate friends with who brought them, to sort by: `brought_by`, the short name that all of the team may read,
    and `brought_by_id`; empty and 0 for nobody."""
    mine = Referral.objects.filter(friend=OuterRef("pk")).exclude(reason__in=FREED).order_by("-pk")
    short = Concat("ambassador__first_name", Value(" "), Left("ambassador__last_name", 1))
    return friends.annotate(
        brought_by=Coalesce(Subquery(mine.annotate(short=short).values("short")[:1]), Value("")),
        brought_by_id=Coalesce(Subquery(mine.values("ambassador")[:1]), Value(0), output_field=BigIntegerField()),
    )


@dataclass(frozen=True)
class Expected:
    """A reward that activating a lead sets in motion: `state` is where it will stand then."""

    reward: Reward
    state: str


def expected_on_activation(
    business: Business, leads: Sequence[Client], *, came: Mapping[int, Referral] | None = None, now: datetime
) -> dict[int, list[Expected]]:
    """Return what activating each of these leads will give, by lead: "Ana will receive €15" (R-059). Whoever has what
    brought them at hand (`referrals_by_friend`) saves a query of three."""
    came = referrals_by_friend(business, leads) if came is None else came
    brought = [came[lead.pk] for lead in leads if lead.pk in came]
    open_ones = sorted((row for row in brought if row.state == Referral.State.REGISTERED), key=lambda row: row.pk)
    for row in open_ones:
        row.business = business
    due = {
        row.pk: row
        for row in open_ones
        if row.terms is not None
        and any(_asks_activation_alone(step.conditions) for step in offer_of(row.terms).all_steps)
        and not (row.deadline_at and row.deadline_at <= now)
    }
    expected: dict[int, list[Expected]] = {}
    promised = Reward.objects.filter(
        business=business, source_kind="referral", source_id__in=due, state=Reward.State.PROMISED
    )
    sets = Sets(business, (row.ambassador_id for row in due.values()))
    for reward in [*promised.select_related("client").order_by("side", "id"), *_full_sets(due.values(), sets)]:
        referral = due[reward.source_id]
        if not _asks_activation_alone(_conditions_of(referral, reward)):
            continue
        state = Reward.State.GRANTED
        if reward.hold_days:
            state = Reward.State.ON_HOLD
        elif referral.flagged or reward.needs_approval:
            state = Reward.State.AWAITING_APPROVAL
        expected.setdefault(referral.friend_id, []).append(Expected(reward, state))
    return expected


def _asks_activation_alone(conditions: list[dict[str, Any]]) -> bool:
    return all(params["kind"] == "activated" for params in conditions)


def _conditions_of(referral: Referral, reward: Reward) -> list[dict[str, Any]]:
    assert referral.terms is not None
    return offer_of(referral.terms).all_steps[reward.step - 1].conditions


def _full_sets(due: Iterable[Referral], sets: Sets) -> Iterator[Reward]:
    """Yield the rewards, not promised yet, of the sets of friends that these would fill one after the other."""
    counted: dict[tuple[int, int | None, int], int] = {}
    for referral in due:
        terms = referral.terms
        if terms is None or not offer_of(terms).counts_sets or referral.flagged:
            continue
        key = (referral.ambassador_id, referral.campaign_id, terms.every)
        counted[key] = counted.get(key, sets.there(*key)) + 1
        if counted[key] % terms.every == 0 and terms.ambassador_reward:
            kind = types[terms.ambassador_reward["kind"]]()
            yield Reward(
                business=referral.business,
                client=referral.ambassador,
                side=Reward.Side.AMBASSADOR,
                source_kind="referral",
                source_id=referral.pk,
                kind=kind.name,
                params=terms.ambassador_reward,
                amount=kind.amount(referral.business, terms.ambassador_reward),
                **{name: value for name, value in carried(terms, Reward.Side.AMBASSADOR).items() if name != "within"},
            )


@dataclass(frozen=True)
class Attention:
    """The recommendations of all time that the home page counts; rejected ones are left out, as in M-1 and M-3."""

    registered: int
    activated: int
    flagged: int


def attention(business: Business) -> Attention:
    """Return what the home page counts, in one query."""
    accepted = ~Q(reason=Referral.Reason.REJECTED)
    open_now = ~Q(state=Referral.State.CLOSED)
    sums = Referral.objects.filter(business=business).aggregate(
        registered=Count("id", filter=accepted),
        activated=Count("id", filter=accepted & Q(activated_at__isnull=False)),
        flagged=Count("id", filter=open_now & Q(flagged=True)),
    )
    return Attention(**sums)


def friends_behind(business: Business, reward_ids: Iterable[int]) -> dict[int, tuple[Client, str]]:
    """Return whose coming earned each of several rewards (name, public id, who looks after them), and the public id of
    the recommendation; by reward, in one query."""
    brought = Referral.objects.filter(business=business, pk=OuterRef("source_id"))
    earned = Reward.objects.filter(business=business, pk__in=list(reward_ids), source_kind="referral").annotate(
        friend=Subquery(brought.values("friend__public_id")),
        first=Subquery(brought.values("friend__first_name")),
        last=Subquery(brought.values("friend__last_name")),
        by=Subquery(brought.values("friend__professional")),
        of=Subquery(brought.values("public_id")),
    )
    names = earned.values_list("pk", "of", "friend", "first", "last", "by")
    return {
        pk: (Client(public_id=public_id, first_name=first, last_name=last, professional_id=by), of)
        for pk, of, public_id, first, last, by in names
    }


def recommendations_behind(business: Business, reward_ids: Iterable[int]) -> dict[int, str]:
    """Return the public id of the recommendation behind each of several rewards, by reward, in one query."""
    brought = Referral.objects.filter(business=business, pk=OuterRef("source_id")).values("public_id")
    earned = Reward.objects.filter(business=business, pk__in=list(reward_ids), source_kind="referral")
    return dict(earned.annotate(of=Subquery(brought)).values_list("pk", "of"))


def flagged_of(business: Business) -> QuerySet[Referral]:
    """Return the recommendations that a person has to look at, oldest first."""
    found = Referral.objects.filter(business=business, flagged=True).exclude(state=Referral.State.CLOSED)
    return found.select_related("ambassador", "friend", "terms", "campaign").order_by("id")


@dataclass(frozen=True)
class Member:
    """One recommendation of a case: what was noticed about it, how often, and the rewards that wait for it."""

    referral: Referral
    signs: list[DoubtSign]
    rewards: list[Reward]

    @property
    def waits(self) -> bool:
        """Whether the decision about the case is about this one, too: not where it was decided by itself, or ended."""
        return self.referral.flagged and self.referral.is_open


@dataclass(frozen=True)
class Doubt:
    """A case as its reader sees it, with all who belong to it."""

    case: DoubtCase
    members: list[Member]

    @property
    def waiting(self) -> int:
        """How many recommendations a decision is about."""
        return sum(member.waits for member in self.members)


def open_cases(business: Business) -> QuerySet[DoubtCase]:
    """Return the cases that nobody has decided and in which something waits for that, oldest first."""
    found = DoubtCase.objects.filter(Exists(waiting_members()), business=business, state=DoubtCase.State.OPEN)
    return found.order_by("id")


def cases_of(business: Business, referrals: Iterable[int]) -> dict[int, DoubtCase]:
    """Return the open case of each of several recommendations that wait for one, by recommendation; one query."""
    found = DoubtSign.objects.filter(business=business, referral__in=list(referrals), case__state=DoubtCase.State.OPEN)
    return {sign.referral_id: sign.case for sign in found.select_related("case")}


def doubts(business: Business, cases: Sequence[DoubtCase]) -> list[Doubt]:
    """Return cases with their members and evidence, in two queries for all of them."""
    found = DoubtSign.objects.filter(business=business, case__in=cases).order_by("referral_id", "id")
    by_case: dict[int, dict[int, Member]] = {}
    for sign in found.select_related("referral__ambassador", "referral__friend"):
        sign.referral.business = business
        members = by_case.setdefault(sign.case_id, {})
        members.setdefault(sign.referral_id, Member(sign.referral, [], [])).signs.append(sign)
    keys = {key for members in by_case.values() for key in members}
    held = rewards_of(business, "referral", keys) if keys else {}
    for members in by_case.values():
        for key, member in members.items():
            for reward in held.get(key, []):
                is_friend = reward.side == Reward.Side.FRIEND
                reward.client = member.referral.friend if is_friend else member.referral.ambassador
                member.rewards.append(reward)
    return [Doubt(case, list(by_case.get(case.pk, {}).values())) for case in cases]
