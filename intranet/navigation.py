"""The pages of the intranet: where they lie, what they are called, and who is shown them.

Leaving a page out of the menu is politeness; each verb behind it checks rights itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

from storage.actors import Staff
from storage.rights import Verb, may

Shown = Callable[[Staff], bool]


def _everybody(_staff: Staff) -> bool:
    return True


def _may(verb: Verb) -> Shown:
    return lambda staff: may(staff, verb)


@dataclass(frozen=True, slots=True)
class PageSpec:
    """``file`` in ``app_pages/``; ``section`` is the menu's heading; hidden pages are reached by links only."""

    path: str
    file: str
    title: str
    icon: str
    section: str
    shown: Shown = _everybody
    hidden: bool = False


WORK, OWN, ADMIN = "Arbeiten", "Persönlich", "Verwaltung"

PAGES = (
    PageSpec("", "start.py", "Start", "home", WORK),
    PageSpec("einstellungen", "einstellungen.py", "Meine Einstellungen", "settings", OWN),
    PageSpec(
        "personen", "personen.py", "Personen und Rechte", "group", ADMIN, _may(Verb.PEOPLE_CHANGE)
    ),
)

PATHS = frozenset(f"/{page.path}" for page in PAGES)


def pages_for(staff: Staff) -> dict[str, list[PageSpec]]:
    """The menu of this person: sections in order, none of them empty."""
    menu: dict[str, list[PageSpec]] = {}
    for page in PAGES:
        if page.shown(staff):
            menu.setdefault(page.section, []).append(page)
    return menu
