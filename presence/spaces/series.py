"""Series: every conflict is shown before anything is saved, and nothing is left out unless somebody says so."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.spaces import recurrence
from presence.spaces.booking import Holder, Wish, entered, tell_gone
from presence.spaces.notices import tell_series
from presence.spaces.opening import Span, at, is_skipped, slots
from presence.spaces.precedence import may_displace
from presence.spaces.queries import bookings_in, load_space, scope_of, terms_of
from presence.spaces.recurrence import Pattern
from presence.spaces.states import Party
from presence.spaces.tables import Booking, BookingSeries, Space
from presence.spaces.terms import Terms, day_span, problem
from storage.actors import Actor, Staff
from storage.clock import local, local_date, new_id
from storage.conflicts import ConflictError
from storage.journal.entries import record
from storage.rights import Verb, require

SKIPPED = "Diese Uhrzeit gibt es an diesem Tag nicht: Die Uhr wird vorgestellt."


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One day of a series; ``problem`` says in German why it can't be booked, ``None``: it can.

    ``moves``: the titles of what clubs have there and would have to give way.
    """

    day: date
    starts: datetime
    ends: datetime
    problem: str | None = None
    moves: tuple[str, ...] = ()


class SeriesConflictError(ConflictError):
    """Some days can't be booked; nothing was saved."""

    def __init__(self, conflicts: Sequence[Occurrence]) -> None:
        self.conflicts = list(conflicts)
        days = ", ".join(f"{each.day:%d.%m.%Y}" for each in self.conflicts[:5])
        more = " und weiteren Tagen" if len(self.conflicts) > 5 else ""
        super().__init__(
            f"Am {days}{more} geht es nicht. Bitte ändern Sie die Serie, oder buchen Sie sie ohne diese Tage."
        )


def occurrences(
    terms: Terms,
    days: Sequence[date],
    first: tuple[int, int],
    taken: Sequence[Span],
    *,
    whole: bool,
    now: datetime,
    yielding: Sequence[tuple[Span, str]] = (),
) -> list[Occurrence]:
    """The days as spans with their problems. ``first``: minutes of the day's clock at which it begins and ends. Pure.

    ``yielding``: what gives way where it is needed, with its titles.
    """
    held = {slot for starts, ends in taken for slot in slots(starts, ends)}
    found = []
    for day in days:
        starts, ends = at(day, first[0]), at(day, first[1])
        if whole:
            span = day_span(terms, day, now)
            starts, ends = span or (at(day, 0), at(day, 24 * 60))
        refusal = problem(terms, starts, ends, whole=whole, now=now)
        if not whole and any(is_skipped(day, minute) for minute in first):
            refusal = SKIPPED
        elif refusal is None and held.intersection(slots(starts, ends)):
            refusal = f"{terms.name} ist in dieser Zeit schon gebucht."
        moves = tuple(
            title for (begins, till), title in yielding if begins < ends and starts < till
        )
        found.append(Occurrence(day, starts, ends, refusal, () if refusal else moves))
    return found


def preview(
    session: Session,
    actor: Actor,
    wish: Wish,
    pattern: Pattern,
    *,
    now: datetime,
    displace: bool = False,
) -> list[Occurrence]:
    """All days of the series that would be booked, each with what stands against it, or would give way."""
    space = load_space(session, wish.space)
    require(actor, Verb.SPACE_BOOK, scope_of(space))
    if displace:
        require(actor, Verb.BOOKING_DECIDE, scope_of(space))
    return _preview(session, space, wish, pattern, now, displace=displace)


def book_series(
    session: Session,
    actor: Actor,
    wish: Wish,
    pattern: Pattern,
    *,
    key: str,
    now: datetime,
    holder: Holder | None = None,
    skip_conflicts: bool = False,
    displace: Collection[date] = (),
    tell: bool = False,
) -> tuple[UUID, list[Occurrence]]:
    """Book every day, all or nothing; with ``skip_conflicts`` all but those that can't be booked.

    Gives the series and the days left out. ``displace``: on these days clubs give way where the notice suffices; each
    is told once, with all days. ``tell``: the holder gets one mail with all days. The same ``key`` again finds the
    series. Raises ``SeriesConflictError`` with all conflicts; ``TakenError`` where somebody was faster since they were
    looked up.
    """
    space = load_space(session, wish.space, held=True)
    require(actor, Verb.SPACE_BOOK, scope_of(space))
    if holder is not None or displace:
        require(actor, Verb.BOOKING_DECIDE, scope_of(space))
    made = session.scalars(
        select(Booking.series_id).where(Booking.key.startswith(f"{key}:", autoescape=True))
    ).first()
    if made is not None:
        return made, []
    found = _preview(session, space, wish, pattern, now, displace=bool(displace))
    fitting = [
        each for each in found if not each.problem and (not each.moves or each.day in displace)
    ]
    conflicts = [each for each in found if each not in fitting]
    if conflicts and not skip_conflicts:
        raise SeriesConflictError(conflicts)
    if not fitting:
        raise ConflictError("An keinem Tag der Serie ist etwas frei.")
    series = _founded(session, actor, space, pattern, holder, now)
    booked, gone = _entered(session, actor, wish, fitting, series.id, key, holder, now)
    if booked[0].series_id not in {None, series.id}:  # the same deed, at the same moment
        session.delete(series)
        return booked[0].series_id, []
    tell_gone(session, gone, now)
    if tell:
        tell_series(session, booked, space, now)
    _note(session, actor, series.id, len(fitting), now)
    return series.id, conflicts


def _founded(
    session: Session,
    actor: Actor,
    space: Space,
    pattern: Pattern,
    holder: Holder | None,
    now: datetime,
) -> BookingSeries:
    own = actor.person if isinstance(actor, Staff) else None
    series = BookingSeries(
        id=new_id(),
        person_id=holder.person if holder else own,
        space_id=space.id,
        rule=pattern.as_row(),
        created_at=now,
    )
    session.add(series)
    session.flush()
    return series


def _entered(
    session: Session,
    actor: Actor,
    wish: Wish,
    days: Sequence[Occurrence],
    series: UUID,
    key: str,
    holder: Holder | None,
    now: datetime,
) -> tuple[list[Booking], list[Booking]]:
    """The bookings of these days, and those that gave way to them."""
    booked: list[Booking] = []
    gone: list[Booking] = []
    for each in days:
        row, moved = entered(
            session, actor, replace(wish, starts=each.starts, ends=each.ends),
            key=f"{key}:{each.day.isoformat()}", now=now, holder=holder, series=series,
            displace=bool(each.moves),
        )  # fmt: skip
        booked.append(row)
        gone += moved
    return booked, gone


def _note(session: Session, actor: Actor, series: UUID, count: int, now: datetime) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb="booking.series",
        object_kind="booking_series",
        object_id=series,
        details={"count": count},
        at=now,
    )


def _preview(
    session: Session,
    space: Space,
    wish: Wish,
    pattern: Pattern,
    now: datetime,
    *,
    displace: bool = False,
) -> list[Occurrence]:
    first = local_date(wish.starts)
    days = recurrence.days(first, pattern)
    held = bookings_in(
        session,
        space.id,
        at(days[0], 0) - timedelta(days=1),
        at(days[-1], 0) + timedelta(days=3),
    )
    today = local_date(now)
    yielding = [
        row
        for row in held
        if displace
        and may_displace(Party.CITY, Party(row.party), row.starts, space.notice_days, today)
    ]
    return occurrences(
        terms_of(space),
        days,
        (_minute(wish.starts, first), _minute(wish.ends, first)),
        [(row.starts, row.ends) for row in held if row not in yielding],
        whole=wish.whole_day,
        now=now,
        yielding=[((row.starts, row.ends), row.title) for row in yielding],
    )


def _minute(moment: datetime, day: date) -> int:
    """The minute of the day's clock, beyond 24:00 on the next day."""
    there = local(moment)
    return (there.date() - day).days * 24 * 60 + there.hour * 60 + there.minute
