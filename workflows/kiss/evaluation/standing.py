"""Evaluations as they stand: worked out by the engine, when asked and each night; pages read what was kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.actors import Actor
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError
from storage.jobs.handlers import JobContext
from storage.jobs.queue import ClaimedJob, Priority, enqueue
from storage.organisation.substitution import local_day
from storage.rights import Verb, require
from storage.upsert import insert_into
from workflows.kiss.evaluation.by_book import ByBook
from workflows.kiss.evaluation.improving import find_changes, follow_all, keep_effects, keep_found
from workflows.kiss.evaluation.own_log import Period, left_out, load_ways, townhall
from workflows.kiss.evaluation.report import EvaluationReport, evaluate
from workflows.kiss.evaluation.sight import require_sight
from workflows.kiss.evaluation.tables import Evaluation

EVALUATE = "kiss.evaluate"
PERIODS = (31, 92, 365)
"""Days that are evaluated, up to yesterday."""
PROPOSALS = "vorschlaege"
KEPT = timedelta(days=60)
"""What nobody asked for so long is worked out no more."""
_PROBLEM = "Die Auswertung ist nicht gelungen. Bitte versuchen Sie es noch einmal; die Systemverwaltung sieht den Fehler."
_REPORT = TypeAdapter(EvaluationReport)


def ask(session: Session, actor: Actor, days: int, *, now: datetime) -> None:
    """Have the last days worked out anew, as far as the person sees. Asked twice it is done once."""
    offices = require_sight(actor)
    if days not in PERIODS:
        raise ConflictError("Bitte wählen Sie einen Zeitraum.")
    _ask(session, _key(days, offices), days, offices, now)


def ask_for_proposals(session: Session, actor: Actor, *, now: datetime) -> None:
    """Have the last quarter searched for what would have helped, and followed up what was decided."""
    require(actor, Verb.EVALUATION_DECIDE)
    _ask(session, PROPOSALS, 0, None, now)


def standing(session: Session, actor: Actor, days: int) -> Evaluation | None:
    """The evaluation of the last days that the person may see, ``None`` where nobody asked for it yet."""
    return _of(session, _key(days, require_sight(actor)))


def last_search(session: Session, actor: Actor) -> Evaluation | None:
    """When was searched for proposals."""
    require_sight(actor)
    return _of(session, PROPOSALS)


def report_of(row: Evaluation) -> EvaluationReport | None:
    """The report as it was kept."""
    return _REPORT.validate_json(row.result) if row.result is not None else None


def work_evaluation(context: JobContext, job: ClaimedJob) -> None:
    """Work one out. Nothing is written while it reckons, so nobody waits for it."""
    house, now = context.house, context.house.clock()
    with house.database.read() as session:
        row = session.get(Evaluation, UUID(job.key))
        if row is None:
            return
        key = row.key
    result: str | None = None
    problem: str | None = None
    try:
        if key == PROPOSALS:
            with house.database.read() as session:
                found, followed = find_changes(session, now), follow_all(session, now)
            with house.database.write() as session:
                keep_effects(session, followed, now)
                result = str(keep_found(session, found, now))
        else:
            with house.database.read() as session:
                result = _REPORT.dump_json(_worked_out(session, row, now)).decode()
    except Exception as error:  # noqa: BLE001 - whoever waits for it is told, the log has the rest
        context.info(f"Auswertung {job.key}: {type(error).__name__}")
        problem = _PROBLEM
    with house.database.write() as session:
        kept = session.get(Evaluation, UUID(job.key), with_for_update=True)
        if kept is not None:
            kept.problem, kept.done_at = problem, now
            kept.result = result if problem is None else kept.result


def evaluate_all(context: JobContext) -> Mapping[str, int]:
    """The nightly round: what the whole house looks at, and what was asked for lately."""
    house = context.house
    now = house.clock()

    def ask_all(session: Session) -> int:
        session.execute(delete(Evaluation).where(Evaluation.asked_at < now - KEPT))
        for days in PERIODS:
            _ask(session, _key(days, None), days, None, now)
        _ask(session, PROPOSALS, 0, None, now)
        rows = session.scalars(select(Evaluation.id)).all()
        for row in rows:
            _enqueue(session, row, Priority.BACKGROUND, now)
        return len(rows)

    return {"Auswertungen": house.database.run(ask_all)}


def _worked_out(session: Session, row: Evaluation, now: datetime) -> EvaluationReport:
    last = local_date(now) - timedelta(days=1)
    first = last - timedelta(days=row.days - 1)
    offices = frozenset(map(UUID, row.offices)) if row.offices is not None else None
    period = Period(local_day(first)[0], local_day(last)[1], offices)
    ways = load_ways(session, period, with_words=True)
    moving = ByBook(session, ways, now)
    hall = townhall(session, now)
    report = evaluate("Wege der Anliegen", first, last, ways, hall, moving=moving)
    return report.without(left_out(session, period))


def _ask(
    session: Session, key: str, days: int, offices: frozenset[UUID] | None, now: datetime
) -> None:
    told = None if offices is None else sorted(each.hex for each in offices)
    row = session.scalars(
        insert_into(session, Evaluation)
        .values(id=new_id(), key=key, days=days, offices=told, asked_at=now)
        .on_conflict_do_update(index_elements=["key"], set_={"asked_at": now})
        .returning(Evaluation.id)
    ).one()
    _enqueue(session, row, Priority.URGENT, now)


def _enqueue(session: Session, row: UUID, priority: Priority, now: datetime) -> None:
    enqueue(session, EVALUATE, row.hex, priority=priority, again=True, now=now)


def _of(session: Session, key: str) -> Evaluation | None:
    return session.scalars(select(Evaluation).where(Evaluation.key == key)).one_or_none()


def _key(days: int, offices: frozenset[UUID] | None) -> str:
    where = "alle" if offices is None else ",".join(sorted(each.hex for each in offices))
    return f"{days}:{where}"
