"""What every test can use. The database is chosen in installation.py."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db.backends.base.operations import BaseDatabaseOperations
from plusone.kernel import guards

ENGINE = os.environ["PLUSONE_TEST_ENGINE"]
BROWSER_TESTS = Path(__file__).parent / "browser"

# Playwright's synchronous interface keeps an event loop on the thread that also uses the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

_flush = BaseDatabaseOperations.execute_sql_flush


def _flush_past_the_guards(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
    """Empty the test database after a test that committed: append-only tables too."""
    with guards.lifted(self.connection):
        _flush(self, sql_list)


BaseDatabaseOperations.execute_sql_flush = _flush_past_the_guards  # type: ignore[method-assign]


def pytest_report_header() -> str:
    """Say which database the run is on."""
    return f"database: {ENGINE}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what drives a browser; those tests run on SQLite alone."""
    for item in items:
        if BROWSER_TESTS in item.path.parents:
            item.add_marker("browser")
    if ENGINE == "postgres":
        gone = [item for item in items if item.get_closest_marker("browser")]
        if gone:
            config.hook.pytest_deselected(items=gone)
            items[:] = [item for item in items if not item.get_closest_marker("browser")]


@pytest.fixture(scope="session")
def engine() -> str:
    """Which database this run is on: `sqlite` or `postgres`."""
    assert settings.ENV == "test"
    return ENGINE


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
