"""A copy of all that is kept about a client, as one file: JSON and CSV for programs, a page for people (R-334, PRI-6).

What there is comes from the registry of `clients.keeping`: each room's part is a table here by itself.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import FileResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from plusone.clients.commands import ask_export, keep_export
from plusone.clients.keeping import Kept, Row, tables
from plusone.clients.models import Client, DataExport
from plusone.events.models import Event
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.kernel.money import format_money, plain_money
from plusone.kernel.queue import task

from .sheets import cell
from .tags.texts import local_date, local_time

# What can be made while somebody waits; more is made in the background. Each thing that happens is an event.
AT_ONCE_EVENTS = 1000
FRESH = timedelta(hours=1)
TEXTS = "utf-8-sig"


def hand_out(client: Client, *, own: bool, actor: str, now: datetime) -> DataExport:
    """Make the copy, at once where it is small. Return what was asked for, ready or not."""
    language = translation.get_language() or client.reads()
    asked = ask_export(client, own=own, language=language, actor=actor, now=now)
    if Event.objects.filter(business=client.business, client_id=client.pk)[:AT_ONCE_EVENTS].count() < AT_ONCE_EVENTS:
        make_copy.func(asked.pk)
    else:
        make_copy.using(key=f"copy:{asked.pk}").enqueue(asked.pk)
    asked.refresh_from_db()
    return asked


@task()
def make_copy(export_id: int) -> None:
    """Make a copy that was asked for, unless the client has gone meanwhile."""
    asked = DataExport.objects.select_related("client__business", "client__user").filter(pk=export_id).first()
    if asked is None or asked.ready_at is not None:
        return
    now = clock.now()
    with translation.override(asked.language):
        keep_export(asked, archive_of(asked.client, own=asked.own, now=now), now=now)


def latest(client: Client, *, own: bool) -> DataExport | None:
    """Return the newest copy, ready or not."""
    return DataExport.objects.filter(client=client, own=own).defer("data").order_by("-pk").first()


def fresh(client: Client, *, own: bool, now: datetime) -> DataExport | None:
    """Return the newest copy where it is ready and of this hour."""
    found = latest(client, own=own)
    return found if found is not None and found.ready_at is not None and found.asked_at > now - FRESH else None


def answer_with(export: DataExport) -> HttpResponseBase:
    """Return the file to download."""
    name = f"{export.business.slug}-{export.asked_at:%Y-%m-%d}.zip"
    return FileResponse(io.BytesIO(bytes(export.data or b"")), as_attachment=True, filename=name)


def archive_of(client: Client, *, own: bool, now: datetime) -> bytes:
    """Return the zip: `data.json`, a CSV for each table, and `index.html` to read."""
    business, file = client.business, io.BytesIO()
    data: dict[str, list[dict[str, Any]]] = {}
    shown = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables(own=own):
            rows = list(table.rows(client))
            data[table.name] = [dict(zip(table.columns, map(_for_programs, row), strict=True)) for row in rows]
            if rows:
                archive.writestr(f"csv/{table.name}.csv", _sheet(table, rows, business))
                shown.append((table, [_for_people(table, row, business) for row in rows]))
        about = {"business": business.name, "currency": business.currency, "made_at": clock_text(business, now)}
        text = json.dumps({"about": about, **data}, ensure_ascii=False, indent=1)
        archive.writestr("data.json", text)
        context = {"business": business, "client": client, "tables": shown, "now": now, "language": _language()}
        archive.writestr("index.html", render_to_string("ui/copy.html", context))
    return file.getvalue()


def clock_text(business: Business, at: datetime) -> str:
    """Return a moment as programs read it, in the business's zone."""
    return at.astimezone(ZoneInfo(business.timezone)).isoformat()


def _language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


def _for_programs(value: object) -> object:
    return value.isoformat() if isinstance(value, (datetime, date)) else value


def _sheet(table: Kept, rows: Iterable[Row], business: Business) -> bytes:
    """Amounts with a point, as spreadsheets read them."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(table.columns)
    for row in rows:
        named = zip(table.columns, row, strict=True)
        sheet.writerow(
            [
                plain_money(value, business.currency)
                if name in table.money and isinstance(value, int)
                else cell(_for_programs(value))
                for name, value in named
            ]
        )
    return text.getvalue().encode(TEXTS)


def _for_people(table: Kept, row: Row, business: Business) -> list[str]:
    return [_said(name in table.money, value, business) for name, value in zip(table.columns, row, strict=True)]


def _said(is_money: bool, value: object, business: Business) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if is_money and isinstance(value, int):
        return format_money(value, business.currency, _language())
    if isinstance(value, datetime):
        return local_time(value, business)
    return local_date(value, business) if isinstance(value, date) else str(value)
