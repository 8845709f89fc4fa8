"""How clients come by themselves: asked by mail, or by the link that a business hands on (R-201)."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plusone.kernel import ids
from plusone.kernel.models import Owned

from .people import Client


class Invitation(Owned):
    """That somebody was asked by mail to be a client and has not answered yet (R-201). Its token proves the address."""

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="invitation")
    token = models.CharField(max_length=32, unique=True, default=ids.public_id)
    words = models.CharField(max_length=500, blank=True)  # of who invites; empty: the usual ones alone
    # What is ordered for them as soon as they are a client: a row of a room above, and which kind of row it is.
    plan_kind = models.CharField(max_length=20, blank=True)
    plan_id = models.BigIntegerField(null=True)
    times = models.PositiveSmallIntegerField(default=1)  # how often it was sent
    created_by = models.CharField(max_length=80)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="clients_invitation_ends")]

    def has_ended(self, now: datetime) -> bool:
        """Say whether it can no longer be accepted."""
        return self.expires_at <= now


class SignupLink(Owned):
    """An address to share, where clients fill in their own details (R-201). A business has one at a time."""

    class Becomes(models.TextChoices):
        """What those are who fill it in."""

        ACTIVE = "active", _("A client at once")
        LEAD = "lead", _("A lead, until you or a purchase make them a client")

    token = models.CharField(max_length=32, unique=True, default=ids.public_id)
    becomes = models.CharField(max_length=12, choices=Becomes, default=Becomes.ACTIVE)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business"], condition=Q(ended_at__isnull=True), name="clients_one_signup_link"
            )
        ]
