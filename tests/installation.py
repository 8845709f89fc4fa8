"""The installation that the tests run against: Plusone's own settings, a throw-away folder, a throw-away database.

PLUSONE_TEST_ENGINE chooses `sqlite` (the default) or `postgres`; PLUSONE_TEST_DATABASE_URL names a PostgreSQL server to
use instead of the one brought along. Each run has its own folder, in memory where there is room.
"""

import atexit
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import postgres

ROOM_NEEDED = 1 << 30


def _place() -> Path:
    memory = Path("/dev/shm")
    try:
        if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_NEEDED:
            return memory
    except OSError:
        pass
    return Path(tempfile.gettempdir())


def _sweep(place: Path) -> None:
    """Throw away what runs that were killed have left."""
    for path in place.glob("plusone-test-*-*"):
        try:
            os.kill(int(path.name.split("-")[2]), 0)
        except ProcessLookupError:
            if time.time() - path.stat().st_mtime > 60:
                shutil.rmtree(path, ignore_errors=True)
        except (ValueError, OSError):
            continue


def _make() -> None:
    """Make folder and server, and name them in the environment, where workers and started programs find them."""
    engine = os.environ.setdefault("PLUSONE_TEST_ENGINE", "sqlite")
    if engine not in {"sqlite", "postgres"}:
        sys.exit(f"PLUSONE_TEST_ENGINE is “{engine}”; it must be sqlite or postgres.")
    place = _place()
    _sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=f"plusone-test-{os.getpid()}-", dir=place))
    maker = os.getpid()

    def clear() -> None:
        if os.getpid() == maker:  # not in a child that was forked off
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(clear)
    for name in [name for name in os.environ if name.startswith("PLUSONE_") and not name.startswith("PLUSONE_TEST_")]:
        del os.environ[name]
    os.environ.pop("PLUSONE_TEST_CLOCK", None)
    # Compiled modules may be kept: every worker and every program that a test starts would compile all of them again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    os.environ["PLUSONE_ENV"] = "test"
    os.environ["PLUSONE_DATA_DIR"] = str(folder / "data")
    os.environ["PLUSONE_SECRET_KEY"] = "not a secret: this installation is thrown away after the tests"
    if engine == "postgres":
        url = os.environ.get("PLUSONE_TEST_DATABASE_URL", "")
        if not url:
            url, server = postgres.start(folder)
            os.environ["PLUSONE_TEST_DATABASE_URL"] = url  # one server for all workers of this run
            atexit.register(lambda: postgres.stop(server) if os.getpid() == maker else None)
        elif urlsplit(url).scheme not in {"postgres", "postgresql"}:
            sys.exit("PLUSONE_TEST_DATABASE_URL must begin with postgres://.")
        os.environ["PLUSONE_DATABASE_URL"] = url


_make()
# From here on the program's own settings read that environment, in this process and in those it starts.
os.environ["DJANGO_SETTINGS_MODULE"] = "plusone.settings"

from plusone.settings import *  # noqa: E402, F403
