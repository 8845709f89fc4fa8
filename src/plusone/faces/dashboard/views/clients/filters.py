"""Which clients a list is about: its address says it, so that it can be shared, and bulk acts read the same (R-068)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils.translation import gettext as _

from plusone.clients.models import Client, ClientQuerySet, SavedView, Tag
from plusone.insights.attention import any_need, needs
from plusone.kernel.models import Business, Collaborator, User
from plusone.referrals.models import Referral
from plusone.referrals.queries import FREED
from plusone.store.commands.memberships import LIVE
from plusone.store.models import Membership, MembershipType, Order, Payment

ANY, NOBODY, NONE = "any", "nobody", "none"


def _paid(business: Business) -> Exists:
    return Exists(Payment.objects.filter(business=business, client=OuterRef("pk")))


def _has(business: Business, kind: str = "") -> Exists:
    """Keep those who have a membership now, of any type or of this one."""
    mine = Membership.objects.filter(business=business, client=OuterRef("pk"), state__in=LIVE)
    return Exists(mine.filter(type__public_id=kind) if kind else mine)


def _owes(business: Business) -> Exists:
    return Exists(
        Order.objects.filter(business=business, client=OuterRef("pk"), state=Order.State.AWAITING_PAYMENT, due__gt=0)
    )


# By what was paid: an order that waits for its money, or any payment at all.
PAID: dict[str, Callable[[Business], Any]] = {
    "owes": _owes,
    "yes": _paid,
    "never": lambda business: ~_paid(business),
}
# What can be done with many clients of a tab; elsewhere it would be left out for each of them.
OFFERED = {
    "": ("tag", "activate", "archive", "message", "assign", "invite"),
    "invited": ("tag", "assign"),
    "lead": ("tag", "activate", "archive", "message", "assign", "invite"),
    "active": ("tag", "archive", "message", "assign", "invite"),
    "archived": ("tag", "reactivate", "assign"),
}
STATES = (Client.Status.INVITED, Client.Status.LEAD, Client.Status.ACTIVE, Client.Status.ARCHIVED)


@dataclass(frozen=True)
class Wanted:
    """What a reader asked for; everything empty is everybody."""

    status: str = ""
    q: str = ""
    tags: tuple[str, ...] = ()
    every: bool = False  # all of the tags, not any of them
    referred: str = ""
    needs: str = ""
    pro: str = ""  # who looks after them; NOBODY
    paid: str = ""
    work: str = ""  # what who looks after them works as
    plan: str = ""  # the membership they have: a type, ANY, or NONE

    @classmethod
    def read(cls, asked: QueryDict) -> "Wanted":
        """Read an address, or what a form sent along; what is made up says nothing."""
        status, referred, need = asked.get("status", ""), asked.get("referred", ""), asked.get("needs", "")
        return cls(
            status=status if status in STATES else "",
            q=asked.get("q", "").strip()[:200],
            tags=tuple(sorted({tag for tag in asked.getlist("tag") if tag.isalnum()}))[:50],
            every=asked.get("every") == "1",
            pro=pro if (pro := asked.get("pro", "")).isalnum() and pro.isascii() and len(pro) <= 22 else "",
            work=" ".join(asked.get("work", "").replace("\0", "").split())[:60],
            plan=plan if (plan := asked.get("plan", "")).isalnum() and plan.isascii() and len(plan) <= 22 else "",
            paid=asked.get("paid", "") if asked.get("paid") in PAID else "",
            referred=referred if referred in ("yes", "no") else "",
            needs=need if need == ANY or need in needs else "",
        )

    @property
    def filters(self) -> int:
        """How many filters are set, the search and the tab not counted."""
        return len(self.tags) + sum(map(bool, (self.referred, self.needs, self.pro, self.work, self.paid, self.plan)))

    @property
    def is_anything(self) -> bool:
        """Whether something narrows the list."""
        return bool(self.status or self.q or self.filters)

    def pairs(self) -> list[tuple[str, str]]:
        """Return it as the fields of a form."""
        one = [
            (name, str(getattr(self, name)))
            for name in ("status", "q", "referred", "needs", "pro", "work", "paid", "plan")
        ]
        one.append(("every", "1" if self.every and len(self.tags) > 1 else ""))
        return [(name, value) for name, value in one if value] + [("tag", tag) for tag in self.tags]

    def query(self, **changes: str) -> str:
        """Return it as an address, with one thing changed; empty where that is the whole list."""
        asked = QueryDict(mutable=True)
        for name, value in self.pairs():
            asked.appendlist(name, value)
        for name, value in changes.items():
            asked.pop(name, None)
            if value:
                asked[name] = value
        return f"?{asked.urlencode()}"

    def rows(self, business: Business, clients: ClientQuerySet, *, now: datetime) -> QuerySet[Client]:
        """Return the clients who are wanted, of those whom the reader may see."""
        found = clients
        if self.status:
            found = found.filter(status=self.status)
        if self.q:
            found = found.find(business, self.q)
        if self.tags:
            had = Client.tags.through.objects.filter(tag__business=business, client_id=OuterRef("pk"))
            for tags in [[tag] for tag in self.tags] if self.every else [list(self.tags)]:
                found = found.filter(Exists(had.filter(tag__public_id__in=tags)))
        found = self._cared_for(business, found)
        if self.referred:
            came = Referral.objects.filter(business=business, friend=OuterRef("pk")).exclude(reason__in=FREED)
            found = found.filter(Exists(came) if self.referred == "yes" else ~Exists(came))
        if self.needs:
            wanted = any_need(business, now) if self.needs == ANY else needs[self.needs]().holds(business, now)
            found = found.filter(wanted)
        return found

    def _cared_for(self, business: Business, found: ClientQuerySet) -> ClientQuerySet:
        """Keep those who are looked after, have paid and have a membership as is asked."""
        if self.pro:
            mine = Q(professional=None) if self.pro == NOBODY else Q(professional__public_id=self.pro)
            found = found.filter(mine)
        if self.work:
            found = found.filter(professional__profession=self.work)
        if self.paid:
            found = found.filter(PAID[self.paid](business))
        if self.plan:
            found = found.filter(
                ~_has(business) if self.plan == NONE else _has(business, "" if self.plan == ANY else self.plan)
            )
        return found


def with_needs(rows: QuerySet[Client], business: Business, *, now: datetime) -> QuerySet[Client]:
    """Let each client of a page say which reasons there are to look at them; no query more."""
    return rows.annotate(
        **{
            f"need_{need.name}": ExpressionWrapper(need().holds(business, now), output_field=BooleanField())
            for need in needs
        }
    )


def needs_of(client: Any) -> list[str]:
    """Return the reasons to look at a client, in words."""
    return [str(need.label) for need in needs if getattr(client, f"need_{need.name}", False)]


def tags_by_client(clients: Sequence[Client], tags: Sequence[Tag]) -> dict[int, list[Tag]]:
    """Return the tags of several clients by name, in one query."""
    had: dict[int, list[Tag]] = {}
    named = {tag.pk: tag for tag in tags}
    pairs = Client.tags.through.objects.filter(client__in=clients).values_list("client_id", "tag_id")
    for client, tag in pairs:
        if tag in named:
            had.setdefault(client, []).append(named[tag])
    return {client: sorted(mine, key=lambda tag: tag.key) for client, mine in had.items()}


@dataclass
class Offered:
    """What the filters of the client list offer: saved views, the team, types of membership, tags; each row with what
    is shown of it."""

    views: list[SavedView] = field(default_factory=list)
    team: list[Collaborator] = field(default_factory=list)
    plans: list[MembershipType] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)


def offered_in(business: Business) -> Offered:
    """Read all of it in one query."""
    found, mine = Offered(), {"business": business}
    rows = _offer("view", SavedView.objects.filter(**mine), "name", "query").union(
        _offer("team", Collaborator.objects.filter(**mine), "user__name", "user__email", "profession"),
        _offer("plan", MembershipType.objects.filter(**mine), "name"),
        _offer("tag", Tag.objects.filter(**mine), "name", "key", "color"),
        all=True,
    )
    for what, key, public_id, first, second, third in rows:
        about = {"pk": key, "public_id": public_id}
        match what:
            case "view":
                found.views.append(SavedView(**about, name=first, query=second))
            case "team":
                found.team.append(Collaborator(**about, user=User(name=first, email=second), profession=third))
            case "plan":
                found.plans.append(MembershipType(**about, name=first))
            case _tag:
                found.tags.append(Tag(**about, name=first, key=second, color=third))
    found.views.sort(key=lambda view: view.pk)
    found.team.sort(key=lambda one: one.pk)
    found.plans.sort(key=lambda plan: (plan.name, plan.pk))
    found.tags.sort(key=lambda tag: tag.key)
    return found


def _offer(what: str, rows: QuerySet[Any], first: str, second: str = "", third: str = "") -> QuerySet[Any]:
    """Put the rows of one table into the columns of all."""
    words: dict[str, Any] = {"first": F(first), "second": F(second) if second else Value(""), "third": Value("")}
    if third:
        words["third"] = F(third)
    texts = {name: Cast(value, CharField()) for name, value in words.items()}
    found: QuerySet[Any] = rows.order_by().annotate(what=Value(what, output_field=CharField()), **texts)
    return found.values_list("what", "pk", "public_id", *texts)


def choices(
    wanted: Wanted, tags: Sequence[Tag], team: Sequence[Collaborator] = (), plans: Sequence[MembershipType] = ()
) -> dict[str, Any]:
    """Return what the filters of a page offer."""
    works = sorted({row.profession for row in team if row.profession}, key=str.casefold)
    named = [(row.public_id, row.user.name or row.user.email) for row in team]
    return {
        "pro": [("", _("Whoever looks after them")), *named, (NOBODY, _("Nobody in particular"))] if named else [],
        "work": [("", _("Whatever their profession")), *((word, word) for word in works)] if works else [],
        "paid": [
            ("", _("Paid or not")),
            ("owes", _("Has something to pay")),
            ("yes", _("Has paid")),
            ("never", _("Has never paid")),
        ],
        "plan": [
            ("", _("With or without a membership")),
            (ANY, _("Has a membership")),
            *((kind.public_id, kind.name) for kind in plans),
            (NONE, _("Has no membership")),
        ]
        if plans
        else [],
        "tags": [(tag, tag.public_id in wanted.tags) for tag in tags],
        "referred": [("", _("However they came")), ("yes", _("Recommended")), ("no", _("Came by themselves"))],
        "needs": [
            ("", _("Whatever their state")),
            (ANY, _("Needs a look")),
            *((need.name, str(need.label)) for need in needs),
        ],
    }


def selected(business: Business, clients: ClientQuerySet, asked: QueryDict, *, now: datetime) -> QuerySet[Client]:
    """Return whom a bulk form means: all that match its filters, or the rows that were picked."""
    if asked.get("all"):
        return Wanted.read(asked).rows(business, clients, now=now)
    return clients.filter(Q(public_id__in=asked.getlist("pick")[:1000]))
