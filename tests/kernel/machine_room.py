"""What the tests of queue and server share: the program as a process of its own, on the test's database."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

HERE = Path(__file__).parent


def environment(**more: str) -> dict[str, str]:
    """The environment in which `plusone` works on the database of the running test."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        url = urlunsplit(urlsplit(os.environ["PLUSONE_DATABASE_URL"])._replace(path=f"/{name}"))
    path = os.pathsep.join([str(HERE), *sys.path])
    settings = {"DJANGO_SETTINGS_MODULE": "plusone.settings", "PYTHONPATH": path, "PLUSONE_DATABASE_URL": url}
    return {**os.environ, **settings, **more}


def start(*arguments: str, env: dict[str, str] | None = None) -> "subprocess.Popen[str]":
    """Start `plusone …`."""
    return subprocess.Popen(
        [sys.executable, "-m", "plusone", *arguments],
        env=env or environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds; fail if it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(0.02)


def effects() -> Counter[str]:
    """What the tasks of queue_jobs have left behind, and how often."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT what FROM test_effects")
        return Counter(what for (what,) in cursor.fetchall())
