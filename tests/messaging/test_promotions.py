"""Promotions: one click stops them, they rest at night, who complains is left alone (DEL-3, 6, 8, 10)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser

from plusone.clients.preferences import wants
from plusone.kernel.queue.worker import drain
from plusone.messaging.channels.email import mail_of
from plusone.messaging.commands import hand_over, suppress, unsuppress
from plusone.messaging.models import Message
from plusone.messaging.quiet import is_quiet, next_loud

pytestmark = pytest.mark.django_db


def test_only_promotions_can_be_stopped_with_one_click(ana, hello, settings):
    """DEL-3: the headers name an address that acts on a POST without a cookie; account mails have none."""
    settings.BASE_URL = "https://a-rather-long-name-of-a-place-where-it-lives.example"
    news, account = hello("test.news", key="1"), hello(key="2")
    whole = mail_of(news).message().as_bytes().decode()
    (line,) = [line for line in whole.splitlines() if line.startswith("List-Unsubscribe:")]
    address = line.partition("<")[2].rstrip(">")
    assert address.startswith("https://a-rather-long-name-of-a-place-where-it-lives.example/u/")
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in whole
    assert "List-Unsubscribe" not in mail_of(account).message().as_bytes().decode()

    path = address.removeprefix(settings.BASE_URL)
    Browser(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    assert not wants(ana)
    assert hello("test.news", key="3").reason == "no_consent"
    assert hello(key="4").state == "queued"


def test_the_foot_says_who_writes_why_and_how_to_stop_it(gym, hello):
    """DEL-10, in both parts; an account mail offers no way to stop it."""
    gym.address = "Calle Mayor 1, Madrid"
    news = hello("test.news")
    for part in (news.text, news.html):
        assert "Calle Mayor 1, Madrid" in part
        assert "Recibes esto porque eres cliente de Studio Vela." in part
        assert "/u/" in part
    assert "/u/" not in hello(key="2").html


def test_at_night_promotions_wait_and_the_rest_does_not(gym, ana, noon, hello, mail_server, monkeypatch):
    """R-245, DEL-6: written at 21:30 in Madrid, sent at 8:00; a login code would not wait."""
    from plusone.messaging.commands import delivery, sending

    night = datetime(2026, 3, 10, 20, 30, tzinfo=UTC)
    at = {"now": night}
    monkeypatch.setattr(delivery.clock, "now", lambda: at["now"])
    news = sending.send(gym, "test.news", to_client=ana, key="n", now=night)
    sending.send(gym, "test.hello", to_client=ana, key="a", now=night)
    drain()
    assert [mail.subject for mail in mail_server] == ["Studio Vela:"]
    assert hand_over(night + timedelta(hours=10, minutes=29)) == 0

    news.refresh_from_db()
    assert (news.state, news.handed_over_at) == ("queued", None)
    at["now"] = night + timedelta(hours=10, minutes=30)
    drain()
    assert len(mail_server) == 2


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe"])
def test_no_hour_of_a_year_is_loud_at_night(gym, zone):
    """DEL-6: also when clocks change; the wait always ends at the hour that the setting names."""
    gym.timezone = zone
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at.year == 2026:
        local = at.astimezone(ZoneInfo(zone))
        assert is_quiet(gym, at) == (local.hour >= 21 or local.hour < 8)
        loud = next_loud(gym, at).astimezone(ZoneInfo(zone))
        assert loud == local if not is_quiet(gym, at) else (loud.hour, loud.minute) == (8, 0)
        at += timedelta(minutes=30)


def test_twice_the_same_hour_is_no_rest(gym, noon):
    gym.quiet_from = gym.quiet_until = 8
    assert not any(is_quiet(gym, noon + timedelta(hours=hour)) for hour in range(24))


def test_a_complaint_stops_promotions_and_a_bounce_everything(gym, salon, ana, noon, hello):
    """DEL-8: the address stays blocked in any spelling, in its own business alone."""
    suppress(gym, ana.email.upper(), "complained", now=noon)
    assert hello("test.news", key="1").reason == "blocked"
    assert hello(key="2").state == "queued"
    suppress(gym, ana.email, "bounced", now=noon)
    assert hello(key="3").reason == "blocked"
    assert hello(key="4", business=salon, to_client=None, to_address=ana.email).state == "queued"
    assert unsuppress(gym, ana.email)
    assert hello(key="5").state == "queued"


def test_a_notice_is_there_at_once_without_mail(gym, ana, noon, hello, mail_server):
    notice = hello(channel="portal")
    assert (notice.state, notice.to, notice.sent_at) == ("sent", ana.public_id, noon)
    drain()
    assert mail_server == []
    ana.access = False
    assert hello(key="2", channel="portal").reason == "no_address"


def test_a_mailing_reaches_a_client_once_by_each_channel(gym, ana, hello):
    from django.db import IntegrityError, transaction

    hello(key="1", mailing=7)
    hello(key="2", mailing=7, channel="portal")
    message = Message.objects.first()
    message.pk, message.public_id, message.key = None, "x" * 22, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        message.save(force_insert=True)
    assert Message.objects.count() == 2
