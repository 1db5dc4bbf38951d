"""What the page of the evaluation shows: the report of a period as far as the person may see, and the proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intranet import words
from storage.actors import Role, Staff
from storage.clock import local_date
from storage.organisation.queries import names
from storage.organisation.substitution import local_day
from workflows.kiss.evaluation.follow_up import told
from workflows.kiss.evaluation.improving import effect_since, proposals, voices
from workflows.kiss.evaluation.own_log import load_ways, townhall
from workflows.kiss.evaluation.report import EvaluationReport, evaluate
from workflows.kiss.evaluation.tables import Proposal

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
    """A proposal with what was said to it, how it was decided, and what became of it."""

    row: Proposal
    voices: Sequence[VoiceLine]
    companion: str | None
    decided: str
    effect: str


def sight_of(staff: Staff) -> frozenset[UUID] | None:
    """The offices whose ways the person may see; ``None``: all."""
    if any(
        grant.role in {Role.FEEDBACK, Role.STRATEGY} and grant.office is None
        for grant in staff.grants
    ):
        return None
    held = {grant.office for grant in staff.grants if grant.role in {Role.HEAD, Role.LOTSE}}
    return frozenset(each for each in held if each) | (
        staff.memberships if None in held else frozenset()
    )


def load_report(session: Session, staff: Staff, days: int, now: datetime) -> EvaluationReport:
    """The report on the last days up to yesterday."""
    last = local_date(now) - timedelta(days=1)
    first = last - timedelta(days=days - 1)
    begins, ends = local_day(first)[0], local_day(last)[1]
    ways = load_ways(session, begins, ends, sight_of(staff))
    return evaluate("Wege der Anliegen", first, last, ways, townhall(session, now))


def load_proposals(session: Session, staff: Staff, now: datetime) -> list[ProposalView]:
    """All proposals, the open ones first."""
    found = []
    for row in proposals(session, staff):
        said = voices(session, row.id)
        ids = {voice.person_id for voice in said} | {row.companion_id, row.decided_by}
        people = names(session, (each for each in ids if each))
        follow = effect_since(session, row, now)
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
                    for each in said
                ],
                people.get(row.companion_id) if row.companion_id else None,
                decided,
                told(follow) if follow else "",
            )
        )
    return found


def file_name(report: EvaluationReport, ending: str) -> str:
    """``anliegen-2026-01-01-2026-03-31.docx``"""
    return f"anliegen-{report.begins.isoformat()}-{report.ends.isoformat()}.{ending}"
