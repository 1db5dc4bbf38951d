"""Lists of Anliegen: paged by key, and all of what the person's offices and groups have."""

from itertools import chain
from uuid import UUID

from storage.organisation.tables import Membership
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.anliegen.test_reach import bauhof
from tests.workflows.kiss.conftest import LONG_AGO, City
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.queries import Key, Wanted, anliegen_list, most_urgent


def pages(city: City, login: str, limit: int) -> list[list[UUID]]:
    """All pages of what is open, by due time."""
    found: list[list[UUID]] = []
    after: Key | None = None
    with city.house.database.read() as session:
        while rows := most_urgent(session, city.staff(login), Wanted(), after=after, limit=limit):
            found.append([row.id for row in rows])
            after = (rows[-1].due_at, rows[-1].id)
    return found


def test_pages_show_each_once_whatever_is_due_when(city: City) -> None:
    same = [given_to(city, "tiefbau") for _ in range(3)]  # due at the same moment
    asked = [given_to(city, "tiefbau") for _ in range(2)]
    for each in asked:
        deed(city, answer, "tim", each, "Wo genau?", asks=True)  # due never
    city.clock.forward(hours=2)
    later = given_to(city, "tiefbau")
    wanted = [*same, later, *asked]
    for limit in (1, 2, 4, 100):
        assert list(chain(*pages(city, "tim", limit))) == wanted


def test_what_is_answered_meanwhile_moves_nobody_out_of_the_next_page(city: City) -> None:
    rows = [given_to(city, "tiefbau") for _ in range(4)]
    with city.house.database.read() as session:
        first = most_urgent(session, city.staff("tim"), Wanted(), limit=2)
    after = (first[-1].due_at, first[-1].id)
    deed(city, answer, "tim", rows[0], "Erledigt.")
    with city.house.database.read() as session:
        tim = city.staff("tim")
        assert [each.id for each in most_urgent(session, tim, Wanted(), after=after)] == rows[2:]
        newest = anliegen_list(session, tim, Wanted(), limit=2)
        assert [each.id for each in newest] == rows[:1:-1]
        rest = anliegen_list(session, tim, Wanted(), before=newest[-1].id)
        assert [each.id for each in rest] == [rows[1]]


def test_ours_are_those_of_all_our_offices_and_groups(city: City) -> None:
    road, tree, noise = (given_to(city, group) for group in ("tiefbau", "gruen", "ordnung"))
    in_group = city.open()
    deed(city, assign, "kora", in_group, To(bauhof(city, "lotte")))

    def ours(login: str) -> set[UUID]:
        with city.house.database.read() as session:
            return {row.id for row in most_urgent(session, city.staff(login), Wanted(ours=True))}

    assert ours("tim") == {road, in_group}
    assert ours("lotte") == {noise, in_group}
    with city.house.database.write() as session:
        session.add(
            Membership(
                person_id=city.people["tim"], office_id=city.offices["gruen"], valid_from=LONG_AGO
            )
        )
    assert ours("tim") == {road, tree, in_group}
