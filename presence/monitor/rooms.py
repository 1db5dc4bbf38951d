"""On which floor a room is, by what people call it: "A 204", "2.14", "EG 12", "1. OG 3". Pure."""

import re
from collections.abc import Collection

_STOREY = re.compile(
    r"(?:\b(\d{1,2})\s*\.?\s*)?\b(og|obergeschoss|eg|erdgeschoss|ug|untergeschoss|kg|keller(?:geschoss)?)(?![a-zäöüß])"
)
_DOTTED = re.compile(r"(?<![\d.])((?:(?<=\s)|^)-)?(\d{1,2})[./]\d{1,3}(?!\d)")
"""Floor and number: "2.14", "0.03", "-1.02"."""
_PACKED = re.compile(r"(?<!\d)(?<!\d\.)(\d{1,2})\d{2}(?!\d)")
"""The last two digits are the number: "204" is on the second floor, "012" on the ground floor."""
_WORD = re.compile(r"[a-zäöüß]+")
_NO_HOUSES = frozenset({"haus", "gebäude", "zimmer", "zi", "raum", "büro", "nr"})


def stands_on(room: str, building: Collection[str], level: int) -> bool:
    """Whether a room is on a floor, in a house called one of ``building``'s words (in lower case), or in any unnamed one.

    What tells no floor ("Pforte", "OG 3": which one?) is on none.
    """
    text = room.casefold()
    floor, begins = _floor(text)
    if floor != level:
        return False
    houses = set(_WORD.findall(text[:begins])) - _NO_HOUSES
    return houses <= set(building)


def _floor(text: str) -> tuple[int | None, int]:
    """The floor (0 is the ground floor), and where what tells it begins."""
    storey = _STOREY.search(text)
    if storey is not None:
        count, kind = storey[1], storey[2][0]
        if kind == "e":
            return 0, storey.start()
        if kind == "o":
            return (int(count) if count else None), storey.start()
        return -int(count or 1), storey.start()
    dotted = _DOTTED.search(text)
    if dotted is not None:
        return int(dotted[2]) * (-1 if dotted[1] else 1), dotted.start()
    packed = _PACKED.search(text)
    if packed is not None:
        return int(packed[1]), packed.start()
    return None, 0
