"""The plan of rooms for everybody: what is free, never who or what."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import icalendar
import pytest

from config.rooms import Room
from config.settings import Settings
from config.translations import LANGUAGES, catalogue, choose
from intranet.public.week import free_between, week
from presence.citizens.occupancy import Busy
from presence.spaces.booking import Wish, book
from presence.spaces.closures import Closure
from presence.spaces.opening import Opening, at
from presence.spaces.tables import Space
from presence.spaces.terms import Terms
from storage.actors import Staff
from storage.house import House, open_house
from tests.intranet.public.conftest import Browser

TUESDAY = date(2026, 3, 3)


@pytest.fixture
def booked(house: House, spaces: dict[str, UUID], staff: Callable[[str], Staff]) -> None:
    for hour, title in ((10, "Geheime Sitzung"), (11, "Gleich danach")):
        with house.database.write() as session:
            wish = Wish(
                spaces["saal"], at(TUESDAY, hour * 60), at(TUESDAY, hour * 60 + 60), title=title
            )
            book(session, staff("karla"), wish, key=title, now=house.clock())


def test_the_list_shows_public_rooms_only(browser: Browser) -> None:
    answer = browser.get("/raeume")
    assert answer.status_code == 200
    assert "Großer Saal" in answer.text
    assert "bis 200 Personen" in answer.text
    assert "Besprechung" not in answer.text
    assert browser.get("/raeume/buero").status_code == 404
    assert browser.get("/raeume/buero/belegung.ics").status_code == 404


@pytest.mark.usefixtures("booked")
def test_the_week_says_when_it_is_taken_and_nothing_else(browser: Browser) -> None:
    answer = browser.get("/raeume/saal")
    assert "belegt: 10:00 bis 12:00 Uhr" in answer.text  # two bookings, one span
    assert "frei: 8:00 bis 10:00 Uhr, 12:00 bis 23:00 Uhr" in answer.text
    assert "Geheim" not in answer.text
    assert "Karla" not in answer.text
    assert "je angefangene Stunde 10,00 €, höchstens 80,00 € am Tag" in answer.text
    assert "Bitte besenrein verlassen." in answer.text
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text


@pytest.mark.usefixtures("booked")
def test_the_calendar_says_that_it_is_taken_and_nothing_else(browser: Browser) -> None:
    answer = browser.get("/raeume/saal/belegung.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == ["belegt"]
    assert events[0].decoded("DTSTART") == at(TUESDAY, 10 * 60)
    assert b"Geheim" not in answer.content
    again = icalendar.Calendar.from_ical(browser.get("/raeume/saal/belegung.ics").content)
    assert again.walk("VEVENT")[0]["UID"] == events[0]["UID"]


def test_the_calendar_knows_when_a_room_is_out_of_use(
    house: House, browser: Browser, spaces: dict[str, UUID]
) -> None:
    """Over the day on which the clocks go forward, and without the reason."""
    with house.database.write() as session:
        session.get_one(Space, spaces["saal"]).closures = [
            ["2026-03-28", "2026-03-29", "Rohrbruch"], ["0001-01-01", "0001-01-02", "Gründung"],
            ["2025-01-01", "2025-01-02", "Maler"], ["9999-12-30", "9999-12-31", "Ende"],
        ]  # fmt: skip
    content = browser.get("/raeume/saal/belegung.ics").content
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert event.decoded("DTSTART") == at(date(2026, 3, 28), 0)
    assert event.decoded("DTEND") == at(date(2026, 3, 30), 0)
    assert b"Rohrbruch" not in content


@pytest.mark.parametrize("asked", ["gestern", "2026-02-30", "0001-01-01", "9999-12-31", ""])
def test_any_week_asked_for_gives_a_page(browser: Browser, asked: str) -> None:
    answer = browser.get("/raeume/saal", params={"ab": asked})
    assert answer.status_code == 200
    assert "02.03.2026 bis 08.03.2026" in answer.text


def test_one_can_leaf_forward_and_not_into_the_past(browser: Browser) -> None:
    first = browser.get("/raeume/saal").text
    assert "Woche davor" not in first
    assert "ab=2026-03-09#woche" in first
    assert "ab=2026-03-02#woche" in browser.get("/raeume/saal?ab=2026-03-09").text


def test_closing_days_are_named() -> None:
    terms = Terms("Treff", "both", (Opening(4, 480, 720),), False, None, 90)
    lines = week(terms, date(2026, 3, 30), [], catalogue("de"))
    assert [line.closed for line in lines][4:] == ["geschlossen (Karfreitag)"] + ["geschlossen"] * 2


@pytest.mark.parametrize(
    ("sunday", "hours"),
    [(date(2026, 3, 29), 22), (date(2026, 10, 25), 24)],  # the clocks go forward, and back
)
def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is(sunday: date, hours: int) -> None:
    terms = Terms("Saal", "both", (Opening(6, 60, 24 * 60),), True, None, 900)
    busy = [Busy(at(sunday, 20 * 60), at(sunday, 21 * 60), False)]
    line = week(terms, sunday - timedelta(days=6), busy, catalogue("de"))[6]
    assert list(line.lines) == [
        "belegt: 20:00 bis 21:00 Uhr",
        "frei: 1:00 bis 20:00 Uhr, 21:00 bis 24:00 Uhr",
    ]
    assert at(sunday, 24 * 60) - at(sunday, 60) == timedelta(hours=hours)
    assert all(0 <= block.x <= 480 and 0 < block.width <= 480 for block in line.blocks)


def test_what_is_left_of_an_opening() -> None:
    def moment(hour: int) -> datetime:
        return datetime(2026, 3, 3, hour, tzinfo=UTC)

    opens = [(moment(8), moment(12)), (moment(14), moment(18))]
    taken = [(moment(8), moment(9)), (moment(11), moment(15)), (moment(17), moment(20))]
    assert free_between(opens, taken) == [(moment(9), moment(11)), (moment(15), moment(17))]


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "de"), (None, "en-GB,en;q=0.8,de;q=0.5", "en"), (None, "fr, de;q=0.3, en;q=0.2", "de"),
        ("de", "en", "de"), ("en", "de", "en"), ("xx", "", "de"), (None, "en;q=0", "de"),
        (None, "en;q=viel", "de"), (None, "*", "de"), (None, ",;,;q=", "de"),
    ],
)  # fmt: skip
def test_the_language_is_chosen_by_link_or_browser(
    asked: str | None, accepted: str, language: str
) -> None:
    assert choose(asked, accepted) == language
    assert language in LANGUAGES


def test_a_page_speaks_the_language_asked_for_and_its_links_keep_it(browser: Browser) -> None:
    english = browser.get("/raeume/saal?sprache=en")
    assert '<html lang="en">' in english.text
    assert "taken" in english.text or "free: 8:00" in english.text
    assert "/raeume/saal/anfrage?sprache=en" in english.text
    german = browser.get("/raeume/saal", language="de")
    assert '<html lang="de">' in german.text
    assert "sprache=en" in german.text  # the way to English


def test_a_room_with_blanks_and_umlauts_in_its_key(
    house: House, browser: Browser, spaces: dict[str, UUID]
) -> None:
    with house.database.write() as session:
        session.get_one(Space, spaces["saal"]).key = "haus-Großer Saal & mehr"
    path = "/raeume/haus-Gro%C3%9Fer%20Saal%20%26%20mehr"
    assert f'href="{path}"' in browser.get("/raeume").text
    page = browser.get(path)
    assert f'href="{path}/belegung.ics"' in page.text
    assert f'href="{path}?sprache=en"' in page.text
    assert browser.get(f"{path}/belegung.ics").status_code == 200
    assert f'action="{path}/anfrage"' in browser.get(f"{path}/anfrage").text


def test_a_house_without_bookings_shows_no_rooms(tmp_path: Path) -> None:
    made = open_house(
        Settings(data_dir=tmp_path, rooms_off=frozenset({Room.DESKS}), _env_file=None)
    )
    try:
        browser = Browser(made)
        assert browser.get("/raeume").status_code == 404
        assert "/raeume" not in browser.get("/").text
    finally:
        made.close()


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/", "GET, HEAD"), ("DELETE", "/raeume/saal", "GET, HEAD"),
        ("PUT", "/raeume/saal/anfrage", "GET, HEAD, POST"),
        ("GET", "/anfrage/abc/annehmen", "POST"), ("OPTIONS", "/raeume", "GET, HEAD"),
        ("PATCH", "/anfrage/bestaetigen/abc", "GET, HEAD, POST"),
    ],
)  # fmt: skip
def test_what_an_address_does_not_take_is_said_with_what_it_takes(
    browser: Browser, method: str, path: str, allowed: str
) -> None:
    answer = browser.ask(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert "So geht das hier nicht." in answer.text
    assert '<html lang="de">' in answer.text


@pytest.mark.parametrize(
    "path", ["/raeume/%00", "/raeume/saal%00/anfrage", "/raeume/%ff", "/raeume/..%2f..", "/raeume/" + "x" * 3000]
)  # fmt: skip
def test_addresses_nobody_has_are_not_found(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_a_slash_too_many_leads_to_the_page_on_this_host(browser: Browser) -> None:
    for path, there in (
        ("/raeume/", "/raeume"), ("/raeume/saal//?sprache=en", "/raeume/saal?sprache=en"),
        ("//boese.example/", "/boese.example"), ("//", "/"),
    ):  # fmt: skip
        answer = browser.ask(
            "GET", "http://stadt.example" + path, headers={"Host": "boese.example"}
        )
        assert (answer.status_code, answer.headers["location"]) == (308, there)


@pytest.mark.parametrize("path", ["//boese.example", "///boese.example/x"])
def test_no_address_leads_out_of_town(browser: Browser, path: str) -> None:
    answer = browser.ask("GET", "http://stadt.example" + path)
    assert answer.status_code == 404
    assert 'href="//' not in answer.text


def test_errors_and_the_start_page_speak_english_too(browser: Browser) -> None:
    for path, words in (
        ("/", "How to reach your city administration."), ("/nichts", "This page does not exist."),
        ("/raeume/nichts", "This room does not exist."), ("/anfrage/x", "This link is not valid."),
    ):  # fmt: skip
        answer = browser.get(path, language="en")
        assert '<html lang="en">' in answer.text
        assert words in answer.text
    law = browser.get("/datenschutz?sprache=en").text
    assert '<html lang="de">' in law
    assert 'href="/?sprache=en"' in law


def test_days_on_which_a_room_is_out_of_use_are_named() -> None:
    painting = Closure(date(2026, 3, 31), date(2026, 4, 1), "Maler im Haus")
    open_daily = tuple(Opening(day, 480, 720) for day in range(7))
    terms = Terms("Treff", "both", open_daily, False, None, 90, None, (painting,))
    lines = week(terms, date(2026, 3, 30), [], catalogue("de"))
    assert [line.closed for line in lines][:4] == [None] + ["gesperrt (Maler im Haus)"] * 2 + [None]
