"""Several campaigns of a business go live or end at the same moment: all do, and links follow one of them (Q-21), on
both engines."""

from collections.abc import Callable

import pytest

from plusone.kernel.models import Business
from plusone.referrals.commands import activate_campaign, campaigns, create_campaign, deactivate_campaign
from plusone.referrals.models import Campaign
from plusone.referrals.offers import read_offer
from racing import ON_POSTGRES, meeting, race
from world import EUR15, NOON, later

pytestmark = pytest.mark.django_db(transaction=True)


def drafted(gym: Business, *names: str) -> list[Campaign]:
    offer = read_offer(gym, {"ambassador_reward": EUR15})
    return [create_campaign(gym, name=name, offer=offer, actor="user:1", now=NOON) for name in names]


def at_once(act: Callable[..., bool], *which: Campaign) -> list[object]:
    """Let the same be done to several, each by a request of its own."""

    def do(key: int) -> bool:
        return act(Campaign.objects.select_related("business").get(pk=key), actor="user:1", now=later(1))

    return race(*(lambda key=one.pk: do(key) for one in which))  # type: ignore[misc]


def standing() -> list[tuple[str, bool]]:
    return sorted(Campaign.objects.values_list("state", "is_default"))


def without_turns(monkeypatch: pytest.MonkeyPatch, *slow: str) -> None:
    """Nobody waits for whoever moves another campaign; both look at the others before either goes on."""
    meet = meeting()
    monkeypatch.setattr(campaigns, "take_turns", lambda *about: None)
    for name in slow:
        was = getattr(campaigns, name)

        def slowly(*given: object, was: Callable[..., object] = was, **about: object) -> object:
            meet()
            return was(*given, **about)

        monkeypatch.setattr(campaigns, name, slowly)


def test_two_that_go_live_at_once_are_live(gym: Business) -> None:
    """Q-21: the one whose turn it was first is the default one."""
    outcomes = at_once(activate_campaign, *drafted(gym, "Autumn", "Winter"))
    assert (outcomes, standing()) == ([True, True], [("active", False), ("active", True)])


def test_two_that_end_at_once_have_ended(gym: Business) -> None:
    """R-050: neither is the default after that."""
    both = drafted(gym, "Autumn", "Winter")
    for one in both:
        activate_campaign(one, actor="user:1", now=NOON)
    outcomes = at_once(deactivate_campaign, *both)
    assert (outcomes, standing()) == ([True, True], [("inactive", False), ("inactive", False)])


def test_live_control(gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without turns each sees no default one, and on PostgreSQL the second fails."""
    without_turns(monkeypatch, "allow_money")
    outcomes = at_once(activate_campaign, *drafted(gym, "Autumn", "Winter"))
    failed = [one for one in outcomes if isinstance(one, Exception)]
    assert len(failed) == (1 if ON_POSTGRES else 0)


def test_end_control(gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without turns the one lets the other take over, which has ended by then."""
    both = drafted(gym, "Autumn", "Winter")
    for one in both:
        activate_campaign(one, actor="user:1", now=NOON)
    without_turns(monkeypatch, "_next_default")
    outcomes = at_once(deactivate_campaign, *both)
    failed = [one for one in outcomes if isinstance(one, Exception)]
    assert bool(failed) == ON_POSTGRES
