"""How long the people finder takes: 1,000 and 20,000 people, names, slips, numbers, tasks and rooms in turn."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import insert

from bench.figures import Figure
from config.settings import Settings
from presence.availability.current import current_store
from presence.availability.queries import BOARDS
from presence.people.finder import Entry, Field, PeopleIndex
from presence.people.queries import find_people
from presence.people.tables import PersonProfile
from storage.actors import System
from storage.agreements.tables import Agreement
from storage.all_tables import create_all
from storage.clock import new_id
from storage.house import House
from storage.organisation.tables import Membership, Office, Person

SIZES = {1_000: 10.0, 20_000: 50.0}
"""People, and the promised p95 in milliseconds."""
WITH_DATABASE = {1_000: 40.0, 20_000: 100.0}
"""The same through the database, with availability, offices and badges of the hits."""
QUERIES = 400


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words(
    "Anna Berta Carla Dora Emil Fritz Gerda Hans Ida Jonas Karla Lars Mira Nils Olga Paul Rosa Sven Tina Uwe Vera Ömer Jürgen Günter"
)
_FRONT = _words(
    "Acker Baum Berg Birn Blum Born Brand Burg Dorn Eich Eisen Fels Feld Fuchs Gold Hart Heid Hirsch Hohl Kalt Kirch Klee Krieg Lind Mühl Neu Ober Pfeif Rosen Schön Silber Stein Tann Thal Wald Weiß Wind Wolf Zimmer Züll"
)
_MIDDLE = ["", "en", "er", "el", "in", "au", "ing", "ach", "eib", "or"]
_BACK = _words(
    "bach bauer baum beck berger born brink burg dorf feld hagen hauer hof huber kamp lein mann maier müller schmidt stein thal wald weiler"
)
_TASKS = _words(
    "Wohngeld Grundsteuer Gewerbe Melde Straßen Baum Spielplatz Vergabe Haushalt Personal Reisekosten Kanal Friedhof Ausweis Standesamt Bußgeld"
)
_WHAT = _words("stelle prüfung recht aufsicht planung kontrolle gebühr verfahren")
_SKILLS = [
    "Gebärdensprache",
    "Erste Hilfe",
    "Moderation",
    "Excel",
    "Leichte Sprache",
    "Prozessmodellierung",
]


def people(count: int, random: Random) -> list[Entry]:
    offices = [
        (new_id(), f"Amt für {task} und {what}") for task in _TASKS[:5] for what in _WHAT[:4]
    ]
    found = []
    for number in range(count):
        office, called = random.choice(offices)
        name = f"{random.choice(_FIRST)} {random.choice(_FRONT)}{random.choice(_MIDDLE)}{random.choice(_BACK)}"
        texts = [
            (Field.OFFICE, called),
            (Field.JOB, f"Sachbearbeitung {random.choice(_TASKS)}"),
            (Field.PHONE, f"07089 204-{number:05d}"),
            (Field.ROOM, f"{random.choice('ABCDE')} {random.randint(1, 599):03d}"),
            *((Field.TASK, random.choice(_TASKS) + random.choice(_WHAT)) for _ in range(3)),
        ]
        if random.random() < 0.3:
            texts.append((Field.SKILL, random.choice(_SKILLS)))
        found.append(Entry(new_id(), name, frozenset({office}), frozenset(), tuple(texts)))
    return found


def queries(entries: list[Entry], random: Random) -> list[str]:
    """What people type, half of it wrong."""
    typed = []
    for number in range(QUERIES):
        entry = random.choice(entries)
        family = entry.name.split()[-1]
        told = dict(entry.texts)
        place = random.randrange(1, len(family) - 1)
        typed.append(
            (
                family,
                family[:place] + family[place + 1 :],
                family[: random.randint(2, 4)],
                told[Field.PHONE][-5:],
                told[Field.TASK],
                f"{family[:5]} {told[Field.TASK][:6]}",
                told[Field.ROOM],
                family.replace("ü", "ue").replace("ai", "ey"),
            )[number % 8]
        )
    return typed


def _house(count: int, folder: Path) -> House:
    """As many people in a database, with office, number, room and tasks."""
    house = House(Settings(data_dir=folder, _env_file=None))
    create_all(house.database.engine)
    since, random = date(2020, 1, 1), Random(1)
    entries = people(count, random)
    offices = {next(iter(each.offices)): each.texts[0][1] for each in entries}
    with house.database.write() as session:
        for number, (key, name) in enumerate(offices.items()):
            session.add(
                Office(
                    id=key, key=f"amt{number}", number=str(number), name=name, short=name,
                    valid_from=since,
                )
            )  # fmt: skip
        session.flush()
        persons, members, profiles = [], [], []
        for number, each in enumerate(entries):
            told = dict(each.texts)
            facts = {"title": told[Field.JOB], "phone": told[Field.PHONE], "room": told[Field.ROOM]}
            own = {"id": each.person, "login": f"p{number}", "name": each.name, "valid_from": since}
            persons.append({**own, **facts, "revision": 1})
            (office,) = each.offices
            members.append({"person_id": each.person, "office_id": office, "valid_from": since})
            profiles.append(
                {
                    "person_id": each.person,
                    "tasks": [told[Field.TASK]],
                    "languages": [],
                    "revision": 1,
                }
            )
        for table, rows in ((Person, persons), (Membership, members), (PersonProfile, profiles)):
            session.execute(insert(table), rows)
        session.add(_agreement(entries[0].person, since))
    return house


def _agreement(person: UUID, since: date) -> Agreement:
    """Without it lists tell no levels, and finding would seem cheaper than it is."""
    signed = datetime(since.year, since.month, since.day, tzinfo=UTC)
    return Agreement(
        key=BOARDS, title="DV", file_number="1", signed_on=since, valid_from=since, recorded_by=person,
        recorded_at=signed, by_council=False, confirmed_by=person, confirmed_at=signed,
    )  # fmt: skip


def _with_database(size: int, limit: float) -> Figure:
    """The whole verb: whether anything changed, the search, and cards with availability of the best 20."""
    with TemporaryDirectory() as folder:
        house = _house(size, Path(folder))
        store, spent = current_store(house), []
        for typed in queries(people(size, Random(1)), Random(2)):
            began = time.process_time()
            with house.database.read() as session:
                find_people(session, store, System("bench"), typed, house.clock())
            spent.append(1000 * (time.process_time() - began))
        store.close()
        house.close()
    p95 = sorted(spent)[int(0.95 * len(spent))]
    promise = f"Personensuche mit Erreichbarkeit unter {size}, p95"
    return Figure(promise, p95, "ms", None, "", f"höchstens {limit:g} ms", p95 <= limit)


def measure() -> Iterator[Figure]:
    """Processor time per search: the machine is shared."""
    for size, limit in WITH_DATABASE.items():
        yield _with_database(size, limit)
    for size, limit in SIZES.items():
        random = Random(1)
        entries = people(size, random)
        index = PeopleIndex(entries)
        spent = []
        for typed in queries(entries, random):
            began = time.process_time()
            index.search(typed)
            spent.append(1000 * (time.process_time() - began))
        p95 = sorted(spent)[int(0.95 * len(spent))]
        yield Figure(
            f"Person unter {size} finden, p95",
            p95,
            "ms",
            None,
            "",
            f"höchstens {limit:g} ms",
            p95 <= limit,
        )
