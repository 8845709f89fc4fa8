"""What pages say where nothing is to see, where a field is wrong, and in which language (UX B2, R-205)."""

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.models import Client
from plusone.kernel.models import Business, User
from world import House

from .pages import send, text_of


def at(gym: Business, name: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug])


@pytest.mark.parametrize(
    ("page", "query", "says", "never"),
    [
        ("clients", "status=archived", "No client has this status or matches these filters.", "spelling"),
        ("clients", "referred=yes", "No client has this status or matches these filters.", "spelling"),
        ("clients", "q=zz", "Try another spelling", "matches these filters"),
        ("orders", "state=paid", "No order has this status now.", "Try another name"),
        ("orders", "state=paid&q=zz", "Try another name", "this status now"),
        ("orders", "", "", "No order has this status now."),
    ],
)
def test_who_searched_nothing_is_not_asked_to_spell_better(
    gym: Business, olga: Browser, page: str, query: str, says: str, never: str
) -> None:
    shown = text_of(olga.get(f"{at(gym, page)}?{query}"))
    assert says in shown
    assert never not in shown


def test_each_language_is_called_by_its_own_name(gym: Business, house: House, olga: Browser) -> None:
    for language in ("en", "es", "fr"):
        User.objects.filter(pk=house.owner.pk).update(language=language)
        for page in ("home", "settings"):
            shown = olga.get(at(gym, page)).content.decode()
            names = re.findall(r'name="language" value="(\w\w)"[^>]*>([^<]+)<', shown)
            assert set(names) == {("en", "English"), ("es", "Español"), ("fr", "Français")}


def test_a_wrong_field_is_told_in_the_tone_of_the_page(gym: Business, house: House, olga: Browser) -> None:
    """In Spanish “tú”, in a sentence of ours and not of the framework."""
    User.objects.filter(pk=house.owner.pk).update(language="es")
    sent = {"first_name": "A" * 81, "email": "ana@clients.example", "professional": "nobody"}
    shown = text_of(send(olga, at(gym, "client_new"), sent))
    assert "Escribe como máximo 80 caracteres (ahora hay 81)." in shown
    assert "Asegúrese" not in shown
    assert "Introduzca" not in shown
    assert not Client.objects.exists()
