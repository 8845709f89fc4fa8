"""Keys of the API and the answers it keeps."""

from django.db import models

from plusone.kernel.models import Owned


class ApiKey(Owned):
    """A key of one business; only its hash is kept, and its first characters to tell it by."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16)
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=40)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class TeamInvitation(Owned):
    """An offer to work in a business, to one address. The row lives while it waits; what became of it is an event."""

    email = models.CharField(max_length=254)
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=20)
    invited_by = models.CharField(max_length=40)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "email"], name="connect_team_invitation_once")]
        indexes = [models.Index(fields=["email"], name="connect_team_email")]


class Answer(models.Model):
    """The answer to a POST that carried an Idempotency-Key, written in the transaction of its effect (CONTRACT)."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request = models.CharField(max_length=64)  # a hash of method, path and body
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["api_key", "key"], name="connect_answer_once")]
        indexes = [models.Index(fields=["at"], name="connect_answer_at")]
