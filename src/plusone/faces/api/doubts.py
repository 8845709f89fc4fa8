"""`/doubt-cases`: what is unusual about recommendations, with its evidence, and how somebody decided."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from plusone.kernel.access import get
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.referrals import commands
from plusone.referrals.doubt import signs
from plusone.referrals.models import DoubtCase
from plusone.referrals.outlook import Member, doubts
from plusone.referrals.reasons import tell_referral

from .call import Call
from .fields import Found, Id, Moment, moment
from .paging import Page, page
from .rewards import DecisionIn

router = Router(tags=["Doubt"])

CaseState = Literal["open", "approved", "rejected", "moot"]


class SignOut(Found):
    """Something that was noticed about a recommendation."""

    name: Annotated[str, Field(description="Which sign: `disposable_email`, `ring`, …")]
    detail: Annotated[str, Field(description="The evidence in a sentence.")]
    next: Annotated[str, Field(description="What can be done to find out, in a sentence.")]
    times: Annotated[int, Field(description="How often it was noticed.")]
    first_at: Moment
    last_at: Moment


class MemberOut(Found):
    """A recommendation that belongs to a case."""

    referral: Id
    ambassador: Id
    friend: Id
    detail: Annotated[str, Field(description="Where it stands, in a sentence for staff.")]
    signs: list[SignOut]
    rewards: Annotated[list[Id], Field(description="The rewards of it, in whatever state.")]


class DoubtCaseOut(Found):
    """What a person decides about once, for all recommendations that belong to it."""

    id: Id
    state: CaseState
    opened_at: Moment
    decided_at: Moment | None
    note: str
    members: list[MemberOut]


class DoubtCaseList(Found):
    """A page of cases."""

    items: list[DoubtCaseOut]
    next: str | None


class DoubtCaseFilter(Page):
    """Which cases."""

    state: CaseState | None = None


def _member(business: Business, member: Member) -> dict[str, Any]:
    referral = member.referral
    return {
        "referral": referral.public_id,
        "ambassador": referral.ambassador.public_id,
        "friend": referral.friend.public_id,
        "detail": tell_referral(referral, to="staff").sentence,
        "signs": [
            {
                "name": sign.name,
                "detail": signs[sign.name]().says(referral, sign.detail),
                "next": str(signs[sign.name].advice),
                "times": sign.times,
                "first_at": moment(business, sign.first_at),
                "last_at": moment(business, sign.last_at),
            }
            for sign in member.signs
        ],
        "rewards": [reward.public_id for reward in member.rewards],
    }


def show(business: Business, cases: Sequence[DoubtCase]) -> list[dict[str, Any]]:
    """Return cases as the API shows them, in two queries for all of them."""
    return [
        {
            "id": doubt.case.public_id,
            "state": doubt.case.state,
            "opened_at": moment(business, doubt.case.opened_at),
            "decided_at": moment(business, doubt.case.decided_at),
            "note": doubt.case.note,
            "members": [_member(business, member) for member in doubt.members],
        }
        for doubt in doubts(business, cases)
    ]


@router.get("", response=DoubtCaseList)
def list_doubt_cases(request: Call, wanted: Query[DoubtCaseFilter]) -> dict[str, Any]:
    """List cases, newest first."""
    every = DoubtCase.objects.filter(business=request.business)
    rows = every.filter(state=wanted.state) if wanted.state else every
    return page(rows, wanted, by="opened_at", every=every, show=lambda found: show(request.business, found))


@router.get("/{doubtcase_id}", response=DoubtCaseOut)
def get_doubt_case(request: Call, doubtcase_id: str) -> dict[str, Any]:
    """Return a case."""
    return show(request.business, [get(request.business, DoubtCase, doubtcase_id)])[0]


@router.post("/{doubtcase_id}/approve", response=DoubtCaseOut)
def approve_doubt_case(request: Call, doubtcase_id: str, body: DecisionIn | None = None) -> dict[str, Any]:
    """Approve all recommendations of a case at once: what waited for that goes on, and links that were paused for it
    work again. 409 `settled` where it was decided otherwise before."""
    return _decide(request, doubtcase_id, body, approve=True)


@router.post("/{doubtcase_id}/reject", response=DoubtCaseOut)
def reject_doubt_case(request: Call, doubtcase_id: str, body: DecisionIn | None = None) -> dict[str, Any]:
    """Reject all open recommendations of a case at once: their promises lapse, what was given stays. 409 `settled`
    where it was decided otherwise before."""
    return _decide(request, doubtcase_id, body, approve=False)


def _decide(request: Call, doubtcase_id: str, body: DecisionIn | None, *, approve: bool) -> dict[str, Any]:
    case = get(request.business, DoubtCase, doubtcase_id)
    note = body.note if body else ""
    commands.decide_case(case, approve=approve, note=note, actor=request.actor, now=request.now)
    case.refresh_from_db()
    wanted = DoubtCase.State.APPROVED if approve else DoubtCase.State.REJECTED
    if case.state != wanted:
        raise Refused(_("This case is settled already."), code="settled", then=_("Its recommendations say how."))
    return show(request.business, [case])[0]
