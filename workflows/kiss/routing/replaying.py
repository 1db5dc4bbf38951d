"""Answering trials: one text, or a changed rule replayed on the Anliegen of the last quarter."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import SHARED_CLASSES
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.jobs.handlers import JobContext
from storage.jobs.queue import ClaimedJob
from storage.organisation.tables import Office
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.routing.book import RoutingBook
from workflows.kiss.routing.deciding import decide
from workflows.kiss.routing.finding import decided
from workflows.kiss.routing.rules import Conditions, Message, RuleView
from workflows.kiss.routing.shelf import as_message, load_book, load_gazetteer, load_voice
from workflows.kiss.routing.tables import RoutingTrial
from workflows.kiss.routing.trials import REPLAY
from workflows.kiss.routing.understanding import understood
from workflows.kiss.routing.unopened import recognised, unopened

QUARTER = timedelta(days=92)
MOST = 5_000
_SHARED = tuple(sorted(each.value for each in SHARED_CLASSES))


def answer_trial(context: JobContext, job: ClaimedJob) -> None:
    """Work a trial out; asked twice it is worked out once."""
    house, trial = context.house, UUID(job.key)
    now = house.clock()
    with house.database.read() as session:
        row = session.get(RoutingTrial, trial)
        if row is None or row.done_at is not None:
            return
        try:
            result = (_replayed if row.kind == REPLAY else _tried)(session, row.content, now)
        except ConflictError as error:
            result = {"problem": str(error)}
    with house.database.write() as session:
        kept = session.get(RoutingTrial, trial)
        if kept is not None:
            kept.result, kept.done_at = result, now


def _tried(session: Session, content: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    day = local_date(now)
    rule = recognised({}, content["text"], day)
    if rule is not None:
        found = unopened(rule)
        return {"to": "Meldestelle", "decision": found.decision, "probability": None,
                "because": list(found.because), "otherwise": [], "suggestions": []}  # fmt: skip
    voice, _ = load_voice(session)
    book = load_book(session, day, voice)
    found = decide(understood(content["text"], "", (), load_gazetteer(session, day)), book, day)
    topic = book.topics[found.topic].title if found.topic else None
    group = book.groups[found.group].name if found.group else "niemand"
    return {
        "to": f"{group}, {topic}" if topic else group,
        "decision": found.decision,
        "probability": found.probability,
        "because": list(found.because),
        "otherwise": list(found.otherwise),
        "suggestions": [
            {
                "group": book.groups[each.group].name,
                "topic": book.topics[each.topic].title if each.topic else None,
                "probability": each.probability,
                "evidence": list(each.evidence),
            }
            for each in found.suggestions
        ],
    }


def _replayed(session: Session, content: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    day = local_date(now)
    voice, _ = load_voice(session)
    book = load_book(session, day, voice)
    changed_book = replace(book, rules=_with(session, book, content, day))
    looked_at, changed, better, worse = 0, [], 0, 0
    for row, message in _last_quarter(session, now):
        looked_at += 1
        was = decided(message, book, day, explain=False).group
        would = decided(message, changed_book, day, explain=False).group
        if was == would:
            continue
        right = str(row.group_id)
        better += would == right
        worse += was == right
        changed.append(
            {"id": row.id.hex, "title": row.title, "was": _name(book, was), "would": _name(book, would),
             "right": _name(book, right)}
        )  # fmt: skip
    return {"looked_at": looked_at, "changed": changed[:200], "better": better, "worse": worse}


def _last_quarter(session: Session, now: datetime) -> Iterator[tuple[Anliegen, Message]]:
    """What came in, as rules look at it; protected ones are left out."""
    known = load_gazetteer(session, local_date(now))
    rows = session.scalars(
        select(Anliegen)
        .where(
            Anliegen.received_at > now - QUARTER,
            Anliegen.protection.in_(_SHARED),
            Anliegen.merged_into_id.is_(None),
        )
        .order_by(Anliegen.id.desc())
        .limit(MOST)
    ).all()
    for row in rows:
        message = as_message(session, row, known)
        chosen = message if row.channel in {"form", "open311"} else replace(message, topic=None)
        yield row, chosen


def _with(
    session: Session, book: RoutingBook, content: Mapping[str, Any], day: date
) -> list[RuleView]:
    owner = session.get(Office, UUID(content["owner"]))
    rule = RuleView(
        "trial", content["title"] or "Neue Regel", owner.short if owner else "", day, None,
        content["position"], Conditions.from_json(content["conditions"]), str(UUID(content["group"])),
        str(UUID(content["topic"])) if content["topic"] else None,
    )  # fmt: skip
    instead = str(UUID(content["instead_of"])) if content["instead_of"] else None
    return [*(each for each in book.rules if each.id != instead), rule]


def _name(book: RoutingBook, group: str | None) -> str:
    return book.groups[group].name if group is not None and group in book.groups else "niemand"
