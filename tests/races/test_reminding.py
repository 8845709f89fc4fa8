"""Two at once: a reminder is changed while its campaign goes live again (R-015)."""

import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from plusone.kernel.models import Business
from plusone.referrals.commands import (
    ReminderPlan,
    activate_campaign,
    change_reminder,
    deactivate_campaign,
    plan_reminder,
)
from plusone.referrals.models import Campaign, Reminder
from racing import ON_POSTGRES, race
from world import NOON, later, launch

pytestmark = pytest.mark.django_db(transaction=True)
BY: dict[str, Any] = {"actor": "user:1", "now": NOON}


def test_who_changes_a_reminder_while_its_campaign_wakes_is_heard(gym: Business) -> None:
    """It rested with its campaign. One moves it by a month, and another activates the campaign before that is written:
    it goes on by the new plan, and not tomorrow by the old one."""
    campaign, seen = launch(gym), threading.Event()
    plan = ReminderPlan(starts_on=later(1).date(), at=NOON.time(), every_weeks=1, until=None, tags=(), texts={})
    reminder = plan_reminder(campaign, plan, **BY)
    deactivate_campaign(campaign, **BY)
    Reminder.objects.update(next_on=None)  # as its next turn writes it

    def change() -> bool:
        with transaction.atomic():
            done = change_reminder(reminder, replace(plan, starts_on=later(40).date()), **BY)
            seen.set()
            time.sleep(0.5 if ON_POSTGRES else 0.05)  # not committed yet
        return done

    def wake() -> bool:
        seen.wait(10)
        return activate_campaign(Campaign.objects.get(pk=campaign.pk), **BY)

    assert race(change, wake) == [True, True]
    assert Reminder.objects.get().next_on == later(40).date()
