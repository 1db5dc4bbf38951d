"""Laufzettel that change: steps taken back, another day, called off; what was before is there again."""

from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from presence.people.changing import call_off, move_day
from presence.people.doing import reopen_step
from presence.people.laufzettel import Newcomer, end_of, open_joining, open_leaving, steps_of
from presence.people.tables import Laufzettel
from storage.actors import ProtectionClass, Role, Staff
from storage.conflicts import ConflictError
from storage.house import House
from storage.organisation.operations import grant_role, open_class
from storage.organisation.queries import load_staff
from storage.organisation.tables import Membership, Person
from storage.rights import NotAllowedError
from storage.tasks.list import tasks_for
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

LATER = LAST + timedelta(days=30)
FIRST = date(2026, 4, 1)


def rights(house: House, person: UUID, day: date) -> tuple[frozenset[Any], frozenset[Any]]:
    """Roles and opened classes of somebody on a day, as if they still worked here."""
    with house.database.read() as session:
        session.get_one(Person, person).valid_to = None
        found = load_staff(session, person, day)
        assert found is not None
        return found.grants, found.classes


def give_rights(house: House, person: UUID, office: UUID) -> None:
    with house.database.write() as session:
        grant_role(session, SYSTEM, person, Role.LOTSE, None, now=house.clock())
        open_class(session, SYSTEM, person, office, ProtectionClass.SOCIAL, now=house.clock())


def move(house: House, actor: Staff, sheet: UUID, day: date) -> None:
    with house.database.write() as session:
        move_day(session, actor, sheet, day, now=house.clock())


def cancel(house: House, actor: Staff, sheet: UUID) -> None:
    with house.database.write() as session:
        call_off(session, actor, sheet, now=house.clock())


def last_day(house: House, person: UUID) -> date | None:
    with house.database.read() as session:
        end = session.get_one(Person, person).valid_to
    return end - timedelta(days=1) if end else None


def join(house: House, actor: Staff, office: UUID, login: str = "zora.neu") -> tuple[UUID, UUID]:
    with house.database.write() as session:
        opened = open_joining(
            session, actor, Newcomer("Zora Neu", login), office, FIRST, now=house.clock()
        )
        return opened.id, opened.person_id


def test_a_skipped_step_says_why_and_can_be_taken_back(
    house: House, staff: Load, people: People
) -> None:
    wanted = leave(house, staff, people)
    key = step(house, wanted, "schluessel")
    with pytest.raises(ConflictError, match="warum"):
        settle(house, staff("ida"), key, "skipped")
    settle(house, staff("ida"), key, "skipped", note="hatte keinen")
    with house.database.write() as session:
        reopen_step(session, staff("ida"), key, now=house.clock())
    assert "Austritt Kati Beispiel: Schlüssel zurücknehmen" in waiting(house, staff("ida"))


def test_called_off_somebody_stays_and_nothing_waits(
    house: House, staff: Load, people: People
) -> None:
    wanted = leave(house, staff, people)
    for _ in range(2):
        with house.database.write() as session:
            call_off(session, staff("hans"), wanted, now=house.clock())
    assert not waiting(house, staff("ida"))
    with house.database.read() as session:
        assert session.get_one(Person, people["kati"]).valid_to is None
    assert leave(house, staff, people) == wanted
    assert waiting(house, staff("ida"))


def test_who_was_to_go_later_anyway_still_goes_then(
    house: House, staff: Load, people: People
) -> None:
    """A contract until the end of the year, ended early; then the early end is called off."""
    until = date(2027, 1, 1)
    with house.database.write() as session:
        session.get_one(Person, people["kati"]).valid_to = until
    wanted = leave(house, staff, people)
    assert last_day(house, people["kati"]) == LAST
    cancel(house, staff("hans"), wanted)
    assert last_day(house, people["kati"]) == until - timedelta(days=1)
    assert leave(house, staff, people) == wanted
    cancel(house, staff("hans"), wanted)
    assert last_day(house, people["kati"]) == until - timedelta(days=1)


def test_an_end_that_somebody_entered_since_stays(
    house: House, staff: Load, people: People
) -> None:
    wanted, other = leave(house, staff, people), date(2026, 3, 20)
    with house.database.write() as session:
        session.get_one(Person, people["kati"]).valid_to = other
    cancel(house, staff("hans"), wanted)
    assert last_day(house, people["kati"]) == other - timedelta(days=1)


def test_a_head_lets_nobody_stay_longer(house: House, staff: Load, people: People) -> None:
    with house.database.write() as session:
        session.get_one(Person, people["kati"]).valid_to = LAST
    with pytest.raises(ConflictError, match="nicht hier"):
        leave(house, staff, people)
    assert last_day(house, people["kati"]) == LAST - timedelta(days=1)


def test_who_gives_no_rights_does_not_give_them_back(
    house: House, staff: Load, people: People, offices: dict[str, UUID]
) -> None:
    give_rights(house, people["kati"], offices["soziales"])
    key = step(house, leave(house, staff, people), "rollen")
    settle(house, staff("ada"), key)
    with pytest.raises(NotAllowedError), house.database.write() as session:
        reopen_step(session, staff("petra"), key, now=house.clock())
    assert rights(house, people["kati"], LATER) == (frozenset(), frozenset())


@pytest.mark.parametrize("how", ["called off", "step taken back"])
def test_rights_that_were_to_end_last_as_before(
    house: House, staff: Load, people: People, offices: dict[str, UUID], how: str
) -> None:
    kati = people["kati"]
    give_rights(house, kati, offices["soziales"])
    wanted, before = leave(house, staff, people), rights(house, kati, LATER)
    assert all(before)
    key = step(house, wanted, "rollen")
    settle(house, staff("ada"), key)
    assert rights(house, kati, LATER) == (frozenset(), frozenset())
    if how == "called off":
        cancel(house, staff("hans"), wanted)
    else:
        with house.database.write() as session:
            reopen_step(session, staff("ada"), key, now=house.clock())
    assert rights(house, kati, LATER) == before


def test_rights_that_somebody_took_away_meanwhile_do_not_come_back(
    house: House, staff: Load, people: People, offices: dict[str, UUID]
) -> None:
    from storage.organisation.operations import withdraw_role

    kati = people["kati"]
    give_rights(house, kati, offices["soziales"])
    wanted = leave(house, staff, people)
    settle(house, staff("ada"), step(house, wanted, "rollen"))
    with house.database.write() as session:
        withdraw_role(session, staff("ada"), kati, Role.LOTSE, None, now=house.clock())
    cancel(house, staff("hans"), wanted)
    roles, classes = rights(house, kati, LATER)
    assert not roles
    assert classes


@pytest.mark.parametrize("day", [LATER, LAST - timedelta(days=10)])
def test_another_last_day_moves_all_that_hangs_on_it(
    house: House, staff: Load, people: People, offices: dict[str, UUID], day: date
) -> None:
    kati = people["kati"]
    give_rights(house, kati, offices["soziales"])
    wanted = leave(house, staff, people)
    settle(house, staff("ada"), step(house, wanted, "rollen"))
    settle(house, staff("ida"), step(house, wanted, "geraete"))
    before = {each.title: each.due_on for each in look(house, staff("petra"), wanted).steps}
    move(house, staff("hans"), wanted, day)
    assert last_day(house, kati) == day
    assert all(rights(house, kati, day))
    assert rights(house, kati, day + timedelta(days=1)) == (frozenset(), frozenset())
    after = {each.title: each for each in look(house, staff("petra"), wanted).steps}
    assert after["Schlüssel zurücknehmen"].due_on != before["Schlüssel zurücknehmen"]
    done = after["Rechner, Telefon und Speicher zurücknehmen"]
    assert (done.state, done.due_on) == ("done", before[done.title])
    with house.database.read() as session:
        due = {task.title: task.due_at for task in tasks_for(session, staff("ida")) if task.due_at}[
            "Austritt Kati Beispiel: Schlüssel zurücknehmen"
        ]
    assert due.date() == after["Schlüssel zurücknehmen"].due_on
    cancel(house, staff("hans"), wanted)
    assert last_day(house, kati) is None


def test_who_takes_over_has_until_the_new_last_day(
    house: House, staff: Load, people: People
) -> None:
    wanted = leave(house, staff, people)
    settle(house, staff("hans"), step(house, wanted, "uebergabe"))
    move(house, staff("petra"), wanted, LATER)
    with house.database.read() as session:
        due = [
            each.due_at
            for each in tasks_for(session, staff("nora"))
            if each.kind == "laufzettel.takeover"
        ]
    assert due == [end_of(LATER)]


def test_a_day_is_moved_by_who_leads_and_not_into_the_past(
    house: House, staff: Load, people: People, clock: Any
) -> None:
    wanted = leave(house, staff, people)
    for actor in ("ida", "kati", "nora", "ada"):
        with pytest.raises(NotAllowedError):
            move(house, staff(actor), wanted, LATER)
    with pytest.raises(ConflictError, match="späteren Tag"):
        move(house, staff("hans"), wanted, date(2026, 3, 1))
    clock.forward(days=40)
    with pytest.raises(ConflictError, match="vorbei"):
        move(house, staff("hans"), wanted, LATER)


def test_nobody_is_moved_beyond_an_end_that_stood_before(
    house: House, staff: Load, people: People
) -> None:
    with house.database.write() as session:
        session.get_one(Person, people["kati"]).valid_to = LATER
    wanted = leave(house, staff, people)
    with pytest.raises(ConflictError, match="nicht hier"):
        move(house, staff("petra"), wanted, LATER)
    move(house, staff("petra"), wanted, LATER - timedelta(days=1))
    assert last_day(house, people["kati"]) == LATER - timedelta(days=1)


def test_a_day_can_be_moved_to_where_one_was_called_off(
    house: House, staff: Load, people: People
) -> None:
    first = leave(house, staff, people)
    cancel(house, staff("hans"), first)
    with house.database.write() as session:
        second = open_leaving(session, staff("hans"), people["kati"], LATER, now=house.clock()).id
    move(house, staff("hans"), second, LAST)
    assert last_day(house, people["kati"]) == LAST
    with house.database.read() as session:
        assert session.scalars(select(Laufzettel.id)).all() == [second]


def test_another_first_day_moves_who_comes(
    house: House, staff: Load, offices: dict[str, UUID]
) -> None:
    wanted, person = join(house, staff("hans"), offices["soziales"])
    move(house, staff("hans"), wanted, LATER)
    with house.database.read() as session:
        assert load_staff(session, person, LATER - timedelta(days=1)) is None
        found = load_staff(session, person, LATER)
        assert found is not None
        assert found.works_in(offices["soziales"])
        assert session.scalars(
            select(Membership.valid_from).where(Membership.person_id == person)
        ).all() == [LATER]


def test_who_was_called_off_can_come_another_time(
    house: House, staff: Load, offices: dict[str, UUID]
) -> None:
    wanted, person = join(house, staff("hans"), offices["soziales"])
    cancel(house, staff("hans"), wanted)
    again, other = join(house, staff("hans"), offices["soziales"])
    assert (again, other) != (wanted, person)
    with house.database.read() as session:
        assert load_staff(session, person, FIRST) is None
        assert load_staff(session, other, FIRST) is not None


def test_who_has_begun_is_neither_moved_nor_called_off(
    house: House, staff: Load, offices: dict[str, UUID], clock: Any
) -> None:
    wanted, _ = join(house, staff("hans"), offices["soziales"])
    clock.forward(days=31)
    with pytest.raises(ConflictError, match="erste Tag war schon"):
        move(house, staff("hans"), wanted, LATER)
    with pytest.raises(ConflictError, match="erste Tag war schon"):
        cancel(house, staff("hans"), wanted)


def test_of_two_who_open_and_call_off_at_once_one_state_remains(
    house: House, staff: Load, people: People
) -> None:
    wanted = leave(house, staff, people)
    head, personnel, gate = staff("hans"), staff("petra"), Barrier(4)

    def meanwhile(number: int) -> None:
        gate.wait()
        if number % 2:
            cancel(house, head, wanted)
        else:
            with house.database.write() as session:
                open_leaving(session, personnel, people["kati"], LAST, now=house.clock())

    threads = [Thread(target=meanwhile, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    state = look(house, staff("petra"), wanted).line.state
    with house.database.read() as session:
        assert session.scalar(select(func.count(Laufzettel.id))) == 1
        count = len(steps_of(session, wanted))
    assert count == len({each.id for each in look(house, staff("petra"), wanted).steps})
    assert (state, last_day(house, people["kati"])) in {("open", LAST), ("cancelled", None)}
    assert bool(waiting(house, staff("ida"))) == (state == "open")
