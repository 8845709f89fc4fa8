"""`plusone serve` as a process of its own: what it answers, and how it ends."""

import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from machine_room import environment, until

from howoften import often
from plusone.faces.ui.navigation import STAFF
from plusone.kernel.models import QueuedTask
from plusone.kernel.queue import queries
from world import EUR10, add_client, launch, open_gym

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def answers(port: int) -> bool:
    try:
        return get(port, "/livez")[0] == 200
    except OSError:
        return False


def children(pid: int) -> set[int]:
    """All processes below this one."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found: set[int] = set()
    while new := {child for child, parent in parents.items() if parent in found | {pid}} - found:
        found |= new
    return found


def lives(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def serve(plusone: Any, port: int, tmp_path: Path) -> Callable[..., Any]:
    def start(*arguments: str, **settings: str) -> Any:
        env = environment(**{"PLUSONE_DATA_DIR": str(tmp_path / "data"), **settings})
        process = plusone("serve", "--port", str(port), *arguments, env=env)
        until(lambda: answers(port) or process.poll() is not None)
        assert process.poll() is None, process.stderr.read()
        return process

    return start


def test_it_answers_what_machines_ask(serve: Any, port: int, tmp_path: Path) -> None:
    """TRUST OPS-2: why it is not ready, by its reason; with the database away in test_durability."""
    serve("--no-worker")
    status, text = get(port, "/.well-known/security.txt")
    assert status == 200
    assert text.startswith("Contact: mailto:security@127.0.0.1\nExpires: 20")
    assert (tmp_path / "data" / "base_url").read_text() == f"http://127.0.0.1:{port}\n"
    assert get(port, "/readyz") == (200, "ready\n")
    with lying_for_three_minutes():
        assert get(port, "/readyz") == (
            503,
            "not ready: no background worker has taken what has been due for 180 seconds\n",
        )
    with a_migration_missing():
        status, text = get(port, "/readyz")
        assert (status, text[:38]) == (503, "not ready: migrations are pending: ker")
        assert get(port, "/livez")[0] == 200
    assert get(port, "/readyz")[0] == 200


@contextmanager
def lying_for_three_minutes() -> Iterator[None]:
    now = timezone.now()
    row = QueuedTask.objects.create(
        path="some.task", queue="default", priority=0, enqueued_at=now, due_at=now - timedelta(seconds=180)
    )
    yield
    row.delete()


@contextmanager
def a_migration_missing() -> Iterator[None]:
    rename = "UPDATE django_migrations SET name = %s WHERE app = 'kernel' AND name = %s"
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(name) FROM django_migrations WHERE app = 'kernel'")
        (newest,) = cursor.fetchone()
        cursor.execute(rename, ["x", newest])
        try:
            yield
        finally:
            cursor.execute(rename, [newest, "x"])


@pytest.mark.parametrize("web", [1, 2])
def test_a_worker_that_dies_comes_back_and_sigterm_finishes_what_runs(serve: Any, port: int, web: int) -> None:
    """One web worker is the server's own process; several are processes below it."""
    process = serve("--workers", str(web), PLUSONE_FAULTS="server.ready:sleep=1500")
    until(queries.workers_alive)
    [worker] = queries.workers_alive()
    pid = int(worker.name.split("/")[1])
    below = children(process.pid)
    assert pid in below
    assert len(below) == (1 if web == 1 else 3)
    os.kill(pid, signal.SIGKILL)
    until(lambda: len(queries.workers_alive()) == 2)
    below = children(process.pid)
    answer: list[tuple[int, str]] = []
    request = threading.Thread(target=lambda: answer.append(get(port, "/readyz")))
    request.start()
    time.sleep(0.5)
    process.terminate()
    assert process.wait(20) == 0, process.stderr.read()
    request.join()
    assert answer == [(200, "ready\n")]
    assert not [pid for pid in below if lives(pid)]
    assert [seen.name for seen in queries.workers_alive()] == [worker.name], "the second has signed off"


def test_the_port_is_its_own_and_free_again_after_a_kill(serve: Any, plusone: Any, port: int) -> None:
    process = serve()
    until(queries.workers_alive)
    second = plusone("serve", "--port", str(port))
    assert second.wait(20) == 1, "a server does not share the port of another"
    below = children(process.pid)
    process.kill()
    until(lambda: not [pid for pid in below if lives(pid)], seconds=3)
    again = serve("--no-worker")
    assert again.poll() is None


def test_a_taken_port_is_one_sentence(plusone: Any, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        process = plusone("serve", "--port", str(port))
        _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert said == f"plusone: Port {port} of 127.0.0.1 is taken. Choose another one: --port {port + 1}.\n"


def memory(pid: int) -> int:
    """How much memory a process and all below it hold, in MB; what they share is counted once."""
    held = 0
    for each in {pid, *children(pid)}:
        rollup = (Path("/proc") / str(each) / "smaps_rollup").read_text()
        held += int(rollup.partition("\nPss:")[2].split()[0])
    return held >> 10


@pytest.mark.any_engine
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="only Linux counts shared memory")
def test_server_and_worker_apart_hold_little_memory(serve: Any, plusone: Any, tmp_path: Path) -> None:
    """Issue “Monday”, 200 MB at rest, as two services as well: what migrating needed is not among it."""
    server = serve("--no-worker", "--workers", "1")
    worker = plusone("worker", env=environment(PLUSONE_DATA_DIR=str(tmp_path / "data")))
    until(queries.workers_alive)
    assert memory(server.pid) + memory(worker.pid) < 195


@pytest.mark.slow
@pytest.mark.any_engine
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="only Linux counts shared memory")
def test_it_holds_little_memory_after_its_work(serve: Any, port: int, settings: Any) -> None:
    """Issue “Monday”, 200 MB at rest: some 140 once started, and 200 after all kinds of pages on all threads.

    What is allowed here is a little more, for a machine that counts a little differently.
    """
    house = open_gym()
    ana = add_client(house.business, "Ana", "López")
    launch(house.business, friend=EUR10)
    browser = Browser()
    browser.force_login(house.owner)
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    process = serve("--workers", "1", PLUSONE_SECRET_KEY=settings.SECRET_KEY)
    until(queries.workers_alive)
    assert memory(process.pid) < 150
    at, places = f"/b/{house.business.slug}", {child.route[2:] for place in STAFF for child in place.children}
    pages = [reverse(f"b:{place}", args=[house.business.slug]) for place in sorted(places)]
    pages += [f"{at}/", f"{at}/clients/{ana.public_id}/", f"{at}/materials/poster.pdf?language=es&size=a4"]
    pages += [f"/join/{ana.code}?lang={language}" for language in ("en", "es", "fr")]
    pages += [f"/join/{ana.code}/card.jpg", "/accounts/login/", "/api/v1/openapi.json", "/metrics"]

    def open_page(path: str) -> int:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": cookie})
        with urllib.request.urlopen(request, timeout=20) as answer:
            answer.read()
            return int(answer.status)

    with ThreadPoolExecutor(8) as people:
        assert set(people.map(open_page, pages * often(2, 3))) == {200}
    assert memory(process.pid) < 215
