"""Who left is known by name and rights for as long as the register says, not a day longer, on both databases."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from config.settings import Settings
from storage.actors import ProtectionClass, Role, System
from storage.clock import years_before
from storage.database import Database
from storage.journal.anchor import Anchor
from storage.journal.sealer import seal
from storage.journal.tables import JournalDetail, JournalEntry
from storage.journal.verification import verify
from storage.organisation import leaving
from storage.organisation.leaving import FORMER, forget_leavers
from storage.organisation.operations import add_office, add_person, grant_role, open_class
from storage.organisation.staff_changes import end_person
from storage.organisation.tables import ClassGrant, Membership, Person, RoleGrant
from storage.schema import Table
from tests.storage.promises import promised_end

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUSE = System("test")
RIGHTS: tuple[type[Table], ...] = (Membership, RoleGrant, ClassGrant)


def _person(database: Database, login: str, office: UUID) -> UUID:
    with database.write() as session:
        person = add_person(
            session, HOUSE, login=login, name=f"{login.title()} Beispiel", office=office,
            valid_from=date(2020, 1, 1), now=NOW, email=f"{login}@example.org", phone="1", room="2",
        ).id  # fmt: skip
        grant_role(session, HOUSE, person, Role.REGISTRY, None, now=NOW)
        open_class(session, HOUSE, person, office, ProtectionClass.SOCIAL, now=NOW)
    return person


@pytest.fixture
def office(database: Database) -> UUID:
    with database.write() as session:
        return add_office(
            session, HOUSE, key="bau", number="61", name="Bauamt", short="Bau",
            valid_from=date(2020, 1, 1), now=NOW,
        ).id  # fmt: skip


def _left(database: Database, table: type[Table]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_rights_and_name_go_when_the_register_says(database: Database, office: UUID) -> None:
    gone, here = _person(database, "geht", office), _person(database, "bleibt", office)
    with database.write() as session:
        end_person(session, HOUSE, gone, now=NOW)
    for table in (*RIGHTS, Person):
        end = promised_end(table, NOW)
        assert end == promised_end(Person, NOW), f"{table.__tablename__} goes another day"
    with database.write() as session:
        assert forget_leavers(session, end - timedelta(days=1)) == 0
    assert [_left(database, table) for table in RIGHTS] == [2, 2, 2]
    with database.write() as session:
        assert forget_leavers(session, end) == 1
        assert forget_leavers(session, end) == 0
    assert [_left(database, table) for table in RIGHTS] == [1, 1, 1]
    with database.read() as session:
        row, other = session.get_one(Person, gone), session.get_one(Person, here)
    assert (row.name, row.email, row.phone, row.room) == (FORMER, None, None, None)
    assert "geht" not in row.login
    assert other.name == "Bleibt Beispiel"


def test_the_login_is_free_again(database: Database, office: UUID) -> None:
    gone = _person(database, "geht", office)
    with database.write() as session:
        end_person(session, HOUSE, gone, now=NOW)
        forget_leavers(session, promised_end(Person, NOW))
    assert _person(database, "geht", office) != gone


def test_the_journal_stays_whole_and_tells_nothing_of_them(
    database: Database, office: UUID, tmp_path: Path
) -> None:
    anchor = Anchor.from_settings(Settings(data_dir=tmp_path))
    gone = _person(database, "geht", office)
    with database.write() as session:
        end_person(session, HOUSE, gone, now=NOW)
    seal(database, anchor, lambda: NOW)
    about = select(func.count()).where(
        JournalEntry.object_id == str(gone), JournalDetail.number == JournalEntry.number
    )
    with database.read() as session:
        assert session.scalar(about)
    with database.write() as session:
        forget_leavers(session, promised_end(Person, NOW))
    seal(database, anchor, lambda: NOW)
    with database.read() as session:
        assert session.scalar(about) == 0
        told = session.scalars(
            select(JournalEntry.verb).where(JournalEntry.object_id == str(gone))
        ).all()
    assert "person.forget" in told
    assert verify(database, anchor).ok


def test_many_go_in_batches(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "BATCH", 2)
    with sqlite_database.write() as session:
        office = add_office(
            session, HOUSE, key="bau", number="61", name="Bauamt", short="Bau",
            valid_from=date(2020, 1, 1), now=NOW,
        ).id  # fmt: skip
    for number in range(3):
        person = _person(sqlite_database, f"p{number}", office)
        with sqlite_database.write() as session:
            end_person(session, HOUSE, person, now=NOW)
    late = promised_end(Person, NOW)
    found = []
    for _ in range(3):
        with sqlite_database.write() as session:
            found.append(forget_leavers(session, late))
    assert found == [2, 1, 0]


def test_three_years_before_a_leap_day() -> None:
    assert years_before(date(2028, 2, 29), 3) == date(2025, 2, 28)
    assert years_before(date(2028, 2, 29), 4) == date(2024, 2, 29)
