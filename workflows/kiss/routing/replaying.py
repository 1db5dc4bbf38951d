"""Answering trials: one text, or a changed rule replayed on the Anliegen of the last quarter."""

from collections.abc import Mapping, Sequence
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
_HEARD_AT_ONCE = 500
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
    past = Past(session, now)
    book = past.book
    instead = str(UUID(content["instead_of"])) if content["instead_of"] else None
    changed_book = past.with_rule(_rule(session, content, past.day), instead)
    looked_at, count, better, worse = 0, 0, 0, 0
    shown: list[dict[str, str]] = []
    for row in _last_quarter(session, now):
        looked_at += 1
        was, would = past.goes(row, book), past.goes(row, changed_book)
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


class Past:
    """What came in, as rules looked at it then, and where a rule book sends it; each text is read and heard once."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.day = local_date(now)
        voice, _ = load_voice(session)
        self.book = load_book(session, self.day, _HeardOnce(voice) if voice else None)
        self._session = session
        self._known = load_gazetteer(session, self.day)
        self._messages: dict[UUID, Message] = {}

    def message(self, row: Anliegen) -> Message:
        if row.id not in self._messages:
            said = as_message(self._session, row, self._known)
            self._messages[row.id] = replace(said, topic=_chosen(self._session, row))
        return self._messages[row.id]

    def goes(self, row: Anliegen, book: RoutingBook) -> str | None:
        """The group a rule book sends it to."""
        return decided(self.message(row), book, self.day, explain=False).group

    def chances(self, rows: Sequence[Anliegen], label: str) -> list[float]:
        """What the text model gives a label, for each row."""
        found: list[float] = []
        for start in range(0, len(rows), _HEARD_AT_ONCE):
            texts = [self.message(row).written for row in rows[start : start + _HEARD_AT_ONCE]]
            heard = self.book.voice.guesses(texts, evidence=False) if self.book.voice else []
            said = [{each.label: each.probability for each in guesses} for guesses in heard]
            found += [each.get(label, 0.0) for each in said] if said else [0.0] * len(texts)
        return found

    def with_rule(self, rule: RuleView, instead: str | None = None) -> RoutingBook:
        """Today's book with another rule, in the place of an old one if any."""
        kept = [each for each in self.book.rules if each.id != instead]
        return replace(self.book, rules=[*kept, rule])

    def with_topic(self, topic: str, group: str) -> RoutingBook:
        """Today's book with a topic given to another group."""
        given = replace(self.book.topics[topic], group=group)
        return replace(self.book, topics={**self.book.topics, topic: given})


class _HeardOnce:
    """The text model, asked once for each text: all sets of rules are told the same."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._heard: dict[tuple[str, bool], list[Guess]] = {}

    @property
    def threshold(self) -> float:
        return self._voice.threshold

    def guesses(self, texts: Sequence[str], *, evidence: bool) -> list[list[Guess]]:
        new = [text for text in dict.fromkeys(texts) if (text, evidence) not in self._heard]
        if new:
            found = self._voice.guesses(new, evidence=evidence)
            self._heard |= {(text, evidence): each for text, each in zip(new, found, strict=True)}
        return [self._heard[text, evidence] for text in texts]


def _last_quarter(session: Session, now: datetime) -> Sequence[Anliegen]:
    """What came in; protected ones are left out."""
    return session.scalars(
        select(Anliegen)
        .where(
            Anliegen.received_at > now - QUARTER,
            Anliegen.protection.in_(_SHARED),
            Anliegen.merged_into_id.is_(None),
        )
        .order_by(Anliegen.id.desc())
        .limit(MOST)
    ).all()


def _chosen(session: Session, row: Anliegen) -> str | None:
    """Key of the topic that was chosen in a form; what it has now, routing or a person may have given it."""
    if row.channel not in {Channel.FORM.value, Channel.OPEN311.value}:
        return None
    return session.scalar(
        select(Topic.key)
        .join(Step, Step.topic_id == Topic.id)
        .where(Step.anliegen_id == row.id, Step.deed == "open")
    )


def _rule(session: Session, content: Mapping[str, Any], day: date) -> RuleView:
    owner = session.get(Office, UUID(content["owner"]))
    return RuleView(
        "trial", content["title"] or "Neue Regel", owner.short if owner else "", day, None,
        content["position"], Conditions.from_json(content["conditions"]), str(UUID(content["group"])),
        str(UUID(content["topic"])) if content["topic"] else None,
    )  # fmt: skip


def _name(book: RoutingBook, group: str | None) -> str:
    return book.groups[group].name if group is not None and group in book.groups else "niemand"
