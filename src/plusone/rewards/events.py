"""What can happen to a reward."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Fact, facts


@dataclass(frozen=True, kw_only=True)
class RewardFact(Fact):
    """What every fact about a reward tells; `amount` is 0 where it is not money."""

    reward: int
    side: str
    kind: str
    amount: int


@facts
@dataclass(frozen=True, kw_only=True)
class RewardPromised(RewardFact):
    """A referral was registered under terms with this reward."""

    name: ClassVar[str] = "reward.promised"
    says: ClassVar[Promise] = _("A reward was promised")


@facts
@dataclass(frozen=True, kw_only=True)
class RewardRaised(RewardFact):
    """A reward that is not given yet became what newer terms say, which is no less."""

    name: ClassVar[str] = "reward.raised"
    says: ClassVar[Promise] = _("A promised reward was raised")


@facts
@dataclass(frozen=True, kw_only=True)
class RewardQualified(RewardFact):
    """All conditions hold; the verification period began."""

    name: ClassVar[str] = "reward.qualified"
    says: ClassVar[Promise] = _("A reward's verification period began")


@facts
@dataclass(frozen=True, kw_only=True)
class RewardReviewRequested(RewardFact):
    """A reward waits for a person to decide; `reason` says why."""

    name: ClassVar[str] = "reward.review_requested"
    says: ClassVar[Promise] = _("A reward needs a decision")
    reason: str


@facts
@dataclass(frozen=True, kw_only=True)
class RewardChoiceOffered(RewardFact):
    """A reward is due, and its client may choose which one."""

    name: ClassVar[str] = "reward.choice_offered"
    says: ClassVar[Promise] = _("A reward can be chosen")


@facts
@dataclass(frozen=True, kw_only=True)
class RewardChoiceWaiting(RewardFact):
    """A client has not chosen for two weeks; it stays open."""

    name: ClassVar[str] = "reward.choice_waiting"
    says: ClassVar[Promise] = _("A reward still waits to be chosen")


@facts
@dataclass(frozen=True, kw_only=True)
class RewardChosen(RewardFact):
    """It was chosen, by the client or by staff for them; `option` counts from 0, `kind` is that of the option."""

    name: ClassVar[str] = "reward.chosen"
    says: ClassVar[Promise] = _("A reward was chosen")
    option: int


@facts
@dataclass(frozen=True, kw_only=True)
class RewardGranted(RewardFact):
    """A reward was given."""

    name: ClassVar[str] = "reward.granted"
    says: ClassVar[Promise] = _("A reward was granted")


@facts
@dataclass(frozen=True, kw_only=True)
class RewardDeclined(RewardFact):
    """Staff declined a reward."""

    name: ClassVar[str] = "reward.declined"
    says: ClassVar[Promise] = _("A reward was declined")


@facts
@dataclass(frozen=True, kw_only=True)
class RewardCapped(RewardFact):
    """A reward was earned, but a limit of the campaign was reached; this is final."""

    name: ClassVar[str] = "reward.capped"
    says: ClassVar[Promise] = _("A reward was over the limit")
    reason: str


@facts
@dataclass(frozen=True, kw_only=True)
class RewardReduced(RewardFact):
    """A percentage shrank with a refund; `amount` is what is left of the reward, `taken` what was taken back of it."""

    name: ClassVar[str] = "reward.reduced"
    says: ClassVar[Promise] = _("A reward was reduced")
    taken: int


@facts
@dataclass(frozen=True, kw_only=True)
class RewardLapsed(RewardFact):
    """A promised reward ended without being earned."""

    name: ClassVar[str] = "reward.lapsed"
    says: ClassVar[Promise] = _("A promised reward lapsed")


@facts
@dataclass(frozen=True, kw_only=True)
class RewardRevoked(RewardFact):
    """A reward was taken back as far as it was unused.

    `taken` is how much of it, `unrecovered` how much was used already: minor units, or 1 where it is not money.
    """

    name: ClassVar[str] = "reward.revoked"
    says: ClassVar[Promise] = _("A reward was taken back")
    taken: int
    reason: str
    unrecovered: int = 0


@facts
@dataclass(frozen=True, kw_only=True)
class BudgetReached(Fact):
    """Rewards have used `percent` of a budget: told once at 80 and once at 100. `scope` names whose it is."""

    name: ClassVar[str] = "budget.reached"
    says: ClassVar[Promise] = _("A budget is being used up")
    scope: str
    percent: int
    used: int
    budget: int


@facts
@dataclass(frozen=True, kw_only=True)
class ManyRewards(Fact):
    """An ambassador received unusually many rewards in a month; nothing is held by it."""

    name: ClassVar[str] = "reward.many"
    says: ClassVar[Promise] = _("An ambassador received many rewards this month")
    number: int


@facts
@dataclass(frozen=True, kw_only=True)
class RewardHandedOver(RewardFact):
    """Staff handed a product or another thing over to its client."""

    name: ClassVar[str] = "reward.handed_over"
    says: ClassVar[Promise] = _("A reward was handed over")


@facts
@dataclass(frozen=True, kw_only=True)
class BonusRequested(Fact):
    """A bonus by hand is above what its giver may give alone, and waits for a second person."""

    name: ClassVar[str] = "bonus.requested"
    says: ClassVar[Promise] = _("A bonus waits for a second person")
    bonus: int
    amount: int


@facts
@dataclass(frozen=True, kw_only=True)
class BonusGiven(Fact):
    """A client received a bonus by hand."""

    name: ClassVar[str] = "bonus.given"
    says: ClassVar[Promise] = _("A bonus was given")
    amount: int


@facts
@dataclass(frozen=True, kw_only=True)
class BonusDeclined(Fact):
    """A second person declined a bonus."""

    name: ClassVar[str] = "bonus.declined"
    says: ClassVar[Promise] = _("A bonus was declined")
    bonus: int
    amount: int
