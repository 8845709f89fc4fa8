"""`/events`: what happened elsewhere, told once each."""

import json
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import AwareDatetime, Field, Strict

from plusone.agenda.commands import mark_visit
from plusone.agenda.models import Visit
from plusone.clients.models import Client
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business

from .call import Call
from .clients import STATES
from .fields import ONE_LINE, Body, Found, Id, Moment, Reference, moment
from .references import row_of

router = Router(tags=["Events"])

Type = Literal["session.attended", "session.missed"]
DATA_MAX = 4000


class EventIn(Body):
    """Something that happened to a client, named once by `key`."""

    type: Type
    client: Reference
    key: Annotated[str, Strict(), Field(min_length=1, max_length=200, pattern=ONE_LINE)]
    occurred_at: Annotated[AwareDatetime | None, Field(description="Not in the future; now, where it is left out.")] = (
        None
    )
    data: Annotated[dict[str, Any], Field(description="Anything more, kept with it; at most 4,000 characters.")] = {}


class EventOut(Found):
    """An event as it was first told."""

    id: Id
    type: Type
    client: Id
    key: str
    occurred_at: Moment
    data: dict[str, Any]


def show(business: Business, visit: Visit) -> dict[str, Any]:
    """Return an event as the API shows it."""
    return {
        "id": visit.public_id,
        "type": f"session.{visit.outcome}",
        "client": visit.client.public_id,
        "key": visit.key.removeprefix("api:"),
        "occurred_at": moment(business, visit.at),
        "data": visit.data,
    }


def _check(data: dict[str, Any]) -> None:
    """Raise Invalid for more than is kept, and for characters that no database of ours stores."""
    text = json.dumps(data, ensure_ascii=False)
    if len(text) > DATA_MAX:
        raise Invalid(_("This is too much: at most %(most)s characters.") % {"most": DATA_MAX}, field="data")
    if "\\u0000" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Invalid(_("This holds characters that cannot be stored."), field="data")


@router.post("", response={200: EventOut, 201: EventOut}, summary="Tell an event")
def tell(request: Call, body: EventIn) -> Status[dict[str, Any]]:
    """Tell that a client attended or missed a session; the same `key` again answers the first one, counted once."""
    client = row_of(request.business, Client, body.client, field="client", status__in=STATES)
    _check(body.data)
    told = mark_visit(
        client,
        key=f"api:{body.key}",
        outcome=body.type.removeprefix("session."),
        at=body.occurred_at,
        data=body.data,
        actor=request.actor,
        now=request.now,
    )
    return Status(201 if told.is_new else 200, show(request.business, told.visit))
