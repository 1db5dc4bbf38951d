"""Changing and ending what is there: buildings, floors with their plans, desks and rooms.

Every verb is checked by revision. Where bookings to come no longer fit, the verb refuses and says which; it is done once
somebody has seen them all and decided whether they stay or are cancelled. Their holders are then told, each once.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from presence.spaces import closures, opening
from presence.spaces.changing import call_off, locked
from presence.spaces.closures import Closure
from presence.spaces.furnishing import LONGEST_NAME, SpaceForm, fill, noted, to_change
from presence.spaces.plan_svg import clean
from presence.spaces.queries import bookings_from, terms_of
from presence.spaces.states import State
from presence.spaces.tables import Booking, Building, Floor, Space
from presence.spaces.terms import Mode, closed
from storage.actors import Actor, ProtectionClass, Scope
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.one_line import one_line
from storage.rights import Verb, require

STALE = "Das wurde inzwischen geändert. Bitte sehen Sie es sich noch einmal an."
SECOND = timedelta(seconds=1)
ENDS = "Der Platz oder Raum steht nicht mehr zur Verfügung."
CHANGED = "Öffnungszeiten oder Personenzahl haben sich geändert; die Buchung passt nicht mehr dazu."


@dataclass(frozen=True, slots=True)
class InTheWay:
    """A booking that no longer fits."""

    id: UUID
    starts: datetime
    ends: datetime
    title: str


class InTheWayError(ConflictError):
    """Bookings to come that no longer fit, in order; nothing was changed."""

    def __init__(self, bookings: Sequence[Booking]) -> None:
        rows = sorted(bookings, key=lambda each: each.starts)
        self.bookings = [InTheWay(row.id, row.starts, row.ends, row.title) for row in rows]
        count = "1 Buchung passt" if len(bookings) == 1 else f"{len(bookings)} Buchungen passen"
        super().__init__(f"{count} nicht mehr dazu. Bitte entscheiden Sie, was aus ihnen wird.")


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody decided about bookings they were ``shown``: they stay, or are cancelled with a reason."""

    shown: frozenset[UUID] = frozenset()
    cancel: bool = False
    reason: str = ""


UNDECIDED = Decided()


def form_of(row: Space) -> SpaceForm:
    """A space as a form, to be changed in part."""
    return SpaceForm(
        row.kind, row.name, row.office_id, (row.x, row.y, row.width, row.height), row.capacity,
        tuple(row.equipment), cast("Mode", row.mode), opening.loaded(row.hours), row.on_holidays,
        row.rules, row.bookers, row.public, row.notice_days, row.longest_minutes, row.ahead_days,
        row.check_in_minutes, row.video,
    )  # fmt: skip


def change_building(
    session: Session,
    actor: Actor,
    building: UUID,
    revision: int,
    *,
    name: str,
    address: str,
    now: datetime,
) -> None:
    """Another name or address."""
    require(actor, Verb.SPACE_CHANGE)
    row = session.get(Building, building, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError
    _same(row.revision, revision)
    row.name, row.address = _named(name), one_line(address)
    row.revision += 1
    noted(session, actor, "building.change", row.id, now)


def change_floor(
    session: Session,
    actor: Actor,
    floor: UUID,
    revision: int,
    *,
    name: str,
    plan: str | None = None,
    now: datetime,
) -> None:
    """Another name, and with ``plan`` another drawing: spaces keep their place on it in proportion."""
    row = _floor(session, actor, floor, revision)
    row.name = _named(name)
    if plan is not None:
        before = row.width, row.height
        row.plan, row.width, row.height = clean(plan)
        across, down = row.width / before[0], row.height / before[1]
        for space in _on(session, row.id):
            space.x, space.width = space.x * across, space.width * across
            space.y, space.height = space.y * down, space.height * down
            space.revision += 1
    row.revision += 1
    noted(session, actor, "floor.change", row.id, now)


def end_floor(
    session: Session,
    actor: Actor,
    floor: UUID,
    revision: int,
    *,
    first_without: date | None,
    decided: Decided = UNDECIDED,
    now: datetime,
) -> None:
    """The city gives a floor up: from that day on nothing on it can be booked, and it is shown no more.

    ``None``: it stays after all, and with it what would have ended that day.
    """
    row = _floor(session, actor, floor, revision)
    found: list[tuple[Space, list[Booking]]] = []
    for space in _on(session, row.id):
        if first_without is None:
            ends = None if space.valid_to == row.valid_to else space.valid_to
        else:
            ends = min(space.valid_to or first_without, first_without)
            found.append((space, _touching(session, space, first_without, date.max, now)))
        if ends != space.valid_to:
            space.valid_to = ends
            space.revision += 1
    if first_without is not None:
        _coming(first_without, now)
    _decide(session, actor, found, _ending(decided), now)
    row.valid_to = first_without
    row.revision += 1
    noted(session, actor, "floor.end", row.id, now)


def change_space(
    session: Session,
    actor: Actor,
    space: UUID,
    revision: int,
    form: SpaceForm,
    *,
    decided: Decided = UNDECIDED,
    now: datetime,
) -> None:
    """Other rules from now on. Raises ``InTheWayError`` where bookings don't fit other hours or fewer people."""
    require(actor, Verb.SPACE_CHANGE, Scope(form.office, ProtectionClass.INTERNAL))
    with _changing(session, actor, space, revision, "space.change", now) as row:
        _refill(session, actor, row, form, decided, now)


def _refill(
    session: Session, actor: Actor, row: Space, form: SpaceForm, decided: Decided, now: datetime
) -> None:
    if form.kind != row.kind:
        raise ConflictError(
            "Aus einem Platz wird kein Raum. Bitte beenden Sie ihn und legen neu an."
        )
    unfit_already = {each.id for each in _unfit(session, row, now)}
    if _asks_sooner(row.check_in_minutes, form.check_in_minutes):
        for each in locked(session, Booking.space_id == row.id, *_running(now)):
            each.checked_in_at = (
                each.checked_in_at or now
            )  # nobody told them that they would have to
    moved = form.office != row.office_id
    fill(row, form)
    if moved:
        # Requests from outside build on spaces, and so on this module.
        from presence.citizens.telling import requests_follow

        requests_follow(session, row, now)
    unfit = [each for each in _unfit(session, row, now) if each.id not in unfit_already]
    decided = replace(decided, reason=decided.reason or CHANGED)
    _decide(session, actor, [(row, unfit)], decided, now)


def end_space(
    session: Session,
    actor: Actor,
    space: UUID,
    revision: int,
    *,
    first_without: date | None,
    decided: Decided = UNDECIDED,
    now: datetime,
) -> None:
    """It can't be booked from that day on; ``None``: it can after all. It never outlasts its floor."""
    with _changing(session, actor, space, revision, "space.end", now) as row:
        floor = session.get_one(Floor, row.floor_id, populate_existing=True)
        if floor.valid_to is not None and (first_without or date.max) > floor.valid_to:
            raise ConflictError(
                f"Das Geschoss gehört ab {floor.valid_to:%d.%m.%Y} nicht mehr der Stadt."
            )
        row.valid_to = first_without
        if first_without is not None:
            _coming(first_without, now)
            rows = _touching(session, row, first_without, date.max, now)
            _decide(session, actor, [(row, rows)], _ending(decided), now)


def close_space(
    session: Session,
    actor: Actor,
    space: UUID,
    revision: int,
    closure: Closure,
    *,
    decided: Decided = UNDECIDED,
    now: datetime,
) -> None:
    """Out of order for some days; the reason is shown, and told to those whose bookings are cancelled for it."""
    with _changing(session, actor, space, revision, "space.close", now) as row:
        held = closures.loaded(row.closures)
        row.closures = list(closures.as_rows(closures.added(held, closure, local_date(now))))
        rows = _touching(session, row, closure.first, closure.last, now)
        decided = replace(decided, reason=decided.reason or closure.reason)
        _decide(session, actor, [(row, rows)], decided, now)


def reopen_space(
    session: Session, actor: Actor, space: UUID, revision: int, closure: Closure, *, now: datetime
) -> None:
    """In order again, earlier than thought. Doing it twice is fine."""
    row = to_change(session, actor, space)
    held = closures.loaded(row.closures)
    if closure not in held:
        return
    _same(row.revision, revision)
    row.closures = list(closures.as_rows(each for each in held if each != closure))
    row.revision += 1
    noted(session, actor, "space.reopen", row.id, now)


@contextmanager
def _changing(
    session: Session, actor: Actor, space: UUID, revision: int, verb: str, now: datetime
) -> Iterator[Space]:
    """The space as the actor has seen it, locked; what is done to it inside counts and stands in the journal."""
    row = to_change(session, actor, space)
    _same(row.revision, revision)
    yield row
    row.revision += 1
    noted(session, actor, verb, row.id, now)


def _decide(
    session: Session,
    actor: Actor,
    found: Sequence[tuple[Space, Sequence[Booking]]],
    decided: Decided,
    now: datetime,
) -> None:
    """Carry out what was decided, unless there are bookings nobody has seen yet."""
    everything = [row for _, rows in found for row in rows]
    if not {row.id for row in everything} <= decided.shown:
        raise InTheWayError(everything)
    if not decided.cancel:
        return
    gone: list[tuple[Space, list[Booking]]] = []
    for space, rows in found:
        held = locked(session, Booking.id.in_([row.id for row in rows]))
        gone.append((space, [row for row in held if row.state == State.CONFIRMED.value]))
    call_off(session, actor, gone, decided.reason, now)


def _unfit(session: Session, space: Space, now: datetime) -> list[Booking]:
    """Bookings under way or to come that the space's present rules rule out."""
    terms = terms_of(space)
    return [
        row
        for row in bookings_from(session, space.id, now)
        if closed(terms, row.starts, row.ends, whole=row.whole_day)
        or (row.people or 0) > space.capacity
    ]


def _touching(
    session: Session, space: Space, first: date, last: date, now: datetime
) -> list[Booking]:
    """Bookings under way or to come on these days, both included."""
    return [
        row
        for row in bookings_from(session, space.id, now)
        if local_date(row.starts) <= last and local_date(row.ends - SECOND) >= first
    ]


def _ending(decided: Decided) -> Decided:
    """What is no more can't be kept for anybody."""
    return replace(decided, cancel=True, reason=decided.reason or ENDS)


def _running(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Booking.state == State.CONFIRMED.value, Booking.starts <= now, Booking.ends > now


def _asks_sooner(before: int | None, after: int | None) -> bool:
    return after is not None and (before is None or after < before)


def _floor(session: Session, actor: Actor, floor: UUID, revision: int) -> Floor:
    require(actor, Verb.SPACE_CHANGE)
    row = session.get(Floor, floor, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError
    _same(row.revision, revision)
    return row


def _on(session: Session, floor: UUID) -> Sequence[Space]:
    return session.scalars(
        select(Space)
        .where(Space.floor_id == floor)
        .order_by(Space.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _same(held: int, seen: int) -> None:
    if held != seen:
        raise ConflictError(STALE)


def _named(name: str) -> str:
    name = one_line(name)
    if not name or len(name) > LONGEST_NAME:
        raise ConflictError(f"Bitte geben Sie einen Namen an (höchstens {LONGEST_NAME} Zeichen).")
    return name


def _coming(day: date, now: datetime) -> None:
    if day < local_date(now):
        raise ConflictError("Dieser Tag ist schon vorbei. Bitte wählen Sie einen späteren.")
