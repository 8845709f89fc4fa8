"""`plusone backup`."""

from pathlib import Path
from typing import Annotated

import typer

from plusone.clients import tombstones
from plusone.kernel import clock
from plusone.kernel.db import copies

from .app import Stop, output


def command(
    file: Annotated[Path, typer.Argument(help="Where to. What is there is replaced when the copy is whole.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write a consistent copy of the database while the server runs. A plain copy of the file would be torn."""
    with output(as_json) as out:
        try:
            copies.back_up(file.absolute())
            tombstones.note((), clock.now())  # there to be copied and restored, also while nobody has been erased
        except copies.NoCopy as error:
            raise Stop(str(error)) from error
        size = file.stat().st_size
        out.answer({"file": str(file.absolute()), "bytes": size}, f"Wrote {file} ({size:,} bytes).")
        out.say("Keep secret_key and erased of the data folder elsewhere, too: they are not in the copy.")
