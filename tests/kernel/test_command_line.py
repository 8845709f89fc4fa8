"""`plusone …` as its users call it: exit codes, sentences, and JSON that is JSON."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from machine_room import environment

from plusone.faces.cli import app
from plusone.kernel.errors import Refused

type Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path, database_url: str) -> Run:
    """Run `plusone …` in an installation of its own."""

    def command(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        own = {"PLUSONE_DATA_DIR": str(tmp_path / "data"), "PLUSONE_DATABASE_URL": database_url, **settings}
        command = [sys.executable, "-m", "plusone", *arguments]
        return subprocess.run(command, env=environment(**own), capture_output=True, text=True, check=False)

    return command


def code_of(*arguments: str) -> int:
    before = os.umask(0o077)
    with pytest.raises(SystemExit) as end:
        app.main(list(arguments))
    os.umask(before)
    assert isinstance(end.value.code, int)
    return end.value.code


def test_help_names_each_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of("--help") == 0
    said = capsys.readouterr().out
    for name in ("serve", "worker", "migrate", "doctor", "backup", "restore"):
        assert f"  {name} " in said


def test_a_module_is_a_command() -> None:
    assert {"migrate", "worker"} <= set(app.names())
    assert "app" not in app.names()


def test_called_wrongly(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of("no-such-command") == 2
    assert code_of("worker", "--threads", "none") == 2
    assert capsys.readouterr().out == ""


def test_with_json_stdout_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    with app.output(as_json=True) as out:
        out.say("half way")
        print("a library talks")
        out.answer({"id": "ñ"}, "done")
    told = capsys.readouterr()
    assert told.out == '{"id": "ñ"}\n'
    assert told.err == "half way\na library talks\n"


def test_without_json_stdout_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    with app.output(as_json=False) as out:
        out.say("half way")
        out.answer({"id": 1}, "done")
    assert capsys.readouterr().out == "half way\ndone\n"


def test_a_refusal_is_an_object_too(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """CONTRACT, Commands: exactly one object on stdout, the sentence for people on stderr."""

    def no(_command: str) -> None:
        with app.output(as_json=True):
            raise Refused("not today")

    monkeypatch.setattr("plusone.kernel.checkup.faults", lambda: no("doctor"))
    assert code_of("doctor", "--json") == 1
    told = capsys.readouterr()
    assert told.out == '{"error": "not today"}\n'
    assert told.err == "plusone: not today\n"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("create-business", "Studio Vela", "--json"), 2, "Missing option '--owner'."),
        (("create-business", "--owner", "--json"), 2, "Missing argument 'name'."),
        (("doctor", "--json", "--fast"), 2, "No such option: --fast"),
        (("no-such-command", "--json"), 2, "No such command 'no-such-command'."),
    ],
)
def test_called_wrongly_is_an_object_too(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, says: str
) -> None:
    assert code_of(*arguments) == code
    told = capsys.readouterr()
    assert told.out.count("\n") == 1
    assert json.loads(told.out)["error"].startswith(says)
    assert says in told.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"), [("PLUSONE_ENV", "prod"), ("PLUSONE_DATABASE_URL", "mysql://root@127.0.0.1/x")]
)
def test_a_wrong_setting_is_an_object_too(run: Run, name: str, value: str) -> None:
    ended = run("doctor", "--json", **{name: value})
    assert ended.returncode == 1
    assert list(json.loads(ended.stdout)) == ["error"]
    assert ended.stderr.startswith("plusone: ")


@pytest.mark.slow
def test_a_folder_that_cannot_be_is_one_sentence(run: Run) -> None:
    done = run("migrate", PLUSONE_DATA_DIR="/dev/null/data")
    assert done.returncode == 1
    assert done.stderr == "plusone: The data folder /dev/null/data cannot be made: Not a directory.\n"


@pytest.mark.slow
def test_a_database_that_does_not_answer_is_one_sentence(run: Run) -> None:
    done = run("worker", "--once", PLUSONE_DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert done.stderr.startswith("plusone: The database cannot be used: ")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_an_installation_from_nothing(run: Run, engine: str) -> None:
    before = run("doctor", "--json")
    found = json.loads(before.stdout)
    assert (before.returncode, found["ok"]) == (1, False)
    assert {"migrations", "database"} & {fault["name"] for fault in found["faults"]}
    assert found["database"]["engine"] == {"sqlite": "sqlite", "postgres": "postgresql"}[engine]
    assert "Applied kernel.0001_" in run("migrate").stdout
