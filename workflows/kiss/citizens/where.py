"""Where a published report is, as exactly as everybody may know: of a noise at home the place would be an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen


class Where(StrEnum):
    """``exact``: street or square, to about ten metres; ``coarse``: district, to about a kilometre."""

    EXACT = "exact"
    COARSE = "coarse"
    NONE = "none"


WHERE_NAMES = {
    Where.EXACT: "genau: Straße oder Platz, auf etwa 10 Meter",
    Where.COARSE: "ungefähr: Ortsteil, auf etwa einen Kilometer",
    Where.NONE: "ohne Ort",
}
_DIGITS = {Where.EXACT: 4, Where.COARSE: 2}
_USUAL = {Kind.FAULT: Where.EXACT, Kind.IDEA: Where.COARSE}


@dataclass(frozen=True, slots=True)
class Shown:
    """What everybody sees; degrees in WGS 84."""

    place: str | None
    latitude: float | None
    longitude: float | None


def usual(topic_kind: Kind) -> Where:
    """Faults are found by their place; a complaint or praise mostly is about where somebody lives or works."""
    return _USUAL.get(topic_kind, Where.NONE)


def shown(row: Anliegen, where: Where, districts: Mapping[str, str]) -> Shown:
    """Of a place people may have said more than where it is: only what stands in the list (name: district) is shown."""
    if where is Where.NONE:
        return Shown(None, None, None)
    name = (row.place or "").partition(", ")[0]
    place = districts.get(name)
    if where is Where.EXACT and name in districts:
        place = name
    digits = _DIGITS[where]
    return Shown(place or None, _rounded(row.latitude, digits), _rounded(row.longitude, digits))


def _rounded(degrees: float | None, digits: int) -> float | None:
    return None if degrees is None else round(degrees, digits)
