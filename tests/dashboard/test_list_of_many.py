"""The client book of a big business: 50,000 clients, filtered by tag, status and payment (UX task 19, R-068, R-075)."""

import time

import pytest
from django.db import connection
from django.test import Client as Browser

from howoften import before_a_release
from plusone.clients.commands import tag_called
from plusone.clients.models import Client
from plusone.kernel.models import Business
from world import add_client, make_product, sell

MANY = 50_000
# It counts seconds, and making so many takes most of a minute.
pytestmark = [pytest.mark.slow, before_a_release]


@pytest.fixture
def book(gym: Business) -> Business:
    """Every second client comes in the morning; a few have paid."""
    morning = tag_called(gym, "Morning")
    for number in range(20):
        sell(add_client(gym, f"Paula{number}"), make_product(gym, f"Bono {number}"))
    first = add_client(gym, "Client0", "Núñez")
    same = {field.attname: getattr(first, field.attname) for field in Client._meta.concrete_fields}
    del same["id"], same["public_id"], same["code"]
    made = []
    for number in range(1, MANY):
        own = {"first_name": f"Client{number}", "email": f"client{number}@mail.example"}
        own |= {"search": f"client{number} nunez {own['email']}", "status": "lead" if number % 10 == 0 else "active"}
        made.append(Client(**same | own | {"email_key": own["email"]}))
    Client.objects.bulk_create(made, batch_size=1000)
    keys = Client.objects.filter(business=gym, source=first.source).order_by("pk").values_list("pk", flat=True)
    Client.tags.through.objects.bulk_create(
        [Client.tags.through(client_id=key, tag=morning) for key in list(keys)[::2]], batch_size=5000
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # which a server does by itself once they are there for all to see
    return gym


def test_the_list_stays_quick(book: Business, olga: Browser) -> None:
    """UX task 19: under 300 ms however it is narrowed; the program's own time counts, which no neighbour takes."""
    morning = tag_called(book, "Morning").public_id
    queries = (
        "",
        "?status=active",
        f"?status=active&tag={morning}&paid=never",
        f"?tag={morning}&paid=yes",
        "?paid=owes",
        "?referred=yes",
        "?needs=any",
        "?q=clinet4711",
        f"?status=active&tag={morning}&q=nunez",
    )
    olga.get(f"/b/{book.slug}/clients/")  # what is made on a first visit
    took = []
    for query in queries * 3:
        began = time.process_time()
        answer = olga.get(f"/b/{book.slug}/clients/{query}")
        took.append((time.process_time() - began, query))
        assert answer.status_code == 200
    assert sorted(took)[int(len(took) * 0.95)][0] < 0.3, sorted(took)[-5:]
