"""`plusone serve`: web workers and the background worker, as one group of processes that ends as one."""

import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import django
import typer
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer
from granian.server.mt import MTServer

from plusone.kernel.loopback import by_name
from plusone.kernel.processes import die_with_parent, share_memory, spare_memory, tidy_at_rest

from .app import Stop

log = logging.getLogger("plusone.server")

# A port of a server that was killed a moment ago comes free when the last of its children has gone.
PORT_PATIENCE_SECONDS = 1.5
GRACE_SECONDS = 25
THREADS = 8


def command(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=0, help="Web processes; 0 chooses.")] = 0,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Leave background work to `plusone worker`.")] = False,
) -> None:
    """Serve the pages, the API and the referral links, and do the background work. SIGTERM ends it after what runs."""
    address = _free_address(host, port)
    named = _name_ourselves(host, port)
    django.setup()
    from plusone.kernel.db.locks import in_use  # readable only now

    with in_use():
        _prepare_database()
        if named:
            _keep_base_url()
        workers = workers or _default_workers()
        with _counting_together(workers):
            server = OneProcess if workers == 1 else Processes
            server(address, port, workers, background=None if no_worker else Background()).run()


def _free_address(host: str, port: int) -> str:
    """Return the numeric address of `host`. Raise Stop where we cannot listen there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise Stop(f"There is no address {host} to listen on.") from None
    until = time.monotonic() + PORT_PATIENCE_SECONDS
    while True:
        try:
            with socket.socket(family, kind) as probe:
                # Not SO_REUSEPORT, which Granian uses: with it we would share a port that another server of ours has.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
            return str(address[0])
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Stop(f"Port {port} of {host} cannot be used: {error.strerror}.") from None
            if time.monotonic() > until:
                raise Stop(f"Port {port} of {host} is taken. Choose another one: --port {port + 1}.") from None
            time.sleep(0.05)


def _name_ourselves(host: str, port: int) -> bool:
    """Say where we are bound, before the settings are read. True: what our address is, too, as no setting says it."""
    os.environ["PLUSONE_BOUND_HOST"] = host
    if os.environ.get("PLUSONE_BASE_URL", "").strip():
        return False
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    os.environ["PLUSONE_BASE_URL"] = f"http://{name}:{port}"
    return True


def _keep_base_url() -> None:
    """Keep a default address in the data folder, for the links that other commands print."""
    from django.conf import settings  # readable only now

    Path(settings.DATA_DIR, "base_url").write_text(f"{settings.BASE_URL}\n")


def _prepare_database() -> None:
    from django.db import DatabaseError, connection

    from plusone.kernel.db import schema
    from plusone.kernel.db.upgrading import upgrade_aside

    if connection.vendor == "sqlite":
        upgrade_aside()
        return
    try:
        pending = schema.pending()
    except DatabaseError as error:
        log.warning("The database does not answer yet: %s", error)
        return
    if pending:
        log.warning("The database is older than this program. Run `plusone migrate`; until then /readyz says 503.")


@contextmanager
def _counting_together(workers: int) -> Iterator[None]:
    """Let several web processes count requests in files of one folder: `/metrics`, whichever answers, adds them up."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="plusone-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # read when the library is imported
        yield


def _default_workers() -> int:
    from django.db import connection

    # SQLite's writers stand in one line within a process; several processes would only get in each other's way. On a
    # small machine PostgreSQL and the background worker want a core, too, and each process wants 100 MB.
    return 1 if connection.vendor == "sqlite" else max(1, min(4, (os.cpu_count() or 1) // 2))


class Background:
    """The background worker beside the web workers: a child process, started again should it die."""

    def __init__(self) -> None:
        self._stopping = False
        self._first = 0
        self._process: subprocess.Popen[bytes] | None = None
        # The child asks to die with the thread that started it, so the thread must live as long as we do.
        self._thread = threading.Thread(target=self._keep_running, name="background")

    def fork(self) -> None:
        """Make the first one out of ourselves, before there are threads and sockets: it shares what is loaded."""
        parent = os.getpid()
        self._first = os.fork()
        if self._first:
            return
        code = 1
        try:
            from plusone.faces.cli import worker

            worker.command(once=False, threads=worker.THREADS, parent=parent)
            code = 0
        except BaseException:
            log.exception("The background worker failed.")
        finally:
            sys.stderr.flush()
            os._exit(code)  # nothing of the server's own end is ours to do

    def start(self) -> None:
        """Watch over it from here on."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Tell it to end after what runs. May be called in a signal handler."""
        self._stopping = True
        if self._first:
            with suppress(ProcessLookupError):
                os.kill(self._first, signal.SIGTERM)
        process = self._process
        if process is not None and process.returncode is None:
            os.kill(process.pid, signal.SIGTERM)

    def join(self) -> None:
        """Wait until it has ended, or end it."""
        if not self._thread.ident:  # the server never came so far
            self._thread.start()
        self._thread.join(GRACE_SECONDS)
        if self._thread.is_alive():
            if self._first:
                with suppress(ProcessLookupError):
                    os.kill(self._first, signal.SIGKILL)
            if self._process is not None:
                self._process.kill()
            self._thread.join()

    def _keep_running(self) -> None:
        if self._first:
            _, status = os.waitpid(self._first, 0)
            self._first = 0
            self._mourn(os.waitstatus_to_exitcode(status))
        while not self._stopping:
            command = [sys.executable, "-m", "plusone", "worker", "--parent", str(os.getpid())]
            self._process = subprocess.Popen(command)  # noqa: S603  # our own program
            if self._stopping:
                self._process.terminate()
            self._mourn(self._process.wait())

    def _mourn(self, code: int) -> None:
        if not self._stopping:
            log.error("The background worker ended (%s). It is started again.", code)
            time.sleep(1)


class _WebServer:
    """Granian, with the background worker at its side; a subclass says where its web workers live."""

    bind_addr: str
    bind_port: int
    serve: Callable[..., None]

    def __init__(self, address: str, port: int, workers: int, *, background: Background | None) -> None:
        super().__init__(
            "plusone.server:application",  # type: ignore[call-arg]  # Granian's server comes after this class
            address=address,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            blocking_threads_idle_timeout=600,  # a thread that ends takes its database connection with it
            respawn_failed_workers=True,
            respawn_interval=0.5,
            workers_kill_timeout=GRACE_SECONDS,
            log_level=LogLevels.error,
        )
        self._background = background

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        _application_in(os.getpid())  # loaded before the fork: a mistake shows here, and the children start at once
        from django.db import connections

        connections.close_all()
        share_memory()
        if self._background is not None:
            self._background.fork()
        try:
            self.serve(target_loader=_loader(os.getpid()), wrap_loader=False)
        finally:
            if self._background is not None:
                self._background.ask_to_stop()
                self._background.join()

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        """End everything, the background worker at the same time as the web workers."""
        if self._background is not None:
            self._background.ask_to_stop()
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[misc]

    def _spawn_workers(self, *args: Any, **kwargs: Any) -> None:
        super()._spawn_workers(*args, **kwargs)  # type: ignore[misc]
        # After the fork: a process with threads should not fork.
        if self._background is not None:
            self._background.start()
        host = f"[{self.bind_addr}]" if ":" in self.bind_addr else self.bind_addr
        here = f"http://{host.replace('0.0.0.0', '127.0.0.1')}:{self.bind_port}"  # noqa: S104  # as seen from here
        threading.Thread(target=_say_when_ready, args=[here], daemon=True).start()


class Processes(_WebServer, MPServer):
    """Several web workers, each a process, and one above them that starts another where one dies."""


class OneProcess(_WebServer, MTServer):
    """One web worker, in this very process.

    A process above it would hold all that is loaded a second time, as soon as both have written on it: 50 MB. If this
    one dies, what started it starts it again.
    """

    def _check_gil(self) -> None:
        """Granian keeps this server for Pythons without the lock; with one worker there is nothing to share it with."""

    def _stop_workers(self) -> None:
        threads = [worker.inner for worker in self.wrks]
        super()._stop_workers()  # type: ignore[no-untyped-call]  # as above
        if any(thread.is_alive() for thread in threads):  # a request still runs, and was given all its time
            if self._background is not None:
                self._background.join()
            sys.stderr.flush()
            os._exit(0)  # its thread would keep us here


def _loader(parent: int) -> Callable[[], Any]:
    def load() -> Any:
        tidy_at_rest()
        return _application_in(parent)

    return load


def _application_in(parent: int) -> Any:
    if os.getpid() != parent:
        die_with_parent(parent)
    spare_memory()
    from plusone.server import application  # reads the settings

    return application


def _say_when_ready(here: str) -> None:
    from django.conf import settings

    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{here}/livez", timeout=1):  # noqa: S310  # our own address
                name = by_name(settings.BASE_URL)
                also = f", and at {name}, as passkeys need it" if name != settings.BASE_URL else ""
                sys.stderr.write(f"Plusone answers at {settings.BASE_URL}{also} (Ctrl-C ends it).\n")
                return
        except OSError:
            time.sleep(0.05)
