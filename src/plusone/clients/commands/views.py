"""Keeping a filter of the list as a tab, and letting it go."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from plusone.clients.models import SavedView
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business

VIEWS_MAX = 12
QUERY_MAX = 1500


@transaction.atomic
def save_view(business: Business, name: str, query: str, *, actor: str, now: datetime) -> SavedView:
    """Keep a filter for everybody of the team. Raise Invalid or Refused."""
    name = " ".join(name.split())
    if not name or len(name) > 40 or "\0" in name:
        raise Invalid(_("A name has between 1 and 40 characters."), field="name")
    if not query or len(query) > QUERY_MAX:
        raise Invalid(_("Set a filter first."), field="name")
    if SavedView.objects.filter(business=business).count() >= VIEWS_MAX:
        raise Refused(_("There are %(most)s tabs already. Forget one first.") % {"most": VIEWS_MAX})
    try:
        with transaction.atomic():
            return SavedView.objects.create(business=business, name=name, query=query, created_by=actor, created_at=now)
    except IntegrityError as error:
        raise Invalid(_("There is a tab of this name already."), field="name", code="already_exists") from error


def forget_view(view: SavedView) -> bool:
    """Let a tab go. Say whether it was still there."""
    return bool(SavedView.objects.filter(pk=view.pk).delete()[0])
