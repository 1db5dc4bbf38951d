"""Answering trials: one text, or a changed rule replayed on the Anliegen of the last quarter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.mailboxes import Mailbox, office_written_to
from storage.actors import SHARED_CLASSES
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.jobs.handlers import JobContext
from storage.jobs.queue import ClaimedJob
from storage.organisation.tables import Office
from workflows.kiss.anliegen.opening import Channel
from workflows.kiss.anliegen.tables import Anliegen, Step, Topic
from workflows.kiss.routing.book import Guess, RoutingBook, Voice
from workflows.kiss.routing.deciding import decide
from workflows.kiss.routing.finding import decided
from workflows.kiss.routing.rules import Conditions, Message, RuleView
from workflows.kiss.routing.shelf import (
    as_message,
    load_book,
    load_gazetteer,
    load_voice,
    mailboxes_of,
)
from workflows.kiss.routing.tables import RoutingTrial
from workflows.kiss.routing.trials import REPLAY, TEXT
from workflows.kiss.routing.understanding import understood

QUARTER = timedelta(days=92)
MOST = 5_000
SHOWN = 50
_PROBLEM = "Das Ausprobieren ist nicht gelungen. Bitte versuchen Sie es noch einmal; die Systemverwaltung sieht den Fehler."
_SHARED = tuple(sorted(each.value for each in SHARED_CLASSES))


def answer_trial(context: JobContext, job: ClaimedJob) -> None:
    """Work a trial out; asked twice it is worked out once. The text is not kept beyond its answer."""
    house, trial = context.house, UUID(job.key)
    now = house.clock()
    with house.database.read() as session:
        row = session.get(RoutingTrial, trial)
        if row is None or row.done_at is not None:
            return
        try:
            result = (
                _replayed(session, row.content, now)
                if row.kind == REPLAY
                else _tried(session, row.content, mailboxes_of(house), now)
            )
        except ConflictError as error:
            result = {"problem": str(error)}
        except Exception as error:  # noqa: BLE001 - whoever waits for it is told, the log has the rest
            context.info(f"Versuch {job.key}: {type(error).__name__}")
            result = {"problem": _PROBLEM}
    with house.database.write() as session:
        kept = session.get(RoutingTrial, trial)
        if kept is not None:
            kept.result, kept.done_at = result, now
            kept.content = {} if kept.kind == TEXT else kept.content


def _tried(
    session: Session, content: Mapping[str, Any], mailboxes: Sequence[Mailbox], now: datetime
) -> dict[str, Any]:
    day = local_date(now)
    voice, _ = load_voice(session)
    book = load_book(session, day, voice)
    recipients = [content["to"]] if content.get("to") else []
    office = office_written_to(mailboxes, recipients)
    said = understood(content["text"], "", recipients, load_gazetteer(session, day), office)
    found = decide(said, book, day)
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
    """Counts over all, and the latest of those that would go another way. What is right is known where it was answered."""
    day = local_date(now)
    voice, _ = load_voice(session)
    book = load_book(session, day, _HeardOnce(voice) if voice else None)
    changed_book = replace(book, rules=_with(session, book, content, day))
    looked_at, count, better, worse = 0, 0, 0, 0
    shown: list[dict[str, str]] = []
    for row, message in _last_quarter(session, now):
        looked_at += 1
        was = decided(message, book, day, explain=False).group
        would = decided(message, changed_book, day, explain=False).group
        if was == would:
            continue
        count += 1
        right = str(row.group_id) if row.first_answer_at is not None else None
        better += right is not None and would == right
        worse += right is not None and was == right
        if len(shown) < SHOWN:
            shown.append(
                {"id": row.id.hex, "title": row.title, "was": _name(book, was), "would": _name(book, would),
                 "right": _name(book, right) if right else "noch niemand"}
            )  # fmt: skip
    return {
        "looked_at": looked_at, "count": count, "better": better, "worse": worse, "changed": shown,
    }  # fmt: skip


class _HeardOnce:
    """The text model, asked once for each text: both sets of rules are told the same."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._last: tuple[tuple[str, ...], bool] | None = None
        self._heard: list[list[Guess]] = []

    @property
    def threshold(self) -> float:
        return self._voice.threshold

    def guesses(self, texts: Sequence[str], *, evidence: bool) -> list[list[Guess]]:
        asked = (tuple(texts), evidence)
        if asked != self._last:
            self._heard, self._last = self._voice.guesses(texts, evidence=evidence), asked
        return self._heard


def _last_quarter(session: Session, now: datetime) -> Iterator[tuple[Anliegen, Message]]:
    """What came in, as rules looked at it then; protected ones are left out."""
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
        yield row, replace(as_message(session, row, known), topic=_chosen(session, row))


def _chosen(session: Session, row: Anliegen) -> str | None:
    """Key of the topic that was chosen in a form; what it has now, routing or a person may have given it."""
    if row.channel not in {Channel.FORM.value, Channel.OPEN311.value}:
        return None
    return session.scalar(
        select(Topic.key)
        .join(Step, Step.topic_id == Topic.id)
        .where(Step.anliegen_id == row.id, Step.deed == "open")
    )


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
