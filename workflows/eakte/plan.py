"""The Aktenplan and the suggester built from it, as they stand in the database."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from threading import Lock
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.actors import SHARED_CLASSES
from storage.organisation.queries import offices, valid_on
from workflows.eakte.profiles import Entry
from workflows.eakte.suggesting import OfficeName, Suggester
from workflows.eakte.tables import Akte, Document, PlanEntry, TextModel
from workflows.eakte.text_model import TextModel as Model

SHARED = "shared"


def plan_entries(session: Session, day: date) -> Sequence[PlanEntry]:
    """The Aktenplan of the day, in the order of its numbers."""
    return session.scalars(
        select(PlanEntry).where(valid_on(PlanEntry, day)).order_by(PlanEntry.number)
    ).all()


class Suggesters:
    """Suggesters by inbox, rebuilt when the Aktenplan, the offices or a model has changed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state: tuple[object, ...] = ()
        self._made: dict[tuple[UUID, ...], Suggester] = {}
        self._models: dict[UUID, Model] = {}

    def for_inbox(self, session: Session, groups: Iterable[str], day: date) -> Suggester:
        """The suggester for post of an inbox: the shared model, and those of the inbox's own protected scopes."""
        chosen = tuple(newest_models(session, {SHARED, *groups}).values())
        state = (
            day,
            session.scalar(select(func.sum(PlanEntry.revision))),
            session.scalar(select(func.count(PlanEntry.id))),
        )
        with self._lock:
            if state != self._state:
                self._state = state
                self._made.clear()
            if chosen not in self._made:
                self._made[chosen] = self._build(session, chosen, day)
            return self._made[chosen]

    def _build(self, session: Session, models: Sequence[UUID], day: date) -> Suggester:
        entries = [
            Entry(
                row.id.hex,
                row.number,
                row.title,
                row.keywords,
                row.kinds,
                row.office_id.hex if row.office_id else None,
            )
            for row in plan_entries(session, day)
            if row.leaf
        ]
        for model in models:
            if model not in self._models:
                content = session.scalars(
                    select(TextModel.content).where(TextModel.id == model)
                ).one()
                self._models[model] = Model.from_bytes(content)
        self._models = {key: value for key, value in self._models.items() if key in models}
        names = [
            OfficeName(
                row.id.hex,
                row.name,
                row.short,
                (row.name, f"Amt {row.number} ", f"- {row.short} -"),
            )
            for row in offices(session, day)
        ]
        return Suggester(entries, names, [self._models[model] for model in models])


def newest_models(session: Session, groups: Iterable[str]) -> dict[str, UUID]:
    """The newest model of each group that has one."""
    rows = session.execute(
        select(TextModel.group, TextModel.id)
        .where(TextModel.group.in_(sorted(groups)))
        .order_by(TextModel.id)
    )
    return {row.group: row.id for row in rows}


def sender_history(session: Session, senders: Iterable[str]) -> Mapping[str, Counter[str]]:
    """To which entries earlier letters of these senders were filed; protected classes stay out of it."""
    wanted = {sender for sender in senders if sender}
    history: defaultdict[str, Counter[str]] = defaultdict(Counter)
    if not wanted:
        return history
    rows = session.execute(
        select(Document.sender, Akte.plan_entry_id, func.count())
        .join(Akte, Akte.id == Document.akte_id)
        .where(
            Document.sender.in_(wanted),
            Document.protection.in_([each.value for each in SHARED_CLASSES]),
        )
        .group_by(Document.sender, Akte.plan_entry_id)
    )
    for sender, entry, count in rows:
        history[sender or ""][entry.hex] += count
    return history


def entries_of_references(session: Session, references: Iterable[str]) -> dict[str, str]:
    """The entry of each Akte whose Aktenzeichen a letter may quote (shared classes only)."""
    wanted = set(references)
    if not wanted:
        return {}
    rows = session.execute(
        select(Akte.reference, Akte.plan_entry_id).where(
            Akte.reference.in_(wanted), Akte.protection.in_([each.value for each in SHARED_CLASSES])
        )
    )
    return {row.reference: row.plan_entry_id.hex for row in rows}
