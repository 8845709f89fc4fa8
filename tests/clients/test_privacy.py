"""R-099, R-333, R-334, PRI-5, PRI-6, PRI-7, UX 21: a client takes their data along, and goes."""

import csv
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client as Browser

from plusone.agenda.commands import mark_visit
from plusone.clients import keeping
from plusone.clients.automation import forget_exports, forget_idle_leads
from plusone.clients.commands import archive, delete_client, edit_client, merge_clients, set_own_words, set_promotions
from plusone.clients.models import Client, DataExport
from plusone.clients.preferences import wants
from plusone.connect.commands import create_api_key, look_through, stage_import
from plusone.connect.models import Answer
from plusone.events.models import Event
from plusone.kernel import clock
from plusone.kernel.commands import user_for
from plusone.kernel.models import Business, QueuedTask, User
from plusone.ledger.commands import adjust
from plusone.ledger.queries import balance_of, faults
from plusone.messaging.commands import forget_bodies
from plusone.messaging.models import Message
from plusone.referrals.commands import send_due, trust_ambassador
from plusone.referrals.models import DoubtCase, Referral
from plusone.rewards.models import Reward
from plusone.rules.engine import work
from plusone.rules.models import Run
from plusone.store.commands import pay, place_order, refund
from world import EUR10, add_client, bring, later, launch, make_product, open_gym, open_salon

WORD = "zq7canary"
MAIL = f"{WORD}@{WORD}.example"
PHONE = "+34600987654"
ME = {"actor": "user:1"}


def everything() -> Iterator[tuple[str, str]]:
    """Yield each row of each table, as text; what a session holds is read too."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield (
                    table,
                    " ".join(
                        bytes(cell).decode("latin-1") if isinstance(cell, memoryview | bytes) else str(cell)
                        for cell in row
                    ),
                )
    for session in Session.objects.all():
        yield "sessions", json.dumps(session.get_decoded())


def found(*words: str) -> set[str]:
    """Return the tables that hold one of these words, in any case."""
    return {table for table, text in everything() if any(word.casefold() in text.casefold() for word in words)}


def log_in_by_code(email: str) -> Browser:
    """Log in as people do, so that codes, sessions and devices are there."""
    browser = Browser(HTTP_USER_AGENT="Firefox")
    browser.post("/accounts/login/code/", {"email": email})
    mail = Message.objects.filter(to=email).order_by("-pk")[0]
    code = re.search(r"\b[A-Z0-9]{3,}-?[A-Z0-9]{3,}\b", mail.text)
    assert code is not None
    browser.post("/accounts/login/code/confirm/", {"code": code[0]})
    return browser


def the_canary(business: Business) -> Client:
    """Somebody who is a friend and recommends herself, with her name in every place that can hold it."""
    now = clock.now()
    launch(business, friend=EUR10, approval="manual", now=now)
    ana = add_client(business, "Ana", "López", email="ana@clients.example", now=now)
    received = bring(ana, "Wanda", email=MAIL, now=now)
    her = received.friend
    edit_client(her, first_name=f"Wanda{WORD}", last_name=f"Von {WORD}", phone=PHONE, now=now, **ME)
    Client.objects.filter(pk=her.pk).update(external_id=f"crm-{WORD}")
    her.refresh_from_db()
    product = make_product(business, now=now)
    order = place_order(business, her, [(product, 1)], now=now, **ME)
    pay(order, method="transfer", reference=f"from {her.first_name}", now=now, **ME)  # she is a client by that
    refund(order, 100, reason=f"for {her.last_name}", now=now, **ME)
    her.refresh_from_db()
    set_own_words(her, f"Come with {WORD}", now=now, **ME)
    set_promotions(her, True, text=f"{WORD} wants news", source="portal", now=now, **ME)
    made = bring(her, "Ben", email="ben@friends.example", now=now)
    adjust(
        business, her.pk, 700, key="gift", reason=keeping.without_names(f"Happy {her.first_name}", [her]), now=now, **ME
    )
    trust_ambassador(her, note=f"{WORD} is nice", now=now, **ME)
    Referral.objects.filter(pk__in=(made.pk, received.pk)).update(note=f"knows {WORD}")
    Reward.objects.filter(client=her).update(note=f"for {WORD}")
    case = DoubtCase.objects.create(business=business, opened_at=now, note=f"who is {WORD}?")
    case.signs.create(business=business, referral=made, name="same_phone", first_at=now, last_at=now)
    mark_visit(her, key="v1", at=now, data={"teacher said": WORD}, now=now, **ME)
    send_due(now + timedelta(minutes=1))
    work(now)
    Run.objects.filter(event__client_id=her.pk).update(error=f"Refused: {MAIL}")
    QueuedTask.objects.create(
        path="plusone.x",
        queue="default",
        priority=0,
        enqueued_at=now,
        due_at=now,
        errors=[{"traceback": f"550 <{MAIL}>"}],
    )
    key, _secret = create_api_key(business, name="site", now=now, **ME)
    body = json.dumps({"id": her.public_id, "first_name": WORD, "email": MAIL})
    Answer.objects.create(api_key=key, key="k", request="x", status=201, body=body)
    return her


def a_file_that_waits(business: Business, folder: Path) -> None:
    """Somebody has just put her into a file again, which is not brought in yet."""
    file = folder / "list.csv"
    file.write_text(f"first name,email,phone\nW,{MAIL.upper()},\nWanda,,600 98 76 54\nIda,ida@mail.example,\n")
    imported = stage_import(business, file, filename="list.csv", now=clock.now(), **ME)
    look_through(imported, now=clock.now())


def test_who_erases_themselves_is_nowhere_any_more(engine: str, db: None, tmp_path: Path) -> None:
    """PRI-7, R-333, CASES 85: ambassador and friend, with an open order and a balance; the books still add up, the
    counts stay, and what is told says that somebody was deleted, not who."""
    business = open_gym(now=clock.now()).business
    her = the_canary(business)
    a_file_that_waits(business, tmp_path)
    browser = log_in_by_code(MAIL)
    waiting = place_order(
        business, her, [(make_product(business, "Mat", now=clock.now()), 1)], use_balance=300, now=clock.now(), **ME
    )
    assert UserSession.objects.filter(user__email=MAIL).exists()
    assert len(found(WORD, PHONE)) > 12

    page = browser.get("/p/studio-vela/me/erase/").content.decode()
    assert "4,00" in page or "4.00" in page  # 7 less the 3 that the open order holds
    refused = browser.post("/p/studio-vela/me/erase/", {"typed": "somebody"})
    assert refused.status_code == 422
    her.refresh_from_db()
    assert her.is_active

    answer = browser.post("/p/studio-vela/me/erase/", {"typed": her.first_name.upper()}, follow=True)
    assert answer.redirect_chain == [("/p/studio-vela/erased/", 302)]
    her.refresh_from_db()
    waiting.refresh_from_db()
    assert (her.status, her.full_name in ("Deleted client", "Cliente eliminado"), waiting.state) == (
        "deleted",
        True,
        "cancelled",
    )
    assert browser.get("/p/studio-vela/").status_code == 302  # logged out, at once
    assert not User.objects.filter(email=MAIL).exists()
    work(clock.now())
    assert found(WORD, PHONE, "600 98 76 54") == set()
    assert balance_of(business, her.pk, now=clock.now()).available == 0
    assert faults(business) == []
    assert Event.objects.get(name="client.deleted").actor == f"client:{her.pk}"
    assert Referral.objects.count() == 2  # the counts stay


def test_who_had_two_records_is_nowhere_either(engine: str, db: None, tmp_path: Path) -> None:
    """PRI-7, CASES 21: what stayed with the record that went in a merge is forgotten with the person."""
    business, now = open_gym(now=clock.now()).business, clock.now()
    her = the_canary(business)
    a_file_that_waits(business, tmp_path)
    kept = add_client(business, her.first_name, her.last_name, email=f"second.{MAIL}", now=now)
    merge_clients(kept, her, now=now, **ME)
    assert len(found(WORD, PHONE)) > 5
    kept.refresh_from_db()
    delete_client(kept, archive_first=True, now=now, **ME)
    work(now)
    assert found(WORD, PHONE, MAIL) == set()
    assert faults(business) == []


def test_a_room_that_cannot_forget_stops_the_erasure(
    gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is half erased."""

    class Broken(keeping.Kept):
        name, label, columns = "broken", "Broken", {}

        def forget(self, client: Client, *, now: object) -> None:
            raise RuntimeError

    monkeypatch.setitem(keeping.kept._items, "broken", Broken)
    with pytest.raises(RuntimeError):
        delete_client(ana, archive_first=True, now=later(), **ME)
    ana.refresh_from_db()
    assert (ana.status, ana.full_name) == ("active", "Ana López")
    assert not Event.objects.filter(name__in=("client.archived", "client.deleted")).exists()


def test_the_login_stays_where_it_leads_elsewhere(gym: Business, ana: Client) -> None:
    """ISO-10: one person in two businesses leaves one of them."""
    add_client(open_salon().business, "Ana", email=str(ana.email))
    user = user_for(str(ana.email))
    Client.objects.filter(email=ana.email).update(user=user)
    ana.refresh_from_db()
    delete_client(ana, archive_first=True, now=later(), **ME)
    assert User.objects.filter(pk=user.pk).exists()
    assert Client.objects.get(email=user.email).first_name == "Ana"


def test_a_client_takes_all_data_along(gym: Business, ana: Client, tmp_path: Path) -> None:
    """R-334, PRI-6: one file, JSON and CSV and a page; of friends initials only; made anew it replaces the old one."""
    her = the_canary(gym)
    browser = log_in_by_code(MAIL)
    answer = browser.post("/p/studio-vela/me/data/")
    assert answer["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    data = json.loads(archive.read("data.json"))
    assert set(data) == {"about", *keeping.kept.names()}
    assert {"field": "email", "value": MAIL} in data["profile"]
    assert [row["who"] for row in data["recommendations"]] == ["B"]
    assert [row["who"] for row in data["recommended_by"]] == ["AL"]
    assert data["login"][0]["address"] == MAIL
    assert data["payments"][0]["amount"] == 5000
    rows = list(csv.DictReader(io.StringIO(archive.read("csv/payments.csv").decode("utf-8-sig"))))
    assert [row["amount"] for row in rows] == ["50.00"]
    page = archive.read("index.html").decode()
    assert WORD in page
    everything_said = page + archive.read("data.json").decode()
    for other in ("López", "ben@friends", "ana@clients", "Ben "):
        assert other not in everything_said
    browser.post("/p/studio-vela/me/data/")
    assert DataExport.objects.count() == 1
    assert forget_exports(clock.now() + timedelta(days=6)) == 0
    assert forget_exports(clock.now() + timedelta(days=7, minutes=1)) == 1
    assert her.pk


def test_much_is_made_in_the_background(gym: Business, ana: Client) -> None:
    """PRI-6: 10,000 rows within 30 s, and nobody waits for them at their page."""
    from plusone.clients.events import ClientChanged
    from plusone.events.commands import record_many
    from plusone.faces.ui.copies import make_copy

    record_many(gym, ((ClientChanged(fields=("phone",)), ana.pk, later()) for _ in range(10_000)), actor="user:1")
    Browser().post("/accounts/login/code/", {"email": ana.email})
    browser = log_in_by_code(str(ana.email))
    assert browser.post("/p/studio-vela/me/data/")["Location"] == "/p/studio-vela/me/data/"
    assert "data-poll" in browser.get("/p/studio-vela/me/data/").content.decode()
    assert browser.get("/p/studio-vela/me/data/progress/").status_code == 200
    assert browser.get("/p/studio-vela/me/data/file/").status_code == 404
    browser.post("/p/studio-vela/me/data/")
    began = time.perf_counter()
    make_copy.func(DataExport.objects.get().pk)
    assert time.perf_counter() - began < 30
    assert browser.get("/p/studio-vela/me/data/progress/").status_code == 204
    file = b"".join(browser.get("/p/studio-vela/me/data/file/").streaming_content)
    assert len(json.loads(zipfile.ZipFile(io.BytesIO(file)).read("data.json"))["history"]) > 10_000


def test_staff_make_a_copy_for_a_client_without_their_login(gym: Business, ana: Client) -> None:
    """R-334, UX 20: the business may hand it over, without the person's devices."""
    user_for(str(ana.email))
    owner = Browser()
    owner.force_login(
        User.objects.get(email="olga@vela.example"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    answer = owner.post(f"/b/studio-vela/clients/{ana.public_id}/export/")
    data = json.loads(zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).read("data.json"))
    assert "profile" in data
    assert "login" not in data
    assert Event.objects.get(name="client.exported").data == {"own": False}
    archive(ana, now=later(), **ME)
    page = owner.get(f"/b/studio-vela/clients/{ana.public_id}/delete/").content.decode()
    assert f'action="/b/studio-vela/clients/{ana.public_id}/export/"' in page


def test_what_was_agreed_to_is_shown_and_taken_back_by_one_press(gym: Business, ana: Client) -> None:
    """PRI-5: purpose, words, time, source; withdrawing adds a row, and a second press changes nothing."""
    set_promotions(ana, True, text="Send me news", source="portal", now=later(), **ME)
    owner = Browser()
    owner.force_login(
        User.objects.get(email="olga@vela.example"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert "“Send me news”" in owner.get(f"/b/studio-vela/clients/{ana.public_id}/history/").content.decode()
    browser = log_in_by_code(str(ana.email))
    assert 'value="promotions"' in browser.get("/p/studio-vela/me/data/").content.decode()
    for _ in range(2):
        browser.post("/p/studio-vela/me/data/withdraw/", {"purpose": "promotions"})
    browser.post("/p/studio-vela/me/data/withdraw/", {"purpose": "made up"})
    assert list(ana.consents.order_by("pk").values_list("given", "source")) == [(True, "portal"), (False, "portal")]
    assert not wants(ana)
    assert 'value="promotions"' not in browser.get("/p/studio-vela/me/data/").content.decode()


def test_what_nobody_needs_any_more_goes_by_the_calendar(gym: Business, ana: Client) -> None:
    """PRI-8: idle leads after 24 months of the business's calendar, words of mails after 90 days, by a moved clock."""
    launch(gym)
    work(later())
    idle, heard = bring(ana, "Ida").friend, bring(ana, "Hugo").friend
    work(later())
    edit_client(heard, phone="600 111 222", now=later(30), **ME)
    two_years = later(days=732)
    assert forget_idle_leads(later(days=729)) == 0
    assert forget_bodies(later(days=90, seconds=-1)) == 0
    words = Message.objects.filter(channel="email", client=idle).exclude(text="").count()
    Message.objects.update(state="sent", created_at=later())
    assert forget_bodies(later(days=90, seconds=1)) >= words
    assert not Message.objects.filter(channel="email").exclude(text="", html="").exists()
    Business.objects.update(idle_leads_months=0)
    assert forget_idle_leads(two_years) == 0
    Business.objects.update(idle_leads_months=24)
    assert forget_idle_leads(two_years) == 1
    idle.refresh_from_db()
    heard.refresh_from_db()
    assert (idle.status, heard.status) == ("deleted", "lead")
    assert Referral.objects.get(friend=idle).reason == "lead_deleted"


def test_the_owner_sets_how_long_and_reads_who_did_what(gym: Business, ana: Client) -> None:
    """PRI-8, PRI-16, ISO-9: settings, the record of what is kept, and the log by person, kind and day."""
    owner, olga = Browser(), User.objects.get(email="olga@vela.example")
    owner.force_login(olga, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = owner.get("/b/studio-vela/settings/privacy/").content.decode()
    assert "SQLite" in page or "PostgreSQL" in page
    once = re.search(r'name="once" value="([^"]*)"', page)
    assert once is not None
    sent = {"idle_leads_months": 12, "mail_bodies_days": 30, "once": once[1]}
    assert owner.post("/b/studio-vela/settings/privacy/", {**sent, "mail_bodies_days": -1}).status_code == 422
    assert owner.post("/b/studio-vela/settings/privacy/", sent).status_code == 302
    gym.refresh_from_db()
    assert (gym.idle_leads_months, gym.mail_bodies_days) == (12, 30)

    log = "/b/studio-vela/settings/activity/"
    lines = lambda query="": owner.get(log + query).content.decode().count("timeline-line")  # noqa: E731
    everything_done = Event.objects.filter(business=gym).count()
    assert lines() == everything_done
    assert lines(f"?who=user:{olga.pk}") == Event.objects.filter(actor=f"user:{olga.pk}").count() > 0
    assert lines("?kind=client.created") == 1
    assert lines("?day=2026-03-10&kind=client.created") == 1
    assert lines("?day=2026-03-09&kind=client.created") == 0
    assert lines("?day=nonsense&kind=nonsense&who=user:x") == everything_done
    assert "Ana López" in owner.get(f"{log}?kind=client.created").content.decode()
