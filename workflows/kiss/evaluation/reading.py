"""Reading an event log from a file: XES (IEEE 1849), the same packed with gzip, or CSV."""

from dataclasses import replace
from pathlib import Path

from workflows.kiss.delimited import TableError, read_columns
from workflows.kiss.evaluation.event_log import EventLog, LogBuilder, LogError
from workflows.kiss.evaluation.log_columns import LogColumns
from workflows.kiss.evaluation.moments import read_moment
from workflows.kiss.evaluation.xes import read_xes

MOST_EVENTS = 5_000_000


def read_log(
    file: Path, group: str, *, columns: LogColumns | None = None, most: int = MOST_EVENTS
) -> EventLog:
    """The log, with the attribute (XES) or column (CSV) of this name as the group. ``columns``: what a CSV calls the rest.

    Raises ``LogError`` in German for what is no log, lacks a column or the attribute, or is beyond all measure.
    """
    name = file.name.lower()
    if name.endswith((".xes", ".xes.gz")):
        log = read_xes(file, group, packed=name.endswith(".gz"), most=most)
    elif name.endswith(".csv"):
        log = _read_csv(file, replace(columns or LogColumns(), group=group), most)
    else:
        raise LogError(
            f"„{file.name}“ ist kein bekanntes Protokoll. Lesbar sind .xes, .xes.gz und .csv."
        )
    if not len(log):
        raise LogError(f"„{file.name}“ enthält keine Ereignisse.")
    return log


def _read_csv(file: Path, columns: LogColumns, most: int) -> EventLog:
    builder = LogBuilder()
    try:
        for case, time, activity, who in read_columns(file, columns.all):
            if not case.strip():
                raise LogError(
                    f"Ereignis {len(builder) + 1} nennt keinen Fall (Spalte „{columns.case}“)."
                )
            if len(builder) >= most:
                raise LogError(
                    f"Das Protokoll hat mehr als {most} Ereignisse. Bitte teilen Sie es."
                )
            builder.add(case.strip(), read_moment(time), activity.strip(), who.strip())
    except TableError as error:
        raise LogError(str(error)) from None
    return builder.build()
