"""docs/api.md says the truth: its commands are run one after the other, against a server."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
# What the guide uses of curl, for machines without it.
CURL = """#!{python}
import sys, urllib.error, urllib.request
method, headers, body, url, show = "", {{}}, None, "", False
words = iter(sys.argv[1:])
for word in words:
    if word == "-X": method = next(words)
    elif word == "-H": headers.update([next(words).split(": ", 1)])
    elif word == "-d": body = next(words).encode()
    elif word == "-i": show = True
    elif word != "-s": url = word
asked = urllib.request.Request(url, body, headers, method=method or ("POST" if body else "GET"))
try: answer = urllib.request.urlopen(asked)
except urllib.error.HTTPError as error: answer = error
if show: print(answer.headers)
print(answer.read().decode())
"""
PLUSONE = '#!/bin/sh\nexec "{python}" -m plusone "$@"\n'


def write(path: Path, text: str) -> None:
    path.write_text(text.format(python=sys.executable))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.django_db(transaction=True)
def test_the_guide_can_be_typed_in(live_server: object, tmp_path: Path) -> None:
    """The last line of the loop prints 1500; the second towel is the first one."""
    write(tmp_path / "curl", CURL)
    write(tmp_path / "plusone", PLUSONE)
    write(tmp_path / "python3", '#!/bin/sh\nexec "{python}" "$@"\n')
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        database = f"sqlite:///{name}"
    else:
        database = urlunsplit(urlsplit(os.environ["PLUSONE_DATABASE_URL"])._replace(path=f"/{name}"))
    blocks = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    script = "set -e\n" + "echo ----\n".join(blocks).replace("http://127.0.0.1:8000", str(live_server))
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "DJANGO_SETTINGS_MODULE": "plusone.settings",
        "PLUSONE_DATABASE_URL": database,
    }
    ran = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    said = [block.strip() for block in ran.stdout.split("----\n")]
    assert '"name": "Studio Vela"' in said[1]
    assert said[2].split() == ["active", "paid", "1500"]
    assert said[3].count('"name": "Towel"') == 2
    assert said[3].count("Idempotent-Replayed: true") == 1
    assert len(set(re.findall(r'"id": "(\w{22})"', said[3]))) == 1
    assert said[4].count('"items": [') == 2
