"""Asking for a room from outside: sent by form, confirmed by mail, then waiting for the office; and taking it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.translations import catalogue
from presence.citizens import letters
from presence.citizens.conditions import Conditions
from presence.citizens.links import LinkError, SignedLink
from presence.citizens.queries import bookings_of, last_end, open_requests
from presence.citizens.room_links import RoomLinks
from presence.citizens.settling import note, settle
from presence.citizens.submissions import confirm, submit
from presence.citizens.tables import RoomRequest, RoomRequestBooking, Submission
from presence.citizens.telling import open_office_task, tell_later
from presence.citizens.throttle import one_at_a_time
from presence.citizens.wishes import Applicant, RoomWish, days_of, fees_of, from_row
from presence.spaces import recurrence
from presence.spaces.booking import Holder, Wish
from presence.spaces.changing import withdraw
from presence.spaces.queries import load_space
from presence.spaces.requests import request_booking, set_aside
from presence.spaces.series import Occurrence
from presence.spaces.states import State
from presence.spaces.tables import Booking, BookingSeries, Space
from storage.actors import Citizen
from storage.clock import new_id
from storage.conflicts import ConflictError
from storage.mail import send_later
from storage.rights import NotAllowedError

KIND = "room"
MOST_OPEN = 10
"""Requests from one address that wait for a decision at a time."""
TOO_MANY = (
    "Von dieser E-Mail-Adresse warten schon viele Anfragen auf eine Entscheidung. Bitte warten Sie die Antworten ab, "
    "ziehen Sie eine Anfrage zurück, oder rufen Sie uns an."
)
CHANGED = "Die Regeln oder das Entgelt haben sich geändert, seit Sie die Anfrage gesendet haben. Bitte sehen Sie beides noch einmal an."
REVOKED = (
    "Dieser Link wurde gesperrt. Bitte verwenden Sie den Link aus der neuesten E-Mail von uns."
)


class ConditionsChangedError(ConflictError):
    """The room's rules or its price are not what was agreed to."""

    def __init__(self) -> None:
        super().__init__(CHANGED)


@dataclass(frozen=True, slots=True)
class Sent:
    """What waits for its confirmation, as it would be asked for now. ``mark`` names its conditions."""

    space: Space
    days: Sequence[Occurrence]
    fee: int
    changed: bool
    mark: str


def send_request(
    session: Session,
    wish: RoomWish,
    applicant: Applicant,
    links: RoomLinks,
    *,
    key: str,
    now: datetime,
) -> Submission:
    """Keep what was sent and write to the address that was given. The same ``key`` again is the same sending.

    The mail holds no word of the sender's: it may reach somebody who never asked. Raises ``ConflictError``.
    """
    if applicant.problem:
        raise ConflictError(applicant.problem)
    space, days = days_of(session, wish, now)
    agreed = Conditions(space.rules, fees_of(session, space, days, applicant.party))
    content = wish.as_row(applicant) | {"agreed": agreed.as_row()}
    row, new = submit(session, KIND, content, applicant.mail, key=key, now=now)
    if new:
        say = catalogue(applicant.language)
        subject, text = letters.confirming(say, space.name, days, links.confirming(row))
        send_later(session, row.mail, subject, text, f"submission:{row.id.hex}", now=now)
    return row


def look_at(session: Session, row: Submission, now: datetime) -> Sent:
    """What a sending that is not confirmed yet asks for. Raises ``ConflictError`` where it can't be had any more."""
    wish, applicant = from_row(row.content)
    space, days = days_of(session, wish, now)
    held = Conditions(space.rules, fees_of(session, space, days, applicant.party))
    return Sent(
        space, days, sum(held.fees.values()), not held.are(row.content["agreed"]), held.mark()
    )


def confirm_sending(session: Session, submission: UUID, *, agreed: str = "", now: datetime) -> UUID:
    """The address proved right: the request goes to the office. Twice is once; gives the request's id.

    ``agreed`` is the mark of conditions that were shown since (``look_at``). Raises ``LinkError`` where it is too
    late, ``ConditionsChangedError`` where others hold now, ``ConflictError`` where the room has been taken since.
    """
    return confirm(
        session, KIND, submission, lambda row: _open(session, submission, row, agreed, now), now=now
    )


def _open(
    session: Session, submission: UUID, row: Mapping[str, Any], agreed: str, now: datetime
) -> UUID:
    wish, applicant = from_row(row)
    space, days = days_of(session, wish, now)
    held = Conditions(space.rules, fees_of(session, space, days, applicant.party))
    if not held.are(row["agreed"]) and held.mark() != agreed:
        raise ConditionsChangedError
    one_at_a_time(session, f"room_request.open:{applicant.mail.lower()}")
    if open_requests(session, applicant.mail) >= MOST_OPEN:
        raise ConflictError(TOO_MANY)
    request = RoomRequest(
        id=new_id(), space_id=space.id, name=applicant.name, club=applicant.club,
        mail=applicant.mail, phone=applicant.phone, language=applicant.language, link_revision=1,
        series=recurrence.in_words(wish.day, wish.pattern) if wish.pattern else None,
        offer_space_id=None, offer_starts=None, offer_ends=None, offer_until=None,
        created_at=now, revision=1,
    )  # fmt: skip
    session.add(request)
    session.flush()
    series = _series(session, wish, now)
    actor = Citizen(request.id)
    holder = Holder(applicant.party, None, applicant.holder, applicant.mail)
    for day in days:
        one = Wish(space.id, day.starts, day.ends, wish.whole_day, wish.title, wish.people)
        booking = request_booking(
            session, actor, one, holder, message=wish.message,
            key=f"anfrage:{submission.hex}:{day.day.isoformat()}", now=now,
        )  # fmt: skip
        booking.series_id = series
        session.add(RoomRequestBooking(booking_id=booking.id, request_id=request.id))
    session.flush()
    open_office_task(session, request, space, days[0].starts, now)
    tell_later(session, request, letters.RECEIVED, now)
    note(session, actor, "room_request.open", request, now)
    return request.id


def _series(session: Session, wish: RoomWish, now: datetime) -> UUID | None:
    if wish.pattern is None:
        return None
    series = BookingSeries(
        id=new_id(), person_id=None, space_id=wish.space, rule=wish.pattern.as_row(), created_at=now
    )  # fmt: skip
    session.add(series)
    session.flush()
    return series.id


def opened_by(session: Session, link: SignedLink) -> RoomRequest:
    """The request a genuine link leads to. Raises ``LinkError`` where it is forgotten or the link was revoked."""
    row = session.get(RoomRequest, link.id)
    if row is None:
        raise LinkError("Diese Anfrage gibt es nicht mehr.")
    if row.link_revision != link.revision:
        raise LinkError(REVOKED)
    return row


def load_own(session: Session, actor: Citizen, request: UUID) -> tuple[RoomRequest, Space]:
    """The request the actor's link was made for, locked. Raises ``NotAllowedError``."""
    row = session.scalars(
        select(RoomRequest).where(RoomRequest.id == request).with_for_update()
    ).one_or_none()
    if row is None or actor.link != row.id:
        raise NotAllowedError
    return row, load_space(session, row.space_id)


def take_back(session: Session, actor: Citizen, request: UUID, *, now: datetime) -> int:
    """Withdraw what waits or is yet to come of a request. Doing it twice is fine. Returns how many days were given
    back.
    """
    row, _ = load_own(session, actor, request)
    mine = [each for each in bookings_of(session, row.id) if may_take_back(each, now)]
    for each in mine:
        if each.state == State.REQUESTED.value:
            set_aside(session, actor, each.id, State.CANCELLED, now=now)
        else:
            withdraw(session, actor, each.id, now=now)
    if mine:
        settle(session, actor, row, "room_request.withdraw", now)
        tell_later(session, row, letters.WITHDRAWN, now)
    return len(mine)


def may_take_back(booking: Booking, now: datetime) -> bool:
    waits = booking.state == State.REQUESTED.value
    return waits or (booking.state == State.CONFIRMED.value and booking.starts > now)


def renew_link(session: Session, actor: Citizen, request: UUID, *, now: datetime) -> None:
    """Lock every link given out before; a new one goes to the address the request came from."""
    row, _ = load_own(session, actor, request)
    if last_end(session, row.id) is None:
        raise ConflictError("Diese Anfrage gibt es nicht mehr.")
    row.link_revision += 1
    tell_later(session, row, letters.LINK, now)
    note(session, actor, "room_request.link", row, now)
