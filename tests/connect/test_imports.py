"""Files of clients and orders from elsewhere: brought in as history, and again without doubling (FUZ-5)."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from machine_room import environment

from plusone.clients.commands import archive
from plusone.clients.models import Client
from plusone.connect.imports import Report, import_clients, import_orders
from plusone.events.models import Event, Pending
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults, outstanding
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward
from plusone.store.models import Order, OrderLine, Payment, Product
from plusone.store.queries import income_by_month
from world import NOON, add_client, launch, sell

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]
MADRID_1_MARCH = datetime(2026, 2, 28, 23, tzinfo=UTC)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.skipped, report.failed


def reasons(report: Report) -> dict[int, str]:
    return {problem.line: problem.reason for problem in report.problems}


def clients(business: Business) -> list[str]:
    return [client.full_name for client in Client.objects.filter(business=business).order_by("id")]


def test_clients_come_in_active_and_again_without_doubling(gym: Business, write: Write) -> None:
    file = write(
        "Client ID,First name,Last name,E-mail,Phone,Tags,Joined,Status",
        "7,Ana,López,Ana.Lopez@Mail.example,600 123 456,vip; pilates,2025-03-01,",
        "8,Ben,Roy,,,,,lead",
        "9,Eva,Gil,eva@mail.example,,,10/03/2025,archived",
    )
    assert counts(import_clients(gym, file, now=NOON)) == (3, 0, 0, 0)
    ana, ben, eva = Client.objects.filter(business=gym).order_by("id")
    assert (ana.email, ana.phone, ana.status, ana.access, ana.source) == (
        "ana.lopez@mail.example",
        "+34600123456",
        "active",
        True,
        "import",
    )
    assert ana.created_at == ana.activated_at == datetime(2025, 2, 28, 23, tzinfo=UTC)
    assert sorted(ana.tags.values_list("name", flat=True)) == ["pilates", "vip"]
    assert (ben.status, ben.email, eva.status, eva.created_at.date().isoformat()) == (
        "lead",
        None,
        "archived",
        "2025-03-09",
    )
    assert counts(import_clients(gym, file, now=NOON)) == (0, 0, 3, 0)
    again = write("Client ID,First name,E-mail,Tags", "7,Anna,,vip", "8,Ben,ben@mail.example,")
    assert counts(import_clients(gym, again, now=NOON)) == (0, 2, 0, 0)
    ana.refresh_from_db()
    ben.refresh_from_db()
    assert (ana.full_name, ana.email, ben.email) == ("Anna López", "ana.lopez@mail.example", "ben@mail.example")
    assert Client.objects.filter(business=gym).count() == 3
    assert Client.objects.filter(business=gym).search("anna lopez").get() == ana


def test_imports_are_history_that_nothing_answers(gym: Business, ana: Client, write: Write) -> None:
    """CONTRACT: events are marked as imported; they grant nothing and send nothing, campaign or not."""
    launch(gym)
    before = (Pending.objects.count(), Event.objects.filter(imported=False).count())
    import_clients(gym, write("id,nombre,recomendado por", f"1,Ben,{ana.code}"), now=NOON)
    import_orders(gym, write("cliente,fecha,importe", "1,2026-03-01,50"), now=NOON)
    assert (Pending.objects.count(), Event.objects.filter(imported=False).count()) == before
    ben = Client.objects.get(external_id="1")
    names = Event.objects.filter(business=gym, client_id=ben.pk, imported=True).order_by("id")
    assert list(names.values_list("name", flat=True)) == [
        "client.created",
        "referral.registered",
        "referral.activated",
        "order.paid",
        "referral.activated",
    ]
    assert (Reward.objects.count(), len(mail.outbox), faults(gym)) == (0, 0, [])
    assert balance_of(gym, ana.pk, now=NOON).earned == 0


def test_recommendations_may_stand_further_down_or_be_known(gym: Business, ana: Client, write: Write) -> None:
    """CONTRACT: external id, e-mail or code; closed, completed, without campaign; dated by client and orders."""
    file = write(
        "external_id;name;email;referred_by;date",
        "1;Ben Roy;ben@mail.example;3;2026-03-01",
        f"2;Carl Poe;;{ana.email};2026-03-02",
        f"3;Dora Ruiz;dora@mail.example;{ana.code.upper()};",
        "4;Emil Vogt;;dora@mail.example;2026-03-02",
        "5;Fay Lund;;nobody;2026-03-02",
        "6;Gus Holm;;6;2026-03-02",
    )
    dry = import_clients(gym, file, now=NOON, dry_run=True)
    assert clients(gym) == ["Ana López"]
    report = import_clients(gym, file, now=NOON)
    assert (counts(report), report.referrals) == ((6, 0, 0, 0), 4)
    assert (counts(dry), dry.referrals, dry.problems) == (counts(report), 4, report.problems)
    assert set(reasons(report)) == {6, 7}
    by = {referral.friend.external_id: referral for referral in Referral.objects.select_related("friend", "ambassador")}
    assert {friend: referral.ambassador.first_name for friend, referral in by.items()} == {
        "1": "Dora",
        "2": "Ana",
        "3": "Ana",
        "4": "Dora",
    }
    ben = by["1"]
    assert (ben.state, ben.reason, ben.campaign, ben.terms, ben.source) == ("closed", "completed", None, None, "import")
    assert (ben.registered_at, ben.activated_at, ben.via) == (MADRID_1_MARCH, MADRID_1_MARCH, "manual")
    orders = write("order;customer;date;amount", "a;1;05/03/2026;0,00", "b;1;06.03.2026;12,50", "c;3;20260302;1")
    import_orders(gym, orders, now=NOON)
    ben.refresh_from_db()
    assert (ben.registered_at, ben.via) == (MADRID_1_MARCH, "purchase")
    assert ben.activated_at == datetime(2026, 3, 5, 23, tzinfo=UTC)
    dora = Referral.objects.get(friend__external_id="3")
    assert dora.registered_at == dora.activated_at == datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert import_clients(gym, file, now=NOON).referrals == 0


def test_a_lead_is_not_activated_until_an_order_with_money(gym: Business, ana: Client, write: Write) -> None:
    import_clients(gym, write("id,name,status,referred_by", f"1,Ben,lead,{ana.code}"), now=NOON)
    referral = Referral.objects.get()
    assert (referral.activated_at, referral.via, referral.state) == (None, "", "closed")
    import_orders(gym, write("customer,date,amount", "1,2026-03-01,0"), now=NOON)
    assert Client.objects.get(external_id="1").status == "lead"
    import_orders(gym, write("customer,date,amount", "1,2026-03-02,10"), now=NOON)
    referral.refresh_from_db()
    ben = Client.objects.get(external_id="1")
    assert (ben.status, ben.activated_via, referral.via) == ("active", "purchase", "purchase")
    assert referral.registered_at == MADRID_1_MARCH


def test_later_orders_of_an_imported_friend_earn_nothing(
    gym: Business, ana: Client, bono: Product, write: Write
) -> None:
    launch(gym)
    import_clients(gym, write("id,name,referred_by", f"1,Ben,{ana.code}"), now=NOON)
    sell(Client.objects.get(external_id="1"), bono)
    assert (balance_of(gym, ana.pk, now=NOON).earned, Reward.objects.count()) == (0, 0)


def test_a_friend_keeps_the_ambassador_they_have(gym: Business, ana: Client, write: Write) -> None:
    """CASES 31: nor do two clients recommend each other."""
    import_clients(gym, write("id,name,referred_by", f"1,Ben,{ana.code}"), now=NOON)
    report = import_clients(gym, write("id,name,referred_by", "1,Ben,2", "2,Eva,", "3,Gil,4", "4,Ida,3"), now=NOON)
    assert (reasons(report).keys(), report.referrals) == ({2, 5}, 1)
    assert Referral.objects.get(friend__external_id="1").ambassador == ana


def test_orders_count_as_income_and_again_without_doubling(gym: Business, write: Write) -> None:
    import_clients(gym, write("id,name,email", "1,Ben,ben@mail.example", "2,Eva,"), now=NOON)
    file = write(
        "Cliente;Fecha;Importe;Cantidad;Concepto",
        "1;31/01/2026;1.234,50;3;Bono 10",
        "ben@mail.example;2026-01-31;10;;",
        "1;2026-01-31;10;1;",
        "2;2026-02-01;0;1;Clase de prueba",
    )
    report = import_orders(gym, file, now=NOON)
    assert counts(report) == (4, 0, 0, 0), report.problems
    months = [(month.strftime("%Y-%m"), income) for month, income, _refunds, _net in income_by_month(gym)]
    assert months == [("2026-01", 125450)]
    assert (Order.objects.filter(state="paid").count(), Payment.objects.filter(method="import").count()) == (4, 3)
    assert sum(line.total for line in OrderLine.objects.all()) == 125450
    assert sum(line.quantity for line in OrderLine.objects.all()) == 6
    assert counts(import_orders(gym, file, now=NOON)) == (0, 0, 4, 0)
    assert Order.objects.count() == 4


def test_known_orders_may_change_what_was_bought_but_not_the_money(gym: Business, write: Write) -> None:
    import_clients(gym, write("id,name", "1,Ben"), now=NOON)
    import_orders(gym, write("order,customer,date,amount", "A1,1,2026-03-01,10"), now=NOON)
    report = import_orders(
        gym,
        write("order,customer,date,amount,product", "A1,1,2026-03-01,10,Bono", "A1,1,2026-03-01,10,Bono"),
        now=NOON,
    )
    assert (counts(report), reasons(report).keys()) == ((0, 1, 1, 0), {3})
    assert OrderLine.objects.get().name == "Bono"
    report = import_orders(gym, write("order,customer,date,amount", "A1,1,2026-03-01,11"), now=NOON)
    assert (counts(report), Payment.objects.get().amount) == ((0, 0, 0, 1), 1000)


def test_bad_lines_are_named_and_the_rest_comes_in(gym: Business, write: Write) -> None:
    """UX task 4: each bad line with its number and reason; a number that is none throws nobody away."""
    file = write(
        "id,name,email,phone,date",
        "1,Ana,ana@mail.example,,",
        "2,,b@mail.example,,",
        "3,Cid,not an address,,",
        '4,"Dan\nDe Luca",,12,',
        "5,Eva,,,31/31/2026",
        "6,Flo,,,2999-01-01",
        "1,Ana again,,,",
        "7,Gus,ANA@mail.example,,",
        ",Ana,ana@mail.example,,",
        "8,Hal,,,,extra",
        '9,"Ian" Roe,,,',
        "",
        "10,Jo,,,",
    )
    report = import_clients(gym, file, now=NOON)
    assert counts(report) == (3, 0, 2, 7)
    assert [problem.line for problem in report.problems] == [3, 4, 5, 7, 8, 9, 10, 11, 12, 13]
    assert reasons(report)[3] == "Write a first name."
    assert reasons(report)[5] == "“12” is not a phone number, so it was left out; the client is brought in without it."
    assert "line 2" in reasons(report)[9]
    assert clients(gym) == ["Ana", "Dan De Luca", "Jo"]


def test_an_address_that_no_mail_reaches_is_a_warning(gym: Business, write: Write) -> None:
    """UX task 4: who has it comes in with it, and staff are told that no mail can be sent there."""
    report = import_clients(gym, write("id,name,email", "1,Jörg,jörg@mail.example", "2,Ana,ana@mail.example"), now=NOON)
    assert (counts(report), Client.objects.get(external_id="1").email) == ((2, 0, 0, 0), "jörg@mail.example")
    assert [problem.line for problem in report.problems] == [2]
    said = "Mails do not reach jörg@mail.example: the letters before the @ travel with few mail servers."
    assert reasons(report)[2] == said


def test_a_number_that_is_none_is_a_warning(gym: Business, write: Write) -> None:
    """UX task 4: who has it comes in without it, known ones keep theirs, and namesakes stay two."""
    file = write("id,name,email,phone", "1,Ana,ana@mail.example,600 111 222", ",Mar,,no idea", ",Mar,,no idea yet")
    report = import_clients(gym, file, now=NOON)
    assert counts(report) == (3, 0, 0, 0)
    assert [problem.line for problem in report.problems] == [3, 4]
    again = import_clients(gym, write("id,name,email,phone", "1,Ana,ana@mail.example,600"), now=NOON)
    assert counts(again) == (0, 0, 1, 0)
    assert Client.objects.get(external_id="1").phone == "+34600111222"
    Business.objects.filter(pk=gym.pk).update(country="", timezone="UTC")
    gym.refresh_from_db()
    report = import_clients(gym, write("id,name,phone", "2,Leo,600 111 222"), now=NOON)
    assert (counts(report), reasons(report)[2]) == (
        (1, 0, 0, 0),
        "“600 111 222” has no country code, so it was left out. Say in the settings in which country your business is.",
    )


def test_bad_orders_are_named(gym: Business, write: Write) -> None:
    import_clients(gym, write("id,name", "1,Ben"), now=NOON)
    file = write(
        "customer,date,amount,quantity",
        "2,2026-03-01,10,1",
        "1,,10,1",
        "1,2026-03-01,,1",
        "1,2026-03-01,ten,1",
        "1,2026-03-01,-5,1",
        "1,2026-03-01,10.9999,1",
        "1,2026-03-01,10,0",
        "1,2026-03-01,12,50,1",
        "1,2026-03-01,1e3,1",
        "1,2026-03-01,99999999999999999999,1",
    )
    report = import_orders(gym, file, now=NOON)
    assert counts(report) == (0, 0, 0, 10)
    assert [problem.line for problem in report.problems] == list(range(2, 12))
    assert Order.objects.count() == 0


def test_what_an_export_defused_comes_back_as_it_was(gym: Business, write: Write) -> None:
    """TRUST FUZ-5: the quote that keeps a spreadsheet from calculating is taken off again, phones included."""
    import_clients(gym, write("id,name,phone,tags", "'=1+1,'@Ana,'+34600123456,'-vip"), now=NOON)
    client = Client.objects.get(business=gym)
    assert (client.external_id, client.first_name, client.phone) == ("=1+1", "@Ana", "+34600123456")
    assert client.tags.get().name == "-vip"


def test_an_import_stays_in_its_business(gym: Business, salon: Business, ana: Client, write: Write) -> None:
    import_clients(salon, write("id,name,email,referred_by", f"1,Ana,{ana.email},{ana.code}"), now=NOON)
    assert Client.objects.get(business=salon).email == ana.email
    assert Referral.objects.count() == 0
    assert counts(import_orders(salon, write("customer,date,amount", f"{ana.code},2026-03-01,3"), now=NOON))[3] == 1


def test_a_client_added_by_hand_gets_the_id_of_the_file(gym: Business, ana: Client, write: Write) -> None:
    archive(ana, actor="user:1", now=NOON)
    report = import_clients(gym, write("id,name,email,status", f"77,Ana Lopez,{ana.email},active"), now=NOON)
    ana.refresh_from_db()
    assert (counts(report), ana.external_id, ana.status) == ((0, 1, 0, 0), "77", "archived")
    add_client(gym, "Eva", email="eva@mail.example")
    report = import_clients(gym, write("id,name,email", "77,Ana,eva@mail.example"), now=NOON)
    assert counts(report) == (0, 0, 0, 1)


def test_clients_without_id_and_address_are_known_by_their_name(gym: Business, write: Write) -> None:
    file = write("name,phone", "Ana López,600123456", "Ana López,", "ana lopez,")
    assert counts(import_clients(gym, file, now=NOON)) == (2, 0, 1, 0)
    assert counts(import_clients(gym, file, now=NOON)) == (0, 0, 3, 0)


def test_the_shop_of_the_data_set(gym: Business, tmp_path: Path) -> None:
    """A small file in the format of CDNOW_master.txt: the same figures as reckoned from the file itself."""
    root = Path(__file__).resolve().parents[2]
    purchases = [
        (f"{n % 25 + 1:05}", f"1997{n % 12 + 1:02}{n % 28 + 1:02}", n % 7 + 1, n * 37 % 9000) for n in range(120)
    ]
    purchases += [("00026", "19970301", 1, 0), ("00001", "19970102", 2, 1000), ("00001", "19970102", 2, 1000)]
    source = tmp_path / "master.txt"
    source.write_text("".join(f" {who} {day} {number:2} {cents / 100:7.2f}\n" for who, day, number, cents in purchases))
    script = [sys.executable, str(root / "scripts" / "cdnow_to_csv"), str(source), str(tmp_path)]
    assert "26 clients and 123 orders" in subprocess.run(script, check=True, capture_output=True, text=True).stdout
    assert counts(import_clients(gym, tmp_path / "clients.csv", now=NOON)) == (26, 0, 0, 0)
    assert counts(import_orders(gym, tmp_path / "orders.csv", now=NOON)) == (123, 0, 0, 0)
    months: dict[str, int] = {}
    for _who, day, _number, cents in purchases:
        months[day[:6]] = months.get(day[:6], 0) + cents
    told = {month.strftime("%Y%m"): income for month, income, _refunds, _net in income_by_month(gym)}
    assert told == {month: total for month, total in months.items() if total}
    tenth = list(dict.fromkeys(who for who, *_rest in purchases))[9::10]
    referred = Referral.objects.filter(business=gym, activated_at__isnull=False)
    assert set(referred.values_list("friend__external_id", flat=True)) == set(tenth)
    paid = sum(Payment.objects.filter(client__in=referred.values("friend")).values_list("amount", flat=True))
    assert paid == sum(cents for who, _day, _number, cents in purchases if who in tenth)
    assert Client.objects.filter(payments=None).count() == 1
    first = Client.objects.get(external_id="00001")
    assert first.created_at == datetime(1996, 12, 31, 23, tzinfo=UTC) or first.created_at < datetime(
        1997, 1, 3, tzinfo=UTC
    )


def test_batches_and_queries_do_not_grow_with_the_lines(
    gym: Business, write: Write, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    """UX task 4: opening balances too are written together; one by one they took nine tenths of the time."""
    lines = [f"{n},Client {n},c{n}@mail.example,{(n + 1) % 300},{n + 1}" for n in range(300)]
    with django_assert_max_num_queries(44):
        report = import_clients(gym, write("id,name,email,referred_by,opening_balance", *lines), now=NOON)
    assert (report.created, report.referrals) == (300, 300)
    assert outstanding(gym, now=NOON) == sum(range(1, 301)) * 100
    with django_assert_max_num_queries(30):
        import_orders(gym, write("customer,date,amount", *(f"{n},2026-03-01,{n}" for n in range(300))), now=NOON)
    assert faults(gym) == []


@pytest.mark.slow
def test_the_command_answers_with_one_object(transactional_db: None, gym: Business, write: Write) -> None:
    file = write("id,name,email", "1,Ana,ana@mail.example", "2,,")
    done = plusone("import-clients", str(file), "--business", gym.public_id, "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (said["created"], said["failed"]) == (1, 1)
    assert said["lines"] == [{"line": 3, "reason": "Write a first name."}]
    refused = plusone("import-clients", str(file.parent / "none.csv"), "--business", gym.slug, "--json")
    assert refused.returncode == 1
    assert "cannot be read" in json.loads(refused.stdout)["error"]
    orders = write("customer,date,amount", "1,2026-03-01,5")
    dry = plusone("import-orders", str(orders), "--business", gym.slug, "--dry-run", "--map", "amount=amount")
    assert (dry.returncode, Order.objects.count()) == (0, 0)
    assert "1 created" in dry.stdout
    wrong = plusone("import-orders", str(orders), "--business", "nowhere")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)


def plusone(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "plusone", *arguments], env=environment(), capture_output=True, text=True, check=False
    )
