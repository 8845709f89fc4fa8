"""People at a screen: what they tap, type and load is counted and timed, and every page they come to is looked at.

How long a practised hand needs is reckoned by the keystroke-level model (Card, Moran, Newell: The Keystroke-Level Model
for User Performance Time, 1980) with the values of UX B2, plus what the pages really took to come. Before each thing
to decide stands one M; a field is reached by Tab where Tab leads there and the hands are on the keys, else by pointing;
on a phone no hand moves between keys and mouse. Reading what a page says is not in the model, so it counts nothing.
"""

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.test import Client as Browser
from playwright.sync_api import Locator, Page, Request

from browser.pages import COLOURS, DESK, PHONE, axe_finds, fits

if TYPE_CHECKING:
    from plusone.kernel.models import User
    from world import House

# Seconds to press a key or button, to point at something, to move a hand between keys and mouse, to make up one's mind.
KEY, POINT, HAND, MIND = 0.28, 1.1, 0.4, 1.35
TABS = 4  # further than that a person points
TABS_MOST = 120
FOCUSED = "field => field === document.activeElement"


@dataclass
class Person:
    """Somebody with a browser at `server`.

    `clicks`, `fields`, `loads` and `seconds` count since the last `begin`; a choice in a list is a field, not a click.
    """

    page: Page
    server: str
    scripts: bool = True
    clicks: int = 0
    fields: int = 0
    loads: int = 0
    seconds: float = 0.0
    is_typing: bool = False  # the hands are on the keys
    took: list[str] = dataclasses.field(default_factory=list)
    strangers: list[str] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen: pages are counted, and requests to anybody else are a fault."""
        self.page.on("request", self._hear)
        self.page.on("requestfinished", self._wait)

    def _hear(self, request: Request) -> None:
        if request.is_navigation_request() and request.redirected_from is None:
            self.loads += 1
        if urlsplit(request.url).scheme in {"http", "https"} and not request.url.startswith(f"{self.server}/"):
            self.strangers.append(request.url)

    def _wait(self, request: Request) -> None:
        if request.is_navigation_request():
            self.seconds += max(0.0, request.timing["responseEnd"]) / 1000

    @property
    def is_touching(self) -> bool:
        """Whether the screen is a phone's, which has no mouse."""
        return (self.page.viewport_size or PHONE)["width"] < DESK["width"] / 2

    def begin(self) -> None:
        """Count from here: a task begins, with the hand on the mouse."""
        self.clicks = self.fields = self.loads = 0
        self.seconds, self.is_typing = 0.0, False

    def begin_at(self, house: "House", page: str = "") -> None:
        """Open the home page of the staff of a business, or another one of theirs, and count from there."""
        self.go(f"/b/{house.business.slug}/{page}")
        self.begin()

    def within(self, *, clicks: int, fields: int | None = None, loads: int | None = None, seconds: float = 0) -> None:
        """Be sure that the task, since `begin`, stayed within its bar (UX B2)."""
        self.page.wait_for_load_state()
        counts = (
            (self.clicks, clicks, "clicks"),
            (self.fields, fields, "fields"),
            (self.loads, loads, "loads"),
            (round(self.seconds, 1), seconds or None, "s"),
        )
        said = ", ".join(f"{count} {what}" + ("" if most is None else f" (≤ {most})") for count, most, what in counts)
        self.took.append(said)
        assert all(most is None or count <= most for count, most, _what in counts), said

    def _hand(self, *, typing: bool) -> None:
        if self.is_typing != typing and not self.is_touching:
            self.seconds += HAND
        self.is_typing = typing

    def _point(self) -> None:
        self._hand(typing=False)
        self.seconds += POINT + KEY

    def _reach(self, field: Locator) -> None:
        """Bring the focus into a field as a practised hand does."""
        for _tab in range(TABS if self.is_typing and not self.is_touching else 0):
            if field.evaluate(FOCUSED):
                return
            self.page.keyboard.press("Tab")
            self.seconds += KEY
        if not field.evaluate(FOCUSED):
            self._point()
            field.focus()
        self._hand(typing=True)

    def go(self, path: str) -> None:
        """Open an address, as from a link in a mail."""
        self.page.goto(path if path.startswith("http") else f"{self.server}{path}")

    def tap(self, name: str | re.Pattern[str], *, role: str = "button", within: Locator | None = None) -> None:
        """Click the visible thing of this role and name; the only one there is."""
        whole = isinstance(name, str)
        self.click((within or self.page).get_by_role(role, name=name, exact=whole))  # type: ignore[arg-type]

    def click(self, thing: Locator) -> None:
        """Click what is not found by its name: the only one that is visible."""
        thing.filter(visible=True).click()
        self.clicks += 1
        self.seconds += MIND
        self._point()

    def field(self, label: str, which: int | None = None) -> Locator:
        """Return the one field of this label, or one of several (from 0)."""
        found = self.page.get_by_label(label, exact=True).filter(visible=True)
        return found if which is None else found.nth(which)

    def type(self, label: str, text: str, which: int | None = None) -> None:
        """Fill in a field."""
        field = self.field(label, which)
        self.seconds += MIND
        self._reach(field)
        field.fill(text)
        self.fields += 1
        self.seconds += KEY * len(text)

    def press(self, key: str) -> None:
        """Press one key, such as Enter after the last field."""
        self._hand(typing=True)
        self.page.keyboard.press(key)
        self.seconds += MIND + KEY

    def reach(self, thing: Locator) -> None:
        """Go to the one visible thing by Tab alone, which a trap on the way would not let through."""
        wanted = thing.filter(visible=True)
        for _tab in range(TABS_MOST):
            if wanted.evaluate(FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{TABS_MOST} times Tab do not lead to {thing}")

    def choose(self, label: str, option: str, which: int | None = None) -> None:
        """Choose from a list: open it, point at the option."""
        self.field(label, which).select_option(label=option)
        self.fields += 1
        self.seconds += MIND
        self._point()
        self._point()

    def sees(self, *texts: str) -> None:
        """Be sure that each text is somewhere on the page, visible."""
        for text in texts:
            self.page.get_by_text(text).filter(visible=True).first.wait_for()

    def does_not_see(self, *texts: str) -> None:
        """Be sure that none is."""
        said = self.words()
        assert [text for text in texts if text in said] == []

    def words(self) -> str:
        """What the page says, in one line."""
        return " ".join(self.page.locator("body").inner_text().split())

    def look(self, *, both: bool = False) -> None:
        """Check the page as every page is checked: accessible, not wider than the screen, all of it ours.

        `both` looks at it in light and in dark.
        """
        self.page.wait_for_load_state()
        finds = axe_finds(self.page) if self.scripts else []  # axe itself waits for timers, which are off then
        if both:
            for theme in ("dark", "light"):
                self.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                finds += axe_finds(self.page, COLOURS)
        assert finds == [], f"{self.page.url}: {finds}"
        assert fits(self.page), f"{self.page.url} scrolls sideways"
        assert self.strangers == [], f"{self.page.url} asks {self.strangers}"

    def log_in(self, user: "User") -> None:
        """Take up a session, where logging in is not what the story is about."""
        browser = Browser()
        browser.force_login(user)
        cookie = browser.cookies["sessionid"]
        self.page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": self.server}])
