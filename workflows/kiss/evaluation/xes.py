"""XES event logs (IEEE 1849) as a stream: no document type, no entities, nothing fetched, limits on everything.

A trace is a case; of its attributes only ``concept:name`` counts. Defaults in ``<global>`` are no events' attributes.
"""

import gzip
import zlib
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from workflows.kiss.evaluation.event_log import (
    EventLog,
    LogBuilder,
    LogError,
    MissingColumnError,
)
from workflows.kiss.evaluation.moments import read_moment

LARGEST = 4 << 30
"""Bytes of XML."""
_RATIO = 300
_FREE = 64 << 20
"""Bytes from which the ratio counts; logs repeat themselves and shrink to a thirtieth."""
_BLOCK = 1 << 20
_LONGEST_TOKEN = 8 << 20
_DEEPEST = 60
_MOST_KEYS = 500
_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
_UNREADABLE = "ist kein lesbares XES-Protokoll. Bitte exportieren Sie es noch einmal."


class _Traces:
    """Follows the document and collects its events."""

    def __init__(self, group: str, most: int) -> None:
        self.builder = LogBuilder()
        self.seen: Counter[str] = Counter()
        self._group, self._most = group, most
        self._depth = 0
        self._inside = 0
        """Depth of the trace or event whose attributes are being read; 0 outside."""
        self._trace: dict[str, str] | None = None
        self._event: dict[str, str] | None = None
        self._events: list[tuple[datetime | None, str, str]] = []
        self._traces = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        name = name.rpartition(":")[2]
        if name in _VALUES:
            if self._depth == self._inside + 1 and "key" in attributes:
                holder = self._event if self._event is not None else self._trace
                if holder is not None:
                    holder[attributes["key"]] = attributes.get("value", "")
        elif name == "event" and self._trace is not None and self._depth == 3:
            self._event, self._inside = {}, self._depth
        elif name == "trace" and self._depth == 2:
            self._trace, self._inside, self._events = {}, self._depth, []
        elif self._depth == 1 and name != "log":
            raise LogError("Das ist eine XML-Datei, aber kein XES-Protokoll (IEEE 1849).")
        if self._depth > _DEEPEST:
            raise LogError("Das Protokoll ist zu tief verschachtelt.")

    def end(self, _name: str) -> None:
        if self._depth == self._inside and self._inside:
            if self._event is not None:
                self._keep(self._event)
                self._event, self._inside = None, self._inside - 1
            elif self._trace is not None:
                self._close(self._trace)
                self._trace, self._inside = None, 0
        self._depth -= 1

    def _keep(self, event: dict[str, str]) -> None:
        if len(self.seen) < _MOST_KEYS:
            self.seen.update(event.keys())
        elif self._group in event:
            self.seen[self._group] += 1
        at = read_moment(event.get("time:timestamp", ""))
        group = event.get(self._group, "").strip()
        self._events.append((at, event.get("concept:name", ""), group))
        if len(self.builder) + len(self._events) > self._most:
            raise LogError(
                f"Das Protokoll hat mehr als {self._most} Ereignisse. Bitte teilen Sie es."
            )

    def _close(self, trace: dict[str, str]) -> None:
        """Traces of one name are cases of their own."""
        self._traces += 1
        case = f"{self._traces} {trace.get('concept:name', '')}".strip()
        for at, activity, group in self._events:
            self.builder.add(case, at, activity, group)


def read_xes(file: Path, group: str, *, packed: bool, most: int) -> EventLog:
    """The log; ``group`` is the key of an event attribute. Raises ``LogError`` in German."""
    traces = _Traces(group, most)
    try:
        with file.open("rb") as source:
            _parse(source, traces, packed=packed, size=file.stat().st_size)
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            raise LogError(f"„{file.name}“ ist nicht mit gzip gepackt oder beschädigt.") from None
        raise LogError(
            f"Die Datei „{file.name}“ ist nicht lesbar. Bitte prüfen Sie den Pfad."
        ) from None
    except (EOFError, zlib.error):
        raise LogError(f"„{file.name}“ ist beschädigt oder unvollständig.") from None
    except (expat.ExpatError, ValueError) as error:
        if isinstance(error, LogError):
            raise
        raise LogError(f"„{file.name}“ {_UNREADABLE}") from None
    if len(traces.builder) and not traces.seen[group]:
        found = [key for key, _ in traces.seen.most_common(60)]
        names = ", ".join(f"„{key[:60]}“" for key in found[:15])
        raise MissingColumnError(
            f"Kein Ereignis hat das Merkmal „{group}“. Vorhanden sind: {names}.", found
        )
    return traces.builder.build()


def _parse(source: BinaryIO, traces: _Traces, *, packed: bool, size: int) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = traces.start
    parser.EndElementHandler = traces.end
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    stream = gzip.GzipFile(fileobj=source) if packed else source
    read = 0
    while block := stream.read(_BLOCK):
        read += len(block)
        if read > LARGEST or (packed and read > max(_FREE, _RATIO * size)):
            raise LogError("Das Protokoll ist ausgepackt zu groß. Bitte teilen Sie es.")
        parser.Parse(block, False)
        if read - parser.CurrentByteIndex > _LONGEST_TOKEN:
            raise LogError("Das Protokoll enthält ein übergroßes Element.")
    parser.Parse(b"", True)


def _refuse(*_: object) -> int:
    raise LogError(
        "Das Protokoll enthält eine Dokumenttyp-Definition; solche Dateien werden nicht gelesen."
    )
