"""Who sees whose availability, which sources count, and what people arrange for themselves."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest

from presence.availability import sources
from presence.availability.absences import enter_absence
from presence.availability.current import BusySpan, CurrentStore
from presence.availability.facts import SourceEntry
from presence.availability.levels import Level
from presence.availability.profile import (
    allow_delegate,
    forget_leavers,
    forget_old_weeks,
    set_profile,
    set_working_hours,
    show_office,
    working_hours,
)
from presence.availability.queries import (
    NotAgreedError,
    availability_of,
    board,
    delegates_of,
    reach_of,
)
from presence.availability.statuses import TIMERS, clear_status, set_status, timer_end
from presence.availability.tables import CalendarLink
from presence.availability.week import Hours
from presence.people.groups import found_group, join_group
from storage.actors import Actor, Staff, System
from storage.agreements.operations import confirm_agreement, record_agreement
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.house import House
from storage.organisation.tables import Person
from storage.rights import NotAllowedError

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Load = Callable[[str], Staff]
People = dict[str, UUID]


@pytest.fixture
def agree(house: House, staff: Load) -> Callable[[str], None]:
    """Both sides enter an agreement."""

    def both(key: str) -> None:
        now = house.clock()
        with house.database.write() as session:
            row = record_agreement(
                session,
                staff("ada"),
                key=key,
                title="Dienstvereinbarung",
                file_number=f"DV-{key}",
                signed_on=local_date(now),
                valid_from=local_date(now),
                now=now,
            )
            confirm_agreement(session, staff("paul"), row.id, now=now)

    return both


@pytest.fixture
def booked(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source such as bookings, known for one test."""
    monkeypatch.setattr(sources, "SOURCES", dict(sources.SOURCES))
    sources.register(
        "booking",
        lambda _session, wanted, now: [
            SourceEntry(person, "booking", "place", now - HOUR, now + HOUR, "Platz 7")
            for person in wanted
            if person == people["ben"]
        ],
        agreement="booking",
    )


def test_a_status_with_timer_is_on_the_board_until_it_rings(
    house: House,
    store: CurrentStore,
    staff: Load,
    people: People,
    offices: People,
    agree: Callable[[str], None],
) -> None:
    agree("monitor")
    now = house.clock()
    set_status(
        house,
        staff("anna"),
        people["anna"],
        Level.URGENT,
        until=timer_end(TIMERS[1], now),
        message="  Statistik\nfertig ",
        place="Saal",
    )
    with house.database.read() as session:
        lines = board(session, store, staff("ben"), offices["ordnungsamt"], now)
        assert [line.name.split()[0] for line in lines] == ["Anna", "Ben", "Carla", "Dora"]
        anna = lines[0].availability
        assert (anna.level, anna.message, anna.place) == (2, "Statistik fertig", "Saal")
        assert anna.until == now + HOUR / 2
        after = board(session, store, staff("ben"), offices["ordnungsamt"], now + HOUR / 2)
    assert after[0].availability.source == "unknown"


def test_an_office_is_seen_by_its_own_people_until_its_head_opens_it(
    house: House,
    store: CurrentStore,
    staff: Load,
    people: People,
    offices: People,
    agree: Callable[[str], None],
) -> None:
    agree("monitor")
    now = house.clock()
    office = offices["ordnungsamt"]
    set_status(
        house, staff("anna"), people["anna"], Level.UNREACHABLE, until=now + HOUR, place="Keller"
    )
    with house.database.write() as session:
        enter_absence(
            session,
            staff("ben"),
            people["ben"],
            starts=now,
            ends=now + DAY,
            substitute=people["carla"],
            now=now,
        )
    with house.database.read() as session:
        for stranger in ("emil", "ada"):
            with pytest.raises(NotAllowedError):
                board(session, store, staff(stranger), office, now)
        seen = availability_of(session, store, staff("emil"), people.values(), now)
    assert (seen[people["anna"]].source, seen[people["anna"]].place) == ("unknown", None)
    assert seen[people["ben"]].substitute == people["carla"]  # whom to ask is told everybody
    with house.database.write() as session:
        with pytest.raises(NotAllowedError):
            show_office(session, staff("anna"), office, whole_house=True, now=now)
        show_office(session, staff("dora"), office, whole_house=True, now=now)
    with house.database.read() as session:
        assert board(session, store, staff("emil"), office, now)[0].availability.place == "Keller"
    with house.database.write() as session:
        show_office(session, staff("dora"), office, whole_house=False, now=now)
    with house.database.read() as session, pytest.raises(NotAllowedError):
        board(session, store, staff("emil"), office, now)


def test_without_an_agreement_there_is_no_board_for_anybody(
    house: House, store: CurrentStore, staff: Load, offices: People
) -> None:
    now = house.clock()
    with house.database.read() as session:
        for actor in (staff("anna"), staff("dora"), staff("emil"), System("test")):
            with pytest.raises(NotAgreedError, match="Dienstvereinbarung"):
                board(session, store, actor, offices["ordnungsamt"], now)


def test_without_an_agreement_nobody_gets_an_overview_but_one_person_can_be_looked_up(
    house: House,
    store: CurrentStore,
    staff: Load,
    people: People,
    agree: Callable[[str], None],
) -> None:
    now = house.clock()
    set_status(house, staff("anna"), people["anna"], Level.URGENT, until=now + HOUR)
    with house.database.write() as session:
        enter_absence(
            session, staff("carla"), people["carla"], starts=now, ends=now + DAY,
            substitute=people["ben"], now=now,
        )  # fmt: skip

    def overview(actor: Actor) -> tuple[str, str]:
        with house.database.read() as session:
            seen = availability_of(session, store, actor, people.values(), now)
            assert seen[people["carla"]].substitute == people["ben"]
        return seen[people["anna"]].source, seen[people["dora"]].source

    for actor in (staff("ben"), staff("dora"), staff("emil"), System("test")):
        assert overview(actor) == ("unknown", "unknown")
    with house.database.read() as session:
        alone = reach_of(session, store, staff("ben"), people["anna"], now)
        assert (alone.level, alone.source) == (Level.URGENT, "manual")
        assert reach_of(session, store, staff("emil"), people["anna"], now).source == "unknown"
    agree("monitor")
    assert overview(staff("ben")) == ("manual", "unknown")
    assert overview(staff("emil")) == ("unknown", "unknown")


def test_until_when_somebody_is_absent_is_for_those_who_work_with_them(
    house: House, store: CurrentStore, staff: Load, people: People
) -> None:
    now, ben = house.clock(), people["ben"]
    with house.database.write() as session:
        enter_absence(
            session, staff("ben"), ben, starts=now - HOUR, ends=now + 3 * DAY,
            substitute=people["carla"], now=now,
        )  # fmt: skip

    def seen(login: str) -> tuple[bool, str, UUID | None]:
        with house.database.read() as session:
            alone = reach_of(session, store, staff(login), ben, now)
            assert availability_of(session, store, staff(login), [ben], now) == {ben: alone}
        return alone.until is None, alone.because, alone.substitute

    for colleague in ("anna", "dora", "ben"):
        assert seen(colleague)[0] is False
        assert "abwesend bis" in seen(colleague)[1]
    stranger = (True, "abwesend", people["carla"])
    assert seen("emil") == seen("paul") == seen("ada") == stranger
    with house.database.write() as session:
        group = found_group(session, System("test"), "Märkte", "", None, now=now).id
        for login in ("ben", "emil"):
            join_group(session, System("test"), group, people[login], now=now)
        allow_delegate(session, staff("ben"), ben, people["paul"], now=now)
    assert seen("emil")[0] is seen("paul")[0] is False  # a working group; a delegate
    with house.database.write() as session:
        enter_absence(
            session, staff("ben"), ben, starts=now, ends=now + 2 * DAY,
            substitute=people["ada"], now=now,
        )  # fmt: skip
    assert seen("ada")[0] is False  # who stands in
    assert seen("hugo")[0] is True
    with house.database.write() as session:
        set_profile(
            session, staff("ben"), ben, substitute=None, channel=None, place="Zimmer 1",
            tells_return=True, now=now,
        )  # fmt: skip
    assert seen("hugo")[0] is False  # of their own will
    with house.database.read() as session:
        assert reach_of(session, store, staff("hugo"), ben, now).place is None
    later = now + 4 * DAY
    with house.database.write() as session:
        enter_absence(
            session, staff("anna"), people["anna"], starts=later, ends=later + DAY,
            substitute=None, now=now,
        )  # fmt: skip
    with house.database.read() as session:
        soon = reach_of(session, store, staff("emil"), people["anna"], later - HOUR)
    assert soon.until is None  # nor from when on


@pytest.mark.usefixtures("booked")
def test_what_could_monitor_counts_only_under_an_agreement(
    house: House,
    store: CurrentStore,
    staff: Load,
    people: People,
    agree: Callable[[str], None],
) -> None:
    now = house.clock()
    store.set_busy(people["ben"], [BusySpan(now - HOUR, now + HOUR, "busy")])

    def source() -> str:
        with house.database.read() as session:
            return reach_of(session, store, staff("anna"), people["ben"], now).source

    assert source() == "unknown"
    agree("booking")
    assert source() == "booking"
    agree("calendar")
    assert (
        source() == "booking"
    )  # what the store knows of somebody without a calendar is not looked at
    with house.database.write() as session:
        session.add(CalendarLink(person_id=people["ben"], kind="ics", secret=b"", consented_at=now))
    assert source() == "calendar"


def test_only_oneself_and_delegates_set_a_status(house: House, staff: Load, people: People) -> None:
    now = house.clock()
    for stranger in ("ben", "dora", "ada"):
        with pytest.raises(NotAllowedError):
            set_status(house, staff(stranger), people["anna"], Level.FULL, until=now + HOUR)
        with pytest.raises(NotAllowedError):
            clear_status(house, staff(stranger), people["anna"])


def test_a_status_ends_today(house: House, staff: Load, people: People) -> None:
    now = house.clock()
    for until in (now, now - HOUR, now + DAY):
        with pytest.raises(ConflictError, match="am selben Tag"):
            set_status(house, staff("anna"), people["anna"], Level.FULL, until=until)
    with pytest.raises(ConflictError, match="höchstens 140 Zeichen"):
        set_status(
            house,
            staff("anna"),
            people["anna"],
            Level.FULL,
            until=now + HOUR,
            message="x" * 141,
        )
    late = now.replace(hour=22, minute=50)  # 23:50 on the town hall's clock
    ends = {timer_end(timer, late) for timer in TIMERS}
    assert max(ends) == late + HOUR / 6


def test_who_leaves_takes_everything_along(house: House, staff: Load, people: People) -> None:
    now, today, anna = house.clock(), local_date(house.clock()), people["anna"]
    with house.database.write() as session:
        set_working_hours(
            session, staff("anna"), anna, [Hours(0, 480, 960)], valid_from=today, now=now
        )
        allow_delegate(session, staff("ben"), people["ben"], anna, now=now)
        assert forget_leavers(session, today) == 0
        session.get_one(Person, anna).valid_to = today
        session.flush()
        assert forget_leavers(session, today) == 2
        assert not delegates_of(session, people["ben"])


def test_working_hours_are_dated_and_the_past_is_forgotten(
    house: House, store: CurrentStore, staff: Load, people: People
) -> None:
    now, today, anna = house.clock(), local_date(house.clock()), people["anna"]
    full = [Hours(day, 480, 960) for day in range(5)]
    half = [Hours(day, 480, 720, "Homeoffice") for day in range(3)]
    with house.database.write() as session:
        set_working_hours(session, staff("anna"), anna, full, valid_from=today, now=now)
        set_working_hours(session, staff("anna"), anna, half, valid_from=today + 7 * DAY, now=now)
    with house.database.read() as session:
        assert len(working_hours(session, staff("anna"), anna, today)) == 5
        assert len(working_hours(session, staff("anna"), anna, today + 7 * DAY)) == 3
        seen = reach_of(session, store, staff("ben"), anna, now)
        assert (seen.level, seen.source) == (4, "hours")
        seen = reach_of(session, store, staff("ben"), anna, now + 7 * DAY)
        assert seen.place == "Homeoffice"
    with house.database.write() as session:
        assert forget_old_weeks(session, today + 7 * DAY) == 1
        assert forget_old_weeks(session, today + 7 * DAY) == 0
        with pytest.raises(ConflictError, match="nicht im Nachhinein"):
            set_working_hours(
                session, staff("anna"), anna, full, valid_from=date(2020, 1, 1), now=now
            )
        with pytest.raises(NotAllowedError):
            set_working_hours(session, staff("ben"), anna, full, valid_from=today, now=now)
