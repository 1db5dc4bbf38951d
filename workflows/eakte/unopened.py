"""Post that is forwarded unopened: recognised before anything is read, handed to its addressee, taken over by them."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from ocr.analysis.unopened import UnopenedRule, forward_unopened
from ocr.detection import MAIL, detect
from ocr.documents import UnreadableError
from ocr.readers.mail import envelope
from storage.actors import Actor, ProtectionClass, Role, Scope, Staff, System
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.fulltext.index import remove
from storage.journal.entries import record
from storage.organisation.queries import addressees, has_role_holder, office_by_key
from storage.rights import NotAllowedError, Verb, require, sees
from storage.tasks.list import finish_tasks, open_task
from workflows.eakte.addressees import task_keys, tell_addressees
from workflows.eakte.sight import enter_scope, load_document, scope_of
from workflows.eakte.tables import Document

TICKED, PERSONAL = "haken", "persoenlich"
TENDER, OPENING = "vergabe", "opening"
"""The rule of offers, and the detail that says when they may be opened (ISO 8601)."""
FETCHED = "fetched"
"""The detail that says when its addressee has had the file last (ISO 8601)."""
OPENED = "geoeffnet"
"""Stands for the rule in a letter that its addressee had opened and read: no rule shuts it again."""
BEFORE_OPENING = "Ein Angebot bleibt bis zum Öffnungstermin verschlossen. Bitte tragen Sie den Termin ein und öffnen Sie es danach."
NOT_YOURS = "Diese Sendung ist persönlich adressiert. Übernehmen kann sie die Leitung des Amts."
_HEAD = 256 * 1024


def rule_for(
    name: str,
    folder: str | None,
    headers: Mapping[str, Any],
    content: bytes | Path | None,
    now: datetime,
    tick: str | None = None,
) -> UnopenedRule | None:
    """The rule that claims this post, the ticked one before others. Of a mail only the headers are looked at, never the body."""
    known = headers or _mail_headers(content, name)
    return forward_unopened(name, folder, known, tick=tick, today=local_date(now))


def _mail_headers(content: bytes | Path | None, name: str) -> Mapping[str, Any]:
    if content is None:
        return {}
    if isinstance(content, Path):
        with content.open("rb") as stream:
            head = stream.read(_HEAD)
    else:
        head = content[:_HEAD]
    try:
        return envelope(head) if detect(head, name) == MAIL else {}
    except UnreadableError:
        return {}


def hand_over(
    session: Session, actor: Actor, document: Document, rule: UnopenedRule | None, now: datetime
) -> None:
    """Straight to the addressee: not read, not indexed, not learned from. A tick alone leaves it with its office."""
    enter_scope(document, _addressed(session, document, rule, now))
    document.state, document.unopened_rule = "unopened", rule.key if rule else TICKED
    document.reason = (
        rule.title if rule else "Beim Hochladen als „ungeöffnet weiterleiten“ gekennzeichnet."
    )
    document.title = "Ungeöffnete Sendung"
    remove(session, document.id)
    wait_for_addressee(session, document, now)
    record(
        session,
        actor=actor.journal_id,
        verb="document.unopened",
        object_kind="document",
        object_id=document.id,
        details={"rule": document.unopened_rule},
        at=now,
    )


def _addressed(
    session: Session, document: Document, rule: UnopenedRule | None, now: datetime
) -> Scope:
    """Who may have it: the people named for the rule where it or the town names any, else the rule's office.

    Fails closed: where the rule's office does not exist, it is for people to be named, never for who received it.
    """
    here = Scope(document.office_id, ProtectionClass.UNOPENED)
    if rule is None or rule.personal:
        return here
    day = local_date(now)
    office = office_by_key(session, rule.forward_to, day) if rule.forward_to else None
    for_people = rule.named or office is None or rule.key in addressees(session, day)
    return Scope(
        office.id if office else document.office_id,
        ProtectionClass.UNOPENED,
        rule.key if for_people else None,
    )


def wait_for_addressee(session: Session, document: Document, now: datetime) -> None:
    """Let the sealed letter wait for the office it lies with; what is addressed to a person waits for the head,
    what is for people named for its rule for them.
    """
    sealed_for = scope_of(document).sealed_for
    if sealed_for is not None:
        tell_addressees(session, document, sealed_for, now)
        return
    open_task(
        session,
        key=f"unopened:{document.id.hex}",
        kind="unopened",
        title="Ungeöffnete Sendung liegt für Sie bereit",
        link=f"/dokument?id={document.id}",
        object_kind="document",
        object_id=document.id,
        now=now,
        office=document.office_id,
        role=Role.HEAD if _is_personal(document) else None,
    )


def stop_waiting(session: Session, document: Document, now: datetime) -> None:
    """Whoever was told of the letter need not look after it any more."""
    own = [f"unopened:{document.id.hex}", f"forwarded:{document.id.hex}", waiting_key(document.id)]
    finish_tasks(session, [*own, *task_keys(session, document)], now)


def is_shut(document: Document, now: datetime) -> bool:
    """Whether it is an offer whose opening is not entered, or still to come (VgV § 54: under seal until then)."""
    if document.unopened_rule != TENDER:
        return False
    opening = (document.details or {}).get(OPENING)
    return opening is None or datetime.fromisoformat(opening) > now


def waiting_key(document: UUID) -> str:
    """Of the task that says a letter has waited too long."""
    return f"unopened.late:{document.hex}"


def opens(session: Session, actor: Actor, document: Document, now: datetime) -> bool:
    """Whether it is the actor's to take over: what is for people named for its rule is theirs; what is addressed to a
    person is the head's to hand on, and anybody's of the office only where nobody heads it.
    """
    if not sees(actor, scope_of(document)):
        return False
    if isinstance(actor, System) or not _is_personal(document):
        return True
    if isinstance(actor, Staff) and actor.has(Role.HEAD, document.office_id):
        return True
    return not has_role_holder(session, Role.HEAD, document.office_id, local_date(now))


def _is_personal(document: Document) -> bool:
    return document.unopened_rule in {PERSONAL, TICKED}


def take_over(session: Session, actor: Actor, document_id: UUID, *, now: datetime) -> None:
    """The addressee confirms to have the letter; it leaves the inbox and stays out of reading, index and learning."""
    document = load_document(session, actor, document_id)
    require(actor, Verb.DOCUMENT_EDIT, scope_of(document))
    if document.state != "unopened":
        raise ConflictError("Diese Sendung ist nicht mehr ungeöffnet.")
    if not opens(session, actor, document, now):
        raise NotAllowedError(NOT_YOURS)
    if is_shut(document, now):
        raise ConflictError(BEFORE_OPENING)
    document.state, document.reason = "discarded", "Vom Empfänger übernommen."
    document.discarded_at = now
    document.revision += 1
    stop_waiting(session, document, now)
    record(
        session,
        actor=actor.journal_id,
        verb="document.take_over",
        object_kind="document",
        object_id=document.id,
        at=now,
    )
