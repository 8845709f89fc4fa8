"""A campaign reminds its clients by date or by a rule, in the business's time; a pause is not made up for (R-015)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from plusone.clients.commands import delete_tag, give_tag, tag_called
from plusone.events.models import Event
from plusone.kernel.errors import Invalid
from plusone.messaging.models import Message
from plusone.referrals.commands import (
    ReminderPlan,
    activate_campaign,
    change_reminder,
    deactivate_campaign,
    plan_reminder,
    remove_reminder,
    run_reminders,
    runs_ahead,
    send_due,
    stop_mailing,
    times_in_all,
    write_news,
)
from plusone.referrals.models import Mailing, Reminder
from world import add_client, bring, later, launch

pytestmark = pytest.mark.django_db
BY = {"actor": "user:1"}
ONCE = ReminderPlan(starts_on=date(2026, 3, 17), at=time(10), texts={})
SUNDAYS = ReminderPlan(
    starts_on=date(2026, 3, 22),
    at=time(10),
    every_weeks=1,
    until=date(2026, 4, 12),
    texts={"es": {"text": "Hola {first_name}: {link}"}},
)


@pytest.fixture
def campaign(gym, ana, carla):
    """A live campaign whose announcement is out of the way."""
    made = launch(gym)
    Mailing.objects.update(state="stopped")
    return made


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=UTC)


def work(now: datetime) -> int:
    """Queue what is due, and send what was queued half a minute ago."""
    queued = run_reminders(now)
    send_due(now + timedelta(seconds=30))
    return queued


def runs() -> list[tuple[datetime, str, str]]:
    return list(Mailing.objects.filter(kind="reminder").order_by("pk").values_list("planned_at", "state", "reason"))


def told(channel: str = "portal") -> list[str]:
    rows = Message.objects.filter(mailing_id__isnull=False, channel=channel).exclude(state="suppressed")
    return sorted(rows.values_list("client__first_name", flat=True))


def test_once_at_its_minute_and_never_again(campaign, ana, noon):
    """Ten in Madrid is nine in winter. It waits half a minute in which it can be stopped, and then is over."""
    reminder = plan_reminder(campaign, ONCE, now=noon, **BY)
    assert run_reminders(at(3, 17, 8, 59, 29)) == 0
    assert run_reminders(at(3, 17, 8, 59, 30)) == 1
    assert send_due(at(3, 17, 8, 59, 59)) == 0
    assert runs() == [(at(3, 17, 9), "queued", "")]
    assert send_due(at(3, 17, 9)) == 4
    assert (work(at(3, 17, 9)), work(at(3, 24, 9))) == (0, 0)
    reminder.refresh_from_db()
    assert reminder.next_on is None
    assert runs() == [(at(3, 17, 9), "sent", "")]
    assert (told("email"), told("portal")) == (["Ana", "Carla"], ["Ana", "Carla"])
    subject = Message.objects.filter(client=ana, channel="portal", mailing_id__isnull=False).get().subject
    assert subject == "¿Has pensado en alguien para Studio Vela?"


def test_stopped_in_its_half_minute(campaign, noon):
    plan_reminder(campaign, SUNDAYS, now=noon, **BY)
    assert run_reminders(at(3, 22, 9)) == 1
    assert stop_mailing(Mailing.objects.get(kind="reminder"), now=at(3, 22, 9), **BY)
    assert send_due(at(3, 22, 10)) == 0
    assert told() == []
    assert work(at(3, 29, 8)) == 1
    assert told() == ["Ana", "Carla"]


def test_every_sunday_at_ten_whatever_the_clocks_do(campaign, noon):
    """On 29 March the clocks go forward: ten o'clock is an hour earlier for the machine. It ends with its last day."""
    plan_reminder(campaign, SUNDAYS, now=noon, **BY)
    for day in range(21, 56):
        for hour in (7, 8, 9):
            work(at(3, 1, hour) + timedelta(days=day - 1))
    assert runs() == [(at(3, 22, 9), "sent", ""), *((at(*day, 8), "sent", "") for day in ((3, 29), (4, 5), (4, 12)))]
    assert told() == ["Ana"] * 4 + ["Carla"] * 4


def test_an_hour_that_the_clocks_leave_out_or_show_twice(campaign, noon):
    """Half past two on 29 March is half past three; on 25 October it is the first of two, and sent once."""
    spring = ReminderPlan(starts_on=date(2026, 3, 29), at=time(2, 30), texts={})
    autumn = ReminderPlan(starts_on=date(2026, 10, 25), at=time(2, 30), texts={})
    for plan in (spring, autumn):
        plan_reminder(campaign, plan, now=noon, **BY)
    for moment in (at(3, 29, 1, 0), at(3, 29, 1, 30), at(10, 25, 0, 0), at(10, 25, 0, 30), at(10, 25, 1, 30)):
        work(moment)
    assert [run[0] for run in runs()] == [at(3, 29, 1, 30), at(10, 25, 0, 30)]
    assert told() == ["Ana", "Ana", "Carla", "Carla"]


def test_a_pause_is_not_made_up_for(campaign, noon):
    """What falls into it is written down as left out, worker or not, and nothing of it is sent afterwards."""
    plan_reminder(campaign, SUNDAYS, now=noon, **BY)
    deactivate_campaign(campaign, now=later(1), **BY)
    assert work(at(3, 22, 9)) == 1
    campaign.refresh_from_db()
    activate_campaign(campaign, now=at(4, 5, 9), **BY)  # no worker ran since the first
    Mailing.objects.filter(kind="announcement").update(state="stopped")
    assert work(at(4, 5, 9)) == 2
    assert told() == []
    assert runs() == [
        (at(3, 22, 9), "skipped", "inactive"),
        (at(3, 29, 8), "skipped", "inactive"),
        (at(4, 5, 8), "skipped", "inactive"),
    ]
    assert Event.objects.filter(name="mailing.skipped").count() == 3
    assert work(at(4, 12, 8)) == 1
    assert told() == ["Ana", "Carla"]


def test_without_an_end_it_goes_on_until_the_campaign_stops_and_with_it_again(campaign, noon):
    """R-015: one line says why it stopped, none is piled up, and nothing is made up for."""
    endless = ReminderPlan(**{**vars(SUNDAYS), "until": None})
    reminder = plan_reminder(campaign, endless, now=noon, **BY)
    for number, day in enumerate((at(3, 22, 9), at(3, 29, 8), at(4, 5, 8), at(4, 12, 8), at(4, 19, 8)), start=1):
        assert work(day) == 1
        assert len(told()) == 2 * number
    deactivate_campaign(campaign, now=at(4, 20), **BY)
    assert work(at(4, 26, 8)) == 1
    assert work(at(9, 6, 8)) == 0
    assert runs()[5:] == [(at(4, 26, 8), "skipped", "inactive")]
    reminder.refresh_from_db()
    assert reminder.next_on is None
    campaign.refresh_from_db()
    activate_campaign(campaign, now=at(9, 7, 12), **BY)
    Mailing.objects.filter(kind="announcement").update(state="stopped")
    reminder.refresh_from_db()
    assert reminder.next_on == date(2026, 9, 13)
    assert work(at(9, 13, 8)) == 1
    assert len(told()) == 12
    assert len(runs()) == 7


def test_how_often_it_comes_is_said_beforehand():
    assert times_in_all(SUNDAYS) == 4
    assert times_in_all(ReminderPlan(**{**vars(SUNDAYS), "every_weeks": 2})) == 2
    assert times_in_all(ReminderPlan(**{**vars(SUNDAYS), "until": None})) is None


def test_ending_the_campaign_ends_what_is_on_its_way(campaign, noon):
    plan_reminder(campaign, ReminderPlan(starts_on=date(2026, 3, 17), at=time(23), texts={}), now=noon, **BY)
    assert work(at(3, 17, 22)) == 1
    assert (told("portal"), told("email")) == (["Ana", "Carla"], [])  # it is night
    deactivate_campaign(campaign, now=at(3, 17, 23), **BY)
    campaign.refresh_from_db()
    activate_campaign(campaign, now=at(4, 1, 10), **BY)
    Mailing.objects.filter(kind="announcement").update(state="stopped")
    work(at(4, 1, 10))
    assert told("email") == []


def test_a_worker_that_was_away_sends_the_newest_alone(campaign, noon):
    plan_reminder(campaign, SUNDAYS, now=noon, **BY)
    assert work(at(4, 6, 9)) == 3
    assert [(state, reason) for _at, state, reason in runs()] == [
        ("skipped", "missed"),
        ("skipped", "missed"),
        ("sent", ""),
    ]
    assert told() == ["Ana", "Carla"]
    assert work(at(4, 30, 9)) == 1
    assert runs()[-1][1:] == ("skipped", "missed")


def test_two_runs_that_are_both_late_are_one_mail(campaign, noon):
    """It comes back at ten on the Sunday after: the week between was an hour short, and the older run is left out."""
    plan_reminder(campaign, SUNDAYS, now=noon, **BY)
    assert work(at(3, 29, 8)) == 2
    assert [(state, reason) for _at, state, reason in runs()] == [("skipped", "missed"), ("sent", "")]
    assert told() == ["Ana", "Carla"]


def test_only_those_who_brought_nobody_yet(campaign, ana, noon):
    bring(ana, "Ben")
    plan_reminder(campaign, ReminderPlan(**{**vars(ONCE), "audience": "idle"}), now=noon, **BY)
    work(at(3, 17, 9))
    assert told() == ["Carla"]


def test_only_those_with_a_tag_and_never_all_because_it_is_gone(gym, campaign, ana, carla, noon):
    """R-015: an audience by tag; deleting the tag leaves nobody, and takes nobody else along."""
    vip, new = tag_called(gym, "VIP"), tag_called(gym, "New")
    give_tag(ana, vip, now=noon, **BY)
    weekly = {**vars(SUNDAYS), "channels": ("portal",), "tags": (vip.public_id, new.public_id)}
    plan = ReminderPlan(**weekly)
    reminder = plan_reminder(campaign, plan, now=noon, **BY)
    work(at(3, 22, 9))
    assert Message.objects.get(mailing_id=Mailing.objects.get(reminder=reminder).pk).client == ana
    give_tag(carla, new, now=noon, **BY)
    work(at(3, 29, 8))
    newest = Mailing.objects.filter(reminder=reminder).latest("pk")
    assert sorted(row.client.first_name for row in Message.objects.filter(mailing_id=newest.pk)) == ["Ana", "Carla"]
    for tag in (vip, new):
        delete_tag(tag, now=noon, **BY)
    work(at(4, 5, 8))
    newest = Mailing.objects.filter(reminder=reminder).latest("pk")
    assert (newest.state, Message.objects.filter(mailing_id=newest.pk).count()) == ("sent", 0)
    change_reminder(reminder, ReminderPlan(**{**weekly, "channels": ("email",)}), now=at(4, 6, 8), **BY)
    reminder.refresh_from_db()
    assert set(reminder.tags) == {vip.public_id, new.public_id}
    with pytest.raises(Invalid) as refused:
        plan_reminder(campaign, plan, now=noon, **BY)
    assert refused.value.field == "tags"


def test_the_next_times_are_told_in_the_business_s_own_time(gym, noon):
    """R-015: ten on Sundays is 9:00 UTC until the clocks change, and 8:00 from then on."""
    assert runs_ahead(gym, SUNDAYS, most=3, now=noon) == [at(3, 22, 9), at(3, 29, 8), at(4, 5, 8)]
    assert runs_ahead(gym, SUNDAYS, most=9, now=at(4, 1)) == [at(4, 5, 8), at(4, 12, 8)]
    assert runs_ahead(gym, ReminderPlan(starts_on=date(2, 1, 1), at=time(10), texts={}), most=3, now=noon) == []


def test_a_switch_that_is_off_wins(campaign, noon):
    """Q-28: its own channels, as far as the campaign's switches are on."""
    plan_reminder(campaign, SUNDAYS, now=noon, **BY)
    write_news(campaign, by_email=False, now=noon, **BY)
    work(at(3, 22, 9))
    assert (told("email"), told("portal")) == ([], ["Ana", "Carla"])
    write_news(campaign, by_portal=False, now=noon, **BY)
    work(at(3, 29, 8))
    assert runs()[-1][1:] == ("skipped", "no_channel")


def test_changed_and_deleted(gym, campaign, noon):
    """What was queued stays as it was; the log outlives the reminder; a new client hears of the next run alone."""
    reminder = plan_reminder(campaign, SUNDAYS, now=noon, **BY)
    run_reminders(at(3, 22, 8, 59, 40))
    longer = ReminderPlan(**{**vars(SUNDAYS), "until": date(2026, 4, 19)})
    assert change_reminder(reminder, longer, now=at(3, 22, 8, 59, 45), **BY)
    assert not change_reminder(reminder, longer, now=at(3, 22, 8, 59, 50), **BY)
    assert work(at(3, 22, 9)) == 0
    add_client(gym, "Lea")
    reminder.refresh_from_db()
    assert reminder.next_on == date(2026, 3, 29)
    moved = ReminderPlan(**{**vars(longer), "starts_on": date(2026, 3, 27), "at": time(18)})
    assert change_reminder(reminder, moved, now=at(3, 25), **BY)
    assert work(at(3, 27, 17)) == 1
    assert told() == ["Ana", "Ana", "Carla", "Carla", "Lea"]
    remove_reminder(reminder, now=at(3, 28), **BY)
    assert work(at(4, 3, 16)) == 0
    assert [row[1] for row in runs()] == ["sent", "sent"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"starts_on": date(2026, 3, 9)}, "starts_on"),
        ({"starts_on": date(2036, 3, 9)}, "starts_on"),
        ({"every_weeks": 2, "until": date(2026, 3, 16)}, "until"),
        ({"every_weeks": 99, "until": date(2026, 4, 16)}, "every_weeks"),
        ({"channels": ()}, "channels"),
        ({"audience": "nobody"}, "audience"),
        ({"texts": {"es": {"text": "{nope}"}}}, "text_es"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(campaign, noon, wrong, field):
    with pytest.raises(Invalid) as refused:
        plan_reminder(campaign, ReminderPlan(**{**vars(ONCE), **wrong}), now=noon, **BY)
    assert (refused.value.field, Reminder.objects.count()) == (field, 0)


def test_the_database_lets_no_run_be_queued_twice(campaign, noon):
    """The control: the same run once more is refused, also to what does not ask first."""
    plan_reminder(campaign, ONCE, now=noon, **BY)
    work(at(3, 17, 9))
    once = Mailing.objects.get(kind="reminder")
    with pytest.raises(IntegrityError), transaction.atomic():
        Mailing.objects.create(
            business=once.business,
            campaign=campaign,
            kind="reminder",
            round=9,
            reminder=once.reminder,
            planned_at=once.planned_at,
            due_at=noon,
            created_at=noon,
            created_by="x",
        )
    Reminder.objects.update(next_on=date(2026, 3, 17))  # as if another worker had read the row before
    with pytest.raises(IntegrityError), transaction.atomic():
        run_reminders(at(3, 17, 9))
    assert told() == ["Ana", "Carla"]
