"""What the page of mails nobody could read shows: a line for each, and all that is known of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from intranet import html, words
from storage.actors import Staff
from workflows.kiss.mail.quarantine import quarantined, unread
from workflows.kiss.mail.tables import MailItem

UNKNOWN = "nicht zu erkennen"
NO_SUBJECT = "(Betreff nicht zu erkennen)"


@dataclass(frozen=True, slots=True)
class Line:
    """A mail in the list."""

    id: UUID
    subject: str
    sender: str
    reason: str
    size: str
    came: str
    mailboxes: str


@dataclass(frozen=True, slots=True)
class UnreadMail:
    """One of them. ``waits``: the engine has been asked to read it again and has not answered yet."""

    row: MailItem
    line: Line
    waits: bool
    facts: Sequence[tuple[str, html.Cell]]


def lines(session: Session, staff: Staff) -> list[Line]:
    """All that wait, the oldest first."""
    return [_line(row) for row in quarantined(session, staff)]


def load(session: Session, staff: Staff, item: UUID) -> UnreadMail:
    """Raises ``NotFoundError`` where it does not wait any more."""
    row = unread(session, staff, item)
    line = _line(row)
    facts: list[tuple[str, html.Cell]] = [
        ("Von", line.sender),
        ("Betreff", line.subject),
        ("Warum nicht gelesen", line.reason),
        ("Größe", line.size),
        ("Eingegangen", line.came),
        ("Postfach", line.mailboxes),
    ]
    if row.tried_at is not None:
        facts.append(("Zuletzt versucht", words.moment(row.tried_at)))
    if row.original is not None:
        facts.append(("Original", html.link(f"/anliegen/unlesbar/{row.id.hex}", "Herunterladen")))
    waits = row.asked_at is not None and (row.tried_at is None or row.tried_at < row.asked_at)
    return UnreadMail(row, line, waits, facts)


def _line(row: MailItem) -> Line:
    return Line(
        row.id, row.subject or NO_SUBJECT, row.sender or UNKNOWN, row.reason or "", words.size(row.size),
        words.moment(row.at), ", ".join(row.mailboxes),
    )  # fmt: skip
