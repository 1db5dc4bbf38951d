"""Our own Anliegen as ways: by group and state, protected ones left out, nobody's name anywhere."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from ocr.analysis.unopened import fold
from storage.actors import SHARED_CLASSES
from storage.clock import local_date
from storage.organisation.queries import valid_on
from storage.organisation.tables import Membership, Office
from workflows.kiss.anliegen import tables
from workflows.kiss.anliegen.states import STATE_NAMES
from workflows.kiss.anliegen.tables import Anliegen, Group, GroupMember, Likeness, Message, Topic
from workflows.kiss.evaluation.report import Townhall
from workflows.kiss.evaluation.ways import Step, Way
from workflows.kiss.routing.tables import RoutingDecision

MOST = 20_000
SHORTEST_WORD = 5
_SHARED = tuple(sorted(each.value for each in SHARED_CLASSES))
_WORD = re.compile(r"[a-z]{5,}")


def load_ways(
    session: Session, begins: datetime, ends: datetime, offices: Iterable[UUID] | None = None
) -> list[Way]:
    """The ways of what came in between two moments; ``offices``: only those that passed through one of them."""
    wanted: list[ColumnElement[bool]] = [
        Anliegen.received_at >= begins,
        Anliegen.received_at < ends,
        Anliegen.protection.in_(_SHARED),
        Anliegen.about_id.is_(None),
    ]
    if offices is not None:
        theirs = select(Group.id).where(Group.office_id.in_(sorted(offices)))
        passed = select(tables.Step.anliegen_id).where(tables.Step.group_id.in_(theirs))
        wanted.append(Anliegen.id.in_(passed))
    rows = session.execute(
        select(Anliegen.id, Anliegen.topic_id)
        .where(*wanted)
        .order_by(Anliegen.id.desc())
        .limit(MOST)
    ).all()
    ids = [row.id for row in rows]
    steps = _steps(session, ids)
    words, twice = _words(session, ids), _answered_elsewhere(session, ids)
    return [
        Way(
            row.id.hex, tuple(steps[row.id]), row.topic_id.hex if row.topic_id else None,
            words.get(row.id, frozenset()), twice.get(row.id, frozenset()),
        )
        for row in rows
        if steps.get(row.id)
    ]  # fmt: skip


def _steps(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Step]]:
    """Where the house itself knew at once whose it was, the moment with the coordination was no station."""
    at_once = set(
        session.scalars(
            select(RoutingDecision.anliegen_id).where(
                RoutingDecision.anliegen_id.in_(ids),
                RoutingDecision.decision.in_(("rule", "model")),
            )
        )
    )
    found: dict[UUID, list[Step]] = {}
    opened: dict[UUID, bool] = {}
    rows = session.scalars(
        select(tables.Step).where(tables.Step.anliegen_id.in_(ids)).order_by(tables.Step.id)
    )
    for row in rows:
        way = found.setdefault(row.anliegen_id, [])
        if row.deed == "assign" and opened.get(row.anliegen_id) and row.anliegen_id in at_once:
            way.clear()
        opened[row.anliegen_id] = row.deed == "open"
        way.append(Step(row.at, row.group_id.hex, row.state))
    return found


def _words(session: Session, ids: Sequence[UUID]) -> dict[UUID, frozenset[str]]:
    """Words of what was written first that a rule could ask for."""
    rows = session.execute(
        select(Message.anliegen_id, Message.subject, Message.text)
        .where(Message.anliegen_id.in_(ids), Message.kind == "incoming")
        .order_by(Message.id.desc())  # of several the first one stays
    )
    return {
        anliegen: frozenset(_WORD.findall(fold(f"{subject or ''} {text}"[:2000])))
        for anliegen, subject, text in rows
    }


def _answered_elsewhere(session: Session, ids: Sequence[UUID]) -> dict[UUID, frozenset[str]]:
    """Groups that answered the same message in another Anliegen."""
    answered = select(Anliegen.id, Anliegen.group_id).where(Anliegen.first_answer_at.is_not(None))
    groups = {row.id: row.group_id.hex for row in session.execute(answered)}
    found: dict[UUID, set[str]] = {}
    rows = session.execute(
        select(Likeness.first_id, Likeness.second_id).where(
            Likeness.state != "different",
            Likeness.score > 0.9,
            or_(Likeness.first_id.in_(ids), Likeness.second_id.in_(ids)),
        )
    )
    for one, other in rows:
        for this, that in ((one, other), (other, one)):
            if that in groups and groups.get(this) != groups[that]:
                found.setdefault(this, set()).add(groups[that])
    return {key: frozenset(value) for key, value in found.items()}


def townhall(session: Session, now: datetime) -> Townhall:
    """What keys of ways mean today, and how many people each group consists of."""
    day = local_date(now)
    groups = session.scalars(select(Group)).all()
    offices = {row.id: row.short for row in session.scalars(select(Office))}
    named = {row.id.hex: row.name for row in groups}
    named |= {row.id.hex: row.title for row in session.scalars(select(Topic))}
    named |= {office.hex: name for office, name in offices.items()}
    named |= {state.value: name for state, name in STATE_NAMES.items()}
    in_office = _count(session, Membership.office_id, valid_on(Membership, day))
    in_group = _count(session, GroupMember.group_id, valid_on(GroupMember, day))
    return Townhall(
        named,
        {row.id.hex: row.office_id.hex for row in groups},
        {
            row.id.hex: in_office.get(row.office_id, 0) if row.general else in_group.get(row.id, 0)
            for row in groups
        },
    )


def _count(session: Session, column: object, valid: ColumnElement[bool]) -> Mapping[UUID, int]:
    rows = session.execute(select(column, func.count()).where(valid).group_by(column))  # type: ignore[call-overload]
    return {row[0]: row[1] for row in rows}
