"""Telling people from outside what became of their request: asked for with the deed, written by the engine.

The mail holds a signed link, so it is composed where the key lies, and once per deed: a series of thirty days that was
decided on at once is one mail.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from config.translations import catalogue
from presence.citizens import letters
from presence.citizens.queries import RequestOverview, last_end, overview, request_of
from presence.citizens.room_links import RoomLinks
from presence.citizens.tables import RoomRequest
from presence.citizens.wishes import other_rooms
from presence.spaces.states import State
from presence.spaces.tables import Booking, Space
from storage.jobs import queue
from storage.jobs.handlers import JobContext, JobKind
from storage.jobs.queue import ClaimedJob
from storage.mail import send_later
from storage.tasks.list import finish_task, open_task

TELL = "room_request.tell"


def tell_later(session: Session, request: RoomRequest, what: str, now: datetime) -> None:
    """Have a mail written. Everything of one deed (the same ``now``) is one mail."""
    key = f"{request.id.hex}:{what}:{now.timestamp():.6f}"
    queue.enqueue(session, TELL, key, {"request": request.id.hex, "what": what}, now=now)


def tell_holder(session: Session, booking: Booking, now: datetime) -> bool:
    """Whether a booking came by a request from outside; then its holder is told by us, and a task that is done ends."""
    request = request_of(session, booking.id)
    if request is None:
        return False
    session.flush()
    if not overview(session, request).waiting:
        close_task(session, request, now)
    tell_later(session, request, letters.DECIDED, now)
    return True


def open_office_task(
    session: Session, request: RoomRequest, space: Space, first: datetime, now: datetime
) -> None:
    """Let the request wait for the office that runs the room; ``first``: when its first day begins."""
    open_task(
        session,
        key=_task(request),
        kind="room_request",
        title=f"Über eine Raumanfrage entscheiden: {space.name}",
        link=f"/raumanfragen?anfrage={request.id.hex}",
        object_kind="room_request",
        object_id=request.id,
        office=space.office_id,
        due_at=first,
        now=now,
    )


def requests_follow(session: Session, space: Space, now: datetime) -> None:
    """Another office runs the room: what waited for the one before waits for it. Where an offer stands, nothing waits
    for an office; what is being decided on right now is left to who decides.
    """
    rows = session.scalars(
        select(RoomRequest)
        .where(
            RoomRequest.space_id == space.id,
            or_(RoomRequest.offer_until.is_(None), RoomRequest.offer_until <= now),
        )
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        if waiting := overview(session, row).waiting:
            open_office_task(session, row, space, waiting[0].starts, now)


def close_task(session: Session, request: RoomRequest, now: datetime) -> None:
    finish_task(session, _task(request), now)


def _task(request: RoomRequest) -> str:
    return f"room_request:{request.id.hex}"


def _write(context: JobContext, job: ClaimedJob) -> None:
    house = context.house
    now = house.clock()
    with house.database.write() as session:
        request = session.get(RoomRequest, UUID(job.payload["request"]))
        last = last_end(session, request.id) if request else None
        if request is not None and last is not None:
            link = RoomLinks(house.settings).status(request, last)
            letter = _letter(session, overview(session, request), job, link, now)
            if letter is not None:
                send_later(session, request.mail, *letter, f"{TELL}:{job.key}", now=now)
        queue.complete(session, job, now)


def _letter(
    session: Session, view: RequestOverview, job: ClaimedJob, link: str, now: datetime
) -> tuple[str, str] | None:
    """Subject and text; ``None`` where there is nothing to tell any more: the offer was answered or replaced."""
    # Offers come after this module: they tell by it what became of them.
    from presence.citizens.offers import standing_offer

    request, what = view.request, str(job.payload["what"])
    offer = standing_offer(session, view, now) if what == letters.OFFERED else None
    if what == letters.OFFERED and offer is None:
        return None
    return letters.following(
        catalogue(request.language),
        what,
        view.space.name,
        view.bookings,
        link,
        rooms=view.named,
        videos=view.videos,
        rules=offer.space.rules if offer else view.space.rules,
        names=_instead(session, view, now) if what in letters.WITH_OTHERS else (),
        offer=(offer.space.name, (offer.starts, offer.ends), offer.fee) if offer else None,
    )


def _instead(session: Session, view: RequestOverview, now: datetime) -> list[str]:
    """What is free at the time one has to give way, or can't have."""
    lost = {State.DISPLACED.value, State.DECLINED.value}
    gone = [each for each in view.bookings if each.state in lost and each.starts > now]
    if len(gone) != 1:
        return []
    only = gone[0]
    found = other_rooms(
        session, view.rooms[only.space_id], only.starts, only.ends, whole=only.whole_day, now=now
    )
    return [offer.name for offer in found]


TELLING = JobKind(TELL, "Antworten auf Raumanfragen schreiben", handle_one=_write)
