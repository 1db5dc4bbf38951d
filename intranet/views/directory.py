"""How the sync of the directory goes, in words."""

from dataclasses import dataclass

from intranet import words
from presence.directory.queries import health
from storage.actors import Staff
from storage.house import House


@dataclass(frozen=True, slots=True)
class DirectoryView:
    """``warning``: why the last sync changed nothing. ``rows`` fit ``COLUMNS``."""

    warning: str | None
    rows: list[tuple[str, str]]


COLUMNS = ("Abgleich", "Stand")
NEVER = "noch nie"


def load(house: House, staff: Staff) -> DirectoryView | None:
    """``None`` without a directory. Raises ``NotAllowedError`` for people who don't look after the system."""
    if not house.settings.ldap_servers:
        return None
    now = house.clock()
    with house.database.read() as session:
        found = health(session, staff, now)
    if found is None:
        return DirectoryView(None, [("zuletzt vollständig", NEVER)])
    tried = words.when(found.tried_at, now) if found.tried_at else NEVER
    counts = [
        (title, words.number(found.result.get(name, 0)))
        for title, name in (
            ("neue Personen", "created"),
            ("geänderte Personen", "updated"),
            ("ausgeschiedene Personen", "disabled"),
            ("unklare Einträge", "conflicts"),
        )
    ]
    rows = [
        ("zuletzt vollständig", words.when(found.full_at, now) if found.full_at else NEVER),
        ("zuletzt gelesen", "läuft gerade" if found.busy else tried),
        *counts,
    ]
    return DirectoryView(found.refused, rows)
