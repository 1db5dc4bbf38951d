"""Telephone numbers in any writing: what was typed, and whose number it may be. Pure."""

import re

_TYPED = re.compile(r"[\d\s+()/.\-–]{2,30}")
_COUNTRY = re.compile(r"^(?:\+|00)49\s*(?:\(0\))?")
SHORTEST = 3
"""Digits that must agree from the end; an extension as a whole may be shorter."""


def is_number(typed: str) -> bool:
    """Whether the whole text is a number and nothing else."""
    return bool(_TYPED.fullmatch(typed.strip())) and sum(map(str.isdigit, typed)) >= 2


def digits(number: str) -> str:
    """The digits as dialled in Germany: "+49 (0)7089 204-52 04" is "070892045204"."""
    national = _COUNTRY.sub("0", number.strip())
    return "".join(filter(str.isdigit, national))


def extension(number: str) -> str:
    """What stands after the last hyphen (Durchwahl); "" without one (DIN 5008)."""
    _, hyphen, last = number.replace("–", "-").rpartition("-")
    return "".join(filter(str.isdigit, last)) if hyphen else ""
