"""Addresses that nobody was given are a page that says so, whatever stands in them (FUZ-2)."""

import pytest
from django.test import Client as Browser

from plusone.kernel.models import Business

pytestmark = pytest.mark.django_db
PLACES = ("r", "join", "at", "u", "invited", "signup", "team", "setup", "test", "o")


@pytest.mark.parametrize("place", PLACES)
def test_a_nul_in_an_address_is_nobodys(gym: Business, place: str) -> None:
    """PostgreSQL refuses to be asked for it; it is no fault of ours, and is not logged as one."""
    for address in (f"/{place}/%00", f"/{place}/a%00b/"):
        answer = Browser(raise_request_exception=False).get(address, follow=True)
        assert answer.status_code in (404, 410)
