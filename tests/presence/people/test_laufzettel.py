"""Coming and going: steps reach who does them, happen once, and leave nothing behind."""

from datetime import date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select

from presence.availability.absences import enter_absence
from presence.availability.profile import set_profile
from presence.passwords import initial_password
from presence.people.changing import call_off
from presence.people.doing import forget_sheets
from presence.people.laufzettel import Newcomer, open_joining, open_leaving, steps_of
from presence.people.sheets import sheets
from presence.people.tables import Laufzettel, LaufzettelStep
from presence.people.templates import delivered
from presence.tables import Account
from storage.actors import Role
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from storage.journal.tables import JournalPending
from storage.organisation.offices import close_office
from storage.organisation.operations import grant_role, withdraw_role
from storage.organisation.queries import load_staff
from storage.organisation.tables import Membership, Office, Person
from storage.rights import NotAllowedError
from tests.presence.people.desk import (
    LAST,
    SYSTEM,
    Load,
    People,
    leave,
    look,
    settle,
    step,
    task,
    waiting,
)


def test_steps_wait_for_who_does_them_in_time(house: House, staff: Load, people: People) -> None:
    leave(house, staff, people)
    assert "Austritt Kati Beispiel: Rollen und Schutzklassen entziehen" in waiting(
        house, staff("ada")
    )
    assert "Austritt Kati Beispiel: Schlüssel zurücknehmen" in waiting(house, staff("ida"))
    assert "Austritt Kati Beispiel: Dienstausweis einziehen" in waiting(house, staff("petra"))
    assert any("übergeben" in title for title in waiting(house, staff("hans")))
    assert not waiting(house, staff("nora"))


def test_the_account_ends_with_the_last_day(
    house: House, staff: Load, people: People, clock: Any
) -> None:
    leave(house, staff, people)
    with house.database.read() as session:
        assert load_staff(session, people["kati"], LAST) is not None
        assert load_staff(session, people["kati"], LAST + timedelta(days=1)) is None


def test_opening_twice_is_once_and_another_day_is_refused(
    house: House, staff: Load, people: People
) -> None:
    first = leave(house, staff, people)
    assert leave(house, staff, people) == first
    with house.database.read() as session:
        assert session.scalar(select(func.count(Laufzettel.id))) == 1
    with house.database.write() as session, pytest.raises(ConflictError, match="schon ein Lauf"):
        open_leaving(session, staff("hans"), people["kati"], date(2026, 4, 30), now=house.clock())


@pytest.mark.parametrize("who", ["kati", "ada", "ida"])
def test_only_the_head_and_the_personnel_office_open_one(
    house: House, staff: Load, people: People, who: str
) -> None:
    with house.database.write() as session, pytest.raises(NotAllowedError):
        open_leaving(session, staff(who), people["nora"], LAST, now=house.clock())


def test_the_last_administrator_stays(house: House, staff: Load, people: People) -> None:
    with pytest.raises(ConflictError, match="Systemverwaltung"):
        leave(house, staff, people, "ada")
    with house.database.read() as session:
        assert session.scalar(select(func.count(Laufzettel.id))) == 0


def test_who_only_does_a_step_sees_that_step_alone(
    house: House, staff: Load, people: People
) -> None:
    wanted = leave(house, staff, people)
    assert {each.who for each in look(house, staff("ida"), wanted).steps} == {"Hauptamt"}
    assert len(look(house, staff("hans"), wanted).steps) == len(delivered("leave"))
    assert len(look(house, staff("kati"), wanted).steps) == len(delivered("leave"))
    assert look(house, staff("nora"), wanted).steps == []  # she takes over, no more
    with house.database.read() as session:
        assert [each.name for each in sheets(session, staff("ida"), LAST)] == ["Kati Beispiel"]
        assert [each.name for each in sheets(session, staff("nora"), LAST)] == ["Kati Beispiel"]


def test_a_stranger_is_not_told_that_there_is_one(
    house: House, staff: Load, people: People
) -> None:
    with house.database.write() as session:
        wanted = open_leaving(session, staff("hans"), people["kati"], LAST, now=house.clock()).id
    with pytest.raises(NotFoundError):
        look(house, staff("nora"), wanted)
    with pytest.raises(NotAllowedError):
        settle(house, staff("nora"), step(house, wanted, "schluessel"))


def test_a_step_is_done_once_whoever_comes_second(
    house: House, staff: Load, people: People
) -> None:
    wanted = leave(house, staff, people)
    key = step(house, wanted, "schluessel")
    settle(house, staff("ida"), key, note="zwei Schlüssel")
    settle(house, staff("petra"), key, note="drei")
    line = next(each for each in look(house, staff("petra"), wanted).steps if each.id == key)
    assert (line.state, line.note, line.done_by) == ("done", "zwei Schlüssel", "Ida Beispiel")
    assert "Austritt Kati Beispiel: Schlüssel zurücknehmen" not in waiting(house, staff("ida"))
    with house.database.read() as session:
        verbs = session.scalars(select(JournalPending.verb)).all()
    assert verbs.count("laufzettel.done") == 1


def test_two_at_once_do_it_once(house: House, staff: Load, people: People) -> None:
    wanted = leave(house, staff, people)
    task(house, people["kati"], "eins")
    key, actor, gate = step(house, wanted, "uebergabe"), staff("hans"), Barrier(6)

    def press() -> None:
        gate.wait()
        settle(house, actor, key)

    threads = [Thread(target=press) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with house.database.read() as session:
        verbs = session.scalars(select(JournalPending.verb)).all()
    assert (verbs.count("laufzettel.done"), verbs.count("laufzettel.handover")) == (1, 1)


def test_roles_end_with_the_last_day_and_only_an_administrator_does_it(
    house: House, staff: Load, people: People
) -> None:
    with house.database.write() as session:
        grant_role(session, SYSTEM, people["kati"], Role.LOTSE, None, now=house.clock())
    wanted = leave(house, staff, people)
    with pytest.raises(NotAllowedError):
        settle(house, staff("hans"), step(house, wanted, "rollen"))
    settle(house, staff("ada"), step(house, wanted, "rollen"))
    with house.database.read() as session:
        today = load_staff(session, people["kati"], LAST)
        assert today is not None
        assert today.has(Role.LOTSE)
        session.get_one(Person, people["kati"]).valid_to = None
        later = load_staff(session, people["kati"], LAST + timedelta(days=1))
        assert later is not None
        assert not later.grants


def test_who_counts_on_somebody_who_goes_is_shown(
    house: House, staff: Load, people: People
) -> None:
    starts = datetime(2026, 4, 1, tzinfo=house.clock().tzinfo)
    with house.database.write() as session:
        enter_absence(
            session, SYSTEM, people["ida"], starts=starts, ends=starts + timedelta(days=5),
            substitute=people["kati"], now=house.clock(),
        )  # fmt: skip
        set_profile(
            session, SYSTEM, people["hans"], substitute=people["kati"], channel=None, place=None,
            now=house.clock(),
        )  # fmt: skip
    wanted = leave(house, staff, people)
    assert look(house, staff("petra"), wanted).pointing == [
        "Ida Beispiel hat für eine Abwesenheit diese Vertretung eingetragen",
        "Hans Beispiel hat diese ständige Vertretung",
    ]


def test_somebody_comes_gets_an_account_and_the_sheet_closes(
    house: House, staff: Load, offices: dict[str, UUID]
) -> None:
    first = date(2026, 4, 1)
    with house.database.write() as session:
        opened = open_joining(
            session, staff("hans"), Newcomer("Zora Neu", "zora.neu"), offices["soziales"], first,
            now=house.clock(),
        )  # fmt: skip
        wanted, person = opened.id, opened.person_id
    with house.database.read() as session:
        assert load_staff(session, person, first - timedelta(days=1)) is None
        assert load_staff(session, person, first) is not None
    initial = initial_password()
    key = step(house, wanted, "konto")
    assert settle(house, staff("ada"), key, initial=initial) == initial.text
    assert settle(house, staff("ada"), key, initial=initial) is None
    with house.database.read() as session:
        assert session.get(Account, person) is not None
        rest = [each.id for each in steps_of(session, wanted)]
    for each in rest:
        settle(house, staff("petra"), each, "skipped", note="entfällt")
    assert look(house, staff("petra"), wanted).line.state == "done"


def test_sheets_are_forgotten_a_year_after(house: House, staff: Load, people: People) -> None:
    wanted = leave(house, staff, people)
    with house.database.write() as session:
        call_off(session, staff("hans"), wanted, now=house.clock())
    with house.database.write() as session:
        assert forget_sheets(session, house.clock() + timedelta(days=364)) == 0
        assert forget_sheets(session, house.clock() + timedelta(days=366)) == 1
        assert session.scalar(select(func.count(LaufzettelStep.id))) == 0


def test_a_sheet_nobody_ever_closed_is_forgotten_after_three_years(
    house: House, staff: Load, people: People
) -> None:
    leave(house, staff, people)
    with house.database.write() as session:
        assert forget_sheets(session, house.clock() + timedelta(days=3 * 365)) == 0
        assert forget_sheets(session, house.clock() + timedelta(days=3 * 365 + 40)) == 1
    assert not waiting(house, staff("ida"))


def test_somebody_without_an_office_goes_too(house: House, staff: Load, people: People) -> None:
    """Then nobody heads the sheet: the personnel office leads it and does what a head would do."""
    with house.database.write() as session:
        session.execute(delete(Membership).where(Membership.person_id == people["kati"]))
    with house.database.write() as session, pytest.raises(NotAllowedError):
        open_leaving(session, staff("hans"), people["kati"], LAST, now=house.clock())
    wanted = leave(house, staff, people)
    found = look(house, staff("petra"), wanted)
    assert (found.leads, found.line.office) == (True, "")
    assert {each.who for each in found.steps} == {"Personal", "Hauptamt", "Systemverwaltung"}
    with pytest.raises(NotFoundError):
        look(house, staff("hans"), wanted)


def test_what_nobody_would_do_waits_for_the_personnel_office(
    house: House, staff: Load, people: People
) -> None:
    """Hans is the only head: after his last day nobody would do the steps of the head."""
    leave(house, staff, people, "hans")
    after = "Austritt Hans Beispiel: Aus Verteilern, Türschildern und Internetseiten nehmen"
    assert after in waiting(house, staff("petra"))
    assert after not in waiting(house, staff("hans"))
    assert any("übergeben" in title for title in waiting(house, staff("hans")))
    with house.database.write() as session:
        withdraw_role(session, SYSTEM, people["petra"], Role.PERSONNEL, None, now=house.clock())
        open_leaving(session, SYSTEM, people["ida"], LAST, now=house.clock())
    assert "Austritt Ida Beispiel: Dienstausweis einziehen" in waiting(house, staff("ada"))


def test_nobody_begins_in_an_office_that_has_closed_by_then(
    house: House, staff: Load, people: People, offices: dict[str, UUID]
) -> None:
    with house.database.write() as session:
        main = session.get_one(Office, offices["hauptamt"])
        close_office(
            session, SYSTEM, main.id, main.revision, date(2026, 4, 1), offices["personal"],
            belongings=(), now=house.clock(),
        )  # fmt: skip
    newcomer = Newcomer("Zora Neu", "zora.neu")
    with house.database.write() as session, pytest.raises(ConflictError, match="anderes"):
        open_joining(
            session, staff("petra"), newcomer, main.id, date(2026, 4, 1), now=house.clock()
        )


def test_two_who_enter_one_newcomer_at_once_make_one(
    house: House, staff: Load, offices: dict[str, UUID]
) -> None:
    actor, gate, refused = staff("hans"), Barrier(4), []

    def enter() -> None:
        newcomer = Newcomer("Zora\0 Neu", "zora.neu")
        gate.wait()
        try:
            with house.database.write() as session:
                open_joining(session, actor, newcomer, offices["soziales"], LAST, now=house.clock())
        except ConflictError as conflict:
            refused.append(str(conflict))

    threads = [Thread(target=enter) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert refused == ["Den Anmeldenamen „zora.neu“ gibt es schon."] * 3
    with house.database.read() as session:
        assert [each.name for each in sheets(session, actor, LAST)] == ["Zora Neu"]
