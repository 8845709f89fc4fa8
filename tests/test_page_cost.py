"""What each page asks of the database: at most twelve questions, whatever a business has in it, and however much of it
(PERFORMANCE 1 and 3). All of them count, session and login included; the pages come from the map of addresses."""

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from isolated import Side, routes, values_of
from lived import again, live
from plusone.clients.models import Client
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward
from plusone.store.models import Order
from world import NOON, open_gym

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.any_engine]

MOST = 12
PAGES = [route for route in routes() if route.door.startswith("staff:") or route.door == "client"]

# They do the whole refund, or lose the whole dispute, and take it back: what they foresee is what will be done, to the
# cent, and costs what that costs.
TRIED_OUT = ("/refund/", "/dispute/lost/")


def opened(side: Side) -> Iterator[tuple[str, Browser, str]]:
    """Yield every address of a page with who opens it: of the first row of each kind, and of a friend who did much."""
    first = values_of(side.business)
    kim = Client.objects.filter(business=side.business, first_name="Kim").order_by("pk")[0]
    brought = Referral.objects.get(friend=kim)
    friends = {
        **first,
        "client": kim.public_id,
        "referral": brought.public_id,
        "reward": Reward.objects.filter(source_kind="referral", source_id=brought.pk).order_by("pk")[0].public_id,
        "order": Order.objects.filter(client=kim).order_by("pk")[0].public_id,
    }
    for route in PAGES:
        is_portal = route.door == "client"
        for path in sorted({route.path(values) for values in ((first,) if is_portal else (first, friends))}):
            yield path, side.browsers["client" if is_portal else "owner"], path
    yield "the home of a lead", side.browsers["lead"], reverse("p:home", args=[side.business.slug])


def asked_of(side: Side) -> dict[str, int]:
    """Return how many questions each page asks that is there to be opened."""
    found = {}
    for name, browser, path in opened(side):
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(path)
        if answer.status_code == 200 and not path.endswith(TRIED_OUT):
            found[name] = len(asked)
    return found


@pytest.mark.any_engine
def test_no_page_asks_more_than_twelve_questions() -> None:
    """PERFORMANCE 1: campaigns of several steps, choices, memberships, tags, doubts, reminders, goals; then all of it
    three times over, at the same cost."""
    side = live(open_gym())
    with time_machine.travel(NOON, tick=False):
        once = asked_of(side)
    for number in (2, 3):
        again(side, number)
    with time_machine.travel(NOON, tick=False):
        thrice = asked_of(side)
    assert len(once) > 130, "the walk sees too little"
    assert {name: number for name, number in thrice.items() if number > MOST} == {}
    assert {name: (once[name], thrice[name]) for name in once if thrice[name] != once[name]} == {}
