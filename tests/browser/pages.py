"""Sizes of screens, and the checks that every page must pass."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import CDPSession, Page

from howoften import often

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 640}  # also a desk at 400 % zoom (WCAG 1.4.10)

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# Those that another theme can break: the others read what the page is, not how it is painted.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# All rules of WCAG 2.2 AA are run; only what is wrong is sent back. What is right is thousands of elements on a page,
# and carrying them here and reading them takes several times as long as finding them.
FINDS = """options => axe.run({...options, resultTypes: ["violations"]}).then(found => found.violations.flatMap(
    rule => rule.nodes.map(node => `${rule.id}: ${node.target} ${node.html.slice(0, 160)}`)))"""


def axe_finds(page: Page, rules: dict[str, object] = RULES) -> list[str]:
    """What axe has against the page (WCAG 2.2 AA), one line each; empty when all is well."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(FINDS, {"runOnly": rules})
    return found


def fits(page: Page) -> bool:
    """Say whether nothing is wider than the screen."""
    return bool(page.evaluate(TOO_WIDE) <= 0)


def in_hand(device: CDPSession, size: dict[str, int]) -> None:
    """Show the page that is open on another device: of this size, and under a finger unless it is a desk."""
    is_touched = size is not DESK
    device.send("Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": 1, "mobile": is_touched})
    device.send("Emulation.setTouchEmulationEnabled", {"enabled": is_touched})


def faults_of(page: Page, device: CDPSession) -> dict[str, list[str]]:
    """Look at the page that is open at a desk and on a phone, light and dark: what is wrong, by where.

    It is loaded once: axe is slow only the first time on a page. Each size and each theme is looked at in every run,
    each with each before a release: what axe finds depends on the layout or on the colours, and hardly ever on both.
    """
    found = {}
    for size, themes in ((DESK, often(("light",), ("light", "dark"))), (PHONE, often(("dark",), ("light", "dark")))):
        in_hand(device, size)
        for theme in themes:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            found[f"{size['width']} {theme}"] = axe_finds(page, RULES if theme == themes[0] else COLOURS)
        found[f"{size['width']}"] = [] if fits(page) else ["too wide"]
    in_hand(device, NARROW)
    found["320"] = [] if fits(page) else ["too wide"]
    in_hand(device, DESK)
    return {where: wrong for where, wrong in found.items() if wrong}
