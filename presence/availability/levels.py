"""The five levels of availability, each with a word, an icon, a sign and colours: never colour alone (BITV 2.0)."""

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How well somebody can be reached just now (contracts: ``rathaus presence board``)."""

    UNREACHABLE = 0
    SUBSTITUTED = 1
    URGENT = 2
    LIMITED = 3
    FULL = 4


@dataclass(frozen=True, slots=True)
class Look:
    """How a level is shown.

    ``token`` is the CSS variable with its colour (``var(--erreichbar-4)``); ``light`` and ``dark`` are that colour in
    each theme, readable as text on the page's background. ``icon`` is a Material symbol, ``sign`` one character for
    plain HTML; both differ in form, not in colour only.
    """

    word: str
    icon: str
    sign: str
    token: str
    light: str
    dark: str


LOOKS: dict[Level, Look] = {
    Level.UNREACHABLE: Look(
        "nicht erreichbar", "do_not_disturb_on", "○", "--erreichbar-0", "#4a5560", "#b6c0ca"
    ),
    Level.SUBSTITUTED: Look(
        "abwesend mit Vertretung", "swap_horiz", "⇄", "--erreichbar-1", "#5b3f8c", "#cbb4f2"
    ),
    Level.URGENT: Look(
        "nur dringend", "priority_high", "▲", "--erreichbar-2", "#a1260d", "#ffab99"
    ),
    Level.LIMITED: Look("eingeschränkt", "contrast", "◐", "--erreichbar-3", "#7a5200", "#f2c14e"),
    Level.FULL: Look(
        "voll erreichbar", "check_circle", "●", "--erreichbar-4", "#1a6637", "#7fd99a"
    ),
}
