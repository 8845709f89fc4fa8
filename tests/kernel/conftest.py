import subprocess
from collections.abc import Iterator

import machine_room
import pytest
from django.db import connection

from bare import gym, salon  # noqa: F401  # fixtures of this folder


@pytest.fixture
def effects_table(db: None) -> Iterator[None]:
    """The table in which the tasks of queue_jobs leave their traces."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_effects (what VARCHAR(80) NOT NULL, process INTEGER NOT NULL)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_effects")


@pytest.fixture
def plusone(transactional_db: None) -> Iterator[object]:
    """Start `plusone …` on the test's database; what still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, env: dict[str, str] | None = None) -> "subprocess.Popen[str]":
        started.append(machine_room.start(*arguments, env=env))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
