"""`plusone mail-reports`."""

from typing import Annotated

import typer
from django.conf import settings

from plusone.mailers import PROVIDERS
from plusone.messaging.providers import reports_address

from .app import Stop, output


def command(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Print the address at which the mail provider reports bounces and complaints. A password is in it."""
    with output(as_json) as out:
        if not settings.EMAIL_PROVIDER:
            raise Stop("No mail provider stands in PLUSONE_EMAIL_URL, and a mail server reports nothing.")
        out.say(f"Give this to {PROVIDERS[settings.EMAIL_PROVIDER].label} as webhook for bounces and spam complaints:")
        out.answer({"address": reports_address()}, reports_address())
