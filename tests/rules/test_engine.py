"""An event becomes runs, a run becomes actions: each exactly once, whatever fails on the way."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plusone.events.commands import TooDeep, record
from plusone.events.events import ReactionFailed
from plusone.events.models import Event, Pending
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business, Collaborator, User
from plusone.kernel.queue.identity import own_name
from plusone.rules import engine
from plusone.rules.commands import create_rule, retry_failed, switch_rule
from plusone.rules.defaults import default_rules, faults
from plusone.rules.models import Rule, Run
from plusone.rules.queries import defaults_of, failed_runs, is_default_on, runs_of
from plusone.rules.vocabulary import Condition, Moment, Person, Step, actions, whos
from rules.lamps import Break, LampLit, LightIsSeen, Scribble

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("words")]


@pytest.fixture
def light(gym, noon):
    """Light a lamp in the gym."""

    def light(watts=5, client=7, business=gym):
        with transaction.atomic():
            return record(business, LampLit(watts=watts), client=client, actor="user:5", now=noon)

    return light


@pytest.fixture
def rule(gym, noon):
    """Write a rule of the gym on lamps."""

    def rule(*steps, conditions=(), business=gym):
        return create_rule(
            business, name="Lamps", when="lamp.lit", conditions=conditions, actions=steps, actor="user:5", now=noon
        )

    return rule


def written(business):
    return Business.objects.get(pk=business.pk).address


def retry_now():
    Run.objects.filter(state="waiting").update(not_before=timezone.now())


def test_an_event_is_answered_once(gym, noon, light, rule):
    rule(Step("scribble", word="hello"))
    event = light()

    assert engine.work(noon) > 0

    run = Run.objects.get()
    assert written(gym) == f"[run:{run.pk}:0 client:7 hello]"
    assert (run.event, run.state, run.done, run.ended_at, run.error) == (event, "done", 1, noon, "")
    assert not Pending.objects.exists()
    assert engine.work(noon) == 0
    assert written(gym) == f"[run:{run.pk}:0 client:7 hello]"


def test_only_the_rules_of_the_fact_and_the_business_answer(gym, salon, noon, light, rule):
    rule(Step("scribble"), business=salon)
    create_rule(gym, name="Other", when="reaction.failed", actions=[Step("scribble")], actor="user:5", now=noon)
    light()
    engine.work(noon)

    assert not Run.objects.exists()
    assert (written(gym), written(salon)) == ("", "")


@pytest.mark.parametrize(
    ("field", "operator", "value", "holds"),
    [
        ("event.watts", "is", 5, True),
        ("event.watts", "is", 6, False),
        ("event.watts", "is_not", 6, True),
        ("event.watts", "at_least", 5, True),
        ("event.watts", "at_least", 6, False),
        ("event.watts", "at_most", 4, False),
        ("event.watts", "is_one_of", [4, 5], True),
        ("business.kind", "is", "studio", True),
        ("business.kind", "is_one_of", ["clinic"], False),
    ],
)
def test_conditions_decide(gym, noon, light, rule, field, operator, value, holds):
    rule(Step("scribble"), conditions=[Condition(field, operator, value)])
    light()
    engine.work(noon)

    assert Run.objects.get().state == ("done" if holds else "skipped")
    assert bool(written(gym)) == holds


def test_all_conditions_must_hold(gym, noon, light, rule):
    rule(Step("scribble"), conditions=[Condition("event.watts", "is", 5), Condition("event.watts", "at_least", 9)])
    light()
    engine.work(noon)

    assert Run.objects.get().state == "skipped"


def test_an_action_reaches_everyone_it_is_aimed_at_and_nobody_else(gym, noon, light, rule):
    rule(Step("scribble", to="both"), Step("scribble", to="client"))
    light(client=None)
    engine.work(noon)

    run = Run.objects.get()
    assert written(gym) == f"[run:{run.pk}:0 client:1 ][run:{run.pk}:0 user:2 ]"
    assert (run.state, run.done) == ("done", 2)


def test_what_a_rule_does_names_the_event_as_its_cause(gym, noon, light, rule, monkeypatch):
    def do(self, moment, person, *, word=""):
        record(moment.business, ReactionFailed(reaction="x", error="y"), actor="system", now=moment.now)

    monkeypatch.setattr(Scribble, "do", do)
    rule(Step("scribble"))
    event = light()
    engine.work(noon)

    assert Event.objects.get(name="reaction.failed").cause == event


def test_a_failing_rule_stops_no_other_and_is_seen(gym, noon, light, rule):
    broken = rule(Step("break"))
    rule(Step("scribble", word="fine"))
    event = light()
    engine.work(noon)

    first, second = runs_of(event)
    assert (first.rule, first.state, first.attempts, first.error) == (
        broken.key, "waiting", 1, "ValueError: it broke",
    )  # fmt: skip
    assert first.not_before > timezone.now() + timedelta(seconds=5)
    assert (second.state, written(gym)) == ("done", f"[run:{second.pk}:0 client:7 fine]")


def test_a_step_that_failed_is_tried_again_and_those_before_it_are_not(gym, noon, light, rule):
    rule(Step("scribble", word="one"), Step("break"), Step("scribble", word="three"))
    light()
    engine.work(noon)
    run = Run.objects.get()
    assert (run.done, written(gym)) == (1, f"[run:{run.pk}:0 client:7 one]")

    Break.mended = True
    retry_now()
    engine.work(noon)

    assert written(gym).count("[") == 3
    assert written(gym).endswith(f"[run:{run.pk}:1 client:7 half done][run:{run.pk}:2 client:7 three]")
    assert Run.objects.get().state == "done"


def test_a_rule_that_keeps_failing_is_given_up_and_shown(gym, salon, noon, light, rule):
    rule(Step("break"))
    event = light()
    for _ in range(engine.ATTEMPTS_MAX + 2):
        engine.work(noon)
        retry_now()

    (run,) = failed_runs(gym)
    assert (run.event, run.attempts, run.error, run.ended_at) == (
        event, engine.ATTEMPTS_MAX, "ValueError: it broke", noon,
    )  # fmt: skip
    assert written(gym) == ""
    assert not failed_runs(salon).exists()


def test_what_was_given_up_goes_on_where_it_stopped_once_it_is_mended(gym, noon, light, rule):
    rule(Step("scribble", word="one"), Step("break"), Step("scribble", word="three"))
    light()
    for _ in range(engine.ATTEMPTS_MAX + 2):
        engine.work(noon)
        retry_now()
    assert failed_runs(gym).count() == 1
    Break.mended = True

    assert retry_failed(gym) == 1
    engine.work(noon)

    assert (written(gym).count(" one]"), written(gym).count(" three]")) == (1, 1)
    assert Run.objects.get().state == "done"
    assert not failed_runs(gym).exists()


@pytest.mark.parametrize("error", [Refused("The campaign has ended."), TooDeep("round and round")])
def test_what_no_repetition_mends_is_given_up_at_once(gym, noon, light, rule, monkeypatch, error):
    def do(self, moment, person, *, word=""):
        raise error

    monkeypatch.setattr(Scribble, "do", do)
    rule(Step("scribble"))
    light()
    engine.work(noon)

    run = failed_runs(gym).get()
    assert (run.attempts, run.error) == (1, f"{type(error).__name__}: {error}")


def test_a_word_that_has_gone_fails_the_run_and_says_which(gym, noon, light, rule):
    rule(Step("scribble"))
    light()
    del actions._items["scribble"]
    engine.work(noon)

    assert failed_runs(gym).get().error == "UnknownWord: scribble"


def test_an_outage_is_tried_again(gym, noon, light, rule, monkeypatch):
    def do(self, moment, person, *, word=""):
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(Scribble, "do", do)
    rule(Step("scribble"))
    light()
    engine.work(noon)

    assert Run.objects.get().state == "waiting"


def test_a_run_whose_worker_died_is_taken_up_when_its_lease_ends(gym, noon, light, rule):
    rule(Step("scribble"))
    light()
    engine.dispatch()
    (run,) = engine._lease()

    assert engine.work(noon) == 0
    retry_now()
    assert engine.work(noon) == 1
    assert Run.objects.get().state == "done"
    assert written(gym) == f"[run:{run.pk}:0 client:7 ]"


def test_the_runs_of_a_killed_worker_need_not_wait_for_their_lease(gym, noon, light, rule, monkeypatch):
    rule(Step("scribble"))
    light()
    engine.dispatch()
    engine._lease()
    assert engine.free_the_dead() == 0

    monkeypatch.setattr(engine, "has_died", lambda name: name == own_name())
    assert engine.free_the_dead() == 1
    assert engine.work(noon) == 1
    assert Run.objects.get().state == "done"


def test_a_worker_whose_lease_ran_out_does_nothing_more(gym, noon, light, rule):
    rule(Step("scribble"))
    light()
    engine.dispatch()
    (late,) = engine._lease()
    retry_now()
    engine.work(noon)
    before = written(gym)

    engine._carry_out(late, engine.Book([late.event]).recipe(late), noon)

    assert written(gym) == before
    assert Run.objects.get().state == "done"


def test_a_run_that_kills_its_worker_is_given_up(gym, noon, light, rule):
    rule(Step("scribble"))
    light()
    engine.dispatch()
    for _ in range(engine.ATTEMPTS_MAX):
        engine._lease()
        retry_now()
    engine.work(noon)

    assert "stopped in the middle" in failed_runs(gym).get().error
    assert written(gym) == ""


def test_defaults_hold_for_every_business_without_a_row(gym, salon, noon, light):
    default_rules(LightIsSeen)
    light()
    light(business=salon)
    engine.work(noon)

    assert "seen" in written(gym)
    assert "seen" in written(salon)
    assert not Rule.objects.exists()
    assert set(Run.objects.values_list("rule", flat=True)) == {"default:lamp.note"}


def test_a_default_is_switched_for_one_business(gym, salon, noon, light):
    default_rules(LightIsSeen)
    assert switch_rule(gym, "lamp.note", active=False, actor="user:5", now=noon)
    light()
    light(business=salon)
    engine.work(noon)

    assert (written(gym), "seen" in written(salon)) == ("", True)
    assert (is_default_on(gym, "lamp.note"), is_default_on(salon, "lamp.note")) == (False, True)
    assert [default.active for default in defaults_of(gym)] == [False]
    row = Rule.objects.get()
    assert (row.changed_by, row.changed_at) == ("user:5", noon)
    assert Event.objects.get(name="rule.switched").data == {"rule": "lamp.note", "active": False}

    assert not switch_rule(gym, "lamp.note", active=False, actor="user:5", now=noon)
    assert switch_rule(gym, "lamp.note", active=True, actor="user:5", now=noon)
    light()
    engine.work(noon)
    assert "seen" in written(gym)


def test_a_default_switched_off_holds_for_what_is_waiting(gym, noon, light):
    default_rules(LightIsSeen)
    light()
    engine.dispatch()
    switch_rule(gym, "lamp.note", active=False, actor="user:5", now=noon)
    engine.work(noon)

    assert Run.objects.get(rule="default:lamp.note").state == "skipped"
    assert written(gym) == ""


def test_a_rule_with_words_that_do_not_exist_is_not_written(gym, rule):
    for bad in (
        {"conditions": [Condition("event.volts", "is", 1)]},
        {"conditions": [Condition("event.watts", "contains", 1)]},
        {"conditions": [Condition("event.watts", "smells", 1)]},
    ):
        with pytest.raises(AssertionError):
            rule(Step("scribble"), **bad)
    for step in (Step("sing"), Step("scribble", to="the moon"), Step("scribble", colour="red")):
        with pytest.raises(AssertionError):
            rule(step)

    assert not Rule.objects.exists()


def test_owner_and_staff_are_the_people_who_work_there(gym, salon, noon, light):
    boss, helper = User.objects.create_user("boss@example.com"), User.objects.create_user("helper@example.com")
    Collaborator.objects.create(business=gym, user=boss, role="owner")
    Collaborator.objects.create(business=gym, user=helper, role="front_desk")
    Collaborator.objects.create(business=salon, user=helper, role="owner")
    moment = Moment(gym, light(), noon)

    assert list(whos["owner"]().people(moment)) == [Person(user=boss.pk)]
    assert list(whos["staff"]().people(moment)) == [Person(user=boss.pk), Person(user=helper.pk)]


def test_the_work_of_many_events_costs_no_more_questions_than_of_one(gym, noon, light, rule):
    rule(Step("scribble"))

    def cost(events):
        for _ in range(events):
            light()
        with CaptureQueriesContext(connection) as queries:
            engine.dispatch()
        return len(queries)

    assert cost(1) == cost(3) <= 8


def test_an_idle_round_costs_two_queries(noon):
    with CaptureQueriesContext(connection) as queries:
        engine.work(noon)

    assert len(queries) == 2


def test_no_declared_default_uses_an_unknown_word(monkeypatch):
    monkeypatch.undo()
    assert faults() == []
