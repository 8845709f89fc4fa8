"""Campaigns with their terms, visits of links, and referrals (REQUIREMENTS 4.2, 4.4)."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.kernel import ids
from plusone.kernel.guards import append_only
from plusone.kernel.models import Owned


class Campaign(Owned):
    """An offer to clients who recommend. Several may be active; personal links follow the default one (Q-21)."""

    class State(models.TextChoices):
        """Where a campaign stands; deactivating is how one cancels it (Q-04)."""

        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        ACTIVE = "active", _("Active")
        INACTIVE = "inactive", _("Not active")
        ARCHIVED = "archived", _("Archived")

    class Policy(models.TextChoices):
        """What becomes of referrals that are open when the campaign is deactivated (Q-06)."""

        HONOUR = "honour", _("Keep what was promised")
        HONOUR_DAYS = "honour_days", _("Keep it for some days")
        STOP = "stop", _("End them without a reward")

    name = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    is_default = models.BooleanField(default=False)
    open_referrals = models.CharField(max_length=12, choices=Policy, default=Policy.HONOUR)
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)  # goes live by itself on this day of the business
    ends_on = models.DateField(null=True, blank=True)  # its last day; ends by itself when that is over
    tell_by_email = models.BooleanField(default=True)  # both off, and nobody is written to
    tell_by_portal = models.BooleanField(default=True)
    news = models.JSONField(default=dict)  # {"es": {"subject": …, "text": …}}: own words of the announcement
    # Why a clinic gives rewards that are worth money all the same, and who said so (PRI-15).
    override_reason = models.CharField(max_length=300, blank=True)
    override_by = models.CharField(max_length=40, blank=True)
    override_at = models.DateTimeField(null=True, blank=True)
    margin = models.PositiveSmallIntegerField(null=True)  # per cent of a sale above which its owner is asked
    accepted_share = models.PositiveIntegerField(null=True)  # what it may pay all the same, and who said so when
    accepted_by = models.CharField(max_length=40, blank=True, db_default="")
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business"], condition=Q(is_default=True), name="referrals_one_default"),
            models.CheckConstraint(condition=Q(is_default=False) | Q(state="active"), name="referrals_default_active"),
            models.CheckConstraint(
                condition=Q(state="scheduled", starts_on__isnull=False) | (~Q(state="scheduled") & Q(starts_on=None)),
                name="referrals_scheduled_starts",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="referrals_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(override_reason="", override_at=None)
                | (~Q(override_reason="") & Q(override_at__isnull=False)),
                name="referrals_override_said",
            ),
        ]

    @property
    def is_active(self) -> bool:
        """Links of this campaign register friends."""
        return self.state == self.State.ACTIVE

    @property
    def terms(self) -> "Terms":
        """The newest terms: those of the next registration."""
        return self.versions.order_by("-version")[0]

    @property
    def return_terms(self) -> "Terms | None":
        """The newest terms for a former client who comes back; None where those do not count (Q-10)."""
        newest = self.terms
        return Terms.every_row.filter(campaign=self, version=newest.version, for_returning=True).first()


class NewcomerTerms(models.Manager["Terms"]):
    """The terms of new friends. Those of former clients who come back are asked for by `Campaign.return_terms`."""

    def get_queryset(self) -> models.QuerySet["Terms"]:
        """Leave the others out."""
        return super().get_queryset().filter(for_returning=False)


class Terms(Owned):
    """What a campaign offers, frozen: a referral keeps the version of its registration (R-007, Q-07).

    A version that counts former clients has a second row, which says what holds for those (Q-10).
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    friend_reward = models.JSONField(null=True, blank=True)
    ambassador_reward = models.JSONField(null=True, blank=True)
    conditions = models.JSONField(default=list)
    friend_reward_on = models.CharField(max_length=12, default="registered")  # registered, qualified
    hold_days = models.PositiveIntegerField(default=0)
    friend_hold_days = models.PositiveIntegerField(default=0)
    needs_approval = models.BooleanField(default=False)
    qualification_days = models.PositiveIntegerField(default=90)
    caps = models.JSONField(null=True, blank=True)  # per ambassador, by the names of offers.CAPS
    budget = models.BigIntegerField(null=True, blank=True)  # of all money rewards of the campaign, minor units
    clawback = models.CharField(max_length=16, default="within_balance")
    attribution = models.CharField(max_length=12, default="last_touch")  # last_touch, first_touch
    attribution_days = models.PositiveIntegerField(default=90)  # how long an opened link counts; calendar days
    every = models.PositiveIntegerField(default=1)  # the ambassador is rewarded once for so many qualified friends
    require_active_ambassador = models.BooleanField(default=False)
    steps = models.JSONField(default=list)  # further ones: {"name", "conditions", "friend_reward", …}
    returning = models.JSONField(null=True, blank=True)  # {"months", "ambassador_reward"?, "friend_reward"?}: Q-10
    for_returning = models.BooleanField(default=False, db_default=False)  # what holds for a former client
    text = models.JSONField(default=dict)  # {"en": …, "es": …, "fr": …}: the offer in sentences, as it was told
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=40)

    objects = NewcomerTerms()
    every_row: ClassVar[models.Manager["Terms"]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "version", "for_returning"], name="referrals_terms_once")
        ]

    @property
    def has_rewards(self) -> bool:
        """Whether anybody receives something; without, money is not mentioned anywhere (R-048)."""
        return bool(self.friend_reward or self.ambassador_reward)


class Visit(models.Model):
    """Somebody opened a link. A row and no more: time-ordered key, no other index, no person (PERFORMANCE 2.1)."""

    id = models.BigIntegerField(primary_key=True, default=ids.time_id)
    business_id = models.BigIntegerField()
    client_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField()
    is_own = models.BooleanField(default=False)  # by the link's own client or the team: in no figure (CASES 87)


class VisitDay(models.Model):
    """How many visits a client's link had on a day of the business, per campaign; rolled up from `Visit`."""

    business = models.ForeignKey("kernel.Business", on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    visits = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "client", "campaign", "day"], name="referrals_visit_day")
        ]
        indexes = [models.Index(fields=["business", "day"], name="referrals_visit_days")]


class Trial(Owned):
    """The owner tried out what a friend will see: how often, and when last. No visit, and counted in no figure."""

    visits = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business"], name="referrals_trial_once"),
            models.CheckConstraint(condition=models.Q(visits__gt=0), name="referrals_trial_visits"),
        ]


class RollUp(models.Model):
    """Up to which visit the days are counted."""

    name = models.CharField(max_length=20, primary_key=True)
    mark = models.BigIntegerField(default=0)


class Referral(Owned):
    """One recommendation: an ambassador, a friend, and the terms of the day.

    A friend has at most one as a new friend that was not rejected, one for each time that they left as a client and
    came back, and one that is open.
    """

    class State(models.TextChoices):
        """Where it stands."""

        REGISTERED = "registered", _("Registered")
        ACTIVATED = "activated", _("Active client")
        CLOSED = "closed", _("Closed")

    class Reason(models.TextChoices):
        """Why it is closed (CONTRACT)."""

        COMPLETED = "completed", _("Completed")
        REJECTED = "rejected", _("Not accepted")
        LEAD_DELETED = "lead_deleted", _("The lead was deleted")
        NOT_CONVERTED = "not_converted", _("Did not become a client in time")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        CAMPAIGN_ENDED = "campaign_ended", _("The campaign ended")

    ambassador = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="referrals_made")
    friend = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="referrals_received")
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="referrals")
    terms = models.ForeignKey(Terms, null=True, blank=True, on_delete=models.PROTECT, related_name="referrals")
    wording = models.ForeignKey("Wording", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.REGISTERED)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    flagged = models.BooleanField(default=False)
    flags = models.JSONField(default=list)
    source = models.CharField(max_length=12)  # link, code, staff, api, import
    ad = models.CharField(
        max_length=8, blank=True, db_default=""
    )  # which network's click id the opened link carried (FRA-8)
    at_home = models.BooleanField(default=False, db_default=False)  # registered on a network of the business's own
    visit_id = models.BigIntegerField(null=True)
    touches = models.JSONField(default=list)  # each link that was opened: {"ambassador", "at"}, oldest first
    qualified_at = models.DateTimeField(null=True, blank=True)  # since when all conditions hold
    deadline_at = models.DateTimeField(null=True, blank=True)  # what is not qualified by then lapses
    asks_at = models.DateTimeField(null=True, blank=True)  # when time alone may make the conditions hold
    as_of: datetime | None = None  # not kept: conditions asked as of a moment in the past
    returned_from = models.DateTimeField(null=True, blank=True)  # when the friend had left as a client; null: was new
    registered_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)
    via = models.CharField(max_length=12, blank=True)  # manual, purchase
    closed_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "friend"],
                condition=~Q(reason__in=("rejected", "withdrawn", "campaign_ended")) & Q(returned_from=None),
                name="referrals_one_as_new",
            ),
            models.UniqueConstraint(
                fields=["business", "friend", "returned_from"],
                condition=~Q(reason__in=("rejected", "withdrawn", "campaign_ended")) & Q(returned_from__isnull=False),
                name="referrals_one_a_return",
            ),
            models.UniqueConstraint(
                fields=["business", "friend"], condition=~Q(state="closed"), name="referrals_one_open"
            ),
            models.CheckConstraint(condition=~Q(ambassador=models.F("friend")), name="referrals_not_oneself"),
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="referrals_newest"),
            models.Index(fields=["ambassador", "-id"], name="referrals_ambassador"),
            models.Index(fields=["business", "registered_at"], name="referrals_registered"),
            models.Index(fields=["business", "activated_at"], name="referrals_activated"),
            models.Index(fields=["deadline_at"], condition=~Q(state="closed"), name="referrals_deadline"),
            models.Index(
                fields=["asks_at"], condition=~Q(state="closed") & Q(asks_at__isnull=False), name="referrals_asks"
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Something can still become of it."""
        return self.state != self.State.CLOSED

    @property
    def counts_from(self) -> datetime | None:
        """From when on purchases count: of who came back, from the registration; else all that there are (None)."""
        return self.registered_at if self.returned_from else None

    @property
    def since(self) -> datetime:
        """Since when the friend is known, for what is counted from then on; of who came back, since they did."""
        return self.counts_from or min(self.registered_at, self.friend.created_at)


append_only("referrals_terms")
