"""Questions about campaigns, links and referrals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel import clock, ids
from plusone.kernel.models import Business
from plusone.ledger.models import Transfer
from plusone.rewards.models import Reward
from plusone.store.models import Order, Payment

from .models import Campaign, DoubtSign, Mailing, Referral, RollUp, Terms, Trust, Visit, VisitDay
from .standing import is_blocked

CODE_LETTERS = frozenset(ids.CODE_ALPHABET)
ATTACH_WINDOW = timedelta(hours=72)
BROUGHT_ALONG = ("import", "api")  # sources of clients who may have paid elsewhere, before they stood here
FREED = ("rejected", "withdrawn", "campaign_ended")  # such a friend may get another ambassador


def campaigns_of(business: Business) -> QuerySet[Campaign]:
    """Return the campaigns of a business, newest first."""
    return Campaign.objects.filter(business=business).prefetch_related("versions").order_by("-id")


def default_campaign(business: Business) -> Campaign | None:
    """Return the live campaign that personal links follow, or None."""
    live = Campaign.objects.filter(business=business, state=Campaign.State.ACTIVE).select_related("business")
    return live.order_by("-is_default", "-activated_at", "-id").first()


def open_by_older_terms(campaign: Campaign) -> QuerySet[Referral]:
    """Return the open recommendations of a campaign that keep an older version of its terms (Q-07)."""
    newest = Terms.objects.filter(campaign=campaign).aggregate(version=Max("version"))["version"] or 0
    return Referral.objects.filter(campaign=campaign, terms__version__lt=newest).exclude(state=Referral.State.CLOSED)


def default_terms(business: Business) -> Terms | None:
    """Return what the live default campaign offers today, its campaign at hand, or None; in one query."""
    return _live_terms(business).first()


def _live_terms(business: Business) -> QuerySet[Terms]:
    live = Terms.objects.filter(business=business, campaign__state=Campaign.State.ACTIVE).select_related("campaign")
    return live.order_by("-campaign__is_default", "-campaign__activated_at", "-campaign_id", "-version")


def terms_for(ambassador: Client) -> Terms | None:
    """Return what the live campaign offers an ambassador today; None to whose link is switched off. In one query."""
    blocked = Trust.objects.filter(client=ambassador.pk, kind__in=Trust.OFF)
    return _live_terms(ambassador.business).exclude(Exists(blocked)).first()


def newest_terms(business: Business) -> Terms | None:
    """Return what the newest campaign offers, live or not."""
    return (
        Terms.objects.filter(business=business).select_related("campaign").order_by("-campaign_id", "-version").first()
    )


def client_by_code(code: str) -> Client | None:
    """Return the client whose code this is, in any letter case and with spaces around it (CASES 2)."""
    cleaned = ids.clean_code(code)
    if len(cleaned) != ids.CODE_LENGTH:
        return None
    return Client.objects.filter(code=cleaned).exclude(status=Client.Status.DELETED).select_related("business").first()


def link_of(client: Client) -> str:
    """Return a client's personal link, absolute."""
    return f"{settings.BASE_URL}/r/{client.code}"


@dataclass(frozen=True)
class Invitation:
    """A code that exists: whose, and the live campaign; `is_open` where friends may register with it."""

    client: Client
    campaign: Campaign | None

    @property
    def is_open(self) -> bool:
        """A campaign is live and the client is active."""
        return self.campaign is not None and self.client.is_active and not is_blocked(self.client)


def invitation(code: str) -> Invitation | None:
    """Return what a code leads to, or None for an unknown one."""
    client = client_by_code(code)
    return Invitation(client, default_campaign(client.business)) if client else None


@dataclass(frozen=True)
class Link:
    """What a link leads to, by bare keys; without a campaign it leads nowhere now."""

    client_id: int
    business_id: int
    campaign_id: int | None


# The one query of the busiest address, spelt out: building it anew each time would cost more than running it.
LINK_SQL = """
SELECT c.id, c.business_id, c.status, (
    SELECT k.id FROM referrals_campaign k WHERE k.business_id = c.business_id AND k.state = 'active'
    AND NOT EXISTS (SELECT 1 FROM referrals_trust s WHERE s.client_id = c.id AND s.kind IN ('blocked', 'paused'))
    ORDER BY k.is_default DESC, k.activated_at DESC, k.id DESC LIMIT 1)
FROM clients_client c WHERE c.code = %s AND c.status <> 'deleted'
"""


def link_behind(code: str) -> Link | None:
    """Return where a (cleaned) code leads, or None for an unknown one."""
    if len(code) != ids.CODE_LENGTH or not set(code) <= CODE_LETTERS:
        return None
    with connection.cursor() as cursor:
        cursor.execute(LINK_SQL, [code])
        row = cursor.fetchone()
    if row is None:
        return None
    client_id, business_id, status, campaign_id = row
    return Link(client_id, business_id, campaign_id if status == Client.Status.ACTIVE else None)


def may_appeal(referral: Referral) -> bool:
    """Say whether a doubt holds a recommendation or has ended it, so that its ambassador may ask for a look."""
    return (referral.flagged and referral.is_open) or referral.reason == Referral.Reason.REJECTED


def with_appeals(referrals: QuerySet[Referral]) -> QuerySet[Referral]:
    """Write on each row whether its ambassador asked for a look (`is_appealed`)."""
    asked = DoubtSign.objects.filter(business=OuterRef("business"), referral=OuterRef("pk"), name="appeal")
    return referrals.annotate(is_appealed=Exists(asked))


def referral_of(friend: Client) -> Referral | None:
    """Return the referral that brought a client, the last time that they came, or None; rejected and withdrawn ones do
    not count."""
    found = Referral.objects.filter(business=friend.business, friend=friend).exclude(reason__in=FREED)
    return found.select_related("ambassador", "terms", "campaign").order_by("-id").first()


def referrals_that_brought(friend: Client) -> list[Referral]:
    """Return every referral that brought a client, the oldest first: one as a new friend, one for each return."""
    found = Referral.objects.filter(business=friend.business, friend=friend).exclude(reason__in=FREED)
    return list(found.select_related("ambassador", "terms", "campaign").order_by("id"))


def counts_again(campaign: Campaign, client: Client, *, now: datetime) -> bool:
    """Say whether somebody is a former client who left so long ago that a campaign lets them count again (Q-10)."""
    months = int((campaign.terms.returning or {}).get("months", 0))
    if not months or not client.is_archived or client.activated_at is None or client.archived_at is None:
        return False
    return clock.day_of(campaign.business, client.archived_at) <= clock.day_of(
        campaign.business, clock.months_before(campaign.business, now, months)
    )


def ambassador_of(friend: Client) -> Client | None:
    """Return who brought a client, or None; rejected and withdrawn recommendations do not count."""
    found = Referral.objects.filter(business=friend.business_id, friend=friend.pk).exclude(reason__in=FREED)
    referral = found.select_related("ambassador").order_by("-id").first()
    return referral.ambassador if referral else None


def is_late_to_say_who_sent(friend: Client, *, now: datetime) -> bool:
    """Say whether 72 hours have passed since the first payment.

    Nothing was paid yet: it is in time, but for whom a file or another program brought, who may have paid there: they
    count from becoming active.
    """
    since = Payment.objects.filter(client=friend).order_by("at").values_list("at", flat=True).first()
    if since is None and friend.source in BROUGHT_ALONG:
        since = friend.activated_at
    return since is not None and now - since > ATTACH_WINDOW


def asks_who_brought_back(friend: Client, *, last: Referral | None = None, now: datetime) -> bool:
    """Say whether a former client may still be said to come back through somebody (Q-10). `last` is what brought them
    (`referral_of`), where the page has that at hand."""
    if not friend.is_archived or (campaign := default_campaign(friend.business)) is None:
        return False
    last = last or referral_of(friend)
    is_said = last is not None and (last.is_open or last.returned_from == friend.archived_at)
    return not is_said and counts_again(campaign, friend, now=now)


def asks_who_sent(friend: Client, *, now: datetime) -> bool:
    """Say whether it is open who recommended a client, and in time to say it (R-211)."""
    return not friend.is_archived and referral_of(friend) is None and not is_late_to_say_who_sent(friend, now=now)


def referrals_of(business: Business, *, ambassador: Client | None = None, state: str = "") -> QuerySet[Referral]:
    """Return referrals, newest first, with their people, terms and campaign at hand."""
    found = Referral.objects.filter(business=business)
    if ambassador is not None:
        found = found.filter(ambassador=ambassador)
    if state:
        found = found.filter(state=state)
    return found.select_related("ambassador", "friend", "terms", "campaign", "business").order_by("-id")


def may_name_ambassador(friend: Client) -> bool:
    """Say whether a lead may still type the code of who sent them: a campaign is live, and nobody has (R-212)."""
    return friend.is_lead and ambassador_of(friend) is None and default_campaign(friend.business) is not None


def events_of(referral: Referral, rewards: Sequence[Reward]) -> QuerySet[Event]:
    """Return what happened to a referral and to its rewards, newest first. Slice it."""
    about = Q(data__referral=referral.pk)
    if rewards:
        about |= Q(data__reward__in=[reward.pk for reward in rewards])
    people = [referral.friend_id, referral.ambassador_id]
    found = Event.objects.filter(about, business=referral.business, client_id__in=people)
    return found.order_by("-at", "-pk")


def referrals_behind(business: Business, rewards: Sequence[Reward]) -> dict[int, str]:
    """Return the public id of the referral behind each of several rewards, by reward, in one query."""
    sources = {reward.source_id for reward in rewards if reward.source_kind == "referral"}
    if not sources:
        return {}
    found = dict(Referral.objects.filter(business=business, pk__in=sources).values_list("pk", "public_id"))
    return {reward.pk: found[reward.source_id] for reward in rewards if reward.source_id in found}


def qualified_in_sets(referral: Referral) -> QuerySet[Referral]:
    """Return the friends that fill the same sets as this one: of one ambassador and campaign, rewarded for each N.

    A flagged friend counts once a person has approved.
    """
    assert referral.terms is not None
    same = Referral.objects.filter(
        ambassador=referral.ambassador_id, campaign=referral.campaign_id, terms__every=referral.terms.every
    )
    return same.filter(qualified_at__isnull=False, flagged=False).exclude(reason__in=FREED)


def leads_of(business: Business) -> QuerySet[Client]:
    """Return the leads of a business, newest first, each with the referral that brought them."""
    return (
        Client.objects.filter(business=business, status=Client.Status.LEAD)
        .prefetch_related("referrals_received__ambassador")
        .order_by("-id")
    )


def deleted_leads(business: Business) -> int:
    """Return how many referred leads were deleted before they became clients (M-4's tombstones, of all time)."""
    gone = Referral.objects.filter(business=business, friend__deleted_at__isnull=False, friend__activated_at=None)
    found = gone.filter(activated_at=None, returned_from=None)
    return found.exclude(reason=Referral.Reason.REJECTED).count()


@dataclass(frozen=True)
class Numbers:
    """How many friends a client brought: registered, and active by now."""

    leads: int = 0
    active: int = 0


def numbers_of(clients: Sequence[Client]) -> dict[int, Numbers]:
    """Return the numbers of several ambassadors by client id, in one query (R-062, R-063)."""
    rows = (
        Referral.objects.filter(ambassador__in=[client.pk for client in clients])
        .exclude(reason=Referral.Reason.REJECTED)
        .values_list("ambassador")
        .annotate(leads=Count("id"), active=Count("id", filter=Q(activated_at__isnull=False)))
        .order_by()
    )
    return {client: Numbers(leads=leads, active=active) for client, leads, active in rows}


def visit_rows(
    business: Business, *, since: date | None = None, until: date | None = None, campaign: Campaign | None = None
) -> tuple[QuerySet[VisitDay], QuerySet[Visit]]:
    """Return the days that are counted and the visits after them, from the day `since` to the day `until`, included."""
    mark = RollUp.objects.filter(name="visits").values("mark")[:1]
    days = VisitDay.objects.filter(business=business)
    tail = Visit.objects.filter(business_id=business.pk, is_own=False, id__gt=Coalesce(Subquery(mark), 0))
    if campaign is not None:
        days, tail = days.filter(campaign=campaign), tail.filter(campaign_id=campaign.pk)
    if since is not None:
        days, tail = days.filter(day__gte=since), tail.filter(id__gte=_first_id(business, since))
    if until is not None:
        days, tail = days.filter(day__lte=until), tail.filter(id__lt=_first_id(business, until + timedelta(days=1)))
    return days, tail


def visits(
    business: Business, *, since: date | None = None, until: date | None = None, campaign: Campaign | None = None
) -> int:
    """Return how often links were opened on the days from `since` to `until`, both included."""
    days, tail = visit_rows(business, since=since, until=until, campaign=campaign)
    return int(days.aggregate(total=Sum("visits"))["total"] or 0) + tail.count()


def day_of_visit(visit_id: int, timezone: str) -> date:
    """Return the local calendar day on which a visit's id was made."""
    return datetime.fromtimestamp((visit_id >> 21) / 1000, tz=UTC).astimezone(ZoneInfo(timezone)).date()


def _first_id(business: Business, day: date) -> int:
    start: datetime = clock.day_start(business, day)
    return ids.time_id_at(int(start.timestamp() * 1000))


@dataclass(frozen=True)
class Origin:
    """What a movement of balance came from, by public ids; None where it did not."""

    order: str | None = None
    referral: str | None = None


def origins_of(business: Business, transfers: Sequence[Transfer]) -> dict[int, Origin]:
    """Return for several movements, by key, which order or referral each came from; at most three queries for all."""
    named = {kind: {t.ref_id or 0 for t in transfers if t.ref_kind == kind} for kind in ("order", "reward")}
    orders = dict(Order.objects.filter(business=business, pk__in=named["order"]).values_list("pk", "public_id"))
    earned = Reward.objects.filter(business=business, pk__in=named["reward"], source_kind="referral")
    sources = dict(earned.values_list("pk", "source_id"))
    referrals = dict(
        Referral.objects.filter(business=business, pk__in=set(sources.values())).values_list("pk", "public_id")
    )
    return {
        t.pk: Origin(
            order=orders.get(t.ref_id or 0) if t.ref_kind == "order" else None,
            referral=referrals.get(sources.get(t.ref_id or 0, 0)) if t.ref_kind == "reward" else None,
        )
        for t in transfers
    }


def outdated_mailings(business: Business) -> QuerySet[Mailing, int]:
    """Return the numbers of what was written to clients about campaigns that are not live any more, for a subquery."""
    ended = Mailing.objects.filter(business=business).exclude(campaign__state=Campaign.State.ACTIVE)
    return ended.values_list("pk", flat=True)
