"""Offices come, change their names and go: each from a day on, journalled, with nothing lost that was theirs.

Who carries on for a closed office (``Office.successor_id``) sees and does from that day on what it saw and did: its
inbox, tasks and Akten stay where they are, so nothing has to be carried over, whatever is under way that night.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from storage.actors import Actor
from storage.clock import LOCAL, local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.jobs.handlers import JobContext, JobKind
from storage.jobs.queue import ClaimedJob, enqueue
from storage.journal.entries import record
from storage.organisation.hierarchy import parents_on
from storage.organisation.operations import add_office
from storage.organisation.queries import valid_on
from storage.organisation.tables import Membership, Office, OfficeName, Person, RoleGrant
from storage.rights import Verb, require
from storage.tasks.tables import Task

NAMED_PEOPLE = 5
_KEY = re.compile(r"[a-z][a-z0-9-]{1,30}")

Belongings = Callable[[Session, UUID, date], Sequence[str]]
"""What a room still keeps for an office that day, each a German line ("3 Dokumente im Posteingang"); nothing: no lines."""


class OfficeInUseError(ConflictError):
    """The office can't be closed without a successor. ``obstacles`` are German lines for people."""

    def __init__(self, name: str, obstacles: Sequence[str]) -> None:
        super().__init__(
            f"„{name}“ kann nicht ohne Nachfolge geschlossen werden: {'; '.join(obstacles)}."
            " Bitte nennen Sie ein Amt, das übernimmt."
        )
        self.obstacles = tuple(obstacles)


@dataclass(frozen=True, slots=True)
class NewOffice:
    """What has to be known of an office that is opened."""

    key: str
    number: str
    name: str
    short: str
    mailbox: str | None = None
    phone: str | None = None


def open_office(
    session: Session, actor: Actor, wanted: NewOffice, day: date, *, now: datetime
) -> Office:
    """Open an office from ``day`` on. Raises ``ConflictError`` where key, number or name can't be."""
    require(actor, Verb.PEOPLE_CHANGE)
    _not_in_the_past(day, now)
    key, number = wanted.key.strip().lower(), wanted.number.strip()
    name, short = _named(wanted.name, wanted.short)
    if not _KEY.fullmatch(key):
        raise ConflictError(
            "Das Kürzel besteht aus Kleinbuchstaben ohne Umlaute, Ziffern und Bindestrichen, zum Beispiel „bauhof“."
        )
    if not number:
        raise ConflictError("Bitte geben Sie die Nummer des Amts an.")
    lasting = or_(Office.valid_to.is_(None), Office.valid_to > day)
    if session.scalar(select(Office.id).where(Office.number == number, lasting)):
        raise ConflictError(f"Die Nummer {number} hat schon ein anderes Amt.")
    return add_office(
        session, actor, key=key, number=number, name=name, short=short, valid_from=day,
        mailbox=wanted.mailbox, phone=wanted.phone, now=now,
    )  # fmt: skip


def rename_office(
    session: Session,
    actor: Actor,
    office_id: UUID,
    revision: int,
    name: str,
    short: str,
    day: date,
    *,
    now: datetime,
) -> None:
    """Call an office otherwise from ``day`` on; a change planned for that day or later is replaced by this one."""
    require(actor, Verb.PEOPLE_CHANGE)
    _not_in_the_past(day, now)
    name, short = _named(name, short)
    office = _to_change(session, office_id, revision, day)
    for planned in session.scalars(
        select(OfficeName).where(OfficeName.office_id == office_id, OfficeName.valid_from >= day)
    ):
        session.delete(planned)
    session.flush()
    last = session.scalars(
        select(OfficeName)
        .where(OfficeName.office_id == office_id)
        .order_by(OfficeName.valid_from.desc())
        .limit(1)
    ).first()
    if last is None and office.valid_from < day:
        last = OfficeName(
            office_id=office_id, name=office.name, short=office.short, valid_from=office.valid_from
        )
        session.add(last)
    if last is not None:
        last.valid_to = day
    session.add(OfficeName(office_id=office_id, name=name, short=short, valid_from=day))
    office.revision += 1
    session.flush()
    if day <= local_date(now):
        settle_names(session, local_date(now))
    else:
        at = datetime.combine(day, time(), LOCAL)
        enqueue(session, NAMES.name, day.isoformat(), run_after=at, again=True, now=now)
    _note(session, actor, "office.rename", office_id, now, {"day": day.isoformat(), "name": name})


def close_office(
    session: Session,
    actor: Actor,
    office_id: UUID,
    revision: int,
    day: date,
    successor_id: UUID | None,
    *,
    belongings: Sequence[Belongings],
    now: datetime,
) -> None:
    """Let an office end: ``day`` is the first on which it is no more. Its people go over to the successor.

    Offices below it hang below the successor from then on (``hierarchy``). Roles held in it end that day: who leads the successor is for people to decide. Raises ``OfficeInUseError`` where
    nobody is to carry on although something is left, and ``ConflictError`` for a successor that won't be there.
    """
    require(actor, Verb.PEOPLE_CHANGE)
    _not_in_the_past(day, now)
    office = _to_change(session, office_id, revision, day)
    if successor_id is None:
        if obstacles := obstacles_to(session, office_id, day, belongings):
            raise OfficeInUseError(office.name, obstacles)
    else:
        _must_last(session, office_id, successor_id, day)
    _must_not_be_awaited(session, office, day)
    office.valid_to, office.successor_id = day, successor_id
    office.revision += 1
    if successor_id is not None:
        _move_people(session, actor, office_id, successor_id, day, now)
    for grant in session.scalars(
        select(RoleGrant).where(RoleGrant.office_id == office_id, _lasts(RoleGrant, day))
    ):
        grant.valid_to = max(grant.valid_from, day)
        _note(session, actor, "role.withdraw", grant.person_id, now, {"role": grant.role}, "person")
    heir = successor_id.hex if successor_id else ""
    _note(
        session, actor, "office.close", office_id, now, {"day": day.isoformat(), "successor": heir}
    )


def obstacles_to(
    session: Session, office_id: UUID, day: date, belongings: Sequence[Belongings]
) -> list[str]:
    """What would be nobody's if the office ended that day without a successor."""
    found = []
    people = session.scalars(
        select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.office_id == office_id, _lasts(Membership, day), _lasts(Person, day))
        .order_by(Person.name)
        .distinct()
    ).all()
    if people:
        more = f" und {len(people) - NAMED_PEOPLE} weitere" * (len(people) > NAMED_PEOPLE)
        found.append(f"{_counted(len(people), 'Person arbeitet', 'Personen arbeiten')} dort ({', '.join(people[:NAMED_PEOPLE])}{more})")  # fmt: skip
    tasks = session.scalar(
        select(func.count()).where(Task.office_id == office_id, Task.done_at.is_(None))
    )
    if tasks:
        found.append(_counted(tasks, "offene Aufgabe", "offene Aufgaben"))
    parents = parents_on(session, day)
    lasting = session.scalars(select(Office.id).where(_lasts(Office, day))).all()
    below = sum(parents[each] == office_id for each in lasting)
    if below:
        found.append(_counted(below, "untergeordnetes Amt", "untergeordnete Ämter"))
    return [*found, *(line for room in belongings for line in room(session, office_id, day))]


def settle_names(session: Session, day: date) -> int:
    """Let every office be called as it is to be that day. Returns how many changed."""
    rows = session.execute(
        select(Office, OfficeName)
        .join(OfficeName, OfficeName.office_id == Office.id)
        .where(
            valid_on(OfficeName, day),
            or_(Office.name != OfficeName.name, Office.short != OfficeName.short),
        )
    ).all()
    for office, called in rows:
        office.name, office.short = called.name, called.short
        office.revision += 1
    return len(rows)


def _settle(context: JobContext, _job: ClaimedJob) -> None:
    house = context.house
    house.database.run(lambda session: settle_names(session, local_date(house.clock())))


NAMES = JobKind("office.names", "Ämter umbenennen", handle_one=_settle)
"""Runs at the beginning of the day from which an office is called otherwise."""


def _to_change(session: Session, office_id: UUID, revision: int, day: date) -> Office:
    """The office, locked, as the actor has seen it, and still there on that day."""
    office = session.get(Office, office_id, with_for_update=True, populate_existing=True)
    if office is None:
        raise NotFoundError("Dieses Amt gibt es nicht.")
    if office.revision != revision:
        raise ConflictError(
            "Jemand anders hat dieses Amt gerade geändert. Bitte sehen Sie es sich noch einmal an."
        )
    if day < office.valid_from or (office.valid_to is not None and office.valid_to <= day):
        raise ConflictError(f"„{office.name}“ gibt es an diesem Tag nicht.")
    return office


def _must_last(session: Session, office_id: UUID, successor_id: UUID, day: date) -> None:
    heir = session.get(Office, successor_id, with_for_update=True, populate_existing=True)
    if heir is None or successor_id == office_id:
        raise ConflictError("Bitte wählen Sie ein anderes Amt als Nachfolge.")
    if heir.valid_from > day or (heir.valid_to is not None and heir.valid_to <= day):
        raise ConflictError(f"„{heir.name}“ gibt es an diesem Tag nicht und kann nicht übernehmen.")


def _must_not_be_awaited(session: Session, office: Office, day: date) -> None:
    waiting = session.scalars(
        select(Office.name).where(Office.successor_id == office.id, Office.valid_to >= day)
    ).first()
    if waiting:
        raise ConflictError(
            f"„{office.name}“ soll „{waiting}“ übernehmen und kann nicht vorher schließen."
        )


def _move_people(
    session: Session, actor: Actor, office_id: UUID, successor_id: UUID, day: date, now: datetime
) -> None:
    """Memberships go on in the successor, by whom and for how long they were given."""
    for held in session.scalars(
        select(Membership).where(Membership.office_id == office_id, _lasts(Membership, day))
    ).all():
        session.add(
            Membership(
                person_id=held.person_id, office_id=successor_id, origin=held.origin,
                valid_from=max(held.valid_from, day), valid_to=held.valid_to,
            )
        )  # fmt: skip
        held.valid_to = max(held.valid_from, day)
        details = {"from": office_id.hex, "to": successor_id.hex}
        _note(session, actor, "person.move", held.person_id, now, details, "person")


def _lasts(table: type[Office | Person | Membership | RoleGrant], day: date) -> ColumnElement[bool]:
    """Still counts on that day, or begins later."""
    return or_(table.valid_to.is_(None), table.valid_to > day)


def _named(name: str, short: str) -> tuple[str, str]:
    name, short = " ".join(name.split()), " ".join(short.split())
    if not name or not short:
        raise ConflictError("Bitte geben Sie Namen und Kurznamen des Amts an.")
    return name, short


def _not_in_the_past(day: date, now: datetime) -> None:
    if day < local_date(now):
        raise ConflictError(
            "Bitte wählen Sie heute oder einen späteren Tag: Vergangenes bleibt, wie es war."
        )


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _note(
    session: Session,
    actor: Actor,
    verb: str,
    object_id: UUID,
    now: datetime,
    details: dict[str, str],
    kind: str = "office",
) -> None:
    record(
        session, actor=actor.journal_id, verb=verb, object_kind=kind, object_id=object_id,
        details=details, at=now,
    )  # fmt: skip
