"""What people see of Anliegen, always within their sight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from storage.actors import Actor, Role, Staff
from storage.conflicts import NotFoundError
from storage.tasks.tables import Task
from workflows.kiss.anliegen.progress import look_key
from workflows.kiss.anliegen.sight import coordinates, in_sight, own_groups
from workflows.kiss.anliegen.states import OPEN_STATES, State
from workflows.kiss.anliegen.tables import (
    Anliegen,
    Contact,
    Contribution,
    Likeness,
    Message,
    MessageFile,
)
from workflows.kiss.routing.tables import RoutingDecision

PAGE = 50
Key = tuple[datetime | None, UUID]
"""Where an Anliegen stands in a list: its due time and its id."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which Anliegen a list shows. ``mine``: those this person has; ``ours``: those their offices and groups have."""

    mine: bool = False
    ours: bool = False
    topic: UUID | None = None
    states: frozenset[State] = OPEN_STATES
    words: str = ""
    late_by: datetime | None = None
    led: bool = False
    """With ``ours``: the offices they lead as well; for the coordination all."""


def anliegen_list(
    session: Session, actor: Actor, wanted: Wanted, *, before: UUID | None = None, limit: int = PAGE
) -> Sequence[Anliegen]:
    """The newest first, paged by key: ``before`` is the last id of the page before."""
    query = select(Anliegen).where(*_conditions(session, actor, wanted))
    if before is not None:
        query = query.where(Anliegen.id < before)
    return session.scalars(query.order_by(Anliegen.id.desc()).limit(limit)).all()


def most_urgent(
    session: Session, actor: Actor, wanted: Wanted, *, after: Key | None = None, limit: int = PAGE
) -> Sequence[Anliegen]:
    """What is due first, first; what has no due time (the citizen is asked) at the end.

    Paged by key: ``after`` is the key of the last one of the page before, so nothing is left out or shown twice while
    others come and go.
    """
    query = select(Anliegen).where(*_conditions(session, actor, wanted))
    if after is not None:
        query = query.where(_follows(*after))
    order = (Anliegen.due_at.is_(None), Anliegen.due_at, Anliegen.id)
    return session.scalars(query.order_by(*order).limit(limit)).all()


def _follows(due: datetime | None, anliegen: UUID) -> ColumnElement[bool]:
    timeless = Anliegen.due_at.is_(None)
    if due is None:
        return and_(timeless, Anliegen.id > anliegen)
    same = and_(Anliegen.due_at == due, Anliegen.id > anliegen)
    return or_(timeless, Anliegen.due_at > due, same)


def _conditions(session: Session, actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [
        in_sight(session, actor),
        Anliegen.state.in_(sorted(each.value for each in wanted.states)),
    ]
    if wanted.mine and isinstance(actor, Staff):
        found.append(Anliegen.person_id.in_(sorted({actor.person, *actor.stands_in_for})))
    everywhere = wanted.led and coordinates(actor)
    if wanted.ours and isinstance(actor, Staff) and not everywhere:
        led = {each.office for each in actor.grants if each.role is Role.HEAD and each.office}
        known = actor.memberships | led if wanted.led else actor.memberships
        offices = Anliegen.office_id.in_(sorted(known))
        found.append(offices | Anliegen.group_id.in_(own_groups(actor)))
    if wanted.topic is not None:
        found.append(Anliegen.topic_id == wanted.topic)
    if wanted.late_by is not None:
        found.append(Anliegen.due_at <= wanted.late_by)
    return [*found, *(_contains(word) for word in wanted.words.split()[:8])]


def _contains(word: str) -> ColumnElement[bool]:
    number = _number(word)
    if number is not None:
        return number
    return or_(
        Anliegen.title.icontains(word, autoescape=True),
        Anliegen.place.icontains(word, autoescape=True),
    )


def _number(word: str) -> ColumnElement[bool] | None:
    year, _, number = word.partition("-")
    if year.isdecimal() and number.isdecimal() and len(year) == 4 and len(number) < 10:
        return (Anliegen.year == int(year)) & (Anliegen.number == int(number))
    return None


@dataclass(frozen=True, slots=True)
class Whole:
    """An Anliegen with all that belongs to it, as the person may see it."""

    row: Anliegen
    contact: Contact | None
    messages: Sequence[Message]
    files: Mapping[UUID, Sequence[MessageFile]]
    contributions: Sequence[Contribution]
    decisions: Sequence[RoutingDecision]
    alike: Sequence[tuple[Likeness, Anliegen]]


def whole(session: Session, actor: Actor, anliegen: UUID) -> Whole:
    """Raises ``NotFoundError`` outside the actor's sight."""
    row = session.scalars(
        select(Anliegen).where(Anliegen.id == anliegen, in_sight(session, actor))
    ).one_or_none()
    if row is None:
        raise NotFoundError("Dieses Anliegen gibt es nicht, oder Sie dürfen es nicht sehen.")
    messages = session.scalars(
        select(Message).where(Message.anliegen_id == row.id).order_by(Message.id)
    ).all()
    return Whole(
        row,
        session.get(Contact, row.contact_id) if row.contact_id else None,
        messages,
        files_of(session, [message.id for message in messages]),
        session.scalars(
            select(Contribution).where(Contribution.anliegen_id == row.id).order_by(Contribution.id)
        ).all(),
        session.scalars(
            select(RoutingDecision)
            .where(RoutingDecision.anliegen_id == row.id)
            .order_by(RoutingDecision.id)
        ).all(),
        alike(session, actor, row),
    )


def files_of(session: Session, messages: Sequence[UUID]) -> dict[UUID, list[MessageFile]]:
    """The files of messages, in order."""
    found: dict[UUID, list[MessageFile]] = {}
    rows = session.scalars(
        select(MessageFile)
        .where(MessageFile.message_id.in_(messages))
        .order_by(MessageFile.position)
    )
    for file in rows:
        found.setdefault(file.message_id, []).append(file)
    return found


def visible_file(session: Session, actor: Actor, file: UUID) -> MessageFile:
    """A file of an Anliegen within the actor's sight. Raises ``NotFoundError``."""
    row = session.scalars(
        select(MessageFile)
        .join(Message, Message.id == MessageFile.message_id)
        .join(Anliegen, Anliegen.id == Message.anliegen_id)
        .where(MessageFile.id == file, in_sight(session, actor))
    ).one_or_none()
    if row is None:
        raise NotFoundError("Diese Datei gibt es nicht, oder Sie dürfen sie nicht sehen.")
    return row


def by_number(session: Session, actor: Actor, text: str) -> Anliegen:
    """The Anliegen with this number („2026-00042“), within sight. Raises ``NotFoundError``."""
    number = _number(text.strip())
    row = (
        number is not None
        and session.scalars(select(Anliegen).where(in_sight(session, actor), number)).first()
    )
    if not row:
        raise NotFoundError(
            "Unter dieser Nummer gibt es kein Anliegen, oder Sie dürfen es nicht sehen. Nummern sehen so aus: 2026-00042."
        )
    return row


def news_of(session: Session, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Which of these have something new that nobody has looked at yet."""
    found = session.scalars(
        select(Task.object_id).where(
            Task.key.in_([look_key(each) for each in ids]), Task.done_at.is_(None)
        )
    )
    return frozenset(found)


def alike(session: Session, actor: Actor, row: Anliegen) -> list[tuple[Likeness, Anliegen]]:
    """What may be the same, within sight and class, likeliest first."""
    other = (Anliegen.id == Likeness.first_id) | (Anliegen.id == Likeness.second_id)
    rows = session.execute(
        select(Likeness, Anliegen)
        .join(Anliegen, other & (Anliegen.id != row.id))
        .where(
            (Likeness.first_id == row.id) | (Likeness.second_id == row.id),
            Likeness.state == "suggested",
            Anliegen.protection == row.protection,
            in_sight(session, actor),
        )
        .order_by(Likeness.score.desc())
    )
    return [(likeness, found) for likeness, found in rows]
