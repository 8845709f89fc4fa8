"""What files that were imported, and answers that the API keeps, hold of a client."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from plusone.clients.keeping import Kept, Row, kept
from plusone.clients.models import Client

from . import commands
from .models import ImportLine


@kept
class ImportedLines(Kept):
    """Lines of files, until their time for undoing is over."""

    name = "imported"
    label = _("Lines of imported files")
    columns = {"at": _("Date"), "cells": _("Text")}

    def rows(self, client: Client) -> Iterator[Row]:
        """The cells of each line, with the names of their columns."""
        found = ImportLine.objects.filter(business=client.business, client_id=client.pk).select_related("imported")
        for line in found:
            named = zip(line.imported.header, line.cells, strict=False)
            yield line.imported.created_at, "; ".join(f"{name}: {cell}" for name, cell in named if cell)

    def forget(self, client: Client, *, now: datetime) -> None:
        """Lines and kept answers lose the person."""
        commands.forget_client(client)
        commands.forget_lines(client)

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """Undoing an import no longer touches the record that goes, so what is kept of it goes with it."""
        commands.forget_client(gone)
        commands.forget_own_lines(gone)
        return 0
