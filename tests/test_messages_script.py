"""scripts/messages, where something that runs meanwhile depends on it."""

import runpy
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "messages"


def test_a_program_that_starts_meanwhile_reads_whole_translations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a catalogue is being written the one before lies there, also where the writing fails halfway."""
    names = runpy.run_path(str(SCRIPT))["compile_"].__globals__
    compiled = tmp_path / "django.mo"
    compiled.write_bytes(b"the one before")
    seen = []

    def half(file: Any, catalog: Any) -> None:
        file.write(b"ha")
        file.flush()
        seen.append(compiled.read_bytes())
        raise OSError("the disk is full")

    monkeypatch.setitem(names, "po_of", lambda language: tmp_path / "django.po")
    monkeypatch.setitem(names, "read", lambda language: [])
    monkeypatch.setitem(names, "write_mo", half)
    with pytest.raises(OSError, match="full"):
        names["compile_"]()
    assert seen == [compiled.read_bytes()] == [b"the one before"]

    monkeypatch.setitem(names, "write_mo", lambda file, catalog: file.write(b"the next"))
    names["compile_"]()
    assert compiled.read_bytes() == b"the next"
    assert [path.name for path in tmp_path.iterdir()] == ["django.mo"]
