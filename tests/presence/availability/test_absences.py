"""One entry feeds everything: the board, the task list of the substitute, and it is gone when it is over."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from presence.availability.absences import (
    absences_of,
    change_absence,
    come_back,
    end_absence,
    enter_absence,
    forget_over,
    standing_in,
)
from presence.availability.current import CurrentStore
from presence.availability.profile import allow_delegate, set_profile, withdraw_delegate
from presence.availability.queries import availability_of, reach_of
from storage.actors import Staff
from storage.clock import new_id
from storage.conflicts import ConflictError
from storage.house import House
from storage.journal.tables import JournalPending
from storage.organisation.substitution import acting_substitute
from storage.rights import NotAllowedError
from storage.tasks.list import count_tasks, open_task, tasks_for

DAY = timedelta(days=1)
Load = Callable[[str], Staff]
People = dict[str, UUID]


@pytest.fixture
def away(house: House, people: People, staff: Load) -> Callable[..., UUID]:
    """Enter an absence, from now on by default."""

    def enter(
        who: str, substitute: str | None = None, *, begins: float = 0, days: float = 5
    ) -> UUID:
        now = house.clock()
        with house.database.write() as session:
            return enter_absence(
                session,
                staff(who),
                people[who],
                starts=now + begins * DAY,
                ends=now + (begins + days) * DAY,
                substitute=people[substitute] if substitute else None,
                now=now,
            ).id

    return enter


def test_two_clicks_at_once_are_one_absence(
    house: House, people: People, away: Callable[..., UUID]
) -> None:
    start = threading.Barrier(6)

    def click(_number: int) -> UUID:
        start.wait(120)
        return away("anna", "ben")

    with ThreadPoolExecutor(6) as hands:
        assert len(set(hands.map(click, range(6)))) == 1


@pytest.fixture
def tasked(house: House, people: People) -> None:
    with house.database.write() as session:
        for who in ("anna", "ben"):
            open_task(
                session,
                key=f"aufgabe:{who}",
                kind="test",
                title=f"Aufgabe für {who}",
                link="/",
                object_kind="test",
                object_id=new_id(),
                now=house.clock(),
                person=people[who],
            )


def _waiting(house: House, actor: Staff) -> set[str]:
    with house.database.read() as session:
        found = {task.title for task in tasks_for(session, actor)}
        assert count_tasks(session, actor) == len(found)
    return found


@pytest.mark.usefixtures("tasked")
def test_tasks_go_to_the_substitute_and_stay_with_the_absent(
    house: House, away: Callable[..., UUID], staff: Load, people: People
) -> None:
    assert _waiting(house, staff("ben")) == {"Aufgabe für ben"}
    away("anna", "ben")
    assert staff("ben").stands_in_for == {people["anna"]}
    assert _waiting(house, staff("ben")) == {"Aufgabe für ben", "Aufgabe für anna"}
    assert _waiting(house, staff("anna")) == {"Aufgabe für anna"}
    assert _waiting(house, staff("carla")) == set()


@pytest.mark.usefixtures("tasked")
def test_a_substitute_who_is_away_too_passes_it_on(
    house: House, away: Callable[..., UUID], staff: Load, people: People, store: CurrentStore
) -> None:
    away("anna", "ben")
    away("ben", "carla", days=2)
    assert staff("carla").stands_in_for == {people["anna"], people["ben"]}
    assert _waiting(house, staff("carla")) == {"Aufgabe für ben", "Aufgabe für anna"}
    with house.database.read() as session:
        seen = availability_of(session, store, staff("dora"), people.values(), house.clock())
    assert seen[people["anna"]].substitute == seen[people["ben"]].substitute == people["carla"]


def test_a_circle_of_substitutes_ends(
    house: House, away: Callable[..., UUID], staff: Load, people: People, store: CurrentStore
) -> None:
    away("anna", "ben")
    away("ben", "carla")
    away("carla", "anna")
    assert staff("anna").stands_in_for == {people["ben"], people["carla"]}
    with house.database.read() as session:
        seen = availability_of(session, store, staff("dora"), [people["anna"]], house.clock())
    assert (seen[people["anna"]].level, seen[people["anna"]].substitute) == (0, None)


@given(
    st.dictionaries(st.integers(0, 8), st.none() | st.integers(0, 8), max_size=9), st.integers(0, 8)
)
def test_whoever_acts_is_there(links: dict[int, int | None], start: int) -> None:
    substitutes = {
        UUID(int=one): None if other is None else UUID(int=other) for one, other in links.items()
    }
    acting = acting_substitute(UUID(int=start), substitutes)
    assert acting is None or acting not in substitutes


def test_several_future_and_overlapping_ones(
    house: House, away: Callable[..., UUID], staff: Load, people: People
) -> None:
    first, later = away("anna", "ben", days=10), away("anna", begins=30, days=1)
    inner = away("anna", "carla", begins=2, days=1)
    assert away("anna", "ben", days=10) == first  # entered twice is one
    with house.database.read() as session:
        own = absences_of(session, staff("anna"), people["anna"], house.clock())
        assert [row.id for row in own] == [first, inner, later]
        named = standing_in(session, people["carla"], house.clock())
        assert [row.person_id for row in named] == [people["anna"]]


def test_back_earlier(house: House, away: Callable[..., UUID], staff: Load, people: People) -> None:
    away("anna", "ben")
    future = away("anna", begins=20)
    with house.database.write() as session:
        assert come_back(session, staff("anna"), people["anna"], now=house.clock()) == 1
    assert staff("ben").stands_in_for == frozenset()
    for _ in range(2):
        with house.database.write() as session:
            end_absence(session, staff("anna"), future, now=house.clock())
    with house.database.read() as session:
        assert not absences_of(session, staff("anna"), people["anna"], house.clock())


def test_changing_needs_the_revision_one_saw(
    house: House, away: Callable[..., UUID], staff: Load, people: People
) -> None:
    now, row = house.clock(), away("anna")

    def change(revision: int, days: int) -> None:
        with house.database.write() as session:
            change_absence(
                session,
                staff("anna"),
                row,
                revision,
                starts=now,
                ends=now + days * DAY,
                substitute=people["ben"],
                now=now,
            )

    change(1, 3)
    with pytest.raises(ConflictError, match="inzwischen geändert"):
        change(1, 4)
    with house.database.read() as session:
        (only,) = absences_of(session, staff("anna"), people["anna"], now)
    assert (only.ends, only.substitute_id) == (now + 3 * DAY, people["ben"])


def test_no_absence_enters_the_journal(
    house: House, away: Callable[..., UUID], staff: Load, people: People
) -> None:
    """An append-only record of who was away when would be the history that must not exist."""

    def entries() -> int:
        with house.database.read() as session:
            return session.scalar(select(func.count()).select_from(JournalPending)) or 0

    before = entries()
    away("anna", "ben")
    with house.database.write() as session:
        come_back(session, staff("anna"), people["anna"], now=house.clock())
    assert entries() == before > 0


def test_what_is_over_is_deleted(
    house: House, away: Callable[..., UUID], staff: Load, people: People
) -> None:
    away("anna", days=1)
    away("anna", begins=0.5, days=9)
    with house.database.write() as session:
        assert forget_over(session, house.clock() + DAY) == 1
        assert len(absences_of(session, staff("anna"), people["anna"], house.clock())) == 1


@pytest.mark.parametrize(
    ("begins", "days", "substitute", "words"),
    [
        (0, 0, None, "Ende liegt vor dem Beginn"),
        (-3, 2, None, "schon vorbei"),
        (0, 2000, None, "drei Jahre"),
        (0, 1, "anna", "jemand anderen"),
    ],
)
def test_what_cannot_be(
    away: Callable[..., UUID], begins: int, days: int, substitute: str | None, words: str
) -> None:
    with pytest.raises(ConflictError, match=words):
        away("anna", substitute, begins=begins, days=days)


def test_who_may_enter_it(house: House, staff: Load, people: People) -> None:
    now = house.clock()

    def enter(actor: str) -> None:
        with house.database.write() as session:
            enter_absence(
                session,
                staff(actor),
                people["anna"],
                starts=now,
                ends=now + DAY,
                substitute=None,
                now=now,
            )

    for colleague in ("ben", "emil", "ada"):
        with pytest.raises(NotAllowedError):
            enter(colleague)
    enter("dora")  # the head, for somebody taken ill
    with house.database.write() as session:
        allow_delegate(session, staff("anna"), people["anna"], people["ben"], now=now)
    enter("ben")
    with house.database.write() as session:
        withdraw_delegate(session, staff("anna"), people["anna"], people["ben"], now=now)
    with pytest.raises(NotAllowedError):
        enter("ben")


def test_the_standing_substitute_is_followed_as_well(
    house: House, away: Callable[..., UUID], staff: Load, people: People, store: CurrentStore
) -> None:
    now = house.clock()
    with house.database.write() as session:
        set_profile(
            session,
            staff("anna"),
            people["anna"],
            substitute=people["ben"],
            channel="Chat",
            place=None,
            now=now,
        )
    away("ben", "carla")
    sunday = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with house.database.read() as session:
        seen = reach_of(session, store, staff("dora"), people["anna"], sunday)
        assert seen.substitute == people["ben"]
        seen = reach_of(session, store, staff("dora"), people["anna"], now)
    assert seen.channel == "Chat"
