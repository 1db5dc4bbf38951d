"""Steps of a Laufzettel while who should do them is away: they reach the substitute, and nobody else."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from presence.availability.absences import enter_absence
from presence.people.doing import reopen_step
from presence.people.laufzettel import open_leaving, steps_of
from presence.people.sheets import sheets
from presence.people.tables import LaufzettelStep
from storage.actors import Role
from storage.clock import local_date
from storage.house import House
from storage.journal.tables import JournalPending
from storage.organisation.operations import grant_role
from storage.rights import NotAllowedError
from tests.presence.conftest import Clock
from tests.presence.people.desk import (
    LAST,
    SYSTEM,
    Load,
    People,
    leave,
    look,
    settle,
    step,
    waiting,
)

HEADS = "Austritt Kati Beispiel: Akten und Vorgänge durchsehen, Papierakten übergeben"


def away(
    house: House, staff: Load, people: People, who: str, substitute: str | None, days: int = 60
) -> None:
    """From now on, for so many days."""
    now = house.clock()
    with house.database.write() as session:
        enter_absence(
            session, staff(who), people[who], starts=now, ends=now + timedelta(days=days),
            substitute=people[substitute] if substitute else None, now=now,
        )  # fmt: skip


def test_steps_of_a_head_on_leave_reach_the_substitute_and_can_be_done(
    house: House, staff: Load, people: People
) -> None:
    wanted = leave(house, staff, people)
    away(house, staff, people, "hans", "nora")
    assert HEADS in waiting(house, staff("nora"))
    assert {each.who for each in look(house, staff("nora"), wanted).steps} == {"Leitung Soziales"}
    with house.database.read() as session:
        assert [each.name for each in sheets(session, staff("nora"), LAST)] == ["Kati Beispiel"]
    settle(house, staff("nora"), step(house, wanted, "akten"))
    settle(house, staff("nora"), step(house, wanted, "uebergabe"))
    with house.database.read() as session:
        entries = session.scalars(
            select(JournalPending).where(
                JournalPending.verb == "laufzettel.done",
                JournalPending.actor == staff("nora").journal_id,
            )
        ).all()
    details = [json.loads(each.details or "{}") for each in entries]
    assert {each["step"] for each in details} == {"akten", "uebergabe"}
    assert all(each["acting_for"] == people["hans"].hex for each in details)


def test_who_has_the_role_acts_for_nobody(house: House, staff: Load, people: People) -> None:
    wanted = leave(house, staff, people)
    away(house, staff, people, "hans", "nora")
    settle(house, staff("hans"), step(house, wanted, "akten"))
    with house.database.read() as session:
        entry = session.scalars(
            select(JournalPending).where(JournalPending.verb == "laufzettel.done")
        ).one()
    assert json.loads(entry.details or "{}") == {"step": "akten"}


def test_nobody_stands_in_before_or_after_the_absence(
    house: House, staff: Load, people: People
) -> None:
    wanted = leave(house, staff, people)
    with pytest.raises(NotAllowedError):
        settle(house, staff("nora"), step(house, wanted, "akten"))
    assert not waiting(house, staff("nora"))


def test_who_goes_settles_nothing_on_their_own_sheet_for_a_head_on_leave(
    house: House, staff: Load, people: People
) -> None:
    wanted = leave(house, staff, people)
    away(house, staff, people, "hans", "kati")
    assert staff("kati").proxies
    for key in ("akten", "uebergabe"):
        with pytest.raises(NotAllowedError):
            settle(house, staff("kati"), step(house, wanted, key))
    assert not any(each.mine for each in look(house, staff("kati"), wanted).steps)


def test_a_substitute_acts_in_the_hours_of_the_absence_only(
    house: House, staff: Load, people: People, clock: Clock
) -> None:
    wanted = leave(house, staff, people)
    now = house.clock()
    with house.database.write() as session:
        enter_absence(
            session, staff("hans"), people["hans"], starts=now, ends=now + timedelta(hours=1),
            substitute=people["nora"], now=now,
        )  # fmt: skip
    settle(house, staff("nora"), step(house, wanted, "akten"))
    clock.forward(hours=2)
    with pytest.raises(NotAllowedError):
        settle(house, staff("nora"), step(house, wanted, "uebergabe"))
    with pytest.raises(NotAllowedError), house.database.write() as session:
        reopen_step(session, staff("nora"), step(house, wanted, "akten"), now=house.clock())


def test_of_two_absences_the_substitute_of_the_one_that_counts_acts(
    house: House, staff: Load, people: People, clock: Clock
) -> None:
    wanted = leave(house, staff, people)
    away(house, staff, people, "hans", "nora")
    clock.forward(hours=1)
    away(house, staff, people, "hans", "ida", days=5)
    with pytest.raises(NotAllowedError):
        settle(house, staff("nora"), step(house, wanted, "akten"))
    settle(house, staff("ida"), step(house, wanted, "akten"))


@pytest.mark.parametrize("role", [Role.PERSONNEL, Role.PRIVACY, Role.COUNCIL, Role.ADMIN])
def test_what_is_entrusted_to_somebody_by_name_reaches_no_substitute(
    house: House, staff: Load, people: People, role: Role
) -> None:
    leave(house, staff, people)
    with house.database.write() as session:
        if role not in {Role.PERSONNEL, Role.ADMIN}:
            grant_role(session, SYSTEM, people["ida"], role, None, now=house.clock())
    who = {Role.PERSONNEL: "petra", Role.ADMIN: "ada"}.get(role, "ida")
    away(house, staff, people, who, "nora")
    assert not waiting(house, staff("nora"))
    assert staff("nora").proxies == frozenset()


def test_a_head_away_with_nobody_to_stand_in_leaves_the_step_to_the_personnel_office(
    house: House, staff: Load, people: People
) -> None:
    away(house, staff, people, "hans", None, days=90)
    assert roles_of(house, open_sheet(house, staff, people)) == {"personnel"}


def test_a_head_who_is_back_in_time_or_has_a_substitute_keeps_the_step(
    house: House, staff: Load, people: People
) -> None:
    away(house, staff, people, "hans", None, days=1)
    assert roles_of(house, open_sheet(house, staff, people)) == {"head"}


def test_a_head_with_a_substitute_keeps_the_step(house: House, staff: Load, people: People) -> None:
    away(house, staff, people, "hans", "nora", days=90)
    assert roles_of(house, open_sheet(house, staff, people)) == {"head"}


def open_sheet(house: House, staff: Load, people: People) -> UUID:
    with house.database.write() as session:
        return open_leaving(
            session, staff("petra"), people["kati"], LAST, None, now=house.clock()
        ).id


def roles_of(house: House, wanted: UUID) -> set[str | None]:
    """Who does what the head of the office usually does."""
    assert local_date(house.clock()) < LAST
    heads = {"nachfolge", "uebergabe", "akten"}
    with house.database.read() as session:
        steps: list[LaufzettelStep] = steps_of(session, wanted)
        return {each.role for each in steps if each.key in heads}
