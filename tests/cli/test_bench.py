"""`plusone bench` measures on a database of its own and answers with ratios (CONTRACT, Commands)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from plusone.faces.cli.app import main


def bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-m", "plusone", "bench", "--seconds", "0.05", *arguments]
    env = {**os.environ, "PLUSONE_DATA_DIR": str(folder)}
    return subprocess.run(asked, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.any_engine
@pytest.mark.slow
def test_bench_answers_with_ratios_and_leaves_the_installation_alone(tmp_path: Path) -> None:
    done = bench(tmp_path / "data", "link", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert list(told["paths"]) == ["link"]
    assert told["paths"]["link"]["ratio"] > 0  # how much, `plusone bench` tells: no test counts seconds
    assert not (tmp_path / "data").exists()


def test_bench_names_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["bench", "nothing"])
    assert ended.value.code == 1
    assert "link, posting" in capsys.readouterr().err
