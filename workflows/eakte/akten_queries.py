"""What the pages show of the Aktenplan, Akten and Vorgänge, within the actor's sight."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from storage.actors import Actor
from storage.conflicts import NotFoundError
from storage.rights import sees
from workflows.eakte.plan import plan_entries
from workflows.eakte.retention import Claim, claim_of_plan, claims_of_document, ruling
from workflows.eakte.sight import in_sight, scope_of
from workflows.eakte.tables import Akte, Document, PlanEntry, Vorgang


@dataclass
class PlanNode:
    """An entry of the Aktenplan with its children and the number of Akten within sight below it."""

    entry: PlanEntry
    children: list["PlanNode"] = field(default_factory=list)
    akten: int = 0


def plan_tree(session: Session, actor: Actor, day: date) -> list[PlanNode]:
    """The Aktenplan as a tree; numbers count only what the actor may see."""
    counted = session.execute(
        select(Akte.plan_entry_id, func.count())
        .where(in_sight(session, actor, Akte))
        .group_by(Akte.plan_entry_id)
    )
    counts = {row[0]: row[1] for row in counted}
    nodes = {
        entry.id: PlanNode(entry, akten=counts.get(entry.id, 0))
        for entry in plan_entries(session, day)
    }
    roots: list[PlanNode] = []
    for node in nodes.values():
        parent = nodes.get(node.entry.parent_id) if node.entry.parent_id else None
        (parent.children if parent else roots).append(node)

    def add_up(node: PlanNode) -> int:
        node.akten += sum(add_up(child) for child in node.children)
        return node.akten

    for root in roots:
        add_up(root)
    return roots


def akten(
    session: Session,
    actor: Actor,
    *,
    plan_entry: UUID | None = None,
    text: str | None = None,
    state: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[Akte]:
    """Akten within sight by Aktenzeichen; ``after`` is the last Aktenzeichen seen."""
    wanted = select(Akte).where(in_sight(session, actor, Akte))
    if plan_entry is not None:
        wanted = wanted.where(Akte.plan_entry_id == plan_entry)
    if text and text.strip():
        like = f"%{text.strip().replace('%', '').replace('_', '')}%"
        wanted = wanted.where(or_(Akte.title.ilike(like), Akte.reference.ilike(like)))
    if state is not None:
        wanted = wanted.where(Akte.state == state)
    if after is not None:
        wanted = wanted.where(Akte.reference > after)
    return session.scalars(wanted.order_by(Akte.reference).limit(limit)).all()


def visible_akte(session: Session, actor: Actor, akte_id: UUID) -> Akte:
    """The Akte. Raises ``NotFoundError`` outside the actor's sight."""
    akte = session.get(Akte, akte_id)
    if akte is None or not sees(actor, scope_of(akte)):
        raise NotFoundError("Diese Akte gibt es nicht, oder Sie dürfen sie nicht sehen.")
    return akte


def retention_claim(session: Session, actor: Actor, akte: Akte, day: date) -> Claim:
    """How long the Akte is kept and what decides it: the Aktenplan, or the document that asks for the longest."""
    entry = session.get_one(PlanEntry, akte.plan_entry_id)
    stated = Document.details["confirmed"]["retention_years"].as_string()
    filed = (
        select(Document.kind, stated.label("stated"), Document.title)
        .where(in_sight(session, actor), Document.akte_id == akte.id)
        .subquery()
    )
    rows = session.execute(
        select(filed.c.kind, filed.c.stated, func.min(filed.c.title))
        .group_by(filed.c.kind, filed.c.stated)
        .order_by(filed.c.kind, filed.c.stated)
    )
    asked = [
        claim for kind, own, title in rows for claim in claims_of_document(kind, own, title, day)
    ]
    return ruling(claim_of_plan(entry.number, entry.retention_years), asked)


def vorgaenge(session: Session, actor: Actor, akte_id: UUID) -> Sequence[tuple[Vorgang, int]]:
    """The Vorgänge of an Akte with the number of documents in each."""
    visible_akte(session, actor, akte_id)
    rows = session.execute(
        select(Vorgang, func.count(Document.id))
        .outerjoin(Document, Document.vorgang_id == Vorgang.id)
        .where(Vorgang.akte_id == akte_id)
        .group_by(Vorgang.id)
        .order_by(Vorgang.number)
    )
    return [(row[0], row[1]) for row in rows]


def documents_in(
    session: Session, actor: Actor, vorgang_id: UUID, *, after: UUID | None = None, limit: int = 50
) -> Sequence[Document]:
    """The documents of a Vorgang, the newest first."""
    wanted = select(Document).where(in_sight(session, actor), Document.vorgang_id == vorgang_id)
    if after is not None:
        wanted = wanted.where(Document.id < after)
    return session.scalars(wanted.order_by(Document.id.desc()).limit(limit)).all()


def find_open_vorgaenge(
    session: Session, actor: Actor, words: str, limit: int = 30
) -> Sequence[tuple[Akte, Vorgang]]:
    """Open Vorgänge within sight whose Akte or own title holds all the words, the newest first."""
    query = (
        select(Akte, Vorgang)
        .join(Vorgang, Vorgang.akte_id == Akte.id)
        .where(in_sight(session, actor, Akte), Akte.state == "open", Vorgang.state == "open")
    )
    for word in words.split()[:8]:
        query = query.where(
            or_(
                Akte.title.icontains(word, autoescape=True),
                Akte.reference.icontains(word, autoescape=True),
                Vorgang.title.icontains(word, autoescape=True),
            )
        )
    rows = session.execute(query.order_by(Vorgang.id.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]


def vorgang_place(session: Session, actor: Actor, vorgang_id: UUID) -> tuple[Akte, Vorgang]:
    """A Vorgang with its Akte. Raises ``NotFoundError`` outside the actor's sight."""
    vorgang = session.get(Vorgang, vorgang_id)
    if vorgang is None:
        raise NotFoundError("Diesen Vorgang gibt es nicht, oder Sie dürfen ihn nicht sehen.")
    return visible_akte(session, actor, vorgang.akte_id), vorgang
