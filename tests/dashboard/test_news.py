"""Telling all clients: words, preview, who gets it, a test, half a minute to stop it (R-013..R-017, UX task 5)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.commands import delete_tag, give_tag, tag_called
from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business, User
from plusone.kernel.queue.worker import drain
from plusone.messaging.models import Message
from plusone.referrals.commands import deactivate_campaign
from plusone.referrals.models import Campaign, Mailing, Reminder
from world import NOON, House, add_client, launch

from .pages import once_of, send, text_of
from .test_campaign import OFFER

pytestmark = pytest.mark.django_db


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


def test_activating_says_who_is_told_and_how_to_stop_it(gym: Business, ana: Client, olga: Browser) -> None:
    nils = add_client(gym, "Nils")
    Client.objects.filter(pk=nils.pk).update(email=None)
    page = text_of(olga.get(at(gym, "campaign_new")))
    assert "1 client gets it · 1: without an address" in page
    assert "2 clients get it" in page
    ticked = {**OFFER, "tell_by_email": "on", "tell_by_portal": "on", "activate": "1"}
    send(olga, at(gym, "campaign_save_new"), ticked, form_at=at(gym, "campaign_new"))
    mailing = Mailing.objects.get()
    shown = olga.get(at(gym, "campaign_one", mailing.campaign.public_id))
    assert "2 clients are told in 30 seconds." in text_of(shown)
    stop = at(gym, "mailing_stop", mailing.public_id)
    assert f'action="{stop}"' in shown.content.decode()
    assert "Stopped. Nobody was written to." in text_of(olga.post(stop, follow=True))
    mailing.refresh_from_db()
    assert mailing.state == "stopped"


def test_both_switches_off_and_nobody_is_written_to(gym: Business, ana: Client, olga: Browser) -> None:
    """R-017, Q-28."""
    send(olga, at(gym, "campaign_save_new"), {**OFFER, "activate": "1"}, form_at=at(gym, "campaign_new"))
    campaign = Campaign.objects.get()
    assert (campaign.state, Mailing.objects.count()) == ("active", 0)
    page = text_of(olga.get(at(gym, "campaign_news", campaign.public_id)))
    assert "No channel is on: no message will be sent." in page


def test_words_are_kept_previewed_tested_and_sent(gym: Business, ana: Client, olga: Browser, settings) -> None:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    campaign = launch(gym)
    Mailing.objects.all().delete()
    url = at(gym, "campaign_news", campaign.public_id)
    page = olga.get(url)
    assert f"/r/{ana.code}" in page.content.decode()
    initial = {name: value for name, value in page.context["form"].initial.items() if isinstance(value, str)}
    typed = {**initial, "tell_by_portal": "on", "subject_es": "¡{first_name}!", "as": ana.public_id}
    shown = text_of(olga.post(at(gym, "campaign_news_preview", campaign.public_id), typed))
    assert "¡Ana!" in shown
    wrong = olga.post(at(gym, "campaign_news_preview", campaign.public_id), {**typed, "text_es": "[Replace me]"})
    assert "replace [Replace me] with your own words first." in text_of(wrong)

    save = at(gym, "campaign_news_save", campaign.public_id)
    assert olga.post(save, {**typed, "text_es": "{nope}", "send": "1", "once": once_of(page)}).status_code == 422
    campaign.refresh_from_db()
    assert campaign.news == {}
    answer = olga.post(save, {**typed, "test": "1", "once": once_of(olga.get(url))}, follow=True)
    assert "A test is on its way to olga@vela.example." in text_of(answer)
    drain()
    assert [(one.to, one.subject) for one in mail.outbox] == [(["olga@vela.example"], "¡Ana!")]

    sent = {**typed, "send": "1", "once": once_of(olga.get(url))}
    first, _second = olga.post(save, sent, follow=True), olga.post(save, sent, follow=True)
    assert "1 client is told in 30 seconds." in text_of(first)
    mailing = Mailing.objects.get()
    assert (mailing.channels, mailing.texts) == (["portal"], {"es": {"subject": "¡{first_name}!"}})
    assert "It goes out from" in text_of(olga.get(url))


def test_a_test_goes_to_a_long_address_too(gym: Business, house: House, olga: Browser) -> None:
    """An address has up to 254 letters; the sentence that names it is kept nowhere."""
    address = f"{'o' * 60}@{'.'.join(['studio' * 8] * 3)}.vela.example"
    User.objects.filter(pk=house.owner.pk).update(email=address)
    campaign = launch(gym)
    page = olga.get(at(gym, "campaign_news", campaign.public_id))
    initial = {name: value for name, value in page.context["form"].initial.items() if isinstance(value, str)}
    sent = {**initial, "tell_by_email": "on", "test": "1", "once": once_of(page)}
    for _time in range(2):
        answer = olga.post(at(gym, "campaign_news_save", campaign.public_id), sent, follow=True)
        assert f"A test is on its way to {address}." in text_of(answer)


def test_the_log_says_how_many_and_why_not(gym: Business, ana: Client, olga: Browser) -> None:
    """R-016: one query more or less does not depend on how much was sent."""
    from plusone.referrals.commands import pause_mailing, send_due
    from world import later

    for name in ("Otto", "Pia"):
        one = add_client(gym, name)
        Client.objects.filter(pk=one.pk).update(news_by_default=False)
    campaign = launch(gym)
    send_due(later(seconds=31))
    page = text_of(olga.get(at(gym, "campaign_news", campaign.public_id)))
    assert "4: do not want news and promotions" in page
    assert Message.objects.filter(state="suppressed").count() == 4
    mailing = Mailing.objects.get()
    Mailing.objects.update(ended_at=None)
    pause = at(gym, "mailing_pause", mailing.public_id)
    assert "Paused." in text_of(olga.post(pause, follow=True))
    assert "Nobody gets it twice." in text_of(olga.post(at(gym, "mailing_resume", mailing.public_id), follow=True))
    assert not pause_mailing(mailing, paused=False, actor="user:1", now=later())


def test_a_reminder_is_tried_and_counted_before_it_is_kept(gym: Business, ana: Client, olga: Browser) -> None:
    """R-015, R-016: while it is written the page says how many would get it and when; a test goes to its writer; an
    audience by tag is kept, and a deleted tag is named."""
    campaign = launch(gym)
    tag = tag_called(gym, "VIP")
    give_tag(ana, tag, actor="user:1", now=NOON)
    add_client(gym, "Carla")
    new, preview = (at(gym, name, campaign.public_id) for name in ("reminder_new", "reminder_preview"))
    page = olga.get(new)
    assert "E-mail: 2 clients get it" in text_of(page)
    typed = {name: value for name, value in page.context["form"].initial.items() if value not in (None, [])}
    day = typed["starts_on"]
    typed |= {"starts_on": day.isoformat(), "at": "18:30", "every_weeks": "2", "channels": ["email"]}
    typed |= {"until": (day + timedelta(days=60)).isoformat(), "tags": [tag.public_id]}
    typed["text_es"] = "Hola {first_name}, te toca: {link}"
    said = text_of(olga.post(preview, typed))
    assert "E-mail: 1 client gets it" in said
    assert f"{day:%A}, " in said
    assert said.count("6:30 PM") == 3
    assert "te toca" in said
    assert "E-mail: 2 clients get it" in text_of(olga.post(preview, {**typed, "tags": []}))
    assert "E-mail: 1 client gets it" in text_of(
        olga.post(preview, {**typed, "starts_on": "", "text_en": "{nonsense}"})
    )
    assert "Nobody gets it" in text_of(olga.post(preview, {**typed, "channels": []}))
    token = once_of(page)
    Message.objects.all().delete()
    tested = olga.post(new, {**typed, "once": token, "test": "1"})
    assert "A test is on its way to olga@vela.example." in text_of(tested)
    assert "The reminder itself is not saved yet." in text_of(tested)
    assert Reminder.objects.count() == 0
    mail = Message.objects.get()
    assert (mail.to, mail.client, "te toca" in mail.text) == ("olga@vela.example", None, True)
    wrong = olga.post(new, {**typed, "text_es": "{nonsense}", "once": token, "test": "1"})
    assert (wrong.status_code, Message.objects.count()) == (422, 1)
    kept = olga.post(new, {**typed, "once": once_of(tested)}, follow=True)
    assert "VIP" in text_of(kept)
    reminder = Reminder.objects.get()
    assert reminder.tags == [tag.public_id]
    delete_tag(tag, actor="user:1", now=NOON)
    assert "A tag that was deleted" in text_of(olga.get(at(gym, "campaign_news", campaign.public_id)))
    one = olga.get(at(gym, "reminder", reminder.public_id))
    assert f'value="{tag.public_id}"' in one.content.decode()
    assert "E-mail: 0 clients get it" in text_of(one)


def test_reminders_are_planned_changed_and_deleted(gym: Business, ana: Client, olga: Browser) -> None:
    """R-015, R-016: with other words than the announcement; what is wrong stands at its field and changes nothing."""
    campaign = launch(gym)
    news, new = at(gym, "campaign_news", campaign.public_id), at(gym, "reminder_new", campaign.public_id)
    assert f'href="{new}"' in olga.get(news).content.decode()
    page = olga.get(new)
    assert "¿Has pensado en alguien para Studio Vela?" in text_of(page)
    initial = {name: value for name, value in page.context["form"].initial.items() if value is not None}
    day = initial["starts_on"]
    typed = {**initial, "starts_on": day.isoformat(), "at": "18:30", "every_weeks": "2", "channels": ["portal"]}
    early = (day - timedelta(days=1)).isoformat()
    wrong = olga.post(new, {**typed, "until": early, "once": once_of(page)})
    assert (wrong.status_code, Reminder.objects.count()) == (422, 0)
    assert "It ends before it begins." in text_of(wrong)
    preview = at(gym, "reminder_preview", campaign.public_id)
    assert "Each client gets it 26 times a year, until you delete it" in text_of(olga.post(preview, typed))
    endless = olga.post(new, {**typed, "once": once_of(olga.get(new))}, follow=True)
    assert "until you stop it" in text_of(endless)
    Reminder.objects.all().delete()
    typed |= {"until": (day + timedelta(days=60)).isoformat(), "once": once_of(olga.get(new))}
    assert "Each client gets it 5 times in all." in text_of(olga.post(preview, typed))
    first, _second = olga.post(new, typed, follow=True), olga.post(new, typed, follow=True)
    assert "Every 2 weeks" in text_of(first)
    reminder = Reminder.objects.get()
    assert (reminder.at.hour, reminder.channels, reminder.texts) == (18, ["portal"], {})
    one = at(gym, "reminder", reminder.public_id)
    changed = {**typed, "audience": "idle", "once": once_of(olga.get(one))}
    assert "Only clients who have not brought anybody yet" in text_of(olga.post(one, changed, follow=True))
    remove = at(gym, "reminder_remove", reminder.public_id)
    assert "Delete this reminder?" in text_of(olga.get(remove))
    assert Reminder.objects.count() == 1
    assert "The reminder is deleted." in text_of(olga.post(remove, follow=True))
    assert Reminder.objects.count() == 0


def test_the_log_counts_by_channel_and_names_mails_that_wait_for_the_morning(
    gym: Business, olga: Browser, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-016, R-245: at night the notices are out, and no mail is written yet; the log says till when they
    wait."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    for name in ("Ana", "Carla", "Dora"):
        add_client(gym, name)
    night = NOON.replace(hour=22)
    campaign = launch(gym, now=night)
    log = at(gym, "campaign_news", campaign.public_id)

    def read(moment: datetime) -> str:
        with time_machine.travel(moment, tick=False):
            drain()
            olga.force_login(User.objects.get(email="olga@vela.example"))
            page = text_of(olga.get(log))
        return page[page.index("What was sent") :]

    monkeypatch.setattr(clock, "now", lambda: night + timedelta(minutes=1))
    page = read(night + timedelta(minutes=1))
    assert "3 mails wait until Mar 11, 2026, 8:00 AM" in page
    assert "Announcement E-mail: 0 of 3 Notice in the client's pages: 3 of 3" in page
    assert "3 3 0 –" in page, "sent, waiting, failed"
    morning = night + timedelta(hours=10)
    monkeypatch.setattr(clock, "now", lambda: morning)
    page = read(morning)
    assert "wait until" not in page
    assert "Announcement E-mail: 3 of 3 Notice in the client's pages: 3 of 3" in page
    assert "6 0 0 –" in page


def test_what_a_campaign_had_begun_is_not_being_sent_once_it_has_ended(
    gym: Business, ana: Client, olga: Browser
) -> None:
    """R-016, R-052: nothing leaves for a campaign that is over, and the log does not say so either."""
    campaign = launch(gym)
    Mailing.objects.update(state="running", started_at=NOON)
    log = at(gym, "campaign_news", campaign.public_id)
    assert "Being sent" in text_of(olga.get(log))
    deactivate_campaign(campaign, actor="user:1", now=NOON)
    page = text_of(olga.get(log))
    assert "Being sent" not in page
    assert "Stands still: the campaign is not active" in page


def test_without_a_mail_server_each_page_that_sends_says_so(
    gym: Business, ana: Client, olga: Browser, settings: Any
) -> None:
    """R-014, R-070: nobody believes that thirty people got a mail which never left."""
    campaign = launch(gym)
    pages = [
        at(gym, "home"),
        at(gym, "campaign_one", campaign.public_id),
        at(gym, "campaign_news", campaign.public_id),
        at(gym, "client_invite"),
        at(gym, "team"),
        at(gym, "mail"),
    ]
    few = {"act": "message", "pick": ana.public_id}
    for mailers, says in (
        ({}, True),
        ({"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}, False),
    ):
        settings.MAILERS = mailers
        for page in pages:
            assert ("This installation has no mail server." in text_of(olga.get(page))) is says, page
        assert ("This installation has no mail server." in text_of(olga.post(at(gym, "clients_several"), few))) is says
