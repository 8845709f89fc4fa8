"""`plusone fraud-eval`: how much of what is known to be fraud is noticed, and who waits for it in vain (FRA-16)."""

import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..app import Stop, output
from ..bench import move_to

if TYPE_CHECKING:
    from .story import Story

START = datetime(2026, 1, 5, 11, 0, tzinfo=UTC)
BARS = {"recall": 0.90, "precision": 0.80, "family_hold_rate": 0.02}


def command(
    number: Annotated[int, typer.Option(min=400, max=50_000, help="How many recommendations.")] = 5000,
    seed: Annotated[int, typer.Option(help="The same seed tells the same story.")] = 7,
    fraud: Annotated[float, typer.Option(min=0.01, max=0.5, help="Which share of them is fraud.")] = 0.05,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Live through a made-up business in which it is known who cheats, and say what was noticed.

    It works on an SQLite database of its own, which is thrown away; the installation is not touched. Ends with 1 where
    a bar is missed.
    """
    with output(as_json) as out, tempfile.TemporaryDirectory(prefix="plusone-fraud-", ignore_cleanup_errors=True) as at:
        move_to(at)
        told = evaluate(number, seed=seed, fraud_share=fraud, step=_shown if sys.stderr.isatty() else _silent)
        out.answer(told, "\n".join(_lines(told)))
        if told["missed_bars"]:
            raise Stop(f"Bars that were missed: {', '.join(told['missed_bars'])}.")


def evaluate(number: int, *, seed: int, fraud_share: float, step: Any = None) -> dict[str, Any]:
    """Tell a story in the database at hand and judge it."""
    from django.db import transaction  # Django must be set up first

    from plusone.connect.commands import open_business
    from plusone.referrals.commands import activate_campaign, create_campaign
    from plusone.referrals.offers import read_offer

    from .story import Story

    act: dict[str, Any] = {"actor": "system", "now": START}
    opened = open_business(
        name="Fraud", owner_email="owner@fraud.example", country_code="ES", currency="EUR",
        timezone="Europe/Madrid", language="es", **act,
    )  # fmt: skip
    offer = {"ambassador_reward": {"kind": "balance", "amount": 1500}, "hold_days": 14, "qualification_days": 0}
    campaign = create_campaign(opened.business, name="Friends", offer=read_offer(opened.business, offer), **act)
    activate_campaign(campaign, **act)
    draw = random.Random(seed)  # noqa: S311 - a story, not a secret
    story = Story(opened.business, number, fraud_share, draw, START)
    with transaction.atomic():  # nobody else reads along, and one commit is faster than thousands
        story.live(step or _silent)
    return {"seed": seed, **_judged(story)}


def _judged(story: "Story") -> dict[str, Any]:
    from plusone.referrals.models import Referral
    from plusone.referrals.staying import staying

    from .story import FAMILIES, FRAUD, GOOD

    left = staying(story.business, now=START + timedelta(days=100))
    scored = {key for one in left.values() if one.is_unusual for key in one.gone}
    flags = dict(Referral.objects.filter(business=story.business).values_list("pk", "flags"))
    for attempt in story.attempts:
        if attempt.referral is not None:
            attempt.is_held, attempt.is_scored = bool(flags[attempt.referral.pk]), attempt.referral.pk in scored
    caught = [one for one in story.attempts if one.is_caught]
    fraud = [one for one in story.attempts if one.is_fraud]
    families = [one for one in story.attempts if one.kind in FAMILIES]
    told: dict[str, Any] = {
        "referrals": len(story.attempts),
        "fraud": len(fraud),
        "recall": round(sum(one.is_caught for one in fraud) / len(fraud), 4),
        "precision": round(sum(one.is_fraud for one in caught) / len(caught), 4),
        "family_hold_rate": round(sum(one.is_caught for one in families) / len(families), 4),
        "kinds": {
            kind: {
                "what": what,
                "number": sum(one.kind == kind for one in story.attempts),
                "refused": sum(bool(one.refused) for one in story.attempts if one.kind == kind),
                "held": sum(one.is_held for one in story.attempts if one.kind == kind),
                "scored": sum(one.is_scored and not one.is_held for one in story.attempts if one.kind == kind),
            }
            for kind, what in {**FRAUD, **GOOD}.items()
        },
    }
    missed = [name for name in ("recall", "precision") if told[name] < BARS[name]]
    missed += ["family_hold_rate"] if told["family_hold_rate"] > BARS["family_hold_rate"] else []
    return told | {"missed_bars": missed}


def _lines(told: dict[str, Any]) -> list[str]:
    lines = [f"{told['referrals']} recommendations, {told['fraud']} of them fraud (seed {told['seed']})", ""]
    lines.append(f"{'':62}{'all':>6}{'refused':>9}{'held':>6}{'scored':>8}")
    lines += [
        f"{row['what']:62}{row['number']:6}{row['refused']:9}{row['held']:6}{row['scored']:8}"
        for row in told["kinds"].values()
    ]
    found = ", ".join(f"{name.replace('_', ' ')} {told[name]:.3f}" for name in BARS)
    bars = "at least {recall}, at least {precision}, at most {family_hold_rate}".format(**BARS)
    return [*lines, "", f"{found} ({bars})"]


def _shown(done: int, total: int) -> None:
    if done % 100 == 0:
        sys.stderr.write(f"\r{done * 100 // total} % ")
        sys.stderr.flush()


def _silent(done: int, total: int) -> None:
    pass
