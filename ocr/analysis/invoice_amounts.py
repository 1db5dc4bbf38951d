"""Amounts of money in a row: German, English and Swiss notation, signs before and behind, with their currency."""

import re
from dataclasses import dataclass
from decimal import Decimal

from ocr.analysis.invoice_rows import Row

CODES = {
    "€": "EUR", "EUR": "EUR", "EURO": "EUR", "CHF": "CHF", "SFR": "CHF", "FR.": "CHF",
    "$": "USD", "US$": "USD", "USD": "USD", "£": "GBP", "GBP": "GBP", "DKK": "DKK", "SEK": "SEK",
    "NOK": "NOK", "PLN": "PLN", "CZK": "CZK", "HUF": "HUF", "JPY": "JPY",
}  # fmt: skip
_SIGN = "[-+−–—=~]"
_CURRENCY = (
    r"(?:€|US\$|\$|£|Fr\.|SFr\.|(?:EURO?|CHF|SFr|USD|GBP|DKK|SEK|NOK|PLN|CZK|HUF|JPY)(?![^\W\d_]))"
)
_NUMBER = r"\d{1,3}(?:[.,'’] ?\d{3}|[ \u00a0\u202f]\d{3})+(?:[.,] ?\d{2})?|\d+(?:[.,] ?\d{2})?"
_AMOUNT = re.compile(
    rf"(?<![\w.,/'’])(?P<open>\()?(?P<sign>{_SIGN} ?)?(?:(?P<before>{_CURRENCY}) ?)?(?P<sign2>{_SIGN} ?)?"
    rf"(?P<number>{_NUMBER})(?P<dash>[.,][-–—]{{1,2}})?(?!\d|[.,:/'’]\d| ?%| ?v\.? ?H)"
    rf"(?P<sign3>[-−–—](?![\w-]))?(?: ?(?P<behind>{_CURRENCY}))?",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_CENTS = re.compile(r"\d[.,](?: ?\d\d|[-–—])")
_UNIT = re.compile(_CURRENCY, re.IGNORECASE)
_ANY_CURRENCY = re.compile(rf"(?<!\w)(?:{_CURRENCY})", re.IGNORECASE)
_NARROW = 0.7
"""Text heights: the widest blank that can stand inside a number."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A signed amount, where it stands in its row's text, and its extent on the page."""

    value: Decimal
    currency: str | None
    start: int
    end: int
    x0: float
    x1: float


def amounts(row: Row) -> tuple[Amount, ...]:
    """The amounts of a row from left to right. A number counts with two decimals or with a currency beside it."""
    found: list[Amount] = []
    if not _may_hold_amounts(row.text):
        return ()
    position = 0
    while match := _AMOUNT.search(row.text, position):
        amount = _amount(row, match)
        position = match.end() if amount else match.start("number") + 1
        if amount:
            found.append(amount)
        else:
            position = _after_digits(row.text, match.start("number"))
    return tuple(found)


def _may_hold_amounts(text: str) -> bool:
    """Whether there are cents, a dash in their place or a currency beside digits."""
    if not _DIGIT.search(text):
        return False
    return bool(_CENTS.search(text) or _UNIT.search(text))


def currency(token: str | None) -> str | None:
    """The ISO 4217 code of a printed sign or code."""
    return None if token is None else CODES.get(token.upper(), CODES.get(token.upper() + "."))


def currencies(text: str) -> list[str]:
    """The codes of all currencies named in the text, in order."""
    codes = (currency(match.group()) for match in _ANY_CURRENCY.finditer(text))
    return [code for code in codes if code]


def _after_digits(text: str, position: int) -> int:
    while position < len(text) and text[position].isdigit():
        position += 1
    return position


def _amount(row: Row, match: re.Match[str]) -> Amount | None:
    printed = match["number"]
    if " " in printed and row.widest_gap(match.start("number"), match.end("number")) > _NARROW:
        return None
    code = currency(match["before"] or match["behind"])
    value = parse(printed)
    if value is None and (code or match["dash"]):
        value = parse(re.sub(r"[.,](?=\d{3})", "", printed) + ",00")
    if value is None:
        return None
    negative = _is_negative(row, match)
    x0, x1 = row.extent(match.start("number"), match.end("number"))
    return Amount(-value if negative else value, code, match.start(), match.end(), x0, x1)


def parse(printed: str) -> Decimal | None:
    """The value of a number with two decimals: the last separator parts the cents, whichever it is."""
    compact = re.sub(r"[ \u00a0\u202f]", "", printed)
    match = re.fullmatch(r"(\d{1,3}(?:[.,'’]?\d{3})*|\d{1,12})[.,](\d{2})", compact, re.ASCII)
    if match is None or len(compact) > 18:
        return None
    return Decimal(re.sub(r"\D", "", match[1]) + "." + match[2])


def _is_negative(row: Row, match: re.Match[str]) -> bool:
    if match["sign3"]:
        return True
    sign = match["sign"] or match["sign2"]
    if not sign or sign[0] == "+":
        return False
    if sign[0] in "=~":  # what a minus becomes in a bad scan
        return row.scanned and not sign.endswith(" ")
    # "01.10. – 5,00" is a dash between two things, "Rabatt – 5,00" and a minus of its own are signs.
    before = row.text[: match.start("sign" if match["sign"] else "sign2")].rstrip()
    return not sign.endswith(" ") or not before[-1:].isdigit()
