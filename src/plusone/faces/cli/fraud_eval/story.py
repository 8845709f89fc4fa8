"""Some months of a studio in which it is known who cheats: honest people, and eight kinds of others.

Everything goes through the commands that the pages use, at the moment it happens.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from plusone.agenda.commands import mark_visit
from plusone.clients.commands import activate, archive, create_client, delete_client
from plusone.clients.models import Client, fold
from plusone.kernel.commands import add_collaborator, user_for
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.referrals.commands import add_own_network, register_friend
from plusone.referrals.models import Referral

from ..demo.people import MEN, SURNAMES, WOMEN

DAYS = 90
FIRST, LAST = (WOMEN + " " + MEN).split(), SURNAMES.split()
MAILS = ("gmail.com", "outlook.com", "correo.example", "yahoo.es", "mail.example")
WORK = ("taller.example", "banco.example", "colegio.example", "hospital.example")
HOME = "203.0.113.10"  # the studio's own connection
FRAUD = {
    "own_address": "The ambassador again, by a second mailbox",
    "known_client": "A client of the house as a new friend",
    "made_up": "People who do not exist, by a script or throw-away mailboxes",
    "coupon_site": "Strangers from a coupon site or an advertisement",
    "circle": "A circle that ends with its first one again",
    "came_back": "Deleted some days ago, back as a new friend",
    "staff": "The front desk's own link for walk-ins",
    "minimum": "Friends who come once and are never seen again",
}
FAMILIES = ("family", "flatmates", "colleagues")
GOOD = {
    "friends": "Friends",
    "family": "Families, with one surname and one connection",
    "flatmates": "Flatmates, with one connection",
    "colleagues": "Colleagues, with one company's addresses",
    "open_day": "An open day on the studio's own network",
    "fair": "A fair: twenty people on one strange connection",
    "popular": "Somebody with many friends in one evening",
}
SHARES = {"friends": 40, "family": 22, "flatmates": 10, "colleagues": 12, "open_day": 8, "fair": 1, "popular": 7}


@dataclass
class Attempt:
    """One recommendation, what it really was, and what became of it."""

    kind: str
    is_fraud: bool
    referral: Referral | None = None
    refused: str = ""
    is_held: bool = False
    is_scored: bool = False

    @property
    def is_caught(self) -> bool:
        """Somebody looks before anything is given, it is refused, or the ambassador's page shows it."""
        return bool(self.refused) or self.is_held or self.is_scored


@dataclass
class Friend:
    """What somebody types."""

    first_name: str
    last_name: str
    email: str
    phone: str = ""


type Act = Callable[[], None]


@dataclass
class Story:
    """Tells what happens; `attempts` is what is known of each recommendation afterwards."""

    business: Business
    number: int
    fraud_share: float
    draw: random.Random
    start: datetime
    attempts: list[Attempt] = field(default_factory=list)
    _plan: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _count: int = 0

    def live(self, step: Callable[[int, int], None]) -> None:
        """Plan everything, then let it happen in its order."""
        fraud = round(self.number * self.fraud_share)
        add_own_network(self.business, HOME, actor="system", now=self.start)
        self._ambassadors = [self._client() for _ in range(max(20, self.number // 12))]
        for place, kind in enumerate(FRAUD):
            size = fraud // len(FRAUD) + (place < fraud % len(FRAUD))
            getattr(self, f"_{kind}")(size)
        good, total = self.number - fraud, sum(SHARES.values())
        sizes = {kind: good * share // total for kind, share in SHARES.items()}
        sizes["friends"] += good - sum(sizes.values())
        for kind, size in sizes.items():
            getattr(self, f"_{kind}")(size)
        self._plan.sort(key=lambda each: each[:2])
        for done, (_at, _number, act) in enumerate(self._plan):
            act()
            step(done, len(self._plan))

    # What happens

    def _at(self, *, days: float = 0, minutes: float = 0) -> datetime:
        day = self.start + timedelta(days=days or self.draw.uniform(1, DAYS - 35))
        return day + timedelta(minutes=minutes)

    def _then(self, at: datetime, act: Act) -> None:
        self._count += 1
        self._plan.append((at, self._count, act))

    def _try(
        self, kind: str, ambassador: Client, friend: Friend, at: datetime, *, network: str = "", ad: str = "",
        flags: tuple[str, ...] = (), stays: float | None = None, source: str = "link",
    ) -> Attempt:  # fmt: skip
        """Plan a registration; with `stays` the friend becomes a client, and with that chance comes again."""
        attempt = Attempt(kind, kind in FRAUD)
        self.attempts.append(attempt)
        network = network or self._network()

        def register() -> None:
            try:
                made = register_friend(
                    self.business, ambassador, first_name=friend.first_name, last_name=friend.last_name,
                    email=friend.email, phone=friend.phone, source=source, flags=flags, network=network, ad=ad,
                    actor="public", now=at,
                )  # fmt: skip
            except Refused as refusal:
                attempt.refused = refusal.code
                return
            attempt.referral = made.referral
            if stays is not None:
                activate(made.referral.friend, actor="user:1", now=at + timedelta(hours=1))

        self._then(at, register)
        if stays is not None and self.draw.random() < stays:
            for days in (9, 20):
                self._then(at + timedelta(days=days), lambda days=days: self._visit(attempt, at, days))  # type: ignore[misc]  # bound now
        return attempt

    def _visit(self, attempt: Attempt, at: datetime, days: int) -> None:
        if attempt.referral is not None:
            when = at + timedelta(days=days)
            mark_visit(attempt.referral.friend, key=f"{attempt.referral.pk}:{days}", actor="user:1", now=when)

    # Who they are

    def _person(self, *, first: str = "", last: str = "", domain: str = "") -> Friend:
        self._count += 1
        first, last = first or self.draw.choice(FIRST), last or self.draw.choice(LAST)
        other = self.draw.choice(LAST)
        plain, name = fold(first).replace(" ", ""), fold(last).replace(" ", "")
        local = self.draw.choice(
            (f"{plain}.{name}{self._count}", f"{name}{plain}{self._count}", f"{plain}{fold(other)}{self._count}")
        )
        phone = f"+346{self._count:08}" if self.draw.random() < 0.6 else ""
        return Friend(first, f"{last} {other}", f"{local}@{domain or self.draw.choice(MAILS)}", phone)

    def _client(self, friend: Friend | None = None) -> Client:
        friend = friend or self._person()
        return create_client(
            self.business, first_name=friend.first_name, last_name=friend.last_name, email=friend.email,
            phone=friend.phone, actor="system", now=self.start,
        )  # fmt: skip

    def _one(self) -> Client:
        return self.draw.choice(self._ambassadors)

    def _network(self) -> str:
        return ".".join(str(self.draw.randint(11, 99)) for _ in range(4))

    def _groups(self, size: int, most: int) -> Iterator[int]:
        while size > 0:
            yield min(size, most)
            size -= most

    # Honest people

    def _friends(self, size: int) -> None:
        for _ in range(size):
            stays = 0.9 if self.draw.random() < 0.2 else None
            self._try("friends", self._one(), self._person(), self._at(), stays=stays)

    def _family(self, size: int) -> None:
        """Some have one first name too, and a few fill in one phone."""
        for number in self._groups(size, 3):
            one, at, network = self._one(), self._at(), self._network()
            last = one.last_name.split()[0]
            for minute in range(number):
                shares_name = self.draw.random() < 0.03
                friend = self._person(first=one.first_name if shares_name else "", last=last)
                friend.phone = one.phone if self.draw.random() < 0.005 else friend.phone
                self._try("family", one, friend, at + timedelta(minutes=minute * 4), network=network)

    def _flatmates(self, size: int) -> None:
        for number in self._groups(size, 3):
            one, at, network = self._one(), self._at(), self._network()
            for minute in range(number):
                self._try("flatmates", one, self._person(), at + timedelta(minutes=minute * 9), network=network)

    def _colleagues(self, size: int) -> None:
        for number in self._groups(size, 6):
            one, at, network = self._one(), self._at(), self._network()
            domain = self.draw.choice(WORK)
            for minute in range(number):
                friend = self._person(domain=domain)
                self._try("colleagues", one, friend, at + timedelta(minutes=minute * 2), network=network)

    def _open_day(self, size: int) -> None:
        for number in self._groups(size, 40):
            at = self._at()
            for place in range(number):
                when = at + timedelta(seconds=place * 40)
                self._try("open_day", self._one(), self._person(), when, network=HOME, source="code")

    def _fair(self, size: int) -> None:
        for number in self._groups(size, 20):
            at, network = self._at(), self._network()
            for place in range(number):
                when = at + timedelta(seconds=place * 45)
                self._try("fair", self._one(), self._person(), when, network=network, source="code")

    def _popular(self, size: int) -> None:
        for number in self._groups(size, 12):
            one, at = self._one(), self._at()
            for place in range(number):
                self._try(
                    "popular", one, self._person(), at + timedelta(minutes=place * 6), ad="fbclid" if place == 3 else ""
                )

    # The others; one of ten of each kind is clever enough to leave nothing to see, where that can be

    def _is_clever(self) -> bool:
        return self.draw.random() < 0.1

    def _own_address(self, size: int) -> None:
        for place in range(size):
            one, again = self._one(), self._person()
            local, _at, domain = (one.email or "").partition("@")
            if not self._is_clever():
                again.first_name, again.last_name = one.first_name, one.last_name
                again.email = f"{local}+{place}@{domain}" if place % 3 == 0 else f"{local}{place}@otro-correo.example"
                again.phone = one.phone if place % 5 == 1 else again.phone
            self._try("own_address", one, again, self._at(), stays=0.9)

    def _known_client(self, size: int) -> None:
        for _ in range(size):
            known, friend = self._client(), self._person()
            if not self._is_clever():
                friend.email = known.email or ""
            self._try("known_client", self._one(), friend, self._at())

    def _made_up(self, size: int) -> None:
        burst = max(size * 7 // 10, min(size, 22))
        at, network = self._at(), self._network()
        for place in range(burst):
            self._try("made_up", self._one(), self._person(), at + timedelta(seconds=place * 15), network=network)
        for place in range(size - burst):
            mailbox = "" if place % 2 or self._is_clever() else "mailinator.com"
            flags = ("trap",) if place % 2 else ()
            self._try("made_up", self._one(), self._person(domain=mailbox), self._at(), flags=flags)

    def _coupon_site(self, size: int) -> None:
        by_ads = size // 5
        for place in range(by_ads):
            self._try("coupon_site", self._one(), self._person(), self._at(), ad=("gclid", "ttclid")[place % 2])
        one, at = self._client(), self._at()
        for place in range(size - by_ads):
            self._try("coupon_site", one, self._person(), at + timedelta(seconds=place * 90))

    def _circle(self, size: int) -> None:
        """Four people each: the fourth brings the first one again, by another mailbox."""
        for number in self._groups(size, 4):
            people, at, clever = [self._client()], self._at(), self._is_clever()
            for place in range(number):
                friend = self._person()
                if place == number - 1 and not clever:
                    local = (people[0].email or "").partition("@")[0]
                    friend.first_name, friend.email = people[0].first_name, f"{local}9@otro-correo.example"
                self._link("circle", people, place, friend, at + timedelta(days=place))

    def _link(self, kind: str, people: list[Client], place: int, friend: Friend, at: datetime) -> None:
        """Plan that the latest of `people` brings a friend, who becomes a client and the next of them."""
        attempt = Attempt(kind, True)
        self.attempts.append(attempt)

        def register() -> None:
            made = register_friend(
                self.business, people[place], first_name=friend.first_name, last_name=friend.last_name,
                email=friend.email, network=self._network(), actor="public", now=at,
            )  # fmt: skip
            activate(made.referral.friend, actor="user:1", now=at)
            attempt.referral = made.referral
            made.referral.friend.refresh_from_db()
            people.append(made.referral.friend)

        self._then(at, register)

    def _came_back(self, size: int) -> None:
        for _ in range(size):
            person, again = self._person(), self._at()
            client = self._client(person)
            clever = self._is_clever()

            def leave(client: Client = client, at: datetime = again - timedelta(days=10)) -> None:
                archive(client, actor="user:1", now=at)
                delete_client(client, actor="user:1", now=at)

            self._then(again - timedelta(days=10), leave)
            self._try("came_back", self._one(), self._person() if clever else person, again)

    def _staff(self, size: int) -> None:
        for number in self._groups(size, 8):
            desk = self._client()
            add_collaborator(self.business, user_for(desk.email or ""), role="front_desk")
            for _ in range(number):
                self._try("staff", desk, self._person(), self._at(), network=HOME)

    def _minimum(self, size: int) -> None:
        for number in self._groups(size, 6):
            one = self._client()
            for _ in range(number):
                self._try("minimum", one, self._person(), self._at(), stays=0)
