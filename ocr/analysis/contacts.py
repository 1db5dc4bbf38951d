"""How to reach someone: e-mail, web, telephone, postal address."""

import re
from collections.abc import Iterator
from functools import lru_cache

from ocr.analysis.sheet import Hit, Sheet, found_at
from ocr.analysis.streets import NUMBER, find_streets

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")
_AT = re.compile("@")
_URL = re.compile(r"(?:https?://|(?<![\w.@/])www\.)[^\s<>\"“”„()\[\]{}|]+", re.IGNORECASE)


def find_emails(sheet: Sheet) -> Iterator[Hit]:
    for line in sheet.lines_with(_AT):
        for found in _EMAIL.finditer(sheet.text, line.start, line.end):
            yield Hit("email", *found.span(), found[0].lower(), "email.shape", 0.97)


def find_urls(sheet: Sheet) -> Iterator[Hit]:
    if "www." not in sheet.folded and "://" not in sheet.text:
        return
    for found in _URL.finditer(sheet.text):
        raw = found[0].rstrip(".,;:!?'’")
        if "." not in raw:
            continue
        normal = raw if "://" in raw else f"https://{raw}"
        yield Hit("url", found.start(), found.start() + len(raw), normal, "url.shape", 0.95)


# Matched with folded text, which spares the slow search that ignores case.
_PHONE_CUE = re.compile(
    r"(?:tel(?:efon(?:nummer)?|efonisch|efax|\.)?|fon|phone|fax|mobil(?:telefon)?|handy|durchwahl|rufnummer|hotline|rückruf|erreichbar)"
    r"(?:[ ]*(?:-?nr\.?|nummer|unter(?: der(?: nummer)?)?|mobil|privat|dienstlich|zentrale))*[ ]*[.:/]*[ ]{0,3}"
    r"((?:\+|\(|0)[\d ()/.\-–]{5,24}\d)"
)
_PHONE_START = re.compile(r"[+(0](?<![\w/.,+-].)")
_PHONE_BARE = re.compile(
    r"(?<![\w/.,+-])((?:\+|00)[1-9]\d{1,2}[ /(-][\d ()/\-–]{5,18}\d|\(0\d{2,5}\)[ ]?[\d /\-–]{3,12}\d|0\d{2,5}[ ]?[/–-][ ]?\d[\d \-–]{2,10}\d)(?![\d/.,]*\d)"
)


@lru_cache(maxsize=4096)
def _dial(number: str) -> tuple[str, bool, bool] | None:
    """E.164 form, whether it is valid and whether it is possible; ``None`` where it is no number at all."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, "DE")
    except phonenumbers.NumberParseException:
        return None
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return e164, phonenumbers.is_valid_number(parsed), phonenumbers.is_possible_number(parsed)


def find_phones(sheet: Sheet) -> Iterator[Hit]:
    """Telephone and fax numbers behind their cue, or written the way numbers are (+49 ..., 07131/56-0)."""
    seen: set[int] = set()
    for matches, rule in (
        (_PHONE_CUE.finditer(sheet.folded), "phone.cue"),
        (found_at(_PHONE_START, _PHONE_BARE, sheet.text), "phone.shape"),
    ):
        for found in matches:
            start, end = found.span(1)
            if start in seen:
                continue
            dialled = _dial(
                re.sub(r"\(0\)", "", found[1]) if found[1].startswith(("+", "00")) else found[1]
            )
            if dialled is None:
                continue
            e164, valid, possible = dialled
            if rule == "phone.shape" and not possible:
                continue
            seen.add(start)
            confidence = (0.95 if valid else 0.6) - (0.15 if rule == "phone.shape" else 0)
            yield Hit("phone", start, end, e164, rule, confidence, valid)


_PLACE = r"[A-ZÄÖÜ][\w.äöüß-]+(?:[ ](?:am|an der|an|im|in|bei|ob der|vor der|Bad|St\.)[ ][A-ZÄÖÜ][\wäöüß-]+|[ ](?=[A-ZÄÖÜ])(?:Bad|Stadt|Land|Markt)\b)?"
_POSTCODE_START = re.compile(r"[D\d][- \d]\d{3}(?<![\w.,/-].{5})")
_POSTCODE = re.compile(
    rf"(?<![\w.,/-])(?:D[- ])?(\d{{5}})[ \t\u00a0]+((?:Bad|St\.|Markt)[ ])?({_PLACE})(?![\w@])"
)
_STREET_BEFORE = re.compile(
    r"((?:(?:Am|An|Auf|Im|In|Zum|Zur|Unter|Hinter|Vor|Bei|Alte[rn]?|Neue[rn]?|Obere[rn]?|Untere[rn]?|Große[rn]?|Kleine[rn]?|Lange|Hohe"
    r"|[A-ZÄÖÜ][\w.äöüß’-]+)[ ](?:(?:der|dem|den|die|de|das|von|zum|zur)[ ])?){0,2}"
    rf"[A-ZÄÖÜ][\w.äöüß’-]+[ ]{{1,2}}{NUMBER})[ \t]*(?:,|;|\||·|•|-|–|\n|[ ]{{2,}})[ \t]*(?:\n[ \t]*)?$"
)
_BOX_BEFORE = re.compile(r"(Postfach[ ](?:\d{2}[ ]?){1,3}\d{0,2})[ \t]*(?:,|·|\n)[ \t]*$")


def find_addresses(sheet: Sheet) -> Iterator[Hit]:
    """Street, number, postcode and place; a street with its number alone where it is named like a street."""
    text = sheet.text
    covered = bytearray(len(text))
    for found in found_at(_POSTCODE_START, _POSTCODE, text):
        offset = max(0, found.start() - 90)
        before = text[offset : found.start()]
        place = re.sub(r"\s+", " ", text[found.start(1) : found.end()])
        street = _STREET_BEFORE.search(before) or _BOX_BEFORE.search(before)
        if street is None:
            continue
        start = offset + street.start(1)
        normal = f"{re.sub(r'[ ]+', ' ', street[1]).strip()}, {place}"
        covered[start : found.end()] = b"\1" * (found.end() - start)
        yield Hit("address", start, found.end(), normal, "address.full", 0.93)
    for hit in find_streets(sheet):
        if covered.find(1, hit.start, hit.end) < 0:
            yield hit
