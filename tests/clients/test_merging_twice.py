"""Two records of one person that both hold what a person has once: a membership, a recommendation, a return
(CASES 21)."""

from typing import Any

import pytest

from plusone.clients.commands import activate, archive, merge_clients, reactivate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import attach_referral, decide_case, register_friend
from plusone.referrals.models import DoubtCase, Referral
from plusone.rewards.models import Reward
from plusone.store.commands import HadAlready, create_membership_type, grant_membership, pay, place_order
from plusone.store.models import Membership, MembershipType, Product
from world import EUR15, NOON, add_client, bring, later, launch, make_product, sell

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
SIX = {"months": 6}


def fresh(client: Client) -> Client:
    return Client.objects.select_related("business", "user").get(pk=client.pk)


def merge(kept: Client, gone: Client, **when: Any) -> Any:
    return merge_clients(fresh(kept), fresh(gone), **{**WHO, **when})


def available(client: Client, now: Any = NOON) -> int:
    return balance_of(client.business, client.pk, now=now).available


@pytest.fixture
def first_visit(gym: Business) -> MembershipType:
    return create_membership_type(
        gym, name="First visit", kind="pack", price=1000, uses=1, once_per_person=True, now=NOON
    )


def test_what_a_person_has_once_stays_with_each_record_that_had_it(
    gym: Business, ana: Client, first_visit: MembershipType
) -> None:
    """R-145: Ana bought her first visit, and was given one as Anna. Both stay hers, used or not; a third is refused."""
    twin = add_client(gym, "Anna")
    pay(place_order(gym, ana, [(first_visit, 1)], **WHO), method="cash", **WHO)
    grant_membership(twin, first_visit, source=("test", 1), **WHO)
    merge(ana, twin)
    hers = Membership.objects.filter(client=ana).order_by("pk")
    assert [(one.state, one.uses_left, one.only_once) for one in hers] == [("active", 1, True), ("active", 1, False)]
    with pytest.raises(HadAlready):
        place_order(gym, fresh(ana), [(first_visit, 1)], **WHO)
    assert Membership.objects.count() == 2


def who_left(gym: Business, product: Product, email: str, now: Any = NOON) -> Client:
    found = add_client(gym, "Ben", "Ortiz", email=email)
    sell(found, product)
    archive(found, actor="user:1", now=now)
    return fresh(found)


def back(ambassador: Client, email: str, now: Any) -> Referral:
    return register_friend(
        ambassador.business, ambassador, first_name="Ben", email=email, actor="public", now=now
    ).referral


def test_of_two_open_returns_the_first_stays(gym: Business, ana: Client, carla: Client, bono: Product) -> None:
    """Q-10, CASES 21: Ben left as two records and was asked back to both; he pays as one, and Ana is rewarded once."""
    launch(gym, returning=SIX, conditions=[{"kind": "orders", "at_least": 1}])
    home, work = (who_left(gym, bono, email) for email in ("ben@home.example", "ben@work.example"))
    hers = back(ana, "ben@home.example", later(200))
    theirs = back(carla, "ben@work.example", later(201))
    reactivate(work, actor="user:1", now=later(202))
    merge(work, home, now=later(203))
    for one in (hers, theirs):
        one.refresh_from_db()
    assert (hers.friend_id, hers.state, theirs.reason) == (work.pk, "activated", "withdrawn")
    sell(fresh(work), bono, now=later(204))
    assert (available(ana, later(204)), available(carla, later(204))) == (1500, 0)
    assert faults(gym) == []


def test_a_return_that_is_settled_brings_no_other_about(
    gym: Business, ana: Client, carla: Client, bono: Product
) -> None:
    """Q-10, Q-11, CASES 21: Ben came back through Ana a year ago as one record. As the other Carla asked him back, and
    he has only been to the open day: two records become one, and he has still bought nothing for Carla."""
    launch(gym, returning=SIX)
    home, work = (who_left(gym, bono, f"ben@{at}.example", now) for at, now in (("home", NOON), ("work", later(1))))
    back(ana, "ben@home.example", later(200))
    reactivate(home, actor="user:1", now=later(200))
    theirs = back(carla, "ben@work.example", later(201))
    sell(work, make_product(gym, "Open day", price=0), now=later(202))
    merge(work, home, now=later(203))
    theirs.refresh_from_db()
    assert (theirs.state, theirs.activated_at) == ("registered", None)
    assert (available(ana, later(203)), available(carla, later(203)), faults(gym)) == (1500, 0, [])


@pytest.mark.parametrize("first", ["home", "work"])
def test_one_departure_counts_once_for_both_records(
    gym: Business, ana: Client, carla: Client, bono: Product, first: str
) -> None:
    """Q-10, CASES 21: both records of Ben were put aside in one act; Ana has her reward for his return, and Carla none
    for the same one, whichever record stays."""
    launch(gym, returning=SIX)
    records = [who_left(gym, bono, f"ben@{at}.example") for at in ("home", "work")]
    back(ana, "ben@home.example", later(200))
    theirs = back(carla, "ben@work.example", later(201))
    reactivate(records[0], actor="user:1", now=later(202))
    kept, gone = records if first == "home" else records[::-1]
    if kept is records[1]:
        sell(kept, make_product(gym, "Open day", price=0), now=later(202))
    merge(kept, gone, now=later(203))
    theirs.refresh_from_db()
    assert (theirs.reason, available(ana, later(203)), available(carla, later(203))) == ("withdrawn", 1500, 0)
    assert faults(gym) == []


def test_of_a_return_and_a_recommendation_as_new_the_first_stays(
    gym: Business, ana: Client, carla: Client, bono: Product
) -> None:
    """Q-10, CASES 21: asked back by Ana, Ben fills in Carla's form with another address."""
    launch(gym, returning=SIX, conditions=[{"kind": "orders", "at_least": 1}])
    ben = who_left(gym, bono, "ben@home.example")
    hers = back(ana, "ben@home.example", later(200))
    theirs = bring(carla, "Ben", email="ben@work.example", now=later(201))
    reactivate(ben, actor="user:1", now=later(202))
    merge(ben, theirs.friend, now=later(203))
    for one in (hers, theirs):
        one.refresh_from_db()
    assert (hers.state, theirs.reason, theirs.friend_id) == ("activated", "withdrawn", ben.pk)
    sell(fresh(ben), bono, now=later(204))
    assert (available(ana, later(204)), available(carla, later(204)), faults(gym)) == (1500, 0, [])


@pytest.mark.parametrize("approve", [True, False])
def test_what_is_doubtful_of_both_is_one_case(gym: Business, ana: Client, approve: bool) -> None:
    """CASES 21, 76: both records of Ana brought a doubtful friend. They are one ambassador's, so a person decides once
    about both, and a case that was decided before stays as it is."""
    launch(gym, conditions=[{"kind": "activated"}])
    twin = add_client(gym, "Anna")
    doubtful(ana, "old")
    decide_case(DoubtCase.objects.get(), approve=False, note="a joke", **WHO)
    brought = [doubtful(ana, "ben"), doubtful(twin, "eva")]
    assert DoubtCase.objects.filter(state="open").count() == 2
    merge(twin, ana, now=later(1))
    case = DoubtCase.objects.get(state="open")
    assert set(case.signs.values_list("referral", flat=True)) == {one.pk for one in brought}
    assert decide_case(case, approve=approve, note="known to us", actor="user:1", now=later(2))
    assert (available(twin, later(2)), faults(gym)) == (3000 if approve else 0, [])
    assert sorted(DoubtCase.objects.values_list("state", flat=True)) == sorted(
        ["rejected", "approved" if approve else "rejected"]
    )


def doubtful(ambassador: Client, name: str) -> Referral:
    """Let a friend register too fast, and become a client."""
    about = {"first_name": name, "email": f"{name}@friends.example", "source": "api", "flags": ("too_fast",)}
    made = register_friend(ambassador.business, ambassador, **about, **WHO).referral
    activate(made.friend, **WHO)
    return made


def test_who_was_no_former_client_did_not_come_back(gym: Business, ana: Client, bono: Product) -> None:
    """Q-10: the record that was asked back had left, the other had been a client all the time."""
    launch(gym, returning=SIX)
    gone = who_left(gym, bono, "ben@home.example")
    stayed = add_client(gym, "Ben", email="ben@work.example")
    back(ana, "ben@home.example", later(200))
    merge(stayed, gone, now=later(201))
    assert (Referral.objects.get().reason, available(ana, later(201))) == ("withdrawn", 0)


def test_an_existing_client_is_no_new_friend(gym: Business, ana: Client, bono: Product) -> None:
    """R-023: who pays here for months and fills in Ana's form with another address brings her nothing."""
    launch(gym)
    client = add_client(gym, "Ben", email="ben@home.example")
    sell(client, bono)
    lead = bring(ana, "Ben", email="ben@work.example", now=later(90)).friend
    merge(client, lead, now=later(91))
    assert (Referral.objects.get().reason, Reward.objects.get().state) == ("withdrawn", "lapsed")
    assert available(ana, later(91)) == 0


def test_three_days_after_the_first_payment_are_still_in_time(gym: Business, ana: Client, bono: Product) -> None:
    """R-211: the same 72 hours as for saying it at the desk; and what was said there with a note stays said."""
    launch(gym, ambassador=EUR15)
    client = add_client(gym, "Ben", email="ben@home.example")
    sell(client, bono)
    merge(client, bring(ana, "Ben", email="ben@work.example", now=later(2)).friend, now=later(3))
    assert available(ana, later(3)) == 1500
    other = add_client(gym, "Eva")
    sell(other, bono)
    attach_referral(gym, ana, other, override_note="Ana told us in May", actor="user:1", now=later(60))
    merge(other, add_client(gym, "Eva", email="eva@work.example"), now=later(61))
    assert (available(ana, later(61)), faults(gym)) == (3000, [])
