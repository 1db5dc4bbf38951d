"""The tables of the engine: work to be done and done, outgoing mail, schedules, signs of life."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from storage.privacy import privacy
from storage.schema import Table, WithId, WithRevision

MAIL_UNTIL = (
    "30 Tage nach dem Versand; was nicht zu versenden war, 90 Tage nachdem es geschrieben wurde"
)


class Job(WithId, Table):
    """One piece of work. ``key`` says what it is about: the same kind and key are the same work.

    ``lease`` is the token of the one claim that may complete the job; a new claim gets a new token.
    ``repeat`` notes that the work was asked for again while it ran: it goes back to ``waiting`` when done.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        CheckConstraint("state in ('waiting', 'running', 'done', 'failed')", name="state"),
        # The claim walks this index in order and reads run_after from it.
        Index(None, "kind", "state", "priority", "id", "run_after"),
        Index(None, "state", "lease_until"),
        Index(  # what was given up since some moment; given up is seldom, so it costs the others nothing
            None,
            "kind",
            "finished_at",
            sqlite_where=text("state = 'failed'"),
            postgresql_where=text("state = 'failed'"),
        ),
        {
            "info": privacy(
                "Anstehende und erledigte Arbeit des Systems (nur Schlüssel, keine Inhalte)",
                None,
                "30 Tage nach Erledigung",
                "keep",
            )
        },
    )

    kind: Mapped[str]
    key: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    priority: Mapped[int]
    run_after: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    lease: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    repeat: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Run(WithId, Table):
    """One run of the engine: a batch of jobs of one kind, or one turn of a schedule.

    Kept here and not only in Prefect, whose database is disposable and which may be away.
    ``subject`` is the kind of the jobs or the key of the schedule; ``log`` holds lines ``[iso time, level, text]``.
    """

    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint("cause in ('batch', 'schedule')", name="cause"),
        CheckConstraint(
            "state in ('running', 'done', 'findings', 'failed', 'crashed')", name="state"
        ),
        Index(None, "started_at"),
        Index(None, "cause", "subject", "started_at"),
        Index(None, "state"),
        {
            "info": privacy(
                "Läufe der Ablaufsteuerung mit Protokoll (nur Schlüssel, keine Inhalte)",
                "started_by",
                "30 Tage",
                "anonymise",
            )
        },
    )

    cause: Mapped[str]
    subject: Mapped[str]
    engine: Mapped[str]
    flow_run: Mapped[UUID | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="running")
    seconds: Mapped[float | None]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    log: Mapped[list[Any]] = mapped_column(default=list)
    reason: Mapped[str | None]
    started_by: Mapped[UUID | None]
    """Who asked for the run by hand; None for the clock."""


class Mail(WithId, Table):
    """An outgoing mail, written in the transaction of the deed that causes it; a job of kind ``mail`` sends it.

    ``sender`` where it is not the house's own address; ``message_id`` where it is not the one that follows from ``key``; ``in_reply_to`` and ``thread`` (earlier Message-IDs,
    parted by blanks) put it into a conversation. ``automatic``: no person wrote it (RFC 3834).
    """

    __tablename__ = "mail"
    __table_args__ = (
        Index(None, "recipient", "created_at"),
        {"info": privacy("Ausgehende Benachrichtigungen", "recipient", MAIL_UNTIL, "erase")},
    )

    key: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    reply_to: Mapped[str | None]
    sender: Mapped[str | None]
    message_id: Mapped[str | None]
    in_reply_to: Mapped[str | None]
    thread: Mapped[str | None]
    automatic: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class MailAttachment(WithId, Table):
    """A small file that goes with a mail (a calendar entry, a certificate)."""

    __tablename__ = "mail_attachment"
    __table_args__ = (
        UniqueConstraint("mail_id", "position"),
        {"info": privacy("Anlagen ausgehender Benachrichtigungen", "mail_id", MAIL_UNTIL, "erase")},
    )

    mail_id: Mapped[UUID] = mapped_column(ForeignKey("mail.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes]


class Schedule(WithRevision, Table):
    """When a recurring job starts. The row belongs to the admin: a new version of the program leaves it as it is.

    ``next_run`` is the tick that is due next; whoever moves it on by conditional UPDATE starts the run.
    ``known`` is false for schedules of rooms that are switched off or gone: kept, but neither shown nor run.
    """

    __tablename__ = "schedule"
    __table_args__ = (
        {"info": privacy("Zeitpläne der Ablaufsteuerung", "changed_by", "unbegrenzt", "anonymise")},
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    cron: Mapped[str]
    default_cron: Mapped[str]
    timezone: Mapped[str]
    paused: Mapped[bool] = mapped_column(default=False)
    known: Mapped[bool] = mapped_column(default=True)
    next_run: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[UUID | None]
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[UUID | None]


class Process(WithId, Table):
    """The last sign of life of one process of the house."""

    __tablename__ = "process"
    __table_args__ = (
        UniqueConstraint("machine", "name"),
        {"info": privacy("Zustand der Prozesse des Systems", None, "7 Tage", "keep")},
    )

    name: Mapped[str]
    machine: Mapped[str]
    pid: Mapped[int]
    state: Mapped[str]
    since: Mapped[datetime]
    beat: Mapped[datetime]
    restarts: Mapped[int] = mapped_column(default=0)
    note: Mapped[str | None]
    """What people should know about it now, in German (Prefect away, watched folder unreadable)."""
