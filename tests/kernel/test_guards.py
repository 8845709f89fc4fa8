"""What is written to an append-only table stays, whoever asks."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from plusone.events.commands import record
from plusone.events.events import ReactionFailed
from plusone.events.models import Event
from plusone.kernel import guards

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(gym, noon):
    with transaction.atomic():
        return record(gym, ReactionFailed(reaction="x", error="y"), actor="system", now=noon)


@pytest.mark.parametrize("sql", ["UPDATE events_event SET actor = 'mallory'", "DELETE FROM events_event"])
def test_plain_sql_cannot_change_or_delete_an_event(event, sql):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert Event.objects.get() == event
    assert Event.objects.get().actor == "system"


def test_the_orm_cannot_either(event):
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.update(actor="mallory")
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.all()._raw_delete(using="default")
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save(update_fields=["actor"])

    assert Event.objects.get().actor == "system"


def test_an_insert_cannot_push_a_row_out(event):
    columns = [field.column for field in Event._meta.local_concrete_fields]
    changed = ", ".join("'mallory'" if name == "actor" else name for name in columns)
    names = ", ".join(columns)
    if connection.vendor == "postgresql":
        upsert = (
            f"INSERT INTO events_event ({names}) SELECT {changed} FROM events_event "
            "ON CONFLICT (id) DO UPDATE SET actor = EXCLUDED.actor"
        )
    else:
        upsert = f"INSERT OR REPLACE INTO events_event ({names}) SELECT {changed} FROM events_event"

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(upsert)

    assert Event.objects.get().actor == "system"


@pytest.mark.django_db(transaction=True)
def test_truncate_is_refused(event):
    if connection.vendor != "postgresql":
        return  # SQLite has no TRUNCATE
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE events_event CASCADE")

    assert Event.objects.count() == 1


def test_lifted_lets_through_and_closes_again(event):
    with guards.lifted(connection):
        Event.objects.update(actor="system 2")
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.update(actor="mallory")

    assert Event.objects.get().actor == "system 2"


def test_lifted_closes_again_after_an_error(event):
    def break_off():
        with guards.lifted(connection):
            Event.objects.update(actor="system 2")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.update(actor="mallory")

    assert Event.objects.get().actor == "system"


def test_every_declared_table_is_guarded():
    assert "events_event" in guards.tables()
    assert guards.missing(connection) == []


def test_a_lost_guard_is_named_and_put_back():
    with connection.cursor() as cursor:
        on = " ON events_event" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER events_event_refuse_update{on}")
    assert guards.missing(connection) == ["events_event UPDATE"]

    guards.install(connection)

    assert guards.missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_flush_empties_guarded_tables_and_leaves_the_guards(event):
    call_command("flush", interactive=False, verbosity=0)

    assert Event.objects.count() == 0
    assert guards.missing(connection) == []
