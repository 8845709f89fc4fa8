"""Passkeys need a name: `localhost` is named where, and only where, it leads to the server (UX task 25)."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from plusone.kernel.loopback import by_name


@pytest.fixture
def stands_for(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, ...]]:
    """What `localhost` stands for on this machine; changed by the test."""
    names = {"localhost": ("127.0.0.1",)}
    real = socket.getaddrinfo

    def look(name: str, port: int, *more: Any, **kind: Any) -> list[Any]:
        if name not in names:
            return real(name, port, *more, **kind)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in names[name]]

    monkeypatch.setattr(socket, "getaddrinfo", look)
    return names


@pytest.fixture
def elsewhere() -> Iterator[int]:
    """The port of somebody else's server, on 127.0.0.2."""
    with socket.socket() as other:
        other.bind(("127.0.0.2", 0))
        other.listen()
        yield int(other.getsockname()[1])


def test_the_number_gets_its_name(stands_for: dict[str, tuple[str, ...]]) -> None:
    assert by_name("http://127.0.0.1:8000") == "http://localhost:8000"
    stands_for["localhost"] = ("::1", "127.0.0.1")
    assert by_name("http://[::1]:1") == "http://localhost:1"


@pytest.mark.parametrize("url", ["https://plusone.example", "http://192.168.1.7:8000", "http://localhost:8000"])
def test_other_addresses_stay(url: str) -> None:
    assert by_name(url) == url


def test_it_stays_where_the_name_leads_elsewhere(stands_for: dict[str, tuple[str, ...]], elsewhere: int) -> None:
    """A browser asks all numbers of a name: another server of this port on one of them would answer it."""
    stands_for["localhost"] = ("127.0.0.2", "127.0.0.1")
    assert by_name("http://127.0.0.1:1") == "http://localhost:1"
    assert by_name(f"http://127.0.0.1:{elsewhere}") == f"http://127.0.0.1:{elsewhere}"
    stands_for["localhost"] = ("127.0.0.2",)
    assert by_name("http://127.0.0.1:1") == "http://127.0.0.1:1"
