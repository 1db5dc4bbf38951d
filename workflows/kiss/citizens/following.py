"""What people see of their own Anliegen behind their link: where it stands and what was said, never a note or a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from presence.citizens.links import LinkError, SignedLink
from storage.actors import Citizen
from storage.conflicts import NotFoundError
from storage.organisation.tables import Office
from workflows.kiss.anliegen.answering import tell_later
from workflows.kiss.anliegen.progress import journal, reference
from workflows.kiss.anliegen.queries import files_of
from workflows.kiss.anliegen.sight import load_anliegen
from workflows.kiss.anliegen.states import RUNNING, Deed, State, allowed
from workflows.kiss.anliegen.tables import Anliegen, Contact, Merge, Message, MessageFile, Step

REVOKED = "Dieser Link gilt nicht mehr. Es gibt einen neueren."
GONE = "Dieses Anliegen ist gelöscht: So lange, wie es das Gesetz erlaubt, haben wir es aufbewahrt."


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said. ``ours``: by the city."""

    ours: bool
    asks: bool
    text: str
    at: datetime
    files: Sequence[MessageFile]


@dataclass(frozen=True, slots=True)
class Following:
    """An Anliegen as its link shows it. ``state`` is that of the one it was merged into, where it was."""

    row: Anliegen
    number: str
    state: State
    since: datetime
    until: datetime | None
    office: str
    lines: Sequence[Line]
    merged: bool
    has_mail: bool

    @property
    def answer_is_missing(self) -> bool:
        """What it goes on in was answered before; these people were told nothing of it yet."""
        answered = any(line.ours and not line.asks for line in self.lines)
        return self.merged and self.state in {State.ANSWERED, State.CLOSED} and not answered

    @property
    def may_object(self) -> bool:
        """„Doch nicht erledigt“."""
        return allowed(self.state, Deed.REOPEN)

    @property
    def may_rate(self) -> bool:
        return not self.merged and self.may_object


def opened_by(session: Session, link: SignedLink) -> Anliegen:
    """Raises ``LinkError`` where it was revoked or the Anliegen is forgotten."""
    row = session.get(Anliegen, link.id)
    if row is None:
        raise LinkError(GONE)
    if row.link_revision != link.revision:
        raise LinkError(REVOKED)
    return row


def follow(session: Session, row: Anliegen) -> Following:
    """What its link shows."""
    main = session.get_one(Anliegen, row.merged_into_id) if row.merged_into_id else row
    messages = session.scalars(
        select(Message).where(_shown(session, row)).order_by(Message.id)
    ).all()
    files = files_of(session, [each.id for each in messages])
    contact = session.get(Contact, row.contact_id) if row.contact_id else None
    since = session.scalar(select(func.max(Step.at)).where(Step.anliegen_id == main.id))
    return Following(
        row, reference(row), State(main.state), since or main.received_at,
        main.due_at if State(main.state) in RUNNING else None,
        session.get_one(Office, main.office_id).name,
        [
            Line(
                each.kind != "incoming", each.kind == "question", each.text, each.sent_at or each.at,
                files.get(each.id, ()),
            )
            for each in messages
        ],
        row.merged_into_id is not None, bool(contact and contact.mail),
    )  # fmt: skip


def _shown(session: Session, row: Anliegen) -> ColumnElement[bool]:
    """Their own words, what was answered, and what was answered to all since it was merged into another.

    What was said before to somebody else is shown where a clerk sent it to these people as well: a message to them
    alone (``via_id``), or one that hangs on their own Anliegen.
    """
    ours = and_(Message.kind.in_(("answer", "question")), Message.state == "sent")
    theirs = and_(Message.kind == "incoming", Message.trusted)
    to_all = Message.via_id.is_(None)
    own = or_(and_(Message.anliegen_id == row.id, to_all), Message.via_id == row.id)
    shown = and_(own, or_(ours, theirs))
    merged = session.scalars(
        select(Merge)
        .where(Merge.anliegen_id == row.id, Merge.undone_at.is_(None))
        .order_by(Merge.id.desc())
        .limit(1)
    ).first()
    if merged is None:
        return shown
    return or_(
        shown,
        and_(Message.anliegen_id == merged.into_id, to_all, ours, Message.sent_at >= merged.at),
    )


def shown_file(session: Session, row: Anliegen, file: UUID) -> MessageFile:
    """A file of what its link shows. Raises ``NotFoundError``."""
    found = session.scalars(
        select(MessageFile)
        .join(Message, Message.id == MessageFile.message_id)
        .where(MessageFile.id == file, _shown(session, row))
    ).one_or_none()
    if found is None:
        raise NotFoundError("Diese Datei gibt es nicht.")
    return found


def renew_link(session: Session, actor: Citizen, *, now: datetime) -> Anliegen:
    """Revoke all links given out so far; the new one goes to the address that was given, if any."""
    row = load_anliegen(session, actor, actor.link)
    row.link_revision += 1
    session.flush()
    tell_later(session, row, "link", now, f"neu{row.link_revision}")
    journal(session, actor, "renew_link", row, now)
    return row
