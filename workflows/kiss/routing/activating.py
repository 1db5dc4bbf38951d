"""Letting a rule count: after it was tried out exactly as it is, or with the reason why not."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Staff
from storage.conflicts import ConflictError
from workflows.kiss.routing.rule_keeping import RuleForm, add_rule, change_rule
from workflows.kiss.routing.tables import RoutingRule, RoutingTrial
from workflows.kiss.routing.trials import REPLAY, asked_of

FRESH = timedelta(days=1)
"""An older trial tells too little: other rules have come, and other Anliegen."""


def activate(
    session: Session,
    actor: Staff,
    form: RuleForm,
    rule: UUID | None,
    revision: int,
    untried: str = "",
    *,
    now: datetime,
) -> RoutingRule:
    """Make a new rule, or change one there is. ``untried``: why it needs no trial; it is kept with the rule.

    Raises ``ConflictError`` where it was not tried out in this form and nobody says why.
    """
    if not tried(session, actor, form, rule, now):
        why = untried.strip()
        if not why:
            raise ConflictError(
                "Diese Regel wurde so noch nicht ausprobiert. Bitte probieren Sie sie erst aus, oder schreiben Sie, warum sie ohne gelten soll."
            )
        said = f"{form.reason.rstrip('. ')}. " if form.reason else ""
        form = replace(form, reason=f"{said}Nicht ausprobiert: {why}")
    if rule is None:
        return add_rule(session, actor, form, now=now)
    return change_rule(session, actor, rule, revision, form, now=now)


def tried(session: Session, actor: Staff, form: RuleForm, rule: UUID | None, now: datetime) -> bool:
    """Whether the person has the answer to a trial of exactly this, from the last day."""
    try:
        asked = asked_of(form, rule)
    except ConflictError:
        return False
    rows = session.scalars(
        select(RoutingTrial).where(
            RoutingTrial.person_id == actor.person,
            RoutingTrial.kind == REPLAY,
            RoutingTrial.asked_at > now - FRESH,
            RoutingTrial.done_at.is_not(None),
        )
    )
    return any(
        "problem" not in (row.result or {}) and asked.items() <= row.content.items() for row in rows
    )
