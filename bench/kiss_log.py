"""How long an event log of 65,000 events takes, as XES, packed and as CSV, and what a million events take."""

import gzip
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bench.figures import Figure
from workflows.kiss.evaluation.handing_over import hand_overs
from workflows.kiss.evaluation.reading import read_log
from workflows.kiss.evaluation.report import Townhall, evaluate
from workflows.kiss.evaluation.ways import Step, Way
from workflows.kiss.evaluation.word_file import to_docx
from workflows.kiss.evaluation.workbook import to_xlsx

CASES = 7_500
EVENTS = 65_000
LIMIT = 5.0
MANY = 1_000_000
ANLIEGEN = 10_000
VOCABULARY = ["".join(letters) for letters in product("bdfg", "aeiou", "lmnr", "aeiou")]
_MORE = (
    '<string key="impact" value="Medium"/><string key="lifecycle:transition" value="In Progress"/>'
    '<string key="org:role" value="A2_1"/><string key="organization country" value="de"/>'
    '<string key="product" value="PROD582"/><string key="resource country" value="Deutschland"/>'
)
"""Attributes beside the needed ones, as logs of real systems have them."""


def _events(count: int, cases: int) -> Iterator[tuple[int, str, str, str]]:
    """Case, time, activity and group, case by case."""
    random = Random(1)
    for number in range(count):
        case = number * cases // count
        at = f"2026-{number % 12 + 1:02d}-{number % 27 + 1:02d}T{number % 24:02d}:{number % 60:02d}:00+01:00"
        yield case, at, f"Schritt {random.randrange(12)}", f"Team {random.randrange(40)}"


def _xes() -> str:
    parts, last = ['<?xml version="1.0" encoding="UTF-8"?><log xes.version="1.0">'], -1
    for case, at, activity, group in _events(EVENTS, CASES):
        if case != last:
            parts.append("</trace>" if last >= 0 else "")
            parts.append(f'<trace><string key="concept:name" value="{case}"/>')
            last = case
        parts.append(
            f'<event><string key="org:group" value="{group}"/>{_MORE}<string key="concept:name" value="{activity}"/>'
            f'<date key="time:timestamp" value="{at}"/></event>\n'
        )
    return "".join([*parts, "</trace></log>"])


def _csv(path: Path, count: int, cases: int) -> None:
    with path.open("w", encoding="utf-8") as target:
        target.write("case:concept:name,time:timestamp,concept:name,org:group\n")
        target.writelines(f"{','.join(map(str, row))}\n" for row in _events(count, cases))


def _quarter() -> list[Way]:
    """A quarter's Anliegen: forty topics, thirty groups; one in three goes to the wrong one first."""
    random, start = Random(3), datetime(2026, 1, 5, 8, tzinfo=UTC)
    groups = [f"Gruppe {number}" for number in range(30)]
    ways = []
    for number in range(ANLIEGEN):
        topic = random.randrange(40)
        path = [groups[topic % 30]]
        if random.random() < 1 / 3:
            path = [random.choice(groups) for _ in range(random.randint(1, 4))] + path
        begins = start + timedelta(hours=number * 90 * 24 / ANLIEGEN)
        steps = [
            Step(begins + timedelta(hours=20 * place), group, "in_work")
            for place, group in enumerate(path)
        ]
        steps.append(Step(steps[-1].at + timedelta(hours=30), path[-1], "answered"))
        words = frozenset(random.choices(VOCABULARY, k=12))
        ways.append(Way(str(number), tuple(steps), f"Thema {topic}", words))
    return ways


def _report() -> Figure:
    ways = _quarter()
    nine = frozenset("abcdefghi")
    hall = Townhall({}, {}, {step.group: nine for way in ways for step in way.steps})
    began = time.process_time()
    report = evaluate("Quartal", date(2026, 1, 1), date(2026, 3, 31), ways, hall)
    to_docx(report)
    to_xlsx(report)
    spent = time.process_time() - began
    promise = f"Auswertung von {ANLIEGEN} Anliegen mit Vorschlägen, als DOCX und XLSX"
    return Figure(promise, spent, "s", None, "", "höchstens 30 s", spent <= 30)


def measure() -> Iterator[Figure]:
    """Processor time: the machine is shared."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        xes = _xes().encode()
        (folder / "log.xes").write_bytes(xes)
        (folder / "log.xes.gz").write_bytes(gzip.compress(xes, 6))
        _csv(folder / "log.csv", EVENTS, CASES)
        _csv(folder / "many.csv", MANY, MANY // 9)
        for file, limit in (
            ("log.xes", LIMIT),
            ("log.xes.gz", LIMIT),
            ("log.csv", LIMIT),
            ("many.csv", 60.0),
        ):
            began = time.process_time()
            figures = hand_overs(read_log(folder / file, "org:group"))
            spent = time.process_time() - began
            promise = (
                f"Protokoll {file.partition('.')[2]} mit {figures.events} Ereignissen auswerten"
            )
            yield Figure(promise, spent, "s", None, "", f"höchstens {limit:g} s", spent <= limit)
    yield _report()
