"""Meine Einstellungen: the colours chosen for this browser are shown as chosen."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

SignIn = Callable[..., Page]


def test_the_colours_show_what_was_chosen(sign_in: SignIn) -> None:
    page = sign_in("anna.beispiel", "/einstellungen")
    group = page.locator(".st-key-farben")
    chosen = group.get_by_role("radio", checked=True)
    expect(chosen).to_have_text("wie mein Gerät")
    for words, scheme in (("dunkel", "dark"), ("hell", "light")):
        group.get_by_text(words, exact=True).click()
        expect(page.locator("html")).to_have_css("color-scheme", scheme)
        expect(chosen).to_have_text(words)
        page.reload()
        expect(chosen).to_have_text(words)
    group.get_by_text("wie mein Gerät", exact=True).click()
    expect(page.locator("html")).not_to_have_attribute("style", "color-scheme: light;")
    expect(chosen).to_have_text("wie mein Gerät")
