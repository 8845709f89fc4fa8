"""An installation of its own as an operator has it: a folder, a database, and `plusone serve` as a process.

For stories about what befalls a server: a full disk, a database that goes away, too many callers, an end by signal.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Thread
from typing import Any

import oracle
import psycopg

import postgres

CREATE = (
    *("create-business", "Studio Vela", "--owner", "olga@vela.example", "--country", "ES"),
    *("--currency", "EUR", "--timezone", "Europe/Madrid", "--language", "es", "--json"),
)


CSRF = "c" * 32
LOG_IN = """
import django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from plusone.kernel.models import User
olga = User.objects.get(email="olga@vela.example")
User.objects.filter(pk=olga.pk).update(language="en")
session = SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(olga.pk), olga.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session.create()
print(session.session_key)
"""


@dataclass
class Answer:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def body(self) -> Any:
        return json.loads(self.text)


class Installation:
    """A data folder, a database that is migrated already, a port, and what has been given in the environment."""

    def __init__(self, folder: Path, database: str, **settings: str) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.folder, self.database = folder, database
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        ours = {name: value for name, value in os.environ.items() if not name.startswith("PLUSONE_")}
        self.env = ours | {
            "PATH": f"{postgres.program('pg_dump').parent}{os.pathsep}{os.environ['PATH']}",
            "DJANGO_SETTINGS_MODULE": "plusone.settings",
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PLUSONE_DATABASE_URL": database,
            "PLUSONE_DATA_DIR": str(folder),
            "PLUSONE_ENV": "test",
            **settings,
        }
        self.key = ""

    def open_business(self) -> None:
        """Open Studio Vela; from here on calls have its key."""
        self.key = json.loads(self.plusone(*CREATE).stdout)["api_key"]

    def plusone(self, *arguments: str, fails: bool = False) -> "subprocess.CompletedProcess[str]":
        """Run `plusone …` to its end."""
        command = [sys.executable, "-m", "plusone", *arguments]
        done = subprocess.run(command, env=self.env, cwd=self.folder, capture_output=True, text=True, check=False)
        assert bool(done.returncode) == fails, done.stderr
        return done

    def script(self, text: str) -> str:
        """Run a piece of Python on this installation's database, and return what it printed."""
        command = [sys.executable, "-c", text]
        done = subprocess.run(command, env=self.env, cwd=self.folder, capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr
        return done.stdout.strip()

    def cookie_of_olga(self) -> str:
        """Log the owner in, and return the header that her browser sends."""
        return f"sessionid={self.script(LOG_IN)}; csrftoken={CSRF}"

    def everything(self) -> bytes:
        """Return all that the database keeps, as whoever steals it has it."""
        if self.database.startswith("sqlite"):
            path = Path(self.database.removeprefix("sqlite:///"))
            return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
        dump = [str(postgres.program("pg_dump")), self.database]
        return subprocess.run(dump, check=True, capture_output=True).stdout

    def start(self, *arguments: str, under: tuple[str, ...] = ()) -> "subprocess.Popen[bytes]":
        """Start `plusone serve …`, which writes what it has to say beside the data folder."""
        command = [*under, sys.executable, "-m", "plusone", "serve", "--port", str(self.port), *arguments]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, env=self.env, cwd="/", stdout=log, stderr=log)

    @property
    def log(self) -> Path:
        """Where the server's words are."""
        return self.folder.parent / f"{self.folder.name}.log"

    @contextmanager
    def serving(self, *arguments: str, under: tuple[str, ...] = ()) -> Iterator["subprocess.Popen[bytes]"]:
        """Serve while the block runs; whoever still serves then is killed."""
        server = self.start(*arguments, under=under)
        try:
            self.until_alive(server)
            yield server
        finally:
            if server.poll() is None:
                server.send_signal(signal.SIGTERM)
                try:
                    server.wait(30)
                except subprocess.TimeoutExpired:
                    server.kill()
                    server.wait()

    def until_alive(self, server: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
        """Wait until the server answers."""
        end = time.monotonic() + seconds
        while not self.is_alive():
            assert server.poll() is None, self.log.read_text()[-2000:]
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.05)

    def is_alive(self) -> bool:
        """Say whether somebody answers at our port."""
        try:
            return self.call("GET", "/livez").status == 200
        except OSError:
            return False

    def call(self, method: str, path: str, body: Any = None, *, timeout: float = 60, **headers: str) -> Answer:
        """Make one request on a line of its own. Raise OSError where there is no answer."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if path.startswith("/api/") and self.key:
            told.setdefault("Authorization", f"Bearer {self.key}")
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if data is not None and not isinstance(body, bytes):
            told["Content-Type"] = "application/json"
        try:
            line.request(method, path, data, told)
            answer = line.getresponse()
            return Answer(answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.headers.items()})
        finally:
            line.close()

    def add_client(self, name: str) -> Answer:
        """Add a client by the API."""
        return self.call("POST", "/api/v1/clients", {"first_name": name, "email": f"{name.lower()}@clients.example"})

    def give(self, client: str, amount: int, reason: str = "gift", **headers: str) -> Answer:
        """Give a client balance by hand."""
        sent = {"amount": amount, "reason": reason}
        return self.call("POST", f"/api/v1/clients/{client}/balance/adjustments", sent, **headers)


@dataclass
class Shop:
    """A client with much balance, and something that costs 1.00 of it."""

    here: Installation
    client: str
    product: str

    @classmethod
    def opened(cls, here: Installation) -> "Shop":
        """Put it there, through a server that runs."""
        client = here.add_client("Ana").body["id"]
        assert here.give(client, 90_000_00).status == 201
        product = here.call("POST", "/api/v1/products", {"name": "Class", "price": 100}).body["id"]
        return cls(here, client, product)

    def redeem(self, **headers: str) -> Answer:
        """Buy it, with balance alone: the order is paid at once."""
        lines = [{"product": self.product, "quantity": 1}]
        sent = {"client": self.client, "lines": lines, "use_balance": True}
        return self.here.call("POST", "/api/v1/orders", sent, **headers)


@dataclass
class Told:
    """What buyers were told: orders that were acknowledged, other answers, and lines that broke."""

    orders: list[str] = field(default_factory=list)
    others: list[Answer] = field(default_factory=list)
    refused: int = 0  # nobody listened
    broken: list[str] = field(default_factory=list)

    def acknowledged(self) -> list[str]:
        """What the oracle is to find."""
        return [f"paid {order}" for order in list(self.orders)]


@contextmanager
def buying(shop: Shop, hands: int, *, pause: float = 0.0) -> Iterator[Told]:
    """Let so many people buy, one thing after the other, while the block runs."""
    told, over = Told(), Event()

    def buy() -> None:
        while not over.is_set():
            try:
                answer = shop.redeem()
            except ConnectionRefusedError:
                told.refused += 1
                over.wait(0.05)
            except (OSError, HTTPException) as error:
                told.broken.append(repr(error))
            else:
                if answer.status == 201:
                    told.orders.append(answer.body["id"])
                else:
                    told.others.append(answer)
            over.wait(pause)

    people = [Thread(target=buy, daemon=True) for _ in range(hands)]
    for person in people:
        person.start()
    try:
        yield told
    finally:
        over.set()
        for person in people:
            person.join(60)


def broken_in(database: str, acknowledged: list[str]) -> list[str]:
    """Ask the oracle about a database by its address, through its driver alone."""
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as raw:
            whole = [f"integrity: {row}" for row in raw.execute("PRAGMA integrity_check").fetchall() if row != ("ok",)]
            return whole + oracle.broken(
                acknowledged, lambda query, values: raw.execute(query.replace("%s", "?"), values).fetchall()
            )
    with psycopg.connect(database) as line:
        return oracle.broken(acknowledged, lambda query, values: line.execute(query.encode(), values).fetchall())
