"""What client and friend will see of a campaign, in the three languages."""

from typing import Any

from babel.dates import format_skeleton
from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from plusone.faces.ui.http import Page
from plusone.insights.queries import unknown_words, would_cost
from plusone.kernel.models import Business
from plusone.referrals import inviting, sentences
from plusone.referrals.offers import Offer

MARGIN = 30  # per cent of what friends pay; more than that is warned of


def previews(business: Business, offer: Offer) -> list[dict[str, Any]]:
    """Return the texts of an offer in each language, the business's own first."""
    names = sorted(settings.LANGUAGES, key=lambda pair: pair[0] != business.language)
    found = []
    for code, name in names:
        with translation.override(code):
            found.append(
                {
                    "code": code,
                    "name": name,
                    "owner": sentences.for_owner(business, offer),
                    "ambassador": sentences.for_ambassador(business, offer),
                    "friend": inviting.for_friend(business, offer),
                    "conditions": inviting.conditions_for_friend(business, offer),
                    "share": inviting.share_text(business, offer),
                    "invites": _("Ana invites you to %(business)s") % {"business": business.name},
                    "recommend": _("Recommend a friend"),
                    "share_label": _("Share your link"),
                    "register": _("Register"),
                    "first_name": _("First name"),
                    "email": _("E-mail"),
                }
            )
    return found


def cost_of(request: Page, offer: Offer | None, form: Any) -> dict[str, Any]:
    """Return what the offer would have cost, for whoever may see figures; else nothing."""
    if offer is None or not request.may("insights.view") or not offer.has_rewards:
        return {}
    cost = would_cost(request.business, offer, shelf=form.shelf, now=request.now)
    margin = form.cleaned_data.get("margin") if form.is_bound else None
    margin = MARGIN if margin is None else margin
    worst = cost.worst
    return {
        "cost": cost,
        "worst": worst[1] if worst else 0,
        "worst_month": format_skeleton("yMMMM", worst[0], locale=get_language() or "en") if worst else "",
        "share": round(cost.share) if cost.share is not None else None,
        "margin": margin,
        "exceeds": cost.exceeds(margin),
        "unknown": unknown_words(request.business, cost, offer),
    }
