"""The rooms an installation may do without, and which of their work bears whose name.

Job kinds, schedules and the objects of tasks are named ``room.what``; what bears no room's name belongs to the house
itself (mail, the journal, sign-in) and is never switched off.
"""

from enum import StrEnum


class Room(StrEnum):
    """What ``RATHAUS_ROOMS_OFF`` may name. Some of them are furnished in later releases."""

    EAKTE = "eakte"
    KISS = "kiss"
    OZG = "ozg"
    ROLLOUT = "rollout"
    LEARNING = "learning"
    VIDEO = "video"
    ABSENCES = "absences"
    AVAILABILITY = "availability"
    DESKS = "desks"
    MONITOR = "monitor"


TITLES: dict[Room, str] = {
    Room.EAKTE: "E-Akte",
    Room.KISS: "Anliegen (KISS)",
    Room.OZG: "Onlinedienste (OZG)",
    Room.ROLLOUT: "Einführungen",
    Room.LEARNING: "Fortbildung",
    Room.VIDEO: "Videosprechstunde",
    Room.ABSENCES: "Abwesenheiten",
    Room.AVAILABILITY: "Erreichbarkeit",
    Room.DESKS: "Arbeitsplätze",
    Room.MONITOR: "Anzeigetafeln",
}

_OTHER_NAMES: dict[Room, frozenset[str]] = {
    Room.EAKTE: frozenset({"document", "akte", "vorgang", "model", "addressee"}),
    Room.DESKS: frozenset({"room_request"}),
}
"""First parts of names that came before their room had its own."""

_ROOM_OF = {name: room for room, names in _OTHER_NAMES.items() for name in names} | {
    room.value: room for room in Room
}


def room_of(name: str) -> Room | None:
    """The room a job kind, schedule or object kind belongs to by the first part of its name; none is the house."""
    return _ROOM_OF.get(name.partition(".")[0])


def names_of(rooms: frozenset[Room]) -> frozenset[str]:
    """All first parts of names that belong to these rooms."""
    return frozenset(name for name, room in _ROOM_OF.items() if room in rooms)


def read_rooms(text: str) -> frozenset[Room]:
    """Rooms from a setting, parted by commas. Raises ``ValueError`` with a German sentence for an unknown name."""
    words = {word.strip().lower() for word in text.strip("[]").replace('"', "").split(",")} - {""}
    unknown = sorted(words - {room.value for room in Room})
    if unknown:
        names = ", ".join(f"„{word}“" for word in unknown)
        raise ValueError(
            f"Unbekannter Raum {names}. Es gibt: {', '.join(room.value for room in Room)}."
        )
    return frozenset(map(Room, words))
