"""What citizens report without an account: taken in once, with a title of words that are ours alone.

An automatic mail may go to an address nobody has confirmed, so nothing a stranger typed stands in a title.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Actor
from storage.alphabet import place_of
from storage.blobs.store import BlobStore
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.organisation.queries import valid_on
from workflows.kiss.anliegen.answering import tell_later
from workflows.kiss.anliegen.conversation import FileIn
from workflows.kiss.anliegen.opening import Caller, Channel, Incoming, Place, open_anliegen
from workflows.kiss.anliegen.states import KIND_NAMES, Kind
from workflows.kiss.anliegen.tables import Anliegen, KnownPlace, Message
from workflows.kiss.anliegen.topics import load_topic
from workflows.kiss.routing.unopened import for_reporting_office

LONGEST = 5_000
"""Characters of a text."""

CONCERNED = "Um wen es geht:"
"""Stands before the name in the text; only the superior who gets the complaint reads it."""
ONLY_SUPERVISORY = "Einen Namen nennen Sie hier bitte nur bei einer Dienstaufsichtsbeschwerde: Nur die geht allein an die vorgesetzte Stelle."

NOBODY = Caller()


class ForReportingOfficeError(ConflictError):
    """The text is for the reporting office (HinSchG § 8) and is not taken in here; nothing of it is kept."""

    def __init__(self) -> None:
        super().__init__(
            "Das liest sich wie eine Meldung für die Meldestelle. Wir haben nichts davon gespeichert. Bitte wenden Sie sich direkt an die Meldestelle: Nur dort ist Ihre Meldung geschützt."
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reports. ``place`` is a known one or words, ``nearer`` where exactly, in their words. ``concerned`` is
    whom a complaint about a person names: it stays words for who gets it, and makes nobody's name a fact by itself.
    """

    kind: Kind
    text: str
    topic: UUID | None = None
    place: str = ""
    nearer: str = ""
    latitude: float | None = None
    longitude: float | None = None
    caller: Caller = NOBODY
    may_publish: bool = False
    concerned: str = ""


def known_places(session: Session, now: datetime) -> Sequence[KnownPlace]:
    """What can be chosen, by name."""
    rows = session.scalars(select(KnownPlace).where(valid_on(KnownPlace, local_date(now))))
    return sorted(rows, key=lambda row: place_of(row.name))


def refuse_unopened(text: str, now: datetime, names: Sequence[str] = ()) -> None:
    """Raises ``ForReportingOfficeError``; to be asked before anything is kept or counted."""
    if for_reporting_office({}, text, local_date(now), names=names) is not None:
        raise ForReportingOfficeError


def taken(session: Session, key: str) -> Anliegen | None:
    """What this very sending has become already."""
    known = session.scalars(select(Message).where(Message.key == key)).one_or_none()
    return session.get_one(Anliegen, known.anliegen_id) if known else None


def send_report(
    session: Session,
    actor: Actor,
    report: Report,
    channel: Channel,
    files: Sequence[FileIn] = (),
    *,
    key: str,
    blobs: BlobStore | None = None,
    now: datetime,
) -> Anliegen:
    """Take it in; the same ``key`` again gives what is there.

    Raises ``ForReportingOfficeError``, ``NotFoundError`` where the topic is gone or not public, and ``ConflictError``
    as ``open_anliegen`` does.
    """
    refuse_unopened(report.text, now, [each.name for each in files])
    known = taken(session, key)
    if known is not None:
        return known
    asked = report.topic if report.kind is not Kind.SUPERVISORY else None
    topic = load_topic(session, asked, now) if asked else None
    if topic is not None and not topic.public:
        raise NotFoundError("Bitte wählen Sie ein Thema aus der Liste.")
    place = _known(session, report.place, now)
    words = ", ".join(
        each for each in (place.name if place else report.place, report.nearer) if each
    )
    where = Place(
        words or None,
        report.latitude if place is None else place.latitude,
        report.longitude if place is None else place.longitude,
    )
    title = ": ".join([KIND_NAMES[report.kind], *([topic.title] if topic else [])])
    if report.concerned and report.kind is not Kind.SUPERVISORY:
        raise ConflictError(ONLY_SUPERVISORY)
    said = f"{CONCERNED} {report.concerned}\n\n{report.text}" if report.concerned else report.text
    incoming = Incoming(
        key=key, channel=channel, kind=report.kind, text=said, caller=report.caller, place=where,
        title=f"{title}, {place.name}" if place else title, topic=topic.id if topic else None,
        files=files,
    )  # fmt: skip
    row = open_anliegen(session, actor, incoming, blobs=blobs, now=now)
    personal = row.kind == Kind.SUPERVISORY.value
    row.may_publish = report.may_publish and not personal
    if personal:  # nobody is looked for, so nobody else would say that it came in
        tell_later(session, row, "received", now, "once")
    return row


def _known(session: Session, name: str, now: datetime) -> KnownPlace | None:
    wanted = " ".join(name.split()).casefold()
    return next(
        (each for each in known_places(session, now) if each.name.casefold() == wanted), None
    )
