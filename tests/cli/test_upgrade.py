"""An installation of an older commit, with a business's months in it, becomes one of this commit (TRUST OPS-4)."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "upgrade"


def is_asked_for(back: int) -> bool:
    """Before a release alone, since it takes half a minute, and where this copy of the project goes back so far."""
    known = ["git", "rev-parse", "--quiet", "--verify", f"HEAD~{back}"]
    return (
        bool(os.environ.get("PLUSONE_TEST_RELEASE"))
        and not subprocess.run(known, cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode
    )


@pytest.mark.slow
@pytest.mark.parametrize("back", [back for back in (1, 40) if is_asked_for(back)])
def test_an_older_installation_is_upgraded_whole(back: int, engine: str) -> None:
    """OPS-4: each row is there, the books are right, and the tables are made as a new installation's are."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), f"HEAD~{back}", "--engine", engine, "--clients", "15", "--months", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout)


def test_a_table_made_otherwise_is_seen() -> None:
    """The control: an index that only the old path makes, and a column that only the new one makes."""
    differences = runpy.run_path(str(SCRIPT))["differences"]
    upgraded = {"client": ["column name 12 null=False", "index by_name"]}
    assert differences(upgraded, upgraded) == []
    assert differences({"client": ["column name 12 null=False", "column age 23 null=True"]}, upgraded) == [
        "client lacks column age 23 null=True",
        "client still has index by_name",
    ]
