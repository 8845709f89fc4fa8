"""The demo business is lived through the commands that users drive, and its figures reconcile."""

import json

import pytest

from plusone.clients.models import Client
from plusone.connect.models import ApiKey
from plusone.events.models import Event, Pending
from plusone.faces.cli.app import main
from plusone.faces.cli.demo.year import FLAG
from plusone.kernel.models import Business
from plusone.ledger.queries import faults
from plusone.messaging.models import Message
from plusone.referrals.doubt import signs
from plusone.referrals.models import Referral, Terms
from plusone.store.models import Order, Picture

pytestmark = pytest.mark.django_db(transaction=True)


def plusone(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--json"])
    said = capsys.readouterr()
    assert ended.value.code == 0, said.err
    told: dict[str, object] = json.loads(said.out)
    return told


@pytest.mark.slow
def test_demo_is_a_business_with_a_past(capsys: pytest.CaptureFixture[str]) -> None:
    told = plusone(capsys, "demo", "--clients", "24", "--months", "3", "--seed", "5")
    studio = Business.objects.get()
    assert (studio.name, studio.currency, studio.timezone, studio.language) == (
        "Studio Vela",
        "EUR",
        "Europe/Madrid",
        "es",
    )
    assert told["owner"] == "olga@studiovela.example"
    assert "/setup/" in str(told["setup_url"])
    assert 20 <= Client.objects.count() <= 24
    assert Terms.objects.count() == 2
    assert Picture.objects.count() == 9
    assert Order.objects.count() > 15
    newest = Referral.objects.order_by("registered_at").last()
    assert newest is not None
    newest_event = Event.objects.order_by("at").last()
    assert newest_event is not None
    assert (newest_event.at - newest.registered_at).total_seconds() < 3600
    assert Message.objects.filter(template="referral.thanks", client=newest.ambassador).exists()
    assert (Pending.objects.count(), faults(studio)) == (0, [])
    # What the owner reads of it is in words, and in the language of the studio.
    assert FLAG in signs
    assert ApiKey.objects.get().name == "Primera clave"

    again = plusone(capsys, "demo", "--if-empty")
    assert (again["created"], again["id"], Business.objects.count()) == (False, told["id"], 1)


def test_demo_leaves_a_business_of_ones_own_alone(capsys: pytest.CaptureFixture[str], salon: Business) -> None:
    assert plusone(capsys, "demo", "--if-empty") == {"created": False}
    assert Business.objects.get() == salon
