"""Products, orders and the desk over HTTP (2.5, R-030, R-059, R-060, R-259): exact values, once each."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from PIL import Image

import world
from dashboard.figures_world import read_csv
from dashboard.pages import once_of, send, text_of
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.ledger.commands import earn
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import foresee_refund
from plusone.rewards.models import Reward
from plusone.store.commands import place_order, refund, set_picture
from plusone.store.models import Order, Product, Refund


@pytest.fixture(autouse=True)
def clock_at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plusone.kernel.clock.now", lambda: world.later(30))


def seen(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return text_of(answer).replace("\xa0", " ")


def a_picture(*, size: tuple[int, int] = (1600, 900)) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return SimpleUploadedFile("studio.png", out.getvalue(), "image/png")


class TestProducts:
    def test_add_with_picture(self, olga: Browser, gym: Business) -> None:
        """A price is typed as people type it; the picture is made small and kept by its version."""
        given = {"name": " Bono  10 ", "price": "1.234,50", "visibility": "everyone", "picture": a_picture()}
        assert send(olga, f"/b/{gym.slug}/products/new/", given).status_code == 302
        (product,) = Product.objects.all()
        assert (product.name, product.price, product.picture.width) == ("Bono 10", 123450, 1200)
        page = olga.get(f"/b/{gym.slug}/products/")
        assert "€1,234.50" in seen(page)
        (address,) = re.findall(r'src="([^"]+\.jpg)"', page.content.decode())
        answer = olga.get(address)
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
        assert Image.open(io.BytesIO(answer.content)).size == (1200, 675)

    def test_a_picture_is_one_business_s_own(self, olga: Browser, lucie: Browser, gym: Business, bono: Product) -> None:
        set_picture(bono, a_picture(), actor="user:1", now=world.NOON)
        address = f"/b/{gym.slug}/products/{bono.public_id}/{bono.picture.version}.jpg"
        assert olga.get(address).status_code == 200
        assert olga.get(address.replace(bono.picture.version, "x" * 22)).status_code == 404
        assert lucie.get(address).status_code == 404
        assert lucie.get(address.replace(gym.slug, "salon-lune")).status_code == 404

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"name": ""}, "This field is required."),
            ({"price": "a lot"}, "Write an amount such as 15.00."),
            ({"price": "1.005"}, "EUR amounts have at most 2 decimals."),
            ({"price": "-3"}, "A price is zero or more."),
            ({"visibility": "some"}, "Select a valid choice."),
            ({"picture": SimpleUploadedFile("a.jpg", b"<svg/>", "image/jpeg")}, "This file is not a picture"),
        ],
    )
    def test_wrong_details_change_nothing(
        self, olga: Browser, gym: Business, wrong: dict[str, Any], sentence: str
    ) -> None:
        given = {"name": "Bono", "price": "15", "visibility": "everyone"} | wrong
        answer = send(olga, f"/b/{gym.slug}/products/new/", given)
        assert sentence in seen(answer)
        assert Product.objects.count() == Event.objects.filter(name="product.created").count() == 0

    def test_edit_archive_restore(self, olga: Browser, gym: Business, bono: Product) -> None:
        at = f"/b/{gym.slug}/products/{bono.public_id}/"
        assert 'value="50"' in olga.get(at).content.decode()
        send(olga, at, {"name": "Bono", "price": "49,9", "visibility": "hidden"})
        bono.refresh_from_db()
        assert (bono.name, bono.price, bono.visibility) == ("Bono", 4990, "hidden")
        olga.post(f"{at}archive/")
        assert "What you sell will be here" in seen(olga.get(f"/b/{gym.slug}/products/"))
        assert "Bono" in seen(olga.get(f"/b/{gym.slug}/products/?archived=1"))
        olga.post(f"{at}restore/")
        bono.refresh_from_db()
        assert bono.archived_at is None

    def test_the_desk_sells_but_does_not_set_up(self, desk: Browser, gym: Business, bono: Product) -> None:
        assert "Bono 10" in seen(desk.get(f"/b/{gym.slug}/products/"))
        for path in ("new/", f"{bono.public_id}/", f"{bono.public_id}/archive/"):
            assert desk.get(f"/b/{gym.slug}/products/{path}").status_code == 404


class TestDesk:
    def test_find_who_buys(self, desk: Browser, gym: Business, ana: Client, carla: Client) -> None:
        assert "Carla Gil" in seen(desk.get(f"/b/{gym.slug}/sell/"))
        found = seen(desk.get(f"/b/{gym.slug}/sell/?q=lópez"))
        assert "Ana López" in found
        assert "Carla" not in found

    def test_a_sale_activates_the_lead(self, desk: Browser, gym: Business, ana: Client, bono: Product) -> None:
        """R-060, R-259: the page says beforehand who becomes what and who receives what; twice sent is one sale."""
        world.launch(gym)
        ben = world.bring(ana, "Ben").friend
        at = f"/b/{gym.slug}/sell/{ben.public_id}/"
        page = desk.get(at)
        assert "Paying in money makes Ben an active client. Ana López will receive €15.00 of balance." in seen(page)
        given = {f"q-{bono.public_id}": "2", "use_balance": "none", "method": "terminal", "reference": "A-17"}
        first = send(desk, at, given)
        (order,) = Order.objects.all()
        assert first["Location"] == f"/b/{gym.slug}/orders/{order.public_id}/"
        assert (order.total, order.state, order.by_staff, order.payment.method) == (10000, "paid", True, "terminal")
        again = desk.post(at, given | {"once": once_of(page)})
        assert Order.objects.count() == 2  # another token is another sale
        assert desk.post(at, given | {"once": once_of(page)})["Location"] == again["Location"]
        assert Order.objects.count() == 2
        ben.refresh_from_db()
        assert ben.status == "active"
        assert balance_of(gym, ana.pk, now=world.later(30)).available == 1500
        text = seen(desk.get(first["Location"]))
        assert "Paid: Card terminal" in text
        assert "A-17" in text
        assert "desk@vela.example" in text

    @pytest.mark.parametrize(
        ("use", "amount", "used", "state"),
        [
            ("none", "", 0, "paid"),
            ("all", "", 3000, "paid"),
            ("some", "12,50", 1250, "paid"),
        ],
    )
    def test_balance_at_the_desk(
        self, desk: Browser, gym: Business, ana: Client, bono: Product, use: str, amount: str, used: int, state: str
    ) -> None:
        earn(gym, ana.pk, 3000, key="gift", actor="user:1", now=world.NOON)
        at = f"/b/{gym.slug}/sell/{ana.public_id}/"
        given = {f"q-{bono.public_id}": "1", "use_balance": use, "balance_amount": amount, "method": "cash"}
        token = once_of(desk.get(at))
        shown = desk.post(f"{at}preview/", given)
        assert f"To pay €{(5000 - used) / 100:.2f}" in seen(shown)
        assert Order.objects.count() == 0
        desk.post(at, given | {"once": token})
        order = Order.objects.get()
        assert (order.balance_used, order.due, order.state) == (used, 5000 - used, state)
        assert balance_of(gym, ana.pk, now=world.later(30)).available == 3000 - used

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({}, "Choose at least one product."),
            ({"q": "-1"}, "Ensure this value is greater than or equal to 0."),
            ({"q": "1000"}, "Ensure this value is less than or equal to 999."),
            ({"q": "1", "use_balance": "some"}, "Write how much balance to use."),
            ({"q": "1", "use_balance": "some", "balance_amount": "45"}, "There is not enough available balance."),
            ({"q": "1", "method": "cheque"}, "Select a valid choice."),
        ],
    )
    def test_a_wrong_sale_sells_nothing(
        self, desk: Browser, gym: Business, ana: Client, bono: Product, wrong: dict[str, str], sentence: str
    ) -> None:
        earn(gym, ana.pk, 3000, key="gift", actor="user:1", now=world.NOON)
        given = {"use_balance": "none", "method": "cash"} | wrong
        if "q" in given:
            given[f"q-{bono.public_id}"] = given.pop("q")
        answer = send(desk, f"/b/{gym.slug}/sell/{ana.public_id}/", given)
        assert sentence in seen(answer)
        assert Order.objects.count() == 0
        assert balance_of(gym, ana.pk, now=world.later(30)).available == 3000

    def test_later_payment(self, desk: Browser, gym: Business, ana: Client, bono: Product) -> None:
        given = {f"q-{bono.public_id}": "1", "use_balance": "none", "method": ""}
        at = send(desk, f"/b/{gym.slug}/sell/{ana.public_id}/", given)["Location"]
        assert "Record the payment" in seen(desk.get(at))
        pay = {"method": "transfer", "reference": "", "once": "t"}
        assert "Select a valid choice." in seen(desk.post(f"{at}pay/", pay | {"method": "import"}))
        for _time in range(2):
            assert desk.post(f"{at}pay/", pay).status_code == 302
        order = Order.objects.get()
        assert (order.state, order.payment.method, order.payment.amount) == ("paid", "transfer", 5000)
        assert Event.objects.filter(name="order.paid").count() == 1


class TestOrders:
    def test_list_tabs_search_and_file(self, olga: Browser, gym: Business, ana: Client, carla: Client) -> None:
        bono = world.make_product(gym)
        first = world.sell(ana, bono, 2)
        place_order(gym, carla, [(bono, 1)], actor="user:1", now=world.NOON)
        refund(first, 2500, actor="user:1", now=world.later(1))
        text = seen(olga.get(f"/b/{gym.slug}/orders/"))
        assert "All orders 2 Awaiting payment 1 Paid 0 Refunded 1 Called off 0" in text
        assert "2 × Bono 10" in text
        assert "Carla" not in seen(olga.get(f"/b/{gym.slug}/orders/?state=refunded"))
        assert "Carla" not in seen(olga.get(f"/b/{gym.slug}/orders/?q=lópez"))
        assert "Ana López" in seen(olga.get(f"/b/{gym.slug}/orders/?q={first.number.lower()}"))
        assert "No such order" in seen(olga.get(f"/b/{gym.slug}/orders/?q=nobody"))
        header, carlas, anas = read_csv(olga.get(f"/b/{gym.slug}/orders.csv"))
        assert anas[2:] == [
            "Ana López",
            "2 × Bono 10",
            "Partly refunded",
            "100.00",
            "0.00",
            "100.00",
            "0.00",
            "25.00",
            "Cash",
        ]
        assert carlas[4:8] == ["Awaiting payment", "50.00", "0.00", "0.00"]
        assert len(header) == len(anas)

    def test_cancel_frees_the_balance(self, desk: Browser, gym: Business, ana: Client, bono: Product) -> None:
        earn(gym, ana.pk, 3000, key="gift", actor="user:1", now=world.NOON)
        order = place_order(gym, ana, [(bono, 1)], use_balance=True, actor="user:1", now=world.NOON)
        at = f"/b/{gym.slug}/orders/{order.public_id}/"
        assert "€30.00 of balance are free again" in seen(desk.get(f"{at}cancel/"))
        assert Order.objects.get().state == "awaiting_payment"  # looking changes nothing
        for _time in range(2):
            assert desk.post(f"{at}cancel/").status_code == 302
        assert Order.objects.get().state == "cancelled"
        assert balance_of(gym, ana.pk, now=world.later(30)).available == 3000
        paid = world.sell(ana, bono)
        answer = desk.post(f"/b/{gym.slug}/orders/{paid.public_id}/cancel/")
        assert answer.status_code == 409
        assert "Refund it instead." in text_of(answer)

    def test_a_refund_says_its_split_before(self, olga: Browser, gym: Business, ana: Client, bono: Product) -> None:
        """R-030: half of an order paid 20 by balance and 30 in money; a part, then all that is left; each once."""
        earn(gym, ana.pk, 2000, key="gift", actor="user:1", now=world.NOON)
        order = world.sell(ana, bono, use_balance=True)
        at = f"/b/{gym.slug}/orders/{order.public_id}/refund/"
        text = seen(olga.get(f"{at}?amount=25"))
        assert "You give Ana López €15.00 back in money." in text
        assert "€10.00 go back to the balance of Ana López." in text
        assert "No reward is taken back." in text
        assert Refund.objects.count() == 0
        for _time in range(2):
            assert olga.post(at, {"amount": "25", "reason": "ill", "once": "r1"}).status_code == 302
        done = Refund.objects.get()
        assert (done.amount, done.to_balance, done.to_method, done.reason) == (2500, 1000, 1500, "ill")
        assert "Only €25.00 of this order are left to refund." in seen(olga.get(f"{at}?amount=25.01"))
        assert "Only €25.00" in seen(olga.post(at, {"amount": "26", "once": "r2"}))
        assert Refund.objects.count() == 1
        assert "The order is wholly refunded then." in seen(olga.get(at))
        olga.post(at, {"amount": "", "once": "r3"})
        order.refresh_from_db()
        assert (order.state, order.refunded_to_balance, order.refunded_to_method) == ("refunded", 2000, 3000)
        again = olga.post(at, {"amount": "25", "once": "r3"})  # nothing is left now, and nothing is wrong either
        assert (again.status_code, Refund.objects.count()) == (302, 2)
        assert balance_of(gym, ana.pk, now=world.later(30)).available == 2000
        assert olga.get(at).status_code == 302

    def test_a_refund_says_whose_reward_goes(self, olga: Browser, gym: Business, ana: Client, bono: Product) -> None:
        """What the page foretells is what happens: Ana has spent 10 of her 15, so 5 are taken."""
        world.launch(gym)
        ben = world.bring(ana, "Ben").friend
        order = world.sell(ben, bono)
        at = f"/b/{gym.slug}/orders/{order.public_id}/refund/"
        assert "Ana López loses €15.00 of reward." in seen(olga.get(at))
        assert "No reward is taken back." in seen(olga.get(f"{at}?amount=49.99"))
        world.sell(ana, bono, use_balance=1000)
        assert "Ana López loses €5.00 of €15.00 of reward; the rest is spent already." in seen(olga.get(at))
        (lost,) = foresee_refund(order, 5000, now=world.later(30))
        assert Refund.objects.count() == Event.objects.filter(name="reward.revoked").count() == 0
        olga.post(at, {"amount": "", "once": "r"})
        assert balance_of(gym, ana.pk, now=world.later(30)).revoked == lost.taken == 500
        assert Reward.objects.get().state == "revoked"

    def test_a_second_purchase_keeps_the_reward(self, gym: Business, ana: Client, bono: Product) -> None:
        world.launch(gym)
        ben = world.bring(ana, "Ben").friend
        first, second = world.sell(ben, bono), world.sell(ben, bono)
        assert foresee_refund(first, 5000, now=world.NOON) == []
        refund(first, None, actor="user:1", now=world.NOON)
        assert [lost.taken for lost in foresee_refund(second, 5000, now=world.NOON)] == [1500]
        assert foresee_refund(second, 4999, now=world.NOON) == []

    @pytest.mark.parametrize(
        ("policy", "sentence"),
        [
            ("within_balance", "Ana López loses €5.00 of €15.00 of reward; the rest is spent already."),
            ("allow_negative", "Ana López loses €15.00 of reward: €5.00 at once; €10.00 stay owed."),
            ("only_pending", "No reward is taken back."),
        ],
    )
    def test_a_refund_foretells_by_the_campaign_s_policy(
        self, olga: Browser, gym: Business, ana: Client, bono: Product, policy: str, sentence: str
    ) -> None:
        """CONTRACT `clawback`: the page says what each policy will do."""
        world.launch(gym, clawback=policy)
        order = world.sell(world.bring(ana, "Ben").friend, bono)
        world.sell(ana, bono, use_balance=1000)
        assert sentence in seen(olga.get(f"/b/{gym.slug}/orders/{order.public_id}/refund/"))

    def test_a_percentage_shrinks(self, olga: Browser, gym: Business, ana: Client, bono: Product) -> None:
        world.launch(gym, ambassador={"kind": "balance", "percent": 10})
        order = world.sell(world.bring(ana, "Ben").friend, bono)
        at = f"/b/{gym.slug}/orders/{order.public_id}/refund/?amount=20"
        assert "Ana López loses €2.00 of reward." in seen(olga.get(at))

    def test_receipt(self, desk: Browser, gym: Business, ana: Client, bono: Product) -> None:
        order = world.sell(ana, bono)
        text = seen(desk.get(f"/b/{gym.slug}/orders/{order.public_id}/receipt/"))
        assert "Studio Vela" in text
        assert "Total €50.00" in text
        assert "Paid: Cash, Mar 10, 2026" in text

    def test_the_desk_does_not_refund(self, desk: Browser, gym: Business, ana: Client, bono: Product) -> None:
        order = world.sell(ana, bono)
        at = f"/b/{gym.slug}/orders/{order.public_id}/"
        assert "Refund" not in seen(desk.get(at))
        assert desk.post(f"{at}refund/", {"amount": "", "once": "r"}).status_code == 404
        assert Refund.objects.count() == 0

    def test_another_business_finds_nothing(self, lucie: Browser, gym: Business, ana: Client, bono: Product) -> None:
        order = world.sell(ana, bono)
        waiting = place_order(gym, ana, [(bono, 1)], actor="user:1", now=world.NOON)
        for path in (f"orders/{order.public_id}/", f"orders/{order.public_id}/receipt/", f"sell/{ana.public_id}/"):
            assert lucie.get(f"/b/salon-lune/{path}").status_code == 404
            assert lucie.get(f"/b/{gym.slug}/{path}").status_code == 404
        for path in (f"orders/{order.public_id}/refund/", f"orders/{waiting.public_id}/pay/"):
            assert lucie.post(f"/b/salon-lune/{path}", {"amount": "", "method": "cash"}).status_code == 404
        waiting.refresh_from_db()
        assert (Refund.objects.count(), waiting.state) == (0, "awaiting_payment")
        assert "Ana" not in text_of(lucie.get("/b/salon-lune/orders/"))


def test_income_by_month(olga: Browser, gym: Business, ana: Client, bono: Product) -> None:
    """All payments minus refunds, each on its own day, and the same as a file; balance is no income."""
    earn(gym, ana.pk, 1000, key="gift", actor="user:1", now=world.NOON)
    first = world.sell(ana, bono, 2, use_balance=1000)
    world.sell(ana, bono, now=world.later(10))
    refund(first, None, actor="user:1", now=world.later(28))
    text = seen(olga.get(f"/b/{gym.slug}/income/"))
    assert "Total €140.00 €90.00 €50.00" in text
    assert read_csv(olga.get(f"/b/{gym.slug}/income.csv"))[1:] == [
        ["2026-04", "0.00", "90.00", "-90.00"],
        ["2026-03", "140.00", "0.00", "140.00"],
    ]


def test_queries(olga: Browser, gym: Business, ana: Client, bono: Product) -> None:
    """Pages cost the same with one row and with three."""
    world.sell(ana, bono)
    paths = (
        "orders/",
        "products/",
        "income/",
        "sell/",
        f"sell/{ana.public_id}/",
        f"orders/{Order.objects.get().public_id}/",
    )

    def cost() -> list[int]:
        counts = []
        for path in paths:
            with CaptureQueriesContext(connection) as found:
                olga.get(f"/b/{gym.slug}/{path}")
            counts.append(len(found))
        return counts

    cost()
    before = cost()
    for number in range(3):
        other = world.make_product(gym, f"Course {number}", 1000)
        set_picture(other, a_picture(size=(80, 60)), actor="user:1", now=world.NOON)
        world.sell(world.add_client(gym, f"Kim{number}"), other, now=world.NOON + timedelta(hours=number))
    assert cost() == before
    assert max(before) <= 12, before
