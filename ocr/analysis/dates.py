"""Calendar dates: numeric, with month words, ISO, two-digit years, ranges. German first, English too."""

import re
from collections.abc import Iterator
from datetime import date

from ocr.analysis.sheet import Hit, Sheet

_MONTHS = {
    "jan": 1, "jän": 1, "feb": 2, "mär": 3, "mar": 3, "mrz": 3, "apr": 4, "mai": 5, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "dez": 12, "dec": 12,
}  # fmt: skip
MONTH = (
    r"(?:Januar|Jänner|January|Jan\.?|Februar|February|Feb\.?|März|Maerz|March|Mär\.?|Mrz\.?|Mar\.?|April|Apr\.?|Mai|May"
    r"|Juni|June|Jun\.?|Juli|July|Jul\.?|August|Aug\.?|September|Sept\.?|Sep\.?|Oktober|October|Okt\.?|Oct\.?"
    r"|November|Nov\.?|Dezember|December|Dez\.?|Dec\.?)"
)
_PIVOT = 50
"""Two-digit years below are of this century."""

# Patterns begin with the digit and look back from there: a search for one set of characters is the quickest.
_NUMERIC = re.compile(
    r"(\d(?<![\d,/].)(?<!\d[.-].)\d?)\.[ \u00a0]?(\d{1,2})\.[ \u00a0]?(\d{4}|\d{2})(?![\d]|[.,/-]\d)"
)
_WORDS = re.compile(
    rf"(\d(?<![\d.,/-].)\d?)\.?[ \u00a0\n]?({MONTH})[ \u00a0\n,]{{1,2}}((?:19|20)\d\d|\d\d(?![ \u00a0]?Uhr|[.:,h]\d|\d))(?!\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"[ \u00a0]((?:19|20)\d\d)(?!\d)")
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th|,?[ \u00a0]$)", re.IGNORECASE)
# Looked for only before a year: the month words alone would cost a scan of the whole text.
_ENGLISH = re.compile(
    rf"(?<![^\W_])({MONTH})[ \u00a0](\d{{1,2}})(?:st|nd|rd|th)?,?[ \u00a0]$"
    rf"|(?<![\d.,/-])(\d{{1,2}})(?:st|nd|rd|th)(?: of)?[ \u00a0]({MONTH}),?[ \u00a0]$",
    re.IGNORECASE,
)
_ISO = re.compile(r"([12](?<![\d./-].)\d(?<=19|20)\d\d)-(\d\d)-(\d\d)(?![\d]|[-/]\d)")
_SLASH = re.compile(r"(\d(?<![\d./-].)\d?)/(\d{1,2})/((?:19|20)\d\d)(?![\d/])")
_RANGE = re.compile(
    r"(?<![\d.,/-])(\d{1,2})\.(?:[ \u00a0]?(\d{1,2})\.)?[ \u00a0]*(?:-|–|—|/|bis(?:[ \u00a0]zum)?|und)[ \u00a0]*$",
)
_DAY_OF_MONTH = re.compile(
    rf"(?<![\d.,/-])(\d{{1,2}})\.[ \u00a0]?({MONTH})?[ \u00a0]*(?:-|–|—|bis(?:[ \u00a0]zum)?|und)[ \u00a0]*$"
)


def full_year(digits: str) -> int:
    """The year of two or four digits."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < _PIVOT else 1900)
    return year


def month_number(word: str) -> int:
    """1 to 12 for a month word or its abbreviation."""
    low = word.lower()
    return _MONTHS["mär" if low.startswith("mae") else low[:3]]


def is_date(year: int, month: int, day: int) -> bool:
    """Whether the calendar has this day."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _hit(
    found: tuple[int, int], ymd: tuple[int, int, int], rule: str, confidence: float = 0.97
) -> Hit:
    year, month, day = ymd
    valid = is_date(year, month, day)
    return Hit(
        "date",
        *found,
        f"{year:04d}-{month:02d}-{day:02d}",
        rule,
        confidence if valid else 0.6,
        valid,
    )


def find_dates(sheet: Sheet) -> Iterator[Hit]:
    """Every date with its year; both ends of a range. A day the calendar lacks is reported as not valid,
    its ``normalized`` spelling what is printed (``2026-02-31``).
    """
    text = sheet.text
    for found in _NUMERIC.finditer(text):
        ymd = (full_year(found[3]), int(found[2]), int(found[1]))
        if len(found[3]) == 2 and not is_date(*ymd):
            continue  # 10.45.22 may be anything
        hit = _hit(found.span(), ymd, "date.numeric")
        yield hit
        if hit.valid and (first := _before(text, hit, ymd)):
            yield first
    for found in _WORDS.finditer(text):
        ymd = (full_year(found[3]), month_number(found[2]), int(found[1]))
        hit = _hit(found.span(), ymd, "date.words")
        yield hit
        if hit.valid and (first := _before(text, hit, ymd)):
            yield first
    yield from _foreign(text)


def _foreign(text: str) -> Iterator[Hit]:
    for found in _ISO.finditer(text):
        yield _hit(found.span(), (int(found[1]), int(found[2]), int(found[3])), "date.iso")
    for found in _SLASH.finditer(text):
        first, second = int(found[1]), int(found[2])
        month, day = (first, second) if second > 12 >= first else (second, first)
        yield _hit(found.span(), (int(found[3]), month, day), "date.slash", 0.7)
    for stated in _YEAR.finditer(text):
        low = max(0, stated.start(1) - 24)
        zone = text[low : stated.start(1)]
        before = _ENGLISH.search(zone) if _ORDINAL.search(zone) else None
        if before is None:
            continue
        word, number = before.group(1, 2) if before[1] else before.group(4, 3)
        ymd = (int(stated[1]), month_number(word), int(number))
        yield _hit((low + before.start(), stated.end()), ymd, "date.english")


def _before(text: str, last: Hit, ymd: tuple[int, int, int]) -> Hit | None:
    """The first day of „01.–03.05.2026“, „30.12.–02.01.2027“ or „28. Mai bis 3. Juni 2026“."""
    zone = text[max(0, last.start - 32) : last.start]
    year, month, day = ymd
    offset = last.start - len(zone)
    if found := _RANGE.search(zone):
        first, number = int(found[1]), int(found[2]) if found[2] else month
        end = offset + (found.end(2) + 1 if found[2] else found.end(1) + 1)
    elif found := _DAY_OF_MONTH.search(zone):
        first, number = int(found[1]), month_number(found[2]) if found[2] else month
        end = offset + (found.end(2) if found[2] else found.end(1) + 1)
    else:
        return None
    start_year = year - 1 if (number, first) > (month, day) else year
    if not is_date(start_year, number, first) or (number, first) == (month, day):
        return None
    return _hit((offset + found.start(), end), (start_year, number, first), "date.range", 0.9)
