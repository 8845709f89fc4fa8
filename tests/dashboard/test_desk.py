"""At the desk: posters and cards to print, “who sent you?” while taking a payment (R-110, CASES 15, UX 10, 15)."""

import json
import re
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
import time_machine
import zxingcpp
from django.test import Client as Browser
from django.utils import timezone

from plusone.clients.commands import archive, create_client, edit_client, give_tag, register_lead, tag_called
from plusone.clients.models import Client
from plusone.faces.dashboard.views import materials
from plusone.faces.ui import printing
from plusone.kernel.models import Business, User
from plusone.ledger.queries import balance_of
from plusone.referrals.models import Referral
from plusone.store.commands import cancel, place_order
from plusone.store.models import Coupon, Order, Product
from world import EUR10, NOON, add_client, bring, launch, sell


def read_codes(pdf: bytes) -> list[str]:
    """What a phone reads from the first page, printed at 72 dots to the inch."""
    page = pypdfium2.PdfDocument(pdf)[0]
    return [found.text for found in zxingcpp.read_barcodes(page.render(scale=1).to_pil())]


def words_of(pdf: bytes) -> str:
    return " ".join(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().split())


@pytest.mark.parametrize("size", list(printing.SIZES))
def test_a_poster_can_be_read_by_people_and_phones(olga: Browser, gym: Business, size: str, settings: Any) -> None:
    """UX 15: Spanish, selectable text, a code that decodes at 72 dpi, at most 500 kB."""
    launch(gym, friend=EUR10)
    gym.brand_color = "#7a3e9d"
    gym.save(update_fields=["brand_color"])
    answer = olga.get(f"/b/{gym.slug}/materials/poster.pdf?language=es&size={size}")
    assert (answer["Content-Type"], len(answer.content) < 500_000) == ("application/pdf", True)
    sides = pypdfium2.PdfDocument(answer.content)[0].get_size()
    assert [round(side) for side in sides] == [round(side) for side in printing.SIZES[size]]
    said = words_of(answer.content)
    for words in ("Studio Vela", "¿Te ha enviado un amigo?", "Para ti: 10,00 € de saldo", "Escanea el código"):
        assert words in said
    assert read_codes(answer.content) == [f"{settings.BASE_URL}/at/{gym.slug}"]


def test_each_active_client_has_a_card(olga: Browser, gym: Business, ana: Client, carla: Client, settings: Any) -> None:
    """Ben is a lead and has none; a card says who invites and leads to that client's own link."""
    launch(gym, friend=EUR10)
    ben = bring(ana, "Ben").friend
    made = olga.get(f"/b/{gym.slug}/materials/cards.pdf?language=fr&size=a4").content
    assert sorted(read_codes(made)) == sorted(f"{settings.BASE_URL}/r/{client.code}" for client in (ana, carla))
    said = words_of(made)
    assert "Ana vous invite" in said
    assert "Ben" not in said
    one = olga.get(f"/b/{gym.slug}/clients/{ana.public_id}/card.pdf?size=nonsense").content
    assert read_codes(one) == [f"{settings.BASE_URL}/r/{ana.code}"]
    assert olga.get(f"/b/{gym.slug}/clients/{ben.public_id}/card.pdf").status_code != 200


def test_more_cards_than_fit_come_in_parts_and_by_tag(
    olga: Browser, gym: Business, ana: Client, carla: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-110: every active client is on one sheet alone, whoever comes or goes between two files; or those of a tag."""
    monkeypatch.setattr(materials, "CARDS_MAX", 2)
    launch(gym)
    dora, eva, zoe = (add_client(gym, name) for name in ("Dora", "Eva", "Zoe"))
    give_tag(eva, tag_called(gym, "VIP"), actor="user:1", now=NOON)
    page = olga.get(f"/b/{gym.slug}/materials/").content.decode()
    names = re.findall(r'name="part" value="([^"]*)"', page)
    assert [f"Cards {part}" in page for part in ("1 to 2", "3 to 4", "5 to 5")] == [True] * 3
    first = olga.get(f"/b/{gym.slug}/materials/cards.pdf", {"part": names[0]}).content
    archive(ana, actor="user:1", now=NOON)
    cleo = add_client(gym, "Cleo")
    others = [olga.get(f"/b/{gym.slug}/materials/cards.pdf", {"part": name}).content for name in names[1:]]
    drawn = [sorted(read_codes(made)) for made in (first, *others)]
    link = f"{settings.BASE_URL}/r/"
    assert drawn == [sorted(link + one.code for one in pair) for pair in ((ana, carla), (cleo, dora, eva), (zoe,))]
    for made_up in (
        "bm9uc2Vuc2U.bm8",
        mark("a\0", "b", 1),
        mark("\ud800", "", 2),
        mark("a", "b", "c"),
        mark(1, 2, 10**30),
    ):
        assert olga.get(f"/b/{gym.slug}/materials/cards.pdf", {"part": made_up}).status_code == 200
    monkeypatch.setattr(materials, "ROOM", 1)
    for late in ("Abel", "Adán", "Alba"):
        add_client(gym, late)
    late = olga.get(f"/b/{gym.slug}/materials/cards.pdf", {"part": names[0], "size": "a5"}, follow=True)
    assert late.redirect_chain == [(f"/b/{gym.slug}/materials/?size=a5", 302)], "nobody is left out unsaid"
    assert "more cards than fit into one file by now" in late.content.decode()
    assert "Cards 7 to 8" in late.content.decode()
    tag = tag_called(gym, "VIP").public_id
    assert "1 active client gets a card" in olga.get(f"/b/{gym.slug}/materials/", {"tag": tag}).content.decode()
    tagged = olga.get(f"/b/{gym.slug}/materials/cards.pdf", {"tag": tag}).content
    assert read_codes(tagged) == [link + eva.code]


def mark(*values: object) -> str:
    """A part from the row with these values on, as somebody makes it up."""
    return urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=") + "."


def test_materials_are_chosen_on_one_page(olga: Browser, gym: Business, ana: Client) -> None:
    page = olga.get(f"/b/{gym.slug}/materials/").content.decode()
    assert "No campaign is active" in page
    assert "1 active client gets a card" in page


@pytest.fixture
def dan(gym: Business, noon: None) -> Client:
    """A walk-in at the desk."""
    return register_lead(gym, first_name="Dan", email="dan@walkins.example", source="form", actor="user:1", now=NOON)


def sale(olga: Browser, gym: Business, buyer: Client, bono: Product, **more: str) -> Any:
    at = f"/b/{gym.slug}/sell/{buyer.public_id}/"
    sent = {"method": "cash", "use_balance": "none", f"q-{bono.public_id}": "1", "once": "t", **more}
    return olga.post(at, sent, follow=True)


@pytest.mark.parametrize("said", ["Ana López", "ana", "{code}", "600 111 222", "ANA LÓPEZ"])
def test_who_sent_you_while_taking_the_payment(
    olga: Browser, gym: Business, ana: Client, dan: Client, bono: Product, said: str
) -> None:
    """UX 10: by name, code or phone; the sale activates the walk-in and Ana is rewarded in the same moment."""
    edit_client(ana, phone="600 111 222", actor="user:1", now=NOON)
    launch(gym)
    answer = sale(olga, gym, dan, bono, sent_by=said.format(code=ana.code))
    assert "Ana López recommended Dan" in answer.content.decode()
    assert Referral.objects.get().ambassador_id == ana.pk
    assert balance_of(gym, ana.pk, now=NOON).available == 1500


def test_two_of_that_name_are_asked_about(
    olga: Browser, gym: Business, ana: Client, dan: Client, bono: Product
) -> None:
    """CASES 15: two matches or near ones are shown to choose from; nothing is sold before; nobody is guessed."""
    launch(gym)
    other = add_client(gym, "Ana", "Ruiz")
    asked = sale(olga, gym, dan, bono, sent_by="ana").content.decode()
    assert "Which of these is it?" in asked
    assert "Ana Ruiz" in asked
    assert Order.objects.count() == Referral.objects.count() == 0
    near = sale(olga, gym, dan, bono, sent_by="Ana Lopes").content.decode()
    assert "Which of these is it?" in near
    nobody = sale(olga, gym, dan, bono, sent_by="Zacharias").content.decode()
    assert "No active client is called that." in nobody
    sale(olga, gym, dan, bono, sent_by="ana", sent_by_one=other.public_id)
    assert (Referral.objects.get().ambassador_id, Order.objects.get().state) == (other.pk, "paid")


def test_who_sent_you_while_an_order_that_waits_is_paid(
    olga: Browser, gym: Business, ana: Client, dan: Client, bono: Product
) -> None:
    """UX 10, R-211: ordered in the store, paid at the desk; a name that is not clear is asked about and nothing is
    paid; then the payment activates the walk-in and Ana is rewarded in the same moment, once."""
    launch(gym)
    order = place_order(gym, dan, [(bono, 1)], actor=f"client:{dan.pk}", now=NOON)
    assert "Did somebody send them?" in shown(olga, gym, order)
    pay = f"/b/{gym.slug}/orders/{order.public_id}/pay/"
    sent = {"method": "cash", "once": "t"}
    near = olga.post(pay, {**sent, "sent_by": "Ana Lopes"}).content.decode()
    assert "Which of these is it?" in near
    order.refresh_from_db()
    assert (order.state, Referral.objects.count()) == ("awaiting_payment", 0)
    for _again in range(2):
        answer = olga.post(pay, {**sent, "sent_by": "Ana Lopes", "sent_by_one": ana.public_id}, follow=True)
    assert "Paid." in answer.content.decode()
    order.refresh_from_db()
    dan.refresh_from_db()
    assert (order.state, dan.status) == ("paid", "active")
    assert Referral.objects.get().ambassador_id == ana.pk
    assert balance_of(gym, ana.pk, now=NOON).available == 1500
    assert "Did somebody send them?" not in shown(olga, gym, order)


def test_where_the_payment_is_refused_nobody_is_noted(
    olga: Browser, gym: Business, ana: Client, dan: Client, bono: Product
) -> None:
    """CASES 15: who sent them and the payment are one act, and no page says otherwise."""
    launch(gym)
    order = place_order(gym, dan, [(bono, 1)], actor="user:1", now=NOON)
    cancel(order, actor="user:1", now=NOON)
    typed = {"method": "cash", "once": "t", "sent_by": ana.code}
    paid = olga.post(f"/b/{gym.slug}/orders/{order.public_id}/pay/", typed)
    sold = sale(olga, gym, dan, bono, use_balance="some", balance_amount="5", sent_by=ana.code)
    for answer in (paid, sold):
        assert answer.status_code == 200
        assert "recommended Dan" not in answer.content.decode()
    assert not Referral.objects.exists()


def test_a_sale_with_a_coupon_that_is_sent_twice_says_twice_that_it_is_done(
    olga: Browser, gym: Business, ana: Client, dan: Client, bono: Product
) -> None:
    """The coupon is used then, and choosing it would be wrong in a sale of its own."""
    launch(gym, ambassador={"kind": "coupon", "amount": 500, "valid_days": 60})
    sale(olga, gym, dan, bono, sent_by=ana.code)
    coupon = Coupon.objects.get(client=ana)
    answers = [sale(olga, gym, ana, bono, coupon=coupon.code, once="c") for _time in range(2)]
    assert [answer.redirect_chain for answer in answers] == [answers[0].redirect_chain] * 2
    assert len(answers[0].redirect_chain) == 1
    assert Order.objects.filter(client=ana).count() == 1


def test_an_order_paid_days_later_does_not_ask(olga: Browser, gym: Business, dan: Client, bono: Product) -> None:
    """R-211: 72 hours after the first payment it takes a note, on the profile; what is typed here counts no more."""
    launch(gym)
    with time_machine.travel(NOON, tick=False):
        sell(dan, bono)
        second = place_order(gym, dan, [(bono, 1)], actor="user:1", now=NOON)
    with time_machine.travel(NOON + timedelta(hours=73), tick=False):
        olga.force_login(User.objects.get(email="olga@vela.example"))
        assert "Did somebody send them?" not in shown(olga, gym, second)
        assert "Record the payment" in shown(olga, gym, second)


def test_later_it_is_not_asked(olga: Browser, gym: Business, ana: Client, dan: Client, bono: Product) -> None:
    """R-211: asked on the order for 72 hours after the first payment, and at the desk no more."""
    launch(gym)
    order = sell(dan, bono, now=timezone.now())
    assert f"/clients/{dan.public_id}/referred-by/" in shown(olga, gym, order)
    assert "Did somebody send them?" in olga.get(f"/b/{gym.slug}/sell/{dan.public_id}/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(hours=73), tick=False):
        assert f"/clients/{dan.public_id}/referred-by/" not in shown(olga, gym, order)
        assert "Did somebody send them?" not in olga.get(f"/b/{gym.slug}/sell/{dan.public_id}/").content.decode()


@pytest.mark.parametrize("source", ["staff", "invitation", "signup", "import"])
def test_it_is_asked_at_the_first_payment_however_late(
    source: str, olga: Browser, gym: Business, ana: Client, bono: Product, noon: None
) -> None:
    """R-211, CONTRACT: the 72 hours begin with the first payment, so who was added on Monday and pays on Friday is
    asked. Whom a file brought may have paid elsewhere: they count from becoming active."""
    launch(gym)
    added = NOON - timedelta(days=10)
    eva = create_client(gym, first_name="Eva", email="eva@old.example", source=source, actor="user:1", now=added)
    page = olga.get(f"/b/{gym.slug}/sell/{eva.public_id}/").content.decode()
    assert ("Did somebody send them?" in page) is (source != "import")
    sale(olga, gym, eva, bono, sent_by=ana.code)
    assert Referral.objects.filter(friend=eva, ambassador=ana).exists() is (source != "import")


def shown(olga: Browser, gym: Business, order: Order) -> str:
    return olga.get(f"/b/{gym.slug}/orders/{order.public_id}/").content.decode()
