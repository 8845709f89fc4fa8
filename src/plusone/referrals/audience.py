"""Who hears of a campaign, and why somebody does not (R-014, R-243)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client, ClientQuerySet
from plusone.kernel.identity import takes_mail
from plusone.kernel.models import Business
from plusone.messaging.models import Category, ChannelSwitch, Message, Suppression
from plusone.messaging.suppression import fingerprint

from .models import Campaign, Mailing, Reminder

WEEK = timedelta(days=7)
MAILINGS_SHOWN = 50
Reason = Message.Reason
# Why somebody is left out today who may have it another day.
PASSING = (
    *(Reason.ARCHIVED, Reason.NO_ADDRESS, Reason.LETTERS, Reason.CHANNEL_OFF, Reason.NO_CONSENT, Reason.BLOCKED),
    Reason.WEEKLY_MAX,
)

# The reasons said of several people, after their number.
MANY = {
    Reason.ARCHIVED: _("archived"),
    Reason.DELETED: _("deleted"),
    Reason.NO_ADDRESS: _("without an address"),
    Reason.LETTERS: _("with letters before the @ to which no mail can be sent"),
    Reason.CHANNEL_OFF: _("this channel is switched off"),
    Reason.NO_CONSENT: _("do not want news and promotions"),
    Reason.BLOCKED: _("their address does not take our mails"),
    Reason.BOUNCED: _("there is no mailbox at their address"),
    Reason.WEEKLY_MAX: _("were sent enough promotions this week"),
    Reason.TOO_LATE: _("it could not be sent while it was still useful"),
}


@dataclass(frozen=True)
class Reach:
    """How many a text reaches by a channel, and how many it does not, by reason."""

    channel: str
    gets: int
    left_out: list[tuple[str, int]]


def clients_told(business: Business, audience: str = "all", tags: Sequence[str] = ()) -> ClientQuerySet:
    """Return the clients whom campaigns speak to: active ones with access (Q-09); with `tags` (public ids), only those
    who have one of them."""
    found: ClientQuerySet = Client.objects.filter(business=business, status=Client.Status.ACTIVE, access=True)
    if audience == "idle":
        found = found.filter(referrals_made=None)
    if tags:
        had = Client.tags.through.objects.filter(client_id=OuterRef("pk"), tag__business=business)
        found = found.filter(Exists(had.filter(tag__public_id__in=list(tags))))
    return found


def audience_of(mailing: Mailing) -> ClientQuerySet:
    """Return the clients whom a mailing is for. Who was imported since an announcement hears nothing by itself."""
    found = clients_told(mailing.business, mailing.audience, mailing.tags)
    if mailing.kind == Mailing.Kind.NEWCOMERS:
        return found.filter(import_id=mailing.import_id)
    if mailing.kind == Mailing.Kind.ANNOUNCEMENT:
        return found.exclude(told_after__gte=mailing.pk)
    return found


def last_mailing(business: Business) -> int:
    """Return the number of the newest text to many; 0 where there was none."""
    return Mailing.objects.filter(business=business).aggregate(last=Max("pk"))["last"] or 0


def without(mailing: Mailing, channel: str, clients: ClientQuerySet) -> ClientQuerySet:
    """Keep those who have not had a mailing by a channel, and were not left out of it for good."""
    had = Message.objects.filter(mailing_id=mailing.pk, client=OuterRef("pk"), channel=channel)
    return clients.exclude(Exists(had.exclude(state=Message.State.SUPPRESSED, reason__in=PASSING)))


@dataclass(frozen=True)
class _Standing:
    """What decides, for many clients at once, who may be sent a promotion."""

    business: Business
    off: frozenset[str]
    blocked: frozenset[str]

    def reason(self, channel: str, email: str | None, wants_news: bool, promotions: int) -> str:
        """Return why somebody would not be sent one by a channel, or nothing."""
        by_mail, full = channel == "email", self.business.news_weekly_max
        if channel in self.off:
            return Reason.CHANNEL_OFF
        if by_mail and not email:
            return Reason.NO_ADDRESS
        if by_mail and not takes_mail(email or ""):
            return Reason.LETTERS
        if not wants_news:
            return Reason.NO_CONSENT
        if by_mail and self.is_blocked(email):
            return Reason.BLOCKED
        return Reason.WEEKLY_MAX if by_mail and full and promotions >= full else ""

    def is_blocked(self, email: str | None) -> bool:
        """Whether an address takes none of the business's mails."""
        return bool(self.blocked) and fingerprint(self.business, email or "") in self.blocked


def _standing(business: Business) -> _Standing:
    off = ChannelSwitch.objects.filter(business=business, active=False).annotate(is_off=Value(True))
    blocked = Suppression.objects.filter(business=business).annotate(is_off=Value(False))
    rows = off.values_list("is_off", "channel").union(blocked.values_list("is_off", "hash"), all=True)
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for is_off, name in rows:
        found[bool(is_off)].add(name)
    return _Standing(business, frozenset(found[True]), frozenset(found[False]))


def verdicts(
    business: Business, channel: str, clients: ClientQuerySet, *, now: datetime
) -> Iterator[tuple[Client, str]]:
    """Return each client with the reason why a promotion would not be sent, or an empty one."""
    standing, counts = _standing(business), channel == "email" and business.news_weekly_max
    asked = clients.with_their_wish()
    for client in asked.annotate(promotions=_sent_lately(now)) if counts else asked:
        wants: bool = client.wants_news  # type: ignore[attr-defined]  # annotated
        yield client, standing.reason(channel, client.email, wants, getattr(client, "promotions", 0))


def next_of(mailing: Mailing, channel: str, most: int, *, now: datetime) -> list[Client]:
    """Return the next clients, no more than `most`, who may be sent a mailing by a channel and have not had it.

    It goes on after the last who has it, and looks once nobody is left there for who came in between: so that each
    batch of a text to many reads the clients of that batch, and not all that are still to come.
    """
    business = mailing.business
    standing, by_mail = _standing(business), channel == "email"
    if channel in standing.off:
        return []
    left = without(mailing, channel, audience_of(mailing)).wanting_news()
    if by_mail:
        left = left.exclude(email=None).exclude(email="")
        if business.news_weekly_max:
            left = left.annotate(promotions=_sent_lately(now)).filter(promotions__lt=business.news_weekly_max)
    had = Message.objects.filter(mailing_id=mailing.pk, channel=channel).exclude(state=Message.State.SUPPRESSED)
    last = had.aggregate(last=Max("client"))["last"] or 0
    found: list[Client] = []
    for rest in (left.filter(pk__gt=last), left.filter(pk__lt=last)):
        for client in _one_by_one(rest, most):
            if not (by_mail and standing.is_blocked(client.email)):
                found.append(client)
            if len(found) == most:
                return found
    return found


def _one_by_one(clients: ClientQuerySet, page: int) -> Iterator[Client]:
    """Read them by their number, a page at a time: whoever stops has not read the rest."""
    rows, after = clients.order_by("pk"), 0
    while read := list(rows.filter(pk__gt=after)[:page]):
        yield from read
        after = read[-1].pk


def reaches(
    business: Business, channels: Sequence[str], *, clients: ClientQuerySet | None = None, now: datetime
) -> list[Reach]:
    """Return how many a text would reach now by each channel (of all clients, or of these), and how many not, with the
    reasons. Clients are read once for all channels, and of each no more than it takes."""
    told = clients_told(business) if clients is None else clients
    return _looked_through(business, told, channels, [], now)[0]


def _looked_through(
    business: Business, clients: ClientQuerySet, channels: Sequence[str], mailings: Sequence[Mailing], now: datetime
) -> tuple[list[Reach], Counter[tuple[int, str]]]:
    """Return how many a new text would reach by some channels, and how many are still to be written to by mailings on
    their way, by mailing and channel. Each client is read once for all of it, in two queries."""
    standing, ways = _standing(business), [(mailing, channel) for mailing in mailings for channel in mailing.channels]
    counts: dict[str, Counter[str]] = {channel: Counter() for channel in channels}
    to_come: Counter[tuple[int, str]] = Counter()
    left = {
        f"left_{place}": Exists(without(mailing, channel, audience_of(mailing)).filter(pk=OuterRef("pk")))
        for place, (mailing, channel) in enumerate(ways)
    }
    rows = clients.annotate(**left).with_their_wish().annotate(promotions=_sent_lately(now)).order_by()
    for email, wants, promotions, *waits in rows.values_list("email", "wants_news", "promotions", *left).iterator():
        for channel, count in counts.items():
            count[standing.reason(channel, email, wants, promotions)] += 1
        for (mailing, channel), is_left in zip(ways, waits, strict=True):
            to_come[mailing.pk, channel] += is_left and not standing.reason(channel, email, wants, promotions)
    return [_reach(channel, count) for channel, count in counts.items()], to_come


def reach(business: Business, channel: str, *, clients: ClientQuerySet | None = None, now: datetime) -> Reach:
    """Return the same for one channel."""
    return reaches(business, [channel], clients=clients, now=now)[0]


def _reach(channel: str, counts: Counter[str]) -> Reach:
    gets = counts.pop("", 0)
    return Reach(channel, gets, [(str(MANY[Reason(reason)]), count) for reason, count in counts.most_common()])


@dataclass(frozen=True)
class Way:
    """How far a mailing is by one channel. Who is still to be written to waits, too: no mail is written at night."""

    channel: str
    sent: int
    waiting: int
    failed: int

    @property
    def all(self) -> int:
        """How many it is for: those who have it, and those who do not yet."""
        return self.sent + self.waiting + self.failed


@dataclass(frozen=True)
class Progress:
    """How far a mailing is, by each of its channels."""

    ways: list[Way]
    left_out: list[tuple[str, int]]

    @property
    def sent(self) -> int:
        """By all channels."""
        return sum(way.sent for way in self.ways)

    @property
    def waiting(self) -> int:
        """By all channels."""
        return sum(way.waiting for way in self.ways)

    @property
    def failed(self) -> int:
        """By all channels."""
        return sum(way.failed for way in self.ways)


def progress_of(
    business: Business, mailings: list[Mailing], channels: Sequence[str], *, now: datetime
) -> tuple[dict[int, Progress], list[Reach]]:
    """Return how far several mailings are, and how many a new text would reach by some channels, in three queries."""
    rows = (
        Message.objects.filter(mailing_id__in=[one.pk for one in mailings])
        .order_by()
        .values_list("mailing_id", "channel", "state", "reason")
        .annotate(count=Count("pk"))
    )
    found: dict[int, Counter[tuple[str, str, str]]] = {one.pk: Counter() for one in mailings}
    for mailing, channel, state, reason, count in rows:
        found[mailing or 0][channel, state, reason if state == Message.State.SUPPRESSED else ""] += count
    on_their_way = [one for one in mailings if one.is_open and one.ended_at is None]
    reached, to_come = _looked_through(business, clients_told(business), channels, on_their_way, now)
    return {one.pk: _progress(one, found[one.pk], to_come) for one in mailings}, reached


def _progress(mailing: Mailing, counts: Counter[tuple[str, str, str]], to_come: Counter[tuple[int, str]]) -> Progress:
    states, left_out = Message.State, Counter[str]()
    for (_channel, _state, reason), count in counts.items():
        if reason:
            left_out[reason] += count
    ways = [
        Way(
            channel,
            sent=counts[channel, states.SENT, ""] + counts[channel, states.DELIVERED, ""],
            waiting=counts[channel, states.QUEUED, ""] + to_come[mailing.pk, channel],
            failed=counts[channel, states.FAILED, ""],
        )
        for channel in mailing.channels
    ]
    return Progress(ways, [(str(MANY[Reason(reason)]), count) for reason, count in left_out.most_common()])


def channels_of(campaign: Campaign) -> list[str]:
    """Return by what a campaign speaks to clients."""
    ways = (("email", campaign.tell_by_email), ("portal", campaign.tell_by_portal))
    return [channel for channel, is_on in ways if is_on]


def announcement_of(campaign: Campaign) -> Mailing | None:
    """Return the newest announcement that was not stopped, or None."""
    mailings = Mailing.objects.filter(campaign=campaign, kind=Mailing.Kind.ANNOUNCEMENT)
    return mailings.exclude(state=Mailing.State.STOPPED).order_by("-round").first()


def newcomers_told(business: Business, import_id: int) -> Mailing | None:
    """Return the announcement to the clients of an import, or None where there is none, or it was stopped."""
    told = Mailing.objects.filter(business=business, import_id=import_id).exclude(state=Mailing.State.STOPPED)
    return told.order_by("-pk").first()


def mailings_of(campaign: Campaign) -> list[Mailing]:
    """Return what a campaign sent and will send, newest first."""
    mailings = Mailing.objects.filter(campaign=campaign).select_related("business")
    return list(mailings.order_by("-pk")[:MAILINGS_SHOWN])


def reminders_of(campaign: Campaign) -> list[Reminder]:
    """Return what a campaign reminds its clients of, the next first, what is over last."""
    return list(Reminder.objects.filter(campaign=campaign).order_by(F("next_on").asc(nulls_last=True), "at", "pk"))


def _sent_lately(now: datetime) -> Coalesce:
    lately = Message.objects.filter(
        Q(state__in=("queued", "sent", "delivered")),
        client=OuterRef("pk"),
        category=Category.PROMOTIONAL,
        channel="email",
        created_at__gt=now - WEEK,
    )
    counted = lately.order_by().values("client").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)
