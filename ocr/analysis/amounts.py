"""Amounts of money, German and English style, with sign and currency before or behind."""

import re
from collections.abc import Iterator
from decimal import Decimal

from ocr.analysis.sheet import Hit, Sheet

_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "$": "USD", "us$": "USD", "usd": "USD",
    "chf": "CHF", "sfr": "CHF", "£": "GBP", "gbp": "GBP",
}  # fmt: skip
_SCALES = {
    "t": 3,
    "tsd": 3,
    "mio": 6,
    "million": 6,
    "millionen": 6,
    "mrd": 9,
    "milliarde": 9,
    "milliarden": 9,
}

_NUMBER = r"\d[\d.,'’]*(?:[ \u00a0\u202f]\d{3}(?!\d))*(?:,(?:\d+|-{1,2}|[–—]))?"
_SMALL = r"[-–—]{1,2},\d{2}"
_SIGN = r"(?:(?<![\w\d,.])[-–−+][ \u00a0]?)?"
_SCALE = r"(?:[ \u00a0]?(?P<scale{0}>Tsd|Mio|Mrd|Millionen|Million|Milliarden|Milliarde)\.?)?"
_UNIT = r"€|EURO?\b|Euro\b|euro?\b|US\$|USD\b|\$|CHF\b|SFr\.?|£|GBP\b"
# Only lines that hold a unit are searched for these two.
_BEHIND = re.compile(
    rf"(?<![\w.,/])(?P<sign>{_SIGN})(?P<number>{_NUMBER}|{_SMALL}){_SCALE.format('')}"
    rf"(?P<back>-)?[ \t\u00a0\u202f]*(?:(?P<thousand>T)(?=EUR|€))?(?P<unit>{_UNIT})(?!\d)"
)
_BEFORE = re.compile(
    rf"(?<![^\W\d_])(?P<unit>€|EURO?|Euro|euro?|US\$|USD|\$|CHF|SFr\.?|£|GBP)(?P<gap>[ \t\u00a0]{{0,3}})"
    rf"(?P<sign>(?:[-–−+][ \u00a0]?)?)(?P<number>{_NUMBER}|{_SMALL}){_SCALE.format('')}(?P<back>-(?!\d))?"
    rf"(?![\d%])"
)
_BARE = re.compile(
    r"(?<![\w.,/:§-])(?P<sign>(?:[-–−][ \u00a0]?)?)"
    r"(?P<number>\d{1,3}(?:[.'’ \u00a0]\d{3})+,\d{2}|\d+,\d{2}|\d{1,3}(?:,\d{3})+\.\d{2})(?P<back>-(?![\d\w]))?"
    r"(?![\d.,]*\d|[ \u00a0]?(?:%|v\.|m\b|m²|qm|cm|km|kg|ha|l\b|h\b|Std|Stk|Uhr|Prozent|kWh))"
)
_CUE = re.compile(
    r"betrag|summe|brutto|netto|gesamt|zu zahlen|saldo|forderung|gebühr|kosten|preis|total|amount"
    r"|offen|guthaben|gutschrift|rabatt|rate|miete|steuer|mwst|ust|zwischen|beitrag|übertrag"
)
_CENTS = re.compile(r"\d[.,]\d\d")
_DIGIT = re.compile(r"\d")
_HAS_UNIT = re.compile(r"€|\$|£|EUR|CHF|USD|GBP|Euro|SFr|euro")


_PLAIN = re.compile(r"\d+(?:\.\d{4,})?")
_GERMAN = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d+,\d{1,2}|\d+,\d{4,}|\d{4,},\d{3}|0,\d{3}")
_ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+|\d+\.\d{1,2}|\d{1,3}(?:,\d{3}){2,}")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2},\d{3}")


def parse_number(raw: str, *, english: bool = False) -> Decimal | None:
    """The value of a printed number without sign, ``None`` where its grouping fits neither style.

    ``english`` decides the one ambiguous form, a single comma before exactly three digits.
    """
    text = re.sub(r"[ \u00a0\u202f'’]", "", raw)
    text = re.sub(r",[-–—]{1,2}$", "", text)
    text = re.sub(r"^[-–—]{1,2}(?=,)", "0", text)
    if _AMBIGUOUS.fullmatch(text):
        return Decimal(text.replace(",", "" if english else "."))
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if _GERMAN.fullmatch(text) or _THOUSANDS.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _ENGLISH.fullmatch(text):
        return Decimal(text.replace(",", ""))
    return None


def _printed(value: Decimal) -> str:
    """A decimal string with at least two places."""
    exponent = value.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 2
    return f"{value:.{max(2, places)}f}"


def _hit(found: re.Match[str], *, currency: str | None, rule: str, confidence: float) -> Hit:
    parts = found.groupdict()
    raw = parts["number"].rstrip(".,'’")
    trimmed = len(parts["number"]) - len(raw)
    # „€1,234“ without a gap is how English prints it
    english = parts.get("unit") in {"$", "US$", "£", "€"} and parts.get("gap") == ""
    value = parse_number(raw, english=english)
    end = found.end() - (trimmed if found.end() == found.end("number") else 0)
    if value is None:
        return Hit("amount", found.start(), end, None, rule, 0.4, valid=False)
    scale = (parts.get("scale") or parts.get("thousand") or "").lower()
    if scale:
        value = value.scaleb(_SCALES[scale])
    if any(c in parts["sign"] for c in "-–−") or parts.get("back"):
        value = -value
    normal = {"value": _printed(value), "currency": currency}
    return Hit("amount", found.start(), end, normal, rule, confidence)


def find_amounts(sheet: Sheet) -> Iterator[Hit]:
    """Amounts with a currency, and figures with two decimals on lines that speak of money."""
    text = sheet.text
    taken = bytearray(len(text))
    priced = [line for line in sheet.lines_with(_HAS_UNIT) if _DIGIT.search(line.text)]
    for pattern, rule in ((_BEHIND, "amount.unit_behind"), (_BEFORE, "amount.unit_before")):
        for found in (
            hit for line in priced for hit in pattern.finditer(text, line.start, line.end)
        ):
            if taken.find(1, found.start(), found.end()) >= 0:
                continue
            taken[found.start() : found.end()] = b"\1" * (found.end() - found.start())
            unit = found["unit"].lower().rstrip(".")
            yield _hit(found, currency=_CURRENCIES[unit], rule=rule, confidence=0.95)
    named = bool(_HAS_UNIT.search(text))
    for line in sheet.lines_with(_CENTS):
        cued = None
        for found in _BARE.finditer(text, line.start, line.end):
            if taken.find(1, found.start(), found.end()) >= 0:
                continue
            cued = bool(_CUE.search(sheet.folded, line.start, line.end)) if cued is None else cued
            if not cued:
                break
            yield _hit(found, currency="EUR" if named else None, rule="amount.line", confidence=0.6)
