"""Questions about keys and businesses."""

import hashlib

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from plusone.clients.models import Job
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business, Collaborator, User
from plusone.ledger.models import Transfer
from plusone.messaging.queries import unsent_beside
from plusone.store.models import Order

from .models import ApiKey, ClientImport, ImportLine, TeamInvitation

SAMPLED = 100


def key_hash(key: str) -> str:
    """Return what is kept of an API key. A random key of 190 bits needs no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def api_key(key: str) -> ApiKey | None:
    """Return the live key with this secret and its business, or None."""
    return ApiKey.objects.filter(hash=key_hash(key), revoked_at=None).select_related("business").first()


def keys_of(business: Business) -> QuerySet[ApiKey]:
    """Return a business's live keys, newest first."""
    return ApiKey.objects.filter(business=business, revoked_at=None).order_by("-id")


def businesses_of(user: User) -> list[Collaborator]:
    """Return where a user works, each with its business."""
    return list(Collaborator.objects.filter(user=user).select_related("business").order_by("id"))


def business_called(name: str) -> Business:
    """Return the business with this id or slug. Raise Refused where there is none: for the command line."""
    found = Business.objects.filter(Q(public_id=name) | Q(slug=name)).first()
    if found is None:
        raise Refused(_("There is no business “%(name)s”.") % {"name": name[:80]}, code="unknown_business")
    return found


def is_empty() -> bool:
    """Say whether this installation has no business yet."""
    return not Business.objects.exists()


def collaborator(user: User, public_id: str) -> Collaborator | None:
    """Return a user's role in the business with this id or slug, or None; with what their pages say of stuck mail."""
    named = Q(business__public_id=public_id) | Q(business__slug=public_id)
    mine = Collaborator.objects.filter(named, user=user).select_related("business", "user")
    return mine.annotate(**unsent_beside(timezone.now())).first()


def team_of(business: Business) -> list[Collaborator]:
    """Return who works in a business, the first ones first, each with the login."""
    return list(Collaborator.objects.filter(business=business).select_related("user").order_by("id"))


def professions_of(business: Business, *, without: Collaborator | None = None) -> list[str]:
    """Return what the people of a business work as, each word once, by name."""
    team = Collaborator.objects.filter(business=business).exclude(profession="")
    if without is not None:
        team = team.exclude(pk=without.pk)
    return sorted(set(team.values_list("profession", flat=True)), key=str.casefold)


def invitations_of(business: Business) -> QuerySet[TeamInvitation]:
    """Return who was invited to the team and has not accepted, the newest first."""
    return TeamInvitation.objects.filter(business=business).order_by("-id")


def invitations_to(user: User) -> list[TeamInvitation]:
    """Return which businesses have invited this address to their team, if it is proved."""
    return (
        []
        if user.is_handed
        else list(TeamInvitation.objects.filter(email=user.email).select_related("business").order_by("id"))
    )


def team_invitation(public_id: str) -> TeamInvitation | None:
    """Return the waiting invitation to a team with this id, its business at hand, or None."""
    return TeamInvitation.objects.filter(public_id=public_id[:22]).select_related("business").first()


def is_invited(email: str) -> bool:
    """Say whether a business waits for somebody with this (normalised) address to join its team."""
    return TeamInvitation.objects.filter(email=email).exists()


def owners_of(business: Business) -> list[User]:
    """Return the owners of a business: whom notices go to."""
    return list(
        User.objects.filter(collaborations__business=business, collaborations__role="owner", is_active=True).order_by(
            "id"
        )
    )


def money_has_moved(business: Business) -> bool:
    """Say whether the currency is fixed by now (DESIGN 5)."""
    return Order.objects.filter(business=business).exists() or Transfer.objects.filter(business=business).exists()


def imports_of(business: Business) -> QuerySet[ClientImport]:
    """Return the files of clients that a business brought in, or has yet to, newest first."""
    return ClientImport.objects.filter(business=business).order_by("-id")


def samples_of(imported: ClientImport, count: int = 3) -> list[list[str]]:
    """Return, by column, the first few values that are not empty; none when the lines are forgotten."""
    found: list[list[str]] = [[] for _name in imported.header]
    for cells in imported.rows.order_by("number").values_list("cells", flat=True)[:SAMPLED]:
        for place, cell in enumerate(cells[: len(found)]):
            text = cell.strip()
            if text and len(found[place]) < count and text not in found[place]:
                found[place].append(text[:60])
    return found


def addresses_in(imported: ClientImport) -> int:
    """Return how many of the lines that would add somebody have an e-mail address."""
    if "email" not in imported.fields:
        return 0
    place = imported.fields.index("email")
    added = imported.rows.filter(outcome=ImportLine.Outcome.CREATED).order_by()
    lines = added.values_list("cells", flat=True).iterator()
    return sum(bool(cells[place].strip()) for cells in lines if place < len(cells))


def invitations_by(imported: ClientImport) -> Job | None:
    """Return the job that invites to the client area whom a file added, or None."""
    known = imported.invite_job_id
    return Job.objects.filter(business=imported.business, pk=known).first() if known else None
