"""REQUIREMENTS 4.4, PEERS 6, Q-04: a campaign starts and ends by itself on days of the business."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.referrals.commands import (
    CampaignInactive,
    activate_campaign,
    archive_campaign,
    create_campaign,
    deactivate_campaign,
    edit_campaign,
    schedule_campaign,
    start_and_end_campaigns,
)
from plusone.referrals.models import Campaign
from plusone.referrals.offers import read_offer
from world import EUR15, NOON, bring, later, launch

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
MARCH_20, MARCH_31 = date(2026, 3, 20), date(2026, 3, 31)


@pytest.fixture
def draft(gym: Business) -> Campaign:
    offer = read_offer(gym, {"ambassador_reward": EUR15, "qualification_days": 0})
    return create_campaign(gym, name="Spring", offer=offer, **WHO)


def state(campaign: Campaign) -> str:
    campaign.refresh_from_db()
    return str(campaign.state)


def happened() -> list[str]:
    return list(Event.objects.filter(name__startswith="campaign.").order_by("pk").values_list("name", flat=True))


def test_another_name_makes_no_other_terms(gym: Business, draft: Campaign) -> None:
    """Q-07: what is promised stays, whatever it is called."""
    edit_campaign(draft, name="  Summer ", **WHO)
    draft.refresh_from_db()
    assert (draft.name, draft.terms.version, "campaign.terms_changed" in happened()) == ("Summer", 1, False)


def test_it_lives_from_its_first_day_to_the_end_of_its_last(gym: Business, ana: Client, draft: Campaign) -> None:
    """Midnight in Madrid, which is 23:00 UTC in winter and 22:00 in summer; the books keep what was promised."""
    assert schedule_campaign(draft, starts_on=MARCH_20, ends_on=MARCH_31, **WHO)
    assert state(draft) == "scheduled"
    before, begins = datetime(2026, 3, 19, 22, 59, tzinfo=UTC), datetime(2026, 3, 19, 23, 0, tzinfo=UTC)
    with pytest.raises(CampaignInactive):
        bring(ana, "Early", now=before)
    assert (start_and_end_campaigns(before), state(draft)) == (0, "scheduled")
    assert (start_and_end_campaigns(begins), state(draft), draft.is_default) == (1, "active", True)
    ben = bring(ana, "Ben", now=begins)
    last, over = datetime(2026, 3, 31, 21, 59, tzinfo=UTC), datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
    assert (start_and_end_campaigns(last), state(draft)) == (0, "active")
    assert (start_and_end_campaigns(over), state(draft)) == (1, "inactive")
    assert start_and_end_campaigns(over) == 0
    ben.refresh_from_db()
    assert (ben.state, draft.open_referrals, draft.starts_on, draft.ends_on) == ("registered", "honour", None, None)
    assert happened() == ["campaign.created", "campaign.scheduled", "campaign.activated", "campaign.deactivated"]
    scheduled = Event.objects.get(name="campaign.scheduled")
    assert (scheduled.data["starts_on"], scheduled.data["ends_on"]) == ("2026-03-20", "2026-03-31")
    assert Event.objects.get(name="campaign.activated").actor == "system"


def test_days_that_cannot_be_are_refused(gym: Business, draft: Campaign) -> None:
    today = NOON.date()
    for starts_on, ends_on, field in (
        (today, None, "starts_on"),
        (date(2026, 3, 9), None, "starts_on"),
        (MARCH_31, MARCH_20, "ends_on"),
        (None, date(2026, 3, 9), "ends_on"),
    ):
        with pytest.raises(Invalid) as refused:
            schedule_campaign(draft, starts_on=starts_on, ends_on=ends_on, **WHO)
        assert refused.value.field == field
    assert (state(draft), draft.starts_on, draft.ends_on) == ("draft", None, None)
    assert happened() == ["campaign.created"]
    live = launch(gym)
    with pytest.raises(Invalid):
        schedule_campaign(live, starts_on=MARCH_20, ends_on=None, **WHO)
    assert schedule_campaign(live, starts_on=None, ends_on=today, **WHO), "today is a last day"
    archive_campaign(draft, **WHO)
    with pytest.raises(Refused):
        schedule_campaign(draft, starts_on=MARCH_20, ends_on=None, **WHO)


def test_a_person_may_be_faster_or_think_again(gym: Business, draft: Campaign) -> None:
    schedule_campaign(draft, starts_on=MARCH_20, ends_on=MARCH_31, **WHO)
    assert not schedule_campaign(draft, starts_on=MARCH_20, ends_on=MARCH_31, **WHO), "nothing new"
    assert schedule_campaign(draft, starts_on=None, ends_on=None, **WHO)
    assert state(draft) == "draft"
    schedule_campaign(draft, starts_on=MARCH_20, ends_on=MARCH_31, **WHO)
    activate_campaign(draft, **WHO)
    assert (state(draft), draft.starts_on, draft.ends_on) == ("active", None, MARCH_31)
    deactivate_campaign(draft, **WHO)
    assert (state(draft), draft.ends_on) == ("inactive", None)
    assert start_and_end_campaigns(later(40)) == 0
    schedule_campaign(draft, starts_on=MARCH_20, ends_on=None, **WHO)
    archive_campaign(draft, **WHO)
    assert (start_and_end_campaigns(later(40)), state(draft)) == (0, "archived")


def test_a_business_that_became_a_clinic_is_not_live_by_itself(gym: Business, draft: Campaign) -> None:
    """PRI-15: money needs a reason there; the campaign is a draft again, and the log says so."""
    schedule_campaign(draft, starts_on=MARCH_20, ends_on=None, **WHO)
    Business.objects.filter(pk=gym.pk).update(kind="clinic")
    assert (start_and_end_campaigns(later(11)), state(draft), draft.starts_on) == (0, "draft", None)
    assert happened()[-1] == "campaign.scheduled"
