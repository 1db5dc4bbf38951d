"""Connecting one's own calendar: voluntary, one's own, and only while a Dienstvereinbarung allows the source."""

import json
import secrets
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete
from sqlalchemy.orm import Session

from config.settings import Settings
from presence.availability.calendar.fetching import Link, checked_address
from presence.availability.calendar.reading import CalendarError
from presence.availability.current import CurrentStore
from presence.availability.rights import require_own
from presence.availability.tables import CalendarLink
from presence.keys import load_key
from storage.actors import Actor
from storage.agreements.queries import in_force
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.journal.entries import record
from storage.upsert import insert_into

KINDS = {"ics": "Kalenderadresse (ICS)", "caldav": "CalDAV (nur Frei- und Belegt-Zeiten)"}
_NONCE = 12


def connect_calendar(
    session: Session,
    store: CurrentStore,
    settings: Settings,
    actor: Actor,
    person: UUID,
    link: Link,
    *,
    consent: bool,
    now: datetime,
) -> None:
    """Let the house ask one's own calendar when one is busy. Connecting again replaces the connection.

    The address is a secret and is kept encrypted. Raises ``ConflictError`` without consent, without an agreement in
    force, or for an address that can't be asked.
    """
    require_own(actor, person)
    if not in_force(session, "calendar", local_date(now)):
        raise ConflictError(
            "Kalender können erst verbunden werden, wenn dafür eine Dienstvereinbarung gilt."
        )
    if not consent:
        raise ConflictError("Bitte bestätigen Sie, dass Sie Ihren Kalender verbinden möchten.")
    if link.kind not in KINDS:
        raise ConflictError("Bitte wählen Sie, wie Ihr Kalender erreichbar ist.")
    try:
        checked_address(link.url)
    except CalendarError as error:
        raise ConflictError(str(error)) from None
    renewed = {
        "kind": link.kind,
        "secret": _seal(settings, person, link),
        "consented_at": now,
        "fetched_at": None,
        "problem": None,
        "failures": 0,
    }
    session.execute(
        insert_into(session, CalendarLink)
        .values(person_id=person, revision=1, **renewed)
        .on_conflict_do_update(
            index_elements=["person_id"],
            set_={**renewed, "revision": CalendarLink.revision + 1},
        )
    )
    store.set_busy(person, [])  # what another calendar said
    _note(session, actor, "calendar.connect", person, now)


def disconnect_calendar(
    session: Session, store: CurrentStore, actor: Actor, person: UUID, *, now: datetime
) -> None:
    """Take the consent back: address, secret and busy times are deleted.

    The link goes first: a fetch under way keeps its row locked until it has written what it read (``refreshing``), so
    it comes wholly before this or finds no link any more.
    """
    require_own(actor, person)
    gone = session.scalars(
        delete(CalendarLink)
        .where(CalendarLink.person_id == person)
        .returning(CalendarLink.person_id)
    ).all()
    store.set_busy(person, [])
    if gone:
        _note(session, actor, "calendar.disconnect", person, now)


def own_link(session: Session, actor: Actor, person: UUID) -> CalendarLink | None:
    """What one has connected; the secret stays sealed."""
    require_own(actor, person)
    return session.get(CalendarLink, person)


def open_link(settings: Settings, row: CalendarLink) -> Link:
    """The secret address, for the fetching process alone. Raises ``CalendarError`` where the key doesn't fit."""
    cipher = AESGCM(load_key(settings, "kalender"))
    try:
        plain = cipher.decrypt(row.secret[:_NONCE], row.secret[_NONCE:], row.person_id.bytes)
    except InvalidTag:
        raise CalendarError(
            "Die Kalenderadresse ist nicht mehr lesbar. Bitte verbinden Sie neu."
        ) from None
    return Link(**json.loads(plain))


def _seal(settings: Settings, person: UUID, link: Link) -> bytes:
    """Bound to the person, so that a row can't be passed off as somebody else's."""
    nonce = secrets.token_bytes(_NONCE)
    cipher = AESGCM(load_key(settings, "kalender"))
    return nonce + cipher.encrypt(nonce, json.dumps(asdict(link)).encode(), person.bytes)


def _note(session: Session, actor: Actor, verb: str, person: UUID, now: datetime) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="person",
        object_id=person,
        at=now,
    )
