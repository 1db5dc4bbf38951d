"""The pages of the intranet: where they lie, what they are called, and who is shown them.

Leaving a page out of the menu is politeness; each verb behind it checks rights itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

from config.rooms import Room
from storage.actors import Role, Staff
from storage.rights import Verb, may
from workflows.kiss.evaluation.sight import evaluates

Shown = Callable[[Staff], bool]


def _everybody(_staff: Staff) -> bool:
    return True


def _may(verb: Verb) -> Shown:
    return lambda staff: may(staff, verb)


def _quarantine(staff: Staff) -> bool:
    """Whoever keeps an inbox in order: the post room, heads and the administration."""
    return any(grant.role in {Role.REGISTRY, Role.HEAD, Role.ADMIN} for grant in staff.grants)


def _walls(staff: Staff) -> bool:
    """Whoever leads an office or administers the house; the verbs say for which offices."""
    return any(grant.role in {Role.HEAD, Role.ADMIN} for grant in staff.grants)


@dataclass(frozen=True, slots=True)
class PageSpec:
    """``file`` in ``app_pages/``; ``section`` is the menu's heading; hidden pages are reached by links only.

    ``room``: the page is there only while this room is switched on.
    """

    path: str
    file: str
    title: str
    icon: str
    section: str
    shown: Shown = _everybody
    hidden: bool = False
    room: Room | None = None


WORK, OWN, ADMIN = "Arbeiten", "Persönlich", "Verwaltung"

PAGES = (
    PageSpec("", "start.py", "Start", "home", WORK),
    PageSpec("posteingang", "posteingang.py", "Posteingang", "inbox", WORK, room=Room.EAKTE),
    PageSpec("anliegen", "anliegen.py", "Anliegen", "forum", WORK, room=Room.KISS),
    PageSpec(
        "dokument", "dokument.py", "Dokument", "description", WORK, hidden=True, room=Room.EAKTE
    ),
    PageSpec("akten", "akten.py", "Akten", "folder_open", WORK, room=Room.EAKTE),
    PageSpec("suche", "suche.py", "Suche", "search", WORK, room=Room.EAKTE),
    PageSpec("personensuche", "personensuche.py", "Personensuche", "person_search", WORK),
    PageSpec("person", "person.py", "Person", "person", WORK, hidden=True),
    PageSpec("organigramm", "organigramm.py", "Organigramm", "lan", WORK),
    PageSpec("amt", "amt.py", "Amt", "apartment", WORK, hidden=True),
    PageSpec("arbeitsgruppen", "arbeitsgruppen.py", "Arbeitsgruppen", "groups", WORK),
    PageSpec("laufzettel", "laufzettel.py", "Laufzettel", "checklist", WORK),
    PageSpec("plaetze", "plaetze.py", "Plätze", "desk", WORK, room=Room.DESKS),
    PageSpec("raeume", "raeume.py", "Räume", "meeting_room", WORK, room=Room.DESKS),
    PageSpec(
        "raumanfragen", "raumanfragen.py", "Raumanfragen", "inbox_customize", WORK, room=Room.DESKS
    ),
    PageSpec("anwesenheit", "anwesenheit.py", "Anwesenheit", "groups", WORK, room=Room.MONITOR),
    PageSpec("mein-status", "abwesenheit.py", "Mein Status", "badge", OWN, room=Room.AVAILABILITY),
    PageSpec(
        "meine-buchungen",
        "meine_buchungen.py",
        "Meine Buchungen",
        "event_note",
        OWN,
        room=Room.DESKS,
    ),
    PageSpec(
        "zustaendigkeiten",
        "zustaendigkeiten.py",
        "Zuständigkeiten",
        "alt_route",
        WORK,
        room=Room.KISS,
    ),
    PageSpec(
        "das-nervt", "das_nervt.py", "Das nervt", "sentiment_dissatisfied", WORK, room=Room.KISS
    ),
    PageSpec("mein-profil", "profil.py", "Mein Profil", "account_circle", OWN),
    PageSpec("einstellungen", "einstellungen.py", "Meine Einstellungen", "settings", OWN),
    PageSpec(
        "dienstvereinbarungen",
        "dienstvereinbarungen.py",
        "Dienstvereinbarungen",
        "handshake",
        ADMIN,
        _may(Verb.AGREEMENT_RECORD),
    ),
    PageSpec(
        "gebaeude", "gebaeude.py", "Gebäude und Räume", "domain", ADMIN, _walls, room=Room.DESKS
    ),
    PageSpec(
        "auswertung", "auswertung.py", "Auswertung", "monitoring", ADMIN, evaluates, room=Room.KISS
    ),
    PageSpec(
        "ungelesen",
        "ungelesen.py",
        "Ungelesene E-Mails",
        "unsubscribe",
        ADMIN,
        _may(Verb.RESPONSIBILITY_CHANGE),
        room=Room.KISS,
    ),
    PageSpec("monitore", "monitore.py", "Monitore", "tv", ADMIN, _walls, room=Room.MONITOR),
    PageSpec(
        "zeitplaene", "zeitplaene.py", "Zeitpläne", "schedule", ADMIN, _may(Verb.SCHEDULE_SEE)
    ),
    PageSpec("laeufe", "laeufe.py", "Läufe", "play_circle", ADMIN, _may(Verb.SCHEDULE_SEE)),
    PageSpec(
        "quarantaene", "quarantaene.py", "Quarantäne", "report", ADMIN, _quarantine, room=Room.EAKTE
    ),
    PageSpec(
        "empfaenger",
        "empfaenger.py",
        "Empfänger ungeöffneter Post",
        "mark_email_unread",
        ADMIN,
        _may(Verb.ADDRESSEE_NAME),
        room=Room.EAKTE,
    ),
    PageSpec("system", "system.py", "Systemzustand", "monitor_heart", ADMIN, _may(Verb.SYSTEM_SEE)),
    PageSpec(
        "personen", "personen.py", "Personen und Rechte", "group", ADMIN, _may(Verb.PEOPLE_CHANGE)
    ),
    PageSpec(
        "organisation",
        "organisation.py",
        "Organisation",
        "account_tree",
        ADMIN,
        _may(Verb.PEOPLE_CHANGE),
    ),
)


def paths(rooms_off: frozenset[Room]) -> frozenset[str]:
    """The addresses of all pages there are."""
    return frozenset(f"/{page.path}" for page in PAGES if page.room not in rooms_off)


def pages_for(staff: Staff, rooms_off: frozenset[Room] = frozenset()) -> dict[str, list[PageSpec]]:
    """The menu of this person: sections in order, none of them empty."""
    menu: dict[str, list[PageSpec]] = {}
    for page in PAGES:
        if page.room not in rooms_off and page.shown(staff):
            menu.setdefault(page.section, []).append(page)
    return menu
