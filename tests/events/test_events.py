"""One change, one event, in one transaction; what it brings about follows in order."""

import dataclasses
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from plusone.events import commands, reactions
from plusone.events.commands import TooDeep, caused_by, record, record_many
from plusone.events.events import ReactionFailed
from plusone.events.facts import Fact, Facts, facts, fields_of
from plusone.events.models import Event, Pending
from plusone.events.queries import timeline, why
from plusone.events.reactions import reaction
from plusone.kernel.models import Business

pytestmark = pytest.mark.django_db


@dataclasses.dataclass(frozen=True, kw_only=True)
class LampLit(Fact):
    """Somebody lit a lamp; made for these tests."""

    name: ClassVar[str] = "lamp.lit"
    says: ClassVar[str] = "A lamp was lit"
    lamp: int
    watts: int = 5
    rooms: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class RoomBright(Fact):
    """The room became bright; made for these tests."""

    name: ClassVar[str] = "room.bright"
    says: ClassVar[str] = "The room became bright"
    lamp: int


@pytest.fixture
def lit(monkeypatch):
    """A fact of our own, gone after the test with whatever answers it."""
    monkeypatch.setattr(facts, "_items", dict(facts._items))
    monkeypatch.setattr(reactions, "_reactions", {})
    facts(LampLit)
    facts(RoomBright)
    return LampLit(lamp=1)


def of_room(name, react):
    """A function as if it stood in that room."""
    react.__module__ = f"plusone.{name}.automation"
    return react


def test_record_writes_one_row_with_all_it_knows(gym, noon, lit):
    with transaction.atomic():
        event = record(gym, lit, client=7, actor="user:5", now=noon)

    row = Event.objects.get()
    assert row == event
    assert (row.business, row.name, row.client_id, row.actor, row.at) == (gym, "lamp.lit", 7, "user:5", noon)
    assert row.data == {"lamp": 1, "watts": 5, "rooms": []}
    assert (row.cause, row.depth, row.imported) == (None, 0, False)
    assert row.fact == lit


@pytest.mark.django_db(transaction=True)
def test_record_outside_a_transaction_is_a_bug(gym, noon, lit):
    with pytest.raises(AssertionError):
        record(gym, lit, actor="system", now=noon)

    assert Event.objects.count() == 0


def test_record_costs_two_queries(gym, noon, lit):
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        transaction.atomic(),
    ):
        record(gym, lit, actor="system", now=noon)

    assert sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in queries) == 2


def test_an_imported_event_waits_for_no_rule_and_nothing_reacts(gym, noon, lit):
    seen = []
    reaction(LampLit)(of_room("clients", lambda *a: seen.append(a)))
    with transaction.atomic():
        record(gym, lit, actor="import", now=noon, imported=True)

    assert Event.objects.get().imported
    assert (seen, Pending.objects.count()) == ([], 0)


def test_record_many_is_one_insert_per_batch(gym, noon, lit, monkeypatch):
    monkeypatch.setattr(commands, "BATCH", 4)
    rows = ((LampLit(lamp=number), number, noon + timedelta(days=number)) for number in range(10))
    insert, batches = commands.bulk.insert, []
    monkeypatch.setattr(commands.bulk, "insert", lambda *given: batches.append(len(given[2])) or insert(*given))
    with transaction.atomic():
        assert record_many(gym, rows, actor="import") == 10

    assert batches == [4, 4, 2]
    assert list(Event.objects.order_by("pk").values_list("client_id", flat=True)) == list(range(10))
    assert Event.objects.filter(imported=True).count() == 10
    assert Pending.objects.count() == 0


def test_reactions_run_in_layer_order_and_know_their_cause(gym, noon, lit):
    order = []

    def higher(business, event, fact, now):
        order.append("clients")

    def lower(business, event, fact, now):
        order.append("ledger")
        record(business, RoomBright(lamp=fact.lamp), actor="system", now=now)

    reaction(LampLit)(of_room("clients", higher))
    reaction(LampLit)(of_room("ledger", lower))
    with transaction.atomic():
        first = record(gym, lit, client=7, actor="user:5", now=noon)

    assert order == ["ledger", "clients"]
    second = Event.objects.get(name="room.bright")
    assert (second.cause, second.depth) == (first, 1)
    assert why(second) == [second, first]


def test_a_failing_reaction_is_undone_alone_and_somebody_is_told(gym, noon, lit):
    told, done = [], []

    def breaks(business, event, fact, now):
        Business.objects.filter(pk=business.pk).update(name="half done")
        raise ValueError("no")

    reaction(LampLit, failed=lambda *args: told.append(args))(of_room("ledger", breaks))
    reaction(LampLit)(of_room("clients", lambda *args: done.append(args)))
    with transaction.atomic():
        event = record(gym, lit, client=7, actor="user:5", now=noon)

    gym.refresh_from_db()
    assert gym.name != "half done"
    assert [(args[0], args[1], args[2], args[3], str(args[4])) for args in told] == [(gym, event, lit, noon, "no")]
    assert len(done) == 1
    failure = Event.objects.get(name="reaction.failed")
    assert failure.fact == ReactionFailed(reaction="plusone.ledger.automation.breaks", error="ValueError")
    assert (failure.cause, failure.client_id) == (event, 7)


def test_a_database_error_in_a_reaction_does_not_spoil_the_transaction(gym, noon, lit):
    def doubles(business, event, fact, now):
        Pending.objects.create(event=event)

    reaction(LampLit)(of_room("ledger", doubles))
    with transaction.atomic():
        record(gym, lit, actor="system", now=noon)

    assert Event.objects.filter(name="lamp.lit").count() == 1
    assert Event.objects.get(name="reaction.failed").data["error"] == "IntegrityError"


def test_the_sale_stands_even_if_telling_fails_too(gym, noon, lit):
    def breaks(*args):
        raise ValueError

    reaction(LampLit, failed=breaks)(of_room("ledger", breaks))
    with transaction.atomic():
        record(gym, lit, actor="system", now=noon)

    assert Event.objects.filter(name="lamp.lit").count() == 1
    assert Event.objects.filter(name="reaction.failed").count() == 1


def test_an_outage_in_a_reaction_fails_the_whole_transaction(gym, noon, lit):
    told = []

    def outage(*args):
        raise OperationalError("deadlock detected")

    reaction(LampLit, failed=lambda *args: told.append(args))(of_room("ledger", outage))
    with pytest.raises(OperationalError), transaction.atomic():
        record(gym, lit, actor="system", now=noon)

    assert (told, Event.objects.count()) == ([], 0)


def test_reactions_that_feed_each_other_end(gym, noon, lit):
    def again(business, event, fact, now):
        record(business, fact, actor="system", now=now)

    reaction(LampLit)(of_room("ledger", again))
    with transaction.atomic():
        record(gym, lit, actor="system", now=noon)

    assert Event.objects.filter(name="lamp.lit").count() == commands.DEPTH_MAX + 1
    deepest = Event.objects.filter(name="lamp.lit").order_by("-depth").first()
    assert len(why(deepest)) == commands.DEPTH_MAX + 1
    assert Event.objects.get(name="reaction.failed").data["error"] == "TooDeep"


def test_too_deep_is_refused_outside_reactions(gym, noon, lit):
    with transaction.atomic():
        event = record(gym, lit, actor="system", now=noon)
        for _ in range(commands.DEPTH_MAX):
            with caused_by(event):
                event = record(gym, lit, actor="system", now=noon)
        with caused_by(event), pytest.raises(TooDeep):
            record(gym, lit, actor="system", now=noon)


def test_why_is_one_query(gym, noon, lit):
    with transaction.atomic():
        event = record(gym, lit, actor="system", now=noon)
        for _ in range(4):
            with caused_by(event):
                event = record(gym, lit, actor="system", now=noon)
    with CaptureQueriesContext(connection) as queries:
        chain = why(event)

    assert [event.depth for event in chain] == [4, 3, 2, 1, 0]
    assert len(queries) == 1


def test_an_event_never_causes_one_of_another_business(gym, salon, noon, lit):
    with transaction.atomic():
        event = record(gym, lit, actor="system", now=noon)
        with caused_by(event), pytest.raises(AssertionError):
            record(salon, lit, actor="system", now=noon)


def test_timeline_is_the_clients_own_newest_first(gym, salon, noon, lit):
    with transaction.atomic():
        old = record(gym, lit, client=7, actor="system", now=noon)
        new = record(gym, lit, client=7, actor="system", now=noon + timedelta(hours=1))
        twin = record(gym, lit, client=7, actor="system", now=noon + timedelta(hours=1))
        record(gym, lit, client=8, actor="system", now=noon)
        record(salon, lit, client=7, actor="system", now=noon)

    assert list(timeline(gym, 7)) == [twin, new, old]
    assert list(timeline(gym, 7, before=twin)) == [new, old]


def test_a_fact_reads_rows_older_and_newer_than_itself(lit):
    assert LampLit.read({"lamp": 3, "gone": True}) == LampLit(lamp=3)
    assert LampLit.read({}).lamp is None


@pytest.mark.parametrize("field", ["email", "first_name", "friend_phone", "name", "address", "note"])
def test_a_fact_with_personal_fields_is_refused(field):
    bad = dataclasses.make_dataclass(
        "Bad",
        [(field, str)],
        bases=(Fact,),
        frozen=True,
        kw_only=True,
        namespace={"__doc__": "Bad.", "name": "bad.happened", "says": "Bad"},
        module=__name__,
    )
    with pytest.raises(AssertionError, match="personal"):
        Facts("fact")(bad)


def test_no_registered_fact_carries_personal_data_or_fractions_of_money():
    fresh = Facts("fact")
    for fact in facts:
        fresh(fact)
        assert set(fields_of(fact).values()) <= {"int", "str", "bool", "list"}
        assert str(fact.says)


def test_a_fact_needs_a_name_of_noun_and_verb():
    bad = dataclasses.make_dataclass(
        "Bad",
        [],
        bases=(Fact,),
        frozen=True,
        kw_only=True,
        namespace={"__doc__": "Bad.", "name": "BadHappened", "says": "Bad"},
    )
    with pytest.raises(AssertionError, match="noun"):
        Facts("fact")(bad)


def test_two_events_with_one_public_id_cannot_be(gym, noon, lit):
    with transaction.atomic():
        event = record(gym, lit, actor="system", now=noon)
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.create(business=gym, name="x.y", actor="system", at=noon, public_id=event.public_id)
