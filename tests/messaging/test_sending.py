"""A message is written once, leaves once, and says why when it does not leave."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plusone.clients.commands import archive, delete_client, edit_client
from plusone.clients.models import Client, Consent
from plusone.events.models import Event
from plusone.events.queries import why
from plusone.kernel.queue.worker import drain
from plusone.messaging.commands import deliver, hand_over, send, send_raw, switch_channel
from plusone.messaging.models import Message
from plusone.messaging.queries import is_channel_on, messages_of, outbox, waiting_count

pytestmark = pytest.mark.django_db


def keep_words(business):
    """Keep the words of mails for ever: this story's day lies long before the worker's."""
    business.mail_bodies_days = 0
    business.save(update_fields=["mail_bodies_days"])


def test_a_message_is_written_sent_and_noted(gym, ana, noon, hello, cause, mail_server):
    keep_words(gym)
    message = hello(cause=cause)
    assert (message.state, message.to, message.language) == ("queued", ana.email, "es")

    drain()

    message.refresh_from_db()
    (mail,) = mail_server
    assert (message.state, message.attempts, message.error) == ("sent", 1, "")
    assert mail.to == [ana.email]
    assert mail.body == message.text
    assert mail.alternatives[0][0] == message.html
    event = Event.objects.get(name="message.sent")
    assert (event.cause, event.client_id) == (cause, ana.pk)
    assert why(event) == [event, cause]
    assert list(messages_of(gym, ana)) == [message]


def test_the_same_key_is_the_same_message(hello, mail_server):
    assert hello() == hello()
    drain()

    assert len(mail_server) == 1


def test_keys_are_of_one_business(gym, salon, noon, hello, mail_server):
    hello()
    send(salon, "test.hello", to_address="lea@lune.example", key="k", now=noon)
    drain()

    assert [mail.to for mail in mail_server] == [["ana.lopez@clients.example"], ["lea@lune.example"]]


def test_a_message_rolls_back_with_what_it_tells_of(hello, mail_server):
    def change_of_mind():
        with transaction.atomic():
            hello()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_of_mind()
    drain()

    assert (Message.objects.count(), mail_server) == (0, [])


def test_without_a_mail_server_messages_wait_and_nothing_is_tried(gym, hello):
    message = hello()
    drain()

    message.refresh_from_db()
    assert (message.state, message.attempts, waiting_count()) == ("queued", 0, 1)
    assert list(outbox()) == list(outbox(gym)) == [message]


def test_what_waited_leaves_when_there_is_a_mail_server(noon, hello, request):
    hello()
    drain()
    mail_server = request.getfixturevalue("mail_server")
    drain()

    assert len(mail_server) == 1
    assert waiting_count() == 0
    assert hand_over(noon) == 0


def test_what_waited_too_long_is_not_sent(hello, request):
    message = hello()
    Message.objects.update(useful_until=timezone.now() - timedelta(seconds=1))
    mail_server = request.getfixturevalue("mail_server")
    drain()

    message.refresh_from_db()
    assert (mail_server, message.state, message.reason) == ([], "suppressed", "too_late")


def test_a_mail_server_that_goes_away_makes_messages_wait_again(hello, mail_server, settings):
    message = hello()
    settings.MAILERS = {}
    drain()

    message.refresh_from_db()
    assert (message.state, waiting_count()) == ("queued", 1)


def test_an_archived_client_gets_nothing_and_the_log_says_why(ana, noon, hello, mail_server, cause):
    archive(ana, actor="user:1", now=noon)
    message = hello(cause=cause)
    drain()

    assert (message.state, message.reason, mail_server) == ("suppressed", "archived", [])
    event = Event.objects.get(name="message.suppressed")
    assert event.data == {"message": message.pk, "template": "test.hello", "channel": "email", "reason": "archived"}
    assert event.cause == cause


def test_a_client_without_an_address_gets_nothing(ana, noon, hello, mail_server):
    Client.objects.filter(pk=ana.pk).update(email=None)
    ana.refresh_from_db()

    assert hello().reason == "no_address"


def test_a_channel_that_is_off_sends_nothing(gym, noon, hello, mail_server):
    assert is_channel_on(gym, "email")
    assert switch_channel(gym, "email", active=False, actor="user:5", now=noon)
    assert not switch_channel(gym, "email", active=False, actor="user:5", now=noon)
    assert not is_channel_on(gym, "email")
    assert hello().reason == "channel_off"
    assert Event.objects.get(name="channel.switched").data == {"channel": "email", "active": False}

    assert switch_channel(gym, "email", active=True, actor="user:5", now=noon)
    assert hello(key="again").state == "queued"


def test_promotions_need_the_readers_yes(gym, ana, noon, hello, mail_server):
    def answer(given):
        Consent.objects.create(
            business=gym, client=ana, purpose="promotions", given=given, text="News?", source="test", at=noon
        )

    Client.objects.filter(pk=ana.pk).update(news_by_default=False)
    ana.refresh_from_db()
    assert hello("test.news", key="1").reason == "no_consent"
    answer(True)
    assert hello("test.news", key="2").state == "queued"
    answer(False)
    assert hello("test.news", key="3").reason == "no_consent"


def test_a_client_of_another_business_is_never_written_to(salon, ana, noon):
    with pytest.raises(AssertionError):
        send(salon, "test.hello", to_client=ana, key="k", now=noon)

    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("own", "business_language", "expected"),
    [("fr", "es", "fr"), ("", "es", "es"), ("de", "es", "es"), ("", "xx", "en")],
)
def test_the_language_is_the_readers_else_the_business(gym, ana, hello, own, business_language, expected):
    ana.language, gym.language = own, business_language

    assert hello().language == expected


def test_staff_are_written_to_as_users(gym, house, noon, mail_server):
    message = send(gym, "test.hello", to_user=house.owner, key="k", now=noon)
    drain()

    assert message.user == house.owner
    assert mail_server[0].to == [house.owner.email]


def test_a_deleted_clients_messages_lose_their_words(gym, ana, carla, noon, hello, mail_server, cause):
    keep_words(gym)
    mine = hello(key="mine")
    about = send(gym, "test.hello", to_client=carla, context={"about": ana}, key="about", now=noon)
    caused = send(gym, "test.hello", to_client=carla, cause=cause, key="caused", now=noon)
    other = send(gym, "test.hello", to_client=carla, key="other", now=noon)
    deliver.func(about.pk)
    archive(ana, actor="user:1", now=noon)
    delete_client(ana, actor="user:1", now=noon)
    drain()

    for message in (mine, about, caused, other):
        message.refresh_from_db()
    assert (mine.to, mine.subject, mine.text, mine.html) == ("", "", "", "")
    assert (mine.state, mine.reason) == ("suppressed", "deleted")
    assert (about.to, about.subject, about.text, about.html, about.state) == (carla.email, "", "", "", "sent")
    assert (caused.text, caused.state) == ("", "suppressed")
    assert (other.state, "Carla" in other.text) == ("sent", True)
    assert hello(key="after", to_client=Client.objects.get(pk=ana.pk)).reason == "deleted"


def test_an_address_that_changed_counts_for_the_next_message(ana, noon, hello, mail_server):
    hello(key="1")
    edit_client(ana, email="new@clients.example", actor="user:1", now=noon)
    hello(key="2", to_client=Client.objects.get(pk=ana.pk))
    drain()

    assert [mail.to for mail in mail_server] == [["ana.lopez@clients.example"], ["new@clients.example"]]


def test_login_mails_have_no_business_and_leave_no_trace_in_a_log(db, noon, mail_server):
    options = {"to": "ana@clients.example", "subject": "Your code\n", "text": "123456", "template": "login_code"}
    message = send_raw(None, **options, language="fr", key="code:1", now=noon)
    again = send_raw(None, **options, language="fr", key="code:1", now=noon)
    drain()

    assert message == again
    assert (message.subject, message.language) == ("Your code", "fr")
    assert [mail.body for mail in mail_server] == ["123456"]
    assert not Event.objects.filter(name__startswith="message.").exists()


def test_the_pages_of_messages_cost_the_same_for_one_and_for_three(gym, ana, hello):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert [message.business and message.business.name for message in outbox()[:50]]
            assert list(messages_of(gym, ana)[:50])
        return len(queries)

    hello(key="1")
    one = cost()
    hello(key="2")
    hello(key="3")

    assert one == cost() == 2
