"""The studio before anybody has come: the business, what it sells, its campaign, its goals."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.files.base import ContentFile

from plusone.connect.commands import edit_business, open_business, set_own_name, start_marketing
from plusone.insights.commands import set_goal
from plusone.kernel import clock
from plusone.kernel.models import Business, Collaborator
from plusone.referrals.commands import activate_campaign, create_campaign, edit_campaign
from plusone.referrals.models import Campaign
from plusone.referrals.offers import read_offer
from plusone.store.commands import create_product, set_picture
from plusone.store.models import Product

from .pictures import draw

NAME, SLUG = "Studio Vela", "studio-vela"
OWNER = "olga@studiovela.example"
DAYS_A_MONTH = 30.4

# name, price, visibility, how often it is bought, picture, ground, description
PRODUCTS = (
    ("Mensualidad", 6900, "everyone", 30, "month", "sage", "Todas las clases que quieras durante un mes."),
    ("Bono 10 clases", 12000, "everyone", 16, "ten", "sea", "Diez clases para usar en tres meses."),
    ("Bono 5 clases", 6500, "everyone", 18, "five", "sand", "Cinco clases para usar en dos meses."),
    ("Clase suelta", 1500, "everyone", 20, "one", "lemon", "Ven un día y prueba: yoga, pilates o fuerza."),
    ("Sesión personal", 4000, "everyone", 9, "dumbbell", "clay", "Una hora a solas con tu entrenadora."),
    ("Clase en pareja", 5500, "clients", 5, "pair", "rose", "Una hora para dos personas, al ritmo de ambas."),
    ("Esterilla", 3500, "everyone", 4, "mat", "dusk", "De caucho natural, 4 mm, no resbala."),
    ("Botella térmica", 1800, "everyone", 4, "bottle", "night", "Medio litro; el agua sigue fría seis horas."),
    ("Taller de respiración", 2500, "clients", 6, "spiral", "sea", "Un sábado al mes, de diez a doce."),
)


@dataclass
class Studio:
    """The studio, and what the story needs of it."""

    business: Business
    start: datetime
    actor: str
    setup_token: str
    api_key: str
    products: list[Product] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    campaign: Campaign | None = None


def open_studio(*, months: int, now: datetime) -> Studio:
    """Open Studio Vela, `months` before now, with what it sells."""
    start = clock.day_start(_Madrid(), (now - timedelta(days=round(months * DAYS_A_MONTH))).date()) + timedelta(hours=9)
    opened = open_business(
        name=NAME,
        owner_email=OWNER,
        kind=Business.Kind.STUDIO,
        country_code="ES",
        currency="EUR",
        timezone="Europe/Madrid",
        language="es",
        now=start,
    )
    studio = Studio(opened.business, start, f"user:{opened.owner.pk}", opened.setup_token, opened.api_key)
    about = {
        "brand_color": "#0f766e",
        "email": "hola@studiovela.example",
        "phone": "+34 910 000 000",
        "address": "Calle de la Vela 12, 28004 Madrid",
    }
    edit_business(studio.business, actor=studio.actor, now=start, **about)
    owner = Collaborator.objects.get(business=studio.business, user=opened.owner)
    set_own_name(owner, "Olga Sanz", actor=studio.actor, now=start)
    for number, (name, price, visibility, weight, shape, ground, text) in enumerate(PRODUCTS):
        at = start + timedelta(minutes=4 * number)
        product = create_product(
            studio.business,
            name=name,
            price=price,
            description=text,
            visibility=visibility,
            actor=studio.actor,
            now=at,
        )
        set_picture(product, ContentFile(draw(shape, ground), "picture.png"), actor=studio.actor, now=at)
        studio.products.append(product)
        studio.weights.append(weight)
    return studio


class _Madrid:
    timezone = "Europe/Madrid"


def launch(studio: Studio, now: datetime) -> None:
    """Draft the campaign and let it go live."""
    start_marketing(studio.business, actor=studio.actor, now=now)
    offer = read_offer(
        studio.business,
        {
            "friend_reward": {"kind": "balance", "amount": 1000, "expires_days": 180},
            "ambassador_reward": {"kind": "balance", "amount": 1500},
        },
    )
    campaign = create_campaign(studio.business, name="Trae a quien quieras", offer=offer, actor=studio.actor, now=now)
    activate_campaign(campaign, actor=studio.actor, now=now)
    studio.campaign = campaign


def raise_reward(studio: Studio, now: datetime) -> None:
    """Offer more from now on; who was registered before keeps the terms of that day (Q-07)."""
    assert studio.campaign is not None
    offer = read_offer(
        studio.business,
        {
            "friend_reward": {"kind": "balance", "amount": 1000, "expires_days": 180},
            "ambassador_reward": {"kind": "balance", "amount": 2000},
        },
    )
    edit_campaign(studio.campaign, offer=offer, actor=studio.actor, now=now)


def set_goals(studio: Studio, people: int, now: datetime) -> None:
    """Say what this quarter is to bring."""
    today = clock.today(studio.business, now)
    since = today - timedelta(days=60)
    until = since + timedelta(days=90)
    goals = {
        "registered_leads": max(people // 6, 3),
        "activated_clients": max(people // 10, 2),
        "generated_income": 300000,
    }
    for kpi, target in goals.items():
        set_goal(studio.business, kpi=kpi, target=target, since=since, until=until, actor=studio.actor, now=now)
