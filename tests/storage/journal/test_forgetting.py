"""What entries tell goes with what they are about; the chain stays whole, on both databases."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from storage.actors import System
from storage.clock import new_id
from storage.database import Database
from storage.jobs.tables import Mail
from storage.journal import erasure, record
from storage.journal.anchor import Anchor
from storage.journal.erasure import forget_details
from storage.journal.sealer import seal
from storage.journal.tables import JournalDetail, JournalEntry
from storage.journal.verification import verify
from storage.mail import send_later

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NIGHT = System("nacht")


def _told(database: Database, kind: str) -> list[str]:
    with database.read() as session:
        return list(
            session.scalars(
                select(JournalEntry.object_id)
                .join(JournalDetail, JournalDetail.number == JournalEntry.number)
                .where(JournalEntry.object_kind == kind)
                .order_by(JournalEntry.number)
            )
        )


def _record(database: Database, kind: str, ids: Sequence[UUID]) -> None:
    with database.write() as session:
        for each in ids:
            record(
                session, actor="person:1", verb="v", object_kind=kind, object_id=each,
                details={"a": 1}, at=NOW,
            )  # fmt: skip


def test_details_go_with_what_they_are_about(
    database: Database, anchor: Anchor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "BATCH", 2)
    with database.write() as session:
        kept = send_later(session, "a@example.org", "S", "T", "bleibt", now=NOW)
        gone = send_later(session, "a@example.org", "S", "T", "geht", now=NOW)
    _record(database, "brief", [kept, gone, *(new_id() for _ in range(4))])
    _record(database, "anderes", [gone])
    seal(database, anchor, lambda: NOW)
    with database.write() as session:
        session.execute(delete(Mail).where(Mail.id == gone))
    assert forget_details(database, "brief", (Mail,), NIGHT, NOW) == 5
    assert forget_details(database, "brief", (Mail,), NIGHT, NOW) == 0
    assert _told(database, "brief") == [str(kept)]
    assert _told(database, "anderes") == [str(gone)]
    seal(database, anchor, lambda: NOW)
    assert verify(database, anchor).ok
    assert len(_told(database, "journal")) == 3  # a line for each batch that took something
