"""Logs that people hand in: kept encrypted, evaluated by the engine in a reader process, seen by who handed them in and the coordination."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from ocr.documents import UnreadableError
from ocr.isolation import ReaderPool
from ocr.limits import MEBIBYTE, Limits
from ocr.names import safe_name
from storage.actors import Actor, Staff
from storage.blobs.store import BlobStore
from storage.clock import new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from storage.jobs.handlers import JobContext, JobKind
from storage.jobs.queue import ClaimedJob, Priority, enqueue
from storage.journal.entries import record
from storage.rights import Verb, may
from workflows.kiss.evaluation.log_columns import GROUP, MEANINGS, names_persons
from workflows.kiss.evaluation.log_evaluating import ENDINGS, PERSONS, RESULT, Result
from workflows.kiss.evaluation.sight import require_sight
from workflows.kiss.evaluation.tables import HandedInLog

ANALYSE = "kiss.analyse"
KEPT = timedelta(days=30)
LARGEST = 200 * MEBIBYTE
MOST_EVENTS = 1_000_000
LIMITS = Limits(
    size=LARGEST, seconds=600.0, patience=600.0, memory=3072 * MEBIBYTE, output=64 * MEBIBYTE
)
"""What one log may cost the engine."""
_WORK = "workflows.kiss.evaluation.log_evaluating:work_out"
_PROBLEM = "Die Auswertung ist nicht gelungen. Bitte versuchen Sie es noch einmal; die Systemverwaltung sieht den Fehler."
_GONE = "Dieses Protokoll gibt es nicht mehr."


def hand_in(house: House, actor: Staff, name: str, content: Path | bytes) -> UUID:
    """Take a file in and have it evaluated. Whoever sees evaluations may.

    Raises ``ConflictError`` for what is no log by its name, empty, or too large; ``BlobStoreError`` where there is no space.
    """
    require_sight(actor)
    told = safe_name(name, "Protokoll")
    if not told.lower().endswith(ENDINGS):
        raise ConflictError(f"„{told}“ ist kein Protokoll. Lesbar sind .xes, .xes.gz und .csv.")
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if not size:
        raise ConflictError(f"„{told}“ ist leer.")
    if size > LARGEST:
        raise ConflictError(
            f"„{told}“ ist größer als {LARGEST // MEBIBYTE} MB. Bitte teilen Sie das Protokoll oder packen Sie es mit gzip."
        )
    with house.blobs.stage(content) as staged:

        def deed(session: Session) -> UUID:
            now = house.clock()
            ref = house.blobs.put(session, staged)
            row = HandedInLog(
                id=new_id(), person_id=actor.person, name=told, size=ref.size, original=ref.sha256, columns={},
                offered=None, handed_in_at=now, done_at=None, result=None, problem=None,
            )  # fmt: skip
            session.add(row)
            session.flush()
            _ask(session, row, now)
            _note(session, actor, "log", row, now)
            return row.id

        return house.database.run(deed)


def say_columns(
    session: Session, actor: Staff, log: UUID, columns: Mapping[str, str], *, now: datetime
) -> None:
    """Say what stands where, and have it evaluated. Of an XES log only the group can be said.

    Raises ``ConflictError`` for headings it does not have, one that is named twice, or one that names people.
    """
    row = _load(session, actor, log, lock=True)
    if row.offered is None or row.original is None:
        raise ConflictError("Dieses Protokoll ist schon ausgewertet.")
    given = {each: columns[each] for each in MEANINGS if columns.get(each) in row.offered}
    needed = asked_of(row)
    if any(each not in given for each in needed):
        names = ", ".join(f"„{MEANINGS[each]}“" for each in needed if each not in given)
        raise ConflictError(f"Bitte wählen Sie noch: {names}.")
    if len(set(given.values())) < len(given):
        raise ConflictError("Jede Spalte kann nur eines bedeuten. Bitte wählen Sie verschiedene.")
    if names_persons(given[GROUP]):
        raise ConflictError(PERSONS.format(name=given[GROUP]))
    row.columns, row.offered, row.done_at, row.problem = given, None, None, None
    _ask(session, row, now)
    _note(session, actor, "log_columns", row, now)


def asked_of(row: HandedInLog) -> Sequence[str]:
    """What must be said of it: everything of a table, the group alone of XES."""
    return tuple(MEANINGS) if row.name.lower().endswith(".csv") else (GROUP,)


def logs(session: Session, actor: Staff) -> Sequence[HandedInLog]:
    """One's own, the latest first; the coordination sees all. A list of them needs no results, which are large."""
    require_sight(actor)
    query = select(HandedInLog).options(defer(HandedInLog.result)).order_by(HandedInLog.id.desc())
    if not may(actor, Verb.EVALUATION_DECIDE):
        query = query.where(HandedInLog.person_id == actor.person)
    return session.scalars(query).all()


def log_of(session: Session, actor: Staff, log: UUID) -> HandedInLog:
    """One of them. Raises ``NotFoundError`` outside sight."""
    return _load(session, actor, log, lock=False)


def result_of(row: HandedInLog) -> Result | None:
    """What came of it, as it was kept."""
    return RESULT.validate_json(row.result) if row.result is not None else None


def remove(session: Session, actor: Staff, blobs: BlobStore, log: UUID, *, now: datetime) -> None:
    """Away with the log and what came of it."""
    row = _load(session, actor, log, lock=True)
    _release(session, blobs, row)
    session.delete(row)
    _note(session, actor, "log_remove", row, now)


def forget_logs(session: Session, blobs: BlobStore, now: datetime) -> int:
    """Delete what was handed in 30 days ago. Returns how many."""
    old = session.scalars(
        select(HandedInLog).where(HandedInLog.handed_in_at < now - KEPT).with_for_update()
    ).all()
    for row in old:
        _release(session, blobs, row)
        session.delete(row)
    return len(old)


def work_log(context: JobContext, job: ClaimedJob) -> None:
    """Evaluate one. Where it could not be told what stands where, the file waits until somebody has said so."""
    house = context.house
    with house.database.read() as session:
        row = session.get(HandedInLog, UUID(job.key))
    if row is None or row.done_at is not None or row.original is None:
        return
    found = _evaluated(context, row)
    with house.database.write() as session:
        kept = session.get(HandedInLog, row.id, with_for_update=True)
        if kept is None or kept.done_at is not None:
            return
        kept.done_at, kept.columns = house.clock(), dict(found.columns)
        kept.offered = list(found.offered) if found.offered is not None else None
        kept.problem = found.problem
        if found.report is not None:
            kept.result = RESULT.dump_json(found).decode()
        if kept.offered is None:
            _release(session, house.blobs, kept)


ANALYSING = JobKind(
    ANALYSE,
    "Hochgeladene Protokolle auswerten",
    handle_one=work_log,
    concurrency=1,
    lease=timedelta(minutes=5),
)


def _evaluated(context: JobContext, row: HandedInLog) -> Result:
    house, ending = context.house, next(each for each in ENDINGS if row.name.lower().endswith(each))
    assert row.original is not None
    with TemporaryDirectory() as folder, ReaderPool(1, LIMITS) as pool:
        path = Path(folder) / f"protokoll{ending}"
        house.blobs.copy_to(row.original, path)
        try:
            return RESULT.validate_json(
                pool.run(_WORK, str(path), row.name, dict(row.columns), MOST_EVENTS)
            )
        except UnreadableError as error:
            context.info(f"Protokoll {row.id.hex}: {error.code}")
            said = error.message if error.permanent else _PROBLEM
            return Result(problem=said, columns=row.columns)


def _load(session: Session, actor: Staff, log: UUID, *, lock: bool) -> HandedInLog:
    require_sight(actor)
    row = session.get(HandedInLog, log, with_for_update=lock, populate_existing=True)
    if row is None or (row.person_id != actor.person and not may(actor, Verb.EVALUATION_DECIDE)):
        raise NotFoundError(_GONE)
    return row


def _ask(session: Session, row: HandedInLog, now: datetime) -> None:
    enqueue(session, ANALYSE, row.id.hex, priority=Priority.URGENT, again=True, now=now)


def _release(session: Session, blobs: BlobStore, row: HandedInLog) -> None:
    if row.original is not None:
        blobs.release(session, row.original)
        row.original = None


def _note(session: Session, actor: Actor, what: str, row: HandedInLog, now: datetime) -> None:
    record(
        session, actor=actor.journal_id, verb=f"evaluation.{what}", object_kind="evaluation",
        object_id=row.id, at=now,
    )  # fmt: skip
