"""The form of a room: what can not be is said at its field, and what was typed stays."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest

from presence.citizens.tables import Submission
from presence.spaces.booking import Wish, book
from presence.spaces.opening import at
from storage.actors import Staff
from tests.intranet.public.conftest import hidden
from tests.intranet.public.town import DAY, FORM, GOOD, Town


def test_what_is_taken_is_said_at_once_with_what_is_free(
    town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    with town.house.database.write() as session:
        wish = Wish(spaces["saal"], at(DAY, 17 * 60), at(DAY, 19 * 60), title="Gemeinderat")
        book(session, staff("karla"), wish, key="rat", now=town.house.clock())
    answer = town.fill_in()
    assert answer.status_code == 422
    assert "schon gebucht" in answer.text
    assert "Frei ist: „Bürgertreff“" in answer.text
    assert "Gemeinderat" not in answer.text


@pytest.mark.parametrize("field", sorted(GOOD))
def test_scripts_in_every_field_stay_text(town: Town, field: str) -> None:
    script = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)>"
    answer = town.fill_in({field: script, "von" if field != "von" else "bis": ""})
    assert answer.status_code == 422
    assert "<script" not in answer.text
    assert "<img src=x" not in answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Eva\r\nBcc: alle@stadt.example"}, {"mail": "eva@a.example\r\nBcc: b@b.example"},
        {"mail": "eva@a.example%0aBcc:b@b.example"}, {"verein": "Chor\nX-Spam: ja"},
        {"tag": "2026-03-01"}, {"tag": "2026-03-02", "von": "6:00", "bis": "9:00"},
        {"tag": "2028-01-01"}, {"von": "22:00", "bis": "18:00"}, {"von": "18:10"},
        {"bis": "23:30"}, {"personen": "201"}, {"regeln": ""}, {"datenschutz": ""},
        {"wie_oft": "woche"}, {"wie_oft": "woche", "letzter_tag": "2026-04-01"},
        {"wie_oft": "woche", "letzter_tag": "2030-01-01"},
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused_at_its_field(town: Town, changes: dict[str, str]) -> None:
    answer = town.fill_in(changes)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<title>Fehler: " in answer.text
    assert town.count(Submission) == 0


@pytest.mark.parametrize(
    ("day", "hours", "fee"),
    [
        ("2026-03-29", ("8:00", "12:00"), 4000),  # the clocks went forward at night
        ("2026-10-25", ("8:00", "12:00"), 4000),
    ],
)
def test_days_on_which_the_clocks_change(
    town: Town, day: str, hours: tuple[str, str], fee: int
) -> None:
    town.ask({"tag": day, "von": hours[0], "bis": hours[1]})
    booking = town.request().bookings[0]
    assert (booking.ends - booking.starts, booking.fee) == (timedelta(hours=4), fee)
    assert "8:00 bis 12:00 Uhr" in town.mails()[-1].get_content()


def test_somebody_who_asked_in_english_is_answered_in_english(town: Town) -> None:
    path = FORM + "?sprache=en"
    seal = hidden(town.browser.get(path).text)
    town.clock.forward(seconds=10)
    assert town.browser.post(path, {**seal, **GOOD}).status_code == 303
    assert "Please confirm" in town.mails()[0]["Subject"]


@pytest.mark.parametrize(
    "changes",
    [
        {"tag": "0001-01-01"}, {"tag": "01.01.0001"}, {"tag": "9999-12-31"}, {"tag": "1899-12-31"},
        {"tag": "2199-12-31"}, {"tag": "1900-01-01"}, {"wie_oft": "woche", "letzter_tag": "9999-12-31"},
        {"wie_oft": "monat", "tag": "2199-12-31", "letzter_tag": "2199-12-31"},
        {"wie_oft": "woche", "letzter_tag": "0001-01-01"},
        {"name": "V" * 60, "verein": "C" * 58}, {"name": "\u200b"}, {"zweck": "\u202e\u200b \u00ad"},
        {"name": "Vera\x85Verein"}, {"zweck": "a\u2029b"}, {"mail": "vera@chor.example\u202e\n"},
        {"mail": "ver\u0430@chor.example"}, {"telefon": "<script>"}, {"personen": "٣"}, {"tag": "١.١.٢٠٢٧"},
    ],
)  # fmt: skip
def test_odd_days_names_and_signs_are_refused_kindly(town: Town, changes: dict[str, str]) -> None:
    answer = town.fill_in(changes)
    if changes.get("mail", "").endswith("\n"):
        assert answer.status_code == 303  # what nobody sees is left out
        return
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert town.count(Submission) == 0


def test_name_and_club_that_are_too_long_together_are_said_at_the_form(town: Town) -> None:
    answer = town.fill_in({"name": "V" * 60, "verein": "C" * 58})
    assert "Name und Verein dürfen zusammen höchstens 117 Zeichen lang sein." in answer.text
    assert town.fill_in({"name": "V" * 59, "verein": "C" * 58}).status_code == 303
    assert town.confirm(town.link()).status_code == 303
    assert len(town.request().bookings[0].holder_name or "") == 120


def test_names_read_the_way_they_are_written(town: Town) -> None:
    town.ask(
        {
            "name": "  Ve\u202era V\u0308erein\u202c ", "verein": "Chor 👩\u200d👩\u200d👧 Ahletal",
            "zweck": "Fest\tund Tanz", "nachricht": "Erste Zeile\rzweite",
        }
    )  # fmt: skip
    found = town.request()
    assert (found.request.name, found.request.club) == (
        "Vera V̈erein",
        "Chor 👩\u200d👩\u200d👧 Ahletal",
    )
    assert (found.bookings[0].title, found.bookings[0].message) == (
        "Fest und Tanz",
        "Erste Zeile\nzweite",
    )


def test_a_browser_that_takes_no_cookies_is_told_so(town: Town) -> None:
    seal = hidden(town.browser.get(FORM).text)
    town.browser.cookies.clear()
    town.clock.forward(seconds=10)
    answer = town.browser.post(FORM, {**seal, **GOOD})
    assert "Ihr Browser nimmt keine Cookies an" in answer.text
    assert "Jahresfest" in answer.text


def test_what_is_wrong_is_said_in_english_to_whoever_reads_english(
    town: Town, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    with town.house.database.write() as session:
        wish = Wish(spaces["saal"], at(DAY, 17 * 60), at(DAY, 19 * 60), title="Rat")
        book(session, staff("karla"), wish, key="rat", now=town.clock())
    path = FORM + "?sprache=en"
    for changes, words in (
        ({}, "Großer Saal is booked already at this time. Free instead: „Bürgertreff“."),
        ({"tag": "2026-03-01"}, "This time has passed. Please choose a later one."),
        ({"von": "6:00", "bis": "9:00"}, "open on Wednesdays from 8:00 to 23:00"),
        ({"tag": "2028-01-01"}, "400 days ahead, until 06.04.2027"),
        ({"personen": "201"}, "Please give a number from 1 to 200."),
        ({"zweck": "x" * 121}, "At most 120 characters, please."),
        ({"name": "V" * 60, "verein": "C" * 58}, "at most 117 characters"),
    ):
        answer = town.fill_in(changes, path=path)
        assert words in unescape(answer.text)


@pytest.mark.parametrize("changes", [{"ganztags": "ja"}, {"von": "9:00", "bis": "11:00"}])
def test_what_has_begun_can_not_be_asked_for(town: Town, changes: dict[str, str]) -> None:
    """Nobody could grant it any more: it is nine o'clock."""
    answer = town.fill_in({"tag": "2026-03-02"} | changes)
    assert answer.status_code == 422
    assert "Diese Zeit hat schon begonnen." in answer.text
    assert town.fill_in({"tag": "2026-03-02", "von": "9:15", "bis": "11:00"}).status_code == 303
