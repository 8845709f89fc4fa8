"""A new installation: nobody is in it, one link lets the owner in once, and of a key only its hash is kept."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from test_server import children

from howoften import often
from served import CREATE, CSRF, Installation

pytestmark = [pytest.mark.slow, pytest.mark.any_engine]
ROOT = Path(__file__).resolve().parents[2]
COUNT = """
import django
django.setup()
from plusone.connect.models import ApiKey
from plusone.kernel.models import Business, User
print(User.objects.count(), Business.objects.count(), ApiKey.objects.count())
"""
THROUGH_TLS = {
    "Host": "vela.example",
    "X-Forwarded-Proto": "https",
    "Origin": "https://vela.example",
    "Cookie": f"__Host-csrftoken={CSRF}",
    "Content-Type": "application/x-www-form-urlencoded",
}
SENT = f"csrfmiddlewaretoken={CSRF}".encode()


def test_nobody_is_in_it_and_one_link_lets_the_owner_in_once(migrated_url: str, tmp_path: Path) -> None:
    """TRUST AUTH-14: no account of ours, a set-up link that is printed once and kept nowhere, and no way of a demo."""
    here = Installation(
        tmp_path / "data", migrated_url, PLUSONE_ENV="production", PLUSONE_BASE_URL="https://vela.example"
    )
    assert here.script(COUNT) == "0 0 0"
    with here.serving():
        assert here.call("GET", "/o/", **THROUGH_TLS).status == 404, "the outbox of a demo"
        assert here.script(COUNT) == "0 0 0", "starting made nobody"
        told = json.loads(here.plusone(*CREATE).stdout)
        link = urlsplit(told["setup_url"])
        assert link.netloc == "vela.example"
        token = link.path.rpartition("/")[2].encode()
        assert token not in here.everything()
        for _look in range(2):  # as a mail scanner does
            assert here.call("GET", link.path, **THROUGH_TLS).status == 200
        first = here.call("POST", link.path, SENT, **THROUGH_TLS)
        assert (first.status, "__Host-sessionid=" in first.headers["set-cookie"]) == (302, True)
        second = here.call("POST", link.path, SENT, **THROUGH_TLS)
        assert (second.status, "__Host-sessionid=" in second.headers.get("set-cookie", "")) == (410, False)
    assert here.script(COUNT) == "1 1 1"
    assert token not in here.everything() + here.log.read_bytes()
    said = here.plusone("doctor", fails=True)
    assert token.decode() not in said.stdout + said.stderr


def test_of_a_key_only_its_hash_is_kept_and_it_ends_at_once(migrated_url: str, tmp_path: Path) -> None:
    """TRUST AUTH-12, but for scopes: a key acts as the owner of its one business, and says so where it is made."""
    here = Installation(tmp_path / "data", migrated_url)
    here.open_business()
    olga = {"Cookie": here.cookie_of_olga(), "Host": "localhost", "Origin": f"http://localhost:{here.port}"}
    with here.serving():
        assert here.call("GET", "/api/v1/business").status == 200
        in_a_url = f"/api/v1/business?api_key={here.key}"
        assert here.call("GET", in_a_url, Authorization="").status == 401
        page = here.call("GET", "/b/studio-vela/settings/keys/", **olga).text
        assert f"{here.key[:8]}…" in page
        assert here.key not in page
        assert "never" not in re.sub(r"<[^>]+>", " ", page).partition("Last used")[2].partition("Revoke")[0]
        [way] = set(re.findall(r'"(/b/studio-vela/settings/keys/\w+/revoke/)"', page))
        sent = {**olga, "Host": f"localhost:{here.port}", "Content-Type": "application/x-www-form-urlencoded"}
        assert here.call("POST", way, SENT, **sent).status == 302
        ended = time.monotonic()
        assert here.call("GET", "/api/v1/business").status == 401
        assert time.monotonic() - ended < 1
    secret = here.key.encode()
    assert secret[:8] in here.everything()
    assert secret not in here.everything() + here.log.read_bytes()
    assert b"Bearer" not in here.log.read_bytes()


def worked(pid: int) -> float:
    """How many seconds of a processor a program, those that it started and those that have ended have used."""
    used = 0
    for each in {pid, *children(pid)}:
        fields = (Path("/proc") / str(each) / "stat").read_text().rpartition(")")[2].split()
        used += sum(int(ticks) for ticks in fields[11:15])
    return used / os.sysconf("SC_CLK_TCK")


# Before a release alone, since it takes a minute; without a setting there is no other database than SQLite.
@pytest.mark.parametrize("place", often([], ["here", "clone"]) if os.environ["PLUSONE_TEST_ENGINE"] == "sqlite" else [])
def test_one_command_and_there_is_a_page(place: str, tmp_path: Path) -> None:
    """TRUST OPS-1: `make run` needs no other service, says where, and lets the owner in by a link that works once.

    Here, and in a fresh copy of the project, whose packages are not fetched in that minute.
    """
    tree = ROOT
    if place == "clone":
        tree = tmp_path / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(tree)], check=True)
        subprocess.run(["make", "setup"], cwd=tree, check=True, capture_output=True)
    here = Installation(tmp_path / "data", "")
    env = {name: value for name, value in here.env.items() if not name.startswith("PLUSONE_") and name != "PYTHONPATH"}
    env |= {"PORT": str(here.port), "PLUSONE_DATA_DIR": str(here.folder)}
    began = time.monotonic()
    with here.log.open("wb") as log:
        server = subprocess.Popen(["make", "run"], cwd=tree, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        here.until_alive(server, seconds=240)
        took = time.monotonic() - began
        print(f"there after {took:.0f} s, of which it worked {worked(server.pid):.0f}")
        assert min(took, worked(server.pid)) < 60  # other tests may have the cores meanwhile
        assert here.call("GET", "/readyz").text == "ready\n"
        said = here.log.read_text()
        assert f"http://localhost:{here.port}" in said
        [link] = re.findall(r"http://localhost:\d+(/setup/\S+)", said)
        site = f"localhost:{here.port}"
        form = {"Host": site, "Origin": f"http://{site}", "Cookie": f"csrftoken={CSRF}"}
        form["Content-Type"] = "application/x-www-form-urlencoded"
        assert [here.call("POST", link, SENT, **form).status for _press in range(2)] == [302, 410]
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
