"""People at a screen: what they tap, type and load is counted, and every page they come to is looked at."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.test import Client as Browser
from playwright.sync_api import Locator, Page, Request

from browser.pages import axe_finds, fits

if TYPE_CHECKING:
    from plusone.kernel.models import User


@dataclass
class Person:
    """Somebody with a browser at `server`. `clicks`, `fields` and `loads` count since the last `begin`."""

    page: Page
    server: str
    scripts: bool = True
    clicks: int = 0
    fields: int = 0
    loads: int = 0
    strangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen: pages are counted, and requests to anybody else are a fault."""
        self.page.on("request", self._hear)

    def _hear(self, request: Request) -> None:
        if request.is_navigation_request() and request.redirected_from is None:
            self.loads += 1
        if urlsplit(request.url).scheme in {"http", "https"} and not request.url.startswith(f"{self.server}/"):
            self.strangers.append(request.url)

    def begin(self) -> None:
        """Count from here: a task begins."""
        self.clicks = self.fields = self.loads = 0

    def go(self, path: str) -> None:
        """Open an address, as from a link in a mail."""
        self.page.goto(path if path.startswith("http") else f"{self.server}{path}")

    def tap(self, name: str | re.Pattern[str], *, role: str = "button", within: Locator | None = None) -> None:
        """Click the visible thing of this role and name; the only one there is."""
        whole = isinstance(name, str)
        (within or self.page).get_by_role(role, name=name, exact=whole).filter(visible=True).click()  # type: ignore[arg-type]
        self.clicks += 1

    def type(self, label: str, text: str) -> None:
        """Fill in a field."""
        self.page.get_by_label(label, exact=True).filter(visible=True).fill(text)
        self.fields += 1

    def choose(self, label: str, option: str) -> None:
        """Choose from a list."""
        self.page.get_by_label(label, exact=True).filter(visible=True).select_option(label=option)
        self.fields += 1

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

    def look(self) -> None:
        """Check the page as every page is checked: accessible, not wider than the screen, all of it ours."""
        self.page.wait_for_load_state()
        finds = axe_finds(self.page) if self.scripts else []  # axe itself waits for timers, which are off then
        assert finds == [], f"{self.page.url}: {finds}"
        assert fits(self.page), f"{self.page.url} scrolls sideways"
        assert self.strangers == [], f"{self.page.url} asks {self.strangers}"

    def log_in(self, user: "User") -> None:
        """Take up a session, where logging in is not what the story is about."""
        browser = Browser()
        browser.force_login(user)
        cookie = browser.cookies["sessionid"]
        self.page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": self.server}])
