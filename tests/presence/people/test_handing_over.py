"""Who takes over from somebody who goes: their tasks come along, and the taking over ends some day."""

import pytest

from presence.people.changing import call_off
from presence.people.handing_over import hand_over, take_over
from presence.people.sheets import sheets
from storage.conflicts import ConflictError
from storage.house import House
from storage.organisation.tables import Person
from storage.rights import NotAllowedError
from tests.presence.people.desk import (
    LAST,
    Load,
    People,
    leave,
    look,
    settle,
    step,
    task,
    waiting,
)

TAKEOVER = "Von Kati Beispiel übernehmen: Aufgaben und Vorgänge durchsehen"


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


def test_who_takes_over_says_when_it_is_done(house: House, staff: Load, people: People) -> None:
    wanted = leave(house, staff, people)
    settle(house, staff("hans"), step(house, wanted, "uebergabe"))
    assert TAKEOVER in waiting(house, staff("nora"))
    assert look(house, staff("nora"), wanted).takeover
    with house.database.write() as session, pytest.raises(NotAllowedError):
        take_over(session, staff("ida"), wanted, now=house.clock())
    for _ in range(2):
        with house.database.write() as session:
            take_over(session, staff("nora"), wanted, now=house.clock())
    assert TAKEOVER not in waiting(house, staff("nora"))
    assert not look(house, staff("nora"), wanted).takeover
    with house.database.read() as session:
        assert [each.id for each in sheets(session, staff("nora"), LAST)] == [wanted]


def test_nothing_is_taken_over_from_who_stays(house: House, staff: Load, people: People) -> None:
    wanted = leave(house, staff, people)
    settle(house, staff("hans"), step(house, wanted, "uebergabe"))
    with house.database.write() as session:
        call_off(session, staff("hans"), wanted, now=house.clock())
    assert TAKEOVER not in waiting(house, staff("nora"))


def test_the_work_of_who_goes_is_shown_to_who_leads_and_takes_over_only(
    house: House, staff: Load, people: People
) -> None:
    """Ida gives back keys; what Kati has worked on is none of her business."""
    wanted = leave(house, staff, people)
    seeing = {each: look(house, staff(each), wanted).sees_work for each in people}
    assert seeing == {
        "hans": True, "petra": True, "nora": True, "kati": True, "ada": False, "ida": False,
    }  # fmt: skip
