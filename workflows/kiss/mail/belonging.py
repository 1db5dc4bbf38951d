"""Which Anliegen a mail belongs to: by a genuine mark alone, never by a number somebody could guess."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import Settings
from presence.citizens.links import KEY_NAME
from presence.keys import load_key
from storage.actors import System
from workflows.kiss.anliegen.sight import in_sight
from workflows.kiss.anliegen.tables import Anliegen, Contact, Message
from workflows.kiss.mail.marks import Mark, Marks, find_marks

ACTOR = System("kiss.mail")


def marks_of(settings: Settings) -> Marks:
    """The marks of this installation: with the citizens' key, for a purpose of their own."""
    return Marks(load_key(settings, KEY_NAME))


def mark_of(marks: Marks, row: Anliegen) -> Mark:
    return marks.of(row.id, row.year, row.number)


def belongs_to(session: Session, marks: Marks, claims: Iterable[str]) -> Anliegen | None:
    """The Anliegen of the first genuine mark: the very one it was made for, also where that was merged into another."""
    for mark in find_marks(claims):
        row = session.scalars(
            select(Anliegen).where(
                Anliegen.year == mark.year,
                Anliegen.number == mark.number,
                in_sight(session, ACTOR),
            )
        ).one_or_none()
        if row is not None and marks.is_genuine(mark, row.id):
            return row
    return None


def believed(session: Session, row: Anliegen) -> list[str]:
    """The addresses that are known of who came with it: where we write to, and where the first mail came from."""
    contact = session.get(Contact, row.contact_id) if row.contact_id else None
    first = session.scalars(
        select(Message.sender)
        .where(Message.anliegen_id == row.id, Message.kind == "incoming")
        .order_by(Message.id)
        .limit(1)
    ).first()
    return [each for each in (contact.mail if contact else None, first) if each]
