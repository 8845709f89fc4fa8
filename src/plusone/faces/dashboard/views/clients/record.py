"""All that is known of one client as a file, to hand over or to keep before the client is deleted (R-099)."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpResponse

from plusone.clients.models import Client
from plusone.clients.queries import next_step_of, notes_of
from plusone.faces.ui.http import Page, staff
from plusone.kernel import clock
from plusone.kernel.models import Collaborator
from plusone.ledger.queries import movements_of
from plusone.referrals.queries import referral_of, referrals_of
from plusone.store.queries import orders_of

from .common import client_of


@staff("exports.make")
def record(request: Page, client: str) -> HttpResponse:
    """Hand out what is known of a client as JSON; amounts are minor units of the business's currency."""
    found = client_of(request, client)
    text = json.dumps(_known(found, request.collaborator), ensure_ascii=False, indent=2)
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="client-{found.public_id}.json"'
    return answer


def _known(client: Client, reader: Collaborator) -> dict[str, Any]:
    business, came = client.business, referral_of(client)

    def day(at: datetime | None) -> str | None:
        return clock.day_of(business, at).isoformat() if at else None

    return {
        "client": {
            "id": client.public_id,
            "status": client.status,
            "first_name": client.first_name,
            "last_name": client.last_name,
            "email": client.email,
            "phone": client.phone,
            "language": client.reads(),
            "external_id": client.external_id,
            "code": client.code,
            "since": day(client.created_at),
            "active_since": day(client.activated_at),
            "tags": sorted(tag.name for tag in client.tags.all()),
        },
        "consents": [
            {"purpose": row.purpose, "given": row.given, "text": row.text, "source": row.source, "at": day(row.at)}
            for row in client.consents.order_by("pk")
        ],
        "notes": [
            {"text": note.text, "private": note.is_private, "at": day(note.written_at)}
            for note in notes_of(client, reader).order_by("pk")
        ],
        "next_step": {"text": step.text, "on": step.on.isoformat()} if (step := next_step_of(client)) else None,
        "referred_by": came.ambassador.public_id if came else None,
        "referred": [
            {"id": row.friend.public_id, "state": row.state, "at": day(row.registered_at)}
            for row in referrals_of(business, ambassador=client)
        ],
        "currency": business.currency,
        "orders": [
            {
                "number": order.number,
                "at": day(order.placed_at),
                "state": order.state,
                "total": order.total,
                "lines": [
                    {"name": line.name, "quantity": line.quantity, "unit_price": line.unit_price}
                    for line in order.lines.all()
                ],
            }
            for order in orders_of(business, client=client)
        ],
        "balance": [
            {"kind": row.transfer.kind, "amount": row.amount, "at": day(row.transfer.at), "reason": row.transfer.reason}
            for row in movements_of(business, client.pk)
        ],
    }
