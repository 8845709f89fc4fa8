"""What the tests of figures and store share: a reader for CSV answers."""

import csv
import io
from typing import Any


def read_csv(answer: Any) -> list[list[str]]:
    """Return the rows of a CSV answer, its header first."""
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))
