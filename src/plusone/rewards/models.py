"""What somebody is to receive, or has (REQUIREMENTS 4.3).

What earned it is named by plain columns; the room above decides when it is due.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.kernel.models import Owned


class Reward(Owned):
    """One reward of one side for one thing. It carries its own copy of what its terms said of hold and approval."""

    class Side(models.TextChoices):
        """Who receives it."""

        FRIEND = "friend", _("Friend")
        AMBASSADOR = "ambassador", _("Ambassador")

    class State(models.TextChoices):
        """Promised until its conditions hold; then on hold, in review, granted; or it ends without."""

        PROMISED = "promised", _("Promised")
        ON_HOLD = "on_hold", _("In verification")
        AWAITING_APPROVAL = "awaiting_approval", _("Awaiting approval")
        AWAITING_CHOICE = "awaiting_choice", _("To be chosen")
        GRANTED = "granted", _("Granted")
        CAPPED = "capped", _("Over the limit")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("Lapsed")
        REVOKED = "revoked", _("Taken back")

    class Reason(models.TextChoices):
        """Why a reward is where it is (CONTRACT)."""

        HOLD = "hold", _("The verification period is running")
        APPROVAL = "approval", _("The business approves each reward")
        FLAGGED = "flagged", _("The business is checking this recommendation")
        DISPUTED = "disputed", _("A payment behind it is disputed")
        DEADLINE = "deadline", _("The time to complete the conditions is over")
        REFUNDED = "refunded", _("The purchase was refunded")
        DISPUTE_LOST = "dispute_lost", _("The payment was lost in a dispute")
        WORTH_NOTHING = "worth_nothing", _("The payment that it counts on was too small")
        CAMPAIGN_ENDED = "campaign_ended", _("The campaign ended, and the open recommendations with it")
        WITHDRAWN = "withdrawn", _("One of the people is gone")
        ERROR = "error", _("Something went wrong; the business will look at it")
        DECLINED = "declined", _("The business declined this reward")
        CAP_COUNT = "cap_count", _("The number of rewards is limited, and the limit was reached")
        CAP_AMOUNT = "cap_amount", _("The amount is limited, and the limit was reached")
        BUDGET = "budget", _("The budget of the campaign is used up")
        HAD_ALREADY = "had_already", _("It is given once per person, and was had before")
        AMBASSADOR_INACTIVE = "ambassador_inactive", _("Only for clients who are active when the reward is due")

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="rewards")
    side = models.CharField(max_length=12, choices=Side)
    source_kind = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    milestone = models.CharField(max_length=20, default="1")
    kind = models.CharField(max_length=20)
    params = models.JSONField(default=dict)
    options = models.JSONField(default=list)  # what its client may choose from once it is due; kept afterwards
    amount = models.BigIntegerField(null=True)  # minor units, for rewards in money
    state = models.CharField(max_length=20, choices=State, default=State.PROMISED)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    note = models.CharField(max_length=300, blank=True)
    declined_note = models.CharField(max_length=300, blank=True, db_default="")  # stays when it is given after all
    # Of one that was taken back, or shrank after it was given: how much its client had used and keeps, and how much is
    # owed instead. Minor units, or 1 where it is no money.
    unrecovered = models.BigIntegerField(default=0)
    owed = models.BigIntegerField(default=0, db_default=0)
    # Of one that a refund made smaller after it was given: what was given, and when it last shrank.
    granted_amount = models.BigIntegerField(null=True, blank=True)
    reduced_at = models.DateTimeField(null=True, blank=True)
    # Of one that became smaller before it was given: what it was worth before a refund, and what it would have been
    # without the limit that left less. Minor units.
    first_amount = models.BigIntegerField(null=True, blank=True)
    full_amount = models.BigIntegerField(null=True, blank=True)
    met_limit = models.CharField(max_length=20, blank=True, db_default="")  # that limit, or the one it is over, by name
    hold_days = models.PositiveIntegerField(default=0)
    needs_approval = models.BooleanField(default=False)
    needs_active = models.BooleanField(default=False)  # lapses where its client is not active when it is due
    clawback = models.CharField(max_length=16, default="within_balance")  # what a refund after the grant takes back
    limits = models.JSONField(
        default=dict
    )  # {"scope", "rewards_total", "rewards_per_month", "amount_total", "amount_per_month", "budget"}
    promised_at = models.DateTimeField()
    due_by = models.DateTimeField(
        null=True, blank=True
    )  # a step's own last moment, or the one that was missed; else None
    available_at = models.DateTimeField(null=True, blank=True)  # when the hold ends: 00:00 in the business's time zone
    # When it took its place in the limits of its number, where that was before the grant: once it could be chosen.
    counted_at = models.DateTimeField(null=True, blank=True)
    # How much of its limits in money is kept free for what its client may choose. Minor units.
    reserved = models.BigIntegerField(default=0, db_default=0)
    choice_since = models.DateTimeField(null=True, blank=True)  # since when its client may choose
    reminded_at = models.DateTimeField(null=True, blank=True)  # of the choice, once
    granted_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)  # until when what staff hand over waits
    ended_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=40, blank=True)
    # By a person while its conditions did not hold: none of them takes it back.
    is_regardless = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "source_kind", "source_id", "side", "milestone"], name="rewards_once"
            ),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gt=0), name="rewards_amount_positive"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="rewards_reserved_positive"),
        ]
        indexes = [
            models.Index(fields=["client", "-id"], name="rewards_client"),
            models.Index(fields=["available_at"], condition=Q(state="on_hold"), name="rewards_due"),
            models.Index(fields=["business", "state"], name="rewards_state"),
            models.Index(
                fields=["choice_since"], condition=Q(state="awaiting_choice", reminded_at=None), name="rewards_choice"
            ),
        ]

    PENDING = (State.ON_HOLD, State.AWAITING_APPROVAL, State.AWAITING_CHOICE)
    OPEN = (State.PROMISED, *PENDING)
    UNDECIDED = (State.PROMISED, State.ON_HOLD, State.AWAITING_APPROVAL)
    GIVEN = (State.GRANTED, State.CAPPED, State.AWAITING_CHOICE)  # of which nobody decides any more whether it is given

    @property
    def is_open(self) -> bool:
        """Not settled yet."""
        return self.state in self.OPEN

    @property
    def given(self) -> int | None:
        """What it was worth when it was given: a refund may have made it less since. Minor units."""
        return self.amount if self.granted_amount is None else self.granted_amount

    @property
    def step(self) -> int:
        """Which step of the offer it stands for; rewards for sets of friends belong to the first."""
        return int(self.milestone) if self.milestone.isdecimal() else 1

    @property
    def is_handed_over(self) -> bool:
        """Staff said that they handed it over."""
        return Handover.objects.filter(reward=self).exists()


class Handover(Owned):
    """Somebody handed a reward over. Once each, by the database."""

    reward = models.OneToOneField(Reward, on_delete=models.PROTECT, related_name="handover")
    actor = models.CharField(max_length=40)
    at = models.DateTimeField()


class Bonus(Owned):
    """A bonus by hand that is above what its giver may give alone: it waits for a second person (AUTH-15)."""

    class State(models.TextChoices):
        """It ends once."""

        WAITING = "waiting", _("Waiting")
        GIVEN = "given", _("Given")
        DECLINED = "declined", _("Declined")

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="bonuses")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    expires_days = models.PositiveIntegerField(null=True)
    is_paid_in = models.BooleanField(default=False, db_default=False)  # the client's own money, so no bonus
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=40)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="rewards_bonus_positive"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None) | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="rewards_bonus_decided",
            ),
            models.CheckConstraint(condition=~Q(asked_by=models.F("decided_by")), name="rewards_bonus_two_people"),
        ]
        indexes = [
            models.Index(fields=["business", "id"], condition=Q(state="waiting"), name="rewards_bonus_waiting"),
            models.Index(fields=["client"], name="rewards_bonus_client"),
        ]


class Tally(models.Model):
    """How much of a limit is used: rewards counted, minor units added up. Its row is the lock of that limit."""

    business = models.ForeignKey("kernel.Business", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=80)
    number = models.BigIntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    told_of = models.BigIntegerField(default=0)  # the budget of which was told how far it is used
    told_percent = models.PositiveSmallIntegerField(default=0)  # and how far it was then

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "key"], name="rewards_tally_once"),
            models.CheckConstraint(condition=Q(number__gte=0, amount__gte=0), name="rewards_tally_positive"),
        ]
