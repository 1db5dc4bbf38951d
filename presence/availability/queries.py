"""Facts from all sources, and who may see whose availability.

An office's people see each other. Others see it where the office's head has opened it to the house; else only that
somebody is absent and who acts, because one has to know whom to ask. How long is for those who work with them: the
office, their working groups, delegates and the substitute.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

import presence.spaces.sources  # noqa: F401 - bookings count, too
from presence.availability import sources, week
from presence.availability.current import BusySpan, CurrentStore
from presence.availability.facts import AbsenceSpan, Availability, Facts, SourceEntry
from presence.availability.resolver import in_brief, resolve
from presence.availability.tables import (
    AvailabilityProfile,
    CalendarLink,
    OfficeVisibility,
    StatusDelegate,
    WorkingWeek,
)
from presence.people.tables import WorkingGroup, WorkingGroupMember
from storage.actors import Actor, ProtectionClass, Scope, Staff, System
from storage.agreements.queries import in_force, keys_in_force
from storage.alphabet import place_of
from storage.clock import local_date
from storage.organisation.queries import names, valid_on
from storage.organisation.substitution import acting_substitute, substitutes_at
from storage.organisation.tables import Absence, Membership, Person
from storage.rights import NotAllowedError, Verb, may

AHEAD = timedelta(days=1)
"""How far the resolver looks for what comes next."""


BOARDS = "monitor"
"""The key of the Dienstvereinbarung that allows overviews: boards on walls and in the intranet, and levels in lists."""


class NotAgreedError(NotAllowedError):
    """No Dienstvereinbarung is in force that allows it."""

    def __init__(self) -> None:
        super().__init__(
            "Die Übersicht ist ausgeschaltet. Sie zeigt erst etwas, wenn eine Dienstvereinbarung über den "
            "Anwesenheitsmonitor eingetragen und von beiden Seiten bestätigt ist."
        )


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A line of an office's board; ``substitute`` is a name. Ordered by name."""

    person: UUID
    name: str
    availability: Availability
    substitute: str | None


def facts_for(
    session: Session,
    store: CurrentStore,
    people: Collection[UUID],
    now: datetime,
    *,
    detailed: Collection[UUID] | None = None,
) -> dict[UUID, Facts]:
    """What is known of each of these people now; everybody asked for has an entry.

    ``detailed`` are those of whom more than absence and substitute may be told (``None``: all).
    """
    wanted = set(people)
    open_to = wanted if detailed is None else wanted & set(detailed)
    today = local_date(now)
    allowed = keys_in_force(session, today)
    statuses = store.statuses(open_to, now)
    entries = sources.entries(session, open_to, now, allowed)
    if "calendar" in allowed:
        linked = _connected(session, open_to)
        for person, spans in store.busy(linked, now, now + AHEAD).items():
            entries.setdefault(person, []).extend(_entry(person, span) for span in spans)
    weeks = _weeks(session, open_to, today)
    profiles = {
        row.person_id: row
        for row in session.scalars(
            select(AvailabilityProfile).where(AvailabilityProfile.person_id.in_(wanted))
        )
    }
    where = select(Person.id, Person.room).where(Person.id.in_(open_to))
    rooms: dict[UUID, str | None] = {row.id: row.room for row in session.execute(where)}
    absences, standing = _acting(session, wanted, profiles, now)
    found: dict[UUID, Facts] = {}
    for person in wanted:
        profile = profiles.get(person)
        detail = person in open_to
        hours = weeks.get(person)
        found[person] = Facts(
            absences=tuple(absences.get(person, ())),
            manual=statuses.get(person),
            entries=tuple(entries.get(person, ())),
            work=week.spans(hours, today) if hours is not None else None,
            free=week.free_until(today) if detail else None,
            substitute=standing.get(person),
            place=((profile.place if profile else None) or rooms.get(person)) if detail else None,
            channel=profile.channel if profile and detail else None,
        )
    return found


def availability_of(
    session: Session, store: CurrentStore, actor: Actor, people: Collection[UUID], now: datetime
) -> dict[UUID, Availability]:
    """How each of these people can be reached, as far as the actor may know: an overview.

    Without a Dienstvereinbarung it tells who is absent and who acts for them, and of the others that nothing is known.
    """
    agreed = in_force(session, BOARDS, local_date(now))
    return _answers(session, store, actor, people, now, detailed=agreed)


def reach_of(
    session: Session, store: CurrentStore, actor: Actor, person: UUID, now: datetime
) -> Availability:
    """How one person can be reached, as far as the actor may know: looked up on purpose, to reach them.

    No overview arises from that, so no Dienstvereinbarung is needed: it tells what the person entered. Sources that
    could monitor need their own one here as well.
    """
    return _answers(session, store, actor, [person], now, detailed=True)[person]


def board(
    session: Session, store: CurrentStore, actor: Actor, office: UUID, now: datetime
) -> list[BoardLine]:
    """Everybody of an office, by name. Raises ``NotAllowedError`` where the office keeps it to its own people, and
    ``NotAgreedError`` while no Dienstvereinbarung allows boards: then nobody's availability is even asked for.
    """
    if not in_force(session, BOARDS, local_date(now)):
        raise NotAgreedError
    if not may_see_office(session, actor, office):
        raise NotAllowedError(
            "Dieses Amt zeigt seine Erreichbarkeit nur den eigenen Beschäftigten."
        )
    return lines_of(session, store, members(session, office, local_date(now)), now)


def lines_of(
    session: Session, store: CurrentStore, people: Collection[UUID], now: datetime
) -> list[BoardLine]:
    """Lines for people whom the caller has found to be in sight (an office, a floor, a working group)."""
    facts = facts_for(session, store, people, now)
    answers = {person: resolve(each, now) for person, each in facts.items()}
    substitutes = {each.substitute for each in answers.values() if each.substitute}
    called = names(session, {*answers, *substitutes})
    lines = [
        BoardLine(
            person,
            called.get(person, ""),
            answer,
            called.get(answer.substitute) if answer.substitute else None,
        )
        for person, answer in answers.items()
    ]
    return sorted(lines, key=lambda line: (place_of(line.name), line.person))


def members(session: Session, office: UUID, day: date) -> Sequence[UUID]:
    """Who works in an office on a day."""
    return session.scalars(
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.office_id == office, valid_on(Membership, day), valid_on(Person, day))
        .distinct()
    ).all()


def may_see_office(session: Session, actor: Actor, office: UUID) -> bool:
    """Whether the availability of this office's people is in the actor's sight."""
    return bool(offices_to_see(session, actor, [office]))


def offices_to_see(session: Session, actor: Actor, offices: Collection[UUID]) -> set[UUID]:
    """Of these offices those whose people's availability is in the actor's sight."""
    near = {
        office
        for office in offices
        if may(actor, Verb.AVAILABILITY_SEE, Scope(office, ProtectionClass.INTERNAL))
    }
    others = set(offices) - near
    if not others or not isinstance(actor, Staff):
        return near
    opened = select(OfficeVisibility.office_id).where(
        OfficeVisibility.office_id.in_(others), OfficeVisibility.whole_house
    )
    return near | set(session.scalars(opened))


def is_open(session: Session, office: UUID) -> bool:
    """Whether the office's head has opened its availability to the whole house."""
    row = session.get(OfficeVisibility, office)
    return row is not None and row.whole_house


def delegates_of(session: Session, person: UUID) -> Sequence[UUID]:
    """Who may set this person's status and absences."""
    return session.scalars(
        select(StatusDelegate.delegate_id)
        .where(StatusDelegate.person_id == person)
        .order_by(StatusDelegate.id)
    ).all()


def may_set_for(session: Session, delegate: UUID) -> Sequence[UUID]:
    """Whose status and absences this person may set beside their own."""
    return session.scalars(
        select(StatusDelegate.person_id)
        .where(StatusDelegate.delegate_id == delegate)
        .order_by(StatusDelegate.id)
    ).all()


def _answers(
    session: Session,
    store: CurrentStore,
    actor: Actor,
    people: Collection[UUID],
    now: datetime,
    *,
    detailed: bool,
) -> dict[UUID, Availability]:
    """``detailed``: of those whose availability is in sight more than absence and substitute."""
    day = local_date(now)
    in_sight = set(_open_to(session, actor, people, day))
    facts = facts_for(session, store, people, now, detailed=in_sight if detailed else ())
    answers = {person: resolve(each, now) for person, each in facts.items()}
    near = in_sight | _working_with(session, actor, people, day) | _telling_return(session, people)
    own = actor.person if isinstance(actor, Staff) else None
    return {
        person: each if person in near or (own and each.substitute == own) else in_brief(each)
        for person, each in answers.items()
    }


def _telling_return(session: Session, people: Collection[UUID]) -> set[UUID]:
    """Who lets everybody know until when they are absent."""
    wanted = select(AvailabilityProfile.person_id).where(
        AvailabilityProfile.person_id.in_(people), AvailabilityProfile.tells_return
    )
    return set(session.scalars(wanted))


def _working_with(session: Session, actor: Actor, people: Collection[UUID], day: date) -> set[UUID]:
    """With whom the actor shares a working group, and who lets the actor set their status."""
    if not isinstance(actor, Staff):
        return set()
    own = select(WorkingGroupMember.group_id).where(
        WorkingGroupMember.person_id == actor.person, valid_on(WorkingGroupMember, day)
    )
    shared = session.scalars(
        select(WorkingGroupMember.person_id)
        .join(WorkingGroup, WorkingGroup.id == WorkingGroupMember.group_id)
        .where(
            WorkingGroupMember.group_id.in_(own),
            WorkingGroupMember.person_id.in_(people),
            valid_on(WorkingGroupMember, day),
            valid_on(WorkingGroup, day),
        )
    )
    return {*shared, *may_set_for(session, actor.person)}


def _acting(
    session: Session,
    people: Collection[UUID],
    profiles: Mapping[UUID, AvailabilityProfile],
    now: datetime,
) -> tuple[dict[UUID, list[AbsenceSpan]], dict[UUID, UUID]]:
    """Absences that are under way, joined to one another, or begin within a day, and the standing substitutes; of all
    substitutes those who are there, or who acts for them.
    """
    rows = session.scalars(
        select(Absence)
        .where(Absence.person_id.in_(people), Absence.ends > now)
        .order_by(Absence.starts, Absence.id)
    ).all()
    always = {
        each.person_id: each.substitute_id for each in profiles.values() if each.substitute_id
    }
    named = {row.substitute_id for row in rows if row.substitute_id is not None}
    away = substitutes_at(session, now, named | {*always.values()})
    absences: dict[UUID, list[AbsenceSpan]] = {}
    for row in rows:
        acting = acting_substitute(row.person_id, {**away, row.person_id: row.substitute_id})
        absences.setdefault(row.person_id, []).append(AbsenceSpan(row.starts, row.ends, acting))
    standing = {
        person: acting
        for person, substitute in always.items()
        if (acting := acting_substitute(person, {**away, person: substitute})) not in {None, person}
    }
    return absences, standing


def _connected(session: Session, people: Collection[UUID]) -> Sequence[UUID]:
    """Who has a calendar connected: what the store might know of others does not count."""
    return session.scalars(
        select(CalendarLink.person_id).where(CalendarLink.person_id.in_(people))
    ).all()


def _weeks(
    session: Session, people: Collection[UUID], day: date
) -> dict[UUID, tuple[week.Hours, ...]]:
    rows = session.scalars(
        select(WorkingWeek).where(
            WorkingWeek.person_id.in_(people),
            and_(
                WorkingWeek.valid_from <= day,
                or_(WorkingWeek.valid_to.is_(None), WorkingWeek.valid_to > day),
            ),
        )
    )
    return {row.person_id: week.loaded(row.hours) for row in rows}


def _entry(person: UUID, span: BusySpan) -> SourceEntry:
    kind = span.status if span.status in {"away", "tentative"} else "busy"
    return SourceEntry(person, "calendar", kind, span.starts, span.ends)  # type: ignore[arg-type]


def _open_to(
    session: Session, actor: Actor, people: Collection[UUID], day: date
) -> Collection[UUID]:
    """Of whom the actor may know more than absence and substitute: oneself, colleagues, opened offices."""
    if isinstance(actor, System):
        return people
    if not isinstance(actor, Staff):
        return ()
    rows = session.execute(
        select(Membership.person_id, Membership.office_id).where(
            Membership.person_id.in_(people), valid_on(Membership, day)
        )
    ).all()
    opened = offices_to_see(session, actor, {office for _, office in rows})
    return {person for person, office in rows if office in opened} | {actor.person}
