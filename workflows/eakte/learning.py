"""Learning from what people confirm: decisions are noted while filing, models are trained from what lies filed.

Open and internal documents train the shared model; each other scope has a model of its own, used only for the
inbox of the very office that holds it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ocr.packing import unpack_reading
from storage.actors import SHARED_CLASSES, ProtectionClass
from storage.jobs.handlers import JobContext
from storage.jobs.queue import ClaimedJob, Priority, enqueue
from workflows.eakte.plan import SHARED
from workflows.eakte.tables import (
    Akte,
    Decision,
    Document,
    StoredAnalysis,
    StoredReading,
    TextModel,
)
from workflows.eakte.text_model import READ

TRAIN = "model.train"
PAUSE = timedelta(seconds=20)
"""Training waits a little, so that a clerk who files twenty letters causes one training, not twenty."""
MOST = 8_000
"""Documents a model is trained on: the newest ones."""


def group_of(protection: str, access: str) -> str:
    """The model a filed document trains: ``shared``, or its scope's own."""
    return SHARED if ProtectionClass(protection) in SHARED_CLASSES else access


def note_decisions(
    session: Session, document: Document, akte: Akte, before: Mapping[str, Any], now: datetime
) -> None:
    """Keep what was suggested and what was chosen, and have the model trained again soon."""
    stored = session.get(StoredAnalysis, document.id)
    suggested = dict(stored.suggestions) if stored else {}
    chosen = {"plan_entry": akte.plan_entry_id.hex, "office": akte.office_id.hex}
    for name, value in chosen.items():
        _note(session, document.id, name, suggested.get(name), value, now)
    for name in ("kind", "sender_kind"):
        value = getattr(document, name)
        if value:
            was = {"value": before[name], "options": [], "model": stored.version if stored else ""}
            _note(session, document.id, name, was, value, now)
    if stored is not None:
        train_later(session, group_of(akte.protection, akte.access), now)


def train_later(session: Session, group: str, now: datetime) -> None:
    """Have a group's model trained soon, once for all that is filed meanwhile."""
    enqueue(
        session,
        TRAIN,
        group,
        run_after=now + PAUSE,
        priority=Priority.BACKGROUND,
        again=True,
        now=now,
    )


def _note(
    session: Session,
    document: UUID,
    name: str,
    suggestion: Mapping[str, Any] | None,
    chosen: str,
    now: datetime,
) -> None:
    known = session.scalar(
        select(Decision).where(Decision.document_id == document, Decision.field == name)
    )
    decision = known or Decision(document_id=document, field=name)
    options: Sequence[Mapping[str, Any]] = suggestion["options"] if suggestion else []
    ranks = [rank for rank, option in enumerate(options, start=1) if option["value"] == chosen]
    decision.suggested = suggestion["value"] if suggestion else None
    decision.chosen, decision.rank = chosen, ranks[0] if ranks else None
    decision.model, decision.decided_at = (suggestion or {}).get("model", ""), now
    if known is None:
        session.add(decision)


def train_model(context: JobContext, job: ClaimedJob) -> None:
    """Train the model of a group anew from everything filed in it."""
    house = context.house
    from workflows.eakte.text_model import train

    group = job.key
    with house.database.read() as session:
        texts, labels = _examples(session, group)
    model = train(texts, labels)
    if model is None:  # what was moved elsewhere since must not stay learned
        house.database.run(lambda s: s.execute(delete(TextModel).where(TextModel.group == group)))
        context.info(f"{len(texts)} Beispiele: noch zu wenige für ein Modell")
        return
    content = model.to_bytes()
    now = house.clock()
    with house.database.write() as session:
        session.execute(delete(TextModel).where(TextModel.group == group))
        session.add(
            TextModel(
                group=group,
                version="1",
                examples=model.examples,
                classes=len(model.labels),
                content=content,
                trained_at=now,
            )
        )
    context.info(f"gelernt aus {model.examples} Dokumenten in {len(model.labels)} Einträgen")


def _examples(session: Session, group: str) -> tuple[list[str], list[str]]:
    query = (
        select(StoredReading.content, Akte.plan_entry_id)
        .join(Document, Document.id == StoredReading.document_id)
        .join(Akte, Akte.id == Document.akte_id)
        .where(Document.state == "filed")
        .order_by(Document.filed_at.desc())
        .limit(MOST)
    )
    if group == SHARED:
        query = query.where(Document.protection.in_([each.value for each in SHARED_CLASSES]))
    else:
        query = query.where(Document.access == group)
    texts, labels = [], []
    for content, entry in session.execute(query):
        text = unpack_reading(content, words=False).text[:READ]
        if text.strip():
            texts.append(text)
            labels.append(entry.hex)
    return texts, labels
