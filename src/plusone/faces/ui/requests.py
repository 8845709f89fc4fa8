"""Each request has an id: in its answer, in the lines it logs and on the page that says it failed (OPS-8)."""

import logging
import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

from plusone import logs
from plusone.kernel import ids

log = logging.getLogger("plusone.request")

type Environ = dict[str, Any]
type StartResponse = Callable[..., Any]
type Application = Callable[[Environ, StartResponse], Iterable[bytes]]

NUMBER, ROUTE = "plusone.request_id", "plusone.route"
QUIET = "static/"

# Several web processes count in files of one folder, which `serve` names; the page of any of them adds them up.
IN_FILES = "PROMETHEUS_MULTIPROC_DIR" in os.environ
seconds = Histogram(
    "plusone_request_seconds",
    "How long answers take, by who asks and by how they end.",
    ["face", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=None,
)
FACES = {"r": "link", "join": "public", "at": "public", "u": "public", "b": "staff", "p": "portal", "api": "api"}


class RequestMiddleware:
    """Give the request its id, unless the server did, and tell the server which route it took."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer with the id in a header."""
        request.request_id = request.META.setdefault(NUMBER, "") or ids.public_id()
        logs.request_id.set(request.request_id)
        response = self.get_response(request)
        if request.resolver_match is not None:
            request.META[ROUTE] = request.resolver_match.route
        response["X-Request-Id"] = request.request_id
        return response


def watched(application: Application) -> Application:
    """Number, time and log what `application` answers. Routes are logged, not paths: those may hold a token."""

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        begun = time.perf_counter()
        number = environ[NUMBER] = ids.public_id()
        path = str(environ.get("PATH_INFO", "")).lstrip("/")
        status = ["500"]

        def begin(line: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            status[0] = line[:3]
            if not any(name == "X-Request-Id" for name, _ in headers):
                headers = [*headers, ("X-Request-Id", number)]
            return start_response(line, headers, *rest)

        logs.request_id.set(number)
        try:
            return application(environ, begin)
        finally:
            took = time.perf_counter() - begun
            first = path.partition("/")[0]
            seconds.labels(FACES.get(first, "other"), f"{status[0][0]}xx").observe(took)
            if not path.startswith(QUIET):
                route = environ.get(ROUTE) or (f"{first}/…" if first in FACES else "…")
                facts = {"method": environ.get("REQUEST_METHOD"), "route": f"/{route}", "status": int(status[0])}
                log.info("request", extra={**facts, "ms": round(took * 1000, 1)})
            logs.request_id.set("")

    return answer
