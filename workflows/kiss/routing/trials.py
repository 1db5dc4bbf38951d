"""Trying out: who would get this text, and what a changed rule would have done with what came in.

Asked for in the intranet, done by the engine (the text model lives there), looked at by who asked, gone after a week.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.actors import Staff
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.jobs.queue import Priority, enqueue
from storage.rights import Verb, require
from workflows.kiss.routing.rule_keeping import RuleForm, checked
from workflows.kiss.routing.tables import RoutingTrial
from workflows.kiss.routing.unopened import recognised, unopened

TRY = "kiss.try"
TEXT, REPLAY = "text", "replay"
KEPT = timedelta(days=7)
LONGEST = 20_000
LONGEST_ADDRESS = 254


def try_text(
    session: Session, actor: Staff, text: str, *, recipient: str = "", now: datetime
) -> UUID:
    """Ask who would get it, written to this address if any. Anybody who works here may; the answer is for them alone.

    What must not be opened is answered at once, and nothing of it is kept.
    """
    require(actor, Verb.ANLIEGEN_OPEN)
    if not text.strip():
        raise ConflictError("Bitte fügen Sie einen Text ein.")
    said = text.strip()[:LONGEST]
    to = recipient.strip()[:LONGEST_ADDRESS]
    rule = recognised({"to": [to] if to else []}, said, local_date(now))
    if rule is None:
        return _ask(session, actor, TEXT, {"text": said, "to": to}, now)
    found = unopened(rule)
    result = {
        "to": rule.title, "decision": found.decision, "probability": None,
        "because": list(found.because), "otherwise": [], "suggestions": [],
    }  # fmt: skip
    return _kept(session, actor, TEXT, {}, now, result)


def try_rule(
    session: Session, actor: Staff, form: RuleForm, instead_of: UUID | None, *, now: datetime
) -> UUID:
    """Ask what a new rule, or another form of one there is, would have done with the Anliegen of the last quarter."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    content = {"title": form.title, "owner": form.owner.hex, **asked_of(form, instead_of)}
    return _ask(session, actor, REPLAY, content, now)


def asked_of(form: RuleForm, instead_of: UUID | None) -> dict[str, Any]:
    """What of a rule decides where something goes. Raises ``ConflictError`` for conditions that can't be."""
    return {
        "group": form.group.hex,
        "topic": form.topic.hex if form.topic else None,
        "position": form.position,
        "conditions": checked(form.conditions),
        "instead_of": instead_of.hex if instead_of else None,
    }


def trial_of(session: Session, actor: Staff, trial: UUID) -> RoutingTrial:
    """What came of it. Raises ``NotFoundError`` for anybody but who asked."""
    row = session.scalars(
        select(RoutingTrial).where(RoutingTrial.id == trial, RoutingTrial.person_id == actor.person)
    ).one_or_none()
    if row is None:
        raise NotFoundError("Diesen Versuch gibt es nicht mehr.")
    return row


def forget_trials(session: Session, now: datetime) -> int:
    """Delete what was tried out more than a week ago. Returns how many."""
    gone = session.scalars(
        delete(RoutingTrial).where(RoutingTrial.asked_at < now - KEPT).returning(RoutingTrial.id)
    ).all()
    return len(gone)


def _ask(session: Session, actor: Staff, kind: str, content: dict[str, Any], now: datetime) -> UUID:
    row = _kept(session, actor, kind, content, now)
    enqueue(session, TRY, row.hex, priority=Priority.URGENT, now=now)
    return row


def _kept(
    session: Session,
    actor: Staff,
    kind: str,
    content: dict[str, Any],
    now: datetime,
    result: dict[str, Any] | None = None,
) -> UUID:
    row = RoutingTrial(
        id=new_id(), person_id=actor.person, kind=kind, content=content, result=result, asked_at=now,
        done_at=now if result is not None else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id
