"""The Aktenplan and the suggesters built from it, as they stand in the database."""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from threading import Lock
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from ocr.understanding import Understood
from storage.actors import ProtectionClass, Scope
from storage.organisation.queries import offices, successions, valid_on
from storage.organisation.tables import Office
from workflows.eakte.profiles import Entry
from workflows.eakte.suggesting import Letter, OfficeName, Suggester, Suggestion
from workflows.eakte.tables import Akte, Document, PlanEntry, TextModel
from workflows.eakte.text_model import TextModel as Model

SHARED = "shared"
KEPT = 6
"""Suggesters kept in memory; each may hold a model of some 20 MB."""


def plan_entries(session: Session, day: date) -> Sequence[PlanEntry]:
    """The Aktenplan of the day, in the order of its numbers."""
    return session.scalars(
        select(PlanEntry).where(valid_on(PlanEntry, day)).order_by(PlanEntry.number)
    ).all()


class Suggesters:
    """Suggesters by their models, rebuilt when the Aktenplan, the offices or a model has changed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state: tuple[object, ...] = ()
        self._made: OrderedDict[tuple[UUID, ...], Suggester] = OrderedDict()

    def for_inbox(self, session: Session, office: UUID, day: date) -> Suggester:
        """The suggester for post of an office: the shared model, and those of the office's own protected scopes."""
        groups = {SHARED, *(Scope(office, protection).token for protection in ProtectionClass)}
        chosen = tuple(newest_models(session, groups).values())
        state = (
            day,
            *session.execute(select(func.sum(PlanEntry.revision), func.count(PlanEntry.id))).one(),
            *session.execute(select(func.sum(Office.revision), func.count(Office.id))).one(),
        )
        with self._lock:
            if state != self._state:
                self._state = state
                self._made.clear()
            if chosen not in self._made:
                self._made[chosen] = _build(session, chosen, day)
            self._made.move_to_end(chosen)
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
            return self._made[chosen]


def _build(session: Session, models: Sequence[UUID], day: date) -> Suggester:
    passed_on = successions(session, day)
    entries = [
        Entry(
            row.id.hex,
            row.number,
            row.title,
            row.keywords,
            row.kinds,
            passed_on.get(row.office_id, row.office_id).hex if row.office_id else None,
        )
        for row in plan_entries(session, day)
        if row.leaf
    ]
    names = [
        OfficeName(
            row.id.hex, row.name, row.short, (row.name, f"Amt {row.number} ", f"- {row.short} -")
        )
        for row in offices(session, day)
    ]
    contents = [
        session.scalars(select(TextModel.content).where(TextModel.id == model)).one()
        for model in models
    ]
    return Suggester(entries, names, [Model.from_bytes(content) for content in contents])


def newest_models(session: Session, groups: Iterable[str]) -> dict[str, UUID]:
    """The newest model of each group that has one."""
    rows = session.execute(
        select(TextModel.group, TextModel.id)
        .where(TextModel.group.in_(sorted(groups)))
        .order_by(TextModel.id)
    )
    return {row.group: row.id for row in rows}


def suggest_for(
    session: Session, suggesters: Suggesters, letters: Sequence[tuple[Understood, UUID]], day: date
) -> list[dict[str, Suggestion]]:
    """Suggestions for letters, each in the inbox of an office; what speaks for them is within that office's sight."""
    made: dict[UUID, Suggester] = {}
    history: dict[UUID, Mapping[str, Counter[str]]] = {}
    known: dict[UUID, dict[str, str]] = {}
    for office in {office for _, office in letters}:
        mine = [understood for understood, inbox in letters if inbox == office]
        made[office] = suggesters.for_inbox(session, office, day)
        history[office] = sender_history(session, office, {value(each, "sender") for each in mine})
        known[office] = entries_of_references(
            session, office, {ref for each in mine for ref in each.references}
        )
    return [
        made[office].suggest([_as_letter(understood, known[office], history[office])])[0]
        for understood, office in letters
    ]


def value(understood: Understood, name: str) -> str:
    """A field's value, empty where there is none."""
    field = understood.fields.get(name)
    return (field.value or "") if field else ""


def _as_letter(
    understood: Understood, known: Mapping[str, str], history: Mapping[str, Counter[str]]
) -> Letter:
    quoted = next((reference for reference in understood.references if reference in known), None)
    return Letter(
        pages=understood.text.split("\f"), subject=value(understood, "subject"),
        recipient=value(understood, "recipient"), kind=value(understood, "kind"),
        known_entry=known.get(quoted or ""), known_reference=quoted,
        before=history.get(value(understood, "sender"), {}),
    )  # fmt: skip


def _plain_sight(office: UUID) -> ColumnElement[bool]:
    """Akten whose existence may speak in a suggestion for an office's inbox: open ones, and its own internal ones."""
    return or_(
        Akte.protection == ProtectionClass.OPEN.value,
        and_(Akte.protection == ProtectionClass.INTERNAL.value, Akte.office_id == office),
    )


def sender_history(
    session: Session, office: UUID, senders: Iterable[str]
) -> Mapping[str, Counter[str]]:
    """To which entries earlier letters of these senders were filed, as far as the office may know."""
    wanted = {sender for sender in senders if sender}
    history: defaultdict[str, Counter[str]] = defaultdict(Counter)
    if not wanted:
        return history
    rows = session.execute(
        select(Document.sender, Akte.plan_entry_id, func.count())
        .join(Akte, Akte.id == Document.akte_id)
        .where(Document.sender.in_(wanted), _plain_sight(office))
        .group_by(Document.sender, Akte.plan_entry_id)
    )
    for sender, entry, count in rows:
        history[sender or ""][entry.hex] += count
    return history


def entries_of_references(
    session: Session, office: UUID, references: Iterable[str]
) -> dict[str, str]:
    """The entry of each Akte whose Aktenzeichen a letter quotes, as far as the office may know of it."""
    wanted = set(references)
    if not wanted:
        return {}
    rows = session.execute(
        select(Akte.reference, Akte.plan_entry_id).where(
            Akte.reference.in_(wanted), _plain_sight(office)
        )
    )
    return {row.reference: row.plan_entry_id.hex for row in rows}
