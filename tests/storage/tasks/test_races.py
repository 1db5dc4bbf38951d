"""Two who open the same task, save the same draft or write the same mail at once: one row, and nobody fails."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.actors import Role, System
from storage.database import Database
from storage.jobs.tables import Job, Mail, MailAttachment
from storage.mail import Attachment, send_later
from storage.organisation.operations import add_person
from storage.tasks.drafts import load_draft, save_draft
from storage.tasks.list import finish_task, open_task
from storage.tasks.tables import Draft, Task

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RACERS = 4


def _person(database: Database) -> UUID:
    with database.write() as session:
        return add_person(
            session, System("test"), login="ada", name="Ada", office=None,
            valid_from=date(2026, 1, 1), now=NOW,
        ).id  # fmt: skip


def _race(database: Database, deed: Callable[[Session, int], object]) -> None:
    """All begin before the first commits; on SQLite they take turns."""
    begin = threading.Barrier(RACERS)

    @contextmanager
    def together() -> Iterator[Session]:
        with database.write() as session:
            if database.dialect == "postgresql":
                begin.wait(120)
            yield session

    def run(number: int) -> None:
        with together() as session:
            deed(session, number)
            session.flush()
            _linger(session)

    with ThreadPoolExecutor(RACERS) as pool:
        list(pool.map(run, range(RACERS)))


def _linger(session: Session) -> None:
    """Leave the others time to look while our row is not committed."""
    if session.get_bind().dialect.name == "postgresql":
        session.scalar(select(func.pg_sleep(0.05)))


def _open(session: Session, title: str, **where: UUID | Role | datetime | None) -> None:
    open_task(
        session, key="k", kind="probe", title=title, link="/x", object_kind="document",
        object_id=uuid4(), now=NOW, **where,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_task_opened_by_several_at_once_is_one_task(database: Database) -> None:
    person = _person(database)
    _race(database, lambda session, number: _open(session, f"T{number}", person=person))
    with database.read() as session:
        assert session.scalars(select(Task.person_id)).all() == [person]


def test_opening_a_task_again_renews_it_and_keeps_its_beginning(database: Database) -> None:
    person = _person(database)
    with database.write() as session:
        _open(session, "Alt", person=person, due_at=NOW)
        known = session.scalars(select(Task)).one()
        finish_task(session, "k", NOW)
        _open(session, "Neu", role=Role.REGISTRY)
        assert (known.title, known.person_id, known.role) == ("Neu", None, "registry")
        assert (known.due_at, known.done_at, known.created_at) == (None, None, NOW)


def test_a_draft_saved_in_two_windows_is_one_draft(database: Database) -> None:
    person = _person(database)
    _race(
        database,
        lambda session, number: save_draft(session, person, "brief", {"text": number}, NOW),
    )
    with database.write() as session:
        assert session.scalar(select(func.count(Draft.id))) == 1
        later = NOW + timedelta(minutes=1)
        save_draft(session, person, "brief", {"text": "Schluss"}, later)
        assert load_draft(session, person, "brief") == {"text": "Schluss"}
        assert session.scalars(select(Draft.changed_at)).all() == [later]


def test_a_mail_written_by_several_at_once_goes_out_once(database: Database) -> None:
    attachment = Attachment("a.txt", "text/plain", b"a")
    ids: list[UUID] = []
    _race(
        database,
        lambda session, _: ids.append(
            send_later(session, "a@b.de", "S", "T", "key", attachments=[attachment], now=NOW)
        ),
    )
    assert len(set(ids)) == 1
    with database.read() as session:
        for table in (Mail, MailAttachment, Job):
            assert session.scalar(select(func.count()).select_from(table)) == 1
