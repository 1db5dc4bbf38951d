"""An event log of another system from its file to a report: what the reader process does (``ocr.isolation``). No database.

What comes out is JSON, because the parent takes plain values only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

from storage.clock import local_date
from workflows.kiss.delimited import TableError, header_of
from workflows.kiss.evaluation.event_log import EventLog, LogError, MissingColumnError
from workflows.kiss.evaluation.handing_over import HandOvers, hand_overs
from workflows.kiss.evaluation.log_columns import (
    CONTRACT,
    GROUP,
    MEANINGS,
    LogColumns,
    names_persons,
    recognise,
)
from workflows.kiss.evaluation.measures import States
from workflows.kiss.evaluation.reading import read_log
from workflows.kiss.evaluation.report import EvaluationReport, Townhall, evaluate
from workflows.kiss.evaluation.ways import Way, ways_of

ENDINGS = (".xes", ".xes.gz", ".csv")
PERSONS = "Unter „{name}“ stehen Personen. Ausgewertet wird nach Stellen, nie nach Personen. Bitte wählen Sie eine andere Spalte."
UNDATED = "In diesem Protokoll hat kein Fall einen Zeitpunkt. Bitte exportieren Sie es mit Zeiten."


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a log. ``offered``: the headings there are, where it could not be told what stands where; ``columns`` what could.

    ``problem``: why it can't be evaluated, in German. ``remarks``: what had to be taken for granted.
    """

    report: EvaluationReport | None = None
    figures: HandOvers | None = None
    remarks: Sequence[str] = ()
    offered: Sequence[str] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None


RESULT = TypeAdapter(Result)


def work_out(file: str, name: str, columns: Mapping[str, str], most: int) -> bytes:
    """``RESULT`` as JSON. ``columns``: what somebody said stands where; empty: find out. ``name``: of the file, for people."""
    try:
        found = _evaluated(Path(file), name, columns, most)
    except (LogError, TableError) as error:
        found = Result(problem=str(error).replace(Path(file).name, name), columns=columns)
    return RESULT.dump_json(found)


def _evaluated(file: Path, name: str, given: Mapping[str, str], most: int) -> Result:
    chosen = dict(given)
    if file.name.endswith(".csv"):
        header = header_of(file)
        chosen = {each: given[each] for each in given if given[each] in header}
        chosen = recognise(header) | chosen
        if len(chosen) < len(MEANINGS) or len(set(chosen.values())) < len(chosen):
            return Result(offered=[each for each in header if each][:200], columns=chosen)
    group = chosen.get(GROUP, CONTRACT[GROUP])
    if names_persons(group):
        return Result(problem=PERSONS.format(name=group), columns=chosen)
    try:
        log = read_log(
            file, group, columns=LogColumns(**chosen) if len(chosen) > 1 else None, most=most
        )
    except MissingColumnError as error:
        hit = recognise(error.found, [GROUP])
        if not hit or GROUP in given:
            return Result(offered=error.found, columns={})
        chosen = hit
        log = read_log(file, hit[GROUP], most=most)
    return _reported(log, name, chosen)


def _reported(log: EventLog, name: str, columns: Mapping[str, str]) -> Result:
    ways = ways_of(log)
    if not ways:
        raise LogError(UNDATED)
    first, last = _period(ways)
    report = evaluate(f"Protokoll {name}", first, last, ways, Townhall({}, {}), States())
    if report.whole is None:  # too few to tell anything
        return Result(report, None, log.remarks, columns=columns)
    return Result(report, hand_overs(log), log.remarks, columns=columns)


def _period(ways: Sequence[Way]) -> tuple[date, date]:
    """First and last day, by the town hall's calendar."""
    begins = min(way.begins for way in ways)
    ends = max(way.steps[-1].at for way in ways)
    return local_date(begins), local_date(ends)
