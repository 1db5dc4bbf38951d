"""What keeps people out of a page: axe's serious findings, English words, sideways scrolling."""

import re
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

ENGLISH = re.compile(
    r"Drag and drop|Browse files|Press Enter|Choose an option|Choose options|Running|Rerun|Deploy|Limit \d+"
    r"|\b(done|failed|per file|heading|upload|Select|Clear|Close|Open)\b|INFO",
)
SPOKEN = """() => [...document.querySelectorAll("[aria-label], [title], [placeholder]")].flatMap(
  (each) => ["aria-label", "title", "placeholder"].map((name) => each.getAttribute(name) ?? "")
)"""
READ = """() => {
  const icons = [...document.querySelectorAll('[data-testid="stIconMaterial"]')]
  icons.forEach((each) => each.style.visibility = "hidden")  // their names are drawn as pictures
  const text = document.body.innerText
  icons.forEach((each) => each.style.visibility = "")
  return text
}"""


STILL = """() => {
  const app = document.querySelector('[data-testid="stApp"]')
  const moving = (each) => each.playState === "running" && each.effect.getComputedTiming().endTime !== Infinity
  return (!app || app.dataset.testScriptState === "notRunning") && !document.getAnimations().some(moving)
}"""
WITHIN = 120.0
LOOKS = 3


def drawn(page: Page) -> None:
    """Wait until the page stands."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def still(page: Page) -> None:
    """Wait until nothing fades in or out and no rerun is under way: what is half grey has no contrast."""
    deadline = time.monotonic() + WITHIN
    while not page.evaluate(STILL):
        assert time.monotonic() < deadline, "the page never comes to rest"
        page.wait_for_timeout(50)  # polling with a deadline


def barriers(page: Page, name: str) -> list[str]:
    """Serious and critical findings of axe, on the page as it stands: those that stay when it is looked at again, since
    pages refresh themselves.
    """
    found: list[str] = []
    for _ in range(LOOKS):
        still(page)
        found = [
            f"{name}: {each['id']} {each['nodes'][0]['html'][:160]}"
            for each in Axe().run(page).response["violations"]
            if each["impact"] in {"serious", "critical"}
        ]
        if not found:
            break
    return found


def barriers_of_all_tabs(page: Page, name: str) -> list[str]:
    """The same, and behind each of its tabs."""
    found = barriers(page, name)
    for tab in page.get_by_role("tab").all()[1:]:
        tab.click()
        found += barriers(page, f"{name} {tab.inner_text()}")
    return found


def english(page: Page) -> list[str]:
    """English words that are read or spoken."""
    found: list[str] = ENGLISH.findall(page.evaluate(READ) + " ".join(page.evaluate(SPOKEN)))
    return found


def fits(page: Page, name: str) -> None:
    """Nothing is wider than the window. Pages settle after they are drawn: asked again for a while."""
    width = page.evaluate("window.innerWidth")
    deadline = time.monotonic() + WITHIN
    while (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        assert time.monotonic() < deadline, f"{name} is {wide} px wide"
        page.wait_for_timeout(100)
