"""What the page of the evaluation shows: the report of a period as far as the person may see, and the proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from intranet import words
from storage.actors import Staff
from storage.clock import local_date
from storage.organisation.queries import names
from workflows.kiss.evaluation.hearing import open_by_topic
from workflows.kiss.evaluation.improving import proposals, voices
from workflows.kiss.evaluation.report import EvaluationReport
from workflows.kiss.evaluation.standing import report_of, standing
from workflows.kiss.evaluation.tables import Evaluation, Proposal

PATIENCE = timedelta(minutes=5)
PERIODS = {92: "letztes Vierteljahr", 31: "letzter Monat", 365: "letztes Jahr"}
STATES = {"open": "offen", "accepted": "angenommen", "declined": "abgelehnt"}
VOTES = {1: "dafür", 0: "enthalten", -1: "dagegen"}


@dataclass(frozen=True, slots=True)
class VoiceLine:
    who: str
    vote: str
    comment: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal with what was said to it, how it was decided, and what became of it.

    ``annoyed``: so many open reports „Das nervt“ about its topic are in sight. ``seen``: the revision the person decides about.
    """

    row: Proposal
    voices: Sequence[VoiceLine]
    companion: str | None
    decided: str
    effect: str
    annoyed: int
    seen: int


@dataclass(frozen=True, slots=True)
class StandView:
    """A kept evaluation. ``waiting``: the engine works it out anew; ``late``: for longer than that should take."""

    stand: str
    waiting: bool
    late: bool
    problem: str | None
    report: EvaluationReport | None


def load_report(session: Session, staff: Staff, days: int, now: datetime) -> StandView:
    """The report on the last days as it stands, as far as the person sees."""
    return stand_of(standing(session, staff, days), now)


def stand_of(row: Evaluation | None, now: datetime) -> StandView:
    if row is None:
        return StandView(
            "noch nicht erstellt", waiting=False, late=False, problem=None, report=None
        )
    done = row.done_at
    waiting = done is None or done < row.asked_at
    report = report_of(row) if row.days else None
    return StandView(
        words.moment(done) if done else "noch nicht erstellt",
        waiting, waiting and now > row.asked_at + PATIENCE, row.problem, report,
    )  # fmt: skip


def load_proposals(session: Session, staff: Staff) -> list[ProposalView]:
    """All proposals in sight, the open ones first."""
    found, annoyed = [], open_by_topic(session, staff)
    rows = proposals(session, staff)
    said = voices(session, [row.id for row in rows])
    ids = {voice.person_id for each in said.values() for voice in each}
    ids |= {each for row in rows for each in (row.companion_id, row.decided_by) if each}
    people = names(session, ids)
    for row in rows:
        decided = ""
        if row.decided_at is not None:
            who = people.get(row.decided_by, "") if row.decided_by else ""
            decided = f"{STATES[row.state]} am {words.day(local_date(row.decided_at))} von {who}"
        found.append(
            ProposalView(
                row,
                [
                    VoiceLine(
                        people.get(each.person_id, "jemand"), VOTES[each.vote], each.comment or ""
                    )
                    for each in said.get(row.id, ())
                ],
                people.get(row.companion_id) if row.companion_id else None,
                decided,
                f"{row.follow_up} Stand: {words.day(local_date(row.followed_at))}."
                if row.follow_up and row.followed_at
                else "",
                annoyed.get(row.topic_id, 0) if row.topic_id else 0,
                row.revision,
            )
        )
    return found


def file_name(report: EvaluationReport, ending: str) -> str:
    """``anliegen-2026-01-01-2026-03-31.docx``"""
    return f"anliegen-{report.begins.isoformat()}-{report.ends.isoformat()}.{ending}"
