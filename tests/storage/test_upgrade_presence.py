"""A filled house goes through the revisions of monitors and of what people are told, step by step, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import inspect, select, text

from presence.availability.absences import come_back
from presence.availability.current import current_store
from presence.availability.profile import set_profile
from presence.availability.tables import AvailabilityProfile
from presence.availability.telling import told
from presence.monitor.queries import by_token, monitors
from presence.monitor.tables import MonitorDevice
from presence.monitor.tokens import hash_of, new_token
from presence.sign_in import Token, sign_in
from presence.sign_in_log import own_sign_ins
from storage.actors import Role, System
from storage.clock import local_date
from storage.house import House
from storage.migration import configuration, is_current, upgrade
from storage.organisation.operations import grant_role
from storage.organisation.queries import load_staff, person_by_login
from tests.intranet.house import PASSWORD, office
from tests.storage.releases import RELEASES, differences, restore

SYSTEM = System("test")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The first release, filled."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    house = restore(RELEASES[0], tmp_path, url)
    yield house
    current_store(house).close()
    house.close()


def to(house: House, revision: str) -> set[str]:
    """Bring it there, and no further. Returns the tables there are then."""
    with house.database.engine.execution_options(writer=True).begin() as connection:
        command.upgrade(configuration(connection), revision)
    return set(inspect(house.database.engine).get_table_names())


def who(house: House, login: str) -> UUID:
    with house.database.read() as session:
        row = person_by_login(session, login, local_date(house.clock()))
    assert row is not None
    return row.id


def test_screens_set_up_at_once_work_after_every_later_revision(old: House) -> None:
    assert "monitor_device" not in to(old, "0006")
    assert "monitor_device" in to(old, "0007")
    now, today = old.clock(), local_date(old.clock())
    tokens = [new_token(), new_token()]
    with old.database.write() as session:
        where = office(session, "ordnungsamt")
        session.add_all(
            MonitorDevice(
                name=name, place="Flur", kind="office", subject_id=where, mode=mode, theme="dark",
                token_hash=hash_of(token), created_at=now, revoked_at=revoked, seen_at=now,
                valid_to=None,
            )
            for name, mode, token, revoked in zip(
                ("eins", "zwei"), ("names", "counts"), tokens, (None, now), strict=True
            )
        )  # fmt: skip
    before = _rows(old)
    upgrade(old.database)
    assert is_current(old.database)
    assert differences(old.database) == []
    assert _rows(old) == before
    with old.database.read() as session:
        known, ended = (by_token(session, token, today) for token in tokens)
        assert known is not None
        assert known.ended is None
        assert known.spec.subject == where
        assert ended is not None
        assert ended.ended
        assert [row.name for row, _ in monitors(session, SYSTEM)] == ["eins", "zwei"]


def _rows(house: House) -> list[tuple[object, ...]]:
    with house.database.read() as session:
        return [
            tuple(getattr(row, column.name) for column in MonitorDevice.__table__.columns)
            for row in session.scalars(select(MonitorDevice).order_by(MonitorDevice.name))
        ]


def test_nobody_tells_the_house_of_their_return_before_saying_so(old: House) -> None:
    to(old, "0021")
    anna = who(old, "anna.beispiel")
    with old.database.write() as session:
        session.execute(
            text(
                "INSERT INTO availability_profile (person_id, revision, channel)"
                " SELECT id, 3, 'Chat' FROM person"
            )
        )
        count = session.scalar(text("SELECT count(*) FROM availability_profile"))
    upgrade(old.database)
    assert is_current(old.database)
    assert differences(old.database) == []
    with old.database.read() as session:
        rows = session.scalars(select(AvailabilityProfile)).all()
        assert len(rows) == count
        assert {(row.revision, row.channel, row.tells_return) for row in rows} == {
            (3, "Chat", False)
        }
    with old.database.write() as session:
        set_profile(
            session, SYSTEM, anna, substitute=None, channel=None, place=None, tells_return=True,
            now=old.clock(),
        )  # fmt: skip
    with old.database.read() as session:
        assert session.get_one(AvailabilityProfile, anna).tells_return


def test_absences_and_sign_ins_of_before_go_on_and_are_told_from_now_on(old: House) -> None:
    to(old, "0010")
    anna, paula = who(old, "anna.beispiel"), who(old, "paula.post")
    now = old.clock()
    with old.database.write() as session:
        session.execute(
            text(
                "INSERT INTO absence (id, revision, person_id, starts, ends, substitute_id)"
                " SELECT id, 1, id, :starts, :ends, NULL FROM person"
            ),
            {"starts": now.replace(hour=1), "ends": now.replace(hour=23)},
        )
        sealed = session.scalar(
            text("SELECT count(*) FROM journal_entry WHERE verb = 'session.open'")
        )
    assert "sign_in" in to(old, "0011")
    upgrade(old.database)
    assert differences(old.database) == []
    with old.database.write() as session:
        grant_role(session, SYSTEM, paula, Role.PERSONNEL, None, now=now)
    with old.database.write() as session:
        staff = load_staff(session, paula, local_date(now))
        assert staff is not None
        assert come_back(session, staff, anna, now=now) == 1
    assert isinstance(sign_in(old, "anna.beispiel", PASSWORD, "127.0.0.1"), Token)
    with old.database.read() as session:
        own = load_staff(session, anna, local_date(now))
        assert own is not None
        assert [each.what for each in told(session, current_store(old), own)] == ["absence"]
        assert [row.at for row in own_sign_ins(session, anna)] == [now]
        kept = text("SELECT count(*) FROM journal_entry WHERE verb = 'session.open'")
        assert session.scalar(kept) == sealed  # a chain can't lose any
