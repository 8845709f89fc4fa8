"""`plusone bench`: how fast this machine lets us be, and how near we come to that."""

import os
import tempfile
import time
from collections.abc import Callable
from statistics import median
from typing import Annotated, Any

import django
import typer

from .app import Stop, output

ROUNDS = 3
NAMES = ("link", "posting")


def command(
    name: Annotated[str, typer.Argument(help="One benchmark, such as link or posting; all without it.")] = "",
    seconds: Annotated[float, typer.Option(min=0.05, help="How long each round lasts.")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure the main paths as shares of a limit of this machine, measured in the same run: a bare durable commit.

    It works on an SQLite database of its own, which is thrown away; the installation is not touched.
    """
    with output(as_json) as out, tempfile.TemporaryDirectory(prefix="plusone-bench-", ignore_cleanup_errors=True) as at:
        if name and name not in NAMES:
            raise Stop(f"There is no benchmark “{name}”. There are: {', '.join(NAMES)}.")
        move_to(at)
        paths = _paths()
        found = {}
        for path in [name] if name else NAMES:
            found[path] = _compare(paths[path], paths["commit"], seconds)
            out.say(f"{path}: {found[path]['per_second']} a second, {found[path]['ratio']} of a bare commit")
        out.answer({"limit": "one durable commit of one row", "rounds": ROUNDS, "paths": found})


def move_to(folder: str) -> None:
    """Work on a database of its own in `folder` from here on, whatever the settings say."""
    for setting in ("DATABASE_URL", "EMAIL_URL", "TEST_CLOCK", "ENV", "SECRET_KEY"):
        os.environ.pop(f"PLUSONE_{setting}", None)
    os.environ["PLUSONE_DATA_DIR"] = folder
    django.setup()
    from plusone.kernel.db import schema  # Django must be set up first

    schema.migrate()


def _paths() -> dict[str, Callable[[], Any]]:
    """Return what is measured, ready to run: the bare commit that is the limit, and ours by their NAMES."""
    from django.db import connection, transaction

    from plusone.clients.commands import create_client
    from plusone.connect.commands import open_business
    from plusone.kernel import clock, ids
    from plusone.ledger.commands import adjust
    from plusone.referrals.commands import activate_campaign, create_campaign, record_visit
    from plusone.referrals.offers import Offer
    from plusone.referrals.queries import link_behind

    now, actor = clock.now(), "system"
    opened = open_business(
        name="Bench",
        owner_email="owner@bench.example",
        country_code="ES",
        currency="EUR",
        timezone="Europe/Madrid",
        language="en",
        actor=actor,
        now=now,
    )
    client = create_client(opened.business, first_name="Ana", email="ana@bench.example", actor=actor, now=now)
    activate_campaign(
        create_campaign(opened.business, name="Bench", offer=Offer(), actor=actor, now=now), actor=actor, now=now
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench (id INTEGER PRIMARY KEY, said TEXT)")

    def commit() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench (said) VALUES ('a row as short as a visit')")

    def link() -> None:
        found = link_behind(client.code)
        assert found
        assert found.campaign_id
        record_visit(found.business_id, found.client_id, found.campaign_id)

    return {
        "commit": commit,
        "link": link,
        "posting": lambda: adjust(
            opened.business, client.pk, 1, key=ids.public_id(), reason="Bench", actor=actor, now=now
        ),
    }


def _compare(act: Callable[[], Any], limit: Callable[[], Any], seconds: float) -> dict[str, float]:
    """Return how often a second `act` can be done, and that as a share of `limit`: medians of interleaved rounds."""
    rounds = [(_per_second(limit, seconds), _per_second(act, seconds)) for _ in range(ROUNDS)]
    return {
        "per_second": round(median(ours for _, ours in rounds)),
        "limit_per_second": round(median(most for most, _ in rounds)),
        "ratio": round(median(ours / most for most, ours in rounds), 3),
    }


def _per_second(act: Callable[[], Any], seconds: float) -> float:
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        act()
        done += 1
    return done / (time.perf_counter() - started)
