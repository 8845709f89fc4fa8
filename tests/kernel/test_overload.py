"""Too many at once, people who hold the line for long, and half an hour of everything: it answers, and stays small."""

import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from test_server import children

from howoften import before_a_release, often
from served import Installation, Shop, broken_in, buying

pytestmark = [pytest.mark.slow, before_a_release]


# Who waits so long (seconds) stands in a line. In every run other tests share the cores, so no less can be told apart.
WAITS = often(2.0, 0.1)


@pytest.fixture
def here(migrated_url: str, tmp_path: Path) -> Installation:
    """Studio Vela on a database of its own."""
    made = Installation(tmp_path / "data", migrated_url)
    made.open_business()
    return made


def asked(here: Installation, times: int = 30) -> list[float]:
    """Ask so many times for a list; return how long each answer took, in seconds."""
    took = []
    for _ in range(times):
        began = time.monotonic()
        assert here.call("GET", "/api/v1/clients").status == 200
        took.append(time.monotonic() - began)
    return took


def p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def test_ten_times_too_many_are_served_or_told_to_come_back(here: Installation) -> None:
    """TRUST OPS-11: eight at a time are answered and eighty want to; soon after they have gone all is as before."""
    with here.serving() as server:
        shop = Shop.opened(here)
        asked(here)
        before = statistics.median(asked(here))
        with buying(shop, hands=80) as told:
            time.sleep(often(6, 60))
        assert told.orders
        assert {answer.status for answer in told.others} <= {429, 503}
        assert all("retry-after" in answer.headers for answer in told.others)
        assert told.broken == []
        calm = time.monotonic() + often(60, 10)
        while statistics.median(asked(here, 10)) > max(3 * before, 0.05):
            assert time.monotonic() < calm, "still slow"
        assert here.call("GET", "/readyz").text == "ready\n"
        assert server.poll() is None
    assert broken_in(here.database, told.acknowledged()) == []
    print(f"{len(told.orders)} sold, {len(told.others)} told to come back")


@contextmanager
def holding_the_line(port: int, many: int) -> Iterator[list[socket.socket]]:
    """Let so many begin a request and say a letter more every second, for as long as the block runs."""
    with ExitStack() as open_lines:
        lines = [open_lines.enter_context(socket.create_connection(("127.0.0.1", port), 20)) for _ in range(many)]
        for line in lines:
            line.sendall(b"POST /join/abc HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        over = threading.Event()

        def go_on() -> None:
            while not over.wait(1):
                for line in lines:
                    try:
                        line.sendall(b"x")
                    except OSError:  # the server has had enough of them
                        continue

        thread = threading.Thread(target=go_on, daemon=True)
        thread.start()
        try:
            yield lines
        finally:
            over.set()
            thread.join()


@pytest.mark.any_engine
def test_who_holds_the_line_is_in_nobodys_way(here: Installation) -> None:
    """TRUST FUZ-10: five hundred slow lines, and who asks in a normal way waits no longer than before."""
    with here.serving():
        asked(here)
        before = p95(asked(here, 60))
        with holding_the_line(here.port, 500):
            until, took = time.monotonic() + often(5, 60), []
            while time.monotonic() < until:
                took += asked(here, 10)
        assert p95(took) < max(3 * before, WAITS), (before, p95(took))
        print(f"95 of 100 within {before * 1000:.0f} ms before, {p95(took) * 1000:.0f} ms meanwhile")


@pytest.mark.any_engine
def test_who_holds_the_line_control(here: Installation) -> None:
    """The control: were a slow line to keep one of the eight who answer, everybody else would wait."""
    here.env["PLUSONE_FAULTS"] = "server.ready:sleep=4000"
    with here.serving():
        before = p95(asked(here, 60))
        slow = [threading.Thread(target=here.call, args=["GET", "/readyz"]) for _ in range(16)]
        for one in slow:
            one.start()
        time.sleep(0.2)
        assert p95(asked(here, 10)) > max(3 * before, WAITS)
        for one in slow:
            one.join()


def weighs(pid: int) -> tuple[int, int]:
    """Return how much memory a process and those below it hold, in kB, and how many files they have open."""
    held = files = 0
    for each in {pid, *children(pid)}:
        rollup = (Path("/proc") / str(each) / "smaps_rollup").read_text()
        held += int(rollup.partition("\nPss:")[2].split()[0])
        files += len(list((Path("/proc") / str(each) / "fd").iterdir()))
    return held, files


@pytest.mark.any_engine
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="only Linux counts shared memory")
def test_half_an_hour_of_everything_leaves_it_as_it_was(here: Installation) -> None:
    """TRUST OPS-10: pages, calls, sales and links, mixed; warmed up first, then memory and files stay what they are.

    Half an hour before a release, else as long as shows that nothing grows with each request.
    """
    olga = {"Cookie": here.cookie_of_olga(), "Host": "localhost"}
    answers: Counter[int] = Counter()
    with here.serving() as server:
        shop = Shop.opened(here)
        paths = [
            f"/b/studio-vela/{page}" for page in ("", "clients/", f"clients/{shop.client}/", "orders/", "products/")
        ]
        paths += ["/api/v1/clients", "/api/v1/orders?limit=10", f"/api/v1/clients/{shop.client}/balance"]
        paths += ["/accounts/login/", "/r/unknown22", "/readyz", "/metrics"]

        def go_round(seconds: float) -> int:
            until, rounds = time.monotonic() + seconds, 0
            lock = threading.Lock()

            def walk(first: int) -> None:
                nonlocal rounds
                while time.monotonic() < until:
                    for path in [*paths[first:], *paths[:first]]:
                        told = olga if path.startswith("/b/") else {"Host": "localhost"}
                        status = here.call("GET", path, **told).status
                        with lock:
                            answers[status] += 1
                    status = shop.redeem().status
                    with lock:
                        answers[status] += 1
                        rounds += 1

            people = [threading.Thread(target=walk, args=[first]) for first in range(0, 12, 3)]
            for person in people:
                person.start()
            for person in people:
                person.join()
            return rounds

        go_round(often(5, 180))
        memory, files = weighs(server.pid)
        rounds = go_round(often(5, 1800))
        memory_after, files_after = weighs(server.pid)
        assert rounds
        assert set(answers) <= {200, 201, 404, 429}, answers
        print(
            f"{sum(answers.values())} answers; {memory >> 10} → {memory_after >> 10} MB, {files} → {files_after} files"
        )
        assert memory_after < memory * often(1.3, 1.1)  # warm only after minutes
        assert files_after <= files + 4
