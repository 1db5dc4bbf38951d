"""What a screen says: names for colleagues, words for the public, numbers only of five and more."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.availability.facts import Availability
from presence.availability.levels import Level
from presence.availability.queries import BoardLine
from presence.monitor.boards import office_row, person_row, until_words
from presence.monitor.brake import MOST_KEYS, Brake
from presence.monitor.hours import evening, next_hour, resting
from presence.monitor.qr import qr_svg
from storage.clock import new_id

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # Monday, 9:00
HOUR = timedelta(hours=1)


def answer(level: Level, source: str = "hours", until: datetime | None = None) -> Availability:
    return Availability(level, "", until, "A 101", None, None, "weil", source, "Geheimes")


def test_a_person_has_level_end_substitute_and_place_but_no_message() -> None:
    line = BoardLine(
        new_id(), "Anna Beispiel", answer(Level.URGENT, until=NOW + HOUR), "Ben Beispiel"
    )
    row = person_row(line, NOW)
    assert (row.title, row.word, row.until) == ("Anna Beispiel", "nur dringend", "bis 10:00")
    assert row.detail == "Vertretung: Ben Beispiel · A 101"


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (None, ""),
        (datetime(2026, 3, 2, 13, 30, tzinfo=UTC), "bis 14:30"),
        (datetime(2026, 3, 2, 23, 0, tzinfo=UTC), "heute"),
        (datetime(2026, 3, 6, 23, 0, tzinfo=UTC), "bis einschl. Fr 6.3."),
        (datetime(2026, 3, 3, 7, 0, tzinfo=UTC), "bis Di 8:00"),
        (datetime(2026, 3, 20, 7, 0, tzinfo=UTC), "bis 20.3. 8:00"),
    ],
)
def test_until_is_said_as_short_as_can_be(until: datetime | None, words: str) -> None:
    assert until_words(until, NOW) == words


@pytest.mark.parametrize(
    ("levels", "word", "detail"),
    [
        ([4, 4, 4, 0, 0], "für Sie da", "Drei von fünf sind für Sie da."),
        ([4, 0, 0, 0, 0], "schwach besetzt", "Eine Person von fünf ist für Sie da."),
        ([4, 4, 3, 0], "für Sie da", "Es ist jemand für Sie da."),
        ([2, 0, 0, 1, 0], "nur in dringenden Fällen", "Bitte fragen Sie nach."),
        ([0, 0, 0, 0, 0], "zurzeit nicht besetzt", "voraussichtlich wieder ab 10:00"),
        ([0, 0, 0], "zurzeit nicht besetzt", ""),
        ([4, 4], "keine Angabe", "Bitte fragen Sie nach."),
        ([], "keine Angabe", "Bitte fragen Sie nach."),
        ([4] * 12, "für Sie da", "Zwölf von zwölf sind für Sie da."),
        ([4] * 8 + [0] * 5, "für Sie da", "8 von 13 sind für Sie da."),
    ],
)
def test_the_public_reads_words(levels: list[int], word: str, detail: str) -> None:
    row = office_row("Meldestelle", [answer(Level(each), until=NOW + HOUR) for each in levels], NOW)
    assert (row.word, row.detail) == (word, detail)


def test_who_is_not_known_counts_neither_way() -> None:
    row = office_row("Amt", [answer(Level.LIMITED, "unknown")] * 9, NOW)
    assert row.word == "keine Angabe"


@given(st.lists(st.sampled_from(list(Level)), max_size=2), st.integers(0, 9))
def test_of_fewer_than_three_nothing_is_told_that_depends_on_them(
    levels: list[Level], unknown: int
) -> None:
    answers = [answer(each, until=NOW + HOUR) for each in levels]
    answers += [answer(Level.LIMITED, "unknown")] * unknown
    assert office_row("Standesamt", answers, NOW, "4711") == office_row(
        "Standesamt", [], NOW, "4711"
    )
    assert office_row("Standesamt", answers, NOW, "4711").detail == "Bitte fragen Sie nach: 4711"


@given(st.lists(st.sampled_from(list(Level)), max_size=4))
def test_of_fewer_than_five_no_number_and_no_time_is_told(levels: list[Level]) -> None:
    row = office_row("Amt", [answer(each, until=NOW + HOUR) for each in levels], NOW)
    told = f"{row.word} {row.until} {row.detail}".casefold()
    assert not any(sign.isdigit() for sign in told)
    assert not {"ein", "eine", "zwei", "drei", "vier"} & set(told.split())


def test_it_rests_outside_office_hours_and_is_dark_in_the_evening() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday; the town hall's clock is an hour ahead
    assert [resting(at.replace(hour=hour)) for hour in (5, 6, 16, 17)] == [True, False, False, True]
    assert [evening(at.replace(hour=hour)) for hour in (5, 6, 17, 18)] == [True, False, False, True]
    assert resting(datetime(2026, 3, 1, 10, tzinfo=UTC))  # Sunday
    assert resting(datetime(2026, 5, 1, 10, tzinfo=UTC))  # Labour Day
    assert next_hour(at.replace(minute=59, second=59)) == at.replace(hour=1)


def test_the_brake_lets_so_many_a_minute_and_stays_small() -> None:
    now = [0.0]
    brake = Brake(3, lambda: now[0])
    assert [brake.count("a") for _ in range(4)] == [True, True, True, False]
    assert not brake.allows("a")
    assert brake.allows("b")
    now[0] = 20.0
    assert brake.count("a")
    assert not brake.allows("a")
    for number in range(MOST_KEYS + 50):
        brake.count(str(number))
    assert len(brake._buckets) == MOST_KEYS


def test_a_camera_reads_the_qr_code() -> None:
    import re

    import cv2
    import numpy as np

    link = "https://rathaus.example/monitor/einrichten#" + "aB3_-" * 8
    svg = qr_svg(link)
    side = int(re.search(r'viewBox="0 0 (\d+)', svg).group(1))  # type: ignore[union-attr]
    picture = np.full((side, side), 255, np.uint8)
    for column, row in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg):
        picture[int(row), int(column)] = 0
    large = np.kron(picture, np.ones((8, 8), np.uint8))
    assert cv2.QRCodeDetector().detectAndDecode(large)[0] == link
