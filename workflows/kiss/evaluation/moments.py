"""Points in time as logs write them."""

import re
from datetime import datetime

from workflows.kiss.evaluation.event_log import LogError

_GERMAN = re.compile(
    r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?)?"
)
_LONG_FRACTION = re.compile(r"([.,]\d{6})\d+")
_SHORT_ZONE = re.compile(r"([+-]\d{2})$")
_WORD_ZONE = re.compile(r"\s*(?:UTC|GMT)$")


def read_moment(text: str) -> datetime | None:
    """ISO 8601 as XML and databases write it, or German; ``None`` for an empty cell. Raises ``LogError`` for another text."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    text = text.strip()
    if not text:
        return None
    try:
        if found := _GERMAN.fullmatch(text):
            day, month, year, *clock = found.groups()
            hour, minute, second = (int(each or 0) for each in clock[:3])
            fraction = int((clock[3] or "0").ljust(6, "0"))
            return datetime(int(year), int(month), int(day), hour, minute, second, fraction)  # noqa: DTZ001 -- the log names no zone
        text = _LONG_FRACTION.sub(r"\1", _WORD_ZONE.sub("+00:00", text))
        return datetime.fromisoformat(_SHORT_ZONE.sub(r"\1:00", text) if "T" in text else text)
    except ValueError:
        raise LogError(
            f"„{text[:40]}“ ist kein Zeitpunkt. Bitte exportieren Sie Zeiten wie 2026-10-14T09:30:00+02:00."
        ) from None
