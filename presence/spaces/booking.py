"""Booking a desk or a room.

The journal keeps the deed on the booking's id and nothing else: neither which space nor when nor for whom. The booking
itself is gone a few days later, and then nothing tells who was where.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from presence.spaces.fees import fee
from presence.spaces.notices import tell_decision, tell_displaced
from presence.spaces.precedence import may_displace
from presence.spaces.queries import bookings_in, load_space, prices_of, scope_of, terms_of
from presence.spaces.states import Party, State
from presence.spaces.tables import Booking, Space
from presence.spaces.taking import TakenError, give_back, offers_for, take
from presence.spaces.terms import problem
from storage.actors import Actor, Citizen, Staff
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError
from storage.journal.entries import record
from storage.mail import MailRefusedError, sendable
from storage.one_line import one_line
from storage.rights import Verb, require

LONGEST_TITLE = 120
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be booked. ``whole_day``: starts and ends are what ``terms.day_span`` gives for the day."""

    space: UUID
    starts: datetime
    ends: datetime
    whole_day: bool = False
    title: str = ""
    people: int | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """For whom: a person of the house (``person``), or somebody from outside by name and e-mail address."""

    party: Party = Party.CITY
    person: UUID | None = None
    name: str | None = None
    mail: str | None = None


def book(
    session: Session,
    actor: Actor,
    wish: Wish,
    *,
    key: str,
    now: datetime,
    holder: Holder | None = None,
    displace: bool = False,
    series: UUID | None = None,
    tell: bool = False,
) -> Booking:
    """Book for oneself; for others (``holder``) only who looks after the space.

    ``displace``: where clubs hold that time and the notice suffices, they give way and are told by mail. ``tell``: the
    holder gets a confirmation by mail. The same ``key`` again finds the booking that is there. Raises ``TakenError`` with offers, ``ConflictError`` where the
    space's rules say no, ``NotAllowedError``, ``NotFoundError``.
    """
    booking, gone = entered(
        session, actor, wish, key=key, now=now, holder=holder, displace=displace, series=series,
        tell=tell,
    )  # fmt: skip
    tell_gone(session, gone, now)
    return booking


def entered(
    session: Session,
    actor: Actor,
    wish: Wish,
    *,
    key: str,
    now: datetime,
    holder: Holder | None = None,
    displace: bool = False,
    series: UUID | None = None,
    tell: bool = False,
) -> tuple[Booking, list[Booking]]:
    """As ``book``, but who gave way is not told yet: a series tells each of them once, with all days."""
    space = load_space(session, wish.space, held=True)
    require(actor, Verb.SPACE_BOOK, scope_of(space))
    if holder is not None or displace:
        require(actor, Verb.BOOKING_DECIDE, scope_of(space))
    if found := made_by(session, key):
        return found, []
    holder = holder or Holder(person=actor.person if isinstance(actor, Staff) else None)
    booking = drafted(session, space, wish, holder, State.CONFIRMED, key=key, now=now)
    booking.series_id = series
    try:
        gone = make_way(session, actor, booking, space, now) if displace else []
        take(session, actor, booking, space, now)
    except (IntegrityError, TakenError):
        # The same deed at the same moment: its insert was first, and ours waited for it.
        if found := made_by(session, key):
            return found, []
        raise
    if tell:
        tell_decision(session, booking, space, now)
    note(session, actor, Verb.SPACE_BOOK, booking, now)
    return booking, gone


def made_by(session: Session, key: str) -> Booking | None:
    """What the deed of this key has booked already."""
    return session.scalars(select(Booking).where(Booking.key == key)).one_or_none()


def drafted(
    session: Session,
    space: Space,
    wish: Wish,
    holder: Holder,
    state: State,
    *,
    key: str,
    now: datetime,
) -> Booking:
    """A booking that fits the space's rules, not yet in the database. Raises ``ConflictError``."""
    refusal = problem(
        terms_of(space), wish.starts, wish.ends, whole=wish.whole_day, now=now
    ) or unfit(space, wish.people)
    if refusal:
        raise ConflictError(refusal)
    title, holder = one_line(wish.title), replace(holder, name=one_line(holder.name or "") or None)
    if len(title) > LONGEST_TITLE or len(holder.name or "") > LONGEST_NAME:
        raise ConflictError(f"Titel und Name dürfen höchstens {LONGEST_TITLE} Zeichen lang sein.")
    _check_holder(holder)
    if space.kind == "room" and not title:
        raise ConflictError("Bitte geben Sie an, wofür der Raum gebraucht wird.")
    return Booking(
        id=new_id(), space_id=space.id, starts=wish.starts, ends=wish.ends,
        whole_day=wish.whole_day, state=state.value, party=holder.party.value, title=title,
        person_id=holder.person, holder_name=holder.name, holder_mail=holder.mail,
        people=wish.people, message=None, answer=None,
        fee=fee(prices_of(session, space.id), holder.party, wish.starts, wish.ends),
        checked_in_at=None, series_id=None, key=key, created_at=now, changed_at=now, revision=1,
    )  # fmt: skip


def make_way(
    session: Session, actor: Actor, booking: Booking, space: Space, now: datetime
) -> list[Booking]:
    """Displace the clubs that hold the booking's time; gives what was theirs, for ``tell_gone``.

    Raises ``TakenError`` where one need not give way.
    """
    party, gone = Party(booking.party), []
    standing = bookings_in(session, space.id, booking.starts, booking.ends)
    for row in standing:
        if not may_displace(
            party, Party(row.party), row.starts, space.notice_days, local_date(now)
        ):
            raise TakenError(
                f"{space.name} ist in dieser Zeit schon gebucht, und diese Buchung geht vor.",
                offers_for(session, actor, booking, space, now),
            )
    for row in standing:
        session.refresh(row, with_for_update=True)
        if row.state != State.CONFIRMED.value:
            continue
        row.state, row.changed_at = State.DISPLACED.value, now
        row.answer = "Die Stadt braucht den Raum selbst."
        row.revision += 1
        give_back(session, row)
        note(session, actor, "booking.displace", row, now)
        gone.append(row)
    return gone


def tell_gone(session: Session, gone: Sequence[Booking], now: datetime) -> None:
    """Tell who gave way, each once; a single booking also what else people from outside may ask for at that time."""
    if not gone:
        return
    space, names = load_space(session, gone[0].space_id), list[str]()
    if len(gone) == 1:
        (row,) = gone
        names = [each.name for each in offers_for(session, Citizen(row.id), row, space, now)]
    tell_displaced(session, gone, space, names, now)


def note(session: Session, actor: Actor, verb: str, booking: Booking, now: datetime) -> None:
    """The deed on the booking's id, without details (see above)."""
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="booking",
        object_id=booking.id,
        at=now,
    )


def _check_holder(holder: Holder) -> None:
    if holder.party is not Party.CITY and not (holder.name and holder.mail):
        raise ConflictError("Bitte geben Sie Namen und E-Mail-Adresse an.")
    if holder.mail:
        try:
            sendable(holder.mail)
        except MailRefusedError as refused:
            raise ConflictError(str(refused)) from None


def unfit(space: Space, people: int | None) -> str | None:
    """Why so many don't fit in; ``None`` where they do, or nobody said how many."""
    if people is not None and people > space.capacity:
        return f"{space.name} hat Platz für {space.capacity} Personen. Bitte wählen Sie einen größeren Raum."
    if people is not None and people < 1:
        return "Bitte geben Sie an, wie viele Personen kommen."
    return None
