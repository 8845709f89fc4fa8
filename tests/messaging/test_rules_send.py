"""Rules send messages: once to everyone they are for."""

import pytest
from django.db import transaction
from django.utils import timezone

from plusone.events.commands import record
from plusone.events.models import Event
from plusone.kernel.commands import add_collaborator
from plusone.kernel.models import User
from plusone.kernel.queue.worker import drain
from plusone.messaging.models import Message
from plusone.rules import engine
from plusone.rules.commands import create_rule
from plusone.rules.models import Run
from plusone.rules.queries import failed_runs
from plusone.rules.vocabulary import Step

pytestmark = pytest.mark.django_db


def test_a_rule_sends_a_message_once_to_everyone_it_is_for(gym, house, ana, noon, mail_server):
    helper = User.objects.create_user("helper@vela.example")
    add_collaborator(gym, helper, role="front_desk")
    step = {"template": "test.hello"}
    rule = create_rule(
        gym,
        name="Greet",
        when="rule.switched",
        actions=[Step("send_message", **step), Step("send_message", to="staff", **step)],
        actor="user:1",
        now=noon,
    )
    from plusone.rules.events import RuleSwitched

    with transaction.atomic():
        event = record(gym, RuleSwitched(rule="x", active=True), client=ana.pk, actor="user:1", now=noon)
    drain()

    run = Run.objects.get(rule=rule.key)
    assert run.state == "done"
    assert sorted(mail.to[0] for mail in mail_server) == [
        "ana.lopez@clients.example",
        "helper@vela.example",
        "olga@vela.example",
    ]
    assert set(Message.objects.values_list("key", flat=True)) == {
        f"run:{run.pk}:0:client:{ana.pk}", f"run:{run.pk}:1:user:{house.owner.pk}", f"run:{run.pk}:1:user:{helper.pk}",
    }  # fmt: skip
    assert all(sent.cause == event for sent in Event.objects.filter(name="message.sent"))


def test_a_worker_killed_in_the_middle_of_a_rule_leaves_no_half_and_no_double(gym, ana, noon, mail_server, monkeypatch):
    class Killed(BaseException):
        pass

    create_rule(
        gym,
        name="Greet",
        when="rule.switched",
        actions=[Step("send_message", template="test.hello"), Step("send_message", template="test.hello")],
        actor="user:1",
        now=noon,
    )
    from plusone.rules.events import RuleSwitched

    with transaction.atomic():
        record(gym, RuleSwitched(rule="x", active=True), client=ana.pk, actor="user:1", now=noon)
    act, count = Step.act, []

    def die_after_writing(self, moment):
        act(self, moment)
        count.append(moment.key)
        if len(count) == 2:
            raise Killed

    monkeypatch.setattr(Step, "act", die_after_writing)
    with pytest.raises(Killed):
        engine.work(noon)
    assert Message.objects.count() == 1

    Run.objects.update(not_before=timezone.now())
    drain()
    assert (Message.objects.count(), len(mail_server)) == (2, 2)


def test_a_rule_with_an_unknown_message_is_not_written_and_one_that_lost_it_fails_visibly(gym, ana, noon):
    with pytest.raises(AssertionError, match="no message template"):
        create_rule(gym, name="x", when="rule.switched", actions=[Step("send_message")], actor="user:1", now=noon)
    rule = create_rule(
        gym,
        name="x",
        when="rule.created",
        actions=[Step("send_message", template="test.hello")],
        actor="user:1",
        now=noon,
    )
    type(rule).objects.update(actions=[{"do": "send_message", "to": "owner", "template": "gone"}])
    engine.work(noon)

    assert failed_runs(gym).get().error == "UnknownWord: gone"
