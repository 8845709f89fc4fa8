"""Who needs a look, and why: one class for each reason (R-075)."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.clients.queries import steps_due
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.kernel.registry import Registry
from plusone.messaging.models import Message
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward


class Need:
    """A reason to look at a client."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]

    def holds(self, business: Business, now: datetime) -> Q:
        """Keep the clients who have it."""
        raise NotImplementedError


needs: Registry[type[Need]] = Registry("reason to look at a client")


@needs
class LeadWaits(Need):
    """Somebody registered more than a day ago and is no client yet."""

    name = "lead"
    label = _("Lead for more than a day")

    def holds(self, business: Business, now: datetime) -> Q:
        """Keep leads of yesterday and before."""
        return Q(status=Client.Status.LEAD, created_at__lt=now - timedelta(hours=24))


@needs
class StepDue(Need):
    """What was to be done with them next is due today, or was before (R-210)."""

    name = "step"
    label = _("Next step due")

    def holds(self, business: Business, now: datetime) -> Q:
        """Keep those with a next step of today or before."""
        return Q(Exists(steps_due(business, clock.today(business, now)).filter(client=OuterRef("pk"))))


@needs
class RewardWaits(Need):
    """A reward of theirs waits for a decision."""

    name = "reward"
    label = _("Reward to decide")

    def holds(self, business: Business, now: datetime) -> Q:
        """Keep those with a reward that awaits approval."""
        waiting = Reward.objects.filter(business=business, state=Reward.State.AWAITING_APPROVAL)
        return Q(Exists(waiting.filter(client=OuterRef("pk"))))


@needs
class Doubtful(Need):
    """How they registered shows signs of spam, and a person has to look."""

    name = "flagged"
    label = _("Recommendation to check")

    def holds(self, business: Business, now: datetime) -> Q:
        """Keep friends whose recommendation is flagged and open."""
        flagged = Referral.objects.filter(business=business, flagged=True).exclude(state=Referral.State.CLOSED)
        return Q(Exists(flagged.filter(friend=OuterRef("pk"))))


@needs
class MailFails(Need):
    """Mail to their address does not arrive."""

    name = "mail"
    label = _("Mail does not arrive")

    def holds(self, business: Business, now: datetime) -> Q:
        """Keep those whose present address refused a message."""
        failed = Message.objects.filter(business=business, state=Message.State.FAILED, channel="email")
        return Q(Exists(failed.filter(client=OuterRef("pk"), to=OuterRef("email"))))


def any_need(business: Business, now: datetime) -> Q:
    """Keep the clients with any reason to look at them."""
    found = Q(pk__in=[])
    for need in needs:
        found |= need().holds(business, now)
    return found
