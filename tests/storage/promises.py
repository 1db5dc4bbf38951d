"""How long the register says that something is kept, as a span a test can add to a moment."""

import re
from datetime import datetime, timedelta

from storage.privacy import entry_of
from storage.schema import Table, as_core

NUMBERS = {"ein": 1, "eine": 1, "einen": 1, "zwei": 2, "drei": 3, "fünf": 5}
_SPAN = re.compile(r"(\d+|ein|eine|einen|zwei|drei|fünf) (Jahr|Tag|Woche)", re.IGNORECASE)


def promised_end(table: type[Table], begins: datetime) -> datetime:
    """The moment until which the register lets rows of the table be kept, counted from ``begins``."""
    entry = entry_of(as_core(table))
    assert entry is not None
    found = _SPAN.search(entry.retention)
    assert found is not None, entry.retention
    number = NUMBERS.get(found[1].lower()) or int(found[1])
    match found[2]:
        case "Jahr":
            return begins.replace(year=begins.year + number)
        case "Woche":
            return begins + timedelta(weeks=number)
        case _:
            return begins + timedelta(days=number)
