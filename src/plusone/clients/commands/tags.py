"""Tags of a business: made where they are needed, given, taken, renamed, and thrown away with a way back."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from plusone.clients import events
from plusone.clients.models import Client, Job, JobRow, Tag, fold
from plusone.events.commands import record
from plusone.kernel.db import bulk
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business


def clean_tag(name: str) -> str:
    """Return a tag's name as it is kept. Raise Invalid."""
    name = " ".join(str(name).split())
    # Folding can make one letter many, and PostgreSQL counts them.
    if not name or len(name) > 60 or len(fold(name)) > 60 or "\0" in name:
        raise Invalid(_("A tag has between 1 and 60 characters."), field="tags")
    return name


def tag_called(business: Business, name: str) -> Tag:
    """Return the tag of this name, in any letter case, made where it is new (R-081, R-232)."""
    name = clean_tag(name)
    return Tag.objects.get_or_create(business=business, key=fold(name), defaults={"name": name})[0]


@transaction.atomic
def give_tag(client: Client, tag: Tag, *, actor: str, now: datetime) -> bool:
    """Give a client a tag. Say whether they did not have it."""
    through = Client.tags.through
    # The constraint decides, not a look beforehand: of two givers at once, one is told that it was given.
    try:
        with transaction.atomic():
            through.objects.create(client_id=client.pk, tag_id=tag.pk)
    except IntegrityError:
        return False
    record(client.business, events.ClientTagged(tag=tag.pk), client=client.pk, actor=actor, now=now)
    return True


@transaction.atomic
def take_tag(client: Client, tag: Tag, *, actor: str, now: datetime) -> bool:
    """Take a tag from a client. Say whether they had it."""
    if not Client.tags.through.objects.filter(client_id=client.pk, tag_id=tag.pk).delete()[0]:
        return False
    record(client.business, events.ClientUntagged(tag=tag.pk), client=client.pk, actor=actor, now=now)
    return True


@transaction.atomic
def edit_tag(tag: Tag, *, name: str, color: str, description: str, actor: str, now: datetime) -> None:
    """Rename, colour and describe a tag. Raise Invalid where another tag has that name in any letter case."""
    name = clean_tag(name)
    if color not in Tag.Color:
        raise Invalid(_("Choose one of the colours."), field="color")
    tag.name, tag.key, tag.color, tag.description = name, fold(name), color, " ".join(description.split())[:200]
    try:
        with transaction.atomic():
            tag.save(update_fields=["name", "key", "color", "description"])
    except IntegrityError as error:
        raise Invalid(_("You have a tag of this name already."), field="name", code="already_exists") from error
    record(tag.business, events.TagChanged(tag=tag.pk), actor=actor, now=now)


@transaction.atomic
def delete_tag(tag: Tag, *, actor: str, now: datetime) -> Job:
    """Throw a tag away; the job that is returned knows who had it, and gives it back."""
    business, number = tag.business, tag.pk
    job = Job.objects.create(
        business=business,
        act="delete_tag",
        options={"name": tag.name, "color": tag.color, "description": tag.description},
        state=Job.State.DONE,
        created_by=actor,
        created_at=now,
        finished_at=now,
    )
    had = list(
        Client.tags.through.objects.filter(tag_id=number).order_by("client_id").values_list("client_id", flat=True)
    )
    bulk.insert(JobRow, ("job", "client", "state", "reason"), ((job.pk, key, JobRow.State.DONE, "") for key in had))
    job.total = len(had)
    job.save(update_fields=["total"])
    tag.delete()
    record(business, events.TagDeleted(tag=number), actor=actor, now=now)
    return job
