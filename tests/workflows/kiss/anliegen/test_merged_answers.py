"""Who came with the second of two is answered with the first, also where that was answered before they were merged."""

from uuid import UUID

import pytest
from sqlalchemy import select

from storage.conflicts import NotFoundError
from storage.jobs.tables import Job
from storage.tasks.list import tasks_for
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.conftest import City
from workflows.kiss.anliegen.answering import TELL, answer
from workflows.kiss.anliegen.closing import close
from workflows.kiss.anliegen.contributing import ask_group
from workflows.kiss.anliegen.merging import merge, unmerge
from workflows.kiss.anliegen.queries import by_number
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.citizens.following import follow


def jobs(city: City, anliegen: UUID) -> list[str]:
    with city.house.database.read() as session:
        keys = session.scalars(select(Job.key).where(Job.kind == TELL).order_by(Job.id)).all()
        return [key.split(":")[1] for key in keys if key.startswith(anliegen.hex)]


def lines(city: City, anliegen: UUID) -> list[str]:
    with city.house.database.read() as session:
        return [line.text for line in follow(session, session.get_one(Anliegen, anliegen)).lines]


@pytest.mark.parametrize("closed", [False, True])
def test_the_last_answer_goes_to_who_is_merged_into_it(city: City, *, closed: bool) -> None:
    main, copy = given_to(city, "tiefbau"), given_to(city, "tiefbau")
    deed(city, answer, "tim", main, "Wir sehen nach.")
    deed(city, answer, "tim", main, "Ist repariert.")
    if closed:
        deed(city, close, "tim", main)
    city.clock.forward(hours=1)
    deed(city, merge, "tim", copy, main)
    assert jobs(city, copy) == ["message"]
    assert lines(city, copy)[1:] == ["Ist repariert."]
    assert lines(city, main).count("Ist repariert.") == 1
    deed(city, unmerge, "tim", copy)
    assert lines(city, copy)[1:] == ["Ist repariert."]


def test_what_ended_without_an_answer_is_told_as_the_end(city: City) -> None:
    main, copy = given_to(city, "tiefbau"), given_to(city, "tiefbau")
    deed(city, close, "tim", main)
    deed(city, merge, "tim", copy, main)
    assert jobs(city, copy) == ["closed"]


def test_nothing_is_sent_where_an_answer_is_still_to_come_or_not_wanted(city: City) -> None:
    open_one, first, second = (given_to(city, "tiefbau") for _ in range(3))
    deed(city, merge, "tim", first, open_one)
    assert jobs(city, first) == []
    answered = given_to(city, "tiefbau")
    deed(city, answer, "tim", answered, "Erledigt.")
    deed(city, merge, "tim", second, answered, tells=False)
    assert jobs(city, second) == []


def test_merging_ends_what_others_were_asked_for(city: City) -> None:
    main, copy = given_to(city, "tiefbau"), given_to(city, "tiefbau")
    deed(city, ask_group, "tim", copy, city.groups["gruen"], "Ist das eine Wurzel?")
    deed(city, merge, "tim", copy, main)
    with city.house.database.read() as session:
        assert not any(
            task.kind == "kiss.contribute" for task in tasks_for(session, city.staff("greta"))
        )


def test_by_number_within_sight(city: City) -> None:
    main = given_to(city, "tiefbau")
    with city.house.database.read() as session:
        assert by_number(session, city.staff("tim"), " 2026-00001 ").id == main
        for login, text in (("otto", "2026-00001"), ("tim", "2026-00009"), ("tim", "Lampe")):
            with pytest.raises(NotFoundError, match="2026-00042"):
                by_number(session, city.staff(login), text)
