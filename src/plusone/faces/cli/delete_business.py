"""`plusone delete-business`."""

from typing import Annotated

import typer

from plusone.connect.commands import delete_business
from plusone.connect.queries import business_called
from plusone.kernel import clock

from .app import Stop, needs_database, output


def command(
    business: Annotated[str, typer.Argument(help="Id or short name of the business.")],
    yes: Annotated[str, typer.Option("--yes", help="Its short name once more: there is no way back.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Delete a business for good, with its clients, books and the logins of those who are nowhere else.

    Take a backup first (`plusone backup FILE`): nothing else brings it back.
    """
    with output(as_json) as out:
        needs_database()
        found = business_called(business)
        if yes != found.slug:
            raise Stop(
                f"This deletes {found.name} with all its people and books. Say --yes {found.slug} if you mean it."
            )
        name, key = found.name, found.public_id
        rows = delete_business(found, now=clock.now())
        out.answer({"id": key, "rows": rows}, f"{name} is deleted: {rows} rows.")
