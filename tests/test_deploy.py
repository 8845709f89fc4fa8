"""What `deploy/` and docs/operate.md promise, as far as it can be checked without starting it (TRUST OPS-12)."""

import re
import subprocess
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from plusone.faces.cli import app
from plusone.faces.dashboard.views import imports
from plusone.faces.ui.middleware import BODY_MAX
from plusone.given import KNOWN, SECRET

pytestmark = pytest.mark.any_engine

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
OPERATE = (ROOT / "docs" / "operate.md").read_text()
KEYS = {
    *("image", "build", "command", "environment", "volumes", "tmpfs", "read_only", "cap_drop", "security_opt"),
    *("restart", "logging", "healthcheck", "depends_on", "ports", "profiles", "stop_grace_period"),
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def test_the_compose_file_holds_together(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"migrate", "app", "worker", "caddy", "postgres"}
    for name, service in services.items():
        assert set(service) <= KEYS, name
        needed = service.get("depends_on", {})
        assert set(needed) <= set(services), name
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert (DEPLOY / source).is_file() if source.startswith("./") else source in compose["volumes"], volume
    assert services["postgres"]["profiles"] == ["postgres"], "SQLite unless asked for"
    assert (DEPLOY / services["app"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / services["app"]["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("name", ["migrate", "app", "worker"])
def test_our_containers_may_do_little(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "ports" not in service, "only Caddy is reached from outside"
    assert service["command"][0] in app.names()


def test_the_image_is_built_in_two_steps_and_does_not_run_as_root() -> None:
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    images = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert images == ["python:3.13-slim", "python:3.13-slim"]
    last = [line.split()[0] for line in lines if re.match(r"[A-Z]+ ", line)]
    assert "USER 10001" in lines
    assert last.index("USER") < last.index("ENTRYPOINT")
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            assert all((ROOT / source).exists() for source in line.split()[1:-1]), line
    assert "--require-hashes" in "\n".join(lines)


def test_the_image_gets_what_it_needs_and_no_secret() -> None:
    """The folder that the build is handed holds the installation's own data where it was tried out before."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert lines[0] == "*", "everything is left out but what is named"
    copied = {
        source
        for line in (DEPLOY / "Containerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    }
    assert copied == allowed


def test_proxies_let_pass_what_the_program_takes() -> None:
    """A file of 20 MB may be imported: nginx must not refuse it first, and need not take more than the program does."""
    [megabytes] = re.findall(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text())
    assert imports.FILE_MAX < BODY_MAX <= int(megabytes) * 2**20
    assert "request_body" not in (DEPLOY / "Caddyfile").read_text(), "without it Caddy has no limit of its own"


def test_settings_named_in_deploy_and_docs_exist() -> None:
    known = KNOWN | {f"{name}_FILE" for name in SECRET}
    texts = [OPERATE, *(path.read_text() for path in DEPLOY.iterdir())]
    named = {name for text in texts for name in re.findall(r"PLUSONE_([A-Z][A-Z_]*[A-Z])", text)}
    of_the_tests = {"TEST_ENGINE", "TEST_DATABASE_URL", "TEST_BROWSER"}  # read by what runs them, no setting
    assert named - known == of_the_tests
    assert known - named == {"BOUND_HOST", "DATABASE_URL_FILE", "EMAIL_URL_FILE"} & (known - named)


def test_the_containers_are_given_each_setting_of_the_file(compose: dict[str, Any]) -> None:
    """What stands in .env reaches a container by being named here alone; what is not set there is not set here."""
    of_the_image = {"DATA_DIR", "ENV", "BOUND_HOST", "FAULTS", "TEST_CLOCK"}
    for name in ("migrate", "app", "worker"):
        handed = compose["services"][name]["environment"]
        assert {each.removeprefix("PLUSONE_") for each in handed} == KNOWN - of_the_image
        assert all(handed[each] == f"${{{each}:-}}" for each in handed if each != "PLUSONE_BASE_URL")


def test_a_copy_is_called_by_its_day_as_the_page_names_it() -> None:
    """`plusone restore …/Mon` finds it on a server that speaks Spanish, too, whose Monday would be "lun"."""
    [command] = re.findall(r"ExecStart=(.+)", (DEPLOY / "plusone-backup.service").read_text())
    [day] = re.findall(r"\$\$\((.+?)\)", command)
    assert day == "LC_ALL=C date +%%a"


@pytest.mark.parametrize("name", ["plusone", "plusone-worker", "plusone-backup"])
def test_the_units_are_locked_in(name: str) -> None:
    unit = RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # names are written as systemd has them
    unit.read(DEPLOY / f"{name}.service")
    service = unit["Service"]
    assert service["User"] == "plusone"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["CapabilityBoundingSet"] == ""
    assert service["UMask"] == "0077"
    [command] = re.findall(r"/opt/plusone/\.venv/bin/plusone (\S+)", service["ExecStart"])
    assert command in app.names()


@pytest.mark.parametrize("block", re.findall(r"```sh\n(.*?)```", OPERATE, re.DOTALL))
def test_what_the_page_tells_to_type_can_be_typed(block: str) -> None:
    """Each block is a script that the shell understands, and each file of the project that it names is there."""
    read = subprocess.run(["bash", "-n"], input=block, text=True, capture_output=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")
    for named in re.findall(r"/opt/plusone/(\S+)", block):
        assert list(ROOT.glob(named)), named


def test_every_command_of_the_page_is_one() -> None:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", OPERATE, re.DOTALL))
    found = re.findall(r"(?:^|app )plusone ([a-z-]+)(.*)$", blocks, re.MULTILINE)
    assert {command for command, _ in found} == {"create-business", "delete-business", "doctor", "restore", "backup"}
    for command, rest in found:
        options = set(re.findall(r"--[a-z-]+", rest))
        shown = CliRunner().invoke(app._build([command]), [command, "--help"], env={"COLUMNS": "200"}).output
        assert options <= set(re.findall(r"--[a-z-]+", shown)), command
