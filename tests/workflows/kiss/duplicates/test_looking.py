"""Among what came in, the same is suggested: never across classes, never to who sees only one, never again once decided."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from storage.actors import ProtectionClass
from storage.jobs.handlers import JobContext, JobKind
from storage.jobs.queue import claim, enqueue
from tests.workflows.kiss.conftest import City
from workflows.engine.work import work_off
from workflows.kiss.anliegen.assigning import To, assign, protect, take_over
from workflows.kiss.anliegen.merging import keep_apart
from workflows.kiss.anliegen.opening import Caller, Place
from workflows.kiss.anliegen.queries import whole
from workflows.kiss.anliegen.tables import Likeness
from workflows.kiss.duplicates.looking import look_for_alike
from workflows.kiss.routing.finding import ALIKE

TEXT = (
    "Seit drei Wochen ist die Laterne vor dem Haus Lindenallee 14 dunkel. Gestern Abend ist meine Nachbarin dort "
    "über eine Baumwurzel gestürzt. Bitte reparieren Sie das Licht bald."
)


@pytest.fixture
def look(city: City) -> Callable[[UUID], None]:
    def at(anliegen: UUID) -> None:
        kind = JobKind(ALIKE, "Doppeltes", handle_one=look_for_alike)
        with city.house.database.write() as session:
            enqueue(session, ALIKE, anliegen.hex, now=city.clock(), again=True)
        jobs = claim(city.house.database, [ALIKE], 50, "test", kind.lease, city.clock())
        work_off(JobContext(city.house), kind, jobs)

    return at


def pairs(city: City) -> list[tuple[UUID, UUID]]:
    with city.house.database.read() as session:
        return [(row.first_id, row.second_id) for row in session.scalars(select(Likeness))]


def test_a_forwarded_copy_is_found_and_a_similar_report_is_not(
    city: City, look: Callable[[UUID], None]
) -> None:
    first = city.open(TEXT)
    other = city.open("Seit drei Wochen ist die Laterne vor dem Haus Westring 3 dunkel. Danke!")
    copy = city.open(
        f"Zur Kenntnis.\n\n-----Ursprüngliche Nachricht-----\nVon: Erika\nBetreff: Licht\n\n{TEXT}"
    )
    for each in (first, other, copy, copy):
        look(each)
    assert pairs(city) == [(first, copy)]
    with city.house.database.read() as session:
        ((like, found),) = whole(session, city.staff("kora"), copy).alike
    assert found.id == first
    assert like.reasons[0] in {"gleicher Text", "sehr ähnlicher Text"}


def test_same_place_and_topic_and_same_sender_soon(
    city: City, look: Callable[[UUID], None]
) -> None:
    road = city.topics["strasse"]
    nobody = Caller()
    first = city.open("Loch.", topic=road, place=Place("Markt", 48.5312, 9.8421), caller=nobody)
    near = city.open(
        "Fahrbahn kaputt!", topic=road, place=Place("Markt", 48.5313, 9.8422), caller=nobody
    )
    far = city.open(
        "Riss in der Straße.", topic=road, place=Place("Hafen", 48.5365, 9.8535), caller=nobody
    )
    again = city.open("Wann kommt jemand?", topic=road, caller=Caller(mail="Karl@example.org"))
    before = city.open("Bitte Straße flicken.", topic=road, caller=Caller(mail="karl@example.org"))
    for each in (first, near, far, again, before):
        look(each)
    assert sorted(pairs(city)) == sorted([(first, near), (again, before)])


def test_nothing_crosses_a_class_or_comes_back(city: City, look: Callable[[UUID], None]) -> None:
    first, second, third = city.open(TEXT), city.open(TEXT), city.open(TEXT)
    with city.house.database.write() as session:
        kora = city.staff("kora")
        assign(session, kora, first, 1, To(city.groups["ordnung"]), now=city.clock())
        take_over(session, city.staff("otto"), first, 2, now=city.clock())
        protect(session, city.staff("otto"), first, 3, ProtectionClass.SOCIAL, now=city.clock())
    for each in (first, second, third):
        look(each)
    assert pairs(city) == [(second, third)]
    with city.house.database.write() as session:
        keep_apart(session, city.staff("kora"), second, third, now=city.clock())
    look(third)
    with city.house.database.read() as session:
        assert whole(session, city.staff("kora"), third).alike == []
