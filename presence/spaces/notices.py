"""What holders are told by mail. Never about desks: where somebody sits is not to lie in mailboxes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from presence.spaces.fees import in_words
from presence.spaces.states import State
from presence.spaces.tables import Booking, Space
from presence.spaces.taking import Offer
from storage.clock import WEEKDAYS, local
from storage.mail import MailRefusedError, send_later, sendable
from storage.organisation.tables import Person

GREETING = "Guten Tag,\n\n"
GOODBYE = "\n\nMit freundlichen Grüßen\nIhre Stadtverwaltung"


def when(starts: datetime, ends: datetime) -> str:
    """As in "Montag, 02.03.2026, 8:00 bis 10:00 Uhr"."""
    first, last = local(starts), local(ends)
    begin = f"{WEEKDAYS[first.weekday()]}, {first:%d.%m.%Y}, {first.hour}:{first.minute:02d}"
    if first.date() == last.date():
        return f"{begin} bis {last.hour}:{last.minute:02d} Uhr"
    return f"{begin} Uhr bis {last:%d.%m.%Y}, {last.hour}:{last.minute:02d} Uhr"


def address_of(session: Session, booking: Booking) -> str | None:
    """Where its holder is written to; staff by their own address, where it is one."""
    if booking.holder_mail:
        return booking.holder_mail
    person: UUID | None = booking.person_id
    row = session.get(Person, person) if person else None
    try:
        return sendable(row.email) if row and row.email else None
    except MailRefusedError:
        return None  # a directory may hold anything; the deed itself is not to fail for it


def tell_displaced(
    session: Session, booking: Booking, space: Space, offers: Sequence[Offer], now: datetime
) -> None:
    """The city took the room; what else is free at that time."""
    instead = "\n".join(f"- {offer.name}" for offer in offers)
    text = (
        f"die Stadt braucht „{space.name}“ am {when(booking.starts, booking.ends)} selbst. "
        f"Ihre Buchung „{booking.title}“ kann dort leider nicht stattfinden. Wir bitten um Entschuldigung."
    )
    if instead:
        text += f"\n\nZur selben Zeit sind zurzeit frei:\n{instead}\n\nBitte fragen Sie eine davon neu an."
    _send(session, booking, space, f"Ihre Buchung: {space.name} wird gebraucht", text, now)


def tell_decision(session: Session, booking: Booking, space: Space, now: datetime) -> None:
    """Confirmed, declined or cancelled by the house: with the reason where one was given."""
    at = when(booking.starts, booking.ends)
    state = State(booking.state)
    reason = f"\n\nGrund: {booking.answer}" if booking.answer else ""
    if state is State.CONFIRMED:
        subject = f"Bestätigt: {space.name}"
        text = f"wir bestätigen Ihre Buchung „{booking.title}“: {space.name}, {at}."
        text += f"\n\nEntgelt: {in_words(booking.fee)}." if booking.fee else ""
        text += f"\n\nBitte beachten Sie: {space.rules}" if space.rules else ""
    elif state is State.DECLINED:
        subject = f"Leider nicht möglich: {space.name}"
        text = f"Ihrer Anfrage „{booking.title}“ ({space.name}, {at}) können wir leider nicht entsprechen.{reason}"
    else:
        subject = f"Abgesagt: {space.name}"
        text = f"Ihre Buchung „{booking.title}“ ({space.name}, {at}) wurde abgesagt.{reason}"
    _send(session, booking, space, subject, text, now)


def tell_series(session: Session, bookings: Sequence[Booking], space: Space, now: datetime) -> None:
    """One confirmation for all days of a series."""
    days = "\n".join(f"- {when(each.starts, each.ends)}" for each in bookings)
    fee = sum(each.fee for each in bookings)
    text = f"wir bestätigen Ihre Buchungen „{bookings[0].title}“, {space.name}:\n\n{days}"
    text += f"\n\nEntgelt zusammen: {in_words(fee)}." if fee else ""
    text += f"\n\nBitte beachten Sie: {space.rules}" if space.rules else ""
    _send(session, bookings[0], space, f"Bestätigt: {space.name}", text, now)


def _send(
    session: Session, booking: Booking, space: Space, subject: str, text: str, now: datetime
) -> None:
    # Requests from outside build on bookings, and so on this module.
    from presence.citizens.telling import tell_holder

    if tell_holder(session, booking, now):
        return
    to = address_of(session, booking)
    if to is None or space.kind == "desk":
        return
    key = f"booking:{booking.id.hex}:{booking.state}"
    send_later(session, to, subject, GREETING + text + GOODBYE, key, now=now)
