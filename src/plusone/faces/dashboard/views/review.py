"""Marketing ▸ Referrals ▸ Review: what looks unusual, with its evidence, for a person to decide (UX 16, R-289)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.faces.dashboard.people import actors
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
from plusone.kernel.access import get
from plusone.kernel.errors import NotHere
from plusone.referrals.commands import decide_case
from plusone.referrals.doubt import signs
from plusone.referrals.models import DoubtCase
from plusone.referrals.outlook import Member, doubts, open_cases
from plusone.rewards.queries import phrase_of

SIZE = 20


@staff("referrals.manage")
def index(request: Page) -> HttpResponse:
    """Show the open cases, the oldest first, each with all that is needed to decide."""
    page = page_of(open_cases(request.business), request.GET, order=("pk",), size=SIZE)
    context = {
        "nav": "review",
        "title": _("Review"),
        "page": page,
        "to_review": {"back": "review"},
        "rows": [
            {"case": doubt.case, "waiting": doubt.waiting, "members": [_told(member) for member in doubt.members]}
            for doubt in doubts(request.business, page.rows)
        ],
    }
    return render(request, "dashboard/referrals/review.html", context)


def _told(member: Member) -> dict[str, object]:
    referral = member.referral
    return {
        "referral": referral,
        "waits": member.waits,
        "evidence": [
            (kind().says(referral, sign.detail), kind.advice, sign.last_at, sign.times)
            for sign in member.signs
            if (kind := signs.get(sign.name))
        ],
        "rewards": [
            _("%(name)s: %(reward)s (%(state)s)")
            % {"name": reward.client.full_name, "reward": phrase_of(reward), "state": reward.get_state_display()}
            for reward in member.rewards
        ],
    }


@staff("referrals.manage")
@require_POST
def decide(request: Page, doubtcase: str) -> HttpResponse:
    """Decide about a whole case; who comes second reads how it was decided."""
    case = get(request.business, DoubtCase, doubtcase)
    act, note = request.POST.get("act"), request.POST.get("note", "").strip()
    if act not in ("approve", "reject"):
        raise NotHere
    approve = act == "approve"
    if decide_case(case, approve=approve, note=note, actor=request.actor, now=request.now):
        said = _("Approved: it counts like any other recommendation.")
        messages.success(request, said if approve else _("Rejected: nobody is rewarded, and the friend stays a lead."))
    else:
        case.refresh_from_db()
        who = actors(request.business, [case.decided_by]).get(case.decided_by, "")
        said = _("%(name)s decided this before you: %(outcome)s.")
        messages.info(request, said % {"name": who, "outcome": case.get_state_display()})
    return redirect("b:review", request.business.slug)


urlpatterns = [
    path("review/", index, name="review"),
    path("review/<str:doubtcase>/decide/", decide, name="review_decide"),
]
