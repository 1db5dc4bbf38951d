"""Working off one batch of claimed jobs: a plain function on a thread, with or without Prefect around it."""

import logging
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from storage.jobs import queue
from storage.jobs.handlers import (
    DONE,
    JobContext,
    JobKind,
    Outcome,
    PermanentError,
    TemporaryError,
)
from storage.jobs.queue import ClaimedJob, LostLeaseError

logger = logging.getLogger(__name__)

NOT_MENTIONED = Outcome("retry", "Die Verarbeitung hat zu diesem Auftrag nichts gemeldet.")


@dataclass
class Tally:
    """How a batch ended, by outcome; ``reasons`` are those of jobs that did not succeed."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.counts["failed"] or self.counts["retry"])


def work_off(context: JobContext, kind: JobKind, jobs: Sequence[ClaimedJob]) -> Tally:
    """Do the jobs and settle each: done, tried again later, or failed. Never raises for what a handler does."""
    tally = Tally()
    if kind.handle_batch is not None:
        for job, outcome in _as_batch(context, kind, jobs):
            _count(context, job, _settle(context, kind, job, outcome), tally)
        return tally
    with ThreadPoolExecutor(kind.concurrency, thread_name_prefix=kind.name) as pool:
        ended = pool.map(lambda job: _do_one(context, kind, job), jobs)
        for job, settled in zip(jobs, ended, strict=True):
            _count(context, job, settled, tally)
    return tally


def _as_batch(
    context: JobContext, kind: JobKind, jobs: Sequence[ClaimedJob]
) -> list[tuple[ClaimedJob, Outcome]]:
    assert kind.handle_batch is not None
    try:
        outcomes = kind.handle_batch(context, jobs)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is an outcome
        outcome = _outcome_of(error, kind)
        return [(job, outcome) for job in jobs]
    return [(job, outcomes.get(job.id, NOT_MENTIONED)) for job in jobs]


def _do_one(context: JobContext, kind: JobKind, job: ClaimedJob) -> Outcome | None:
    """Do and settle one job; None where it was given back or is no longer ours."""
    assert kind.handle_one is not None
    if context.stopping():
        context.house.database.run(lambda session: queue.give_back(session, [job]))
        return None
    try:
        kind.handle_one(context, job)
        outcome = DONE
    except LostLeaseError:
        return None
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is an outcome
        outcome = _outcome_of(error, kind)
    return _settle(context, kind, job, outcome)


def _settle(
    context: JobContext, kind: JobKind, job: ClaimedJob, outcome: Outcome
) -> Outcome | None:
    """Write the outcome down. A job its handler has settled already counts as it ended there."""
    if outcome.settled:
        return outcome
    database, now = context.house.database, context.house.clock()
    if outcome.state == "retry" and job.attempt >= kind.max_attempts:
        outcome = Outcome("failed", outcome.reason)
    try:
        with database.write() as session:
            match outcome.state:
                case "done":
                    queue.complete(session, job, now)
                case "retry":
                    queue.retry(session, job, outcome.reason or "", now)
                case "failed":
                    queue.fail(session, job, outcome.reason or "", now)
    except LostLeaseError:
        return outcome if outcome.state == "done" and _is_done(context, job.id) else None
    except Exception:
        # The job keeps its lease and is taken again when that runs out: nothing is lost.
        logger.exception("job %s could not be settled", job.id)
        return Outcome("retry", "Der Ausgang konnte nicht gespeichert werden.")
    return outcome


def _is_done(context: JobContext, job: UUID) -> bool:
    with context.house.database.read() as session:
        return queue.is_settled(session, job)


def _count(context: JobContext, job: ClaimedJob, outcome: Outcome | None, tally: Tally) -> None:
    if outcome is None:
        tally.counts["given_back"] += 1
        context.info(f"{job.kind} {job.id}: zurückgegeben")
        return
    tally.counts[outcome.state] += 1
    if outcome.state == "done":
        context.info(f"{job.kind} {job.id}: erledigt")
        return
    tally.reasons.append(outcome.reason or "")
    word = "fehlgeschlagen" if outcome.state == "failed" else "wird wiederholt"
    context.warn(f"{job.kind} {job.id}: {word} (Versuch {job.attempt})")


def _outcome_of(error: Exception, kind: JobKind) -> Outcome:
    """Reasons are shown to people; what a program error says may hold content and stays in the process's log."""
    if isinstance(error, PermanentError):
        return Outcome("failed", str(error))
    if isinstance(error, TemporaryError):
        return Outcome("retry", str(error))
    logger.error("%s failed", kind.name, exc_info=error)
    return Outcome("retry", f"Unerwarteter Fehler ({type(error).__name__}).")
