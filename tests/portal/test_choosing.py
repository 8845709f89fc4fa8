"""A client chooses one of several rewards on their own page (R-104)."""

import pytest

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.rewards.models import Reward
from world import EUR15, add_client, bring, launch

from .conftest import LogIn
from .test_home import words

pytestmark = pytest.mark.django_db
EITHER = {"kind": "choice", "options": [EUR15, {"kind": "manual", "text": "Massage"}]}


def test_ana_chooses_once(gym: Business, ana: Client, log_in: LogIn) -> None:
    """CASES 60: the first page asks, a choice is given once, somebody else's is not there."""
    launch(gym, ambassador=EITHER)
    activate(bring(ana, "Ben").friend, actor="user:1", now=clock.now())
    reward = Reward.objects.get()
    home, path = f"/p/{gym.slug}/", f"/p/{gym.slug}/rewards/{reward.public_id}/"
    browser = log_in(ana)
    assert "Choose your reward a choice of €15.00 of balance or “Massage”" in words(browser, home)
    assert "Which one would you like?" in words(browser, path)
    assert browser.post(path, {"option": "7"}).status_code == 422
    assert log_in(add_client(gym, "Eva")).post(path, {"option": "0"}).status_code == 404
    assert Reward.objects.get().state == "awaiting_choice"
    for _click in range(2):
        assert browser.post(path, {"option": "0"}).status_code == 302
    said = words(browser, home)
    assert "Yours: €15.00 of balance." in said
    assert "Choose your reward" not in said
    assert Reward.objects.get().amount == 1500
    assert browser.get(path).status_code == 302
    assert "The choice was made already." in words_after(browser, path)


def words_after(browser: object, path: str) -> str:
    answer = browser.post(path, {"option": "1"})  # type: ignore[attr-defined]  # Django's
    assert answer.status_code == 422
    return str(answer.content.decode())
