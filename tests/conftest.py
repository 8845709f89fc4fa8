"""What every test can use. The database is chosen in installation.py."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.utils import translation

from howoften import often

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

pytest_plugins = ["cast"]

ENGINE = os.environ["PLUSONE_TEST_ENGINE"]
BROWSER_TESTS = Path(__file__).parent / "browser"
SLOW = frozenset((Path(__file__).parent / "slow.txt").read_text().splitlines())
STARTING = {"plusone", "serve", "live_server", "database_url", "migrated_url"}

# Playwright's synchronous interface keeps an event loop on the thread that also uses the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_report_header() -> str:
    """Say which database the run is on."""
    return f"database: {ENGINE}"


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Without arguments: all cores, and without what is slow. Whoever names files gets all of them, in one process."""
    if "PYTEST_XDIST_WORKER" in os.environ:  # this is one of those processes: it starts no more of them
        config.option.markexpr = os.environ["PLUSONE_TEST_MARKS"]  # of options, only typed ones come along
        return
    names_nothing = config.args_source is not config.ArgsSource.ARGS
    if not config.option.markexpr:
        config.option.markexpr = "not browser and not slow" if names_nothing else "not browser"
    os.environ["PLUSONE_TEST_MARKS"] = config.option.markexpr
    if names_nothing and config.option.numprocesses is None and not config.option.usepdb:
        config.option.numprocesses = max(2, min(os.cpu_count() or 2, 8))
        config.option.dist = "worksteal"  # neighbours stay together, and share what is told once a module


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Mark what drives a browser, which runs on SQLite alone, and what takes long or starts the program."""
    for item in items:
        if BROWSER_TESTS in item.path.parents:
            item.add_marker("browser")
        elif _name(item) in SLOW or STARTING.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
    if ENGINE == "postgres":
        left_out = often({"browser", "any_engine"}, {"browser"})
        gone = [item for item in items if left_out & {mark.name for mark in item.iter_markers()}]
        if gone:
            config.hook.pytest_deselected(items=gone)
            items[:] = [item for item in items if item not in gone]
    yield
    if "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = _dealt(items, int(os.environ["PYTEST_XDIST_WORKER_COUNT"]))


def pytest_collection_finish() -> None:
    """Have Python's collector pass over what all tests share: it would look through it again with each of them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _dealt(items: list[pytest.Item], hands: int) -> list[pytest.Item]:
    """Deal out what is long, then fill up each hand with neighbours: xdist gives each process one part of equal length.

    So all begin with what is long, and what is left to take from each other at the end is short. It comes after
    pytest-django, which moves tests with transactions behind all others.
    """
    long = [item for item in items if any(item.get_closest_marker(mark) for mark in ("slow", "browser"))]
    chosen = set(long)
    short = [item for item in items if item not in chosen]
    dealt: list[pytest.Item] = []
    for hand in range(hands):
        mine = long[hand::hands]
        size = (len(items) - len(dealt)) // (hands - hand)
        filled = max(0, size - len(mine))
        dealt += [*mine, *short[:filled]]
        del short[:filled]
    return [*dealt, *short]


def _name(item: pytest.Item) -> str:
    """A test's place in tests/ and its name, without what it is given."""
    return f"{item.path.relative_to(Path(__file__).parent)}::{item.name.partition('[')[0]}"


@pytest.fixture(autouse=True)
def nobodys_language() -> Iterator[None]:
    """Forget the language that a request of the test before has set."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def nobodys_guesses() -> None:
    """Forget the unknown codes that tests before have tried: they all come from one address."""
    from plusone.faces.ui.limits import guesses

    guesses.clear()


@pytest.fixture(scope="session")
def engine() -> str:
    """Which database this run is on: `sqlite` or `postgres`."""
    assert settings.ENV == "test"
    return ENGINE


@pytest.fixture(scope="session")
def django_db_setup(
    pytestconfig: pytest.Config,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: "DjangoDbBlocker",
) -> Iterator[None]:
    """The test database, copied from one that was migrated before if there is one (see prepared.py)."""
    from django.test.utils import teardown_databases

    import prepared

    with django_db_blocker.unblock():
        made = prepared.install(pytestconfig.cache.mkdir("databases"))
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def database_url(tmp_path: Path, engine: str) -> Iterator[str]:
    """An empty database of its own, as PLUSONE_DATABASE_URL: for a test that starts the program itself."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'own.sqlite3'}"
        return
    server = os.environ["PLUSONE_DATABASE_URL"]
    name = f"own_{os.getpid()}_{tmp_path.name.lower()}"[:60]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def migrated_url(database_url: str, pytestconfig: pytest.Config, django_db_setup: None) -> str:
    """A migrated database of its own with nobody in it: for a test that starts the program, and not the migrations."""
    import prepared

    prepared.fill(database_url, pytestconfig.cache.mkdir("databases"))
    return database_url
