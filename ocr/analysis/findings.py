"""All findings of a page, the surer reading winning where two rules claim the same characters."""

from collections.abc import Iterator

from ocr.analysis import amounts, bank, contacts, dates, identifiers, names
from ocr.analysis.entities import find_entities
from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.sheet import Hit, Sheet
from ocr.documents import Finding


def _numbers(sheet: Sheet, gazetteers: Gazetteers) -> Iterator[Iterator[Hit]]:
    """Rules whose findings exclude each other, the more telling shape first."""
    yield contacts.find_emails(sheet)
    yield contacts.find_urls(sheet)
    yield bank.find_ibans(sheet)
    yield bank.find_bics(sheet)
    yield identifiers.find_leitweg_ids(sheet)
    yield identifiers.find_tax_numbers(sheet)
    yield identifiers.find_aktenzeichen(sheet, gazetteers)
    yield dates.find_dates(sheet)
    yield identifiers.find_parcels(sheet)
    yield amounts.find_amounts(sheet)
    yield contacts.find_phones(sheet)
    yield identifiers.find_plates(sheet)


def _name_hits(sheet: Sheet, gazetteers: Gazetteers) -> list[Hit]:
    """Persons, organisations and addresses; of overlapping ones of a kind the surest, then the longest."""
    found = [
        *names.find_persons(sheet),
        *names.find_organisations(sheet),
        *contacts.find_addresses(sheet),
        *find_entities(sheet, gazetteers),
    ]
    taken = {kind: bytearray(len(sheet.text)) for kind in ("person", "organisation", "address")}
    kept: list[Hit] = []
    order = sorted(
        found, key=lambda h: (h.start - h.end if h.kind != "person" else 0, -h.confidence)
    )
    for hit in order:
        mask = taken[hit.kind]
        if mask.find(1, hit.start, hit.end) < 0:
            mask[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
            kept.append(hit)
    # the person in „Autohaus Reim GmbH“ is part of a name, nobody of his own
    companies = taken["organisation"]
    return [h for h in kept if h.kind != "person" or not all(companies[h.start : h.end])]


def find_all(sheet: Sheet, gazetteers: Gazetteers) -> list[Finding]:
    """Every finding of the page except deadlines, in reading order."""
    taken = bytearray(len(sheet.text))
    hits: list[Hit] = []
    for rule in _numbers(sheet, gazetteers):
        for hit in rule:
            if taken.find(1, hit.start, hit.end) >= 0:
                continue
            taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
            hits.append(hit)
    hits.extend(_name_hits(sheet, gazetteers))
    return [sheet.finding(hit) for hit in sorted(hits, key=lambda h: (h.start, h.end, h.kind))]
