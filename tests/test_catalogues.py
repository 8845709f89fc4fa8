"""What the translations keep to, whoever adds one (R-090)."""

import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation

import plusone
from plusone.clients.models import Client
from plusone.messaging.texts import Context, fill
from plusone.store.models import Membership
from world import NOON

LOCALE = Path(plusone.__path__[0]) / "locale"
PERSON_OR_HOUSE = "name|friend|ambassador|business|thanked"


def texts(language: str) -> Iterator[tuple[str, str]]:
    """Yield each English text with what it is in a language, every plural form."""
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        for message in read_po(file):
            english = [message.id] if isinstance(message.id, str) else list(message.id)
            said = [message.string] if isinstance(message.string, str) else list(message.string)
            yield from ((english[-1], text) for text in said if message.id)


def test_french_asks_no_name_for_an_elision() -> None:
    """ "de Élise" and "que Éric" are wrong, and nobody knows beforehand who it will be: no gap for a name follows."""
    before = re.compile(
        rf"\b(?:de|que|lorsque|puisque|jusque) (?:%\((?:{PERSON_OR_HOUSE})\)s|\{{(?:{PERSON_OR_HOUSE}))"
    )
    assert [text for _english, text in texts("fr") if before.search(text)] == []


@pytest.mark.parametrize(("language", "other"), [("es", "suscripción"), ("fr", "adhésion")])
def test_a_membership_is_called_by_one_word(language: str, other: str) -> None:
    """One concept, one name: "membresía" and "abonnement" on every page, in conditions as in rewards."""
    assert [text for _english, text in texts(language) if other in text.lower()] == []


def test_english_writes_no_space_before_a_percent_sign() -> None:
    """Spanish and French do."""
    spaced = re.compile(r"(?:\d|\)s) %%?(?!\()")
    assert [english for english, _text in texts("es") if spaced.search(english)] == []


def test_french_is_set_as_it_is_printed() -> None:
    """No line begins with a colon, no mail says "Merci!", and apostrophes are round, however a text was typed."""
    with (LOCALE / "fr" / "LC_MESSAGES" / "django.mo").open("rb") as file:
        said = [text for key, text in gettext.GNUTranslations(file)._catalog.items() if key]  # type: ignore[attr-defined]
    assert len(said) > 3000
    assert [text for text in said if re.search(r" [:;!?»]|« | %%|\w'\w", text)] == []


def test_a_mail_in_french_keeps_its_spaces() -> None:
    """What closes the gaps of a mail takes no space from before an exclamation mark."""
    ctx = Context(business=None, now=NOON, language="fr", data={"friend": "Ben"})
    with translation.override("fr"):
        text = translation.gettext("Thank you for recommending {friend}!")
    assert fill(text, ctx) == "Merci d’avoir recommandé Ben\N{NO-BREAK SPACE}!"


def test_a_membership_in_spanish_is_a_she() -> None:
    """ "Activa", as "congelada" and "pagada hasta" beside it; a client is "activo"."""
    with translation.override("es"):
        assert (Membership.State.ACTIVE.label, Membership.State.ENDED.label) == ("Activa", "Terminada")
        assert Client.Status.ACTIVE.label == "Activo"
