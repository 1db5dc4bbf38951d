"""What a proposed change would do by the whole rule book: past Anliegen replayed as when a rule is tried out."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.evaluation.replay import Moves, RuleChange
from workflows.kiss.evaluation.ways import Way
from workflows.kiss.routing.replaying import MOST, Past
from workflows.kiss.routing.rules import Conditions, RuleView

POSITION = 100
"""Where an accepted rule stands: with the ordinary ones."""
_LEAST = 0.02
"""What the text model thinks less likely of a topic decides nothing."""


class ByBook:
    """The latest of some cases with today's rule book. Nothing is read before a change is asked about."""

    def __init__(self, session: Session, ways: Iterable[Way], now: datetime) -> None:
        self._session, self._now = session, now
        latest = sorted(ways, key=lambda way: way.begins, reverse=True)[:MOST]
        self._ways = {UUID(way.case): way for way in latest}
        self._past: Past | None = None
        self._rows: Sequence[Anliegen] = ()
        self._today: dict[UUID, str | None] = {}

    def __call__(self, change: RuleChange) -> Moves:
        """The cases that the change sends another way; nobody is sent to a group that is closed."""
        past = self._opened()
        group = str(UUID(change.group))
        if change.word is not None:
            rule = RuleView(
                "trial", "", "", past.day, None, POSITION, Conditions(words=(change.word,)), group
            )
            book = past.with_rule(rule)
        elif change.topic is not None and str(UUID(change.topic)) in past.book.topics:
            book = past.with_topic(str(UUID(change.topic)), group)
        else:
            return {}
        found = {}
        for row in self._touched(past, change):
            if row.id not in self._today:
                self._today[row.id] = past.goes(row, past.book)
            was, would = self._today[row.id], past.goes(row, book)
            if was is not None and would is not None and was != would:
                found[row.id.hex] = (UUID(was).hex, UUID(would).hex)
        return found

    def _opened(self) -> Past:
        if self._past is None:
            self._past = Past(self._session, self._now)
            chosen = sorted(self._ways)
            parts = (chosen[start : start + 500] for start in range(0, len(chosen), 500))
            self._rows = [
                row
                for part in parts
                for row in self._session.scalars(select(Anliegen).where(Anliegen.id.in_(part)))
            ]
        return self._past

    def _touched(self, past: Past, change: RuleChange) -> Iterable[Anliegen]:
        """Those the change can concern: with the word in them, or the topic chosen or thought of."""
        if change.word is not None:
            return [row for row in self._rows if change.fits(self._ways[row.id])]
        topic = str(UUID(change.topic)) if change.topic is not None else ""
        key = past.book.topics[topic].key
        return [
            row
            for row, chance in zip(self._rows, past.chances(self._rows, topic), strict=True)
            if chance >= _LEAST or past.message(row).topic == key
        ]
