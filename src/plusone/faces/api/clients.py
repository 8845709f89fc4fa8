"""`/clients`: the client book."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from ninja import Query, Router, Status
from pydantic import Field, Strict

from plusone.clients import commands
from plusone.clients.models import Client, fold
from plusone.kernel.access import get
from plusone.kernel.models import Business
from plusone.referrals.queries import link_of

from .call import Call
from .fields import (
    NO_CONTROL,
    NO_NUL,
    Body,
    Email,
    Flag,
    Found,
    Id,
    Language,
    Moment,
    Name,
    Note,
    Phone,
    TagName,
    moment,
)
from .paging import Page, page

router = Router(tags=["Clients"])

Tags = Annotated[list[TagName], Field(max_length=50)]
State = Literal["invited", "lead", "active", "archived"]
Later = Literal["pending_assignment"]  # comes with assigning; until then a list of them is empty
STATES: tuple[State, ...] = get_args(State)
LastName = Annotated[str, Strict(), Field(max_length=80, pattern=NO_CONTROL)]


class Link(Found):
    """A client's own way to recommend: the code and the link with it."""

    code: str
    url: str


class ClientOut(Found):
    """A person in this business. `referral` is null until the client is active for the first time."""

    id: Id
    status: State
    email: str | None
    first_name: str
    last_name: str
    phone: Annotated[str, Field(description="E.164, or empty.")]
    tags: list[str]
    access: Annotated[bool, Field(description="Whether whoever proves the address may log in to the portal.")]
    language: Annotated[str | None, Field(description="Null: the business's.")]
    external_id: str | None
    created_at: Moment
    activated_at: Moment | None
    referral: Link | None


class ClientList(Found):
    """A page of clients."""

    items: list[ClientOut]
    next: str | None


class ClientIn(Body):
    """Somebody who is a client from now on; nobody is sent a mail for it."""

    email: Email
    first_name: Name
    last_name: LastName = ""
    phone: Phone = ""
    tags: Tags = []
    access: Flag = True
    language: Language | None = None


class ClientPatch(Body):
    """What to change; what is left out stays."""

    email: Email | None = None
    first_name: Name = ""
    last_name: LastName = ""
    phone: Phone = ""
    tags: Tags = []
    access: Flag = True
    language: Language | None = None


class ArchiveIn(Body):
    """Why, for the record."""

    reason: Note = ""


class ClientFilter(Page):
    """Which clients."""

    q: Annotated[str, Field(max_length=200, pattern=NO_NUL, description="Words of name, address or phone.")] = ""
    status: State | Later | None = None
    tag: Annotated[str, Field(max_length=60, pattern=NO_NUL, description="The name of a tag.")] = ""


def client_of(business: Business, client_id: str) -> Client:
    """Return a client that was not deleted. Raise NotHere."""
    client = get(business, Client, client_id, status__in=STATES)
    client.business = business
    return client


def show(business: Business, clients: Sequence[Client]) -> list[dict[str, Any]]:
    """Return clients as the API shows them; `tags` are at hand or cost a query each."""
    return [
        {
            "id": client.public_id,
            "status": client.status,
            "email": client.email,
            "first_name": client.first_name,
            "last_name": client.last_name,
            "phone": client.phone,
            "tags": sorted(tag.name for tag in client.tags.all()),
            "access": client.access,
            "language": client.language or None,
            "external_id": client.external_id,
            "created_at": moment(business, client.created_at),
            "activated_at": moment(business, client.activated_at),
            "referral": {"code": client.code, "url": link_of(client)} if client.activated_at else None,
        }
        for client in clients
    ]


@router.get("", response=ClientList)
def list_clients(request: Call, wanted: Query[ClientFilter]) -> dict[str, Any]:
    """List clients, newest first. Deleted ones are not among them."""
    every = Client.objects.filter(business=request.business)
    rows = Client.objects.of(request.business).find(request.business, wanted.q).prefetch_related("tags")
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.tag:
        rows = rows.filter(tags__key=fold(" ".join(wanted.tag.split())))
    return page(rows, wanted, by="created_at", every=every, show=lambda found: show(request.business, found))


@router.post("", response={201: ClientOut})
def create_client(request: Call, body: ClientIn) -> Status[dict[str, Any]]:
    """Add an active client with access to the portal. An address that another client has: 409 `already_exists`."""
    details = body.model_dump() | {"language": body.language or ""}
    client = commands.create_client(request.business, **details, source="api", actor=request.actor, now=request.now)
    return Status(201, show(request.business, [client])[0])


@router.get("/{client_id}", response=ClientOut)
def get_client(request: Call, client_id: str) -> dict[str, Any]:
    """Return a client."""
    return show(request.business, [client_of(request.business, client_id)])[0]


@router.patch("/{client_id}", response=ClientOut)
def edit_client(request: Call, client_id: str, body: ClientPatch) -> dict[str, Any]:
    """Change a client's details; `tags` replaces all tags. The status has calls of its own."""
    client = client_of(request.business, client_id)
    changes = {field: "" if value is None else value for field, value in body.model_dump(exclude_unset=True).items()}
    tags = changes.pop("tags", None)
    client = commands.edit_client(client, actor=request.actor, now=request.now, **changes)
    if tags is not None:
        commands.set_tags(client, tags, actor=request.actor, now=request.now)
    return show(request.business, [client])[0]


@router.delete("/{client_id}", response={204: None})
def delete_client(request: Call, client_id: str) -> Status[None]:
    """Delete a lead or an archived client for good; any other: 409. The person goes, the counts and the books stay."""
    commands.delete_client(client_of(request.business, client_id), actor=request.actor, now=request.now)
    return Status(204, None)


@router.post("/{client_id}/activate", response=ClientOut)
def activate_client(request: Call, client_id: str) -> dict[str, Any]:
    """Make a lead an active client; what the referral promised for that is due in the same moment."""
    client = client_of(request.business, client_id)
    commands.activate(client, actor=request.actor, now=request.now)
    return show(request.business, [client])[0]


@router.post("/{client_id}/archive", response=ClientOut)
def archive_client(request: Call, client_id: str, body: ArchiveIn | None = None) -> dict[str, Any]:
    """Put a client aside; nothing is lost."""
    client = client_of(request.business, client_id)
    commands.archive(client, reason=body.reason if body else "", actor=request.actor, now=request.now)
    return show(request.business, [client])[0]


@router.post("/{client_id}/reactivate", response=ClientOut)
def reactivate_client(request: Call, client_id: str) -> dict[str, Any]:
    """Bring an archived client back to where they stood."""
    client = client_of(request.business, client_id)
    commands.reactivate(client, actor=request.actor, now=request.now)
    return show(request.business, [client])[0]
