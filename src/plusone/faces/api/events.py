"""`/events`: what happened elsewhere, told once each."""

import json
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field, Strict

from plusone.agenda.commands import mark_visit, tick
from plusone.agenda.models import Check, Visit
from plusone.clients.models import Client
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.referrals.conditions.base import TEXT_MAX

from .call import Call
from .clients import STATES
from .fields import ONE_LINE, Body, Found, Id, Moment, Reference, Told, moment
from .references import row_of

router = Router(tags=["Events"])

Type = Literal["session.attended", "session.missed", "check.done"]
CHECK = "check.done"
DATA_MAX = 4000


class EventIn(Body):
    """Something that happened to a client, named once by `key`."""

    type: Type
    client: Reference
    key: Annotated[str, Strict(), Field(min_length=1, max_length=200, pattern=ONE_LINE)]
    occurred_at: Annotated[Told | None, Field(description="Not in the future; now, where it is left out.")] = None
    data: Annotated[
        dict[str, Any],
        Field(
            description="Anything more, kept with it; at most 4,000 characters. For `check.done`, `check` may hold the "
            "text of the condition that is done; without it all of the client's are."
        ),
    ] = {}


class EventOut(Found):
    """An event as it was first told."""

    id: Id
    type: Type
    client: Id
    key: str
    occurred_at: Moment
    data: dict[str, Any]


def show(business: Business, told: Visit | Check) -> dict[str, Any]:
    """Return an event as the API shows it."""
    return {
        "id": told.public_id,
        "type": CHECK if isinstance(told, Check) else f"session.{told.outcome}",
        "client": told.client.public_id,
        "key": told.key.removeprefix("api:"),
        "occurred_at": moment(business, told.at),
        "data": told.data,
    }


def _check(data: dict[str, Any]) -> None:
    """Raise Invalid for more than is kept, and for what no database of ours stores."""
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    except ValueError as error:  # 1e400 is a number of JSON's, and more than any float
        raise Invalid(_("This holds a number that cannot be stored."), field="data") from error
    if len(text) > DATA_MAX:
        raise Invalid(_("This is too much: at most %(most)s characters.") % {"most": DATA_MAX}, field="data")
    if "\\u0000" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Invalid(_("This holds characters that cannot be stored."), field="data")


@router.post("", response={200: EventOut, 201: EventOut}, summary="Tell an event")
def tell(request: Call, body: EventIn) -> Status[dict[str, Any]]:
    """Tell that a client attended or missed a session, or has done what a condition `check` asks for; the same `key`
    again answers the first one, counted once. 422 where the key names what another client did, or something else."""
    client = row_of(request.business, Client, body.client, field="client", status__in=STATES)
    _check(body.data)
    known = _known(request.business, f"api:{body.key}")
    if known is not None:
        return Status(200, _same(show(request.business, known), client, body))
    about: dict[str, Any] = {"key": f"api:{body.key}", "at": body.occurred_at, "data": body.data}
    who: dict[str, Any] = {"actor": request.actor, "now": request.now}
    if body.type == CHECK:
        ticked = tick(client, what=_what(body.data), **about, **who)
        return Status(201 if ticked.is_new else 200, _same(show(request.business, ticked.check), client, body))
    marked = mark_visit(client, outcome=body.type.removeprefix("session."), **about, **who)
    return Status(201 if marked.is_new else 200, _same(show(request.business, marked.visit), client, body))


def _known(business: Business, key: str) -> Visit | Check | None:
    """Return what was told with a key before, whatever it was: a key names one event."""
    visit = Visit.objects.filter(business=business, key=key).select_related("client").first()
    return visit or Check.objects.filter(business=business, key=key).select_related("client").first()


def _same(told: dict[str, Any], client: Client, body: EventIn) -> dict[str, Any]:
    """Return what a key names. Raise Invalid where that is not what is told now, so that nothing is lost unsaid."""
    if (told["client"], told["type"]) != (client.public_id, body.type):
        raise Invalid(_("This key names another event already. Each event has a key of its own."), field="key")
    return told


def _what(data: dict[str, Any]) -> str:
    what = data.get("check", "")
    if not isinstance(what, str) or len(what) > TEXT_MAX:
        raise Invalid(_("Name the check as the condition does."), field="data.check")
    return " ".join(what.split())
