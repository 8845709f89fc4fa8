"""Further steps on the page of a recommendation (R-297, UX 12)."""

from django.test import Client as Browser
from django.urls import reverse

from plusone.agenda.commands import mark_visit
from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.rewards.models import Reward
from world import EUR10, NOON, bring, launch

from .pages import text_of

CAME = [{"kind": "sessions_attended", "at_least": 2}]


def test_staff_read_by_when_it_has_to_be_done(gym: Business, olga: Browser, ana: Client) -> None:
    """R-114, R-116: the day that the ambassador reads stands on the page of the recommendation, too."""
    launch(gym, conditions=[{"kind": "sessions_attended", "at_least": 3}], qualification_days=30)
    ben = bring(ana, "Ben")
    said = text_of(olga.get(reverse("b:recommendation", args=[gym.slug, ben.public_id])))
    assert "0 of 3 visits. Until Apr 9, 2026 at the latest." in said


def test_staff_see_each_step_and_what_it_still_needs(gym: Business, olga: Browser, ana: Client) -> None:
    launch(gym, steps=[{"name": "Regular", "conditions": CAME, "ambassador_reward": EUR10}])
    ben = bring(ana, "Ben")
    mark_visit(ben.friend, key="1", actor="user:1", now=NOON)
    said = text_of(olga.get(reverse("b:recommendation", args=[gym.slug, ben.public_id])))
    assert "Regular" in said
    assert "€10.00 of balance is promised to Ana López; not all that it needs has happened yet. 1 of 2 visits." in said


def test_staff_choose_for_a_client_who_asked_at_the_desk(gym: Business, olga: Browser, ana: Client) -> None:
    """R-104: on the profile and with the recommendation, where a choice waits; once."""
    launch(gym, ambassador={"kind": "choice", "options": [EUR10, {"kind": "manual", "text": "Massage"}]})
    ben = bring(ana, "Ben")
    activate(ben.friend, actor="user:1", now=NOON)
    reward = Reward.objects.get()
    for page, named in (("b:recommendation", ben.public_id), ("b:client", ana.public_id)):
        said = text_of(olga.get(reverse(page, args=[gym.slug, named])))
        assert "Choose for the client Which one? €10.00 of balance “Massage” Give this one" in said
    path = reverse("b:reward_choose", args=[gym.slug, reward.public_id])
    olga.post(path, {"option": ""})
    assert Reward.objects.get().state == "awaiting_choice"
    assert "Chosen for Ana López: “Massage”." in text_of(olga.post(path, {"option": "1"}, follow=True))
    reward.refresh_from_db()
    assert (reward.kind, reward.state) == ("manual", "granted")
