"""Levels of availability as pages show them: sign, word and colour, never colour alone."""

from html import escape

from intranet.html import Safe
from presence.availability.levels import LOOKS, Level


def level(value: Level) -> Safe:
    """As in "● voll erreichbar", in the level's colour; the sign is not read aloud, the word is."""
    look = LOOKS[value]
    return Safe(
        f'<span class="stufe stufe-{int(value)}"><span aria-hidden="true">{look.sign}</span> '
        f"{escape(look.word)}</span>"
    )


def colours() -> str:
    """The CSS variables of all levels, for both themes (stands in ``assets/rathaus.css``; a test compares)."""
    lines = [f"  {look.token}: light-dark({look.light}, {look.dark});" for look in LOOKS.values()]
    return ":root {\n" + "\n".join(lines) + "\n}"
