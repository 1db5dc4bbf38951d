"""IBAN (ISO 13616) and BIC (ISO 9362) in printed and scanned text."""

import re
from collections.abc import Iterator
from functools import lru_cache

from ocr.analysis.sheet import Hit, Sheet

# What Tesseract and tired eyes confuse, by what the place must hold.
_AS_DIGIT = str.maketrans("OoQDIil|SsBZzG", "00001111558226")
_AS_LETTER = str.maketrans("015826", "OISBZG")
_MAX_REPAIRS = 8
_START = re.compile(
    r"(?<![^\W_])([A-Za-z]) ?([A-Za-z])[ \u00a0]?[0-9OoQDIil|SsBZz][ ]?[0-9OoQDIil|SsBZzG]"
)
# One separator between characters: a blank, a dash or dot between groups, or a line break.
_GAP = re.compile(r"[ \u00a0\u202f]{1,2}|[-.]|[ \t\u00a0]*\r?\n[ \t\u00a0]*")
_CUE = re.compile(r"IBAN(?:[-\s]?N(?:umme)?r\.?)?\s*[:.)]?\s*$", re.IGNORECASE)
_BIC_CUE = re.compile(
    r"\b(?:BIC|SWIFT)(?:[-/ ]?(?:Code|SWIFT|BIC|Nr\.?))*[ \t]*[:.]?\s*([A-Z][A-Z0-9]{6,13})(?![^\W_])"
)


@lru_cache(maxsize=256)
def _structure(country: str) -> str | None:
    """The BBAN of a country as one class per character (n, a or c), ``None`` for countries without IBAN."""
    from stdnum import numdb

    info = numdb.get("iban").info(country + "00")
    bban = info[0][1].get("bban") if info and info[0][0] == country else None
    if not bban:
        return None
    return "".join(kind * int(count) for count, kind in re.findall(r"(\d+)!([nac])", bban))


def proves(iban: str) -> bool:
    """Whether the two check digits hold (ISO 7064 mod 97-10)."""
    if not iban.isascii() or not iban.isalnum() or len(iban) < 5:
        return False
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1


def _fits(text: str, structure: str) -> bool:
    return len(text) == len(structure) and all(
        (c.isdigit() if kind == "n" else c.isalpha() if kind == "a" else c.isalnum())
        and c.isascii()
        for c, kind in zip(text, structure, strict=True)
    )


def _repaired(raw: str, structure: str) -> str:
    """The IBAN with each character read as what its place must hold."""
    country = raw[:2].upper()
    rest = "".join(
        c.translate(_AS_DIGIT) if kind == "n" else c.translate(_AS_LETTER) if kind == "a" else c
        for c, kind in zip(raw[2:], "nn" + structure, strict=True)
    )
    return country + rest.upper()


def _collect(text: str, start: int, length: int) -> tuple[str, int, bool]:
    """Up to ``length`` characters from ``start`` over single gaps, their end, and whether the word goes on."""
    chars: list[str] = []
    at = end = start
    while len(chars) < length and at < len(text):
        if text[at].isalnum() or text[at] == "|":
            chars.append(text[at])
            at = end = at + 1
        elif gap := _GAP.match(text, at):
            at = gap.end()
        else:
            break
    goes_on = end < len(text) and text[end].isalnum()
    return "".join(chars), end, goes_on


def find_ibans(sheet: Sheet) -> Iterator[Hit]:
    """Every printed IBAN, grouped or not, also across a line break. Confused characters are put right only
    where the check digits then prove it; what fails the check is reported as not valid.
    """
    after = 0
    for start in _START.finditer(sheet.text):
        if start.start() < after:
            continue
        structure = _structure((start[1] + start[2]).upper())
        if structure is None:
            continue
        cued = bool(_CUE.search(sheet.text, max(0, start.start() - 24), start.start()))
        hit = _read(sheet.text, start.start(), structure, cued=cued)
        if hit is not None:
            after = hit.end
            yield hit


def _read(text: str, start: int, structure: str, *, cued: bool) -> Hit | None:
    raw, end, goes_on = _collect(text, start, 4 + len(structure))
    if len(raw) == 4 + len(structure) and not goes_on and raw.isascii():
        compact = raw.upper()
        if _fits(compact[2:], "nn" + structure) and (raw[:2].isupper() or cued or proves(compact)):
            if proves(compact):
                return Hit("iban", start, end, compact, "iban.checksum", 0.99)
            if cued or _looks_printed(text[start:end]):
                return Hit("iban", start, end, compact, "iban.checksum", 0.9, valid=False)
            return None
        fixed = _repaired(raw, structure)
        changes = sum(a != b for a, b in zip(compact, fixed, strict=True))
        if changes <= _MAX_REPAIRS and _fits(fixed[2:], "nn" + structure) and proves(fixed):
            return Hit("iban", start, end, fixed, "iban.repaired", 0.85)
    return _broken(text, start) if cued else None


_CUED_SHAPE = re.compile(
    r"[A-Za-z]{2}\d{2}(?:[ \u00a0]?[A-Za-z\d]{4}){2,7}(?:[ \u00a0]?[A-Za-z\d]{1,3})?(?![^\W_])"
)


def _broken(text: str, start: int) -> Hit | None:
    """A number announced as IBAN whose length or characters do not fit its country."""
    shape = _CUED_SHAPE.match(text, start)
    if shape is None or sum(c.isdigit() for c in shape[0]) < 8:
        return None
    compact = re.sub(r"\s", "", shape[0]).upper()
    return Hit("iban", start, shape.end(), compact, "iban.shape", 0.7, valid=False)


def _looks_printed(raw: str) -> bool:
    """In one piece or in groups of four, not any digits that happen to follow two letters."""
    groups = re.split(r"\s+", raw)
    return len(groups) == 1 or all(len(group) == 4 for group in groups[:-1])


def find_bics(sheet: Sheet) -> Iterator[Hit]:
    """What stands behind BIC or SWIFT; the country code and the length decide whether it is valid."""
    if "BIC" not in sheet.text and "SWIFT" not in sheet.text:
        return
    from stdnum import bic

    for found in _BIC_CUE.finditer(sheet.text):
        code = found[1]
        valid = bic.is_valid(code)
        if not valid and not any(c.isdigit() for c in code) and len(code) not in {8, 11}:
            continue  # a word in capitals
        yield Hit(
            "bic", found.start(1), found.end(1), code, "bic.cue", 0.95 if valid else 0.7, valid
        )
