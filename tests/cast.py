"""The named world as fixtures. Models are imported inside: pytest reads this file before Django is set up."""

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from plusone.clients.models import Client
    from plusone.kernel.models import Business
    from plusone.store.models import Product
    from world import House


@pytest.fixture
def noon() -> datetime:
    """Noon in Madrid and in Paris, the first day of every story."""
    from world import NOON

    return NOON


@pytest.fixture
def house(db: None) -> "House":
    """Studio Vela, its owner Olga and its API key."""
    import world

    return world.open_gym()


@pytest.fixture
def gym(house: "House") -> "Business":
    """Studio Vela in Madrid."""
    return house.business


@pytest.fixture
def ana(gym: "Business") -> "Client":
    """Ana López, an active client who recommends."""
    import world

    return world.add_client(gym, "Ana", "López")


@pytest.fixture
def carla(gym: "Business") -> "Client":
    """Carla, an active client who came by herself."""
    import world

    return world.add_client(gym, "Carla", "Gil")


@pytest.fixture
def bono(gym: "Business") -> "Product":
    """A pack of ten sessions for 50 euros."""
    import world

    return world.make_product(gym)


@pytest.fixture
def salon(db: None) -> "Business":
    """The other business, in Paris."""
    import world

    return world.open_salon().business
