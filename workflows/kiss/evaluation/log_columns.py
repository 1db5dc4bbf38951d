"""What stands where in somebody else's log: recognised by what other systems call it, never guessed from content. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

CASE, TIME, ACTIVITY, GROUP = "case", "time", "activity", "group"
CONTRACT: Mapping[str, str] = {
    CASE: "case:concept:name",
    TIME: "time:timestamp",
    ACTIVITY: "concept:name",
    GROUP: "org:group",
}
"""The names XES gives (IEEE 1849, standard extensions)."""
MEANINGS: Mapping[str, str] = {
    CASE: "Fall (Nummer des Vorgangs)",
    TIME: "Zeitpunkt",
    ACTIVITY: "Was getan wurde",
    GROUP: "Stelle (Gruppe, Team oder Amt)",
}
_KNOWN: Mapping[str, tuple[str, ...]] = {
    CASE: (
        "case:concept:name", "case id", "caseid", "case", "fall", "fallnummer", "fall id", "vorgang", "vorgangsnummer",
        "ticket", "ticketnummer", "ticket id", "incident id", "sr number", "anliegen", "aktenzeichen",
    ),
    TIME: (
        "time:timestamp", "timestamp", "complete timestamp", "zeit", "zeitpunkt", "zeitstempel", "datum und uhrzeit", "datum",
        "date", "time", "change date+time", "geändert am",
    ),
    ACTIVITY: (
        "concept:name", "activity", "aktivität", "tätigkeit", "schritt", "ereignis", "event", "status", "zustand", "aktion",
    ),
    GROUP: (
        "org:group", "group", "gruppe", "team", "amt", "stelle", "abteilung", "sachgebiet", "zuständig", "assignment group",
        "support team", "involved st", "organisationseinheit",
    ),
}  # fmt: skip
PERSONS = frozenset(
    {
        "org:resource", "resource", "user", "benutzer", "bearbeiter", "bearbeiterin", "sachbearbeiter", "sachbearbeiterin",
        "sachbearbeitung", "mitarbeiter", "mitarbeiterin", "person", "name", "owner first name", "assigned to",
    }
)  # fmt: skip
"""Headings under which people stand: the evaluation is by group, never by person."""


@dataclass(frozen=True, slots=True)
class LogColumns:
    """The heading of each column that is needed."""

    case: str = CONTRACT[CASE]
    time: str = CONTRACT[TIME]
    activity: str = CONTRACT[ACTIVITY]
    group: str = CONTRACT[GROUP]

    @property
    def all(self) -> tuple[str, str, str, str]:
        return self.case, self.time, self.activity, self.group


def recognise(header: Sequence[str], wanted: Iterable[str] = tuple(MEANINGS)) -> dict[str, str]:
    """Heading by meaning, as far as the headings say it; one that stands there twice says nothing."""
    plain: dict[str, list[str]] = {}
    for name in header:
        plain.setdefault(_plain(name), []).append(name)
    found: dict[str, str] = {}
    for meaning in wanted:
        names = (plain.get(each, []) for each in _KNOWN[meaning])
        hit = next((each[0] for each in names if len(each) == 1), None)
        if hit is not None:
            found[meaning] = hit
    return found


def names_persons(heading: str) -> bool:
    """Whether people stand under it, as far as the heading says."""
    return _plain(heading) in PERSONS


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("-", " ").lower().split())
