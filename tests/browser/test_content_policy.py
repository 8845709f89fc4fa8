"""The content policy refuses what is not ours, and the tests hear of it (AUTH-9)."""

from playwright.sync_api import Browser

from browser.conftest import HEAR_VIOLATIONS

SMUGGLED = "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.smuggled = 1'}))"


def test_a_smuggled_script_is_refused_and_heard(chromium: Browser, server: str) -> None:
    """The control of every other browser test: what the policy refuses is in the console, and does not run."""
    context = chromium.new_context()
    context.add_init_script(HEAR_VIOLATIONS)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{server}/accounts/login/")
    assert [text for text in said if "securitypolicyviolation" in text] == []
    page.evaluate(SMUGGLED)
    page.wait_for_timeout(0)
    assert page.evaluate("window.smuggled") is None
    assert any(text.startswith("securitypolicyviolation script-src") for text in said)
    context.close()
