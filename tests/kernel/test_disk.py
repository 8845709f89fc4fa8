"""A disk that is full, and one that can only be read: a sentence, nothing half written, and life goes on afterwards."""

import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from machine_room import until

import prepared
from howoften import before_a_release
from served import CSRF, Installation

pytestmark = pytest.mark.slow

FULL = "The disk of this server is full, so nothing was changed; what is there can be read."
ONLY_READ = "This server can only be read at the moment, so nothing was changed."


def as_root(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def may_mount() -> bool:
    needed = all(shutil.which(name) for name in ("mkfs.ext4", "losetup", "blockdev", "unshare"))
    there = os.geteuid() == 0 and Path("/dev/loop-control").exists() and needed
    return there and not subprocess.run(["unshare", "--mount", "true"], check=False).returncode


only_on_sqlite = pytest.mark.skipif(
    os.environ["PLUSONE_TEST_ENGINE"] != "sqlite" or not may_mount(),
    reason="PostgreSQL has a disk of its own, and only root makes one",
)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    as_root("mount", "-t", "tmpfs", "-o", "size=64m", "plusone", str(place))
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def frail_disk(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A disk, and the file that makes it meet an error: as ext4 does then, it lets nobody write any more."""
    image, place = tmp_path / "image", tmp_path / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(64 << 20)
    as_root("mkfs.ext4", "-q", "-F", str(image))
    device = as_root("losetup", "--find", "--show", str(image))
    try:
        as_root("blockdev", "--setrw", device)
        as_root("mount", "-o", "errors=remount-ro", device, str(place))
        try:
            yield place, Path("/sys/fs/ext4", Path(device).name, "trigger_fs_error")
        finally:
            subprocess.run(["umount", "-l", str(place)], check=True)
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


def installed(place: Path, databases: Path) -> Installation:
    """Studio Vela on that disk, with all that is written aside there too."""
    folder = place / "data"
    folder.mkdir()
    url = f"sqlite:///{folder / 'plusone.sqlite3'}"
    prepared.fill(url, databases)
    made = Installation(folder, url, TMPDIR=str(place), SQLITE_TMPDIR=str(place))
    made.open_business()
    return made


@contextmanager
def filled(place: Path, leave: int = 0) -> Iterator[None]:
    """Leave no room on a disk, or so many bytes of it, while the block runs."""
    fill = place / "fill"
    with fill.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    os.truncate(fill, fill.stat().st_size - leave)
    assert shutil.disk_usage(place).free <= leave + 4096
    yield
    fill.unlink()


def form(parts: dict[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    """Write a form with a file as a browser does."""
    line = "-" * 20
    fields = [
        f'--{line}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in parts.items()
    ]
    head = (
        f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    )
    body = "".join(fields).encode() + head.encode() + content + f"\r\n--{line}--\r\n".encode()
    return body, f"multipart/form-data; boundary={line}"


def spent() -> float:
    """How many seconds of a processor the programs that were started have used: others may be busy beside them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def is_whole(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as raw:
        return raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@only_on_sqlite
def test_a_full_disk_changes_nothing_and_room_is_enough_to_go_on(
    small_disk: Path, pytestconfig: pytest.Config, django_db_setup: None
) -> None:
    """TRUST DUR-4: calls, pages and uploads say what is wrong; what is there is read; then it goes on by itself."""
    here = installed(small_disk, pytestconfig.cache.mkdir("databases"))
    olga = {"Cookie": here.cookie_of_olga(), "Host": "localhost"}
    ana = here.script(
        "import django; django.setup()\n"
        "from datetime import UTC, datetime\n"
        "from plusone.clients.commands import create_client\n"
        "from plusone.kernel.models import Business\n"
        "gym, now = Business.objects.get(), datetime.now(UTC)\n"
        "print(create_client(gym, first_name='Ana', actor='user:1', now=now).public_id)"
    )
    big = b"Name,E-mail\n" + b"".join(b"Person %080d,p%d@mail.example\n" % (n, n) for n in range(30_000))
    assert len(big) > 2_621_440  # Django keeps less in memory
    upload, kind = form({"csrfmiddlewaretoken": CSRF}, "people.csv", big)
    little, _same = form({"csrfmiddlewaretoken": CSRF}, "people.csv", b"Name,E-mail\n")
    with here.serving() as server:
        # Where to put things aside is decided once, when the first thing comes.
        assert here.call("POST", "/b/studio-vela/imports/", little, **olga, Content_Type=kind).status == 422
        with filled(small_disk):
            # The key was never used before: even what notes that must not keep a program from reading.
            assert here.call("GET", "/api/v1/clients").body["items"][0]["id"] == ana
            answer = here.give(ana, 700, Idempotency_Key="once")
            assert (answer.status, answer.headers["content-type"]) == (503, "application/problem+json")
            assert answer.headers["retry-after"]
            assert answer.body["detail"].startswith(FULL)
            for page in ("", "clients/", f"clients/{ana}/", "products/"):
                assert here.call("GET", f"/b/studio-vela/{page}", **olga).status == 200, page
            few = b"csrfmiddlewaretoken=" + CSRF.encode() + b"&first_name=Ben&email=ben@mail.example"
            urlencoded = {**olga, "Content-Type": "application/x-www-form-urlencoded"}
            for path, body, told in (
                ("/b/studio-vela/clients/new/", few, urlencoded),
                ("/b/studio-vela/imports/", upload, {**olga, "Content-Type": kind}),
            ):
                said = here.call("POST", path, body, **told)
                assert (said.status, FULL in said.text) == (503, True), (path, said.status, said.text[-800:])
            ready = here.call("GET", "/readyz")
            assert (ready.status, ready.text) == (503, "not ready: the disk of the data folder is full\n")
            until(lambda: not [path for path in small_disk.iterdir() if "upload" in path.name], seconds=30)
        assert here.give(ana, 700, Idempotency_Key="once").status == 201
        assert here.give(ana, 700, Idempotency_Key="once").headers["idempotent-replayed"] == "true"
        assert here.call("GET", f"/api/v1/clients/{ana}/balance").body["available"] == 700
        assert len(here.call("GET", "/api/v1/clients").body["items"]) == 1
        assert here.call("GET", "/readyz").text == "ready\n"
        assert server.poll() is None
    assert server.returncode == 0
    assert is_whole(here.folder / "plusone.sqlite3")


@only_on_sqlite
@before_a_release
@pytest.mark.parametrize("room", [0.5, 1.2], ids=["for-no-copy", "for-the-copy-alone"])
def test_neither_backup_nor_restore_leave_half_of_anything_on_a_full_disk(
    small_disk: Path, pytestconfig: pytest.Config, django_db_setup: None, room: float
) -> None:
    """TRUST DUR-4 for the operator's commands: one sentence, the data as it was, and nothing more in the way."""
    here = installed(small_disk, pytestconfig.cache.mkdir("databases"))
    copy = small_disk / "copy"
    here.plusone("backup", str(copy))
    before = sorted(path.name for path in here.folder.iterdir())
    with filled(small_disk, leave=int(copy.stat().st_size * room)):
        said = here.plusone("restore", str(copy), fails=True).stderr
        assert (said.count("\n"), said.endswith("cannot be written: database or disk is full.\n")) == (1, True), said
        if room < 1:
            said = here.plusone("backup", str(small_disk / "another"), fails=True).stderr
            assert said.endswith("another cannot be written: database or disk is full.\n")
        assert sorted(path.name for path in here.folder.iterdir() if "-shm" not in path.name) == before
        assert sorted(path.name for path in small_disk.iterdir()) == ["copy", "data", "fill"]
    assert is_whole(here.folder / "plusone.sqlite3")
    with here.serving("--no-worker"):
        assert here.call("GET", "/api/v1/business").status == 200
    here.plusone("restore", str(copy))


@only_on_sqlite
@before_a_release
def test_a_disk_that_can_only_be_read_is_read(
    frail_disk: tuple[Path, Path], pytestconfig: pytest.Config, django_db_setup: None
) -> None:
    """TRUST DUR-5: a running server goes on reading and says so; one that starts says in a sentence why not."""
    place, break_it = frail_disk
    here = installed(place, pytestconfig.cache.mkdir("databases"))
    with here.serving() as server:
        ana = here.add_client("Ana").body["id"]
        assert here.give(ana, 700).status == 201
        as_root("sh", "-c", f"echo test > {break_it}")
        answer = here.give(ana, 500)
        assert (answer.status, answer.body["detail"][: len(ONLY_READ)]) == (503, ONLY_READ)
        assert here.call("GET", f"/api/v1/clients/{ana}/balance").body["available"] == 700
        assert here.call("GET", "/accounts/login/", Host="localhost").status == 200
        ready = here.call("GET", "/readyz")
        assert (ready.status, ready.text) == (503, "not ready: the data folder is read-only\n")
    assert server.returncode == 0
    for command in (["serve", "--port", str(here.port)], ["worker", "--once"], ["backup", "copy"]):
        began = spent()
        said = here.plusone(*command, fails=True).stderr
        assert spent() - began < 3
        assert (said.count("\n"), said.endswith("cannot be used: Read-only file system.\n")) == (1, True), said
    assert "data_folder" in here.plusone("doctor", "--json", fails=True).stdout


@pytest.mark.skipif(os.environ["PLUSONE_TEST_ENGINE"] != "postgres", reason="SQLite is shown above")
@pytest.mark.parametrize(("state", "sentence"), [("53100", FULL), ("25006", ONLY_READ)])
def test_postgresql_says_the_same_of_its_disk(migrated_url: str, tmp_path: Path, state: str, sentence: str) -> None:
    """DUR-4, DUR-5, with the errors that PostgreSQL gives where its disk is full and where it only reads."""
    here = Installation(tmp_path / "data", migrated_url)
    here.open_business()
    name = urlsplit(migrated_url).path[1:]
    with here.serving(), psycopg.connect(migrated_url, autocommit=True) as sql:
        ana = here.add_client("Ana").body["id"]
        if state == "53100":
            sql.execute(
                "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN RAISE EXCEPTION 'could not extend file: No space left' USING ERRCODE = '53100'; END$$"
            )
            sql.execute("CREATE TRIGGER no_room BEFORE INSERT ON ledger_entry EXECUTE FUNCTION no_room()")
        else:
            sql.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
            sql.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        answer = here.give(ana, 700, Idempotency_Key="once")
        assert (answer.status, answer.body["detail"][: len(sentence)]) == (503, sentence)
        assert here.call("GET", f"/api/v1/clients/{ana}/balance").body["available"] == 0
        if state == "53100":
            sql.execute("DROP TRIGGER no_room ON ledger_entry")
        else:
            sql.execute("SET default_transaction_read_only = off")
            sql.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
            sql.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        after: Any = here.give(ana, 700, Idempotency_Key="once")
        assert after.status == 201
