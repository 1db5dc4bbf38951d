"""Kölner Phonetik (Hans Joachim Postel, IBM-Nachrichten 19, 1969): German names that sound alike get one code. Pure."""

_ALWAYS = {
    **dict.fromkeys("aeijouy", "0"),
    **dict.fromkeys("fvw", "3"),
    **dict.fromkeys("gkq", "4"),
    **dict.fromkeys("mn", "6"),
    **dict.fromkeys("sz", "8"),
    "b": "1",
    "l": "5",
    "r": "7",
}
_HARD_FIRST = frozenset("ahkloqrux")
_HARD = frozenset("ahkoqux")
_SIBILANT = frozenset("csz")


def cologne(word: str) -> str:
    """The code of a folded word (a-z); "" where nothing of it sounds. Maier, Meyer and Mayr are all "67"."""
    codes: list[str] = []
    for place, letter in enumerate(word):
        before = word[place - 1] if place else ""
        after = word[place + 1] if place + 1 < len(word) else ""
        code = _code(letter, before, after)
        codes.extend(code)
    joined = "".join(
        code for place, code in enumerate(codes) if place == 0 or codes[place - 1] != code
    )
    return joined[:1] + joined[1:].replace("0", "")


def _code(letter: str, before: str, after: str) -> str:
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after in _SIBILANT and after else "2"
    if letter == "c":
        if not before:
            return "4" if after in _HARD_FIRST and after else "8"
        return "4" if after in _HARD and after and before not in "sz" else "8"
    if letter == "x":
        return "8" if before in {"c", "k", "q"} else "48"
    return _ALWAYS.get(letter, "")
