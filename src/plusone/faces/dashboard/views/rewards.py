"""Rewards that wait for a person's decision (R-115, CASES 60)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
from plusone.kernel.access import get
from plusone.kernel.errors import NotHere, Refused
from plusone.referrals.commands import decide_reward
from plusone.referrals.models import Referral
from plusone.referrals.outlook import cases_of
from plusone.rewards.models import Reward
from plusone.rewards.queries import awaiting
from plusone.rewards.types import types


@staff("campaigns.view")
def index(request: Page) -> HttpResponse:
    """List what waits, the oldest first."""
    page = page_of(awaiting(request.business).filter(**request.own("client__")), request.GET, order=("pk",))
    ids = [row.source_id for row in page.rows if row.source_kind == "referral"]
    found = Referral.objects.filter(business=request.business, pk__in=ids).select_related("friend", "ambassador")
    referrals = {referral.pk: referral for referral in found}
    for referral in referrals.values():
        referral.friend, referral.ambassador = request.seen(referral.friend), request.seen(referral.ambassador)
    cases = cases_of(request.business, referrals) if request.may("referrals.manage") else {}
    rows = [
        {
            "reward": row,
            "case": cases.get(row.source_id) if row.reason == Reward.Reason.FLAGGED else None,
            "what": types[row.kind]().phrase(request.business, row.params),
            "referral": referrals.get(row.source_id) if row.source_kind == "referral" else None,
        }
        for row in page.rows
    ]
    context = {
        "nav": "leads",
        "title": _("Rewards to decide"),
        "page": page,
        "rows": rows,
        "by_hand": sum(row["case"] is None for row in rows),
    }
    return render(request, "dashboard/rewards.html", context)


@staff("rewards.decide")
@require_POST
def decide(request: Page, reward: str) -> HttpResponse:
    """Approve or decline one reward, with a note."""
    found = get(request.business, Reward, reward)
    note = request.POST.get("note", "").strip()
    act = request.POST.get("act")
    if act not in ("approve", "decline", "override"):
        raise NotHere
    if act == "decline":
        if decide_reward(found, approve=False, note=note, actor=request.actor, now=request.now):
            messages.success(request, _("Declined."))
    elif found.state == Reward.State.DECLINED and (request.collaborator.role != "owner" or not note):
        raise Refused(
            _("Only the owner gives a declined reward after all, with a note that says why."), code="declined"
        )
    elif decide_reward(found, approve=True, note=note, actor=request.actor, now=request.now):
        messages.success(request, _("Approved: the reward is given."))
    if request.POST.get("back") and found.source_kind == "referral":
        referral = Referral.objects.get(business=request.business, pk=found.source_id)
        return redirect("b:recommendation", request.business.slug, referral.public_id)
    return redirect("b:rewards", request.business.slug)


@staff("rewards.decide")
@require_POST
def decide_several(request: Page) -> HttpResponse:
    """Approve or decline the picked rewards, with one note. What somebody else decided meanwhile stays as it is."""
    here = reverse("b:rewards", args=[request.business.slug])
    waiting = awaiting(request.business).filter(**request.own("client__"))
    picked = list(waiting.filter(public_id__in=request.POST.getlist("pick")))
    if not picked:
        messages.warning(request, _("Select at least one row first."))
        return redirect(here)
    act, note = request.POST.get("act", ""), request.POST.get("note", "").strip()
    if act not in ("approve", "decline"):
        raise NotHere
    done = 0
    for reward in picked:
        reward.business = request.business
        try:
            done += decide_reward(reward, approve=act == "approve", note=note, actor=request.actor, now=request.now)
        except Refused:  # decided by somebody else since it was picked, or not one's own to decide
            continue
    said = (
        ngettext("%(count)s reward approved.", "%(count)s rewards approved.", done)
        if act == "approve"
        else ngettext("%(count)s reward declined.", "%(count)s rewards declined.", done)
    )
    messages.success(request, said % {"count": done})
    return redirect(here)


urlpatterns = [
    path("rewards/decide/", decide_several, name="rewards_decide"),
    path("rewards/", index, name="rewards"),
    path("rewards/<str:reward>/decide/", decide, name="reward_decide"),
]
