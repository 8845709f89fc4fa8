"""Finding people by what somebody typed: case, accents, one typo (R-068, PERFORMANCE "client list")."""

from typing import Any

import pytest
from django.db import connection

from plusone.clients.commands import ClientLine, archive, delete_client, edit_client, import_clients
from plusone.clients.models import Client, Spelling
from plusone.clients.search import install
from plusone.kernel.models import Business
from world import NOON, add_client

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


@pytest.fixture
def jose(gym: Business) -> Client:
    return add_client(gym, "José María", "Núñez Löwe", email="jm.nunez@correo.example", phone="+34 611 222 333")


def found(gym: Business, text: str) -> list[str]:
    return [client.first_name for client in Client.objects.of(gym).find(gym, text).order_by("pk")]


@pytest.mark.parametrize(
    "text",
    [
        "jose",
        "JOSÉ nunez",
        "núñez josé",
        "lowe",
        "o",  # shorter than the index holds
        "os",
        "correo.example",
        "JM.NUNEZ@correo.example",
        "611222333",
        "222",
        "maira",  # letters that changed places
        "nuñes",  # one mistaken
        "nuez",  # one forgotten
        "nunnez",  # one too many
        "jsoe nunez",
        "jm.nunes@correo.example",
        "jm.nunez@corero.example",
        "611222334",  # one digit mistaken
        "61122233",  # a part
        "6112223333",  # one too many
        "611223233",  # two that changed places
        "+34611222433",
        "61222333",  # one forgotten
    ],
)
def test_found_in_any_case_with_one_typo(gym: Business, ana: Client, jose: Client, text: str) -> None:
    """R-068: name, e-mail and phone; nobody else comes with it."""
    assert "José María" in found(gym, text)
    assert len(text) < 3 or found(gym, text) == ["José María"]


@pytest.mark.parametrize(
    "text", ["nunezzz", "jxsx", "611225444", '"', "'", "%", "_", "a\x00b", "nu*", "jose OR ana", "zz"]
)
def test_two_slips_and_signs_find_nobody(gym: Business, ana: Client, jose: Client, text: str) -> None:
    assert found(gym, text) == []


def test_a_typo_is_looked_for_only_where_nothing_is_right(gym: Business, jose: Client) -> None:
    add_client(gym, "Josa")
    assert found(gym, "josa") == ["Josa"]
    assert found(gym, "josx") == ["José María", "Josa"]


def test_words_of_another_business_are_not_known(gym: Business, salon: Business, jose: Client) -> None:
    assert found(salon, "nuñes") == []
    assert not Spelling.objects.filter(business=salon).exists()


def test_an_erased_name_is_erased_from_the_vocabulary_too(gym: Business, ana: Client, jose: Client) -> None:
    """PRI-7: with the last client of a name the word goes; so it does where the name is changed."""
    words = set(Spelling.objects.filter(business=gym).values_list("word", flat=True))
    assert {"jose", "maria", "nunez", "lowe", "correo", "lopez"} <= words
    archive(jose, **WHO)
    delete_client(jose, **WHO)
    left = set(Spelling.objects.filter(business=gym).values_list("word", flat=True))
    assert left == {"ana", "lopez", "clients", "example"}
    edit_client(ana, last_name="Gómez", email="ana@clients.example", **WHO)
    assert set(Spelling.objects.filter(business=gym).values_list("word", flat=True)) == {
        "ana",
        "gomez",
        "clients",
        "example",
    }
    assert found(gym, "lopez") == []
    assert found(gym, "gomes") == ["Ana"]


def test_imported_people_are_found_as_well(gym: Business, ana: Client) -> None:
    columns = {"first_name": "Ana", "last_name": "Quiroga", "email": ana.email, "email_key": ana.email_key, "phone": ""}
    eva = {"first_name": "Évangéline", "last_name": "", "email": None, "email_key": "", "phone": ""}
    import_clients(gym, [ClientLine(1, "7", columns), ClientLine(2, "8", eva)], **WHO)
    assert found(gym, "evangelin") == ["Évangéline"]
    assert found(gym, "evangelnie") == ["Évangéline"]
    assert found(gym, "quioga") == ["Ana"]
    assert found(gym, "ana quiroga") == ["Ana"]
    assert not Spelling.objects.filter(word="lopez").exclude(business=gym).exists()


def test_the_index_is_there_and_comes_back_by_itself(gym: Business, jose: Client) -> None:
    """A migration that makes the table anew on SQLite loses its triggers; the next start puts them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'clients_search'")
            assert "gin_trgm_ops" in cursor.fetchone()[0]
            return
        cursor.execute("DROP TRIGGER clients_search_insert")
    add_client(gym, "Zacarías")
    assert found(gym, "zacarias") == []
    install("default")
    assert found(gym, "zacarias") == ["Zacarías"]
    assert "clients_search VIRTUAL TABLE" in str(Client.objects.of(gym).search("zacarias").explain())


def test_a_short_name_ends_with_a_capital(gym: Business) -> None:
    """R-049: friends of Élodie d'Aubigné read "Élodie D.", not "Élodie d."."""
    assert add_client(gym, "Élodie", "d'Aubigné").short_name == "Élodie D."
