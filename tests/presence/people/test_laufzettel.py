"""Coming and going: steps reach who does them, happen once, and leave nothing behind."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from presence.availability.absences import enter_absence
from presence.availability.profile import set_profile
from presence.availability.week import free_day
from presence.passwords import initial_password
from presence.people.doing import forget_sheets, reopen_step, settle_step
from presence.people.laufzettel import (
    Newcomer,
    call_off,
    hand_over,
    open_joining,
    open_leaving,
    steps_of,
)
from presence.people.sheets import Sheet, sheet, sheets
from presence.people.steps import Step, due_on, from_lines, lines_of, read
from presence.people.tables import Laufzettel, LaufzettelStep
from presence.people.templates import delivered, set_steps, steps_on
from presence.tables import Account
from storage.actors import Role, Staff, System
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from storage.journal.tables import JournalPending
from storage.organisation.operations import grant_role
from storage.organisation.queries import load_staff
from storage.organisation.tables import Person
from storage.rights import NotAllowedError
from storage.tasks.list import open_task, tasks_for

Load = Callable[[str], Staff]
People = dict[str, UUID]
LAST = date(2026, 3, 31)
SYSTEM = System("test")


def leave(house: House, staff: Load, people: People, who: str = "kati") -> UUID:
    with house.database.write() as session:
        return open_leaving(
            session, staff("petra"), people[who], LAST, people["nora"], now=house.clock()
        ).id


def step(house: House, wanted: UUID, key: str) -> UUID:
    with house.database.read() as session:
        return next(each.id for each in steps_of(session, wanted) if each.key == key)


def settle(house: House, actor: Staff, wanted: UUID, outcome: str = "done", **more: Any) -> Any:
    with house.database.write() as session:
        return settle_step(session, actor, wanted, outcome, now=house.clock(), **more)  # type: ignore[arg-type]


def look(house: House, actor: Staff, wanted: UUID) -> Sheet:
    with house.database.read() as session:
        return sheet(session, actor, wanted, local_date(house.clock()))


def waiting(house: House, actor: Staff) -> set[str]:
    with house.database.read() as session:
        return {task.title for task in tasks_for(session, actor)}


def task(house: House, person: UUID, key: str) -> None:
    with house.database.write() as session:
        open_task(
            session, key=key, kind="test", title=f"Etwas {key}", link="/", object_kind="test",
            object_id=new_id(), now=house.clock(), person=person,
        )  # fmt: skip


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
        assert sheets(session, staff("nora"), LAST) == []


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


def test_open_tasks_go_to_the_successor_and_what_comes_later_too(
    house: House, staff: Load, people: People
) -> None:
    wanted = leave(house, staff, people)
    task(house, people["kati"], "eins")
    assert look(house, staff("hans"), wanted).waiting_tasks == 1
    settle(house, staff("hans"), step(house, wanted, "uebergabe"))
    assert "Etwas eins" in waiting(house, staff("nora"))
    assert any("Von Kati Beispiel übernehmen" in each for each in waiting(house, staff("nora")))
    task(house, people["kati"], "zwei")
    with house.database.write() as session:
        moved = [
            hand_over(session, staff("petra"), wanted, people["nora"], now=house.clock())
            for _ in range(2)
        ]
    assert moved == [1, 0]
    assert "Etwas zwei" in waiting(house, staff("nora"))


def test_a_successor_who_leaves_before_is_refused(
    house: House, staff: Load, people: People
) -> None:
    with house.database.write() as session:
        session.get_one(Person, people["nora"]).valid_to = LAST
    with pytest.raises(ConflictError, match="Nachfolge"):
        leave(house, staff, people)


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


def test_sheets_are_forgotten_a_year_after(
    house: House, staff: Load, people: People, clock: Any
) -> None:
    wanted = leave(house, staff, people)
    with house.database.write() as session:
        call_off(session, staff("hans"), wanted, now=house.clock())
    with house.database.write() as session:
        assert forget_sheets(session, house.clock() + timedelta(days=364)) == 0
        assert forget_sheets(session, house.clock() + timedelta(days=366)) == 1
        assert session.scalar(select(func.count(LaufzettelStep.id))) == 0


def test_other_steps_count_from_their_day_on(house: House, staff: Load, people: People) -> None:
    own = [Step("kuchen", "Kuchen backen", 0, role="head")]
    with house.database.write() as session:
        set_steps(session, staff("petra"), "leave", own, date(2026, 3, 10), now=house.clock())
    with house.database.read() as session:
        assert steps_on(session, "leave", date(2026, 3, 9)) == delivered("leave")
        assert steps_on(session, "leave", date(2026, 3, 10)) == own
    with house.database.write() as session, pytest.raises(NotAllowedError):
        set_steps(session, staff("ada"), "leave", own, date(2026, 3, 10), now=house.clock())


@pytest.mark.parametrize(
    "row",
    [
        {"key": "a", "title": "A", "days": 0},
        {"key": "a", "title": "A", "days": 0, "role": "koenig"},
        {"key": "a", "title": " ", "days": 0, "role": "head"},
        {"key": "a", "title": "A", "days": 0, "role": "head", "action": "feiern"},
        {"title": "A", "days": 0, "role": "head"},
    ],
)
def test_steps_nobody_could_do_are_refused(row: dict[str, Any]) -> None:
    with pytest.raises(ConflictError):
        read([row])


@pytest.mark.parametrize("kind", ["join", "leave"])
def test_steps_can_be_edited_as_lines(kind: Any) -> None:
    assert from_lines(lines_of(delivered(kind))) == delivered(kind)


@pytest.mark.parametrize(
    "line", ["", "a | b | head | Titel", "a | 1 | head", "a | 1 | koenig | T", "a|1|head||"]
)
def test_lines_that_say_no_step_are_refused(line: str) -> None:
    with pytest.raises(ConflictError):
        from_lines(line)


@given(st.text(max_size=120))
def test_no_line_breaks_the_reader(text: str) -> None:
    with suppress(ConflictError):
        from_lines(text)


@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)), st.integers(-60, 60))
def test_due_days_are_working_days_on_the_right_side(day: date, days: int) -> None:
    found, meant = due_on(day, days), day + timedelta(days=days)
    assert found.weekday() < 5
    assert free_day(found) is None
    assert found >= meant if days > 0 else found <= meant
    assert abs((found - meant).days) <= 7
