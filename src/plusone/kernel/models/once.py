"""What may be done once."""

from django.db import models


class Once(models.Model):
    """A page's or request's token that has acted.

    Written in the transaction of its effect, so both are there or neither.
    """

    scope = models.CharField(max_length=60)
    key = models.CharField(max_length=80)
    at = models.DateTimeField(auto_now_add=True)
    result = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="once")]
        indexes = [models.Index(fields=["at"], name="once_at")]
