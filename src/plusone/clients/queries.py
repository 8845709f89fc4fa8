"""Questions about the client book."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.crypto import salted_hmac

from plusone.events.models import Event
from plusone.kernel.identity import identity_email
from plusone.kernel.models import Business, Collaborator, User
from plusone.kernel.permissions import allows

from .events import ClientMerged
from .models import Client, Departure, Invitation, Job, JobRow, NextStep, Note, SignupLink, Tag

COOLDOWN_DAYS = 30  # how long a deleted person who registers again is looked at first
OPEN = (Client.Status.LEAD, Client.Status.ACTIVE)


def status_counts(business: Business, **own: object) -> dict[str, int]:
    """Return how many clients stand where: {"lead": 3, "active": 40, "archived": 2}; `own` narrows them."""
    rows = Client.objects.filter(business=business, **own).values_list("status").annotate(count=Count("id")).order_by()
    return {str(status): count for status, count in rows}


def newest_active(business: Business) -> Client | None:
    """Return the newest active client, or None."""
    return Client.objects.filter(business=business, status=Client.Status.ACTIVE).order_by("-id").first()


def known_person(business: Business, *, email: str = "", phone: str = "") -> Client | None:
    """Return the client or lead of this business who is the same person: same mailbox (CASES 22)

    or same phone; active ones first.
    """
    same = Q()
    if email:
        same |= Q(email_key=identity_email(email))
    if phone:
        same |= Q(phone=phone)
    if not same:
        return None
    found = Client.objects.filter(same, business=business).exclude(status=Client.Status.DELETED)
    order = {Client.Status.ACTIVE: 0, Client.Status.ARCHIVED: 1, Client.Status.LEAD: 2, Client.Status.INVITED: 3}
    return min(found, key=lambda client: (order[Client.Status(client.status)], client.pk), default=None)


def invitation(token: str) -> Invitation | None:
    """Return the invitation with this token, or with the public id that staff hand over, client and business at hand;
    or None."""
    wanted = Q(token=token[:32]) | Q(public_id=token[:32])
    return Invitation.objects.filter(wanted).select_related("client__business").first()


def invitation_of(client: Client) -> Invitation | None:
    """Return the invitation that a client has not answered yet, or None."""
    return Invitation.objects.filter(client=client).first() if client.is_invited else None


def invitations_to(user: User) -> list[Invitation]:
    """Return which businesses ask this address to be their client, if it is proved."""
    if user.is_handed:
        return []
    mine = Invitation.objects.filter(client__email=user.email, client__status=Client.Status.INVITED)
    return list(mine.select_related("client__business").order_by("id"))


def signup_link_of(business: Business) -> SignupLink | None:
    """Return the shared sign-up link of a business that works now, or None."""
    return SignupLink.objects.filter(business=business, ended_at=None).first()


def departure_marks(business: Business, email: str, phone: str) -> list[str]:
    """Return the salted hashes by which a deleted person's address and phone are known again for a while."""
    known = [f"email {identity_email(email)}"] if email else []
    known += [f"phone {phone}"] if phone else []
    return [salted_hmac("plusone.departure", f"{business.pk} {one}", algorithm="sha256").hexdigest() for one in known]


def left_recently(business: Business, email: str, phone: str, *, now: datetime) -> bool:
    """Say whether somebody with this address or phone was deleted within the cooldown (CASES 27)."""
    marks = departure_marks(business, email, phone)
    since = now - timedelta(days=COOLDOWN_DAYS)
    return bool(marks) and Departure.objects.filter(business=business, mark__in=marks, at__gt=since).exists()


def profiles_of(user: User) -> list[Client]:
    """Return what a user is a client of, with portal access, newest business last (R-101)."""
    found = Client.objects.filter(user=user, access=True).exclude(status=Client.Status.DELETED)
    return list(found.select_related("business").order_by("id"))


def login_of(client: Client) -> User | None:
    """Return the login of a client: the one they use, or one that waits for its address to be proved."""
    return client.user or (User.objects.filter(email=client.email).first() if client.email else None)


def is_nobodys(user: User) -> bool:
    """Say whether a login leads nowhere any more: no client of any business, nobody's place in a team."""
    clients = Client.objects.filter(Q(user=user) | Q(email=user.email)).exclude(status=Client.Status.DELETED)
    return not clients.exists() and not Collaborator.objects.filter(user=user).exists()


def takes_handed_link(business: Business, email: str) -> bool:
    """Say whether a link that staff hand over may make, or renew, the login of an address: not where somebody logs in
    with it already, by a proof of their own or for another business."""
    user = User.objects.filter(email=email).first()
    if user is None:
        return True
    if user.last_login is not None and not user.is_handed:
        return False
    elsewhere = Client.objects.filter(user=user).exclude(business=business)
    return not elsewhere.exists() and not Collaborator.objects.filter(user=user).exists()


def may_ask_for_code(email: str) -> bool:
    """Say whether a client with portal access has this (normalised) address:

    then a login code may be sent to it (DESIGN 6).
    """
    return Client.objects.filter(email=email, access=True).exclude(status=Client.Status.DELETED).exists()


def notes_of(client: Client, reader: Collaborator) -> QuerySet[Note]:
    """Return the notes about a client that somebody of the team may read: all but the private ones of others, which
    the owner alone reads too."""
    notes = Note.objects.filter(business=client.business, client=client).select_related("author")
    return notes if allows(reader.role, "notes.all") else notes.filter(Q(is_private=False) | Q(author=reader.user))


def may_change(note: Note, reader: Collaborator) -> bool:
    """Say whether somebody may change a note: who wrote it."""
    return note.author_id == reader.user_id and note.business_id == reader.business_id


def may_remove(note: Note, reader: Collaborator) -> bool:
    """Say whether somebody may delete a note: who wrote it, and who may delete the client with it."""
    return may_change(note, reader) or (allows(reader.role, "clients.delete") and _may_read(note, reader))


def _may_read(note: Note, reader: Collaborator) -> bool:
    mine = note.author_id == reader.user_id
    return note.business_id == reader.business_id and (mine or not note.is_private or allows(reader.role, "notes.all"))


def next_step_of(client: Client) -> NextStep | None:
    """Return what is to be done with a client next, or None."""
    return NextStep.objects.filter(client=client).first()


def steps_due(business: Business, today: date) -> QuerySet[NextStep]:
    """Return what is to be done by today with clients and leads who are not put aside."""
    return NextStep.objects.filter(business=business, on__lte=today, client__status__in=(*OPEN, Client.Status.INVITED))


def tags_of(business: Business) -> list[Tag]:
    """Return the tags of a business by name."""
    return list(Tag.objects.filter(business=business).order_by("key"))


def erased() -> set[str]:
    """Return the public ids of everybody who was deleted, over all businesses. A record that went into another one is
    deleted with that one: until then the person is there, and a backup from before the merge may bring it back."""
    gone = dict(Client.objects.filter(status=Client.Status.DELETED).values_list("pk", "public_id"))
    kept = merged_into(Business.objects.all())
    return {public_id for pk, public_id in gone.items() if kept.get(pk, pk) in gone}


def records_of(client: Client) -> list[str]:
    """Return the public ids of a client and of the records that went into this one."""
    others = [gone for gone, kept in merged_into([client.business]).items() if kept == client.pk]
    found = Client.objects.filter(business=client.business, pk__in=others).values_list("public_id", flat=True)
    return [client.public_id, *found]


def merged_into(businesses: Iterable[Business]) -> dict[int, int]:
    """Return which record stayed, by the numbers of those that were merged into it, over however many merges."""
    told = Event.objects.filter(business__in=businesses, name=ClientMerged.name, client_id__isnull=False)
    found: dict[int, int] = {}
    for kept, data in told.order_by("-id").values_list("client_id", "data"):  # the newest first
        assert kept is not None
        found[data["other"]] = found.get(kept, kept)
    return found


def tags_beside(client: Client) -> list[Tag]:
    """Return the tags of the business by name, each with `is_given`: whether this client has it; one query."""
    had = Client.tags.through.objects.filter(client_id=client.pk, tag_id=OuterRef("pk"))
    return list(Tag.objects.filter(business=client.business).annotate(is_given=Exists(had)).order_by("key"))


def tags_with_counts(business: Business, **own: object) -> list[tuple[Tag, int]]:
    """Return the tags of a business by name, each with how many clients have it; `own` narrows them."""
    here = Client.tags.through.objects.filter(
        tag__business=business, client__status__in=(*OPEN, Client.Status.INVITED, Client.Status.ARCHIVED), **own
    )
    counts = dict(here.values_list("tag_id").annotate(count=Count("id")).order_by())
    return [(tag, counts.get(tag.pk, 0)) for tag in tags_of(business)]


def job_counts(job: Job) -> dict[str, int]:
    """Return how many clients of a job stand where."""
    counts = dict.fromkeys(map(str, JobRow.State.values), 0)
    return counts | dict(job.rows.values_list("state").annotate(count=Count("id")).order_by())


def job_reasons(job: Job) -> list[tuple[str, int]]:
    """Return why clients were left out, with how many, the most first."""
    rows = job.rows.filter(state=JobRow.State.SKIPPED).values_list("reason").annotate(count=Count("id"))
    return [(str(JobRow.Reason(reason).label), count) for reason, count in rows.order_by("-count", "reason")]
