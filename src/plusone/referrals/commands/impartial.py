"""Nobody approves what they would receive themselves (FRA-12, AUTH-15)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.kernel.errors import Refused
from plusone.kernel.identity import identity_email
from plusone.kernel.models import Business, Collaborator


def must_be_impartial(business: Business, people: Iterable[Client], *, note: str, actor: str) -> None:
    """Raise Refused where `actor` is one of the `people` who would receive something.

    Somebody else has to decide then. A business's only owner has nobody above, and says in a note why.
    """
    kind, _colon, number = actor.partition(":")
    if kind != "user" or not number.isdecimal():
        return
    found = Collaborator.objects.filter(business=business, user=int(number)).select_related("user").first()
    if found is None:
        return
    key = identity_email(found.user.email)
    if not any(person.user_id == found.user_id or (person.email_key or None) == key for person in people):
        return
    others = Collaborator.objects.filter(business=business, role="owner").exclude(pk=found.pk)
    if found.role != "owner" or others.exists():
        raise Refused(
            _("You would receive something yourself, so somebody else on the team has to decide this."),
            code="own_reward",
            then=_("Ask somebody else on the team."),
        )
    if not note.strip():
        raise Refused(
            _("You would receive something yourself. Write a note that says why it is right."),
            code="own_reward",
            field="note",
        )
