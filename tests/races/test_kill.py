"""kill -9 at random moments: what was acknowledged is there, nothing twice, and the books are right (MON-1).

Two processes register, sell, refund and redeem at once, through the commands; the oracle asks in SQL of its own.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import oracle
import pytest
from django.db import connection
from machine_room import environment

from howoften import often
from plusone.kernel.models import Business
from plusone.ledger.commands import earn
from plusone.ledger.models import AccountBalance, Transfer
from world import EUR10, NOON, add_client, launch, make_product

pytestmark = pytest.mark.django_db(transaction=True)
HERE = Path(__file__).parent
ROUNDS, AT_ONCE = often(4, 50), 2
LIVES_SECONDS = (0.25, 1.1)


@pytest.fixture
def shop(gym: Business) -> Business:
    """A campaign with a gift for both sides, things to sell, and ambassadors with some balance."""
    launch(gym, friend=EUR10)
    for name, price in (("Class", 1500), ("Bono 10", 5000), ("Mat", 3500)):
        make_product(gym, name, price)
    for name in ("Ana", "Carla", "Dora"):
        client = add_client(gym, name)
        earn(gym, client.pk, 2000, key=f"start:{client.pk}", actor="user:1", now=NOON)
    return gym


@pytest.mark.slow
def test_kill_at_random_moments(shop: Business, tmp_path: Path) -> None:
    seed = int(os.environ.get("PLUSONE_TEST_SEED") or time.time_ns() % 1_000_000)
    print(f"seed {seed}: set PLUSONE_TEST_SEED to play it again")
    draw = random.Random(seed)
    connection.close()
    nursery = subprocess.Popen(
        [sys.executable, str(HERE / "nursery.py")],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    children: list[int] = []
    try:
        assert nursery.stdout.readline() == "ready\n"
        for number in range(ROUNDS):
            files = [tmp_path / f"r{number}c{child}" for child in range(AT_ONCE)]
            for file in files:
                nursery.stdin.write(f"go {file} {draw.randrange(10**6)}\n")
                nursery.stdin.flush()
                children.append(int(nursery.stdout.readline()))
            wait_for_something_done(files)
            for _child in range(AT_ONCE):
                time.sleep(draw.uniform(*LIVES_SECONDS))
                os.kill(children.pop(draw.randrange(len(children))), signal.SIGKILL)
            assert oracle.broken(told(files)) == [], f"seed {seed}, round {number}"
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
        nursery.kill()
        nursery.communicate()
    everything = told(sorted(tmp_path.iterdir()))
    assert len(everything) > ROUNDS * AT_ONCE
    assert oracle.broken(everything) == [], f"seed {seed}"
    print(f"{len(everything)} operations were acknowledged before {ROUNDS * AT_ONCE} kills")


def wait_for_something_done(files: list[Path]) -> None:
    end = time.monotonic() + 40
    while not all(file.exists() and file.stat().st_size for file in files):
        assert time.monotonic() < end, "the children did nothing"
        time.sleep(0.02)


def told(files: list[Path]) -> list[str]:
    """Return the whole lines that the children wrote: a write is one, and a kill cannot halve it."""
    return [line for file in files if file.exists() for line in file.read_text().splitlines()]


def test_the_oracle_sees_what_is_broken(shop: Business) -> None:
    """The control: a lost cent, a lost operation and a doubled one are found."""
    assert oracle.broken([]) == []
    assert oracle.broken(["redeemed never"]) == ["I8 redeemed never: there 0 times"]
    AccountBalance.objects.filter(account__client_id=Transfer.objects.earliest("id").client_id).update(posted=2001)
    assert [fault[:2] for fault in oracle.broken([])] == ["I3", "I3"]
