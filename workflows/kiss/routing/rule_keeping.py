"""Rules as dated data: the coordination changes them from a day on.

What is changed ends where the new row begins, so that what came in earlier keeps what it was decided by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.actors import Actor
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError
from storage.organisation.queries import valid_on
from storage.rights import Verb, require
from workflows.kiss.anliegen.groups import load_group
from workflows.kiss.routing.responsibility import as_seen, called, note
from workflows.kiss.routing.rules import Conditions
from workflows.kiss.routing.tables import RoutingRule

LATER = "Zu dieser Regel gibt es schon eine spätere Fassung. Bitte ändern Sie diese, oder legen Sie eine neue an."


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A rule as it is typed in; ``owner`` is the office that answers for it."""

    title: str
    owner: UUID
    group: UUID
    position: int = 100
    topic: UUID | None = None
    conditions: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    valid_from: date | None = None
    """Its first day, today or later; ``None`` is today."""


def add_rule(session: Session, actor: Actor, form: RuleForm, *, now: datetime) -> RoutingRule:
    """A rule from its day on. Raises ``ConflictError`` where that is over, or it asks for nothing or for what rules don't know."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    begins = _first_day(form, now)
    load_group(session, form.group, begins)
    row = RoutingRule(
        id=new_id(), revision=1, title=called(form.title), position=form.position, owner_id=form.owner,
        conditions=checked(form.conditions), group_id=form.group, topic_id=form.topic, reason=form.reason,
        valid_from=begins, valid_to=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    note(session, actor, "rule", row.id, now)
    return row


def change_rule(
    session: Session, actor: Actor, rule: UUID, revision: int, form: RuleForm, *, now: datetime
) -> RoutingRule:
    """The old rule ends where the new one begins, so that both can be read later. One with an end has been changed already."""
    _end(session, actor, rule, revision, form.reason, _first_day(form, now), now, changed=True)
    return add_rule(session, actor, form, now=now)


def end_rule(
    session: Session,
    actor: Actor,
    rule: UUID,
    revision: int,
    reason: str | None = None,
    *,
    now: datetime,
) -> None:
    """From today on it answers nothing; one that is to come never will."""
    _end(session, actor, rule, revision, reason, local_date(now), now)


def rules(session: Session, day: date) -> Sequence[RoutingRule]:
    """The rules of a day in the order they are asked."""
    return session.scalars(
        select(RoutingRule)
        .where(valid_on(RoutingRule, day))
        .order_by(RoutingRule.position, RoutingRule.id)
    ).all()


def to_come(session: Session, day: date) -> Sequence[RoutingRule]:
    """Rules that begin later, the next first."""
    return session.scalars(
        select(RoutingRule)
        .where(
            RoutingRule.valid_from > day,
            or_(RoutingRule.valid_to.is_(None), RoutingRule.valid_to > RoutingRule.valid_from),
        )
        .order_by(RoutingRule.valid_from, RoutingRule.id)
    ).all()


def history(session: Session, day: date) -> Sequence[RoutingRule]:
    """Rules that ended before, the latest first."""
    return session.scalars(
        select(RoutingRule).where(RoutingRule.valid_to <= day).order_by(RoutingRule.valid_to.desc())
    ).all()


def checked(conditions: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions as they are stored. Raises ``ConflictError`` where they ask for nothing or for what rules don't know."""
    try:
        stored = Conditions.from_json(conditions).as_json()
    except (TypeError, ValueError) as error:
        raise ConflictError(f"Die Bedingungen der Regel sind nicht lesbar: {error}") from None
    if not stored:
        raise ConflictError(
            "Bitte geben Sie mindestens eine Bedingung an. Eine Regel ohne Bedingung träfe auf alles zu."
        )
    return stored


def _first_day(form: RuleForm, now: datetime) -> date:
    today = local_date(now)
    if form.valid_from is not None and form.valid_from < today:
        raise ConflictError("Eine Regel gilt frühestens ab heute.")
    return form.valid_from or today


def _end(
    session: Session,
    actor: Actor,
    rule: UUID,
    revision: int,
    reason: str | None,
    day: date,
    now: datetime,
    *,
    changed: bool = False,
) -> RoutingRule:
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    row = as_seen(session, RoutingRule, rule, revision, "Diese Regel gibt es nicht.")
    if row.valid_to is not None and row.valid_to <= local_date(now):
        raise ConflictError("Diese Regel ist schon beendet.")
    if row.valid_to is not None and changed:
        raise ConflictError(LATER)
    ends = min(max(day, row.valid_from), row.valid_to or date.max)
    row.valid_to, row.revision = ends, row.revision + 1
    row.reason = reason or row.reason
    note(session, actor, "rule.end", row.id, now)
    return row
