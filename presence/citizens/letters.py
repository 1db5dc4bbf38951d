"""What people who asked for a room are written, in their language and in plain words. Pure."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from config.translations import Catalogue
from presence.spaces.fees import in_words
from presence.spaces.opening import Span
from presence.spaces.series import Occurrence
from presence.spaces.states import State
from presence.spaces.tables import Booking
from storage.clock import WEEKDAYS, local

RECEIVED, DECIDED, OFFERED = "received", "decided", "offered"
WITHDRAWN, EXPIRED, LINK = "withdrawn", "expired", "link"
WITH_OTHERS = frozenset({DECIDED})
"""Mails that name what else is free."""
MOST_LINES = 12
SUBJECTS = {
    RECEIVED: "Ihre Anfrage ist bei uns: {room}",
    DECIDED: "Zu Ihrer Anfrage: {room}",
    OFFERED: "Ein anderer Vorschlag für Ihre Anfrage: {room}",
    WITHDRAWN: "Zurückgezogen: {room}",
    EXPIRED: "Nicht rechtzeitig entschieden: {room}",
    LINK: "Ihr neuer Link: {room}",
}
OPENINGS = {
    RECEIVED: "Ihre Anfrage ist bei uns angekommen. Sie ist noch keine Zusage. Wir schreiben Ihnen, sobald entschieden ist.",
    DECIDED: "hier ist der Stand Ihrer Anfrage:",
    OFFERED: "zu der angefragten Zeit geht es leider nicht. Wir können Ihnen stattdessen anbieten:",
    WITHDRAWN: "Sie haben Ihre Anfrage zurückgezogen. Die Zeiten sind wieder frei.",
    EXPIRED: "die angefragte Zeit ist gekommen, und eine Zusage gab es nicht. Das tut uns leid. Für einen anderen Tag können Sie gern neu anfragen.",
    LINK: "Sie haben einen neuen Link angefordert. Alle älteren Links sind gesperrt.",
}
STATES = {
    State.REQUESTED: "angefragt, noch nicht entschieden",
    State.CONFIRMED: "zugesagt",
    State.DECLINED: "leider nicht möglich",
    State.CANCELLED: "abgesagt",
    State.DISPLACED: "leider nicht mehr möglich, die Stadt braucht den Raum selbst",
    State.RELEASED: "zurückgegeben",
    State.EXPIRED: "nicht mehr möglich, die Zeit ist vorbei",
}


def when(say: Catalogue, times: Span) -> str:
    """As in "Montag, 02.03.2026, 8:00 bis 10:00 Uhr"."""
    first, last = local(times[0]), local(times[1])
    hours = say(
        "{starts} bis {ends} Uhr",
        starts=f"{first.hour}:{first.minute:02d}",
        ends=f"{last.hour}:{last.minute:02d}",
    )
    return f"{say(WEEKDAYS[first.weekday()])}, {first:%d.%m.%Y}, {hours}"


def confirming(say: Catalogue, room: str, days: Sequence[Occurrence], link: str) -> tuple[str, str]:
    """Subject and text of the mail that asks whether the address is right; nothing in it is the sender's own word."""
    lines = _lines([f"- {when(say, (each.starts, each.ends))}" for each in days], say)
    asked = say("mit dieser E-Mail-Adresse wurde der Raum „{room}“ angefragt:", room=room)
    please = say("Bitte bestätigen Sie die Anfrage innerhalb von zwei Tagen über diesen Link:")
    ignore = say(
        "Waren Sie das nicht? Dann löschen Sie diese E-Mail. Ohne Bestätigung wird die Anfrage von selbst gelöscht."
    )
    subject = say("Bitte bestätigen Sie Ihre Anfrage: {room}", room=room)
    return subject, _framed(say, f"{asked}\n{lines}\n\n{please}\n{link}\n\n{ignore}")


def following(
    say: Catalogue,
    what: str,
    room: str,
    bookings: Sequence[Booking],
    link: str,
    *,
    rooms: Mapping[UUID, str] | None = None,
    rules: str = "",
    names: Sequence[str] = (),
    offer: tuple[str, Span, int] | None = None,
    videos: Mapping[UUID, str] | None = None,
) -> tuple[str, str]:
    """Subject and text of every later mail.

    ``rooms``: names of the rooms that bookings are in, where there are several. ``rules``: those of the room it is
    about, or that is offered. ``names``: rooms that are free instead, where one must give way. ``offer``: which room,
    when, and for how many cents. ``videos``: the video rooms that come with bookings.
    """
    parts = [say(OPENINGS[what])]
    if offer is not None:
        name, span, cents = offer
        parts.append(f"- {name}: {when(say, span)}")
        parts.append(say("Entgelt: {fee}", fee=say(in_words(cents))))
        if rules:
            parts.append(say("Bitte beachten Sie: {rules}", rules=rules))
        parts.append(say("Bitte sagen Sie uns über den Link unten, ob Sie das annehmen."))
    else:
        parts.append(
            _lines([_state(say, each, rooms or {}, videos or {}) for each in bookings], say)
        )
    confirmed = [each for each in bookings if each.state == State.CONFIRMED.value]
    if what == DECIDED and confirmed:
        fee = in_words(sum(each.fee for each in confirmed))
        parts.append(say("Entgelt für die zugesagten Zeiten: {fee}", fee=say(fee)))
        if rules:
            parts.append(say("Bitte beachten Sie: {rules}", rules=rules))
    if names:
        instead = "\n".join(f"- {name}" for name in names)
        parts.append(say("Zur selben Zeit sind zurzeit frei:") + f"\n{instead}")
    parts.append(say("Alles zu Ihrer Anfrage, auch Absagen, finden Sie hier:") + f"\n{link}")
    parts.append(say("Geben Sie diesen Link nicht weiter: Wer ihn kennt, kann die Anfrage sehen."))
    return say(SUBJECTS[what], room=room), _framed(say, "\n\n".join(parts))


def _state(
    say: Catalogue, booking: Booking, rooms: Mapping[UUID, str], videos: Mapping[UUID, str]
) -> str:
    state = say(STATES[State(booking.state)])
    reason = ""
    if booking.answer and booking.state != State.DISPLACED.value:
        reason = f"\n  {say('Grund')}: {say(booking.answer)}"
    name = rooms.get(booking.space_id)
    room = f"{name}, " if name else ""
    link = videos.get(booking.id)
    video = "\n  " + say("Videoraum: {link}", link=link) if link else ""
    return f"- {room}{when(say, (booking.starts, booking.ends))}: {state}{reason}{video}"


def _lines(lines: Sequence[str], say: Catalogue) -> str:
    more = len(lines) - MOST_LINES
    kept = list(lines[:MOST_LINES])
    if more > 0:
        kept.append(say("- und {number} weitere Tage", number=more))
    return "\n".join(kept)


def _framed(say: Catalogue, text: str) -> str:
    goodbye = say("Mit freundlichen Grüßen\nIhre Stadtverwaltung")
    return f"{say('Guten Tag,')}\n\n{text}\n\n{goodbye}\n"
