"""How far each mailbox was read, and what became of each mail that came in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.privacy import privacy
from storage.schema import Table, WithId

MAIL_ITEMS_UNTIL = (
    "13 Monate nach dem Eingang; übergangene E-Mails selbst mit Absender und Betreff nach 14 Tagen"
)


class MailboxState(Table):
    """How far a folder was read: all UIDs up to ``last_uid`` are taken in, as long as ``uidvalidity`` is the same
    (RFC 9051, 2.3.1.1). ``failed_since``: since when it can't be reached, and ``reason`` why.
    """

    __tablename__ = "kiss_mailbox"
    __table_args__ = {"info": privacy("Stand der Postfächer", None, "dauerhaft", "keep")}  # noqa: RUF012

    name: Mapped[str] = mapped_column(primary_key=True)
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0)
    checked_at: Mapped[datetime | None]
    failed_since: Mapped[datetime | None]
    reason: Mapped[str | None]


class MailItem(WithId, Table):
    """A mail that came in, known by ``key`` (``parsing.ParsedMail``) or, unread, by its bytes: each is taken in once.

    ``mailboxes``: names of all inboxes it came to. ``original``: SHA-256 of what is kept of a mail that could not be read, or that
    was passed over (``passed_over``).
    Of one that was handed over unopened nothing stands here but that it was. ``sender`` and ``subject`` are what the head of such a
    one says, for as long as it is kept; ``asked_at``: somebody had it read again, ``tried_at``: when that was last tried in vain.
    """

    __tablename__ = "kiss_mail"
    __table_args__ = (
        Index(None, "anliegen_id"),
        Index(None, "fate", "id"),
        Index(None, "at"),
        CheckConstraint(
            "fate in ('opened','heard','noted','ignored','handed_over','quarantined','discarded')",
            name="fate",
        ),
        {
            "info": privacy(
                "Eingang von E-Mails zu Anliegen", "anliegen_id", MAIL_ITEMS_UNTIL, "erase"
            )
        },
    )  # fmt: skip

    key: Mapped[str] = mapped_column(unique=True)
    mailboxes: Mapped[list[str]]
    fate: Mapped[str]
    anliegen_id: Mapped[UUID | None] = mapped_column(ForeignKey("anliegen.id"))
    reason: Mapped[str | None]
    """Why it can't be read, or why nothing was made of it."""
    original: Mapped[str | None]
    size: Mapped[int]
    at: Mapped[datetime]
    sender: Mapped[str | None]
    subject: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]


class LookedThrough(Table):
    """Up to which moment something was looked through, by name, so that it is not looked through again."""

    __tablename__ = "kiss_mail_mark"
    __table_args__ = {"info": privacy("Stand der Postfächer", None, "dauerhaft", "keep")}  # noqa: RUF012

    name: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
