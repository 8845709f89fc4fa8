"""A real Chromium, and what every page must hold: no error in its console, nothing axe finds."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from browser.pages import DESK, PHONE
from browser.people import Person

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from world import House

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Nothing but our pages: no sandbox (the tests may run as root), no calls home.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# What the content policy refuses is an error of the page, also in a test that expects other refusals (AUTH-9).
HEAR_VIOLATIONS = """addEventListener('securitypolicyviolation', event =>
    console.error('securitypolicyviolation', event.violatedDirective, event.blockedURI))"""

# How long something may take to appear: it is there as soon as it is there, and a busy machine is no fault of a page.
PATIENCE = 30_000  # milliseconds
expect.set_options(timeout=PATIENCE)

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once. Without one the run stops: nothing is left out in silence."""
    path = os.environ.get("PLUSONE_TEST_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.exit("The browser tests need Chromium: install it, or name it in PLUSONE_TEST_BROWSER.", returncode=1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Open]:
    """`open_page(size=PHONE, dark=True, language="es")`: a page in a browser of its own, with no cookies.

    At the end of the test the console of each must be clean: no error, no refused script or style.
    """
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    def open_page(
        *, size: dict[str, int] = DESK, dark: bool = False, language: str = "en", scripts: bool = True
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme="dark" if dark else "light",
            locale=language,
            java_script_enabled=scripts,
            has_touch=size is PHONE,
            is_mobile=size is PHONE,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        context.add_init_script(HEAR_VIOLATIONS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    # A page that is meant to be refused says so in the console: such a test takes the mark `refused`.
    if request.node.get_closest_marker("refused"):
        said = [text for text in said if "Failed to load resource" not in text]
    assert said == []


@pytest.fixture(scope="session")
def served(django_db_setup: None) -> Iterator[str]:
    """The address of a running server, the same for all tests of a process. The database is the tests' affair."""
    server = LiveServer("localhost")
    yield server.url
    server.stop()


def links_lead_to(address: str) -> override_settings:
    """Let links in pages and mails lead to an address, and let forms come from it."""
    return override_settings(BASE_URL=address, CSRF_TRUSTED_ORIGINS=[address])


@pytest.fixture
def server(served: str, transactional_db: None) -> Iterator[str]:
    """The address of the server, with an empty database."""
    with links_lead_to(served):
        yield served


@pytest.fixture(scope="module")
def lasting(served: str, django_db_blocker: "DjangoDbBlocker") -> Iterator[str]:
    """The address of the server, with a database that keeps what is told for all tests of a module.

    A module that wants it says so by a fixture `server` of its own, which returns this one. Its tests each take people
    or a business of their own, so that any of them may run alone or first.
    """
    with django_db_blocker.unblock(), links_lead_to(served):
        yield served
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def person(server: str, open_page: Open, request: pytest.FixtureRequest) -> Iterator[Callable[..., Person]]:
    """`person(size=PHONE, scripts=False)`: somebody with a browser of their own.

    What their tasks took, and their bars, goes into the report of the run, which scripts/test prints.
    """
    people: list[Person] = []

    def person(**wish: Any) -> Person:
        people.append(Person(open_page(**wish), server, scripts=wish.get("scripts", True)))
        return people[-1]

    yield person
    task = re.search(r"UX tasks? \d+(, \d+)*", request.function.__doc__ or "")
    request.node.user_properties.extend(
        ("task", f"{task[0] if task else request.node.name}: {said}") for one in people for said in one.took
    )


@pytest.fixture
def vela(server: str) -> "House":
    """Studio Vela, whose owner reads English."""
    import world
    from plusone.kernel.models import User

    house = world.open_gym()
    User.objects.filter(pk=house.owner.pk).update(language="en")
    return house


@pytest.fixture
def olga(vela: "House", person: Callable[..., Person]) -> Person:
    """The owner of Studio Vela, logged in at her desk."""
    somebody = person()
    somebody.log_in(vela.owner)
    return somebody
