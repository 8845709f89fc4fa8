"""What a line of the log looks like: JSON with the id of its request, and nobody's address (OPS-8, PRI-12)."""

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")


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
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(allow={"method", "route", "status", "ms"}),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _without_path,
    ]
    ends: list[Processor] = [
        structlog.processors.format_exc_info,
        _without_addresses,
        structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _as_text,
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=common, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ends]
    )


def _without_path(logger: Any, name: str, line: EventDict) -> EventDict:
    """Django names the path of a failed request, and a path may hold a token: the route says as much."""
    record = line.get("_record")
    request = getattr(record, "request", None)
    if record is not None and request is not None and record.name.startswith("django."):
        match = getattr(request, "resolver_match", None)
        line["event"] = f"{request.method} /{match.route if match else '…'}: {getattr(record, 'status_code', '')}"
    return line


def _without_addresses(logger: Any, name: str, line: EventDict) -> EventDict:
    for field in ("event", "exception"):
        text = str(line.get(field, ""))
        if "@" in text:  # a database quotes the row that it refuses
            line[field] = _ADDRESS.sub("‹address›", text)
    return line


def _as_text(logger: Any, name: str, line: EventDict) -> str:
    number = f" [{line['request_id']}]" if "request_id" in line else ""
    text = f"{line['at']} {line['level'].upper()} {line['logger']}{number}: {line['event']}"
    return f"{text}\n{line['exception']}" if line.get("exception") else text
