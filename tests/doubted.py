"""Registering friends by the public form, for stories of doubt."""

from plusone.clients.models import Client
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import register_friend
from plusone.referrals.models import Referral
from world import NOON, later

WHO = {"actor": "user:1", "now": NOON}


def register(
    ambassador: Client, email: str, *, first_name: str = "Ben", source: str = "link", **more: object
) -> Referral:
    about = {"actor": "public", "now": NOON, **more}
    made = register_friend(
        ambassador.business,
        ambassador,
        first_name=first_name,
        email=email,
        source=source,
        **about,  # type: ignore[arg-type]
    )
    return made.referral


def available(client: Client, *, days: float = 30) -> int:
    return balance_of(client.business, client.pk, now=later(days)).available
