"""The tenant, its staff, and what every row of a tenant carries."""

from babel.core import get_global
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from plusone.kernel import ids

from .user import User


class Row(models.Model):
    """Abstract: a row that people and programs name by an opaque id."""

    public_id = models.CharField(max_length=22, unique=True, default=ids.public_id, editable=False)

    class Meta:
        abstract = True


class Business(Row):
    """One service business: a tenant. Its currency is fixed once money has moved."""

    class Kind(models.TextChoices):
        """What it does; sets the words and presets of the first screens."""

        COACH = "coach", _("Coach or personal trainer")
        STUDIO = "studio", _("Studio or gym")
        SALON = "salon", _("Salon or spa")
        CLINIC = "clinic", _("Clinic or practice")
        VENUE = "venue", _("Restaurant or venue")
        OTHER = "other", _("Something else")

    class NewsTo(models.TextChoices):
        """Which new clients are sent news and promotions (R-243); each can decline at any time."""

        CLIENTS = "clients", _("Clients, until they decline")
        AGREED = "agreed", _("Only clients who have agreed")

    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.OTHER)
    country = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3)
    timezone = models.CharField(max_length=64)
    language = models.CharField(max_length=8, default="en")
    legal_preset = models.CharField(max_length=20, default="other")
    brand_color = models.CharField(max_length=7, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=300, blank=True)
    sender_name = models.CharField(max_length=120, blank=True)  # of its mails; without one its own name
    reply_to = models.EmailField(blank=True)  # where answers go; without one to `email`
    auto_apply_to_renewal = models.BooleanField(default=True)
    consent_required = models.BooleanField(default=False)
    free_orders_activate = models.BooleanField(default=False)
    news_to = models.CharField(max_length=10, choices=NewsTo, default=NewsTo.CLIENTS)
    # Promotions rest between these hours of the business's day, and are at most so many a week; 0: no limit.
    quiet_from = models.PositiveSmallIntegerField(default=21)
    quiet_until = models.PositiveSmallIntegerField(default=8)
    news_weekly_max = models.PositiveSmallIntegerField(default=2)
    # How long leads of whom nothing is heard, and the words of mails, are kept (PRI-8); 0: as long as the business.
    idle_leads_months = models.PositiveSmallIntegerField(default=24)
    mail_bodies_days = models.PositiveSmallIntegerField(default=90)
    # More than this a collaborator gives as a bonus only with a second person (AUTH-15); None: no limit. Never owners.
    bonus_limit = models.BigIntegerField(null=True, blank=True)
    # Whoever exports data or makes API keys logs in with a second step (AUTH-6).
    second_step_required = models.BooleanField(default=False)
    marketing_started_at = models.DateTimeField(null=True, blank=True)
    marketing_started_by = models.CharField(max_length=40, blank=True)
    checklist_dismissed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name

    @property
    def phone_country(self) -> str:
        """Where a number without a country code is dialled: the country, or that of the time zone."""
        found: str = self.country or get_global("zone_territories").get(self.timezone) or ""
        return found if len(found) == 2 and found.isalpha() else ""


class Owned(Row):
    """Abstract: a row of one business. Every query names the business first."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Collaborator(Owned):
    """Somebody who works in a business, with a role."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="collaborations")
    role = models.CharField(max_length=20)
    profession = models.CharField(max_length=60, blank=True)  # in the business's own words: trainer, physio
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "user"], name="collaborator_once")]
