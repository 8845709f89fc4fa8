"""The words of recommendations and of what staff hand over, and what all words are made of: `reasons` picks."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Referral


@dataclass(frozen=True)
class Words:
    """One reason in words: a sentence for each reader, and their next step."""

    staff: str | Promise
    client: str | Promise
    staff_next: str | Promise
    client_next: str | Promise


NOTHING = _("You need do nothing.")
ASK = _("If you think this is wrong, write to %(business)s.")
BY_ITSELF = _("It moves on by itself; nothing is left to do for you.")
OVERRIDE = _("The owner can still give it, with a note that says why.")
COLLECT = _("Collect it at %(business)s.")
BONUS = _("If it was deserved all the same, adjust the balance by hand.")
BUDGET = _("Raise the budget for the next ones; if this one was deserved, adjust the balance by hand.")
# Of what a refund took, where all that it asks for is the case again: what was given once does not come by itself.
AGAIN = _(
    "All that it asks for is the case again. It was given once already: if it is deserved, adjust the balance by hand."
)
BY_HAND = (BONUS, BUDGET, AGAIN)

T, Q = Referral.State, Referral.Reason
FLAGGED = "flagged"
PUT_ASIDE = "archived"  # the friend, while the recommendation waits for them

REFERRALS: dict[tuple[str, str], Words] = {
    (T.REGISTERED, ""): Words(
        _("%(friend)s registered on %(day)s and is not a client yet."),
        _("%(friend)s registered on %(day)s and is not a client yet."),
        _("Get in touch, and activate %(friend)s at the start."),
        NOTHING,
    ),
    (T.REGISTERED, FLAGGED): Words(
        _("%(friend)s registered on %(day)s, and something about it is unusual: no reward is given before you decide."),
        _("%(friend)s registered on %(day)s, and %(business)s is checking this recommendation."),
        _("Look at what was noticed, then approve or reject."),
        NOTHING,
    ),
    (T.REGISTERED, PUT_ASIDE): Words(
        _("%(friend)s registered on %(day)s, and was put aside before becoming a client."),
        _("%(friend)s registered on %(day)s and is not a client yet."),
        _(
            "Nothing happens while they are archived. "
            "If they start after all, bring them back first, then activate them."
        ),
        NOTHING,
    ),
    (T.ACTIVATED, ""): Words(
        _("%(friend)s is a client since %(day)s."),
        _("%(friend)s is a client since %(day)s."),
        _("What is still to come stands with each reward."),
        NOTHING,
    ),
    (T.ACTIVATED, FLAGGED): Words(
        _("%(friend)s is a client since %(day)s, and something is unusual: no reward is given before you decide."),
        _("%(friend)s is a client since %(day)s, and %(business)s is checking this recommendation."),
        _("Look at what was noticed, then approve or reject."),
        NOTHING,
    ),
    (T.CLOSED, ""): Words(
        _("This recommendation ended on %(day)s."),
        _("This recommendation ended on %(day)s."),
        _("Nothing is left to do."),
        ASK,
    ),
    (T.CLOSED, Q.COMPLETED): Words(
        _("This recommendation is complete since %(day)s: nothing is left to settle."),
        _("This recommendation is complete since %(day)s."),
        _("Nothing is left to do."),
        _("Thank you for recommending %(business)s!"),
    ),
    (T.CLOSED, Q.REJECTED): Words(
        _("This recommendation was rejected on %(day)s."),
        _("On %(day)s %(business)s did not accept this recommendation."),
        _("The friend may get another ambassador."),
        ASK,
    ),
    (T.CLOSED, Q.LEAD_DELETED): Words(
        _("The lead was deleted on %(day)s before becoming a client."),
        _("The friend did not become a client; this recommendation ended on %(day)s."),
        _("Nothing is left to do."),
        ASK,
    ),
    (T.CLOSED, Q.NOT_CONVERTED): Words(
        _("The last day for this recommendation was %(day)s, and not all that it needs had happened."),
        _("The last day for this recommendation was %(day)s."),
        _("The owner can open it again, with a note that says why."),
        ASK,
    ),
    (T.CLOSED, Q.WITHDRAWN): Words(
        _("This recommendation was withdrawn on %(day)s, since one of its people is gone."),
        _("This recommendation was withdrawn on %(day)s."),
        _("Nothing is left to do."),
        ASK,
    ),
    (T.CLOSED, Q.CAMPAIGN_ENDED): Words(
        _("This recommendation ended on %(day)s: its campaign ended, and the open recommendations with it."),
        _("This recommendation ended on %(day)s with its campaign."),
        _("The friend may get another ambassador."),
        ASK,
    ),
}

# What staff hand over is not with its client yet once it is given: it waits, for ever or until a day.
HAND_WAITS = Words(
    _("%(reward)s is ready for %(name)s since %(day)s, and has not been handed over yet."),
    _("%(reward)s is ready for you since %(day)s."),
    _("Hand it over, and say so."),
    COLLECT,
)
HAND_UNTIL = Words(
    _("%(reward)s is ready for %(name)s until %(day)s, and has not been handed over yet."),
    _("%(reward)s is ready for you until %(day)s."),
    _("Hand it over, and say so."),
    COLLECT,
)
HAND_DONE = Words(
    _("%(reward)s was handed over to %(name)s on %(day)s."),
    _("You received %(reward)s on %(day)s."),
    _("Nothing is left to do."),
    NOTHING,
)
HAND_ENDED = Words(
    _("%(name)s did not collect %(reward)s: the last day for it was %(day)s."),
    _("You did not collect %(reward)s: the last day for it was %(day)s."),
    BONUS,
    ASK,
)
