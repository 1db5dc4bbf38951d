"""Whether a complaint seems to name somebody, so that it does not go to them. Pure, and careful: a like name counts.

It says whom not to ask, never whom a complaint is about: that is for people to say.
"""

from difflib import SequenceMatcher

from ocr.analysis.unopened import fold

ALIKE = 0.85
"""So like are names that were heard or mistyped („Müler“, „Meyers“)."""
SHORT = 3
"""Up to so many letters only the very word counts."""


def is_named(name: str, text: str, *, fully: bool = False) -> bool:
    """Whether the family name (or a part of a double one) stands in the text; ``fully``: every part of the name."""
    words = set(fold(text).split())
    called = [parts for parts in (fold(word).split() for word in name.split()) if parts]
    parts = [part for word in (called if fully else called[-1:]) for part in word]
    found = [any(_alike(part, word) for word in words) for part in parts]
    return bool(found) and (all(found) if fully else any(found))


def _alike(part: str, word: str) -> bool:
    if part == word:
        return True
    if len(part) <= SHORT or len(word) <= SHORT:
        return False
    match = SequenceMatcher(None, part, word)
    return match.real_quick_ratio() >= ALIKE and match.ratio() >= ALIKE
