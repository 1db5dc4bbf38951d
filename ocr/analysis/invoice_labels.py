"""What the words beside an amount say about it: gross, net, tax, due, prepaid, discount, carried over.

German and English. Rules are ordered: the first that fits decides.
"""

import re
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import Levenshtein


class Role(Enum):
    """The part an amount plays on an invoice."""

    GROSS = "gross"
    TOTAL = "total"  # „Summe“, „Gesamt“: gross or net, the arithmetic must tell
    NET = "net"
    TAX = "tax"
    DUE = "due"
    PREPAID = "prepaid"
    DISCOUNT = "discount"
    CARRY = "carry"
    PERCENT = "percent"


_PLAIN = (("ä", "a"), ("ö", "o"), ("ü", "u"), ("ß", "ss"), ("é", "e"))
_WITHIN = re.compile(r"(?<=[a-z])[.\-/]+-?(?=[a-z])")
_PIECE = re.compile(r"[a-z0-9%]+")
_PIECE_OR_END = re.compile(r"[a-z0-9%]+|\n")
_STRONG = (
    "rechnungsbetrag", "rechnungsendbetrag", "rechnungsbeitrag", "gesamtbetrag", "gesamtrechnungsbetrag",
    "gesamtbeitrag", "bruttobetrag", "bruttosumme", "bruttogesamtbetrag", "gesamtbrutto", "endbetrag", "endsumme",
    "endpreis", "gutschriftsbetrag", "gutschriftbetrag", "rechnungstotal", "rechnungssumme", "gesamtsumme",
    "gesamtforderung", "korrekturbetrag", "stornobetrag",
)  # fmt: skip
_NEARLY_AS_LONG = {
    length: tuple(word for word in _STRONG if -1 <= len(word) - length <= 1)
    for length in range(len(max(_STRONG, key=len)) + 2)
}
_STRONG_EN = re.compile(
    r"\bgrand total\b|\binvoice (?:total|amount)\b|\btotal (?:amount|price)\b|\bcredit total\b"
)
_WEAK = re.compile(
    r"\bsumme\b|\bgesamt\w*|\btotal\b|\binsgesamt\b|\bbetrag\b|\bamount\b|\bsum\b|\w*kosten gesamt\b"
)
_NOUN = re.compile(
    r"summe|betrag|beitrag|gesamt|total|preis|rechnung|kosten|forderung|amount|sum\b|price|invoice|endwert"
)
_TAX = re.compile(
    r"\bm\w?wst|\bmwst|\bust\b|\bust(?!id)\w*|umsatzsteuer|mehrwertsteuer|versicherungs?steuer|\w*steuer\b|steuerbetrag"
    r"|\bvat\b|\btax(?:es)?\b|\bgst\b|\btva\b|\biva\b"
)
_INCLUSIVE = re.compile(
    r"\binkl|\bincl|\beinschl|inklusiv|\binclud|brutto|\bgross\b|\bmit (?:mwst|ust|umsatzsteuer|mehrwertsteuer)"
)
_CONTAINED = re.compile(r"enthalten|\bdarin\b|\bdavon\b|\bhierin\b|\bof which\b|\bincluded\b")
_EXCLUSIVE = re.compile(
    r"\bexkl|\bexcl|\bohne\b|netto|\bnet\b|before (?:tax|vat)|vor steuer|\bzzgl|zuzuglich|\bplus\b"
)
_ADDED = re.compile(r"^\W*(?:zzgl|zuzuglich|plus|add)\b")
_BASE = re.compile(
    r"bemessung|steuerbasis|\bbasis|grundlage|taxable|warenwert|steuerpflichtig|entgelt|zwischensumme|\bsubtotal\b"
    r"|sub total|summe (?:der )?positionen|nettowert|positionssumme"
)
_DISCOUNT = re.compile(
    r"skonto|rabatt|nachlass|\babzug|\babzgl|\bbonus|discount|gutschein|zu ?abschlag|\brebate"
)
_PREPAID = re.compile(
    r"bereits (?:be|ge)zahlt|bereits (?:erhalten|beglichen|uberwiesen)|anzahlung|abschlagszahlung|abschlage|vorauszahlung|teilzahlung|geleistet|vorkasse"
    r"|zahlung(?:en)? vom|erhaltene zahlung|already paid|\bprepaid|\bprepayment|\bdeposit|\bamount paid|payments? received"
    r"|\bless payment|\bgezahlt\b|\bbezahlt\b"
)
_CARRY = re.compile(
    r"ubertrag|carried|brought forward|ausstehende|ruckstand|alter saldo|\bvorjahr|\bmahn|verzugszins|previous balance"
    r"|seitensumme|summe seite|page total|stand vom"
)
_DUE = re.compile(
    r"zu zahlen|zahlbetrag|\bzahlbar|offene[rn]?\b|restbetrag|restzahlung|restforderung|uberweisungsbetrag|zu uberweisen"
    r"|falliger betrag|fallig(?:er)?\b|nachzahlung|abbuchungsbetrag|auszahlungsbetrag|erstattung|guthaben|zahllast"
    r"|\bamount due|\bbalance due|\btotal due|\bpayable\b|\bto pay\b|\bbalance\b|bitte uberweisen"
)
_UNIT_PRICE = re.compile(
    r"bruttopreis|nettopreis|einzelpreis|stuckpreis|unit price|price per|preis pro"
)
_PERCENT = re.compile(r"%|steuersatz|\bsatz\b|\brate\b")
_LONGEST = 200
"""Characters of a label that are looked at, from its end."""
_RATE = re.compile(r"\d{1,2}(?:[.,]\d{1,2})? ?%")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower case, umlauts as vowels, hyphens and dots within words gone, one blank between words."""
    return " ".join(_PIECE.findall(_WITHIN.sub("", _plain(text))))


def _plain(text: str) -> str:
    low = text.lower()
    if not low.isascii():
        for letter, plain in _PLAIN:
            low = low.replace(letter, plain)
    return low


def fold_rows(texts: Iterable[str]) -> str:
    """Each text folded, on a line of its own; all of them at once, which spares much time."""
    folded = _WITHIN.sub("", _plain("\n".join(texts)))
    pieces = " ".join(_PIECE_OR_END.findall(folded))
    return pieces.replace(" \n", "\n").replace("\n ", "\n")


def rate(text: str) -> str | None:
    """The first percentage printed in the text, as digits with a point."""
    match = re.search(r"(\d{1,2}(?:[.,]\d{1,2})?) ?%", text)
    return match[1].replace(",", ".") if match else None


@lru_cache(maxsize=2048)
def role(label: str) -> Role | None:
    """What a label says; None if it says nothing about a total."""
    bare = _RATE.sub(" ", label[-_LONGEST:])
    text = fold(bare)
    if not re.search(r"[a-z]{2}|%", text) or _UNIT_PRICE.search(text):
        return None
    if _PERCENT.search(text):
        return Role.PERCENT
    for pattern, meaning in (
        (_PREPAID, Role.PREPAID),
        (_DISCOUNT, Role.DISCOUNT),
        (_CARRY, Role.CARRY),
    ):
        if pattern.search(text):
            return meaning
    return _of_tax_words(text) or _of_total_words(text)


def _of_tax_words(text: str) -> Role | None:
    taxed = _TAX.search(text) is not None
    inclusive = _INCLUSIVE.search(text) is not None
    if taxed and _CONTAINED.search(text):
        return Role.TAX
    if _ADDED.search(text):
        return Role.TAX if taxed else Role.CARRY
    if _EXCLUSIVE.search(text) and not inclusive:
        return None if _DUE.search(text) and not taxed else Role.NET
    if _BASE.search(text):
        return Role.NET
    if inclusive:
        # „Summe inkl. MwSt“ is gross, „inkl. 19 % MwSt“ alone announces the tax in it.
        return Role.GROSS if _NOUN.search(text) or not taxed else Role.TAX
    return Role.TAX if taxed else None


def _of_total_words(text: str) -> Role | None:
    if is_strong(text):
        return Role.GROSS
    if _DUE.search(text):
        return Role.DUE
    return Role.TOTAL if _WEAK.search(text) else None


def is_strong(text: str) -> bool:
    """Whether a folded label holds a word that names nothing but a grand total; one misread letter is forgiven."""
    if _STRONG_EN.search(text):
        return True
    words = text.split()
    candidates = words + [left + right for left, right in pairwise(words)]
    return any(
        Levenshtein.distance(word, strong, score_cutoff=1) <= 1
        for word in candidates
        if len(word) > 7
        for strong in _NEARLY_AS_LONG.get(len(word), ())
    )
