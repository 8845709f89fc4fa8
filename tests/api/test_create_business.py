"""`plusone create-business`: how a program comes to its first key."""

import json
import os
import subprocess
import sys

import pytest

ARGUMENTS = ("--owner", "olga@vela.example", "--currency", "EUR", "--timezone", "Europe/Madrid", "--language", "es")


def plusone(database_url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    path = os.pathsep.join(sys.path)
    settings = {"DJANGO_SETTINGS_MODULE": "plusone.settings", "PYTHONPATH": path, "PLUSONE_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "plusone", *arguments]
    return subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_business_is_opened_from_the_command_line(database_url: str) -> None:
    """CONTRACT: with --json stdout holds one object: id, api_key, setup_url; names may repeat."""
    plusone(database_url, "migrate")
    made = plusone(database_url, "create-business", "Studio Vela", *ARGUMENTS, "--json")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert sorted(told) == ["api_key", "id", "setup_url"]
    assert (len(told["id"]), told["setup_url"].split("/")[3]) == (22, "setup")
    again = plusone(database_url, "create-business", "Studio Vela", *ARGUMENTS)
    assert (again.returncode, "/b/studio-vela-2/" in again.stdout) == (0, True)
    wrong = plusone(database_url, "create-business", "X", "--owner", "no address", "--json")
    assert (wrong.returncode, json.loads(wrong.stdout)) == (1, {"error": "This is not an e-mail address."})
