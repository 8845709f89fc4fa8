"""Several workers: each event gets each of its runs once, and each step is taken once.

A pause is built in between the read and the write, so that it is the guard that holds and not luck. Each control is the
same race with the guard taken out: on PostgreSQL it goes wrong. SQLite lets one writer in at a time, so there even the
naive code stays exact.
"""

import time
from collections import Counter

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from plusone.events.commands import record
from plusone.events.events import ReactionFailed
from plusone.events.models import Event, Pending
from plusone.rules import engine
from plusone.rules.commands import create_rule
from plusone.rules.defaults import default_rules
from plusone.rules.models import Run
from plusone.rules.vocabulary import Action, Step, actions
from racing import ON_POSTGRES, meeting, race

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = 20
PAUSE_SECONDS = 0.05


class Slow(Action):
    """Takes its time and then leaves one line in the log; made for these tests."""

    name, label = "slow", "Slow"

    def do(self, moment, person):
        time.sleep(PAUSE_SECONDS)
        record(moment.business, ReactionFailed(reaction=moment.key, error="seen"), actor="system", now=moment.now)


@pytest.fixture(autouse=True)
def rule(monkeypatch, gym, noon):
    """One rule, on a fact that nothing else records."""
    monkeypatch.setattr(default_rules, "_items", {})
    monkeypatch.setattr(actions, "_items", dict(actions._items))
    actions(Slow)
    rule = create_rule(gym, name="Slow", when="rule.switched", actions=[Step("slow")], actor="user:1", now=noon)
    Pending.objects.all().delete()
    return rule


@pytest.fixture
def events(gym, noon):
    """Events that wait for their runs."""
    from plusone.rules.events import RuleSwitched

    with transaction.atomic():
        return [
            record(gym, RuleSwitched(rule="x", active=True), client=number, actor="system", now=noon)
            for number in range(EVENTS)
        ]


@pytest.fixture
def slow_read(monkeypatch):
    """Make every dispatcher pause between reading what is pending and writing the runs."""
    read = engine.Book.__init__

    def slowly(self, events):
        read(self, events)
        time.sleep(PAUSE_SECONDS)

    monkeypatch.setattr(engine.Book, "__init__", slowly)


def runs_per_event():
    return Counter(Run.objects.values_list("event_id", flat=True))


def test_two_dispatchers_give_each_event_one_run(events, slow_read):
    outcomes = race(engine.dispatch, engine.dispatch)

    assert sum(outcomes) == EVENTS
    assert runs_per_event() == {event.pk: 1 for event in events}
    assert not Pending.objects.exists()


def test_two_dispatchers_control(events, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Run, Run._meta.constraints[0])
    meet, read = meeting(), engine.Book.__init__

    def read_after_both(self, events):
        meet()
        read(self, events)

    monkeypatch.setattr(engine.Book, "__init__", read_after_both)
    try:
        race(engine.dispatch, engine.dispatch)
        assert max(runs_per_event().values()) == (2 if ON_POSTGRES else 1)
    finally:
        Run.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Run, Run._meta.constraints[0])


def leased():
    engine.dispatch()
    return engine._lease()


def both_carry_out(runs, noon):
    def carry_out():
        book = engine.Book([run.event for run in runs])
        for run in runs:
            engine._carry_out(run, book.recipe(run), noon)

    return race(carry_out, carry_out)


def taken():
    return Counter(event.data["reaction"] for event in Event.objects.filter(name="reaction.failed"))


def test_two_workers_with_the_same_runs_take_each_step_once(events, noon):
    runs = leased()

    assert both_carry_out(runs, noon) == [None, None]
    assert taken() == {f"run:{run.pk}:0": 1 for run in runs}
    assert set(Run.objects.values_list("state", flat=True)) == {"done"}


def test_two_workers_control(events, noon, monkeypatch):
    meet = meeting()

    def read_check_act(run, number, steps, now):
        with transaction.atomic():
            if Run.objects.get(pk=run.pk).done != number:
                return
            meet()
            steps[number].act(engine.Moment(run.business, run.event, now, key=f"run:{run.pk}:{number}"))
            Run.objects.filter(pk=run.pk).update(done=number + 1, state="done")

    monkeypatch.setattr(engine, "_take_step", read_check_act)
    runs = leased()
    both_carry_out(runs, noon)

    doubled = sum(count == 2 for count in taken().values())
    assert (doubled > 0) == ON_POSTGRES


def test_four_workers_do_all_the_work_once(events, noon):
    race(*[lambda: engine.work(noon)] * 4)
    engine.work(noon)

    assert taken() == {f"run:{run.pk}:0": 1 for run in Run.objects.all()}
    assert runs_per_event() == {event.pk: 1 for event in events}
