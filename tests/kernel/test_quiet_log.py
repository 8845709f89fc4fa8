"""What a server writes down of a busy hour: requests, failures and mails, and nobody's address, name or token."""

import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from aiosmtpd.controller import Controller
from machine_room import until

from served import CREATE, CSRF, Installation

pytestmark = [pytest.mark.slow, pytest.mark.any_engine]


class Unwilling:
    """A mail server that knows nobody, and says so with the address."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self.refused.append(address)
        return f"550 5.1.1 <{address}> is nobody here"


@pytest.fixture
def unwilling() -> Iterator[tuple[Unwilling, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    handler = Unwilling()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    yield handler, port
    server.stop()


def test_the_log_of_an_hour_names_nobody(migrated_url: str, tmp_path: Path, unwilling: tuple[Unwilling, int]) -> None:
    """TRUST PRI-12: forms, calls and links with what people wrote in every place, right, wrong and failing."""
    sink, port = unwilling
    mail = f"smtp://127.0.0.1:{port}?from=Vela+<hello@vela.example>"
    here = Installation(
        tmp_path / "data", migrated_url, PLUSONE_EMAIL_URL=mail, PLUSONE_FAULTS="doubt.disposable_email:raise"
    )
    told = json.loads(here.plusone(*CREATE).stdout)
    here.key = told["api_key"]
    setup = urlsplit(told["setup_url"]).path
    olga = {"Cookie": here.cookie_of_olga(), "Host": "localhost", "Origin": f"http://localhost:{here.port}"}
    anybody = {"Host": "localhost", "Cookie": f"csrftoken={CSRF}", "Origin": "http://localhost"}

    def send(path: str, who: dict[str, str], **fields: str) -> Any:
        body = urlencode({"csrfmiddlewaretoken": CSRF, **fields}).encode()
        return here.call("POST", path, body, **who, Content_Type="application/x-www-form-urlencoded")

    with here.serving():
        zoe = {
            "first_name": "Zenobia",
            "last_name": "Quartz",
            "email": "zenobia@quartz.example",
            "phone": "+34600112233",
        }
        made = here.call("POST", "/api/v1/clients", zoe)
        assert made.status == 201
        link = urlsplit(made.body["referral"]["url"]).path
        code = link.rpartition("/")[2]
        reward = {"kind": "balance", "amount": 1500}
        campaign = here.call("POST", "/api/v1/campaigns", {"name": "Quartz days", "ambassador_reward": reward}).body[
            "id"
        ]
        assert here.call("POST", f"/api/v1/campaigns/{campaign}/activate").status == 200
        assert here.call("POST", "/api/v1/clients", zoe).status == 409
        assert here.call("POST", "/api/v1/clients", b"{zenobia@quartz.example").status == 400
        assert here.call("GET", "/api/v1/clients/zenobia@quartz.example").status == 404
        assert here.call("GET", "/api/v1/clients?" + urlencode({"email": "zenobia@quartz.example"})).status in {
            200,
            422,
        }
        assert here.call("GET", "/api/v1/clients", Authorization="Bearer pk_stolen_key").status == 401
        here.call("GET", f"{link}?name={quote('Zenobia Quartz')}", Host="localhost", User_Agent="Mozilla/5.0")
        page = here.call("GET", f"/join/{code}", **anybody)
        token = re.search(r'name="token" value="([^"]+)"', page.text)
        assert token
        friend = {"first_name": "Bartolo", "email": "bartolo@opal.example", "phone": "+34600998877", "token": token[1]}
        time.sleep(0.1)
        assert send(f"/join/{code}", {"Host": "localhost"}, **friend).status in {200, 302}
        send("/accounts/login/", anybody, login="zenobia@quartz.example", password="opensesame77")
        send("/accounts/login/code/", anybody, email="zenobia@quartz.example")
        here.call("GET", setup, **anybody)
        here.call("GET", f"/nowhere/{quote('zenobia@quartz.example')}/", **anybody)
        send(
            "/b/studio-vela/clients/new/",
            olga,
            first_name="Quintilla",
            email="quintilla@jade.example",
            phone="600 55 44 33",
        )
        here.call("GET", "/b/studio-vela/clients/?" + urlencode({"q": "Zenobia Quartz"}), **olga)
        until(lambda: len(set(sink.refused)) >= 2, seconds=30)
        time.sleep(1)
    log = here.log.read_text()
    events = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert len([each for each in events if each["event"] == "request"]) > 15
    assert [each for each in events if "exception" in each], "the fault that was ordered is told, with where it struck"
    known = (
        *("zenobia", "quartz", "bartolo", "opal.example", "quintilla", "jade.example", "olga@"),
        *("600112233", "600998877", "600 55 44 33", "600554433", "opensesame77", "pk_stolen", here.key),
        *(code, token[1], setup.rpartition("/")[2], olga["Cookie"].partition(";")[0].partition("=")[2]),
    )
    assert [word for word in known if word.lower() in log.lower()] == []
