"""What is forgotten by night: unconfirmed sendings, attempts, and people whose bookings are anonymous or gone."""

from datetime import datetime

from sqlalchemy import delete, exists
from sqlalchemy.orm import Session

from presence.citizens.submissions import forget_submissions
from presence.citizens.tables import FormAttempt, RoomRequest, RoomRequestBooking
from presence.citizens.throttle import KEEP
from presence.spaces.tables import Booking


def forget(session: Session, now: datetime) -> dict[str, int]:
    """Run after the bookings' own forgetting (``presence.spaces.upkeep``), which decides how long names are kept."""
    session.execute(delete(FormAttempt).where(FormAttempt.at < now - KEEP))
    named = exists().where(
        RoomRequestBooking.request_id == RoomRequest.id,
        RoomRequestBooking.booking_id == Booking.id,
        Booking.holder_name.is_not(None),
    )
    gone = session.scalars(delete(RoomRequest).where(~named).returning(RoomRequest.id)).all()
    return {"Anfragen": len(gone), "Unbestätigtes": forget_submissions(session, now)}
