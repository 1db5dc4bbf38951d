"""What the resolver is given: plain values about one person, from every source."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from presence.availability.levels import Level

Kind = Literal["call", "dnd", "away", "busy", "tentative", "place"]
"""``call`` and ``dnd`` (do not disturb), ``away`` (out of office by the calendar), ``busy``, ``tentative``, ``place``
(a desk booked: it says where somebody is, and how well to be reached only of whom nothing else is known)."""


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """What a source says about somebody for a span of time, half-open, in aware datetimes.

    ``source`` names it ("calendar", "booking", "consultation", "phone"); ``word`` completes "belegt, weil …" and
    defaults by kind ("Termin"). ``place`` is what people may be told ("Platz 3.12").
    """

    person: UUID
    source: str
    kind: Kind
    starts: datetime
    ends: datetime
    place: str | None = None
    channel: str | None = None
    message: str | None = None
    word: str | None = None


@dataclass(frozen=True, slots=True)
class AbsenceSpan:
    """An absence, with who acts (the chain of substitutes is followed already)."""

    starts: datetime
    ends: datetime
    substitute: UUID | None = None


@dataclass(frozen=True, slots=True)
class Manual:
    """What somebody set by hand; it always ends by itself."""

    level: Level
    until: datetime
    starts: datetime
    message: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class WorkSpan:
    """Working hours on one day."""

    starts: datetime
    ends: datetime
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known about one person around a moment.

    ``work`` holds the working hours of today and the next days in order, free days left out; ``None``: never told us.
    ``free`` names why today is free for the whole house (a holiday, the 24th of December), with the moment it ends.
    ``substitute`` is who is asked while the person is busy or away; ``place`` and ``channel`` are the usual ones.
    """

    absences: tuple[AbsenceSpan, ...] = ()
    manual: Manual | None = None
    entries: tuple[SourceEntry, ...] = ()
    work: tuple[WorkSpan, ...] | None = None
    free: tuple[str, datetime] | None = None
    substitute: UUID | None = None
    place: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Availability:
    """The answer. It holds from now until ``until`` (``None``: nothing known will change it, or nobody may know when).

    ``place_until``: from when on ``place`` may be another one, also before ``until``. ``label`` is the level's word, ``because`` the German sentence that explains it. ``place``, ``channel`` and
    ``substitute`` are told beside the level, not part of it. ``source`` is what decided: absence, manual, the name of
    a source, hours, free or unknown.
    """

    level: Level
    label: str
    until: datetime | None
    place: str | None
    channel: str | None
    substitute: UUID | None
    because: str
    source: str
    message: str | None = None
    place_until: datetime | None = None
