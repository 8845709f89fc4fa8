"""What the web server calls, `plusone.server:application`: the probes first, then the edge, then Django."""

import os
import warnings
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plusone.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.urls import get_resolver
from django.utils import timezone

type Environ = dict[str, Any]
type StartResponse = Callable[..., Any]
type Application = Callable[[Environ, StartResponse], Iterable[bytes]]

# What `/.well-known/security.txt` says of itself holds this long; it is said anew at each reading.
SECURITY_TXT_HOLDS = timedelta(days=180)


def with_probes(application: Application) -> Application:
    """Answer what machines ask, whatever host name they use, and leave the rest to `application`."""
    probes: dict[str, Callable[[], tuple[int, str]]] = {
        "/livez": lambda: (200, "alive\n"),
        "/readyz": _ready,
        "/metrics": _metrics,
        "/.well-known/security.txt": lambda: (200, _security_txt()),
    }

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        probe = probes.get(environ.get("PATH_INFO", ""))
        if probe is None or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return application(environ, start_response)
        status, text = probe()
        body = text.encode()
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response("200 OK" if status == 200 else "503 Service Unavailable", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    return answer


def _ready() -> tuple[int, str]:
    reason = why_not_ready()
    return (503, f"not ready: {reason}\n") if reason else (200, "ready\n")


def _metrics() -> tuple[int, str]:
    from plusone.faces.public import metrics  # models can be imported only once Django is set up

    return 200, metrics.page()


def why_not_ready() -> str:
    """Return why this server cannot serve now, or an empty string."""
    # Here rather than above: models can be imported only once Django is set up.
    from plusone.kernel import faults
    from plusone.kernel.db import schema
    from plusone.kernel.db.outages import why_not_writable
    from plusone.kernel.queue import queries

    close_old_connections()
    try:
        faults.hit("server.ready")
        pending = schema.pending()
        if pending:
            return f"migrations are pending: {', '.join(pending[:3])}{' and more' if pending[3:] else ''}"
        if queries.is_stuck():
            return f"no background worker has taken what has been due for {queries.longest_overdue().seconds} seconds"
    except (DatabaseError, InterfaceError) as error:
        return f"the database does not answer: {str(error).strip()}"
    finally:
        close_old_connections()
    return why_not_writable()


def _security_txt() -> str:
    host = urlsplit(settings.BASE_URL).hostname
    expires = (timezone.now() + SECURITY_TXT_HOLDS).strftime("%Y-%m-%dT00:00:00Z")
    return (
        f"Contact: mailto:security@{host}\n"
        f"Expires: {expires}\n"
        "Preferred-Languages: en, es, fr\n"
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt\n"
    )


def _build() -> Application:
    with warnings.catch_warnings():
        # WhiteNoise misses the folder that `collectstatic` makes; until then it serves from the package.
        warnings.filterwarnings("ignore", "No directory at")
        django: Application = get_wsgi_application()
    _ = get_resolver().url_patterns  # imports every view now, so that the first visitor need not wait for it
    from plusone.faces.edge.app import wrap  # these need Django set up
    from plusone.faces.ui.requests import watched

    return with_probes(watched(wrap(django)))


application = _build()
