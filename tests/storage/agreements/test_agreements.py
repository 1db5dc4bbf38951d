"""An agreement counts when both sides have entered it, for the days it says; each side may end it."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from storage.actors import Grant, Role, Staff, System
from storage.agreements.operations import confirm_agreement, end_agreement, record_agreement
from storage.agreements.queries import agreements, in_force, keys_in_force
from storage.agreements.sides import APART, speakers
from storage.agreements.tables import Agreement
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.database import Database
from storage.organisation.operations import add_person, grant_role
from storage.organisation.queries import load_staff
from storage.organisation.tables import RoleGrant
from storage.rights import NotAllowedError

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TODAY = local_date(NOW)
DAY = timedelta(days=1)


@pytest.fixture
def sides(database: Database) -> dict[str, Staff]:
    found: dict[str, Staff] = {}
    with database.write() as session:
        for login, role in (
            ("ada", Role.ADMIN),
            ("alma", Role.ADMIN),
            ("paul", Role.COUNCIL),
            ("anna", None),
        ):
            person = add_person(
                session,
                System("test"),
                login=login,
                name=login,
                office=None,
                valid_from=date(2020, 1, 1),
                now=NOW,
            )
            if role:
                grant_role(session, System("test"), person.id, role, None, now=NOW)
            session.flush()
            staff = load_staff(session, person.id, TODAY)
            assert staff is not None
            found[login] = staff
    return found


def _record(database: Database, actor: Staff, **changes: object) -> UUID:
    fields: dict[str, object] = {
        "key": "monitor",
        "title": "Anwesenheitsmonitor",
        "file_number": "DV 3/2026",
        "signed_on": TODAY,
        "valid_from": TODAY,
        **changes,
    }
    with database.write() as session:
        return record_agreement(session, actor, now=NOW, **fields).id  # type: ignore[arg-type]


def _counts(database: Database, day: date = TODAY) -> bool:
    with database.read() as session:
        assert in_force(session, "monitor", day) == ("monitor" in keys_in_force(session, day))
        return in_force(session, "monitor", day)


@pytest.mark.parametrize(("first", "second"), [("ada", "paul"), ("paul", "ada")])
def test_both_sides_are_needed(
    database: Database, sides: dict[str, Staff], first: str, second: str
) -> None:
    row = _record(database, sides[first])
    assert not _counts(database)
    for wrong in {first, "anna", "alma" if first == "ada" else first}:
        with database.write() as session, pytest.raises(NotAllowedError):
            confirm_agreement(session, sides[wrong], row, now=NOW)
    for _ in range(2):
        with database.write() as session:
            confirm_agreement(session, sides[second], row, now=NOW)
    assert _counts(database)
    assert not _counts(database, TODAY - DAY)


def test_it_counts_for_its_days_only(database: Database, sides: dict[str, Staff]) -> None:
    row = _record(database, sides["ada"], valid_from=TODAY + DAY, valid_to=TODAY + 3 * DAY)
    with database.write() as session:
        confirm_agreement(session, sides["paul"], row, now=NOW)
    days = [_counts(database, TODAY + n * DAY) for n in range(4)]
    assert days == [False, True, True, False]


def test_each_side_may_end_it_at_once(database: Database, sides: dict[str, Staff]) -> None:
    row = _record(database, sides["ada"])
    with database.write() as session:
        confirm_agreement(session, sides["paul"], row, now=NOW)
        end_agreement(session, sides["paul"], row, last_day=TODAY - DAY, now=NOW)
    assert not _counts(database)
    with database.write() as session, pytest.raises(ConflictError):
        end_agreement(session, sides["paul"], row, last_day=TODAY - 2 * DAY, now=NOW)
    with database.read() as session:
        assert [each.id for each in agreements(session)] == [row]  # the register keeps it


def test_entering_it_twice_is_once(database: Database, sides: dict[str, Staff]) -> None:
    assert _record(database, sides["ada"]) == _record(database, sides["ada"])
    with database.read() as session:
        assert session.query(Agreement).count() == 1


def test_a_file_number_that_is_taken_is_said_and_nothing_is_changed(
    database: Database, sides: dict[str, Staff]
) -> None:
    row = _record(database, sides["ada"])
    for changes in ({"valid_from": TODAY + DAY}, {"title": "Anderes"}, {"valid_to": TODAY + DAY}):
        with pytest.raises(ConflictError, match=r"„DV 3/2026“ steht schon .*noch nicht bestätigt"):
            _record(database, sides["ada"], **changes)
    with pytest.raises(ConflictError, match="steht schon"):
        _record(database, sides["paul"])
    with database.write() as session:
        confirm_agreement(session, sides["paul"], row, now=NOW)
    with pytest.raises(ConflictError, match=r"gilt ab 02\.03\.2026\)"):
        _record(database, sides["ada"])
    with database.write() as session:
        end_agreement(session, sides["paul"], row, last_day=TODAY - DAY, now=NOW)
    with pytest.raises(ConflictError, match=r"beendet am 01\.03\.2026.*eigenes Aktenzeichen"):
        _record(database, sides["ada"])
    assert _record(database, sides["ada"], key="calendar") != row  # one paper about two things


def _now(database: Database, person: UUID, day: date = TODAY) -> Staff:
    with database.read() as session:
        staff = load_staff(session, person, day)
    assert staff is not None
    return staff


def _roles(database: Database, person: UUID, *, at: datetime = NOW, **roles: bool) -> None:
    """Give (True) or take roles as they are given and taken in the tables, past every rule of the verbs."""
    with database.write() as session:
        for name, held in roles.items():
            if held:
                session.add(
                    RoleGrant(person_id=person, role=name, valid_from=local_date(at), valid_to=None)
                )
            else:
                for grant in session.scalars(
                    select(RoleGrant).where(RoleGrant.person_id == person, RoleGrant.role == name)
                ):
                    grant.valid_to = local_date(at)


def test_whoever_administers_the_house_never_speaks_for_the_council(
    database: Database, sides: dict[str, Staff]
) -> None:
    """With both roles one speaks for the house, whoever gave them."""
    row = _record(database, sides["ada"])
    alma = sides["alma"].person
    _roles(database, alma, council=True)
    with database.write() as session, pytest.raises(NotAllowedError, match="Personalrat"):
        confirm_agreement(session, _now(database, alma), row, now=NOW)
    own = _record(database, _now(database, alma), file_number="DV 4")
    with database.write() as session:
        with pytest.raises(
            NotAllowedError
        ):  # it was entered for the house, so no administrator confirms it
            confirm_agreement(session, sides["ada"], own, now=NOW)
        confirm_agreement(session, sides["paul"], own, now=NOW)


def test_whoever_laid_the_administration_down_for_it_does_not_either(
    database: Database, sides: dict[str, Staff]
) -> None:
    row = _record(database, sides["ada"])
    alma = sides["alma"].person
    _roles(database, alma, admin=False, council=True)
    assert _now(database, alma).grants == frozenset({Grant(Role.COUNCIL)})
    with database.write() as session:
        with pytest.raises(NotAllowedError, match="im letzten Jahr"):
            confirm_agreement(session, _now(database, alma), row, now=NOW)
        with pytest.raises(NotAllowedError):
            record_agreement(
                session, _now(database, alma), key="calendar", title="T", file_number="1", signed_on=TODAY,
                valid_from=TODAY, now=NOW,
            )  # fmt: skip
        assert [name for name, _ in speakers(session, TODAY)] == ["paul"]
        later = TODAY + APART
        assert [name for name, _ in speakers(session, later)] == ["alma", "paul"]
        confirm_agreement(session, _now(database, alma, later), row, now=NOW + APART)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "unbekannt"},
        {"title": " "},
        {"file_number": ""},
        {"signed_on": TODAY + DAY},
        {"valid_from": TODAY - DAY},
        {"valid_to": TODAY},
    ],
)
def test_what_does_not_fit_is_refused(
    database: Database, sides: dict[str, Staff], changes: dict[str, object]
) -> None:
    with pytest.raises(ConflictError):
        _record(database, sides["ada"], **changes)


def test_nobody_else_enters_one(database: Database, sides: dict[str, Staff]) -> None:
    with pytest.raises(NotAllowedError):
        _record(database, sides["anna"])
