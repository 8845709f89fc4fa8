"""Files to import."""

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of lines, or of bytes as they are."""

    def write(*lines: str, encoding: str = "utf-8", raw: bytes = b"") -> Path:
        path = tmp_path / f"file{len(list(tmp_path.iterdir()))}.csv"
        path.write_bytes(raw or "\n".join([*lines, ""]).encode(encoding))
        return path

    return write
