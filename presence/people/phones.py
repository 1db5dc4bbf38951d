"""Telephone numbers in any writing: what was typed, and whose number it may be. Pure."""

import re

_TYPED = re.compile(r"[\d\s+()/.\-–]{2,30}")
_COUNTRY = re.compile(r"^(?:\+|00)49\s*(?:\(0\))?")
_OWN_ZERO = re.compile(r"^((?:\+|00)\s*[\d\s]{1,5})\(0\)")
SHORTEST = 3
"""Digits that must agree from the end; an extension as a whole may be shorter."""


def is_number(typed: str) -> bool:
    """Whether the whole text is a number and nothing else."""
    return bool(_TYPED.fullmatch(typed.strip())) and sum(map(str.isdigit, typed)) >= 2


def digits(number: str) -> str:
    """The digits as dialled in Germany: "+49 (0)7089 204-52 04" is "070892045204"."""
    national = _COUNTRY.sub("0", number.strip())
    return "".join(filter(str.isdigit, national))


def dialled(number: str) -> str:
    """As a link to call it has it (RFC 3966): "+49 (0)7089 204-52" is "+49708920452"; numbers of the country stay so."""
    told = number.strip()
    told = _OWN_ZERO.sub(r"\1", told) if told.startswith(("+", "00")) else told
    figures = "".join(filter(str.isdigit, told))
    return f"+{figures}" if told.startswith("+") else figures


def extension(number: str) -> str:
    """What stands after the last hyphen (Durchwahl); "" without one (DIN 5008)."""
    _, hyphen, last = number.replace("–", "-").rpartition("-")
    return "".join(filter(str.isdigit, last)) if hyphen else ""
