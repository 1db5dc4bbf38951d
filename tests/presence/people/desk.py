"""What tests do with Laufzettel as people at their desks do."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from presence.people.doing import settle_step
from presence.people.laufzettel import open_leaving, steps_of
from presence.people.sheets import Sheet, sheet
from storage.actors import Staff, System
from storage.clock import local_date, new_id
from storage.house import House
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
