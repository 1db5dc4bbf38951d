"""Looking for the same Anliegen among what came in: the engine's job. What it finds is suggested, a person decides.

Only Anliegen of one protection class are compared, and each is shown only to who sees both. Three things suggest that two
are one: what is written, the same thing at the same place, the same person with the same thing within a few days.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.clock import new_id
from storage.jobs.handlers import JobContext
from storage.jobs.queue import ClaimedJob, complete
from storage.upsert import insert_into
from workflows.kiss.anliegen.tables import (
    Anliegen,
    Contact,
    Likeness,
    Message,
    SignatureBand,
    TextSignature,
)
from workflows.kiss.duplicates.candidates import most_alike
from workflows.kiss.duplicates.finding import PERIOD, Occasion, find_among, may_be_same
from workflows.kiss.duplicates.scoring import ready
from workflows.kiss.duplicates.sketches import Sketch, sketches

SAME_PLACE, SAME_SENDER = 0.7, 0.6
"""How sure place or sender make it beside the same topic: less than the same words do."""
SOON = timedelta(days=3)
MOST = 200


def look_for_alike(context: JobContext, job: ClaimedJob) -> None:
    """Keep the sketch of a new Anliegen, and note what may be the same. Twice is once."""
    house, anliegen = context.house, UUID(job.key)
    now = house.clock()
    with house.database.read() as session:
        row = session.get(Anliegen, anliegen)
        text = _text(session, anliegen)
    found: dict[UUID, tuple[float, list[str]]] = {}
    if row is not None and text is not None:
        prepared = ready(text)
        (sketch,) = sketches([prepared.core])
        with house.database.read() as session:
            for other, score in _alike(session, row, sketch, text):
                found[other] = (score, ["gleicher Text" if score > 0.99 else "sehr ähnlicher Text"])
            for other, score, why in _beside(session, row):
                known = found.get(other, (0.0, []))
                found[other] = (max(score, known[0]), [*known[1], why])
    with house.database.write() as session:
        if row is not None and text is not None:
            _keep(session, anliegen, sketch)
            for other, (score, reasons) in found.items():
                _suggest(session, anliegen, other, score, reasons)
        complete(session, job, now)


def _text(session: Session, anliegen: UUID) -> str | None:
    return session.scalars(
        select(Message.text)
        .where(Message.anliegen_id == anliegen, Message.kind == "incoming")
        .order_by(Message.id)
        .limit(1)
    ).first()


def _alike(session: Session, row: Anliegen, sketch: Sketch, text: str) -> list[tuple[UUID, float]]:
    """Anliegen of the same class and month whose text is the same."""
    if not sketch.bands:
        return []
    sharing = select(SignatureBand.anliegen_id).where(SignatureBand.value.in_(sketch.bands))
    known = session.execute(
        select(TextSignature.anliegen_id, TextSignature.signature)
        .join(Anliegen, Anliegen.id == TextSignature.anliegen_id)
        .where(
            TextSignature.anliegen_id.in_(sharing),
            Anliegen.id != row.id,
            Anliegen.protection == row.protection,
            Anliegen.received_at > row.received_at - PERIOD,
        )
    )
    stored = [(key, signature) for key, signature in known]
    close = [key for key, _ in most_alike(sketch, stored)]
    rows = {
        each.id: each for each in session.scalars(select(Anliegen).where(Anliegen.id.in_(close)))
    }
    texts = [
        (key, ready(found))
        for key in close
        if may_be_same(_occasion(row), _occasion(rows[key])) and (found := _text(session, key))
    ]
    return find_among(ready(text), texts)


def _occasion(row: Anliegen) -> Occasion:
    known = row.latitude is not None and row.longitude is not None
    return Occasion(row.received_at, (row.latitude, row.longitude) if known else None)  # type: ignore[arg-type]


def _beside(session: Session, row: Anliegen) -> list[tuple[UUID, float, str]]:
    """The same topic at the same place, or from the same address within a few days."""
    if row.topic_id is None:
        return []
    rows = session.execute(
        select(Anliegen, Contact.mail)
        .outerjoin(Contact, Contact.id == Anliegen.contact_id)
        .where(
            Anliegen.id != row.id,
            Anliegen.topic_id == row.topic_id,
            Anliegen.protection == row.protection,
            Anliegen.about_id.is_(None),
            Anliegen.received_at > row.received_at - PERIOD,
            Anliegen.merged_into_id.is_(None),
        )
        .order_by(Anliegen.id.desc())
        .limit(MOST)
    ).all()
    contact = session.get(Contact, row.contact_id) if row.contact_id else None
    own = contact.mail.casefold() if contact and contact.mail else None
    here = _occasion(row)
    found = []
    for other, mail in rows:
        there = _occasion(other)
        if here.place and there.place and may_be_same(here, there):
            found.append((other.id, SAME_PLACE, "gleicher Ort, gleiches Thema"))
        elif own and mail and mail.casefold() == own and _soon(row.received_at, other.received_at):
            found.append((other.id, SAME_SENDER, "gleiche Adresse, gleiches Thema"))
    return found


def _soon(one: datetime, other: datetime) -> bool:
    return abs(one - other) <= SOON


def _keep(session: Session, anliegen: UUID, sketch: Sketch) -> None:
    session.execute(delete(SignatureBand).where(SignatureBand.anliegen_id == anliegen))
    session.execute(delete(TextSignature).where(TextSignature.anliegen_id == anliegen))
    session.add(TextSignature(anliegen_id=anliegen, signature=sketch.signature))
    session.add_all(
        SignatureBand(anliegen_id=anliegen, band=band, value=value)
        for band, value in enumerate(sketch.bands)
    )


def _suggest(
    session: Session, anliegen: UUID, other: UUID, score: float, reasons: Sequence[str]
) -> None:
    """What a person has decided on already stays decided."""
    first, second = sorted((anliegen, other))
    session.execute(
        insert_into(session, Likeness)
        .values(
            id=new_id(), revision=1, first_id=first, second_id=second, score=score,
            reasons=list(reasons), state="suggested",
        )
        .on_conflict_do_nothing(index_elements=["first_id", "second_id"])
    )  # fmt: skip
