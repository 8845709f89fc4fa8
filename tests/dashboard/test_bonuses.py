"""A bonus by hand, and the second person that a large one needs where the business wants it (R-006, AUTH-15)."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.commands import user_for
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business, Collaborator
from plusone.ledger.models import LotBalance, Transfer
from plusone.ledger.queries import balance_of
from plusone.messaging.models import Message
from plusone.rewards.commands import decide_bonus, give_bonus
from plusone.rewards.models import Bonus
from plusone.rules.engine import work
from world import NOON, House, later

from .conftest import browser_of
from .pages import send, text_of

pytestmark = pytest.mark.django_db


def colleague(gym: Business, name: str) -> str:
    """Add a manager. Return how commands name them."""
    user = user_for(f"{name}@vela.example")
    Collaborator.objects.create(business=gym, user=user, role="manager")
    return f"user:{user.pk}"


@pytest.fixture
def limited(gym: Business) -> Business:
    """The team gives up to 20 alone."""
    gym.bonus_limit = 2000
    gym.save(update_fields=["bonus_limit"])
    return gym


def give(ana: Client, amount: int, actor: str, **more: Any) -> Bonus | None:
    return give_bonus(ana, amount, reason="Loyal", key=f"k:{amount}:{actor}", actor=actor, now=NOON, **more)


def available(ana: Client) -> int:
    return balance_of(ana.business, ana.pk, now=NOON).available


def test_without_a_limit_nobody_waits(gym: Business, ana: Client) -> None:
    """Off by default: a manager gives any amount."""
    assert give(ana, 99_999, colleague(gym, "mara")) is None
    assert (available(ana), Bonus.objects.count()) == (99_999, 0)


def test_above_the_limit_a_manager_waits_and_nobody_else_does(limited: Business, house: House, ana: Client) -> None:
    """AUTH-15: not the owner, not an API key, not what is taken away, not what is within the limit."""
    mara = colleague(limited, "mara")
    assert give(ana, 2000, mara) is None
    assert give(ana, 2500, f"user:{house.owner.pk}") is None
    assert give(ana, 2500, "api:1") is None
    assert give(ana, -3000, mara) is None
    assert available(ana) == 4000
    waits = give(ana, 2001, mara)
    assert waits is not None
    assert (waits.state, available(ana)) == ("waiting", 4000)
    assert Event.objects.get(name="bonus.requested").data == {"bonus": waits.pk, "amount": 2001}


def test_small_ones_add_up_over_thirty_days(limited: Business, ana: Client, carla: Client) -> None:
    """AUTH-15: what one of the team gives one client counts together, and what two people gave does not."""
    mara, nina = colleague(limited, "mara"), colleague(limited, "nina")

    def bonus(to: Client, amount: int, by: str, days: int, key: str) -> bool:
        """Give one; say whether somebody else has to confirm it."""
        return give_bonus(to, amount, reason="Loyal", key=key, actor=by, now=later(days)) is not None

    assert not bonus(ana, 1900, mara, 0, "first")
    assert not bonus(ana, 1900, mara, 0, "first"), "the same click again"
    assert bonus(ana, 1900, mara, 1, "second")
    assert not bonus(carla, 1900, mara, 1, "carla's")
    assert not bonus(ana, 1900, nina, 1, "nina's")
    assert not bonus(ana, 100, mara, 2, "the rest")
    assert bonus(ana, 1, mara, 29, "one more cent")
    waits = Bonus.objects.select_related("business", "client__business").order_by("pk").first()
    assert waits is not None
    assert decide_bonus(waits, approve=True, actor=nina, now=later(3))
    assert not bonus(ana, 1900, mara, 31, "a month later")
    assert balance_of(limited, ana.pk, now=later(31)).available == 1900 + 1900 + 100 + 1900 + 1900


def test_a_second_person_confirms_once(limited: Business, ana: Client) -> None:
    """AUTH-15: never who asked; twice acts once; what was decided stays."""
    mara, nina = colleague(limited, "mara"), colleague(limited, "nina")
    bonus = give(ana, 5000, mara, expires_days=30)
    assert bonus is not None
    with pytest.raises(Refused) as own:
        decide_bonus(bonus, approve=True, actor=mara, now=NOON)
    assert (own.value.code, available(ana)) == ("own_request", 0)
    assert [decide_bonus(bonus, approve=True, actor=nina, now=NOON) for _click in range(2)] == [True, False]
    with pytest.raises(Refused):
        decide_bonus(bonus, approve=False, actor=nina, now=NOON)
    assert (available(ana), Transfer.objects.count()) == (5000, 1)
    assert LotBalance.objects.get().expires_at is not None
    work(NOON)
    assert Message.objects.filter(template="bonus.given").count() == 1
    assert give(ana, 2000, nina) is None, "what two people gave is not what she gave alone"


def test_a_declined_bonus_gives_nothing(limited: Business, ana: Client) -> None:
    bonus = give(ana, 5000, colleague(limited, "mara"))
    assert bonus is not None
    assert decide_bonus(bonus, approve=False, note="too much", actor=colleague(limited, "nina"), now=NOON)
    bonus.refresh_from_db()
    assert (bonus.state, bonus.note, available(ana)) == ("declined", "too much", 0)


def test_the_way_over_the_pages(gym: Business, house: House, ana: Client, olga: Browser) -> None:
    """The owner sets the limit; a manager asks on the profile, sees that it waits, and cannot confirm it; the owner
    finds it on the home page and gives it."""
    settings = reverse("b:settings", args=[gym.slug])
    form = olga.get(settings).context["form"]
    data = {name: form[name].value() or "" for name in form.fields if name != "once"}
    data = {name: "on" if value is True else value for name, value in data.items() if value is not False}
    assert send(olga, settings, {**data, "bonus_limit": "20"}).status_code == 302
    gym.refresh_from_db()
    assert gym.bonus_limit == 2000
    colleague(gym, "mara")
    mara = browser_of(user_for("mara@vela.example"))
    adjust, page = reverse("b:client_adjust", args=[gym.slug, ana.public_id]), reverse("b:bonuses", args=[gym.slug])
    send(mara, adjust, {"amount": "50", "reason": "Ten years"})
    bonus = Bonus.objects.get()
    decide = reverse("b:bonus_decide", args=[gym.slug, bonus.public_id])
    assert decide not in mara.get(page).content.decode()
    mara.post(decide, {"act": "approve"})
    assert available(ana) == 0
    assert page in olga.get(reverse("b:home", args=[gym.slug])).content.decode()
    assert "Ten years" in text_of(olga.get(page))
    olga.post(decide, {"act": "approve"})
    assert available(ana) == 5000
    assert decide not in olga.get(page).content.decode()


def test_queries_of_the_list(limited: Business, ana: Client, olga: Browser, django_assert_max_num_queries: Any) -> None:
    """One row and three cost the same."""
    page, mara = reverse("b:bonuses", args=[limited.slug]), colleague(limited, "mara")
    give(ana, 3000, mara)
    olga.get(page)
    with django_assert_max_num_queries(12) as one:
        olga.get(page)
    give(ana, 3001, mara)
    give(ana, 3002, mara)
    with django_assert_max_num_queries(len(one)):
        olga.get(page)
