"""What is for sale."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plusone.kernel.models import Owned


class Product(Owned):
    """A thing sold once. `archived_at`: no longer for sale, still named in old orders."""

    class Visibility(models.TextChoices):
        """Who sees it in the store; staff sell everything at the desk (R-251)."""

        EVERYONE = "everyone", _("Clients and leads")
        CLIENTS = "clients", _("Clients only")
        HIDDEN = "hidden", _("Nobody: sold at the desk only")

    name = models.CharField(max_length=120)
    price = models.BigIntegerField()
    description = models.TextField(blank=True)
    visibility = models.CharField(max_length=12, choices=Visibility, default=Visibility.EVERYONE)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(price__gte=0), name="store_price_positive")]


class Picture(models.Model):
    """A product's picture, re-encoded and small, kept in the database so that a backup is one file and any machine can
    serve it."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="picture")
    data = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    version = models.CharField(max_length=22)
