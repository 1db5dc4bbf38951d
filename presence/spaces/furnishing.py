"""Buildings, floors with their plans, desks, rooms and their fees: entered by who looks after them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
from storage.one_line import one_line, several_lines
from storage.rights import Verb, require

KINDS = frozenset({"desk", "room"})
MODES = frozenset({"hourly", "daily", "both"})
MOST_PEOPLE = 5000
LONGEST_NAME = 120
LONGEST_RULES = 2000
SHORTEST = 15


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
        row = Building(key=key, name=one_line(name), address=one_line(address))
        session.add(row)
        session.flush()
        noted(session, actor, "building.add", row.id, now)
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
            building_id=building,
            level=level,
            name=one_line(name),
            plan=kept,
            width=width,
            height=height,
        )
        session.add(row)
        session.flush()
        noted(session, actor, "floor.add", row.id, now)
    return row


def add_space(
    session: Session, actor: Actor, floor: UUID, form: SpaceForm, *, key: str, now: datetime
) -> Space:
    """The same key again finds the space that is there."""
    require(actor, Verb.SPACE_CHANGE, Scope(form.office, ProtectionClass.INTERNAL))
    found = session.scalars(select(Space).where(Space.key == key)).one_or_none()
    if found is not None:
        return found
    row = Space(key=key, floor_id=floor, valid_to=session.get_one(Floor, floor).valid_to)
    fill(row, form)
    session.add(row)
    session.flush()
    noted(session, actor, "space.add", row.id, now)
    return row


def set_fee(session: Session, actor: Actor, space: UUID, price: Price, *, now: datetime) -> None:
    """What it costs from a day on; what was booked before keeps its price."""
    to_change(session, actor, space)
    if price.party is Party.CITY or min(price.per_hour, price.per_day) < 0:
        raise ConflictError(
            "Bitte geben Sie ein Entgelt für Vereine oder für Bürgerinnen und Bürger an."
        )
    if price.per_day < price.per_hour or not one_line(price.source):
        raise ConflictError(
            "Der Höchstbetrag am Tag liegt nicht unter dem für eine Stunde, und jedes Entgelt hat eine Grundlage."
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
    row.per_hour, row.per_day, row.source = price.per_hour, price.per_day, one_line(price.source)
    session.add(row)
    session.flush()
    noted(session, actor, "space.fee", space, now)


def fill(row: Space, form: SpaceForm) -> None:
    """Put what a form says into a space. Raises ``ConflictError`` where it can't be."""
    if form.kind not in KINDS or form.bookers not in {"all", "office"} or form.mode not in MODES:
        raise ConflictError("Bitte prüfen Sie Art, Dauer und wer buchen darf.")
    if not 1 <= form.capacity <= MOST_PEOPLE:
        raise ConflictError(f"Bitte geben Sie 1 bis {MOST_PEOPLE} Personen an.")
    name, rules = one_line(form.name), several_lines(form.rules)
    if not name or len(name) > LONGEST_NAME or len(rules) > LONGEST_RULES:
        raise ConflictError(
            f"Bitte geben Sie einen Namen (höchstens {LONGEST_NAME} Zeichen) und kurze Regeln an."
        )
    lengths = (form.longest_minutes, form.check_in_minutes)
    if any(each is not None and each < SHORTEST for each in lengths):
        raise ConflictError(f"Dauer und Frist zum Einchecken sind mindestens {SHORTEST} Minuten.")
    if form.ahead_days < 0 or (form.notice_days is not None and form.notice_days < 0):
        raise ConflictError("Tage im Voraus können nicht unter null liegen.")
    if min(form.at) < 0 or min(form.at[2:]) <= 0:
        raise ConflictError("Bitte geben Sie Ort und Größe auf dem Plan an.")
    row.kind, row.name, row.office_id = form.kind, name, form.office
    row.x, row.y, row.width, row.height = form.at
    row.capacity, row.mode = form.capacity, form.mode
    row.equipment = [each for each in map(one_line, form.equipment) if each]
    row.hours, row.on_holidays = opening.checked(form.hours), form.on_holidays
    row.rules, row.bookers, row.public = rules, form.bookers, form.public
    row.notice_days, row.longest_minutes = form.notice_days, form.longest_minutes
    row.ahead_days, row.check_in_minutes, row.video = (
        form.ahead_days,
        form.check_in_minutes,
        form.video,
    )


def to_change(session: Session, actor: Actor, space: UUID) -> Space:
    """A space as it stands now, that nobody books or changes until our transaction ends."""
    row = session.get(Space, space, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("Diesen Platz oder Raum gibt es nicht.")
    require(actor, Verb.SPACE_CHANGE, Scope(row.office_id, ProtectionClass.INTERNAL))
    return row


def noted(session: Session, actor: Actor, verb: str, object_id: UUID, now: datetime) -> None:
    """The deed in the journal, as in "space.change"."""
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind=verb.partition(".")[0],
        object_id=object_id,
        at=now,
    )
