"""What was written to whom, and whether a channel is open."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business, Owned, Row, User

MAIL_PORTS = (25, 465, 587, 2525)


class Category(models.TextChoices):
    """What a message is about; decides whether its reader may decline it (R-243)."""

    ACCOUNT = "account", _("Account")
    SERVICE = "service", _("Service")
    PROMOTIONAL = "promotional", _("News and promotions")


class Message(Row):
    """One message to one person by one channel. `business` is empty for what concerns a login alone, such as its code.

    `worker`, `claimed_at`, `handed_over_at` and `useful_until` are of the delivery, on the machine's clock.
    """

    class State(models.TextChoices):
        """Where it stands. While no mail server is set, what is queued waits in the outbox."""

        QUEUED = "queued", _("Waiting")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")
        SUPPRESSED = "suppressed", _("Not sent")

    class Reason(models.TextChoices):
        """Why it was not sent."""

        ARCHIVED = "archived", _("The client is archived.")
        DELETED = "deleted", _("The client was deleted.")
        NO_ADDRESS = "no_address", _("There is no address.")
        LETTERS = "letters", _("There are letters before the @ to which no mail can be sent.")
        CHANNEL_OFF = "channel_off", _("The business has switched this channel off.")
        NO_CONSENT = "no_consent", _("The client does not want news and promotions.")
        BLOCKED = "blocked", _("The address does not take our mails.")
        BOUNCED = "bounced", _("There is no mailbox at the address.")
        WEEKLY_MAX = "weekly_max", _("The client was sent enough promotions this week.")
        TOO_LATE = "too_late", _("It could not be sent while it was still useful.")

    # `(business, …)` below begin with the business; its own index would be one more to write.
    business = models.ForeignKey(Business, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="messages", db_index=False)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    to = models.CharField(max_length=254, blank=True)
    template = models.CharField(max_length=80)
    category = models.CharField(max_length=12, choices=Category)
    channel = models.CharField(max_length=12)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    error = models.CharField(max_length=300, blank=True)
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="messages")
    key = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    claimed_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    useful_until = models.DateTimeField()
    mailing_id = models.BigIntegerField(null=True)  # of a room above: one text to many
    read_at = models.DateTimeField(null=True)  # in the client's pages

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "key"], name="messaging_once"),
            models.UniqueConstraint(fields=["key"], condition=Q(business=None), name="messaging_once_of_nobody"),
            models.UniqueConstraint(
                fields=["mailing_id", "client", "channel"],
                condition=Q(mailing_id__isnull=False) & ~Q(state="suppressed"),
                name="messaging_once_a_mailing",
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="messaging_of_business"),
            models.Index(fields=["client", "-id"], condition=Q(client__isnull=False), name="messaging_of_client"),
            models.Index(
                fields=["id"], condition=Q(state="queued", handed_over_at__isnull=True), name="messaging_waiting"
            ),
            models.Index(
                fields=["client", "created_at"],
                condition=Q(category="promotional", channel="email", state__in=("queued", "sent", "delivered")),
                name="messaging_promotions",
            ),
            models.Index(fields=["id"], condition=Q(state="failed"), name="messaging_failed"),
            models.Index(
                fields=["business", "created_at"], condition=Q(channel="email") & ~Q(text=""), name="messaging_bodies"
            ),
            models.Index(fields=["business", "handed_over_at"], condition=Q(state="queued"), name="messaging_unsent"),
        ]

    def __str__(self) -> str:
        return f"{self.template} #{self.pk}"

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be sent."""
        return self.state == self.State.QUEUED


class Mention(models.Model):
    """A message speaks of a client who is not its reader: when that client is deleted, its words go too."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    client_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client_id", "message"], name="messaging_mention_once")]

    def __str__(self) -> str:
        return f"client {self.client_id} in message {self.message_id}"


class ChannelSwitch(Owned):
    """A business's choice about a channel, and whose it was. Without a row the channel is on."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=12)
    active = models.BooleanField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "channel"], name="messaging_one_switch")]

    def __str__(self) -> str:
        return f"{self.channel} {'on' if self.active else 'off'}"


class Suppression(Owned):
    """An address of a business that is not written to any more. It is kept as a fingerprint, so it survives the person.

    A bounce stops all mail to it, a complaint the promotions; so does the no of somebody who was erased since (PRI-3).
    """

    class Reason(models.TextChoices):
        """Why."""

        BOUNCED = "bounced", _("Mails to it come back")
        COMPLAINED = "complained", _("Its reader has marked a mail as spam")
        DECLINED = "declined", _("Its reader wanted no news, and was deleted since")

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+", db_index=False)
    hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=12, choices=Reason)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "hash"], name="messaging_one_suppression")]

    def __str__(self) -> str:
        return f"{self.hash[:8]} {self.reason}"


class MailServer(Owned):
    """The mail server by which a business sends its own mails, in place of the installation's.

    `sealed` is the password (`kernel.sealing`): nothing shows, hands out or logs it. Only encrypted lines, and only
    ports that are for handing mail in, so that nobody knocks at other doors from here.
    """

    class Security(models.TextChoices):
        """How the line is encrypted; there is none in the clear."""

        STARTTLS = "starttls", _("STARTTLS (587, 25 or 2525)")
        TLS = "tls", _("TLS (465)")

    business = models.OneToOneField(Business, on_delete=models.PROTECT, related_name="+")
    preset = models.CharField(max_length=20)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    security = models.CharField(max_length=10, choices=Security)
    username = models.CharField(max_length=254)
    sealed = models.TextField()
    sender = models.EmailField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(port__in=MAIL_PORTS), name="messaging_mail_port"),
            models.CheckConstraint(condition=Q(security__in=("starttls", "tls")), name="messaging_mail_encrypted"),
        ]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def domain(self) -> str:
        """What stands behind the @ of its mails."""
        return self.sender.rpartition("@")[2]
