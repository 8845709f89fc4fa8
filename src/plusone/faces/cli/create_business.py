"""`plusone create-business`."""

from typing import Annotated

import typer

from plusone.connect.commands import open_business, setup_link
from plusone.kernel import clock

from .app import needs_database, output


def command(
    name: Annotated[str, typer.Argument(help="The name of the business; names may repeat.")],
    owner: Annotated[str, typer.Option(help="The owner's e-mail address.")],
    currency: Annotated[str, typer.Option(help="Three letters, such as EUR. Fixed once money has moved.")] = "",
    timezone: Annotated[str, typer.Option(help="A name such as Europe/Madrid.")] = "",
    language: Annotated[str, typer.Option(help="en, es or fr: the language of its clients.")] = "",
    country: Annotated[str, typer.Option(help="Two letters, such as ES: sets what is not given.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Open a business with its owner. Prints its id, an API key and a set-up link that works once."""
    with output(as_json) as out:
        needs_database()
        opened = open_business(
            name=name,
            owner_email=owner,
            country_code=country,
            currency=currency,
            timezone=timezone,
            language=language,
            actor="system",
            now=clock.now(),
        )
        told = {
            "id": opened.business.public_id,
            "api_key": opened.api_key,
            "setup_url": setup_link(opened.setup_token),
        }
        lines = (
            f"{opened.business.name} is open at /b/{opened.business.slug}/ (id {told['id']}).",
            f"API key, shown this once: {told['api_key']}",
            f"Set-up link for {opened.owner.email}, valid once: {told['setup_url']}",
        )
        out.answer(told, "\n".join(lines))
