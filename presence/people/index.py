"""The index of the people finder, kept in memory as long as nothing of it changed in the database."""

import threading
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, String, cast, func, literal, select
from sqlalchemy.orm import Session

from presence.people.finder import Entry, Field, PeopleIndex
from presence.people.tables import (
    PersonProfile,
    PersonSkill,
    WorkingGroup,
    WorkingGroupMember,
)
from storage.actors import ROLE_NAMES, Role
from storage.organisation.queries import valid_on
from storage.organisation.tables import Membership, Office, Person, RoleGrant

MOST_HOUSES = 4
"""A process serves one house; tests go through several."""

SHOWN_ROLES = (Role.HEAD.value, Role.LOTSE.value)
"""What the person page and the badge tell everybody: "Leitung Bauamt" and "Digitallotse" find them."""

_CODES = {"sqlite": func.unicode, "postgresql": func.ascii}
"""The number of a character, under 128 for a digit of an id."""

State = tuple[Any, ...]
_lock = threading.Lock()
_kept: dict[str, tuple[State, PeopleIndex]] = {}


def index_of(session: Session, day: date) -> PeopleIndex:
    """The index as the session sees the house that day: built anew only where something changed."""
    house, state = _house(session), (day, *_state(session, day))
    kept = _kept.get(house)
    if kept is not None and kept[0] == state:
        return kept[1]
    made = PeopleIndex(entries(session, day))
    with _lock:
        while len(_kept) >= MOST_HOUSES and house not in _kept:
            _kept.pop(next(iter(_kept)))
        _kept[house] = (state, made)
    return made


def entries(session: Session, day: date) -> list[Entry]:
    """Everybody of the day with all they can be found by."""
    texts: dict[UUID, list[tuple[Field, str]]] = defaultdict(list)
    for person, role in session.execute(
        select(RoleGrant.person_id, RoleGrant.role).where(
            RoleGrant.role.in_(SHOWN_ROLES), valid_on(RoleGrant, day)
        )
    ):
        texts[person].append((Field.JOB, ROLE_NAMES[Role(role)]))
    offices: dict[UUID, set[UUID]] = defaultdict(set)
    groups: dict[UUID, set[UUID]] = defaultdict(set)
    for person, office, name, short in session.execute(
        select(Membership.person_id, Office.id, Office.name, Office.short)
        .join(Office, Office.id == Membership.office_id)
        .where(valid_on(Membership, day))
    ):
        offices[person].add(office)
        texts[person] += [(Field.OFFICE, name)] + [(Field.OFFICE, short)] * (short not in name)
    for profile in session.execute(
        select(PersonProfile.person_id, PersonProfile.tasks, PersonProfile.languages)
    ):
        texts[profile.person_id] += [(Field.TASK, each) for each in profile.tasks]
        texts[profile.person_id] += [(Field.LANGUAGE, each) for each in profile.languages]
    for person, skill in session.execute(select(PersonSkill.person_id, PersonSkill.skill)):
        texts[person].append((Field.SKILL, skill))
    for person, group, name in session.execute(
        select(WorkingGroupMember.person_id, WorkingGroup.id, WorkingGroup.name)
        .join(WorkingGroup, WorkingGroup.id == WorkingGroupMember.group_id)
        .where(valid_on(WorkingGroupMember, day), valid_on(WorkingGroup, day))
    ):
        groups[person].add(group)
        texts[person].append((Field.GROUP, name))
    found = []
    for row in session.execute(
        select(Person.id, Person.name, Person.title, Person.phone, Person.room).where(
            valid_on(Person, day)
        )
    ):
        own = ((Field.JOB, row.title), (Field.PHONE, row.phone), (Field.ROOM, row.room))
        told = [(field, text) for field, text in own if text] + texts[row.id]
        found.append(
            Entry(
                row.id,
                row.name,
                frozenset(offices[row.id]),
                frozenset(groups[row.id]),
                tuple(dict.fromkeys(told)),
            )
        )
    return found


def _house(session: Session) -> str:
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    return engine.url.render_as_string(hide_password=True)


def _state(session: Session, day: date) -> Sequence[Any]:
    """A few values that differ after every change of what the index is made of, however many rows have ended.

    Rows without a revision are only added, ended or deleted, and their ends moved; their ids grow with time. Of their ends
    only matters which are over that day: how many, and (where one ends as another is taken up again) the sum of their marks.
    """
    dialect = session.get_bind().dialect.name
    revised = (Person, Office, PersonProfile, WorkingGroup)
    added = (Membership, WorkingGroupMember, RoleGrant)
    asked: list[Any] = []
    for table in revised:
        asked += [_of(table, func.count()), _of(table, func.sum(table.revision))]
    for held in added:
        asked += [
            _of(held, func.count()),
            _of(held, func.max(cast(held.id, String))),
            _of(held, func.count()).where(held.valid_to <= day),
            _of(held, func.sum(_mark(held, dialect))).where(held.valid_to <= day),
        ]
    asked += [
        _of(PersonSkill, func.count()),
        _of(PersonSkill, func.max(cast(PersonSkill.id, String))),
    ]
    return tuple(session.execute(select(*asked)).one())


def _mark(
    held: type[Membership | WorkingGroupMember | RoleGrant], dialect: str
) -> ColumnElement[int]:
    """A number made of the last four digits of a row's id, which are random (UUIDv7)."""
    digits = func.replace(cast(held.id, String), "-", "")
    code = _CODES[dialect]
    return sum(
        (code(func.substr(digits, 29 + place, 1)) * 128**place for place in range(4)),
        literal(0),
    )


def _of(table: type[Any], figure: Any) -> Any:
    return select(figure).select_from(table).scalar_subquery()
