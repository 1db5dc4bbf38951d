"""What became of a mail."""

from enum import StrEnum


class Fate(StrEnum):
    """What a mail came to."""

    OPENED = "opened"
    HEARD = "heard"
    NOTED = "noted"
    IGNORED = "ignored"
    HANDED_OVER = "handed_over"
    QUARANTINED = "quarantined"
    DISCARDED = "discarded"


FATE_NAMES: dict[Fate, str] = {
    Fate.OPENED: "neue Anliegen",
    Fate.HEARD: "Antworten",
    Fate.NOTED: "Notizen",
    Fate.IGNORED: "übergangen",
    Fate.HANDED_OVER: "ungeöffnet weitergeleitet",
    Fate.QUARANTINED: "nicht lesbar",
    Fate.DISCARDED: "verworfen",
}
