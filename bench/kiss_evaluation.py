"""What evaluating 20,000 Anliegen from the database costs: their ways, who answered the same text twice, words, proposals, files."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench.figures import Figure
from config.settings import Settings
from storage.actors import System
from storage.all_tables import create_all
from storage.clock import new_id
from storage.house import House
from storage.organisation.operations import add_office, add_person
from workflows.kiss.anliegen.tables import Anliegen, Group, Likeness, Message, Step, Topic
from workflows.kiss.evaluation.improving import find_changes
from workflows.kiss.evaluation.own_log import MOST, Period, load_ways, townhall
from workflows.kiss.evaluation.report import evaluate
from workflows.kiss.evaluation.word_file import to_docx
from workflows.kiss.evaluation.workbook import to_xlsx

SYSTEM = System("bench")
OFFICES, TOPICS, TWINS = 20, 40, 2_000
WORDS = 40
NOW = datetime(2026, 4, 1, 4, tzinfo=UTC)
BEGINS = NOW - timedelta(days=91)
LONG_AGO = date(2020, 1, 1)
VOCABULARY = [
    "".join(letters) for letters in product("bdfghklm", "aeiou", "lmnrst", "aeiou", "nst")
]


def _offices(session: Session) -> tuple[list[Group], list[Topic]]:
    """An office with six people, its general group, and two topics for each."""
    groups = []
    for number in range(OFFICES):
        office = add_office(
            session, SYSTEM, key=f"amt{number}", number=str(number), name=f"Amt {number}", short=f"Amt {number}",
            valid_from=LONG_AGO, now=BEGINS,
        )  # fmt: skip
        for person in range(6):
            add_person(
                session, SYSTEM, login=f"p{number}.{person}", name="Person", office=office.id,
                valid_from=LONG_AGO, now=BEGINS,
            )  # fmt: skip
        groups.append(
            Group(
                id=new_id(), revision=1, key=f"g{number}", name=f"Gruppe {number}", office_id=office.id, general=True,
                coordination=number == 0, spreads=False, hours=40, valid_from=LONG_AGO, valid_to=None,
            )
        )  # fmt: skip
    session.add_all(groups)
    session.flush()
    topics = [
        Topic(
            id=new_id(), revision=1, key=f"t{number}", title=f"Thema {number}", description="", kind="fault",
            group_id=groups[number % OFFICES].id, keywords=[], hours=24, four_eyes=False, public=True,
            valid_from=LONG_AGO, valid_to=None,
        )
        for number in range(TOPICS)
    ]  # fmt: skip
    session.add_all(topics)
    session.flush()
    return groups, topics


def _fill(session: Session) -> None:
    """A quarter: each topic's own group always hands on, one in three goes astray besides, one in ten was answered elsewhere
    as well.
    """
    random = Random(4)
    groups, topics = _offices(session)
    rows: dict[type[Any], list[dict[str, Any]]] = {
        Anliegen: [],
        Step: [],
        Message: [],
        Likeness: [],
    }
    made: list[UUID] = []
    for number in range(MOST):
        topic, at = random.choice(topics), BEGINS + number * (NOW - BEGINS) / (MOST + 1)
        own = next(place for place, group in enumerate(groups) if group.id == topic.group_id)
        right = groups[(own + 7) % OFFICES]
        way = (
            [random.choice(groups) for _ in range(random.randint(1, 3))]
            if random.random() < 1 / 3
            else []
        )
        made.append(new_id())
        rows[Anliegen].append(_anliegen(made[-1], number, topic, right, at))
        for deed, group in [
            ("open", groups[own]),
            *(("assign", each) for each in [*way, right]),
            ("answer", right),
        ]:
            state = "answered" if deed == "answer" else "assigned"
            rows[Step].append(
                {"id": new_id(), "anliegen_id": made[-1], "at": at, "deed": deed, "state": state, "group_id": group.id, "topic_id": topic.id}
            )  # fmt: skip
            at += timedelta(hours=9)
        text = " ".join([*random.choices(VOCABULARY, k=WORDS), f"thema{topics.index(topic)}"])
        rows[Message].append(
            {
                "id": new_id(), "revision": 1, "anliegen_id": made[-1], "key": f"b{number}", "kind": "incoming",
                "state": "received", "trusted": True, "text": text, "at": at,
            }
        )  # fmt: skip
    for _ in range(TWINS):
        first, second = sorted(random.sample(made, 2))
        rows[Likeness].append(
            {"id": new_id(), "revision": 1, "first_id": first, "second_id": second, "score": 0.95, "reasons": [], "state": "suggested"}
        )  # fmt: skip
    for table, lines in rows.items():
        session.execute(insert(table), lines)


def _anliegen(
    identity: UUID, number: int, topic: Topic, group: Group, at: datetime
) -> dict[str, Any]:
    return {
        "id": identity, "revision": 1, "year": 2026, "number": number + 1, "kind": "fault", "state": "answered",
        "title": f"Anliegen {number}", "channel": "form", "received_at": at, "changed_at": at, "topic_id": topic.id,
        "group_id": group.id, "since_holder": at, "office_id": group.office_id, "protection": "internal", "access": "x",
        "allowed": 1, "used": 0, "link_revision": 1, "may_publish": False, "first_answer_at": at,
    }  # fmt: skip


def measure() -> Iterator[Figure]:
    """Processor time: the machine is shared."""
    with TemporaryDirectory() as folder:
        house = House(Settings(data_dir=Path(folder), _env_file=None), lambda: NOW)
        create_all(house.database.engine)
        with house.database.write() as session:
            _fill(session)
        with house.database.read() as session:
            began = time.process_time()
            ways = load_ways(session, Period(BEGINS, NOW))
            report = evaluate("Quartal", BEGINS.date(), NOW.date(), ways, townhall(session, NOW))
            to_docx(report)
            to_xlsx(report)
            spent = time.process_time() - began
        twice = sum(bool(way.answered_by) for way in ways)
        promise = f"Auswertung von {len(ways)} Anliegen aus der Datenbank ({twice} doppelt beantwortet), als DOCX und XLSX"
        yield Figure(promise, spent, "s", None, "", "höchstens 30 s", spent <= 30 and twice > 0)
        with house.database.read() as session:
            began = time.process_time()
            found = find_changes(session, NOW)
            spent = time.process_time() - began
        promise = f"Vorschläge aus {len(ways)} Anliegen mit ihren Wörtern ({len(found)} gefunden)"
        yield Figure(promise, spent, "s", None, "", "höchstens 30 s", spent <= 30 and bool(found))
        house.close()
