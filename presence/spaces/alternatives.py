"""What else is free: the nearest fitting space, by floor, equipment and way. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Place:
    """A space as the search sees it; ``x`` and ``y`` are its middle on the floor's plan."""

    id: UUID
    name: str
    floor: UUID
    building: UUID
    capacity: int
    equipment: frozenset[str]
    x: float
    y: float


def nearest(wanted: Place, free: Iterable[Place], most: int = 3) -> list[Place]:
    """The best of ``free`` instead of ``wanted``, best first.

    First what has room for as many, then the same building, the same floor, what lacks least of the equipment, the
    shortest way, and the room that is not needlessly large.
    """

    def strangeness(place: Place) -> tuple[object, ...]:
        far = hypot(place.x - wanted.x, place.y - wanted.y) if place.floor == wanted.floor else 0.0
        return (
            place.capacity < wanted.capacity,
            place.building != wanted.building,
            place.floor != wanted.floor,
            len(wanted.equipment - place.equipment),
            far,
            place.capacity,
            place.name,
        )

    return sorted((each for each in free if each.id != wanted.id), key=strangeness)[:most]
