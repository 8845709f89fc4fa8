"""R-013, R-110: what the business tells a client in their pages: a banner until it is put away, and a list."""

import pytest

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.messaging.models import Message
from plusone.referrals.commands import deactivate_campaign, send_due
from world import EUR10, add_client, later, launch

from .conftest import LogIn

pytestmark = pytest.mark.django_db
HOME, LIST = "/p/studio-vela/", "/p/studio-vela/notices/"


def test_the_banner_stands_until_it_is_put_away(ana: Client, gym: Business, log_in: LogIn) -> None:
    eva = add_client(gym, "Eva")
    launch(gym)
    send_due(later(seconds=31))
    browser = log_in(ana)
    page = browser.get(HOME).content.decode()
    notice = Message.objects.get(client=ana, channel="portal")
    assert notice.subject in page
    assert f"/r/{ana.code}" in browser.get(LIST).content.decode()
    notice.refresh_from_db()
    assert notice.read_at is None  # looking changes nothing

    theirs = Message.objects.get(client=eva, channel="portal")
    assert browser.post(f"{LIST}{theirs.public_id}/away/").status_code == 404
    assert browser.post(f"{LIST}{notice.public_id}/away/").status_code == 302
    assert notice.subject not in browser.get(HOME).content.decode()
    assert notice.subject in browser.get(LIST).content.decode()
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_all_are_read_at_once_and_the_list_may_be_empty(ana: Client, gym: Business, log_in: LogIn) -> None:
    browser = log_in(ana)
    assert "Nothing new" in browser.get(LIST).content.decode()
    launch(gym)
    send_due(later(seconds=31))
    assert "Mark all as read" in browser.get(LIST).content.decode()
    browser.post(f"{LIST}read/")
    assert "Mark all as read" not in browser.get(LIST).content.decode()


def test_news_of_a_campaign_that_ended_are_no_banner(ana: Client, gym: Business, log_in: LogIn) -> None:
    """CASES 88: what the first page says is what holds today; the old offer stays in the list of what was told."""
    campaign = launch(gym)
    send_due(later(seconds=31))
    notice = Message.objects.get(client=ana, channel="portal")
    browser = log_in(ana)
    deactivate_campaign(campaign, actor="user:1", now=later(1))
    launch(gym, ambassador=EUR10, now=later(1))
    page = browser.get(HOME).content.decode()
    assert notice.subject not in page
    assert "15,00" not in page
    assert notice.subject in browser.get(LIST).content.decode()
