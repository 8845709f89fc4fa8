"""The one named world that tests tell their stories in, made through the commands that users drive.

Studio Vela in Madrid (EUR, Spanish) belongs to Olga. Ana recommends; Ben is her friend; Carla came by herself. Salon
Lune in Paris is another business, and must never see any of it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from unicodedata import normalize

from plusone.clients.commands import attach_logins, create_client
from plusone.clients.models import Client
from plusone.connect.commands import open_business
from plusone.kernel.commands import user_for
from plusone.kernel.ids import public_id
from plusone.kernel.models import Business, User
from plusone.referrals.commands import activate_campaign, create_campaign, register_friend
from plusone.referrals.models import Campaign, Referral
from plusone.referrals.offers import Offer, read_offer
from plusone.store.commands import create_product, pay, place_order
from plusone.store.models import Order, Product

NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)  # noon in Madrid
EUR15 = {"kind": "balance", "amount": 1500}
EUR10 = {"kind": "balance", "amount": 1000}


@dataclass(frozen=True)
class House:
    """A business with its owner and the key of its API."""

    business: Business
    owner: User
    api_key: str


def open_gym(*, now: datetime = NOON) -> House:
    """Open Studio Vela."""
    opened = open_business(
        name="Studio Vela",
        owner_email="olga@vela.example",
        kind="studio",
        country_code="ES",
        currency="EUR",
        timezone="Europe/Madrid",
        language="es",
        actor="system",
        now=now,
    )
    return House(opened.business, opened.owner, opened.api_key)


def open_salon(*, now: datetime = NOON) -> House:
    """Open the other business."""
    opened = open_business(
        name="Salon Lune",
        owner_email="lucie@lune.example",
        kind="salon",
        country_code="FR",
        currency="EUR",
        timezone="Europe/Paris",
        language="fr",
        actor="system",
        now=now,
    )
    return House(opened.business, opened.owner, opened.api_key)


def add_client(
    business: Business, first_name: str, last_name: str = "", *, email: str = "", phone: str = "", now: datetime = NOON
) -> Client:
    """Add an active client, with an address made of the name unless one is given."""
    if not email:
        plain = normalize("NFKD", f"{first_name}.{last_name}").encode("ascii", "ignore").decode().lower()
        name = plain.replace(" ", "").replace("..", ".").strip(".")
        email = f"{name or public_id()}@clients.example"
    return create_client(
        business, first_name=first_name, last_name=last_name, email=email, phone=phone, actor="user:1", now=now
    )


def launch(
    business: Business,
    *,
    friend: dict[str, object] | None = None,
    ambassador: dict[str, object] | None = EUR15,
    now: datetime = NOON,
    **more: object,
) -> Campaign:
    """Create and activate a campaign, 15 for the ambassador unless said otherwise, without a deadline."""
    sent = {"friend_reward": friend, "ambassador_reward": ambassador, "qualification_days": 0, **more}
    offer: Offer = read_offer(business, sent)
    campaign = create_campaign(business, name="Friends", offer=offer, actor="user:1", now=now)
    activate_campaign(campaign, actor="user:1", now=now)
    campaign.refresh_from_db()
    return campaign


def bring(ambassador: Client, first_name: str, *, now: datetime = NOON, email: str = "") -> Referral:
    """Let a friend register with an ambassador's link."""
    email = email or f"{first_name}@friends.example".lower()
    return register_friend(
        ambassador.business, ambassador, first_name=first_name, email=email, actor="public", now=now
    ).referral


def sell(
    client: Client, product: Product, quantity: int = 1, *, use_balance: bool | int = False, now: datetime = NOON
) -> Order:
    """Place an order and take the money for it, in cash."""
    order = place_order(
        client.business, client, [(product, quantity)], use_balance=use_balance, actor="user:1", now=now
    )
    if order.due:
        pay(order, method="cash", actor="user:1", now=now)
    order.refresh_from_db()
    return order


def make_product(business: Business, name: str = "Bono 10", price: int = 5000, *, now: datetime = NOON) -> Product:
    """Put something on sale."""
    return create_product(business, name=name, price=price, actor="user:1", now=now)


def later(days: float = 0, *, hours: float = 0, seconds: float = 0, now: datetime = NOON) -> datetime:
    """Return a moment after noon of the first day."""
    return now + timedelta(days=days, hours=hours, seconds=seconds)


def login_of(client: Client) -> User:
    """Give a client their login, as if they had entered the code of a mail."""
    user = user_for(client.email)
    attach_logins(user)
    return user
