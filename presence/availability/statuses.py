"""Setting one's status: a level, a timer, a message, a place. It ends by itself, at midnight at the latest."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from presence.availability.current import current_store
from presence.availability.facts import Manual
from presence.availability.levels import Level
from presence.availability.rights import require_status
from presence.availability.telling import deed_of
from storage.actors import Actor
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.house import House
from storage.one_line import one_line
from storage.organisation.substitution import local_day

LONGEST_MESSAGE = 140
LONGEST_PLACE = 60
CHOICES = (Level.FULL, Level.LIMITED, Level.URGENT, Level.UNREACHABLE)
"""What can be set by hand; "absent with a substitute" comes from an absence."""


@dataclass(frozen=True, slots=True)
class Timer:
    """``minutes`` from now, or ``None`` until midnight."""

    key: str
    title: str
    minutes: int | None


TIMERS: tuple[Timer, ...] = (
    Timer("15", "15 Minuten", 15),
    Timer("30", "30 Minuten", 30),
    Timer("60", "1 Stunde", 60),
    Timer("120", "2 Stunden", 120),
    Timer("240", "4 Stunden", 240),
    Timer("tag", "heute", None),
)


def timer_end(timer: Timer, now: datetime) -> datetime:
    """When it rings; never after midnight, for the night forgets everything."""
    midnight = local_day(local_date(now))[1]
    if timer.minutes is None:
        return midnight
    return min(now + timedelta(minutes=timer.minutes), midnight)


def set_status(
    house: House,
    actor: Actor,
    person: UUID,
    level: Level,
    *,
    until: datetime,
    message: str | None = None,
    place: str | None = None,
) -> None:
    """Say how one can be reached until a moment today. What was set before is gone.

    Neither the deed nor its content is journalled; who has it done by somebody else is told. Raises ``ConflictError`` where the moment is not today.
    """
    now = house.clock()
    with house.database.read() as session:
        require_status(session, actor, person)
    if level not in CHOICES:
        raise ConflictError("Bitte tragen Sie dafür eine Abwesenheit mit Vertretung ein.")
    if not now < until <= local_day(local_date(now))[1]:
        raise ConflictError(
            "Ein Status endet noch am selben Tag. Für länger tragen Sie bitte eine Abwesenheit ein."
        )
    current_store(house).set_status(
        person,
        Manual(
            level,
            until,
            now,
            _short(message, LONGEST_MESSAGE, "Die Nachricht"),
            _short(place, LONGEST_PLACE, "Der Ort"),
        ),
        by=deed_of(actor, person, now),
    )


def clear_status(house: House, actor: Actor, person: UUID) -> None:
    """What calendar and working hours say counts again. Clearing twice is fine."""
    with house.database.read() as session:
        require_status(session, actor, person)
    current_store(house).clear_status(person, by=deed_of(actor, person, house.clock()))


def _short(text: str | None, most: int, what: str) -> str | None:
    """The text as it is kept, or None where there is none."""
    line = one_line(text or "")
    if len(line) > most:
        raise ConflictError(f"{what} darf höchstens {most} Zeichen lang sein.")
    return line or None
