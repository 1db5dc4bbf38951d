"""What the resolver answers, and that its answers hold until the moment they name."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presence.availability import week
from presence.availability.facts import AbsenceSpan, Facts, Kind, Manual, SourceEntry, WorkSpan
from presence.availability.levels import LOOKS, Level
from presence.availability.resolver import resolve
from storage.clock import LOCAL

PERSON, OTHER = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)  # a Wednesday, 11:00 on the town hall's clock
HOUR = timedelta(hours=1)


def entry(kind: Kind, begins: float, ends: float, **more: str) -> SourceEntry:
    source = more.pop("source", "calendar")
    return SourceEntry(PERSON, source, kind, NOW + begins * HOUR, NOW + ends * HOUR, **more)


def absence(begins: float, ends: float, substitute: UUID | None = OTHER) -> AbsenceSpan:
    return AbsenceSpan(NOW + begins * HOUR, NOW + ends * HOUR, substitute)


def manual(level: Level, ends: float = 1, **more: str) -> Manual:
    return Manual(level, NOW + ends * HOUR, NOW - HOUR, **more)


def test_an_appointment_is_named_with_its_end() -> None:
    answer = resolve(Facts(entries=(entry("busy", -1, 0.5),), substitute=OTHER), NOW)
    assert answer.level == Level.URGENT
    assert answer.because == "belegt, weil Termin bis 11:30"
    assert answer.until == NOW + HOUR / 2
    assert answer.substitute == OTHER


def test_appointments_back_to_back_are_one() -> None:
    facts = Facts(entries=(entry("busy", -1, 0.5), entry("busy", 0.5, 2), entry("busy", 3, 4)))
    assert resolve(facts, NOW).until == NOW + 2 * HOUR


def test_two_places_back_to_back_are_two() -> None:
    here, there = (
        entry("place", begins, ends, place=place, source="booking", word="Platzbuchung")
        for begins, ends, place in ((-1, 1, "Platz 1"), (1, 3, "Platz 2"))
    )
    on = entry("place", 0.5, 1, place="Platz 1", source="booking")
    for entries in ((here, there, on), (there, on, here)):
        now = resolve(Facts(entries=entries), NOW)
        assert (now.place, now.until) == ("Platz 1", NOW + HOUR)
        assert now.because == "erreichbar, weil Platzbuchung bis 12:00"
        then = resolve(Facts(entries=entries), NOW + HOUR)
        assert (then.place, then.until) == ("Platz 2", NOW + 3 * HOUR)


def test_one_place_booked_twice_in_a_row_is_one() -> None:
    facts = Facts(entries=(entry("place", -1, 1, place="P"), entry("place", 1, 2, place="P")))
    assert resolve(facts, NOW).until == NOW + 2 * HOUR


def test_absence_goes_before_everything_and_names_its_substitute() -> None:
    facts = Facts(
        absences=(absence(-1, 20 * 24),),
        manual=manual(Level.FULL),
        entries=(entry("busy", -1, 1),),
        place="Zimmer 12",
    )
    answer = resolve(facts, NOW)
    assert (answer.level, answer.label) == (Level.SUBSTITUTED, "abwesend mit Vertretung")
    assert answer.substitute == OTHER
    assert answer.place is None
    alone = resolve(Facts(absences=(absence(-1, 1, None),)), NOW)
    assert (alone.level, alone.label) == (Level.UNREACHABLE, "nicht erreichbar")


def test_whole_days_end_with_their_last_day() -> None:
    monday = datetime(2026, 10, 26, tzinfo=LOCAL).astimezone(UTC)  # after the clocks went back
    answer = resolve(Facts(absences=(AbsenceSpan(NOW, monday, OTHER),)), NOW)
    assert answer.because == "abwesend bis einschließlich Sonntag, 25.10."


def test_overlapping_absences_last_until_the_end_of_all_with_the_substitute_of_these_days() -> None:
    inner, outer = absence(-1, 2, OTHER), absence(-24, 48, None)
    answer = resolve(Facts(absences=(inner, outer)), NOW)
    assert answer.substitute == OTHER
    assert answer.until == NOW + 48 * HOUR


@pytest.mark.parametrize(
    ("facts", "level", "source"),
    [
        (Facts(manual=manual(Level.FULL), entries=(entry("call", -1, 1),)), 4, "manual"),
        (Facts(entries=(entry("call", -1, 1, source="phone"), entry("away", -1, 1))), 2, "phone"),
        (Facts(entries=(entry("away", -1, 1), entry("busy", -1, 2))), 0, "calendar"),
        (Facts(entries=(entry("away", -1, 1),), substitute=OTHER), 1, "calendar"),
        (Facts(entries=(entry("tentative", -1, 1), entry("busy", -1, 2))), 2, "calendar"),
        (Facts(entries=(entry("tentative", -1, 1), entry("place", -1, 2))), 3, "calendar"),
        (Facts(entries=(entry("place", -1, 2, source="booking"),)), 4, "booking"),
        (Facts(entries=(entry("place", -1, 2, source="booking"),), work=()), 0, "hours"),
        (Facts(entries=(entry("place", -1, 2),), free=("Wochenende", NOW + HOUR)), 0, "free"),
        (Facts(entries=(entry("busy", -1, 2),), work=()), 0, "hours"),
        (Facts(entries=(entry("call", -1, 2),), free=("Wochenende", NOW + HOUR)), 0, "free"),
        (Facts(entries=(entry("away", -1, 2),), work=(), substitute=OTHER), 1, "calendar"),
        (Facts(work=(WorkSpan(NOW - HOUR, NOW + HOUR),)), 4, "hours"),
        (Facts(work=(WorkSpan(NOW + HOUR, NOW + 2 * HOUR),)), 0, "hours"),
        (Facts(work=(), free=("Wochenende", NOW + HOUR)), 0, "free"),
        (Facts(free=("Allerheiligen", NOW + HOUR)), 0, "free"),
        (Facts(), 3, "unknown"),
    ],
)
def test_precedence(facts: Facts, level: int, source: str) -> None:
    answer = resolve(facts, NOW)
    assert (answer.level, answer.source) == (level, source)
    assert answer.label == LOOKS[answer.level].word


def test_place_and_channel_are_told_beside_the_level() -> None:
    work = (WorkSpan(NOW - HOUR, NOW + HOUR, "Homeoffice"),)
    usual = Facts(work=work, place="Zimmer 12", channel="Chat")
    assert (resolve(usual, NOW).place, resolve(usual, NOW).channel) == ("Homeoffice", "Chat")
    desk = entry("place", -1, 1, place="Platz 3.12", source="booking")
    busy = Facts(entries=(entry("busy", -1, 1), desk), work=work, place="Zimmer 12")
    assert resolve(busy, NOW).place == "Platz 3.12"
    out = Facts(manual=manual(Level.LIMITED, place="unterwegs", message="Ortstermin"), work=work)
    assert (resolve(out, NOW).place, resolve(out, NOW).message) == ("unterwegs", "Ortstermin")


def test_a_booked_place_says_where_somebody_is_and_working_hours_how_to_reach_them() -> None:
    desk = entry("place", -9, 9, place="Platz 3.12", source="booking", word="Platzbuchung")
    day = (WorkSpan(NOW - HOUR, NOW + 2 * HOUR, "Büro"), WorkSpan(NOW + 22 * HOUR, NOW + 24 * HOUR))
    at_work = resolve(Facts(entries=(desk,), work=day), NOW)
    assert (at_work.level, at_work.source, at_work.place) == (Level.FULL, "hours", "Platz 3.12")
    assert at_work.until == NOW + 2 * HOUR
    evening = resolve(Facts(entries=(desk,), work=day), NOW + 3 * HOUR)
    assert (evening.level, evening.source, evening.place) == (Level.UNREACHABLE, "hours", None)
    urgent = Facts(entries=(desk,), work=day, manual=manual(Level.URGENT))
    assert (resolve(urgent, NOW).level, resolve(urgent, NOW).place) == (2, "Platz 3.12")


def test_a_booked_room_is_where_somebody_is_and_makes_them_no_more_reachable() -> None:
    room = entry("tentative", -1, 1, place="Sitzungssaal", source="booking", word="Raumbuchung")
    desk = entry("place", -3, 5, place="Platz 3.12", source="booking")
    day = (WorkSpan(NOW - 3 * HOUR, NOW + 4 * HOUR),)
    answer = resolve(Facts(entries=(room, desk), work=day), NOW)
    assert (answer.level, answer.place) == (Level.LIMITED, "Sitzungssaal")
    assert answer.because == "eingeschränkt, weil Raumbuchung bis 12:00"
    busy = resolve(Facts(entries=(room, desk, entry("busy", -1, 1)), work=day), NOW)
    assert (busy.level, busy.place) == (Level.URGENT, "Sitzungssaal")
    late = Facts(entries=(room,), work=(WorkSpan(NOW + 20 * HOUR, NOW + 24 * HOUR),))
    assert (resolve(late, NOW).level, resolve(late, NOW).place) == (Level.UNREACHABLE, None)


def test_the_answer_says_when_the_place_may_change() -> None:
    desk = entry("place", -1, 1, place="Platz 1")
    facts = Facts(entries=(desk,), work=(WorkSpan(NOW - HOUR, NOW + 5 * HOUR),))
    answer = resolve(facts, NOW)
    assert (answer.until, answer.place_until) == (NOW + 5 * HOUR, NOW + HOUR)
    assert resolve(facts, NOW + HOUR).place_until == NOW + 5 * HOUR


def test_after_work_it_says_when_somebody_is_back() -> None:
    friday_evening = datetime(2026, 10, 16, 16, 0, tzinfo=UTC)
    work = week.spans((week.Hours(0, 480, 960), week.Hours(4, 480, 720)), date(2026, 10, 16))
    answer = resolve(Facts(work=work), friday_evening)
    assert answer.because == "außerhalb der Arbeitszeit, wieder ab Montag 8:00"
    assert answer.until == datetime(2026, 10, 19, 6, 0, tzinfo=UTC)


def test_whoever_works_on_a_saturday_is_free_until_then() -> None:
    free, work = ("Wochenende", NOW + 9 * HOUR), (WorkSpan(NOW + HOUR, NOW + 2 * HOUR),)
    before = resolve(Facts(work=work, free=free), NOW)
    assert (before.source, before.until) == ("free", NOW + HOUR)
    assert resolve(Facts(work=work, free=free), NOW + HOUR).level == Level.FULL


def test_what_goes_before_ends_the_answer() -> None:
    facts = Facts(entries=(entry("busy", 1, 2),), work=(WorkSpan(NOW - HOUR, NOW + 5 * HOUR),))
    assert resolve(facts, NOW).until == NOW + HOUR
    assert resolve(Facts(absences=(absence(2, 9),)), NOW).until == NOW + 2 * HOUR


quarters = st.integers(-20, 60).map(lambda n: NOW + n * timedelta(minutes=15))
kinds = st.sampled_from(["call", "dnd", "away", "busy", "tentative", "place"])


@st.composite
def spans(draw: st.DrawFn) -> tuple[datetime, datetime]:
    begins = draw(quarters)
    return begins, begins + draw(st.integers(1, 30)) * timedelta(minutes=15)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    work = sorted(draw(st.lists(spans(), max_size=2)))
    return Facts(
        absences=tuple(
            AbsenceSpan(*span, draw(st.sampled_from([None, OTHER])))
            for span in draw(st.lists(spans(), max_size=3))
        ),
        manual=draw(
            st.none()
            | st.builds(
                lambda span, level: Manual(level, span[1], span[0]),
                spans(),
                st.sampled_from([Level.FULL, Level.LIMITED, Level.URGENT, Level.UNREACHABLE]),
            )
        ),
        entries=tuple(
            SourceEntry(PERSON, "calendar", draw(kinds), *span, place=draw(st.sampled_from("AB")))
            for span in draw(st.lists(spans(), max_size=6))
        ),
        work=draw(st.none() | st.just(tuple(WorkSpan(*span) for span in work))),
        free=draw(st.none() | st.builds(lambda end: ("Feiertag", end), quarters)),
        substitute=draw(st.sampled_from([None, OTHER])),
    )


@settings(max_examples=400, deadline=None)
@given(known=facts(), at=quarters, later=st.integers(0, 80))
def test_an_answer_holds_until_the_moment_it_names(known: Facts, at: datetime, later: int) -> None:
    answer = resolve(known, at)
    assert answer.until is None or answer.until > at
    moment = at + later * timedelta(minutes=15)
    if answer.until is None or moment < answer.until:
        then = resolve(known, moment)
        assert then.source == answer.source
        if answer.source != "absence":  # within an absence the substitute may change
            assert then.level == answer.level
        if answer.because.startswith("erreichbar, weil"):
            assert then.place == answer.place
        if answer.place_until is None or moment < answer.place_until:
            assert then.place == answer.place


@settings(max_examples=400, deadline=None)
@given(known=facts(), at=quarters)
def test_only_a_hand_makes_somebody_more_reachable_than_their_hours(
    known: Facts, at: datetime
) -> None:
    told = resolve(replace(known, manual=None, absences=()), at)
    bare = resolve(replace(known, manual=None, absences=(), entries=()), at)
    if bare.source != "unknown" and told.level != Level.SUBSTITUTED:
        assert told.level <= bare.level
    if not any(each.kind == "place" for each in known.entries):
        assert told.level <= max(bare.level, Level.LIMITED)


@settings(max_examples=200, deadline=None)
@given(known=facts(), at=quarters)
def test_levels_and_words_belong_together(known: Facts, at: datetime) -> None:
    answer = resolve(known, at)
    assert answer.label == LOOKS[answer.level].word
    assert (answer.level == Level.SUBSTITUTED) <= (answer.substitute is not None)
    assert answer.because


def _luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("level", list(Level))
def test_levels_are_readable_in_both_themes_and_never_colour_alone(level: Level) -> None:
    look = LOOKS[level]
    for ground in ("#ffffff", "#f1f4f5"):  # the page and its panels, as the themes have them
        assert contrast(look.light, ground) >= 4.5
    for ground in ("#12191c", "#1c262a"):
        assert contrast(look.dark, ground) >= 4.5
    for other in set(Level) - {level}:
        assert len({look.sign, LOOKS[other].sign}) == len({look.icon, LOOKS[other].icon}) == 2
