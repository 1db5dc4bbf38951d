"""Our own Anliegen as ways: by group and state, protected ones left out, nobody's name anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from sys import intern
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from storage.actors import SHARED_CLASSES
from storage.clock import local_date
from storage.organisation.queries import valid_on
from storage.organisation.tables import Membership, Office
from workflows.kiss.anliegen import tables
from workflows.kiss.anliegen.states import STATE_NAMES
from workflows.kiss.anliegen.tables import Anliegen, Group, GroupMember, Likeness, Message, Topic
from workflows.kiss.evaluation.report import Townhall
from workflows.kiss.evaluation.ways import Step, Way
from workflows.kiss.routing.keywords import tokens
from workflows.kiss.routing.tables import RoutingDecision

MOST = 20_000
_SHARED = tuple(sorted(each.value for each in SHARED_CLASSES))


@dataclass(frozen=True, slots=True)
class Period:
    """What came in from ``begins`` until before ``ends``; ``offices``: only what passed through one of them.

    Protected Anliegen and complaints about a person are in no evaluation; what was merged into another one counts there.
    """

    begins: datetime
    ends: datetime
    offices: frozenset[UUID] | None = None

    @property
    def wanted(self) -> Sequence[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [
            Anliegen.received_at >= self.begins,
            Anliegen.received_at < self.ends,
            Anliegen.protection.in_(_SHARED),
            Anliegen.about_id.is_(None),
            Anliegen.merged_into_id.is_(None),
        ]
        if self.offices is not None:
            theirs = select(Group.id).where(Group.office_id.in_(sorted(self.offices)))
            passed = select(tables.Step.anliegen_id).where(tables.Step.group_id.in_(theirs))
            found.append(Anliegen.id.in_(passed))
        return found

    def latest(self) -> Select[UUID]:
        """Ids of the ``MOST`` latest."""
        return select(Anliegen.id).where(*self.wanted).order_by(Anliegen.id.desc()).limit(MOST)


def left_out(session: Session, period: Period) -> int:
    """How many earlier ones ``load_ways`` leaves out, because there are more than it looks at."""
    count = session.scalar(select(func.count()).select_from(Anliegen).where(*period.wanted)) or 0
    return max(0, count - MOST)


def load_ways(session: Session, period: Period, *, with_words: bool = False) -> list[Way]:
    """The ways of a period, the latest first. The texts are read only where their words are asked for."""
    ids = period.latest().subquery()
    chosen = select(ids.c.id)
    rows = session.execute(
        select(Anliegen.id, Anliegen.topic_id)
        .where(Anliegen.id.in_(chosen))
        .order_by(Anliegen.id.desc())
    ).all()
    steps, twice = _steps(session, chosen), _answered_elsewhere(session, chosen)
    doubles, ratings = _merged(session, chosen), _ratings(session, chosen)
    words = _words(session, chosen) if with_words else {}
    return [
        Way(
            row.id.hex, tuple(steps[row.id]), row.topic_id.hex if row.topic_id else None,
            words.get(row.id, frozenset()), twice.get(row.id, frozenset()),
            doubles.get(row.id, 0), tuple(ratings.get(row.id, ())),
        )
        for row in rows
        if steps.get(row.id)
    ]  # fmt: skip


def _steps(session: Session, chosen: Select[UUID]) -> dict[UUID, list[Step]]:
    """Where the house itself knew at once whose it was, the moment with the coordination was no station. What was merged
    by mistake stood meanwhile where it stood before: nobody answered it, nobody opened it again.
    """
    at_once = set(
        session.scalars(
            select(RoutingDecision.anliegen_id).where(
                RoutingDecision.anliegen_id.in_(chosen),
                RoutingDecision.decision.in_(("rule", "model")),
            )
        )
    )
    found: dict[UUID, list[Step]] = {}
    opened: dict[UUID, bool] = {}
    line = tables.Step
    rows = session.execute(
        select(line.anliegen_id, line.deed, line.at, line.group_id, line.state)
        .where(line.anliegen_id.in_(chosen))
        .order_by(line.id)
    )
    for anliegen, deed, at, group, state in rows:
        way = found.setdefault(anliegen, [])
        if deed == "merge":
            continue
        if deed == "assign" and opened.get(anliegen) and anliegen in at_once:
            way.clear()
        opened[anliegen] = deed == "open"
        way.append(Step(at, group.hex, way[-1].state if deed == "unmerge" and way else state))
    return found


def _merged(session: Session, chosen: Select[UUID]) -> dict[UUID, int]:
    """How many others were merged into each."""
    into = Anliegen.merged_into_id
    rows = session.execute(select(into, func.count()).where(into.in_(chosen)).group_by(into))
    return {anliegen: count for anliegen, count in rows if anliegen is not None}


def _ratings(session: Session, chosen: Select[UUID]) -> dict[UUID, list[int]]:
    """What citizens said of each, those of what was merged into it included."""
    found: dict[UUID, list[int]] = {}
    rows = session.execute(
        select(Anliegen.id, Anliegen.merged_into_id, Anliegen.satisfaction).where(
            func.coalesce(Anliegen.merged_into_id, Anliegen.id).in_(chosen),
            Anliegen.satisfaction.is_not(None),
        )
    )
    for anliegen, into, points in rows:
        if points is not None:
            found.setdefault(into or anliegen, []).append(points)
    return found


def _words(session: Session, chosen: Select[UUID]) -> dict[UUID, frozenset[str]]:
    """The words of what was written first, which is what rules look at."""
    rows = session.execute(
        select(Message.anliegen_id, Message.subject, Message.text)
        .where(Message.anliegen_id.in_(chosen), Message.kind == "incoming")
        .order_by(Message.id)
        .execution_options(yield_per=500)
    )
    found: dict[UUID, frozenset[str]] = {}
    for anliegen, subject, text in rows:
        if anliegen not in found:
            said = tokens(f"{subject}\n{text}" if subject else text)
            found[anliegen] = frozenset(map(intern, said))  # the same words come in each text
    return found


def _answered_elsewhere(session: Session, chosen: Select[UUID]) -> dict[UUID, frozenset[str]]:
    """Groups that answered the same message in another Anliegen."""
    one, other = aliased(Anliegen), aliased(Anliegen)
    rows = session.execute(
        select(
            one.id, one.group_id, one.first_answer_at,
            other.id, other.group_id, other.first_answer_at,
        )
        .select_from(Likeness)
        .join(one, one.id == Likeness.first_id)
        .join(other, other.id == Likeness.second_id)
        .where(
            Likeness.state != "different",
            Likeness.score > 0.9,
            one.group_id != other.group_id,
            or_(Likeness.first_id.in_(chosen), Likeness.second_id.in_(chosen)),
        )
    )  # fmt: skip
    found: dict[UUID, set[str]] = {}
    for first, its, answered, second, theirs, also in rows:
        if also is not None:
            found.setdefault(first, set()).add(theirs.hex)
        if answered is not None:
            found.setdefault(second, set()).add(its.hex)
    return {key: frozenset(value) for key, value in found.items()}


def townhall(session: Session, now: datetime) -> Townhall:
    """What keys of ways mean today, and who belongs to each group."""
    day = local_date(now)
    groups = session.scalars(select(Group)).all()
    offices = {row.id: row.short for row in session.scalars(select(Office))}
    named = {row.id.hex: row.name for row in groups}
    named |= {row.id.hex: row.title for row in session.scalars(select(Topic))}
    named |= {office.hex: name for office, name in offices.items()}
    named |= {state.value: name for state, name in STATE_NAMES.items()}
    in_office = _people(session, Membership.office_id, Membership, day)
    in_group = _people(session, GroupMember.group_id, GroupMember, day)
    nobody: frozenset[str] = frozenset()
    return Townhall(
        named,
        {row.id.hex: row.office_id.hex for row in groups},
        {
            row.id.hex: in_office.get(row.office_id, nobody)
            if row.general
            else in_group.get(row.id, nobody)
            for row in groups
        },
    )


def _people(
    session: Session,
    belongs_to: InstrumentedAttribute[UUID],
    table: type[Membership | GroupMember],
    day: date,
) -> dict[UUID, frozenset[str]]:
    found: dict[UUID, set[str]] = {}
    for where, person in session.execute(
        select(belongs_to, table.person_id).where(valid_on(table, day))
    ):
        found.setdefault(where, set()).add(person.hex)
    return {where: frozenset(people) for where, people in found.items()}
