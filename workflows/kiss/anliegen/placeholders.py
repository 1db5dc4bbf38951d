"""Gaps in texts to begin an answer with, written as ``{ort}``: known by name, checked when the text is kept, filled in
where something is known.
"""

import re
from collections.abc import Mapping

KNOWN = {
    "nummer": "Nummer des Anliegens",
    "thema": "Thema",
    "ort": "Ort",
    "eingang": "Tag des Eingangs",
    "frist": "Tag, bis zu dem geantwortet sein soll",
    "amt": "Amt, bei dem es liegt",
    "gruppe": "Gruppe, bei der es liegt",
}
"""Name and meaning."""
_GAP = re.compile(r"\{([^{}\n]{0,40})\}")


def problem_of(text: str) -> str | None:
    """In German what is wrong with the gaps of a text; ``None``: nothing."""
    unknown = sorted({each for each in _GAP.findall(text) if each not in KNOWN})
    if unknown:
        offered = ", ".join(f"{{{name}}}" for name in KNOWN)
        return f"Den Platzhalter {{{unknown[0]}}} gibt es nicht. Möglich sind: {offered}."
    if set("{}") & set(_GAP.sub("", text)):
        return "Eine geschweifte Klammer steht allein. Platzhalter sehen so aus: {ort}."
    return None


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with what is known; a gap nothing is known for stays, so that whoever writes sees it."""
    return _GAP.sub(lambda found: values.get(found[1]) or found[0], text)


def left_open(text: str) -> list[str]:
    """The gaps that still stand in a text, as they are written."""
    return sorted({f"{{{each}}}" for each in _GAP.findall(text) if each in KNOWN})
