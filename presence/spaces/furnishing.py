"""Buildings, floors with their plans, desks and rooms: entered and changed by who looks after them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.spaces import opening
from presence.spaces.fees import Price
from presence.spaces.opening import Opening
from presence.spaces.plan_svg import clean
from presence.spaces.states import Party
from presence.spaces.tables import Building, Floor, Space, SpaceFee
from presence.spaces.terms import Mode
from storage.actors import Actor, ProtectionClass, Scope
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.rights import Verb, require

KINDS = frozenset({"desk", "room"})


@dataclass(frozen=True, slots=True)
class SpaceForm:
    """What describes a space; ``at`` is x, y, width and height on the floor's plan."""

    kind: str
    name: str
    office: UUID
    at: tuple[float, float, float, float]
    capacity: int = 1
    equipment: Sequence[str] = ()
    mode: Mode = "both"
    hours: Sequence[Opening] = field(default_factory=tuple)
    on_holidays: bool = False
    rules: str = ""
    bookers: str = "all"
    public: bool = False
    notice_days: int | None = None
    longest_minutes: int | None = None
    ahead_days: int = 90
    check_in_minutes: int | None = None
    video: bool = False


def add_building(
    session: Session, actor: Actor, *, key: str, name: str, address: str, now: datetime
) -> Building:
    """The same key again finds the building that is there."""
    require(actor, Verb.SPACE_CHANGE)
    row = session.scalars(select(Building).where(Building.key == key)).one_or_none()
    if row is None:
        row = Building(key=key, name=name, address=address)
        session.add(row)
        session.flush()
        _note(session, actor, "building.add", row.id, now)
    return row


def add_floor(
    session: Session,
    actor: Actor,
    building: UUID,
    *,
    level: int,
    name: str,
    plan: str,
    now: datetime,
) -> Floor:
    """A floor with its plan, cleaned; once per level. Raises ``ConflictError`` for a plan that is none."""
    require(actor, Verb.SPACE_CHANGE)
    row = session.scalars(
        select(Floor).where(Floor.building_id == building, Floor.level == level)
    ).one_or_none()
    if row is None:
        kept, width, height = clean(plan)
        row = Floor(
            building_id=building, level=level, name=name, plan=kept, width=width, height=height
        )
        session.add(row)
        session.flush()
        _note(session, actor, "floor.add", row.id, now)
    return row


def change_plan(
    session: Session, actor: Actor, floor: UUID, revision: int, *, plan: str, now: datetime
) -> None:
    """Another drawing of the same floor; spaces stay where they are on it."""
    require(actor, Verb.SPACE_CHANGE)
    row = session.get(Floor, floor, with_for_update=True)
    if row is None:
        raise NotFoundError
    _same(row.revision, revision)
    row.plan, row.width, row.height = clean(plan)
    row.revision += 1
    _note(session, actor, "floor.change", row.id, now)


def add_space(
    session: Session, actor: Actor, floor: UUID, form: SpaceForm, *, key: str, now: datetime
) -> Space:
    """The same key again finds the space that is there."""
    require(actor, Verb.SPACE_CHANGE, Scope(form.office, ProtectionClass.INTERNAL))
    found = session.scalars(select(Space).where(Space.key == key)).one_or_none()
    if found is not None:
        return found
    row = Space(key=key, floor_id=floor, valid_to=None)
    _fill(row, form)
    session.add(row)
    session.flush()
    _note(session, actor, "space.add", row.id, now)
    return row


def change_space(
    session: Session, actor: Actor, space: UUID, revision: int, form: SpaceForm, *, now: datetime
) -> None:
    """Other rules from now on; bookings that are there stay. Raises ``ConflictError`` where it was changed meanwhile."""
    row = _load(session, actor, space)
    require(actor, Verb.SPACE_CHANGE, Scope(form.office, ProtectionClass.INTERNAL))
    _same(row.revision, revision)
    _fill(row, form)
    row.revision += 1
    _note(session, actor, "space.change", row.id, now)


def end_space(
    session: Session, actor: Actor, space: UUID, *, first_without: date, now: datetime
) -> None:
    """It can't be booked from that day on."""
    row = _load(session, actor, space)
    row.valid_to = first_without
    row.revision += 1
    _note(session, actor, "space.end", row.id, now)


def set_fee(session: Session, actor: Actor, space: UUID, price: Price, *, now: datetime) -> None:
    """What it costs from a day on; what was booked before keeps its price."""
    _load(session, actor, space)
    if price.party is Party.CITY or min(price.per_hour, price.per_day) < 0:
        raise ConflictError(
            "Bitte geben Sie ein Entgelt für Vereine oder für Bürgerinnen und Bürger an."
        )
    row = session.scalars(
        select(SpaceFee).where(
            SpaceFee.space_id == space,
            SpaceFee.party == price.party.value,
            SpaceFee.valid_from == price.valid_from,
        )
    ).one_or_none() or SpaceFee(
        space_id=space, party=price.party.value, valid_from=price.valid_from
    )
    row.per_hour, row.per_day, row.source = price.per_hour, price.per_day, price.source
    session.add(row)
    session.flush()
    _note(session, actor, "space.fee", space, now)


def _fill(row: Space, form: SpaceForm) -> None:
    if form.kind not in KINDS or form.bookers not in {"all", "office"} or form.capacity < 1:
        raise ConflictError("Bitte prüfen Sie Art, Größe und wer buchen darf.")
    if not form.name.strip():
        raise ConflictError("Bitte geben Sie einen Namen an.")
    row.kind, row.name, row.office_id = form.kind, form.name.strip(), form.office
    row.x, row.y, row.width, row.height = form.at
    row.capacity, row.equipment, row.mode = form.capacity, list(form.equipment), form.mode
    row.hours, row.on_holidays = opening.checked(form.hours), form.on_holidays
    row.rules, row.bookers, row.public = form.rules, form.bookers, form.public
    row.notice_days, row.longest_minutes = form.notice_days, form.longest_minutes
    row.ahead_days, row.check_in_minutes, row.video = (
        form.ahead_days,
        form.check_in_minutes,
        form.video,
    )


def _load(session: Session, actor: Actor, space: UUID) -> Space:
    row = session.get(Space, space, with_for_update=True)
    if row is None:
        raise NotFoundError
    require(actor, Verb.SPACE_CHANGE, Scope(row.office_id, ProtectionClass.INTERNAL))
    return row


def _same(held: int, seen: int) -> None:
    if held != seen:
        raise ConflictError(
            "Das wurde inzwischen geändert. Bitte sehen Sie es sich noch einmal an."
        )


def _note(session: Session, actor: Actor, verb: str, object_id: UUID, now: datetime) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind=verb.partition(".")[0],
        object_id=object_id,
        at=now,
    )
