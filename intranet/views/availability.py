"""What "Mein Status" shows: how one is seen just now, what one has entered, and what one may set for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intranet import words
from presence.availability.absences import absences_of, standing_in
from presence.availability.current import CurrentStore
from presence.availability.facts import Availability
from presence.availability.queries import delegates_of, is_open, lines_of, may_set_for
from presence.availability.rights import absences_to_enter
from presence.availability.tables import AvailabilityProfile
from storage.actors import Actor, ProtectionClass, Scope, Staff
from storage.agreements.queries import keys_in_force
from storage.alphabet import place_of
from storage.clock import local, local_date
from storage.organisation.queries import names, offices, people
from storage.organisation.tables import Absence
from storage.rights import Verb, may


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """An absence in words."""

    id: UUID
    revision: int
    starts: datetime
    ends: datetime
    span: str
    substitute: UUID | None
    substitute_name: str
    running: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody whose absences one may enter, and with ``status`` also their status."""

    name: str
    status: bool


@dataclass(frozen=True, slots=True)
class LedOffice:
    """An office, and whether the whole house sees its availability."""

    id: UUID
    name: str
    whole_house: bool


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody one stands in for, now or later."""

    name: str
    span: str
    running: bool


@dataclass(frozen=True, slots=True)
class StatusView:
    """``people``: everybody else of the house by id, for substitutes and delegates."""

    answer: Availability
    substitute: str | None
    until: str
    absences: Sequence[AbsenceLine]
    delegates: dict[UUID, str]
    profile: AvailabilityProfile | None
    people: dict[UUID, str]
    agreements: frozenset[str]


def span_in_words(starts: datetime, ends: datetime) -> str:
    """As in "03.08.2026 bis 14.08.2026" for whole days, or with times."""
    if _is_midnight(starts) and _is_midnight(ends):
        first, last = local_date(starts), local_date(ends) - timedelta(days=1)
        return words.day(first) if first == last else f"{words.day(first)} bis {words.day(last)}"
    return f"{words.moment(starts)} bis {words.moment(ends)}"


def _is_midnight(moment: datetime) -> bool:
    there = local(moment)
    return there.hour == there.minute == 0


def whom_to_set(session: Session, staff: Staff, now: datetime) -> dict[UUID, Choice]:
    """Oneself, who has named one as delegate, and by role those whose absences one may enter; by name."""
    delegated = set(may_set_for(session, staff.person))
    led = set(absences_to_enter(session, staff, local_date(now))) if staff.grants else set()
    called = names(session, (delegated | led) - {staff.person})
    others = sorted(called.items(), key=lambda each: place_of(each[1]))
    return {
        staff.person: Choice("mich selbst", status=True),
        **{person: Choice(name, status=person in delegated) for person, name in others},
    }


def offices_led(session: Session, staff: Staff, now: datetime) -> list[LedOffice]:
    """The offices whose visibility this person decides."""
    return [
        LedOffice(row.id, row.name, whole_house=is_open(session, row.id))
        for row in offices(session, local_date(now))
        if may(staff, Verb.AVAILABILITY_OPEN, Scope(row.id, ProtectionClass.INTERNAL))
    ]


def load(
    session: Session, store: CurrentStore, actor: Actor, person: UUID, now: datetime
) -> StatusView:
    """For oneself or for whom one may set it. Raises ``NotAllowedError``."""
    rows = absences_of(session, actor, person, now)
    (line,) = lines_of(session, store, [person], now)
    everybody = {
        row.id: f"{row.name} ({office.short})" if office else row.name
        for row, office in people(session, local_date(now))
        if row.id != person
    }
    answer = line.availability
    return StatusView(
        answer,
        line.substitute,
        words.when(answer.until, now) if answer.until else "",
        [_line(row, everybody, now) for row in rows],
        {each: everybody.get(each, "ausgeschieden") for each in delegates_of(session, person)},
        session.get(AvailabilityProfile, person),
        everybody,
        keys_in_force(session, local_date(now)),
    )


def stand_ins(session: Session, staff: Staff, now: datetime) -> list[StandIn]:
    """For whom one is named as substitute."""
    rows = standing_in(session, staff.person, now)
    called = names(session, [row.person_id for row in rows])
    return [
        StandIn(
            called.get(row.person_id, ""), span_in_words(row.starts, row.ends), row.starts <= now
        )
        for row in rows
    ]


def _line(row: Absence, everybody: dict[UUID, str], now: datetime) -> AbsenceLine:
    return AbsenceLine(
        row.id,
        row.revision,
        row.starts,
        row.ends,
        span_in_words(row.starts, row.ends),
        row.substitute_id,
        everybody.get(row.substitute_id, "") if row.substitute_id else "",
        row.starts <= now,
    )
