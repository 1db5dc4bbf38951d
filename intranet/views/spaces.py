"""What "Plätze", "Räume" and "Meine Buchungen" show: occupancy of a floor, plans of rooms, one's own bookings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intranet import words
from intranet.views.when import When
from presence.spaces import check_in
from presence.spaces.feeds import place_of
from presence.spaces.fees import in_words, price_on
from presence.spaces.hybrid import video_link
from presence.spaces.opening import (
    MINUTES,
    Span,
    at,
    clock,
    loaded,
    open_on,
    slot_begin,
)
from presence.spaces.opening import in_words as hours_in_words
from presence.spaces.queries import (
    Taken,
    bookings_from,
    floors,
    load_space,
    may_cancel,
    own_bookings,
    plan_of,
    prices_of,
    rooms,
    scope_of,
    spaces_on,
    taken_spaces,
    terms_of,
)
from presence.spaces.series import SKIPPED
from presence.spaces.states import PARTY_NAMES, STATE_NAMES, Party, State
from presence.spaces.tables import Booking, Floor, Space
from presence.spaces.terms import closed, problem
from storage.actors import Staff
from storage.clock import WEEKDAYS, local, local_date
from storage.organisation.tables import Person
from storage.rights import Verb, may

FREE, PARTLY, TAKEN, MINE, SHUT = (
    "frei",
    "teils belegt",
    "belegt",
    "meine Buchung",
    "nicht buchbar",
)


@dataclass(frozen=True, slots=True)
class SpaceLine:
    """A space as it stands for the span one looks at; ``why`` says why it can't be booked."""

    space: Space
    state: str
    why: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class BookingLine:
    """One of one's own bookings in words, with what may be done to it now."""

    booking: Booking
    space: Space
    place: str
    span: str
    state: str
    check_in_until: datetime | None
    may_check_in: bool
    running: bool
    video: str | None


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """What one should know about a room before booking it."""

    place: str
    hours: Sequence[str]
    fees: Sequence[tuple[str, str, str]]
    caretaker: bool
    may_book: bool
    may_cancel: bool
    """Others' bookings, too: then they are told."""
    shut: Sequence[str]
    """When it is out of order, and why."""


def floor_names(session: Session, day: date | None = None) -> dict[UUID, str]:
    """All floors by id, as in "Rathaus, 1. Obergeschoss"; with ``day`` without those given up by then."""
    found = floors(session, day)
    return {floor.id: f"{building.name}, {floor.name}" for building, floor in found}


def home_floor(session: Session, staff: Staff, now: datetime) -> UUID | None:
    """Where somebody has their next desk, else where most desks are."""
    desks = select(Space.floor_id).where(Space.kind == "desk")
    own = (
        desks.join(Booking, Booking.space_id == Space.id)
        .where(
            Booking.person_id == staff.person,
            Booking.ends > now,
            Booking.state == State.CONFIRMED.value,
        )
        .order_by(Booking.starts)
    )
    most = desks.group_by(Space.floor_id).order_by(func.count().desc(), Space.floor_id)
    return session.scalar(own.limit(1)) or session.scalar(most.limit(1))


def floor_view(
    session: Session, staff: Staff, floor: UUID, when: When, now: datetime
) -> tuple[Floor, list[SpaceLine]]:
    """A floor with its spaces."""
    row = session.get_one(Floor, floor)
    return row, _lines(session, staff, spaces_on(session, floor, when.day), when, now)


def space_line(
    session: Session, staff: Staff, space: Space, when: When, now: datetime
) -> SpaceLine:
    """One space for the span one looks at."""
    (line,) = _lines(session, staff, [space], when, now)
    return line


def room_lines(
    session: Session,
    staff: Staff,
    when: When,
    now: datetime,
    *,
    capacity: int,
    equipment: Collection[str],
) -> list[SpaceLine]:
    """Rooms that fit: the free ones first, of these the smallest."""
    found = rooms(session, when.day, capacity=capacity, equipment=equipment)
    lines = _lines(session, staff, found, when, now)
    return sorted(lines, key=lambda line: (line.state != FREE, line.space.capacity))


def equipment_of_rooms(session: Session, day: date) -> list[str]:
    """Everything any room has, to choose from."""
    return sorted({each for row in rooms(session, day) for each in row.equipment})


def _lines(
    session: Session, staff: Staff, spaces: Sequence[Space], when: When, now: datetime
) -> list[SpaceLine]:
    first, last = when.hours or (0, MINUTES)
    # What is over takes nothing away: who was there this morning and left has left.
    window = max(at(when.day, first), slot_begin(now)), at(when.day, last)
    taken = (
        taken_spaces(session, [row.id for row in spaces], *window) if window[0] < window[1] else {}
    )
    held = {each for found in taken.values() for each in found}
    mine = set(
        session.scalars(
            select(Booking.id).where(Booking.id.in_(held), Booking.person_id == staff.person)
        )
    )
    return [_line(staff, row, when, taken.get(row.id, set()), mine, now) for row in spaces]


def _line(
    staff: Staff, row: Space, when: When, taken: set[UUID], mine: set[UUID], now: datetime
) -> SpaceLine:
    span = when.span(row, now)
    if taken & mine:
        return SpaceLine(row, MINE, "", span)
    by_hours = row.kind == "room" and row.mode == "hourly"
    if taken:
        part = when.hours is None and by_hours
        return SpaceLine(row, PARTLY if part else TAKEN, "", span)
    why = _why_not(staff, row, when, span, now)
    return SpaceLine(row, SHUT if why else FREE, why, span)


def _why_not(staff: Staff, row: Space, when: When, span: Span | None, now: datetime) -> str:
    if span is None:
        return f"{row.name} ist an diesem Tag geschlossen."
    if when.skipped:
        return SKIPPED
    if not may(staff, Verb.SPACE_BOOK, scope_of(row)):
        return "Diesen Raum bucht nur das Amt, das ihn betreut."
    if when.hours is None and row.kind == "room" and row.mode == "hourly":
        # Which hours, one chooses on the room's page.
        if span[1] <= now:
            return f"{row.name} ist für heute geschlossen."
        return closed(terms_of(row), *span, whole=True) or ""
    return problem(terms_of(row), *span, whole=when.hours is None, now=now) or ""


def day_plan(session: Session, staff: Staff, space: Space, day: date) -> list[Taken]:
    """What is taken on a day, in order."""
    return plan_of(session, staff, space, at(day, 0), at(day + timedelta(days=1), 0))


def week_plan(
    session: Session, staff: Staff, space: Space, monday: date
) -> list[tuple[date, list[Span], list[Taken]]]:
    """The seven days of a week: when it is open, and what is taken."""
    terms = terms_of(space)
    sunday = monday + timedelta(days=6)
    taken = plan_of(session, staff, space, at(monday, 0), at(sunday + timedelta(days=1), 0))
    found = []
    for number in range(7):
        day = monday + timedelta(days=number)
        here = [each for each in taken if local_date(each.starts) <= day <= _last_day(each)]
        opened = [
            span for span in open_on(terms.hours, day) if not closed(terms, *span, whole=False)
        ]
        found.append((day, opened, here))
    return found


def room_facts(session: Session, staff: Staff, space: UUID, today: date) -> tuple[Space, RoomFacts]:
    """Raises ``NotFoundError``."""
    row = load_space(session, space)
    hours = loaded(row.hours)
    prices = prices_of(session, space)
    fees = [
        (PARTY_NAMES[party], in_words(price.per_hour), in_words(price.per_day))
        for party in (Party.CLUB, Party.CITIZEN)
        if (price := price_on(prices, party, today))
    ]
    return row, RoomFacts(
        place_of(session, row),
        _grouped([hours_in_words(hours, day) for day in range(7)]),
        fees,
        may(staff, Verb.BOOKING_DECIDE, scope_of(row)),
        may(staff, Verb.SPACE_BOOK, scope_of(row)),
        may_cancel(staff, row),
        closures_in_words(row, today),
    )


def closures_in_words(space: Space, today: date) -> list[str]:
    """As in "02.03.2026 bis 04.03.2026: Maler", what is over left out."""
    return [
        f"{words.day(each.first)} bis {words.day(each.last)}: {each.reason}"
        for each in terms_of(space).closures
        if each.last >= today
    ]


def others_bookings(session: Session, staff: Staff, space: Space, now: datetime) -> dict[UUID, str]:
    """What is booked in a space from now on, in words, for who may cancel it; at desks without names."""
    if not may_cancel(staff, space):
        return {}
    rows = bookings_from(session, space.id, now)
    people = select(Person).where(Person.id.in_({row.person_id for row in rows if row.person_id}))
    names: dict[UUID | None, str] = {row.id: row.name for row in session.scalars(people)}
    return {
        row.id: span_in_words(row.starts, row.ends, now)
        if space.kind == "desk"
        else f"{span_in_words(row.starts, row.ends, now)}: {row.title} "
        f"({row.holder_name or names.get(row.person_id, 'ohne Namen')})"
        for row in rows
    }


def my_bookings(session: Session, staff: Staff, now: datetime) -> list[BookingLine]:
    """What is under way or to come, and what was given up and would still be to come."""
    return [_own(session, row, space, now) for row, space in own_bookings(session, staff, now)]


def span_in_words(starts: datetime, ends: datetime, now: datetime) -> str:
    """As in "heute, 8:00 bis 12:00 Uhr"."""
    first = local(starts)
    day = words.when(starts, now).rpartition(" ")[0]
    if (first.date() - local_date(now)).days > 1:
        day = f"{WEEKDAYS[first.weekday()]}, {words.day(first.date())}"
    return f"{day}, {hours_between(starts, ends)} Uhr"


def hours_between(starts: datetime, ends: datetime) -> str:
    """As in "8:00 bis 24:00"."""
    first, last = local(starts), local(ends)
    minutes = (last.date() - first.date()).days * MINUTES + last.hour * 60 + last.minute
    return f"{clock(first.hour * 60 + first.minute)} bis {clock(minutes)}"


def _own(session: Session, row: Booking, space: Space, now: datetime) -> BookingLine:
    state = State(row.state)
    confirmed = state is State.CONFIRMED
    until = check_in.closes(row.starts, row.ends, row.created_at, space.check_in_minutes)
    waits = confirmed and row.checked_in_at is None
    shown = STATE_NAMES[state]
    if confirmed and row.checked_in_at is not None:
        shown = "eingecheckt"
    link = None
    if confirmed and space.video:
        link = video_link(row.id, row.title, row.starts, row.ends)
    return BookingLine(
        row,
        space,
        place_of(session, space),
        span_in_words(row.starts, row.ends, now),
        shown,
        until if waits else None,
        waits
        and check_in.may_check_in(
            now, row.starts, row.ends, row.created_at, space.check_in_minutes
        ),
        confirmed and row.starts <= now,
        link,
    )


def _last_day(taken: Taken) -> date:
    return local_date(taken.ends - timedelta(seconds=1))


def _grouped(lines: list[str]) -> list[str]:
    """Days with the same hours in one line: "montags bis freitags von 7:00 bis 19:00 Uhr geöffnet"."""
    found: list[tuple[str, str, str]] = []
    for line in lines:
        day, _, rest = line.partition(" ")
        if found and found[-1][2] == rest:
            found[-1] = (found[-1][0], day, rest)
        else:
            found.append((day, day, rest))
    return [
        f"{first} {rest}" if first == last else f"{first} bis {last} {rest}"
        for first, last, rest in found
    ]
