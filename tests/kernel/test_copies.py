"""`plusone backup` and `restore`."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from machine_room import environment

from plusone.kernel.db import copies
from plusone.kernel.db.locks import in_use, unused


def rows(path: Path) -> int:
    with sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(raw.execute("SELECT count(*) FROM written").fetchone()[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_copy_is_whole_though_somebody_writes_and_can_be_brought_back(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    copy = tmp_path / "copy"
    if connection.vendor == "postgresql":
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", "/nowhere")
            with pytest.raises(copies.NoCopy, match="pg_dump is not installed"):
                copies.back_up(copy)
        assert list(tmp_path.iterdir()) == []
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE written (n INTEGER)")
    try:
        back_up_while_somebody_writes(copy)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE written")
    assert copy.stat().st_mode & 0o077 == 0, "nobody else may read it"
    assert {path.name for path in tmp_path.iterdir()} == {"copy", "last_backup", "locks"}
    elsewhere = tmp_path / "elsewhere.sqlite3"
    shutil.copy(copy, elsewhere)
    with sqlite3.connect(elsewhere) as raw:
        raw.execute("INSERT INTO written VALUES (-1)")
    env = environment(PLUSONE_DATABASE_URL=f"sqlite:///{elsewhere}", PLUSONE_DATA_DIR=str(tmp_path))
    subprocess.run([sys.executable, "-m", "plusone", "restore", str(copy)], env=env, check=True, capture_output=True)
    assert rows(elsewhere) == rows(copy)
    [kept] = tmp_path.glob("before-restore-*")
    assert rows(kept) == rows(copy) + 1, "what was there is kept aside"
    with sqlite3.connect(elsewhere) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def back_up_while_somebody_writes(copy: Path) -> None:
    begun, stop = threading.Event(), threading.Event()

    def keep_writing() -> None:
        with sqlite3.connect(connection.settings_dict["NAME"], timeout=10, isolation_level=None) as raw:
            while not stop.is_set():
                raw.execute("INSERT INTO written VALUES (1)")
                begun.set()
        raw.close()

    writer = threading.Thread(target=keep_writing)
    writer.start()
    assert begun.wait(10)
    try:
        copies.back_up(copy)
    finally:
        stop.set()
        writer.join()
    assert rows(copy) > 0


@pytest.mark.django_db
def test_only_a_backup_is_brought_back(tmp_path: Path, engine: str) -> None:
    with pytest.raises(copies.NoCopy, match="There is no file"):
        copies.restore(tmp_path / "none")
    if engine == "postgres":
        return
    text, strange = tmp_path / "text", tmp_path / "strange.sqlite3"
    text.write_text("no database\n" * 1000)
    with pytest.raises(copies.NoCopy, match="is no backup of Plusone on SQLite: file is not a database"):
        copies.restore(text)
    with sqlite3.connect(strange) as raw:
        raw.execute("CREATE TABLE django_migrations (app, name)")
        raw.execute("INSERT INTO django_migrations VALUES ('kernel', '9999_from_the_future')")
    with pytest.raises(copies.NoCopy, match="another version"):
        copies.restore(strange)


def test_what_is_in_use_is_not_unused(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    with in_use(), in_use(), unused() as free:
        assert not free
    with unused() as free:
        assert free


def test_a_place_in_which_nothing_can_be_is_said(tmp_path: Path) -> None:
    """A sentence for whoever typed it, and no error from the tidying up after it."""
    (tmp_path / "file").touch()
    with pytest.raises(copies.NoCopy, match="cannot be written"):
        copies.copy(tmp_path / "file" / "copy.sqlite3")
