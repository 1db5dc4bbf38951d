"""The last desk: 200 people in four processes book it at once. Exactly one gets it, the others are offered another.

The control is the same deed on a table without the constraint, in the same run: it shows that the race is real. Beside
it, what two hundred refusals cost, offers included.
"""

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from bench.figures import Figure
from bench.postgres import server
from presence.spaces.booking import Wish, book
from presence.spaces.drawing import draw
from presence.spaces.furnishing import SpaceForm, add_building, add_floor, add_space
from presence.spaces.opening import Opening, at
from presence.spaces.taking import TakenError
from storage.actors import Staff, System
from storage.all_tables import create_all
from storage.clock import local_date, new_id, utc_now
from storage.database import Database
from storage.organisation.operations import add_office
from storage.organisation.tables import Person

ACTOR = System("bench")
SINCE = date(2020, 1, 1)
PROCESSES, THREADS = 4, 50
PEOPLE = PROCESSES * THREADS
DESKS = 12
WEEK = tuple(Opening(day, 7 * 60, 19 * 60) for day in range(7))
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def measure() -> Iterator[Figure]:
    """Four figures: who got the desk, and how long it took, on each database."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _measure(f"sqlite:///{Path(folder) / 'plaetze.sqlite'}")
    with server() as url:
        yield from _measure(url)


def _measure(url: str) -> Iterator[Figure]:
    with _house(url) as (dialect, desks, people):
        got, offered, seconds = _rush(url, desks[0], people)
        _drop_constraint(url)
        control, _, _ = _rush(url, desks[1], people)
    where = NAMES[dialect]
    yield Figure(
        f"{PEOPLE} Personen buchen zugleich den letzten Platz ({where})",
        got,
        "Buchung",
        control,
        "ohne die Bedingung",
        f"genau eine, die Gegenprobe mehr als eine, {PEOPLE - 1} Angebote",
        got == 1 and control > 1 and offered == PEOPLE - 1,
    )
    yield Figure(
        f"… bis alle ihre Antwort haben ({where})",
        seconds,
        "s",
        None,
        "",
        "höchstens 30 s",
        seconds <= 30,
    )


@contextmanager
def _house(url: str) -> Iterator[tuple[str, list[UUID], list[Staff]]]:
    """A floor of desks, and people who may book them."""
    database, now = Database(url), utc_now()
    create_all(database.engine)
    with database.write() as session:
        office = add_office(
            session, ACTOR, key="amt", number="1", name="Amt", short="Amt", valid_from=SINCE,
            now=now,
        )  # fmt: skip
        building = add_building(session, ACTOR, key="haus", name="Haus", address="–", now=now)
        floor = add_floor(
            session, ACTOR, building.id, level=0, name="EG", plan=draw(30, 10, []), now=now
        )
        desks = [
            add_space(
                session, ACTOR, floor.id,
                SpaceForm("desk", f"Platz {number}", office.id, (40.0 * number, 20, 30, 16),
                          hours=WEEK, on_holidays=True),
                key=str(number), now=now,
            ).id
            for number in range(DESKS)
        ]  # fmt: skip
        rows = [
            Person(id=new_id(), login=f"p{number}", name=f"P {number}", valid_from=SINCE)
            for number in range(PEOPLE)
        ]
        session.add_all(rows)
    people = [Staff(row.id, row.name, frozenset({office.id})) for row in rows]
    try:
        yield database.dialect, desks, people
    finally:
        database.close()


def _rush(url: str, desk: UUID, people: list[Staff]) -> tuple[int, int, float]:
    """How many got the desk, how many were offered another, and the seconds until all had their answer."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(PROCESSES + 1)
    answers: multiprocessing.Queue[tuple[int, int]] = context.Queue()
    children = [
        context.Process(
            target=_crowd, args=(url, desk, people[n * THREADS : (n + 1) * THREADS], start, answers)
        )
        for n in range(PROCESSES)
    ]
    for child in children:
        child.start()
    start.wait(120)
    began = time.monotonic()
    found = [answers.get(timeout=120) for _ in children]
    seconds = time.monotonic() - began
    for child in children:
        child.join(30)
    return sum(got for got, _ in found), sum(offered for _, offered in found), seconds


def _crowd(
    url: str,
    desk: UUID,
    people: list[Staff],
    start: Barrier,
    answers: "multiprocessing.Queue[tuple[int, int]]",
) -> None:
    database = Database(url)
    day = local_date(utc_now()) + timedelta(days=1)
    wish = Wish(desk, at(day, 7 * 60), at(day, 19 * 60), whole_day=True)
    together = threading.Barrier(len(people) + 1)

    def one(staff: Staff) -> tuple[int, int]:
        together.wait()
        try:
            with database.write() as session:
                book(session, staff, wish, key=str(new_id()), now=datetime.now(UTC))
        except TakenError as refused:
            return 0, bool(refused.offers)
        return 1, 0

    with ThreadPoolExecutor(len(people)) as pool:
        running = [pool.submit(one, staff) for staff in people]
        start.wait(120)
        together.wait()
        found = [each.result() for each in running]
    answers.put((sum(got for got, _ in found), sum(offered for _, offered in found)))
    database.close()


def _drop_constraint(url: str) -> None:
    database = Database(url)
    with database.engine.execution_options(writer=True).begin() as connection:
        if database.dialect == "postgresql":
            for name in ("pk_booking_slot", "uq_booking_slot_desk_person_slot"):
                connection.execute(text(f"ALTER TABLE booking_slot DROP CONSTRAINT {name}"))
        else:
            connection.execute(text("CREATE TABLE free AS SELECT * FROM booking_slot"))
            connection.execute(text("DROP TABLE booking_slot"))
            connection.execute(text("ALTER TABLE free RENAME TO booking_slot"))
    database.close()
