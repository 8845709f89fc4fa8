"""A campaign is told to its clients, each once; who was left out is named with the reason (R-013..R-017)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client as Browser

from plusone.clients.commands import archive, set_promotions
from plusone.clients.models import Client
from plusone.connect.commands import edit_business
from plusone.events.models import Event
from plusone.kernel import clock
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.queue import Later
from plusone.kernel.queue.worker import drain
from plusone.messaging.channels.email import Email
from plusone.messaging.commands import suppress
from plusone.messaging.models import Message
from plusone.referrals.audience import announcement_of, progress_of, reach
from plusone.referrals.commands import (
    activate_campaign,
    announce,
    create_campaign,
    deactivate_campaign,
    mailings,
    pause_mailing,
    send_due,
    send_to_latecomers,
    stop_mailing,
    write_news,
)
from plusone.referrals.models import Mailing
from plusone.referrals.offers import Offer
from world import EUR15, add_client, bring, later, launch

pytestmark = pytest.mark.django_db
BY = {"actor": "user:1"}
SOON = later(seconds=31)


@pytest.fixture
def mail_server(settings):
    """A mail server that takes everything."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    mail.outbox = []
    return mail.outbox


def work(monkeypatch, at):
    """Let the worker do all that is due at a moment."""
    monkeypatch.setattr(clock, "now", lambda: at)
    drain()


def told(channel="email"):
    rows = Message.objects.filter(mailing_id__isnull=False, channel=channel).exclude(state="suppressed")
    return sorted(rows.values_list("client__first_name", flat=True))


def left_out():
    rows = Message.objects.filter(mailing_id__isnull=False, state="suppressed", channel="email")
    return sorted(rows.values_list("client__first_name", "reason"))


def test_activating_tells_each_eligible_client_once(gym, ana, carla, salon, noon, mail_server, monkeypatch):
    """R-014, Q-09: half a minute later, by both channels; who is left out stands there with the reason."""
    add_client(salon, "Zoé")
    nils = add_client(gym, "Nils")
    Client.objects.filter(pk=nils.pk).update(email=None)
    for name, act in (("Otto", "declined"), ("Pia", "archived"), ("Rita", "bounced")):
        one = add_client(gym, name)
        if act == "declined":
            set_promotions(one, False, text="no", source="portal", actor="client", now=noon)
        elif act == "archived":
            archive(one, now=noon, **BY)
        else:
            suppress(gym, one.email, "bounced", now=noon)
    found = reach(gym, "email", now=noon)
    assert (found.gets, sum(count for _reason, count in found.left_out)) == (2, 3)
    campaign = launch(gym)
    mailing = announcement_of(campaign)
    assert (mailing.state, mailing.due_at) == ("queued", noon + timedelta(seconds=30))

    work(monkeypatch, later(seconds=29))
    assert told() == []
    work(monkeypatch, SOON)
    work(monkeypatch, later(seconds=90))

    assert told() == ["Ana", "Carla"]
    assert told("portal") == ["Ana", "Carla", "Nils", "Rita"]
    assert left_out() == [("Nils", "no_address"), ("Otto", "no_consent"), ("Rita", "blocked")]
    assert sorted(one.to[0] for one in mail_server) == sorted([ana.email, carla.email])
    letter = next(one for one in mail_server if one.to == [ana.email])
    assert letter.subject == "Recomienda Studio Vela a tus amistades"
    assert f"/r/{ana.code}" in letter.body
    assert "15,00" in letter.body
    assert "List-Unsubscribe" in letter.extra_headers
    sent = Event.objects.get(name="mailing.sent")
    assert (sent.data["written"], sent.data["withheld"]) == (6, 4)
    progress = progress_of(gym, [mailing], [], now=SOON)[0][mailing.pk]
    assert (progress.sent, progress.waiting, progress.failed) == (6, 0, 0)


def test_stopped_in_time_nobody_hears(gym, ana, noon, mail_server, monkeypatch):
    """The window of 30 seconds; later it is too late to stop and says so."""
    campaign = launch(gym)
    first = announcement_of(campaign)
    assert stop_mailing(first, now=later(seconds=20), **BY)
    work(monkeypatch, SOON)
    assert (told(), announcement_of(campaign)) == ([], None)

    again = announce(campaign, now=noon, **BY)
    work(monkeypatch, SOON)
    assert not stop_mailing(again, now=SOON, **BY)
    assert told() == ["Ana"]


def test_reactivating_tells_nobody_again_unless_asked(gym, ana, noon, mail_server, monkeypatch):
    """R-014, R-052."""
    campaign = launch(gym)
    work(monkeypatch, SOON)
    deactivate_campaign(campaign, now=later(1), **BY)
    late = add_client(gym, "Lea")
    work(monkeypatch, later(1.1))
    assert told() == ["Ana"]
    activate_campaign(campaign, now=later(2), **BY)
    campaign.refresh_from_db()
    work(monkeypatch, later(2.1))
    assert told() == ["Ana", "Lea"]
    assert late.email in mail_server[-1].to

    announce(campaign, again=True, now=later(20), **BY)
    work(monkeypatch, later(20.01))
    assert told() == ["Ana", "Ana", "Lea", "Lea"]
    assert list(Mailing.objects.order_by("pk").values_list("round", "state")) == [(1, "sent"), (2, "running")]


def test_who_becomes_eligible_later_hears_then(gym, ana, carla, noon, mail_server, monkeypatch):
    """R-014: a new client, one who says yes after a no, and a friend only once they have agreed."""
    set_promotions(carla, False, text="no", source="portal", actor="client", now=noon)
    launch(gym)
    work(monkeypatch, SOON)
    assert told() == ["Ana"]
    add_client(gym, "Lea")
    set_promotions(carla, True, text="yes", source="portal", actor="client", now=later(1))
    ben = bring(ana, "Ben", now=later(1)).friend
    Client.objects.filter(pk=ben.pk).update(status="active")
    work(monkeypatch, later(1.1))
    work(monkeypatch, later(1.2))
    assert told() == ["Ana", "Carla", "Lea"]
    set_promotions(ben, True, text="yes", source="portal", actor="client", now=later(2))
    work(monkeypatch, later(2.1))
    assert told() == ["Ana", "Ben", "Carla", "Lea"]


def test_without_a_channel_no_message_is_sent(gym, ana, noon, monkeypatch):
    """R-017, Q-28: the switch wins; with one of them the other stays silent."""
    campaign = create_campaign(gym, name="Quiet", offer=Offer(ambassador_reward=EUR15), now=noon, **BY)
    assert write_news(campaign, by_email=False, by_portal=False, now=noon, **BY)
    activate_campaign(campaign, now=noon, **BY)
    campaign.refresh_from_db()
    work(monkeypatch, SOON)
    assert not Mailing.objects.exists()
    assert announce(campaign, again=True, now=noon, **BY) is None

    write_news(campaign, by_portal=True, now=noon, **BY)
    announce(campaign, now=noon, **BY)
    work(monkeypatch, SOON)
    assert (told(), told("portal")) == ([], ["Ana"])


def test_at_night_notices_appear_and_mails_wait_for_the_morning(gym, ana, mail_server, monkeypatch):
    """R-245, DEL-6."""
    night = later(hours=10)
    launch(gym, now=night)
    work(monkeypatch, night + timedelta(minutes=1))
    assert (told(), told("portal")) == ([], ["Ana"])
    work(monkeypatch, night + timedelta(hours=10, minutes=1))
    assert told() == ["Ana"]


def test_enough_promotions_this_week_means_later_not_never(gym, ana, noon, mail_server, monkeypatch):
    """DEL-6: two a week; the third announcement reaches Ana once the first is seven days old."""
    campaigns = [launch(gym, now=later(hours=hour)) for hour in (0, 1, 2)]
    for hour in (0.1, 1.1, 2.1):
        work(monkeypatch, later(hours=hour))
    assert len(told()) == 2
    assert left_out() == [("Ana", "weekly_max")]
    work(monkeypatch, later(6.9))
    assert len(told()) == 2
    work(monkeypatch, later(7.1))
    assert len(told()) == 3
    assert len(campaigns) == 3


def test_it_can_be_paused_and_goes_on_where_it_stood(gym, noon, mail_server, monkeypatch):
    """DEL-9: nobody is left out and nobody has it twice; the pause holds between two batches."""
    for number in range(7):
        add_client(gym, f"C{number}")
    monkeypatch.setattr(mailings, "BATCH", 2)
    monkeypatch.setattr(mailings, "BATCHES", 1)
    mailing = announcement_of(launch(gym))
    Mailing.objects.update(channels=["email"])
    send_due(SOON)
    assert pause_mailing(mailing, paused=True, now=SOON, **BY)
    work(monkeypatch, SOON)
    assert told() == ["C0", "C1"]
    assert pause_mailing(mailing, paused=False, now=SOON, **BY)
    work(monkeypatch, SOON)
    assert told() == [f"C{number}" for number in range(7)]
    assert len(mail_server) == 7


def test_only_so_many_wait_for_a_mail_server_that_is_away(gym, noon, mail_server, monkeypatch):
    """DEL-1: while it is down no flood builds up; then it goes on."""
    for number in range(5):
        add_client(gym, f"C{number}")
    monkeypatch.setattr(mailings, "WAITING_MAX", 2)
    launch(gym)
    Mailing.objects.update(channels=["email"])
    assert [send_due(SOON) for _ in range(3)] == [2, 0, 0]
    work(monkeypatch, SOON)
    assert len(mail_server) == 5


def test_nobody_can_have_it_twice(gym, ana, noon, monkeypatch):
    """R-014: the database itself refuses a second one by the same channel."""
    launch(gym)
    work(monkeypatch, SOON)
    message = Message.objects.get(channel="portal", mailing_id__isnull=False)
    message.pk, message.public_id, message.key = None, "y" * 22, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        message.save(force_insert=True)
    assert told("portal") == ["Ana"]


def test_own_words_with_gaps_in_each_language(gym, ana, carla, noon, mail_server, monkeypatch):
    """R-013, R-247: a language without own words keeps the usual ones; a missing name leaves no bracket."""
    Client.objects.filter(pk=carla.pk).update(language="fr")
    campaign = create_campaign(gym, name="Own", offer=Offer(ambassador_reward=EUR15), now=noon, **BY)
    write_news(
        campaign,
        texts={"es": {"subject": "¡{first_name|Hola}, corre la voz!", "text": "Mira:\n\n{link}"}},
        now=noon,
        **BY,
    )
    activate_campaign(campaign, now=noon, **BY)
    work(monkeypatch, SOON)
    subjects = {one.to[0]: one.subject for one in mail_server}
    assert subjects == {ana.email: "¡Ana, corre la voz!", carla.email: "Recommandez Studio Vela à vos proches"}
    notice = Message.objects.get(channel="portal", client=ana)
    assert notice.text == f"Mira:\n\n{mail_server[0].body.split()[1]}"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("text", "Say [your name] here"),
        ("text", "Hello {name}"),
        ("text", "Hello {first_name"),
        ("text", "Hello {{ settings.SECRET_KEY }}"),
        ("text", "{% load i18n %}Hello"),
        ("text", "Hello {client.email}"),
        ("text", "Hello {0.__class__}"),
        ("subject", "Hello {business!r}"),
        ("text", "x" * 4001),
        ("subject", "x" * 151),
        ("text", "a\x00b"),
    ],
)
def test_words_that_would_look_wrong_are_refused(gym, noon, field, text):
    """R-248, R-247, TRUST FUZ-4: what is on the list fills a gap, the rest is named at its field before it is kept."""
    campaign = create_campaign(gym, name="Own", offer=Offer(), now=noon, **BY)
    with pytest.raises(Invalid) as refused:
        write_news(campaign, texts={"es": {field: text}}, now=noon, **BY)
    assert refused.value.field == f"{field}_es"
    campaign.refresh_from_db()
    assert campaign.news == {}


def test_it_is_not_told_again_while_it_is_on_its_way(gym, ana, noon):
    campaign = launch(gym)
    with pytest.raises(Refused):
        announce(campaign, again=True, now=noon, **BY)
    assert Mailing.objects.count() == 1


def test_a_business_that_asks_first_tells_only_who_agreed(gym, noon):
    edit_business(gym, news_to="agreed", now=noon, **BY)
    add_client(gym, "Eva")
    assert reach(gym, "portal", now=noon).gets == 0
    assert send_to_latecomers(noon) == 0


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


@pytest.mark.parametrize("after_it_was_taken", [False, True])
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(
    gym, noon, mail_server, monkeypatch, after_it_was_taken
):
    """DEL-9: at most the mail in hand comes twice, then with the same Message-ID; all others exactly once."""
    from plusone.messaging.commands import delivery

    for number in range(60):
        add_client(gym, f"C{number}")
    mailing = announcement_of(launch(gym))
    Mailing.objects.update(channels=["email"])
    monkeypatch.setattr(clock, "now", lambda: SOON)
    for _ in range(3):
        send_due(SOON)
    ids = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    send_one, kill_at = Email.deliver, {"count": 33}

    def deliver(self, message):
        kill_at["count"] -= 1
        if kill_at["count"] == 0 and not after_it_was_taken:
            raise Killed
        send_one(self, message)
        if kill_at["count"] == 0:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Email, "deliver", deliver)
        delivery.deliver_many.func(ids[:25])
        with pytest.raises(Killed):
            delivery.deliver_many.func(ids[25:50])
    assert progress_of(gym, [mailing], [], now=SOON)[0][mailing.pk].sent == 32
    # Another worker comes upon claims of one that is gone.
    monkeypatch.setattr(delivery, "has_died", lambda name: True)
    drain()
    assert progress_of(gym, [mailing], [], now=SOON)[0][mailing.pk].sent == 60
    names = {letter.extra_headers["Message-ID"] for letter in mail_server}
    assert len({letter.to[0] for letter in mail_server}) == len(names) == 60
    assert len(mail_server) == (61 if after_it_was_taken else 60)


def test_a_mail_server_that_is_away_loses_and_doubles_nothing(gym, noon, mail_server, monkeypatch):
    """DEL-1: the batch stops at the second failure, is put back whole, and comes once the server is back."""
    from plusone.messaging.commands import delivery

    for number in range(6):
        add_client(gym, f"C{number}")
    launch(gym)
    Mailing.objects.update(channels=["email"])
    monkeypatch.setattr(clock, "now", lambda: SOON)
    send_due(SOON)
    ids = list(Message.objects.values_list("pk", flat=True))

    def away(self, message):
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr(Email, "deliver", away)
        for _ in range(3):
            with pytest.raises(Later):
                delivery.deliver_many.func(ids)
    assert mail_server == []
    assert sorted(Message.objects.values_list("attempts", "worker")) == [(0, "")] * 4 + [(3, "")] * 2
    assert delivery.deliver_many.func(ids) == 6
    assert delivery.deliver_many.func(ids) == 0
    assert len({letter.to[0] for letter in mail_server}) == len(mail_server) == 6


def test_the_api_switches_the_channels(house, ana, noon):
    """R-017: both are on unless said otherwise; off, and activating tells nobody."""
    browser = Browser(headers={"authorization": f"Bearer {house.api_key}"})

    def call(path, body):
        answer = browser.post(f"/api/v1/campaigns{path}", body, content_type="application/json")
        return answer.json()

    quiet = call("", {"name": "Quiet", "tell_by_email": False, "tell_by_portal": False})
    loud = call("", {"name": "Loud", "tell_by_email": False})
    assert (quiet["tell_by_email"], loud["tell_by_email"], loud["tell_by_portal"]) == (False, False, True)
    call(f"/{quiet['id']}/activate", {})
    assert not Mailing.objects.exists()
    call(f"/{loud['id']}/activate", {})
    assert Mailing.objects.get().channels == ["portal"]
