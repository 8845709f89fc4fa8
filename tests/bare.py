"""The same two businesses as bare rows, without the events of their opening, for the rooms below that."""

import pytest


def _make(name: str, country: str, timezone: str, language: str) -> object:
    from plusone.kernel.commands import create_business

    return create_business(
        name=name, kind="studio", country=country, currency="EUR", timezone=timezone, language=language
    )


@pytest.fixture
def gym(db: None) -> object:
    """Studio Vela, a row and no more."""
    return _make("Studio Vela", "ES", "Europe/Madrid", "es")


@pytest.fixture
def salon(db: None) -> object:
    """Salon Lune, a row and no more."""
    return _make("Salon Lune", "FR", "Europe/Paris", "fr")
