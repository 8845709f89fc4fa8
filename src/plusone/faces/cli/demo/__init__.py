"""`plusone demo`: a studio and its year of recommendations, made through the commands that users drive."""

from datetime import datetime
from typing import Annotated, Any

import typer
from django.conf import settings
from django.utils import translation
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from plusone.connect.commands import setup_link
from plusone.connect.queries import is_empty, owners_of
from plusone.insights.queries import impact
from plusone.kernel import clock
from plusone.kernel.loopback import by_name
from plusone.kernel.models import Business
from plusone.kernel.money import format_money
from plusone.ledger.queries import faults

from ..app import Output, Stop, needs_database, output
from .checks import disagreements
from .studio import SLUG, open_studio
from .year import Year


def command(
    clients: Annotated[int, typer.Option(min=10, max=5000, help="How many people there are in the end.")] = 120,
    months: Annotated[int, typer.Option(min=1, max=60, help="How many months of history.")] = 12,
    seed: Annotated[int, typer.Option(help="The same seed tells the same story.")] = 7,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing where there is a business already.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Fill in a demo business by living through some months of it. Prints the ways to log in."""
    with output(as_json) as out:
        needs_database()
        if if_empty and not is_empty():
            _say_again(out)
            return
        now = clock.now()
        studio = open_studio(months=months, now=now)
        with translation.override(studio.business.language), _bar(out) as bar:
            task = bar.add_task(f"{studio.business.name}, {months} months", total=None)
            year = Year(studio, clients=clients, seed=seed, now=now)
            year.live(lambda done, total: bar.update(task, completed=done, total=total))
        wrong = faults(studio.business) + disagreements(studio.business, now)
        if wrong:
            raise Stop(f"The demo's figures do not reconcile: {'; '.join(wrong)}.")
        told = _told(studio.business, now) | {"setup_url": setup_link(studio.setup_token), "api_key": studio.api_key}
        out.answer(told, "\n".join(_lines(studio.business, told)))


def _bar(out: Output) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _told(business: Business, now: datetime) -> dict[str, Any]:
    owner = owners_of(business)[0]
    friend = Year.somebody_to_be(business)
    return {
        "id": business.public_id,
        "business": business.name,
        "url": settings.BASE_URL,
        "owner": owner.email,
        "client": friend.email if friend else None,
        "figures": {
            "registered_leads": (figures := impact(business, now=now)).registered_leads,
            "activated_clients": figures.activated_clients.total,
            "generated_income": figures.generated_income,
            "rewards_issued": figures.rewards_issued,
        },
    }


def _lines(business: Business, told: dict[str, Any]) -> list[str]:
    figures = told["figures"]
    money = {
        name: format_money(figures[name], business.currency, "en") for name in ("generated_income", "rewards_issued")
    }
    story = (
        f"{told['business']}: {figures['registered_leads']} friends registered, {figures['activated_clients']} became"
        f" clients and brought {money['generated_income']}; {money['rewards_issued']} in rewards. The books are right."
    )
    url = by_name(told["url"])  # the address that is set, but for this machine's number: passkeys need a name
    lines = [story, "", f"Log in at {url}/", f"  as the owner: {told['owner']}"]
    if told["client"]:
        lines.append(f"  as a client:  {told['client']}")
    lines.append(f"  Ask for a code; the mail with it is in the outbox: {url}/o/")
    if told.get("setup_url"):
        lines.append(f"  Or, as the owner and once, without a code: {told['setup_url'].replace(told['url'], url, 1)}")
    return lines


def _say_again(out: Output) -> None:
    """Say the ways to log in to the demo that is there; nothing where somebody keeps a business of their own."""
    business = Business.objects.filter(slug=SLUG).first()
    if business is None:
        out.answer({"created": False}, "There is a business already; nothing was changed.")
        return
    told = _told(business, clock.now())
    out.answer(told | {"created": False}, "\n".join(_lines(business, told)))
