"""What holders are told by mail. Never which desk and when: where somebody sits is not to lie in mailboxes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from presence.spaces.fees import in_words
from presence.spaces.hybrid import video_link
from presence.spaces.states import State
from presence.spaces.tables import Booking, Space
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
    session: Session, bookings: Sequence[Booking], space: Space, names: Sequence[str], now: datetime
) -> None:
    """The city took the room: one mail for each holder with all their days. ``names``: what is free instead."""
    for own in _by_holder(session, bookings, now):
        text = (
            f"die Stadt braucht „{space.name}“ selbst. Diese Buchungen können dort leider nicht stattfinden:"
            f"\n\n{_days(own)}\n\nWir bitten um Entschuldigung."
        )
        if names:
            instead = "\n".join(f"- {name}" for name in names)
            text += f"\n\nZur selben Zeit sind zurzeit frei:\n{instead}\n\nBitte fragen Sie einen davon neu an."
        _send(session, own[0], f"Ihre Buchung: {space.name} wird gebraucht", text, now)


def tell_cancelled(
    session: Session, bookings: Sequence[Booking], room: Space, now: datetime
) -> None:
    """The house cancelled: one mail for each holder with all their days and the reason."""
    for own in _by_holder(session, bookings, now):
        text = f"abgesagt wurde in „{room.name}“:\n\n{_days(own)}"
        text += f"\n\nGrund: {own[0].answer}" if own[0].answer else ""
        _send(session, own[0], f"Abgesagt: {room.name}", text, now)


def tell_desks_cancelled(session: Session, bookings: Sequence[Booking], now: datetime) -> None:
    """The same for desks, of which the mail tells nothing more: which and when stands on the person's own page."""
    for own in _by_holder(session, bookings, now):
        text = (
            "Ihr gebuchter Platz wurde abgesagt. Welche Tage es betrifft und warum, lesen Sie im Intranet "
            "unter „Meine Buchungen“."
        )
        _send(session, own[0], "Platzbuchung abgesagt", text, now)


def tell_decision(session: Session, booking: Booking, space: Space, now: datetime) -> None:
    """Confirmed or declined by the house: with the reason where one was given."""
    at = when(booking.starts, booking.ends)
    state = State(booking.state)
    reason = f"\n\nGrund: {booking.answer}" if booking.answer else ""
    if state is State.CONFIRMED:
        subject = f"Bestätigt: {space.name}"
        text = f"wir bestätigen Ihre Buchung „{booking.title}“: {space.name}, {at}."
        text += f"\n\nEntgelt: {in_words(booking.fee)}." if booking.fee else ""
        link = _video(booking, space)
        text += f"\n\nIhr Videoraum: {link}" if link else ""
        text += f"\n\nBitte beachten Sie: {space.rules}" if space.rules else ""
    else:
        subject = f"Leider nicht möglich: {space.name}"
        text = f"Ihrer Anfrage „{booking.title}“ ({space.name}, {at}) können wir leider nicht entsprechen.{reason}"
    for own in _by_holder(session, [booking], now):
        _send(session, own[0], subject, text, now)


def tell_series(session: Session, bookings: Sequence[Booking], space: Space, now: datetime) -> None:
    """One confirmation for all days of a series."""
    fee = sum(each.fee for each in bookings)
    days = "\n".join(
        f"- {when(each.starts, each.ends)}" + (f", Videoraum: {link}" if link else "")
        for each in bookings
        for link in [_video(each, space)]
    )
    text = f"wir bestätigen Ihre Buchungen „{bookings[0].title}“, {space.name}:\n\n{days}"
    text += f"\n\nEntgelt zusammen: {in_words(fee)}." if fee else ""
    text += f"\n\nBitte beachten Sie: {space.rules}" if space.rules else ""
    for own in _by_holder(session, bookings, now):
        _send(session, own[0], f"Bestätigt: {space.name}", text, now)


def _by_holder(
    session: Session, bookings: Sequence[Booking], now: datetime
) -> Iterable[Sequence[Booking]]:
    """Each holder's bookings together. Whose came by a request from outside is told by the answer to that request."""
    # Requests from outside build on bookings, and so on this module.
    from presence.citizens.telling import tell_holder

    found: dict[str | UUID | None, list[Booking]] = {}
    for booking in sorted(bookings, key=lambda each: each.starts):
        if not tell_holder(session, booking, now):
            found.setdefault(booking.holder_mail or booking.person_id, []).append(booking)
    return found.values()


def _days(bookings: Sequence[Booking]) -> str:
    return "\n".join(f"- {when(each.starts, each.ends)}: „{each.title}“" for each in bookings)


def _video(booking: Booking, space: Space) -> str | None:
    """Whoever comes from outside has no other page to find it on."""
    if not space.video:
        return None
    return video_link(booking.id, booking.title, booking.starts, booking.ends)


def _send(session: Session, booking: Booking, subject: str, text: str, now: datetime) -> None:
    to = address_of(session, booking)
    if to is None:
        return
    key = f"booking:{booking.id.hex}:{booking.state}"
    send_later(session, to, subject, GREETING + text + GOODBYE, key, now=now)
