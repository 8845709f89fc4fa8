"""What client and friend will see of a campaign, in the three languages."""

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from plusone.kernel.models import Business
from plusone.referrals import sentences
from plusone.referrals.offers import Offer


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
                    "friend": sentences.for_friend(business, offer),
                    "conditions": sentences.conditions_for_friend(business, offer),
                    "share": sentences.share_text(business, offer),
                    "invites": _("Ana invites you to %(business)s") % {"business": business.name},
                    "recommend": _("Recommend a friend"),
                    "share_label": _("Share your link"),
                    "register": _("Register"),
                    "first_name": _("First name"),
                    "email": _("E-mail"),
                }
            )
    return found
