"""Verbs on Akten and Vorgänge: open, rename, close ("z.d.A."), reopen, hold."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.seeds import load_city
from storage.actors import FILING_CLASSES, SHARED_CLASSES, Actor, ProtectionClass, Scope
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.jobs.queue import enqueue
from storage.journal.entries import record
from storage.organisation.queries import office_in_charge, valid_on
from storage.rights import Verb, require, sees
from workflows.eakte.akten_index import REINDEX, index_akte
from workflows.eakte.akten_queries import retention_claim
from workflows.eakte.references import next_serial
from workflows.eakte.retention import retain_until
from workflows.eakte.sight import enter_scope, scope_of
from workflows.eakte.tables import Akte, PlanEntry, Vorgang


def open_akte(
    session: Session,
    actor: Actor,
    *,
    plan_entry: UUID,
    title: str,
    now: datetime,
    office: UUID | None = None,
    protection: ProtectionClass | None = None,
    paper: str | None = None,
) -> Akte:
    """Open an Akte under an entry of the Aktenplan; its Aktenzeichen is made by rule.

    Office and protection class come from the entry unless given; the class can be made stricter, not looser. Raises
    ``NotFoundError`` where the Aktenplan has no such entry today.
    """
    today = local_date(now)
    entry = session.scalar(
        select(PlanEntry).where(
            PlanEntry.id == plan_entry, PlanEntry.leaf, valid_on(PlanEntry, today)
        )
    )
    if entry is None:
        raise NotFoundError("Diesen Eintrag gibt es im Aktenplan nicht.")
    holder = office or entry.office_id
    if holder is None:
        raise ConflictError("Für diesen Eintrag ist kein Amt zuständig. Bitte wählen Sie eines.")
    holder = office_in_charge(session, holder, today)
    chosen = protection or ProtectionClass(entry.protection)
    if not as_strict(chosen, ProtectionClass(entry.protection)):
        raise ConflictError(
            "Diese Schutzklasse ist schwächer als die, die der Aktenplan verlangt, oder öffnet die Akte für andere."
        )
    scope = Scope(holder, chosen)
    require(actor, Verb.AKTE_OPEN, scope)
    if not title.strip():
        raise ConflictError("Bitte geben Sie der Akte einen Namen.")
    serial = next_serial(session, entry.id, today.year)
    akte = Akte(
        reference=load_city().aktenzeichen_of(entry.number, today.year, serial),
        title=" ".join(title.split()),
        plan_entry_id=entry.id,
        opened_at=now,
        paper=paper,
    )
    enter_scope(akte, scope)
    session.add(akte)
    session.flush()
    index_akte(session, akte)
    _note(session, actor, Verb.AKTE_OPEN.value, akte, now, {"reference": akte.reference})
    return akte


def as_strict(chosen: ProtectionClass, demanded: ProtectionClass) -> bool:
    """No protected class replaces another: each is open to other people."""
    if chosen is demanded:
        return True
    stricter = chosen in FILING_CLASSES and chosen is not ProtectionClass.OPEN
    return stricter and demanded in SHARED_CLASSES


def open_vorgang(
    session: Session, actor: Actor, akte_id: UUID, title: str, *, now: datetime
) -> Vorgang:
    """Begin a Vorgang in an open Akte."""
    akte = load_akte(session, actor, akte_id)
    require(actor, Verb.AKTE_EDIT, scope_of(akte))
    _must_be_open(akte)
    if not title.strip():
        raise ConflictError("Bitte geben Sie dem Vorgang einen Namen.")
    akte.revision += 1  # two clerks who begin one at once don't take the same number
    session.flush()
    last = session.scalar(select(func.max(Vorgang.number)).where(Vorgang.akte_id == akte_id)) or 0
    vorgang = Vorgang(
        akte_id=akte_id, number=last + 1, title=" ".join(title.split()), opened_at=now
    )
    session.add(vorgang)
    session.flush()
    _note(session, actor, "vorgang.open", vorgang, now)
    return vorgang


def close_vorgang(session: Session, actor: Actor, vorgang_id: UUID, *, now: datetime) -> None:
    """z.d.A.: nothing more is filed into the Vorgang until it is reopened."""
    vorgang, akte = load_vorgang(session, actor, vorgang_id)
    require(actor, Verb.AKTE_CLOSE, scope_of(akte))
    if vorgang.state == "open":
        _close(vorgang, now)
        _note(session, actor, "vorgang.close", vorgang, now)


def reopen_vorgang(session: Session, actor: Actor, vorgang_id: UUID, *, now: datetime) -> None:
    vorgang, akte = load_vorgang(session, actor, vorgang_id)
    require(actor, Verb.AKTE_CLOSE, scope_of(akte))
    _must_be_open(akte)
    if vorgang.state == "closed":
        _reopen(vorgang)
        _note(session, actor, "vorgang.reopen", vorgang, now)


def close_akte(
    session: Session, actor: Actor, akte_id: UUID, revision: int, *, now: datetime
) -> None:
    """Close an Akte with all its Vorgänge; the retention period starts at the end of this year."""
    akte = _load_for(session, actor, Verb.AKTE_CLOSE, akte_id, revision)
    if akte.state == "closed":
        return
    for vorgang in session.scalars(
        select(Vorgang).where(Vorgang.akte_id == akte_id, Vorgang.state == "open")
    ):
        _close(vorgang, now)
    _close(akte, now)
    today = local_date(now)
    akte.retain_until = retain_until(today, retention_claim(session, actor, akte, today).years)
    _note(session, actor, Verb.AKTE_CLOSE.value, akte, now)


def reopen_akte(
    session: Session, actor: Actor, akte_id: UUID, revision: int, *, now: datetime
) -> None:
    """Open a closed Akte again; the retention period starts anew when it is closed the next time."""
    akte = _load_for(session, actor, Verb.AKTE_CLOSE, akte_id, revision)
    if akte.state == "closed":
        _reopen(akte)
        akte.retain_until = None
        _note(session, actor, "akte.reopen", akte, now)


def rename_akte(
    session: Session, actor: Actor, akte_id: UUID, revision: int, title: str, *, now: datetime
) -> None:
    akte = _load_for(session, actor, Verb.AKTE_EDIT, akte_id, revision)
    if not title.strip():
        raise ConflictError("Bitte geben Sie der Akte einen Namen.")
    akte.title, akte.revision = " ".join(title.split()), akte.revision + 1
    index_akte(session, akte)
    enqueue(session, REINDEX, akte.id.hex, again=True, now=now)
    _note(session, actor, "akte.rename", akte, now)


def hold_akte(
    session: Session,
    actor: Actor,
    akte_id: UUID,
    revision: int,
    *,
    hold: bool,
    reason: str,
    now: datetime,
) -> None:
    """Keep an Akte beyond its period (litigation, an open inquiry), or let the period count again; with the reason.

    The registry's and the archive's to do, as far as they see the Akte.
    """
    akte = _load_for(session, actor, Verb.AKTE_HOLD, akte_id, revision)
    if not reason.strip():
        raise ConflictError("Bitte geben Sie den Grund an.")
    if akte.hold == hold:
        return
    akte.hold, akte.revision = hold, akte.revision + 1
    verb = Verb.AKTE_HOLD.value if hold else "akte.release"
    _note(session, actor, verb, akte, now, {"reason": " ".join(reason.split())})


def load_akte(session: Session, actor: Actor, akte_id: UUID) -> Akte:
    """The Akte, locked for this transaction. Raises ``NotFoundError`` outside the actor's sight."""
    akte = session.get(Akte, akte_id, with_for_update=True)
    if akte is None or not sees(actor, scope_of(akte)):
        raise NotFoundError("Diese Akte gibt es nicht, oder Sie dürfen sie nicht sehen.")
    return akte


def load_vorgang(session: Session, actor: Actor, vorgang_id: UUID) -> tuple[Vorgang, Akte]:
    """The Vorgang and its Akte, both locked. Raises ``NotFoundError`` outside the actor's sight.

    The Akte is always locked before its Vorgänge: who comes the other way round waits for ever.
    """
    akte_id = session.scalar(select(Vorgang.akte_id).where(Vorgang.id == vorgang_id))
    if akte_id is None:
        raise NotFoundError("Diesen Vorgang gibt es nicht, oder Sie dürfen ihn nicht sehen.")
    akte = load_akte(session, actor, akte_id)
    return session.get_one(Vorgang, vorgang_id, with_for_update=True), akte


def _load_for(session: Session, actor: Actor, verb: Verb, akte_id: UUID, revision: int) -> Akte:
    """The Akte to change, as the actor has seen it and may."""
    akte = load_akte(session, actor, akte_id)
    require(actor, verb, scope_of(akte))
    if akte.revision != revision:
        raise ConflictError(
            "Jemand anders hat diese Akte gerade geändert. Bitte sehen Sie sie sich noch einmal an."
        )
    return akte


def _must_be_open(akte: Akte) -> None:
    if akte.state != "open":
        raise ConflictError(
            f"Die Akte {akte.reference} ist geschlossen. Bitte öffnen Sie sie erst wieder."
        )


def _close(row: Akte | Vorgang, now: datetime) -> None:
    row.state, row.closed_at, row.revision = "closed", now, row.revision + 1


def _reopen(row: Akte | Vorgang) -> None:
    row.state, row.closed_at, row.revision = "open", None, row.revision + 1


def _note(
    session: Session,
    actor: Actor,
    verb: str,
    row: Akte | Vorgang,
    now: datetime,
    details: dict[str, str] | None = None,
) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind=row.__tablename__,
        object_id=row.id,
        details=details,
        at=now,
    )
