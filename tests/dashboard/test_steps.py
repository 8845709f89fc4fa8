"""Further steps on the page of a recommendation (R-297, UX 12)."""

from django.test import Client as Browser
from django.urls import reverse

from plusone.agenda.commands import mark_visit
from plusone.clients.models import Client
from plusone.kernel.models import Business
from world import EUR10, NOON, bring, launch

from .pages import text_of

CAME = [{"kind": "sessions_attended", "at_least": 2}]


def test_staff_see_each_step_and_what_it_still_needs(gym: Business, olga: Browser, ana: Client) -> None:
    launch(gym, steps=[{"name": "Regular", "conditions": CAME, "ambassador_reward": EUR10}])
    ben = bring(ana, "Ben")
    mark_visit(ben.friend, key="1", actor="user:1", now=NOON)
    said = text_of(olga.get(reverse("b:recommendation", args=[gym.slug, ben.public_id])))
    assert "Regular" in said
    assert "€10.00 of balance is promised to Ana López; not all that it needs has happened yet. 1 of 2 visits." in said
