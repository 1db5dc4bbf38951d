"""What holds for any text: the analysis never fails, places are true, nothing is invented, what is printed comes back."""

from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocr.analysis.amounts import find_amounts
from ocr.analysis.bank import find_ibans, proves
from ocr.analysis.dates import find_dates
from ocr.analysis.gazetteers import Gazetteers, Office
from ocr.analysis.pipeline import analyse
from ocr.analysis.sheet import Sheet
from ocr.documents import Page, Reading

TOWN = Gazetteers(
    streets=("Lerchenhalde",), offices=(Office("b", "Amt für Baurecht", "Bau"),), staff=("Dr. Ilse Wegmann",),
    aktenzeichen_patterns=(r"\d{3}\.\d{2}-\d{4}/\d{4}",), organisations=("Stadt Musterstadt",),
)  # fmt: skip
# Pieces that rules look for, so that random texts reach deep into them.
PIECES = st.sampled_from(
    [
        "IBAN: ", "DE", "08 7009 0100 1234 5678 90", "BIC ", "€ ", "EUR", "1.234,50", "-", "31.02.2026", "12. Mai ", "2026", " bis zum ",
        "binnen eines Monats nach Bekanntgabe", "Frist: ", "Herrn ", "Max Muster", "\n", "\n\n", "Sehr geehrte Damen und Herren,\n", "Betreff: ",
        "Flurstück ", "1/2", "Az.: ", "5 K 1234/26", "Kennzeichen HN-AB 1", "Tel. 0711 1234-5", "a@b.de", "www.x.de", " GmbH & Co. KG", "74000 Ort",
        "Weg 3\n", "Mit freundlichen Grüßen\n", "Leitweg-ID 04011000-1234512345-06", "DE136695976", "Stadt Musterstadt\n", "\x00", "İ", "ß", "\r\n", "\t",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=30).map("".join)
FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_CONFUSED = str.maketrans("OQDILSZBG|", "0001152861")


def sheet(text: str) -> Sheet:
    return Sheet(Page(1, text, "text", 1.0))


@FEW
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_any_text_is_analysed_and_every_place_is_true(texts: list[str]) -> None:
    pages = tuple(Page(n + 1, text, "text", 1.0) for n, text in enumerate(texts))
    analysis = analyse(Reading("text/plain", pages), TOWN)
    for finding in analysis.findings:
        assert 0 <= finding.start < finding.end
        assert texts[finding.page - 1][finding.start : finding.end] == finding.value
        assert 0 <= finding.confidence <= 1
    pieces = [e for field in analysis.fields.values() for e in field.evidence]
    for piece in [*pieces, *analysis.summary]:
        if piece.page is not None and piece.start is not None:
            assert texts[piece.page - 1][piece.start : piece.end] == piece.text
        assert -1 <= piece.weight <= 1
    assert set(analysis.fields) == {
        "kind", "sender_kind", "sender", "recipient", "subject", "date", "title", "language",
    }  # fmt: skip


@FEW
@given(TEXTS)
def test_no_iban_is_invented(text: str) -> None:
    for hit in find_ibans(sheet(text)):
        raw = "".join(c for c in text[hit.start : hit.end] if c.isalnum() or c == "|")
        if hit.valid:
            assert proves(hit.normalized)
            # the same characters, up to those that look alike
            assert raw.upper().translate(_CONFUSED) == hit.normalized.translate(_CONFUSED)


def german_iban(account: int) -> str:
    bban = f"{account:018d}"
    check = 98 - int(bban + "131400") % 97
    return f"DE{check:02d}{bban}"


@FEW
@given(st.integers(0, 10**18 - 1), st.sampled_from([" ", "\n", "", "\u00a0"]), st.integers(0, 21))
def test_every_printed_iban_is_read(account: int, gap: str, broken_at: int) -> None:
    iban = german_iban(account)
    groups = [iban[n : n + 4] for n in range(0, 22, 4)]
    printed = (gap if gap != "\n" else " ").join(groups)
    if gap == "\n":
        printed = printed.replace(" ", "\n", 1)
    hits = list(find_ibans(sheet(f"Konto {printed}, danke")))
    assert [(h.normalized, h.valid) for h in hits] == [(iban, True)]
    damaged = iban[:4] + iban[4:].translate(str.maketrans("0123456789", "1234567890"))
    if not proves(damaged):
        assert [h.valid for h in find_ibans(sheet(f"IBAN {damaged}."))] == [False]


@FEW
@given(
    st.decimals(min_value=Decimal(-10_000_000), max_value=Decimal(10_000_000), places=2),
    st.booleans(),
    st.sampled_from([" €", " EUR", "€ ", "EUR "]),
)
def test_amounts_come_back(value: Decimal, english: bool, unit: str) -> None:
    digits = f"{abs(value):,.2f}"
    if not english:
        digits = digits.translate(str.maketrans(",.", ".,"))
    sign = "-" if value < 0 else ""
    printed = f"{sign}{digits}{unit}" if unit[0] == " " else f"{unit}{sign}{digits}"
    (hit,) = find_amounts(sheet(f"Betrag: {printed} heute"))
    assert Decimal(hit.normalized["value"]) == value
    assert hit.normalized["currency"] == "EUR"


MONTHS = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"]  # fmt: skip


@FEW
@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)), st.integers(0, 4))
def test_dates_come_back(day: date, style: int) -> None:
    printed = [
        f"{day:%d.%m.%Y}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day.day}. {MONTHS[day.month - 1]} {day.year}",
        day.isoformat(),
        f"{day:%d.%m.%y}",
    ][style]
    hits = list(find_dates(sheet(f"Ort, den {printed}\n")))
    assert [(h.normalized, h.valid) for h in hits] == [(day.isoformat(), True)]
