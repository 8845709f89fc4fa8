"""R-028..R-030, R-149, R-251..R-256, R-060, Q-11, CASES 64, 65, 69, IDEM-12, UX 13: the store, the checkout, orders."""

import re
from typing import Any

import pytest
from django.test import Client as Browser

from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business, User
from plusone.ledger.commands import earn, redeem
from plusone.ledger.queries import balance_of
from plusone.store.commands import create_product, pay, place_order, refund
from plusone.store.models import Order, Product
from plusone.store.queries import usable_coupons
from world import add_client, bring, launch, make_product, open_salon

from .conftest import LogIn

pytestmark = pytest.mark.django_db
STORE = "/p/studio-vela/store/"


@pytest.fixture
def bono(gym: Business) -> Product:
    return make_product(gym, "Bono 10", 5000)


@pytest.fixture
def rich(gym: Business, ana: Client) -> Client:
    earn(gym, ana.pk, 2000, key="gift", ref=("reward", 1), actor="user:1", now=clock.now())
    return ana


def at(product: Product) -> str:
    return f"{STORE}{product.public_id}/checkout/"


def amounts(page: str) -> dict[str, str]:
    found = re.findall(r"<dd data-(total|used|due)>([^<]+)</dd>", page)
    return dict(found)


def available(client: Client) -> int:
    return balance_of(client.business, client.pk, now=clock.now()).available


def buy(browser: Browser, product: Product, **sent: Any) -> Any:
    page = browser.get(at(product)).content.decode()
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once
    return browser.post(at(product), {"once": once[1], "quantity": 1, "use": "none", **sent})


@pytest.mark.parametrize("number", ["9" * 5000, "000001" + "9" * 10, "0", "-1", "two"])
def test_no_quantity_is_beyond_what_is_sold(
    bono: Product, campaign: None, rich: Client, log_in: LogIn, number: str
) -> None:
    refused = buy(log_in(rich), bono, quantity=number)
    assert (refused.status_code, Order.objects.count()) == (422, 0)
    assert "A quantity is between 1 and 99." in refused.content.decode()


def test_each_sees_what_is_for_them(gym: Business, ana: Client, bono: Product, campaign: None, log_in: LogIn) -> None:
    """R-251: leads see what is for everybody; nobody sees the hidden; another business's is not there."""
    club = create_product(gym, name="Club", price=900, visibility="clients", actor="user:1", now=clock.now())
    desk = create_product(gym, name="Desk", price=900, visibility="hidden", actor="user:1", now=clock.now())
    other = make_product(open_salon().business, "Corte")
    lead = bring(ana, "Ben").friend
    for client, seen in ((ana, [bono, club]), (lead, [bono])):
        browser = log_in(client)
        page = browser.get(STORE).content.decode()
        for product in (bono, club, desk, other):
            assert (product.name in page) == (product in seen)
            for path in (f"{STORE}{product.public_id}/", at(product)):
                assert browser.get(path).status_code == (200 if product in seen else 404)
            if product not in seen:
                assert browser.post(at(product), {"quantity": 1}).status_code == 404
    assert Order.objects.count() == 0


def test_price_balance_and_rest_stand_before_the_button(rich: Client, bono: Product, log_in: LogIn) -> None:
    """UX 13: whole, part, none; and worked out by the server where there is no JavaScript."""
    browser = log_in(rich)
    for query, shown in (
        ("", {"total": "€50.00", "used": "−€20.00", "due": "€30.00"}),
        ("?quantity=2&use=part&part=12,50", {"total": "€100.00", "used": "−€12.50", "due": "€87.50"}),
        ("?use=none", {"total": "€50.00", "used": "€0.00", "due": "€50.00"}),
    ):
        assert amounts(browser.get(at(bono) + query).content.decode()) == shown
    assert Order.objects.count() == 0


USES = [({"use": "all"}, 2000), ({"use": "part", "part": "5"}, 500), ({"use": "none"}, 0)]


@pytest.mark.parametrize(("sent", "used"), USES)
def test_an_order_waits_for_its_payment_at_the_desk(
    rich: Client, bono: Product, log_in: LogIn, sent: dict[str, str], used: int
) -> None:
    """R-256, CASES 69: the balance part is held; the page says what to pay, and how."""
    browser = log_in(rich)
    response = buy(browser, bono, **sent)
    order = Order.objects.get()
    assert response["Location"] == f"/p/studio-vela/orders/{order.public_id}/"
    assert (order.state, order.total, order.balance_used, order.due) == ("awaiting_payment", 5000, used, 5000 - used)
    assert available(rich) == 2000 - used
    page = browser.get(response["Location"]).content.decode()
    assert "Pay at the desk of Studio Vela" in page
    assert order.number in page
    assert order.number in browser.get("/p/studio-vela/").content.decode()


def test_nothing_due_is_paid_at_once(rich: Client, gym: Business, log_in: LogIn) -> None:
    mat = make_product(gym, "Esterilla", 1500)
    response = buy(log_in(rich), mat, use="all")
    order = Order.objects.get()
    assert (order.state, order.balance_used, order.due) == ("paid", 1500, 0)
    assert available(rich) == 500
    assert "Paid. Thank you!" in log_in(rich).get(response["Location"]).content.decode()


def test_a_double_tap_is_one_order(rich: Client, bono: Product, log_in: LogIn) -> None:
    """IDEM-12: the second press leads to the first's order; a page opened anew is a new order."""
    browser = log_in(rich)
    page = browser.get(at(bono)).content.decode()
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once
    answers = [browser.post(at(bono), {"once": once[1], "quantity": 1, "use": "all"}) for _ in range(3)]
    assert len({answer["Location"] for answer in answers}) == 1
    assert Order.objects.count() == 1
    assert available(rich) == 0
    buy(browser, bono)
    assert Order.objects.count() == 2


def test_what_was_not_shown_is_not_bought(rich: Client, bono: Product, log_in: LogIn) -> None:
    """Without JavaScript a changed quantity, or a price that changed meanwhile, is shown again first."""
    browser = log_in(rich)
    response = buy(browser, bono, quantity=3, use="all", seen="3000")
    assert response.status_code == 409
    assert amounts(response.content.decode())["due"] == "€130.00"
    assert Order.objects.count() == 0
    assert available(rich) == 2000
    assert buy(browser, bono, quantity=3, use="all", seen="13000").status_code == 302
    assert Order.objects.get().total == 15000


def test_a_wrong_part_is_said_in_the_readers_numbers(rich: Client, bono: Product, log_in: LogIn) -> None:
    """R-005: whoever writes 12,50 is not told of 20.00."""
    browser = log_in(rich)
    User.objects.filter(pk=rich.user_id).update(language="es")
    for part, said in (
        ("mucho", "Escribe un importe como 15,00."),
        ("20,01", "Elige un importe entre 0 y 20,00 €."),
        ("", "Escribe cuánto de tu saldo quieres usar."),
    ):
        page = buy(browser, bono, use="part", part=part).content.decode().replace("\xa0", " ")
        assert said in page
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    "sent",
    [
        {"quantity": "0"}, {"quantity": "-1"}, {"quantity": "100"}, {"quantity": "x"}, {"quantity": "1e3"},
        {"quantity": "9" * 50},
        {"use": "part", "part": "20.01"}, {"use": "part", "part": "-1"},
        {"use": "part", "part": ""}, {"use": "part", "part": "NaN"}, {"use": "part", "part": "1.234"},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_changes_nothing(
    rich: Client, bono: Product, log_in: LogIn, sent: dict[str, str]
) -> None:
    """MON-10."""
    response = buy(log_in(rich), bono, **sent)
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert (Order.objects.count(), available(rich)) == (0, 2000)


def test_balance_that_went_meanwhile_is_said_and_nothing_bought(
    gym: Business, rich: Client, bono: Product, log_in: LogIn
) -> None:
    """MON-2: what was shown is no longer there."""
    browser = log_in(rich)
    browser.get(at(bono))
    redeem(gym, rich.pk, 1500, key="elsewhere", ref=("order", 1), actor="user:1", now=clock.now())
    response = buy(browser, bono, use="all", seen="3000")
    assert response.status_code == 409
    assert amounts(response.content.decode())["due"] == "€45.00"
    assert (Order.objects.count(), available(rich)) == (0, 500)


def test_a_waiting_order_can_be_called_off_and_a_paid_one_cannot(rich: Client, bono: Product, log_in: LogIn) -> None:
    """CASES 64, 65: asking changes nothing; then the balance is free again, once."""
    browser = log_in(rich)
    path = buy(browser, bono, use="all")["Location"]
    assert browser.get(f"{path}cancel/").status_code == 200
    assert available(rich) == 0
    for _ in range(2):
        assert browser.post(f"{path}cancel/").status_code == 302
    assert (Order.objects.get().state, available(rich)) == ("cancelled", 2000)
    order = place_order(rich.business, rich, [(bono, 1)], actor="user:1", now=clock.now())
    pay(order, method="cash", actor="user:1", now=clock.now())
    response = browser.post(f"/p/studio-vela/orders/{order.public_id}/cancel/")
    assert response.status_code == 409
    order.refresh_from_db()
    assert order.state == "paid"


def test_receipts_name_payment_and_refunds(rich: Client, bono: Product, log_in: LogIn) -> None:
    order = place_order(rich.business, rich, [(bono, 2)], use_balance=2000, actor="user:1", now=clock.now())
    pay(order, method="cash", actor="user:1", now=clock.now())
    refund(order, 5000, actor="user:1", now=clock.now())
    browser = log_in(rich)
    page = browser.get(f"/p/studio-vela/orders/{order.public_id}/").content.decode()
    for said in (
        "Bono 10 × 2",
        "€100.00",
        "−€20.00",
        "€80.00",
        "Cash",
        "−€50.00",
        "€10.00 of it to your balance",
        "Partly refunded",
    ):
        assert said in page
    assert order.number in browser.get("/p/studio-vela/orders/").content.decode()


def test_movements_name_friend_and_order_with_the_balance_after(
    ana: Client, bono: Product, campaign: None, log_in: LogIn
) -> None:
    """R-049: date, kind, amount, friend or order, running balance."""
    from plusone.clients.commands import activate

    activate(bring(ana, "Ben").friend, actor="user:1", now=clock.now())
    order = place_order(ana.business, ana, [(bono, 1)], use_balance=400, actor="user:1", now=clock.now())
    pay(order, method="cash", actor="user:1", now=clock.now())
    refund(order, 2500, actor="user:1", now=clock.now())
    page = re.sub(
        r"<svg.*?</svg>|<[^>]+>", " ", log_in(ana).get("/p/studio-vela/balance/").content.decode(), flags=re.S
    )
    said = " ".join(page.split())
    day = clock.day_of(ana.business, clock.now()).strftime("%b %-d, %Y")
    for line in (
        f"Given back Order {order.number} · {day} + €2.00 then €13.00",
        f"Used in the store Order {order.number} · {day} -€4.00 then €11.00",
        f"Reward For recommending Ben · {day} + €15.00 then €15.00",
    ):
        assert line.replace("+ ", "+") in said


def test_another_clients_order_is_not_there(rich: Client, bono: Product, gym: Business, log_in: LogIn) -> None:
    """ISO-9."""
    eva = add_client(gym, "Eva", email="eva@clients.example")
    order = place_order(gym, eva, [(bono, 1)], actor="user:1", now=clock.now())
    browser = log_in(rich)
    for path in ("", "cancel/"):
        assert browser.get(f"/p/studio-vela/orders/{order.public_id}/{path}").status_code == 404
    assert browser.post(f"/p/studio-vela/orders/{order.public_id}/cancel/").status_code == 404
    order.refresh_from_db()
    assert order.state == "awaiting_payment"


def test_lists_cost_the_same_with_one_row_and_three(
    rich: Client, bono: Product, gym: Business, log_in: LogIn, django_assert_max_num_queries: Any
) -> None:
    browser = log_in(rich)
    for number in range(3):
        make_product(gym, f"P{number}")
        place_order(gym, rich, [(bono, 1)], actor="user:1", now=clock.now())
        for path in ("store/", "orders/", f"store/{bono.public_id}/", f"store/{bono.public_id}/checkout/"):
            with django_assert_max_num_queries(12):
                browser.get(f"/p/studio-vela/{path}")


def test_a_coupon_at_the_checkout(gym: Business, ana: Client, bono: Product, log_in: LogIn) -> None:
    """CONTRACT: coupon first, then balance, then money; the page proposes it, and it may be kept for later."""
    launch(gym, friend={"kind": "coupon", "amount": 1000, "valid_days": 30}, now=clock.now())
    ben = bring(ana, "Ben", now=clock.now()).friend
    earn(gym, ben.pk, 500, key="gift", actor="user:1", now=clock.now())
    [coupon] = usable_coupons(ben, now=clock.now())
    browser = log_in(ben)
    home = browser.get("/p/studio-vela/").content.decode()
    assert coupon.code.upper() in home
    assert "Waiting for you" in home
    page = browser.get(at(bono)).content.decode()
    assert amounts(page) == {"total": "€50.00", "used": "−€5.00", "due": "€35.00"}
    page = browser.get(at(bono), {"coupon": "", "quantity": 1}).content.decode()
    assert amounts(page) == {"total": "€50.00", "used": "−€5.00", "due": "€45.00"}
    kept = buy(browser, bono)
    assert kept.status_code == 302
    assert Order.objects.get().discount == 0
    used = buy(browser, bono, coupon=coupon.code, use="all")
    order = Order.objects.get(discount=1000)
    assert (order.total, order.balance_used, order.due) == (4000, 500, 3500)
    shown = browser.get(used["Location"]).content.decode()
    assert f"Coupon {coupon.code.upper()}" in shown
    again = buy(browser, bono, coupon=coupon.code)
    assert again.status_code == 422
    assert "This coupon cannot be used any more." in again.content.decode()
    assert Order.objects.count() == 2
    assert coupon.code.upper() not in browser.get("/p/studio-vela/").content.decode()
