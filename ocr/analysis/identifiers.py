"""Numbers with a meaning: VAT and tax ids, Leitweg-ID, Aktenzeichen, parcels, number plates."""

import re
from collections.abc import Iterator
from functools import lru_cache

from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.sheet import Hit, Sheet, found_at

_VAT_DE = re.compile(r"(?<![^\W_])DE[ \u00a0]?\d{3}[ \u00a0]?\d{3}[ \u00a0]?\d{3}(?![^\W_])")
_VAT_EU = re.compile(
    r"(?:USt\.?|UID|VAT|Umsatzsteuer|TVA|BTW)[^\n:]{0,30}?[:.\s]\s*((?:AT|BE|BG|CY|CZ|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT"
    r"|NL|PL|PT|RO|SE|SI|SK)[ ]?[0-9A-Z]{2,13})(?![^\W_])"
)
_TAX_CUE = re.compile(
    r"(?P<cue>Steuer-?[ ]?(?:ID|Ident(?:ifikations)?(?:nummer|nr)\b)|Identifikationsnummer|IdNr|Ident-?Nr"
    r"|Steuer-?[ ]?N(?:umme)?r|St\.?-?[ ]?Nr|Steuernummer)\.?[ \t]*(?:\([^)\n]{0,20}\))?[ \t]*(?:lautet)?[ \t]*[:.]?\s{0,3}"
    r"(?P<number>\d[\d \u00a0/]{8,17}\d)(?![\d/])",
    re.IGNORECASE,
)
_TAX_START = re.compile(r"[SsIi](?:[Tt](?:[Ee][Uu]|[.\- Nn])|[Dd](?:[Ee][Nn]|[Nn]))")
_VAT_HINT = re.compile(r"ust|uid|vat|umsatzst|tva|btw")
_TAX_HINT = re.compile(r"steuer-?[ ]?[nif]|ident|idnr|st\.?-?[ ]?nr|stnr")
_TAX_BARE = re.compile(r"\d(?<![\w/.-].)\d{1,2}/\d{3}/\d{4,5}(?![\w/-])")
_LEITWEG = re.compile(r"\d(?<![\w-].)\d{1,11}(?:-[A-Z0-9]{1,30})?-\d{2}(?![\w]|-\w)")


def find_tax_numbers(sheet: Sheet) -> Iterator[Hit]:
    """USt-IdNr. (check digit of ISO 7064 mod 11,10), IdNr (AO § 139b) and Steuernummer by their cue or shape."""
    text = sheet.text
    if "DE" in text:
        from stdnum.de import vat

        for found in _VAT_DE.finditer(text):
            number = re.sub(r"\s", "", found[0])
            valid = vat.is_valid(number)
            yield Hit(
                "vat_id", *found.span(), number, "vat_id.checksum", 0.98 if valid else 0.8, valid
            )
    eu = _VAT_EU.finditer(text) if _VAT_HINT.search(sheet.folded) else ()
    for found in eu:
        from stdnum.eu import vat as eu_vat

        number = found[1].replace(" ", "")
        if any(c.isdigit() for c in number):
            yield Hit("vat_id", *found.span(1), number, "vat_id.eu", 0.9, eu_vat.is_valid(number))
    seen: set[int] = set()
    if _TAX_HINT.search(sheet.folded):
        for hit in _tax_ids(text):
            seen.add(hit.start)
            yield hit
    bare = _TAX_BARE.finditer(text) if "/" in text else ()
    for found in bare:
        if found.start() not in seen:
            yield Hit("tax_id", *found.span(), re.sub(r"\D", "", found[0]), "tax_id.shape", 0.5)


def _tax_ids(text: str) -> Iterator[Hit]:
    for found in found_at(_TAX_START, _TAX_CUE, text):
        from stdnum.de import idnr, stnr

        digits = re.sub(r"\D", "", found["number"])
        personal = "id" in found["cue"].lower()
        if (
            not personal
            and len(digits) == 11
            and "/" not in found["number"]
            and idnr.is_valid(digits)
        ):
            personal = True
        valid = idnr.is_valid(digits) if personal else stnr.is_valid(digits)
        rule = "tax_id.idnr" if personal else "tax_id.steuernummer"
        yield Hit("tax_id", *found.span("number"), digits, rule, 0.95 if valid else 0.7, valid)


def leitweg_holds(code: str) -> bool:
    """Check digits of a Leitweg-ID (ISO 7064 mod 97-10 over the code without its dashes)."""
    plain = code.replace("-", "").upper()
    if not plain.isascii() or not plain.isalnum():
        return False
    return int("".join(str(int(c, 36)) for c in plain)) % 97 == 1


def find_leitweg_ids(sheet: Sheet) -> Iterator[Hit]:
    """Leitweg-ID by its cue; without cue only where the check digits prove the three-part form."""
    for found in _LEITWEG.finditer(sheet.text):
        code = found[0]
        cued = "leitweg" in sheet.folded[max(0, found.start() - 40) : found.start()]
        valid = leitweg_holds(code)
        # coarse part: Land, Regierungsbezirk, Kreis, Gemeinde
        proper = code.count("-") == 2 and len(code.split("-", maxsplit=1)[0]) in {5, 8, 9, 12}
        if cued or (valid and proper):
            confidence = (0.97 if cued else 0.75) if valid else 0.7
            yield Hit("leitweg_id", *found.span(), code, "leitweg_id.checksum", confidence, valid)


_REGISTER = (
    r"(?:K|L|S|A|B|C|O|U|R|M|T|W|D|E|F|N|AS|SO|KR|AL|SB|RJ|BA|AR|VR|HRA|HRB|NE|NC|GR|AE|DB|AK|"
    r"Ca|Sa|Ta|BV|BVR|BVGa|Js|Ds|Ls|Ks|KLs|Cs|Ns|Ss|OWi|Gs|UJs|StR|StRR|StVK|BvR|BvL|BvF|ZR|ZB|AZR|ABR|"
    r"WF|UF|UFH|FH|IN|IK|IE|VI|VIII|XVII|XIV|EV|HL|SLa|TaBV|Qs|Bs|KE|VK|Verg)"
)
_COURT = re.compile(
    rf"(?<![\w/.])(?:[BL][ ])?(?:\d{{1,4}}[a-z]?|[IVX]{{1,5}}[a-z]?)[ \u00a0]{_REGISTER}[ \u00a0]"
    r"\d{1,6}/\d{2}(?:\.[A-Z]{1,2}|[ ](?:R|ER|B|NE|PKH)\b|[ ]?\([A-Z]{1,3}\))?(?![\w/])"
)
_YEAR_BEHIND = re.compile(r"\d/\d\d")
_FILE_START = re.compile(
    r"(?:Az|Aktenz|Akten-?[ ]?N|Unser|Ihr|Mein|Dein|Gesch|GZ|Kassenz|Buchungsz|Vorgangsn|Bescheid|Bauvorh|Antragsn)"
)
_FILE_CUE = re.compile(
    r"(?<![^\W_])(?:Az\.?|Aktenz(?:eichen|\.)|Akten-?[ ]?(?:Nr|Nummer)\.?|(?:Unser|Ihr|Mein|Dein)e?[ ](?:Geschäfts)?[Zz]eichen"
    r"|Geschäftszeichen|Gesch\.?-?[ ]?Z(?:\.|eichen)|GZ(?=[:. ])|Kassenzeichen|Buchungszeichen|Vorgangsnummer|Bescheid-?[ ]?(?:Nr\.?|nummer)"
    r"|Bauvorhaben-?Nr\.?|Antragsnummer)[ \t]*(?:\([^)\n]{0,20}\)[ \t]*)?[:.]?[ \t]{0,3}(?:\n[ \t]*)?"
    r"([A-Z0-9ÄÖÜ](?:[\w./\-]*\w)?(?:[ ](?=[\w./\-]*\d)(?!\d{1,2}\.\d{1,2}\.)\w(?:[\w./\-]*\w)?){0,4})"
)


@lru_cache(maxsize=8)
def _own(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None


def find_aktenzeichen(sheet: Sheet, gazetteers: Gazetteers) -> Iterator[Hit]:
    """Our own by the pattern of the Aktenplan, those of courts by their registers, others by their cue."""
    text = sheet.text
    own = _own(gazetteers.aktenzeichen_patterns)
    if own is not None:
        for found in own.finditer(text):
            yield Hit("aktenzeichen", *found.span(), found[0], "aktenzeichen.own", 0.97)
    for line in sheet.lines_with(_YEAR_BEHIND):
        for found in _COURT.finditer(text, line.start, line.end):
            normal = re.sub(r"\s+", " ", found[0])
            yield Hit("aktenzeichen", *found.span(), normal, "aktenzeichen.court", 0.9)
    for found in found_at(_FILE_START, _FILE_CUE, text):
        if any(c.isdigit() for c in found[1]) and len(found[1]) >= 3:
            yield Hit("aktenzeichen", *found.span(1), found[1], "aktenzeichen.cue", 0.85)


_PARCEL_WORD = re.compile(
    r"(?:Flurst(?:ück(?:e|es|s|en)?|\.|k\.)|Fl\.?St\.?|Flst\.?|Flurnummern?|Fl\.-?)[ \t]*-?(?:N(?:umme)?r(?:n|\.)?|Nummern?)?\.?[ \t]*[:.]?[ \t\n]{0,2}"
)
_PARCEL_NUMBER = re.compile(r"\d{1,5}(?:/\d{1,4})?(?![\d.]*\d|[ ]?(?:m²|qm|ha|€))")
_PARCEL_NEXT = re.compile(r"(?:[ \t]*,[ \t]*|[ \t]+(?:und|u\.|sowie)[ \t]+)(?=\d)")
_DISTRICT = re.compile(
    r"(?:Gemarkung|Gem(?:\.|kg\.?))[ \t:]*([A-ZÄÖÜ][\wäöüß-]+(?:[ ](?:am|an der|ob|bei|im)[ ][A-ZÄÖÜ]\w+)?)"
)
_FLUR = re.compile(r"\bFlur[ \t:]*(\d{1,3})\b")


def find_parcels(sheet: Sheet) -> Iterator[Hit]:
    """Flurstück numbers, each of a list on its own, with Gemarkung and Flur where the sentence names them."""
    text = sheet.text
    if "Fl" not in text:
        return
    for word in _PARCEL_WORD.finditer(text):
        zone = text[max(0, word.start() - 60) : word.end() + 80]
        zone = zone.replace("\n", " ")
        parts = [f"Gemarkung {found[1]}" for found in [_DISTRICT.search(zone)] if found]
        parts += [f"Flur {found[1]}" for found in [_FLUR.search(zone)] if found]
        at, start = word.end(), word.start()
        while number := _PARCEL_NUMBER.match(text, at):
            normal = ", ".join([*parts, f"Flurstück {number[0]}"])
            yield Hit("parcel", start, number.end(), normal, "parcel.cue", 0.92 if parts else 0.85)
            following = _PARCEL_NEXT.match(text, number.end())
            if following is None:
                break
            at = start = following.end()


_PLATE = re.compile(
    r"([A-ZÄÖÜ](?<![\w-].)[A-ZÄÖÜ]{0,2})([- ])([A-Z]{1,2})([ -]?)([1-9]\d{0,3})([EH]?)(?![\w]|[-/.,]\d)"
)
_PLATE_CUE = re.compile(
    r"kennzeichen|kfz|pkw|lkw|fahrzeug|halter|auto\b|anhänger|motorrad|geparkt|amtl\."
)
_NO_DISTRICT = frozenset(
    [
        "DIN",
        "ISO",
        "IEC",
        "EN",
        "BGB",
        "PO",
        "TV",
        "HRA",
        "HRB",
        "NR",
        "USB",
        "EU",
        "AZ",
        "ART",
        "ABS",
        "VG",
        "OLG",
        "AG",
        "LG",
    ]
)
_NEVER_ISSUED = frozenset(["SS", "SA", "KZ", "HJ", "NS"])


def find_plates(sheet: Sheet) -> Iterator[Hit]:
    """Number plates (FZV): near a word about vehicles, or in the full form with dash and blank."""
    for found in _PLATE.finditer(sheet.text):
        district, dash, letters, gap, digits, _ = found.groups()
        if (
            district in _NO_DISTRICT
            or letters in _NEVER_ISSUED
            or len(district + letters + digits) > 8
        ):
            continue
        near = sheet.folded[max(0, found.start() - 120) : found.end() + 60]
        cued = bool(_PLATE_CUE.search(near))
        if not cued and (dash != "-" or gap != " "):
            continue
        normal = f"{district}-{letters} {digits}{found[6]}"
        yield Hit(
            "plate",
            *found.span(),
            normal,
            "plate.cue" if cued else "plate.shape",
            0.9 if cued else 0.5,
        )
