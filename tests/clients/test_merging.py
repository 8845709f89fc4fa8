"""Two client records of one friend become one (CASES 21): one recommendation remains, and the books are intact."""

from typing import Any

import pytest
from django.test import Client as Browser

from plusone.agenda.commands import mark_visit
from plusone.clients.commands import foresee_merge, give_tag, merge_clients, tag_called, write_note
from plusone.clients.keeping import kept as tables
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business, Collaborator, User
from plusone.ledger.commands import earn, revoke
from plusone.ledger.models import Transfer
from plusone.ledger.queries import balance_of, endings_of, faults
from plusone.referrals.commands import reject_referral
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward, Tally
from plusone.store.commands import pay, place_order, refund
from plusone.store.models import Order, Payment, Product
from world import EUR10, NOON, House, add_client, bring, later, launch, open_salon, sell

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


@pytest.fixture
def marta(gym: Business) -> Client:
    return add_client(gym, "Marta")


def fresh(client: Client) -> Client:
    return Client.objects.select_related("business", "user").get(pk=client.pk)


def merge(kept: Client, gone: Client, **when: Any) -> Any:
    return merge_clients(fresh(kept), fresh(gone), **{**WHO, **when})


def available(client: Client, now: Any = NOON) -> int:
    return balance_of(client.business, client.pk, now=now).available


def test_one_recommendation_remains_and_its_reward_comes(
    gym: Business, ana: Client, marta: Client, bono: Product
) -> None:
    """CASES 21, R-003: Ben registered by Ana's link, later by Marta's with another address, and bought as a third
    record at the desk. Ana is thanked, once, and Marta's promise ends."""
    launch(gym, friend=EUR10)
    first = bring(ana, "Ben")
    second = bring(marta, "Ben", email="ben@work.example", now=later(1))
    desk = add_client(gym, "Ben", "Ortega", email="benortega@home.example")
    sell(desk, bono)
    assert (available(ana), available(marta)) == (0, 0)
    told = merge(desk, second.friend, now=later(2))
    assert [(str(label), number) for label, number in told.moved][-1] == ("Recommended by", 1)
    assert (available(ana, later(2)), available(marta, later(2))) == (0, 1500)
    merge(desk, first.friend, now=later(3))
    left = Referral.objects.exclude(reason__in=("rejected", "withdrawn", "campaign_ended"))
    assert [(one.ambassador_id, one.friend_id, one.reason) for one in left] == [(marta.pk, desk.pk, "completed")]
    first.refresh_from_db()
    assert (first.reason, available(ana, later(3))) == ("withdrawn", 0)
    assert {(one.state, one.client_id) for one in Reward.objects.filter(source_id=first.pk)} == {
        ("lapsed", ana.pk), ("granted", desk.pk)
    }  # fmt: skip
    assert faults(gym) == []


def test_the_first_recommendation_of_two_open_ones_stays(
    gym: Business, ana: Client, marta: Client, bono: Product
) -> None:
    """CASES 11, 21: frozen at registration; the purchase of one record pays the ambassador of the other."""
    launch(gym)
    first = bring(ana, "Ben")
    second = bring(marta, "Ben", email="ben@work.example", now=later(1))
    merge(second.friend, first.friend, now=later(2))
    sell(fresh(second.friend), bono, now=later(3))
    assert (available(ana, later(3)), available(marta, later(3))) == (1500, 0)
    first.refresh_from_db()
    assert (first.friend_id, first.reason) == (second.friend_id, "completed")


def test_everything_is_the_one_records_and_the_books_stay_as_written(
    gym: Business, ana: Client, marta: Client, bono: Product
) -> None:
    """CASES 21: friends, visits, notes, tags, orders and balance; nothing written is changed, and the refund of an old
    order comes to the record that stays."""
    launch(gym, caps={"rewards_total": 2, "amount_total": 9000})
    twin = add_client(gym, "Ana", "L.", email="ana2@clients.example", phone="+34600111222", now=later(-9))
    for number, ambassador in enumerate((ana, twin, twin)):
        sell(bring(ambassador, f"Friend{number}").friend, bono)
    earn(gym, twin.pk, 700, key="gift", expires_at=later(5), **WHO)
    order = sell(twin, bono, use_balance=1000)
    mark_visit(twin, key="v", **WHO)
    write_note(twin, "Prefers mornings", by=Collaborator.objects.get(), now=NOON)
    give_tag(twin, tag_called(gym, "VIP"), **WHO)
    before = list(Transfer.objects.order_by("pk").values())
    had, her = available(twin), available(ana)
    told = merge(ana, twin)
    assert list(Transfer.objects.order_by("pk").values())[: len(before)] == before
    assert (available(ana), available(twin), faults(gym)) == (her + had, 0, [])
    assert set(Transfer.objects.filter(kind="transfer").values_list("client_id", flat=True)) == {ana.pk, twin.pk}
    after = fresh(ana)
    assert (after.phone, after.tags.get().name, after.created_at) == ("+34600111222", "VIP", later(-9))
    assert (after.visits.count(), after.notes.count(), after.orders.count()) == (1, 1, 1)
    assert Payment.objects.filter(client=twin).count() == 0
    assert [payment.amount for payment in Payment.objects.filter(client=after)] == [order.due]
    assert after.referrals_made.count() == 3
    assert told.filled == ["phone"]
    refund(Order.objects.select_related("business", "client").get(pk=order.pk), actor="user:1", now=later(1))
    assert (available(ana, later(1)), available(twin, later(1))) == (her + had + 1000, 0)
    assert faults(gym) == []
    sell(bring(after, "Late").friend, bono)  # three were given under a limit of two each; the two are one now
    assert Reward.objects.get(source_id=Referral.objects.latest("pk").pk).state == "capped"
    assert Tally.objects.filter(key__contains=f"client:{twin.pk}:").count() == 0
    assert Tally.objects.get(key__endswith=f"client:{ana.pk}:amount").amount == 3 * 1500
    gone = fresh(twin)
    assert (gone.status, gone.email, gone.phone, gone.first_name) == ("deleted", None, "", "")
    assert Event.objects.get(name="client.merged").data == {"other": twin.pk}


def test_a_lot_keeps_its_end_and_a_debt_its_owner(gym: Business, ana: Client) -> None:
    """CASES 21, CONTRACT `allow_negative`: what expires in five days still does; what one owes the other pays."""
    twin = add_client(gym, "Ana", email="ana2@clients.example")
    earn(gym, twin.pk, 300, key="a", expires_at=later(5), **WHO)
    earn(gym, ana.pk, 100, key="b", **WHO)
    merge(ana, twin)
    assert endings_of(gym, ana.pk, now=NOON) == [(later(5).date(), 300)]
    assert available(ana, later(6)) == 100
    debtor = add_client(gym, "Ana", email="ana3@clients.example")
    revoke(gym, debtor.pk, 250, key="back", reason="x", ref=("reward", 1), allow_debt=True, **WHO)
    merge(ana, debtor, now=later(6))
    stands = balance_of(gym, ana.pk, now=later(6))
    assert (stands.available, stands.owed, balance_of(gym, debtor.pk, now=later(6)).owed) == (0, 150, 0)
    assert faults(gym) == []


def test_what_cannot_be_one_is_refused_with_the_next_step(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 21, 31: themselves, who brought the other, reserved balance, a client into a lead; then nothing moves."""
    launch(gym)
    ben = bring(ana, "Ben")

    def refused(kept: Client, gone: Client) -> str:
        with pytest.raises(Refused) as no:
            merge(kept, gone)
        assert no.value.then or "." in str(no.value.message)[:-1]
        return no.value.code

    twin = add_client(gym, "Ana", email="ana2@clients.example")
    earn(gym, twin.pk, 300, key="a", **WHO)
    waiting = place_order(gym, twin, [(bono, 1)], use_balance=True, **WHO)
    assert refused(ana, ana) == "same_client"
    assert refused(ana, ben.friend) == "self_referral"
    assert refused(ben.friend, twin) == "lead"
    assert refused(ana, twin) == "balance_reserved"
    assert (fresh(twin).status, available(ana)) == ("active", 0)
    pay(waiting, method="cash", **WHO)
    merge(ana, twin)
    reject_referral(ben, **WHO)
    merge(ana, ben.friend)
    assert refused(ana, ben.friend) == "deleted"
    eva = bring(ana, "Eva").friend
    sell(eva, bono)
    ida = bring(fresh(eva), "Ida").friend
    third = add_client(gym, "Ana", email="ana3@clients.example")
    assert refused(ana, ida) == "goes_in_circles"
    assert foresee_merge(fresh(ana), fresh(third), **WHO).filled == []
    assert fresh(third).status == "active"


def test_every_kind_of_data_says_what_becomes_of_it() -> None:
    """A room that keeps something new about people says here what a merge does with it."""
    stays = {"invitation", "login", "history"}  # the command's own, or of one record alone
    silent = {table.name for table in tables if not any("move" in vars(one) for one in table.__mro__[:-2])}
    assert silent == stays


def test_the_owner_merges_on_a_page_that_says_what_will_happen(house: House, client: Browser) -> None:
    """CASES 21: found by name, previewed, done once; owner and manager only; another business's client is not there."""
    gym = house.business
    User.objects.filter(pk=house.owner.pk).update(language="en")
    ana = add_client(gym, "Ana", "López")
    twin = add_client(gym, "Anna", "Lopez", email="anna@clients.example", phone="+34600111222")
    earn(gym, twin.pk, 300, key="a", **WHO)
    url = f"/b/{gym.slug}/clients/{ana.public_id}/merge/"
    client.force_login(house.owner)
    assert "Merge with…" in client.get(f"/b/{gym.slug}/clients/{ana.public_id}/").content.decode()
    assert "Anna Lopez" in client.get(url, {"q": "anna"}).content.decode()
    events = Event.objects.count()
    page = client.get(url, {"with": twin.public_id}).content.decode()
    assert "€3.00" in page
    assert "Phone" in page
    assert (Event.objects.count(), fresh(twin).status) == (events, "active")
    other = add_client(open_salon().business, "Ana")
    assert client.get(url, {"with": other.public_id}).status_code == 404
    assert client.post(url, {"with": other.public_id}).status_code == 404
    answer = client.post(url, {"with": twin.public_id}, follow=True)
    assert "Anna Lopez is merged into this record now." in answer.content.decode()
    assert available(ana) == 300
    assert client.post(url, {"with": twin.public_id}).status_code == 409
    assert "merged" in client.get(f"/b/{gym.slug}/clients/{ana.public_id}/history/").content.decode()
