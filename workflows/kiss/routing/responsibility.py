"""Who is responsible for what, as dated data: groups, topics and rules, changed by the coordination from a day on.

Nothing in use is deleted: what is changed ends on the day before, and the new row begins; what came in earlier keeps
what it was decided by.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.actors import Actor, ProtectionClass
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.organisation.queries import valid_on
from storage.rights import Verb, require
from workflows.kiss.anliegen.groups import load_group
from workflows.kiss.anliegen.states import OPEN_VALUES, Kind
from workflows.kiss.anliegen.tables import Anliegen, Group, GroupMember, Topic
from workflows.kiss.routing.classes import check_coordination, check_public, class_of
from workflows.kiss.routing.rules import Conditions
from workflows.kiss.routing.tables import RoutingRule

MOST_HOURS = 2_000
LATER = "Zu dieser Regel gibt es schon eine spätere Fassung. Bitte ändern Sie diese, oder legen Sie eine neue an."
_KEY = re.compile(r"(?!amt-)[a-z][a-z0-9-]{1,39}")


@dataclass(frozen=True, slots=True)
class GroupForm:
    """A group as it is typed in. ``members`` count for a group that is not an office's general one."""

    name: str
    office: UUID
    hours: int = 40
    spreads: bool = False
    coordination: bool = False
    members: frozenset[UUID] = frozenset()
    protection: ProtectionClass | None = None
    """The class of all that it is given; ``None`` leaves it as it is."""


@dataclass(frozen=True, slots=True)
class TopicForm:
    """A topic as it is typed in."""

    title: str
    group: UUID
    kind: Kind
    hours: int
    description: str = ""
    keywords: Sequence[str] = ()
    four_eyes: bool = False
    public: bool = False
    protection: ProtectionClass | None = None
    """The class its Anliegen come into; ``None`` leaves it as it is."""


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A rule as it is typed in; ``owner`` is the office that answers for it."""

    title: str
    owner: UUID
    group: UUID
    position: int = 100
    topic: UUID | None = None
    conditions: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    valid_from: date | None = None
    """Its first day, today or later; ``None`` is today."""


def add_group(session: Session, actor: Actor, key: str, form: GroupForm, *, now: datetime) -> Group:
    """A team of an office from today on. Raises ``ConflictError`` for a key that is taken or hours that can't be."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    _check_key(key)
    _check_hours(form.hours)
    if form.coordination:
        _lock_coordination(session)
    if session.scalar(select(Group.id).where(Group.key == key)):
        raise ConflictError(f"Eine Gruppe mit dem Kürzel „{key}“ gibt es schon.")
    row = Group(
        id=new_id(), revision=1, key=key, name=_called(form.name), office_id=form.office, general=False,
        coordination=False, spreads=form.spreads, hours=form.hours,
        valid_from=local_date(now), valid_to=None,
        protection=class_of(form.protection, ProtectionClass.INTERNAL.value),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _set_coordination(session, row, coordination=form.coordination)
    check_coordination(row)
    _set_members(session, row, form.members, local_date(now))
    _note(session, actor, "group", row.id, now)
    return row


def change_group(
    session: Session, actor: Actor, group: UUID, revision: int, form: GroupForm, *, now: datetime
) -> None:
    """Another name, another target, other people; the office stays."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    _check_hours(form.hours)
    if form.coordination:
        _lock_coordination(session)
    row = session.get(Group, group, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("Diese Gruppe gibt es nicht.")
    _same(row.revision, revision)
    row.name, row.hours, row.spreads = _called(form.name), form.hours, form.spreads
    row.protection = class_of(form.protection, row.protection)
    row.revision += 1
    _set_coordination(session, row, coordination=form.coordination)
    check_coordination(row)
    if not row.general:
        _set_members(session, row, form.members, local_date(now))
    _note(session, actor, "group", row.id, now)


def end_group(session: Session, actor: Actor, group: UUID, revision: int, *, now: datetime) -> None:
    """From today on nobody is sent there. Raises ``ConflictError`` while something open or a rule needs it."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    row = session.get(Group, group, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("Diese Gruppe gibt es nicht.")
    _same(row.revision, revision)
    day = local_date(now)
    if row.general:
        raise ConflictError("Die allgemeine Gruppe eines Amts besteht, solange es das Amt gibt.")
    if row.coordination:
        raise ConflictError(
            "Die Koordination wird gebraucht. Bitte benennen Sie erst eine andere Gruppe dafür."
        )
    if session.scalar(
        select(Anliegen.id)
        .where(Anliegen.group_id == row.id, Anliegen.state.in_(OPEN_VALUES))
        .limit(1)
    ):
        raise ConflictError(
            "Diese Gruppe hat noch offene Anliegen. Bitte geben Sie sie erst weiter."
        )
    needed = [
        *session.scalars(select(Topic.title).where(Topic.group_id == row.id, valid_on(Topic, day))),
        *session.scalars(
            select(RoutingRule.title).where(
                RoutingRule.group_id == row.id, valid_on(RoutingRule, day)
            )
        ),
    ]
    if needed:
        raise ConflictError(f"Die Gruppe wird noch gebraucht von: {', '.join(sorted(needed))}.")
    row.valid_to, row.revision = day, row.revision + 1
    _note(session, actor, "group.end", row.id, now)


def add_topic(session: Session, actor: Actor, key: str, form: TopicForm, *, now: datetime) -> Topic:
    """A topic from today on."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    _check_key(key)
    _check_hours(form.hours)
    load_group(session, form.group, local_date(now))
    if session.scalar(select(Topic.id).where(Topic.key == key)):
        raise ConflictError(f"Ein Thema mit dem Kürzel „{key}“ gibt es schon.")
    row = Topic(
        id=new_id(), revision=1, key=key, title=_called(form.title), description=form.description.strip(),
        group_id=form.group, kind=form.kind.value, keywords=list(form.keywords), hours=form.hours,
        four_eyes=form.four_eyes, public=form.public, valid_from=local_date(now), valid_to=None,
        protection=class_of(form.protection, ProtectionClass.INTERNAL.value),
    )  # fmt: skip
    check_public(row)
    session.add(row)
    session.flush()
    _note(session, actor, "topic", row.id, now)
    return row


def change_topic(
    session: Session, actor: Actor, topic: UUID, revision: int, form: TopicForm, *, now: datetime
) -> None:
    """What counts for what comes in from now on; the clocks of what is open go on as they were set."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    _check_hours(form.hours)
    load_group(session, form.group, local_date(now))
    row = session.get(Topic, topic, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("Dieses Thema gibt es nicht.")
    _same(row.revision, revision)
    row.title, row.description, row.group_id = (
        _called(form.title),
        form.description.strip(),
        form.group,
    )
    row.kind, row.keywords, row.hours = form.kind.value, list(form.keywords), form.hours
    row.four_eyes, row.public = form.four_eyes, form.public
    row.protection = class_of(form.protection, row.protection)
    check_public(row)
    row.revision += 1
    _note(session, actor, "topic", row.id, now)


def end_topic(session: Session, actor: Actor, topic: UUID, revision: int, *, now: datetime) -> None:
    """From today on it is offered no more; what has it keeps it."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    row = session.get(Topic, topic, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("Dieses Thema gibt es nicht.")
    _same(row.revision, revision)
    row.valid_to, row.revision = local_date(now), row.revision + 1
    _note(session, actor, "topic.end", row.id, now)


def add_rule(session: Session, actor: Actor, form: RuleForm, *, now: datetime) -> RoutingRule:
    """A rule from its day on. Raises ``ConflictError`` where that is over, or it asks for nothing or for what rules don't know."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    begins = _first_day(form, now)
    load_group(session, form.group, begins)
    row = RoutingRule(
        id=new_id(), revision=1, title=_called(form.title), position=form.position, owner_id=form.owner,
        conditions=checked(form.conditions), group_id=form.group, topic_id=form.topic, reason=form.reason,
        valid_from=begins, valid_to=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, actor, "rule", row.id, now)
    return row


def change_rule(
    session: Session, actor: Actor, rule: UUID, revision: int, form: RuleForm, *, now: datetime
) -> RoutingRule:
    """The old rule ends where the new one begins, so that both can be read later. One with an end has been changed already."""
    _end(session, actor, rule, revision, form.reason, _first_day(form, now), now, changed=True)
    return add_rule(session, actor, form, now=now)


def end_rule(
    session: Session,
    actor: Actor,
    rule: UUID,
    revision: int,
    reason: str | None = None,
    *,
    now: datetime,
) -> None:
    """From today on it answers nothing; one that is to come never will."""
    _end(session, actor, rule, revision, reason, local_date(now), now)


def rules(session: Session, day: date) -> Sequence[RoutingRule]:
    """The rules of a day in the order they are asked."""
    return session.scalars(
        select(RoutingRule)
        .where(valid_on(RoutingRule, day))
        .order_by(RoutingRule.position, RoutingRule.id)
    ).all()


def to_come(session: Session, day: date) -> Sequence[RoutingRule]:
    """Rules that begin later, the next first."""
    return session.scalars(
        select(RoutingRule)
        .where(
            RoutingRule.valid_from > day,
            or_(RoutingRule.valid_to.is_(None), RoutingRule.valid_to > RoutingRule.valid_from),
        )
        .order_by(RoutingRule.valid_from, RoutingRule.id)
    ).all()


def history(session: Session, day: date) -> Sequence[RoutingRule]:
    """Rules that ended before, the latest first."""
    return session.scalars(
        select(RoutingRule).where(RoutingRule.valid_to <= day).order_by(RoutingRule.valid_to.desc())
    ).all()


def checked(conditions: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions as they are stored. Raises ``ConflictError`` where they ask for nothing or for what rules don't know."""
    try:
        stored = Conditions.from_json(conditions).as_json()
    except (TypeError, ValueError) as error:
        raise ConflictError(f"Die Bedingungen der Regel sind nicht lesbar: {error}") from None
    if not stored:
        raise ConflictError(
            "Bitte geben Sie mindestens eine Bedingung an. Eine Regel ohne Bedingung träfe auf alles zu."
        )
    return stored


def _first_day(form: RuleForm, now: datetime) -> date:
    today = local_date(now)
    if form.valid_from is not None and form.valid_from < today:
        raise ConflictError("Eine Regel gilt frühestens ab heute.")
    return form.valid_from or today


def _end(
    session: Session,
    actor: Actor,
    rule: UUID,
    revision: int,
    reason: str | None,
    day: date,
    now: datetime,
    *,
    changed: bool = False,
) -> RoutingRule:
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    row = session.get(RoutingRule, rule, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("Diese Regel gibt es nicht.")
    _same(row.revision, revision)
    if row.valid_to is not None and row.valid_to <= local_date(now):
        raise ConflictError("Diese Regel ist schon beendet.")
    if row.valid_to is not None and changed:
        raise ConflictError(LATER)
    ends = min(max(day, row.valid_from), row.valid_to or date.max)
    row.valid_to, row.revision = ends, row.revision + 1
    row.reason = reason or row.reason
    _note(session, actor, "rule.end", row.id, now)
    return row


def _set_coordination(session: Session, row: Group, *, coordination: bool) -> None:
    """One group coordinates; the one before is relieved. Nobody resigns without a successor. Locked before."""
    if not coordination:
        if row.coordination:
            raise ConflictError("Bitte benennen Sie erst eine andere Gruppe zur Koordination.")
        return
    for other in session.scalars(select(Group).where(Group.coordination, Group.id != row.id)):
        other.coordination = False
    row.coordination = True


def _lock_coordination(session: Session) -> None:
    """Whoever names a coordination waits here for who does so at the same time, and sees then what they did."""
    session.execute(select(Group.id).order_by(Group.id).limit(1).with_for_update())


def _set_members(session: Session, row: Group, wanted: frozenset[UUID], day: date) -> None:
    now_in = {
        each.person_id: each
        for each in session.scalars(
            select(GroupMember).where(
                GroupMember.group_id == row.id,
                or_(GroupMember.valid_to.is_(None), GroupMember.valid_to > day),
            )
        )
    }
    for person, member in now_in.items():
        if person not in wanted:
            member.valid_to = day
    for person in sorted(wanted - now_in.keys()):
        session.add(
            GroupMember(
                id=new_id(), group_id=row.id, person_id=person, valid_from=day, valid_to=None
            )
        )


def _check_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise ConflictError(
            "Ein Kürzel besteht aus 2 bis 40 kleinen Buchstaben a bis z, Ziffern und Bindestrichen und beginnt mit einem "
            "Buchstaben, zum Beispiel „baum-pflege“. „amt-“ am Anfang ist für die Gruppen ganzer Ämter vergeben."
        )


def _check_hours(hours: int) -> None:
    if not 1 <= hours <= MOST_HOURS:
        raise ConflictError(
            f"Bitte geben Sie eine Frist zwischen 1 und {MOST_HOURS} Dienststunden an."
        )


def _called(name: str) -> str:
    found = " ".join(name.split())[:120]
    if not found:
        raise ConflictError("Bitte geben Sie einen Namen an.")
    return found


def _same(now: int, seen: int) -> None:
    if now != seen:
        raise ConflictError(
            "Jemand anders hat das gerade geändert. Bitte sehen Sie es sich noch einmal an."
        )


def _note(session: Session, actor: Actor, what: str, subject: UUID, now: datetime) -> None:
    record(
        session, actor=actor.journal_id, verb=f"{Verb.RESPONSIBILITY_CHANGE.value}.{what}",
        object_kind="responsibility", object_id=subject, at=now,
    )  # fmt: skip
