"""What can happen to a referral and to its people."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Fact, facts


@dataclass(frozen=True, kw_only=True)
class ReferralFact(Fact):
    """What every fact about a referral tells; the event's client is the friend."""

    referral: int
    ambassador: int


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralTermsUpgraded(ReferralFact):
    """An open recommendation got newer terms of its campaign, which give nobody less."""

    name: ClassVar[str] = "referral.terms_upgraded"
    says: ClassVar[Promise] = _("A recommendation got newer terms")
    from_version: int
    version: int


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralLinkShared(Fact):
    """A client opened a way to share their link; `channel` is whatsapp, email, sms, copy, share or qr."""

    name: ClassVar[str] = "referral_link.shared"
    says: ClassVar[Promise] = _("A referral link was shared")
    channel: str


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralRegistered(ReferralFact):
    """A friend registered, or staff said who recommended a client; `returned`: who was a client before."""

    name: ClassVar[str] = "referral.registered"
    says: ClassVar[Promise] = _("A referral was registered")
    source: str
    flagged: bool
    returned: bool = False


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralFlagged(ReferralFact):
    """A registration looks doubtful; its rewards wait for a person."""

    name: ClassVar[str] = "referral.flagged"
    says: ClassVar[Promise] = _("A referral was flagged for review")
    flags: tuple[str, ...]


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralApproved(ReferralFact):
    """Staff looked at a flagged referral and found it right."""

    name: ClassVar[str] = "referral.approved"
    says: ClassVar[Promise] = _("A referral was approved")


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralRejected(ReferralFact):
    """Staff rejected a referral; the friend may get another ambassador."""

    name: ClassVar[str] = "referral.rejected"
    says: ClassVar[Promise] = _("A referral was rejected")


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralActivated(ReferralFact):
    """The friend became an active client."""

    name: ClassVar[str] = "referral.activated"
    says: ClassVar[Promise] = _("A referred friend became an active client")
    via: str


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralCompleted(ReferralFact):
    """Nothing is left to settle."""

    name: ClassVar[str] = "referral.completed"
    says: ClassVar[Promise] = _("A referral was completed")


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralLeadDeleted(ReferralFact):
    """The lead was deleted before becoming a client; the count stays (M-4)."""

    name: ClassVar[str] = "referral.lead_deleted"
    says: ClassVar[Promise] = _("A referred lead was deleted")


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralNotConverted(ReferralFact):
    """The time in which the friend had to become a client is over."""

    name: ClassVar[str] = "referral.not_converted"
    says: ClassVar[Promise] = _("A referred lead did not become a client in time")


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralWithdrawn(ReferralFact):
    """A referral ended because its ambassador was deleted or its campaign stopped."""

    name: ClassVar[str] = "referral.withdrawn"
    says: ClassVar[Promise] = _("A referral was withdrawn")


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralDeadlineSet(ReferralFact):
    """The campaign ended; what was promised is kept for `days` more days."""

    name: ClassVar[str] = "referral.deadline_set"
    says: ClassVar[Promise] = _("A referral was given a last day")
    days: int


@facts
@dataclass(frozen=True, kw_only=True)
class DoubtOpened(ReferralFact):
    """A case was opened that a person has to decide; `flags` says what was noticed first.

    `paused` says that the link was paused with it.
    """

    name: ClassVar[str] = "doubt.opened"
    says: ClassVar[Promise] = _("Recommendations need a look")
    flags: tuple[str, ...]
    paused: bool


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralAppealed(ReferralFact):
    """The ambassador asks the business to look at a recommendation that is held or was not accepted."""

    name: ClassVar[str] = "referral.appealed"
    says: ClassVar[Promise] = _("The ambassador asked for a review")


@facts
@dataclass(frozen=True, kw_only=True)
class ClientAskedBack(Fact):
    """An archived client filled in a friend's invitation: nobody new, but somebody who would come back."""

    name: ClassVar[str] = "client.asked_back"
    says: ClassVar[Promise] = _("A former client filled in an invitation")


@facts
@dataclass(frozen=True, kw_only=True)
class OwnNetworkAdded(Fact):
    """A network was said to be the business's own."""

    name: ClassVar[str] = "own_network.added"
    says: ClassVar[Promise] = _("A network was marked as the business's own")
    network: int


@facts
@dataclass(frozen=True, kw_only=True)
class OwnNetworkRemoved(Fact):
    """A network is not the business's own any more."""

    name: ClassVar[str] = "own_network.removed"
    says: ClassVar[Promise] = _("A network is no longer the business's own")
    network: int


@facts
@dataclass(frozen=True, kw_only=True)
class OwnDeviceAdded(Fact):
    """A device was said to be the business's own."""

    name: ClassVar[str] = "own_device.added"
    says: ClassVar[Promise] = _("A device was marked as the business's own")
    device: int


@facts
@dataclass(frozen=True, kw_only=True)
class OwnDeviceRemoved(Fact):
    """A device is not the business's own any more."""

    name: ClassVar[str] = "own_device.removed"
    says: ClassVar[Promise] = _("A device is no longer the business's own")
    device: int


@facts
@dataclass(frozen=True, kw_only=True)
class AmbassadorPaused(ReferralFact):
    """A crowd came by one link, so it registers nobody until somebody has looked; the event's client is the
    ambassador."""

    name: ClassVar[str] = "ambassador.paused"
    says: ClassVar[Promise] = _("The ambassador's link was paused")


@facts
@dataclass(frozen=True, kw_only=True)
class AmbassadorTrusted(Fact):
    """The business trusts an ambassador: nothing they bring is flagged."""

    name: ClassVar[str] = "ambassador.trusted"
    says: ClassVar[Promise] = _("The ambassador was marked as trusted")


@facts
@dataclass(frozen=True, kw_only=True)
class AmbassadorBlocked(Fact):
    """The business switched an ambassador's link off."""

    name: ClassVar[str] = "ambassador.blocked"
    says: ClassVar[Promise] = _("The ambassador's link was switched off")


@facts
@dataclass(frozen=True, kw_only=True)
class AmbassadorRestored(Fact):
    """Trust or block was taken back."""

    name: ClassVar[str] = "ambassador.restored"
    says: ClassVar[Promise] = _("The ambassador is treated like everybody again")


@facts
@dataclass(frozen=True, kw_only=True)
class ReferralRevived(ReferralFact):
    """Somebody opened a referral again whose time was over."""

    name: ClassVar[str] = "referral.revived"
    says: ClassVar[Promise] = _("A referral was opened again")
