"""Published reports as everybody sees them: what a person wrote and released, and nothing of who it came from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from storage.actors import SHARED_CLASSES
from storage.conflicts import NotFoundError
from storage.organisation.tables import Office
from workflows.kiss.anliegen.progress import reference
from workflows.kiss.anliegen.states import OPEN_STATES, OPEN_VALUES, State
from workflows.kiss.anliegen.tables import Anliegen, KnownPlace, Message, MessageFile, Topic
from workflows.kiss.citizens.where import Where, shown

MOST = 1_000
_SHARED = tuple(sorted(each.value for each in SHARED_CLASSES))

_Main = aliased(Anliegen)
"""What a merged one goes on in; of all others itself."""


@dataclass(frozen=True, slots=True)
class Published:
    """A published report. ``place`` is a known street or square; ``due`` is told while it is open."""

    number: str
    topic_key: str
    topic: str
    text: str
    is_open: bool
    place: str | None
    latitude: float | None
    longitude: float | None
    received: datetime
    changed: datetime
    due: datetime | None
    office: str
    pictures: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which ones. ``numbers`` overrides everything else (GeoReport v2, GET requests)."""

    numbers: Collection[str] = ()
    topics: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    is_open: bool | None = None


def published(session: Session, asked: Asked | None = None, limit: int = MOST) -> list[Published]:
    """The newest first."""
    rows = session.execute(
        select(Anliegen, Topic, Office, _Main)
        .join(Topic, Topic.id == Anliegen.topic_id)
        .join(_Main, _Main.id == func.coalesce(Anliegen.merged_into_id, Anliegen.id))
        .join(Office, Office.id == _Main.office_id)
        .where(*_conditions(asked or Asked()))
        .order_by(Anliegen.id.desc())
        .limit(limit)
    ).all()
    pictures: dict[UUID, list[UUID]] = {}
    for file, anliegen in session.execute(
        select(MessageFile.id, Message.anliegen_id)
        .join(Message, Message.id == MessageFile.message_id)
        .where(
            Message.anliegen_id.in_([row.id for row, *_ in rows]),
            MessageFile.shown_sha256.is_not(None),
        )
        .order_by(MessageFile.id)
    ):
        pictures.setdefault(anliegen, []).append(file)
    known = districts(session)
    return [
        _published(row, topic, office, main, known, pictures.get(row.id, ()))
        for row, topic, office, main in rows
    ]


def districts(session: Session) -> dict[str, str]:
    """The district of each known place by name."""
    found = session.execute(select(KnownPlace.name, KnownPlace.district))
    return {row.name: row.district for row in found}


def shown_picture(session: Session, number: str, file: UUID) -> str:
    """The SHA-256 of a released picture. Raises ``NotFoundError``."""
    found = session.scalar(
        select(MessageFile.shown_sha256)
        .join(Message, Message.id == MessageFile.message_id)
        .join(Anliegen, Anliegen.id == Message.anliegen_id)
        .where(
            MessageFile.id == file,
            MessageFile.shown_sha256.is_not(None),
            *_conditions(Asked(numbers=(number,))),
        )
    )
    if found is None:
        raise NotFoundError("Dieses Bild gibt es nicht.")
    return found


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Anliegen.published_at.is_not(None),
        Anliegen.protection.in_(_SHARED),
    ]
    if asked.numbers:
        return [*found, or_(*(_numbered(each) for each in asked.numbers))]
    if asked.topics:
        found.append(Anliegen.topic_id.in_(select(Topic.id).where(Topic.key.in_(asked.topics))))
    if asked.since is not None:
        found.append(Anliegen.received_at >= asked.since)
    if asked.until is not None:
        found.append(Anliegen.received_at <= asked.until)
    if asked.is_open is not None:
        is_open = _Main.state.in_(OPEN_VALUES)
        found.append(is_open if asked.is_open else ~is_open)
    return found


def _numbered(number: str) -> ColumnElement[bool]:
    year, _, rest = number.partition("-")
    good = (
        number.isascii()
        and year.isdecimal()
        and rest.isdecimal()
        and len(year) == 4
        and len(rest) < 10
    )
    return (Anliegen.year == int(year if good else 0)) & (
        Anliegen.number == int(rest if good else 0)
    )


def _published(
    row: Anliegen,
    topic: Topic,
    office: Office,
    main: Anliegen,
    known: Mapping[str, str],
    pictures: Sequence[UUID],
) -> Published:
    """What it says is its own; where it stands is told by what it goes on in."""
    is_open = State(main.state) in OPEN_STATES
    where = shown(row, Where(row.published_where or Where.NONE), known)
    return Published(
        reference(row), topic.key, topic.title, row.published_text or "", is_open, where.place,
        where.latitude, where.longitude, row.received_at,
        max(row.changed_at, main.changed_at, row.published_at or row.changed_at),
        main.due_at if is_open else None, office.name, pictures,
    )  # fmt: skip
