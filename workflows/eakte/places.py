"""Where a document could be filed: open Akten with their open Vorgänge, and the one that something speaks for.

Nothing is proposed because it is the newest: a letter filed with one key must not land in somebody else's Vorgang.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from storage.actors import Actor
from storage.rights import Verb, may
from workflows.eakte.sight import in_sight, scope_of
from workflows.eakte.tables import Akte, Document, Vorgang

MOST = 30
"""Akten offered at once; more are found by words."""
MOST_VORGAENGE = 20
"""Open Vorgänge offered of one Akte."""
_OFFICIAL = frozenset({"authority", "court", "council", "internal"})
"""Senders who write about many people: that they wrote before says nothing about where this letter belongs."""


@dataclass(frozen=True, slots=True)
class AktePlaces:
    """An open Akte the actor may file into, with its open Vorgänge, the newest first."""

    akte: Akte
    vorgaenge: Sequence[Vorgang]


@dataclass(frozen=True, slots=True)
class Known:
    """What speaks for a place. ``akte`` and ``vorgang`` are proposed (a new Vorgang in ``akte`` where there is no one
    ``vorgang``); without ``akte`` a person has to choose, and ``because`` says why.
    """

    because: str
    akte: Akte | None = None
    vorgang: Vorgang | None = None


def open_akten(
    session: Session, actor: Actor, *, plan_entry: UUID | None = None, words: str = ""
) -> Sequence[AktePlaces]:
    """Open Akten within sight that the actor may file into, the newest first; of ``plan_entry``, or those in whose
    Aktenzeichen, name or open Vorgänge all the words stand.
    """
    wanted = select(Akte).where(in_sight(session, actor, Akte), Akte.state == "open")
    if plan_entry is not None:
        wanted = wanted.where(Akte.plan_entry_id == plan_entry)
    asked = words.split()[:8]
    for word in asked:
        named = exists().where(
            Vorgang.akte_id == Akte.id,
            Vorgang.state == "open",
            Vorgang.title.icontains(word, autoescape=True),
        )
        wanted = wanted.where(
            or_(
                Akte.title.icontains(word, autoescape=True),
                Akte.reference.icontains(word, autoescape=True),
                named,
            )
        )
    rows = session.scalars(wanted.order_by(Akte.id.desc()).limit(MOST)).all()
    return _with_vorgaenge(session, actor, rows, asked)


def known_place(
    session: Session,
    actor: Actor,
    quoted: Sequence[AktePlaces],
    sender: str | None,
    sender_kind: str | None,
    plan_entry: UUID | None,
) -> Known | None:
    """What the letter itself says, else what its sender's earlier letters say. ``None``: nothing speaks for a place.

    ``quoted``: the Akten it quotes (``quoted_akten``). An Aktenzeichen counts wherever its Akte lies, a sender under ``plan_entry`` only, and only if all of the sender's
    letters there lie in one open Vorgang.
    """
    if len(quoted) == 1:
        (places,) = quoted
        because = f"weil das Schreiben das Aktenzeichen {places.akte.reference} nennt"
        only = places.vorgaenge[0] if len(places.vorgaenge) == 1 else None
        return Known(because, places.akte, only)
    if quoted:
        named = ", ".join(each.akte.reference for each in quoted)
        return Known(f"Das Schreiben nennt mehrere Aktenzeichen: {named}.")
    if not sender or sender_kind in _OFFICIAL or plan_entry is None:
        return None
    return _known_by_sender(session, actor, sender, plan_entry)


def quoted_akten(
    session: Session, actor: Actor, references: Collection[str]
) -> Sequence[AktePlaces]:
    """The open Akten within sight whose Aktenzeichen are quoted, in the order of these."""
    if not references:
        return []
    rows = session.scalars(
        select(Akte)
        .where(
            in_sight(session, actor, Akte),
            Akte.reference.in_(sorted(set(references))),
            Akte.state == "open",
        )
        .order_by(Akte.reference)
    ).all()
    return _with_vorgaenge(session, actor, rows, ())


def _known_by_sender(session: Session, actor: Actor, sender: str, plan_entry: UUID) -> Known | None:
    rows = session.execute(
        select(Akte, Vorgang)
        .join(Vorgang, Vorgang.akte_id == Akte.id)
        .where(
            in_sight(session, actor, Akte),
            Akte.plan_entry_id == plan_entry,
            Akte.state == "open",
            Vorgang.state == "open",
            exists().where(Document.vorgang_id == Vorgang.id, Document.sender == sender),
        )
        .order_by(Vorgang.id.desc())
        .limit(MOST)
    ).all()
    mine = [(akte, vorgang) for akte, vorgang in rows if may(actor, Verb.AKTE_EDIT, scope_of(akte))]
    if len(mine) == 1:
        return Known(f"weil Schreiben von „{sender}“ schon dort liegen", *mine[0])
    if mine:
        return Known(f"Schreiben von „{sender}“ liegen schon in mehreren Vorgängen.")
    return None


def _with_vorgaenge(
    session: Session, actor: Actor, akten: Iterable[Akte], words: Sequence[str]
) -> list[AktePlaces]:
    """Of an Akte that words only find by a Vorgang, the Vorgänge that hold them."""
    mine = [akte for akte in akten if may(actor, Verb.AKTE_EDIT, scope_of(akte))]
    latest = func.row_number().over(partition_by=Vorgang.akte_id, order_by=Vorgang.number.desc())
    ranked = (
        select(Vorgang.id, latest.label("place"))
        .join(Akte, Akte.id == Vorgang.akte_id)
        .where(
            in_sight(session, actor, Akte),
            Akte.id.in_([akte.id for akte in mine]),
            Vorgang.state == "open",
            *(
                or_(
                    Akte.title.icontains(word, autoescape=True),
                    Akte.reference.icontains(word, autoescape=True),
                    Vorgang.title.icontains(word, autoescape=True),
                )
                for word in words
            ),
        )
        .subquery()
    )
    by_akte: defaultdict[UUID, list[Vorgang]] = defaultdict(list)
    wanted = (
        select(Vorgang)
        .join(ranked, ranked.c.id == Vorgang.id)
        .where(ranked.c.place <= MOST_VORGAENGE)
        .order_by(Vorgang.number.desc())
    )
    for vorgang in session.scalars(wanted):
        by_akte[vorgang.akte_id].append(vorgang)
    return [AktePlaces(akte, by_akte[akte.id]) for akte in mine]
