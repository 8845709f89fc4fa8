"""The one named world of the tests: a gym in Madrid, a salon in Paris. A plugin (conftest.py), so every test has them.

Models are imported inside the fixtures: pytest reads this file before Django is set up.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from plusone.kernel.models import Business

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    """A Monday, noon in UTC: 13:00 in Madrid and in Paris."""
    return NOON


@pytest.fixture
def gym(db: None) -> "Business":
    """A gym in Madrid that speaks Spanish and reckons in euros."""
    from plusone.kernel.commands import create_business

    return create_business(
        name="Gimnasio Sol", kind="studio", country="ES", currency="EUR", timezone="Europe/Madrid", language="es"
    )


@pytest.fixture
def salon(db: None) -> "Business":
    """A salon in Paris that speaks French: the other business."""
    from plusone.kernel.commands import create_business

    return create_business(
        name="Salon Lune", kind="salon", country="FR", currency="EUR", timezone="Europe/Paris", language="fr"
    )
