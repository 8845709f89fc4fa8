"""Request ids, the lines of the log, the histogram, and the page while the database is away (TRUST OPS-3, OPS-8)."""

import io
import json
import logging
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client as Browser

from plusone import logs
from plusone.clients.models import Client
from plusone.faces.edge import app as edge
from plusone.faces.ui.requests import seconds, watched
from plusone.referrals import queries
from plusone.server import with_probes
from world import launch

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> Any:
    """What is logged, as it leaves the house."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter(as_json=True))
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def away(*arguments: Any, **more: Any) -> None:
    raise OperationalError("connection to server at “db” failed for olga@vela.example")


def test_while_the_database_is_away_a_page_says_so_and_when_to_come_back(
    client: Browser, monkeypatch: pytest.MonkeyPatch, lines: Any, ana: Client
) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr(queries, "client_by_code", away)
    page = client.get(f"/join/{ana.code}", headers={"accept-language": "es"})
    assert (page.status_code, page["Retry-After"]) == (503, "10")
    number = page["X-Request-Id"]
    assert f"<code>{number}</code>" in page.content.decode()
    assert "Volvemos enseguida" in page.content.decode()
    said = [line for line in lines() if line["level"] == "error"]
    assert said
    assert not [line for line in said if ana.code in json.dumps(line) or "vela.example" in json.dumps(line)]
    assert said[-1]["request_id"] == number


def test_a_link_waits_for_the_database_too(monkeypatch: pytest.MonkeyPatch, client: Browser, ana: Client) -> None:
    launch(ana.business)
    monkeypatch.setattr(edge.queries, "link_behind", away)
    client.raise_request_exception = False
    page = client.get(f"/r/{ana.code}")
    assert (page.status_code, page["Retry-After"]) == (503, "10")
    decided: list[Any] = []
    edge.wrap(lambda environ, start: decided.append(environ[edge.DECIDED]) or [])(
        {"REQUEST_METHOD": "GET", "PATH_INFO": f"/r/{ana.code}"}, lambda *_: None
    )
    assert decided == [edge.Decision(503)]


def test_a_mistake_of_ours_names_its_number(
    client: Browser, monkeypatch: pytest.MonkeyPatch, ana: Client, lines: Any
) -> None:
    def breaks(*arguments: Any) -> None:
        raise IntegrityError("Key (email)=(ana@clients.example) already exists.")

    client.raise_request_exception = False
    monkeypatch.setattr(queries, "client_by_code", breaks)
    page = client.get(f"/join/{ana.code}")
    assert page.status_code == 500
    assert f"<code>{page['X-Request-Id']}</code>" in page.content.decode()
    [line] = [line for line in lines() if "exception" in line]
    assert line["event"] == "GET /join/<str:code>: 500"
    assert "Key (email)=(‹address›) already exists." in line["exception"]
    assert line["request_id"] == page["X-Request-Id"]


def test_each_request_is_a_line_and_counted(lines: Any, ana: Client) -> None:
    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        environ["plusone.route"] = "b/<slug:business>/clients"
        logging.getLogger("plusone.something").warning("on the way")
        start("404 Not Found", [])
        return [b""]

    def count() -> float:
        samples = [sample for family in seconds.collect() for sample in family.samples]
        wanted = {"face": "staff", "status": "4xx"}
        return sum(
            sample.value
            for sample in samples
            if sample.name == "plusone_request_seconds_count" and sample.labels == wanted
        )

    before, headers = count(), []
    ask = {"PATH_INFO": "/b/studio-vela/clients", "QUERY_STRING": "q=ana", "REQUEST_METHOD": "GET"}
    with_probes(watched(application))(dict(ask), lambda status, given: headers.extend(given))
    [within, line] = lines()
    number = dict(headers)["X-Request-Id"]
    assert within["request_id"] == line["request_id"] == number
    facts = {"method": "GET", "route": "/b/<slug:business>/clients", "status": 404, "level": "info"}
    assert facts.items() <= line.items()
    assert "ana" not in json.dumps(line)
    assert count() == before + 1
