"""Two at once: one person is one lead, a case is decided once (CASES 12, 31, FRA-14). Each with its control."""

import threading
import time
from collections import Counter

import naive
import pytest
from django.db import transaction

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import (
    attach_referral,
    decide_case,
    deciding,
    register_friend,
    register_without_referral,
)
from plusone.referrals.commands.registering import GoesInCircles, Registration
from plusone.referrals.doubt import crowd, network
from plusone.referrals.models import DoubtCase, Referral, Trust
from racing import ON_POSTGRES, meeting, race
from world import NOON, add_client, bring, later, launch

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(gym: Business, ana: Client, run: int) -> list[object]:
    """Let two people with one phone and two addresses register at the same moment."""

    def register(name: str) -> object:
        return register_friend(
            gym,
            ana,
            first_name=name,
            email=f"{name}{run}@friends.example",
            phone=f"+3460011{run:04}",
            actor="public",
            now=NOON,
        )

    return race(lambda: register("ben"), lambda: register("eva"))


def test_two_addresses_with_one_phone_are_one_lead(gym: Business, ana: Client) -> None:
    """CONTRACT, API (identity), CASES 12: the second hears of the first one's referral, and no second lead is made."""
    launch(gym)
    for run in range(5):
        made = at_once(gym, ana, run)
        assert Counter(getattr(one, "is_new", one) for one in made) == {True: 1, False: 1}
    assert Client.objects.filter(status="lead").count() == Referral.objects.count() == 5


def test_one_phone_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without taking turns both become leads on PostgreSQL."""
    launch(gym)
    naive.slow_registration(monkeypatch)
    at_once(gym, ana, 0)
    assert Client.objects.filter(phone="+34600110000").count() == (2 if ON_POSTGRES else 1)


def say_it_of_each_other(gym: Business, run: int) -> list[object]:
    """Let two members of the team say at the same moment that each of two clients brought the other."""
    eva, tom = (add_client(gym, f"{name}{run}") for name in ("Eva", "Tom"))
    return race(
        lambda: attach_referral(gym, eva, tom, actor="user:1", now=NOON),
        lambda: attach_referral(gym, tom, eva, actor="user:2", now=NOON),
    )


def test_two_never_bring_each_other(gym: Business) -> None:
    """CASES 31: one is said, the other refused."""
    launch(gym)
    for run in range(5):
        assert Counter(type(one) for one in say_it_of_each_other(gym, run)) == {Registration: 1, GoesInCircles: 1}
    assert Referral.objects.count() == 5


def test_each_other_control(gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without taking turns they go in circles on PostgreSQL."""
    launch(gym)
    naive.slow_attaching(monkeypatch)
    say_it_of_each_other(gym, 0)
    assert Referral.objects.count() == (2 if ON_POSTGRES else 1)


def doubtful_case(gym: Business, run: int) -> tuple[DoubtCase, Client]:
    ambassador = add_client(gym, f"Amb{run}", "Uno")
    made = register_friend(
        gym, ambassador, first_name="Ben", email=f"b{run}@mailinator.com", actor="public", now=NOON
    ).referral
    activate(made.friend, actor="user:1", now=NOON)
    return DoubtCase.objects.latest("pk"), ambassador


def decide_twice(case: DoubtCase) -> list[object]:
    return race(
        lambda: decide_case(case, approve=True, actor="user:1", now=later(1)),
        lambda: decide_case(case, approve=False, actor="user:2", now=later(1)),
    )


def test_two_reviewers_decide_a_case_once(gym: Business) -> None:
    """FRA-14: one decides, the other changes nothing; the money follows the one who decided."""
    launch(gym)
    for run in range(5):
        case, ambassador = doubtful_case(gym, run)
        assert sorted(decide_twice(case), key=str) == [False, True]
        case.refresh_from_db()
        given = balance_of(gym, ambassador.pk, now=later(2)).available
        assert given == (1500 if case.state == "approved" else 0)
    decided = Event.objects.filter(name__in=("referral.approved", "referral.rejected"))
    assert decided.count() == 5


def test_deciding_control(gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the lock of the case nobody hears that it was decided already."""
    launch(gym)
    meet = meeting()

    def look(case: DoubtCase) -> DoubtCase:
        found = DoubtCase.objects.select_related("business").get(pk=case.pk)
        meet()
        return found

    monkeypatch.setattr(deciding, "lock_case", look)
    outcomes = decide_twice(doubtful_case(gym, 0)[0])
    assert (False not in outcomes) == ON_POSTGRES, outcomes


BOTH_WAIT = [["many_by_one_code", "many_from_one_address"]] * 2


def two_by_one_link(gym: Business, ambassador: Client, run: int) -> list[object]:
    """Let two leads whom nobody sent register by one link, from one connection, at the same moment."""
    for name in ("ben", "eva"):
        register_without_referral(gym, first_name=name, email=f"{name}{run}@friends.example", actor="public", now=NOON)

    def register(name: str) -> object:
        email = f"{name}{run}@friends.example"
        about = {"network": f"203.0.113.{run}", "actor": "public", "now": NOON}
        return register_friend(gym, ambassador, first_name=name, email=email, **about)  # type: ignore[arg-type]

    return race(lambda: register("ben"), lambda: register("eva"))


def flags_of(ambassador: Client) -> list[list[str]]:
    return list(Referral.objects.filter(ambassador=ambassador).values_list("flags", flat=True))


def test_a_crowd_is_counted_to_the_last_one(gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """FRA-4, FRA-8: of two who make a crowd at once one sees the other: both wait, in one case, and the link rests."""
    launch(gym)
    monkeypatch.setattr(crowd, "MOST", 2)
    monkeypatch.setattr(network, "MOST", 1)
    for run in range(5):
        ambassador = add_client(gym, f"Amb{run}", "Uno")
        made = two_by_one_link(gym, ambassador, run)
        assert [getattr(one, "is_new", one) for one in made] == [True, True]
        assert sorted(map(sorted, flags_of(ambassador))) == BOTH_WAIT
        assert Trust.objects.get(client=ambassador).kind == "paused"
        assert DoubtCase.objects.count() == run + 1


def test_a_crowd_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: where nobody waits for their turn, each of the two counts one, and not both are noticed."""
    launch(gym)
    monkeypatch.setattr(crowd, "MOST", 2)
    monkeypatch.setattr(network, "MOST", 1)
    bring(add_client(gym, "Dora"), "Kim")  # the day's words are written once, and whoever is second waits for that
    naive.crowd_without_turns(monkeypatch)
    made = two_by_one_link(gym, ana, 0)
    assert (sorted(map(sorted, flags_of(ana))) != BOTH_WAIT) == ON_POSTGRES, made


def test_who_is_doubted_while_a_case_is_decided_gets_a_case(gym: Business, ana: Client) -> None:
    """FRA-14, CASES 76: a second friend of Ana is doubted in the moment when the first one's case is decided. Nobody
    has decided about that one: it waits in a case that is open, and not in one that is over."""
    launch(gym)
    seen, about = threading.Event(), {"source": "api", "flags": ("too_fast",), "actor": "public", "now": NOON}
    register_friend(gym, ana, first_name="Ben", email="ben@friends.example", **about)
    case = DoubtCase.objects.get()

    def decide() -> bool:
        with transaction.atomic():
            done = decide_case(case, approve=True, note="known", actor="user:1", now=NOON)
            seen.set()
            time.sleep(0.5 if ON_POSTGRES else 0.05)  # not committed yet
        return done

    def doubt() -> Registration:
        seen.wait(10)
        return register_friend(gym, ana, first_name="Eva", email="eva@friends.example", **about)

    decided, made = race(decide, doubt)
    assert decided is True
    assert isinstance(made, Registration), made
    assert DoubtCase.objects.get(signs__referral=made.referral).state == "open"
