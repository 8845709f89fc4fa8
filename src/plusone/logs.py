"""What a line of the log looks like: JSON with the id of its request, and nobody's address (OPS-8, PRI-12)."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# The request that this thread answers, named in each line that is logged meanwhile; empty between requests.
request_id: ContextVar[str] = ContextVar("request_id", default="")

_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_OF_REQUESTS = ("method", "route", "status", "ms")


def config(*, as_json: bool) -> dict[str, Any]:
    """Return the setting LOGGING: to standard error, a line each; as text without the requests where people watch."""
    formatter = {"()": "plusone.logs.formatter", "as_json": as_json}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "plusone": {"level": "INFO"},
            "plusone.request": {"level": "INFO" if as_json else "WARNING"},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }


def formatter(*, as_json: bool) -> logging.Formatter:
    """Make what turns a record into a line."""
    return _AsJson() if as_json else _AsText()


class _AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "event": _without_addresses(_without_path(record)),
            **({"request_id": request_id.get()} if request_id.get() else {}),
            "logger": record.name,
            "level": record.levelname.lower(),
            **{name: vars(record)[name] for name in _OF_REQUESTS if name in vars(record)},
            "at": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        if record.exc_info and record.exc_info[0]:
            line["exception"] = _without_addresses(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class _AsText(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        number = f" [{request_id.get()}]" if request_id.get() else ""
        event = _without_addresses(_without_path(record))
        text = f"{at} {record.levelname} {record.name}{number}: {event}"
        if record.exc_info and record.exc_info[0]:
            return f"{text}\n{_without_addresses(self.formatException(record.exc_info))}"
        return text


def _without_path(record: logging.LogRecord) -> str:
    """Django names the path of a failed request, and a path may hold a token: the route says as much."""
    request = getattr(record, "request", None)
    if request is None or not record.name.startswith("django."):
        return record.getMessage()
    match = getattr(request, "resolver_match", None)
    return f"{request.method} /{match.route if match else '…'}: {getattr(record, 'status_code', '')}"


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub("‹address›", text) if "@" in text else text  # a database quotes the row that it refuses
