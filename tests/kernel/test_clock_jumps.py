"""The machine's clock jumps, forward and back, over a leap day and both nights when clocks change (TRUST OPS-7)."""

import json
import shutil
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from howoften import before_a_release, often
from served import Installation, broken_in

# Every clock that Python and SQLite read of the machine; how long something takes is told by another.
SHIM = """
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long off(void) { const char *text = getenv("CLOCK_OFF"); return text ? atol(text) : 0; }
int clock_gettime(clockid_t which, struct timespec *at) {
  int failed = syscall(SYS_clock_gettime, which, at);
  if (!failed && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) at->tv_sec += off();
  return failed;
}
int gettimeofday(struct timeval *restrict at, void *restrict zone) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}
time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}
"""
STORY = """
import django
django.setup()
from datetime import date, time
import test_sweeps
from plusone.referrals.commands import ReminderPlan, plan_reminder
from plusone.referrals.models import Campaign
from plusone.store.models import Product
from world import NOON, add_client, make_product, open_gym
gym = open_gym().business
ana, bono = add_client(gym, "Ana", "López"), make_product(gym)
test_sweeps.let_much_be_due(gym, ana, bono)
campaign = Campaign.objects.filter(state="active").earliest("pk")
for first, last in ((date(2026, 3, 22), date(2026, 4, 5)), (date(2026, 10, 18), date(2026, 11, 1))):
    plan = ReminderPlan(starts_on=first, at=time(2, 30), every_weeks=1, until=last, texts={})
    plan_reminder(campaign, plan, actor="user:1", now=NOON)
"""
LOOK = """
import django
django.setup()
import json
from collections import Counter
from plusone.events.models import Event
from plusone.kernel.models import QueuedTask
from plusone.messaging.models import Message
from plusone.referrals.models import Mailing
order = list(Event.objects.order_by("pk").values_list("pk", flat=True))
causes = Event.objects.exclude(cause=None).values_list("pk", "cause_id")
print(json.dumps({
    "events": Counter(Event.objects.values_list("name", flat=True)),
    "twice": [key for key, times in Counter(Message.objects.values_list("key", flat=True)).items() if times > 1],
    "reminders": [str(at) for at in Mailing.objects.filter(kind="reminder").order_by("planned_at").values_list(
        "planned_at", flat=True)],
    "effects_before_causes": [pk for pk, cause in causes if cause >= pk],
    "left": QueuedTask.objects.filter(status="FAILED").count(),
}))
"""
# Told once each until the clocks show 19 April: see test_sweeps; both lots are told of before they end.
ONCE = {
    "balance.earned": 1, "referral.not_converted": 1, "reward.choice_waiting": 1, "balance.expiring": 2,
    "balance.expired": 1, "order.expired": 1, "membership.ended": 1, "campaign.activated": 1,
}  # fmt: skip
SPRING = (
    *("2026-03-10T11:05", "2026-03-11T11:05", "2026-03-11T10:05"),  # a day forward, an hour back
    *("2026-03-22T01:31", "2026-03-22T00:31", "2026-03-22T01:31"),  # half past two, half past one, half past two
    *("2026-03-25T00:00", "2026-03-24T12:00", "2026-03-25T00:00"),  # the end of a hold, seen twice
    # 29 March: two o'clock is three o'clock, and half past two does not come.
    *("2026-03-29T00:59", "2026-03-29T01:31", "2026-03-29T00:31", "2026-03-29T01:31"),
    *("2026-04-10T03:00", "2026-04-09T03:00", "2026-04-19T12:00"),
)
AUTUMN = (
    "2026-10-18T00:31",
    *("2026-10-25T00:31", "2026-10-25T01:31", "2026-10-25T00:31"),  # half past two, half past two again, and back
    "2026-11-01T01:31",
    *("2028-02-28T23:30", "2028-02-29T12:00", "2028-02-28T12:00", "2028-03-01T00:30"),
)


def shown(here: Installation) -> Any:
    return json.loads(here.script(LOOK))


def turn_to(here: Installation, moment: str) -> None:
    """Let a worker do all that is due, in a world whose clock shows this (UTC)."""
    off = datetime.fromisoformat(moment).replace(tzinfo=UTC) - datetime.now(UTC)
    here.env["CLOCK_OFF"] = str(int(off.total_seconds()))
    here.plusone("worker", "--once")


@pytest.mark.slow
@pytest.mark.any_engine
@before_a_release
@pytest.mark.skipif(not shutil.which("cc"), reason="the clock of a program is turned by a few lines of C")
def test_each_thing_is_done_once_however_the_clock_jumps(migrated_url: str, tmp_path: Path) -> None:
    """OPS-7: campaigns, holds, deadlines, choices, ends of balance and reminders at half past two, by real workers."""
    (tmp_path / "clock.c").write_text(SHIM)
    built = tmp_path / "clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(built), str(tmp_path / "clock.c")], check=True)
    here = Installation(tmp_path / "data", migrated_url, LD_PRELOAD=str(built))
    here.env["CLOCK_OFF"] = str(int((datetime(2026, 3, 10, 11, tzinfo=UTC) - datetime.now(UTC)).total_seconds()))
    said = here.script("from datetime import UTC, datetime; print(datetime.now(UTC).isoformat())")
    assert said.startswith("2026-03-10T11:0"), "the clock was turned"
    here.script(STORY)
    here.plusone("worker", "--once")
    before = Counter(shown(here)["events"])
    for moment in often(tuple(dict.fromkeys(SPRING)), SPRING):  # in every run no moment twice
        turn_to(here, moment)
    seen = shown(here)
    told = Counter(seen["events"])
    assert {name: told[name] - before[name] for name in ONCE} == ONCE
    for moment in AUTUMN:
        turn_to(here, moment)
    late = shown(here)
    nights = ["2026-03-22 01:30", "2026-03-29 01:30", "2026-04-05 00:30"]  # the second at half past three
    autumn = ["2026-10-18 00:30", "2026-10-25 00:30", "2026-11-01 01:30"]
    half_past_two = [at[:16] for at in late["reminders"] if at[14:16] == "30"]
    assert half_past_two == [*nights, *autumn]
    for each in (seen, late):
        assert (each["twice"], each["effects_before_causes"], each["left"]) == ([], [], 0)
    assert broken_in(here.database, []) == []
