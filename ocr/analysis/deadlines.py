"""Deadlines: a trigger with a duration and an anchor day, or a day named outright.

The days are counted in ``deadline_days`` under the law that the text speaks of; here is only read what the
text says. Where no sure anchor is found the due day stays open and the steps say what is missing.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from ocr.analysis.dates import MONTH, is_date, month_number
from ocr.analysis.deadline_days import Anchors, count, day_steps, german, law_of
from ocr.analysis.periods_text import PERIOD, event_in, iso_period
from ocr.analysis.sheet import Hit, Sheet
from ocr.documents import Finding

_HINT = re.compile(
    r"frist|binnen|innerhalb|spätestens|bis zum|bis |fällig|zahlbar|schluss|within|no later|deadline"
)
# Both are matched with folded text, which spares the slow search that ignores case.
_DURATION = re.compile(
    r"(?P<trigger>innerhalb|binnen|within|zahlungsziel|zahlungsfrist|zahlbar in|widerspruchsfrist|klagefrist|einspruchsfrist"
    r"|(?:in|mit|unter) einer frist|frist(?:[ ](?:beträgt|zur \w+))?|spätestens|längstens)[\s:]{1,3}"
    rf"(?:(?:von|einer frist von|der frist von|nur|mit|beträgt|spätestens)\s{{1,2}}){{0,2}}{PERIOD}(?![^\W_])"
)
_NAMED = re.compile(r"(?P<word>monats|wochen|jahres)frist(?=\s+(?:nach|ab|seit)\s)")
_AFTER = re.compile(
    r"[\s,]{1,3}(?:netto\s|ohne Abzug\s)?(?:nach|ab|seit|von|after|from|gerechnet ab|beginnend mit)(?![^\W_])(?P<words>[^.;:!?]{2,90})"
)
_UNTIL_SOON = re.compile(r"[^.;!?\d]{0,24}(?:bis|also|d\.\s?h\.)[^.;!?\d]{0,16}$")
_FIXED = re.compile(
    r"(?P<strong>spätestens|Fristende|Fristablauf|Frist\b|Abgabefrist|Rückgabefrist|Angebotsfrist|Bewerbungsfrist|Einreichungsfrist|fällig|Fälligkeit(?:stag|sdatum)?|zahlbar|Zahlungsziel"
    r"|Einsendeschluss|Bewerbungsschluss|Anmeldeschluss|Annahmeschluss|Redaktionsschluss|zu zahlen|no later than|deadline)?"
    r"[^.;!?\d]{0,30}?(?P<until>\b(?:bis(?:\s+(?:zum|einschließlich|spätestens|zum Ablauf des|am|by))?|zum|am|by|ist(?: der)?|:)|)\s*"
    r"(?:(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|Mo\.?|Di\.?|Mi\.?|Do\.?|Fr\.?)\s*,?\s*(?:den|dem)?\s*)?$",
    re.IGNORECASE,
)
_NEAR = re.compile(r"bis|spätestens|frist|fällig|zahl|schluss|no later|deadline|\bby\b")
_DEMAND = re.compile(
    r"bitte|überweis|zahl|einreich|vorleg|vorzuleg|zurück|abgeb|abzugeb|mitteil|äußer|stellung|antwort|rückmeld|anmeld|frist|erheb|eingeh|eingegangen|begleich|"
    r"nachreich|zusend|übersend|nachweis|ergänz|beseitig|entfern|räum|erledig|spätestens|kündig|widerspr|please|submit|abschließ",
)
_YEARLESS = re.compile(
    rf"(?P<trigger>(?:spätestens\s+(?:bis\s+)?(?:zum|am)|bis(?:\s+spätestens)?\s+(?:zum|am))\s+)(?P<day>\d{{1,2}})\.\s?(?:(?P<month>\d{{1,2}})\.|(?P<word>{MONTH.lower()}))(?!\s?\d)"
)
_STAMP = re.compile(
    r"(?:eingegangen|eingang(?:sstempel|sdatum)?|posteingang|erhalten)(?:\s+am)?\s*:?[^\d\n]{0,20}$"
)
_SERVED = re.compile(r"(?:zugestellt|zustellung)\s+(?:wurde\s+)?(?:\w+\s+)?(?:am|vom)\s*:?\s*$")


def find_deadlines(
    sheets: Sequence[Sheet], findings: Iterable[Finding], letter_date: date | None
) -> list[Finding]:
    """Every deadline of the document. ``letter_date`` is the document's own date, the anchor of what runs
    from its posting; date stamps and days of service are looked for among ``findings``.
    """
    by_page: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.kind == "date" and finding.valid:
            by_page.setdefault(finding.page, []).append(finding)
    anchors = _anchors(sheets, by_page, letter_date)
    whole = " ".join(sheet.folded for sheet in sheets[:5])
    found: list[Finding] = []
    for sheet in sheets:
        if _HINT.search(sheet.folded):
            days = by_page.get(sheet.number, [])
            hits = [
                *_durations(sheet, days, anchors, whole),
                *_fixed(sheet, days, whole),
                *_yearless(sheet, anchors),
            ]
            found.extend(sheet.finding(hit) for hit in _apart(hits, len(sheet.text)))
    return found


def _apart(hits: Iterable[Hit], length: int) -> list[Hit]:
    """The hits without those that overlap an earlier rule's."""
    taken = bytearray(length)
    kept: list[Hit] = []
    for hit in hits:
        if taken.find(1, hit.start, hit.end) < 0:
            taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
            kept.append(hit)
    return sorted(kept, key=lambda h: h.start)


def _anchors(
    sheets: Sequence[Sheet], days: dict[int, list[Finding]], letter: date | None
) -> Anchors:
    stamp = service = None
    for sheet in sheets[:3]:
        for day in days.get(sheet.number, []):
            before = sheet.folded[max(0, day.start - 40) : day.start]
            if stamp is None and _STAMP.search(before):
                stamp = date.fromisoformat(day.normalized)
            if service is None and _SERVED.search(before):
                service = date.fromisoformat(day.normalized)
    return Anchors(letter, stamp, service)


def _durations(sheet: Sheet, days: list[Finding], anchors: Anchors, whole: str) -> Iterator[Hit]:
    text = sheet.text
    starts = [day.start for day in days]
    for found in [*_DURATION.finditer(sheet.folded), *_NAMED.finditer(sheet.folded)]:
        parts = found.groupdict()
        if word := parts.get("word"):
            period: str | None = {"m": "P1M", "w": "P1W", "j": "P1Y"}[word[0]]
        else:
            period = iso_period(parts["number"], parts["unit"])
        end = found.end()
        behind = _AFTER.match(text, end)
        near = _first_behind(days, starts, end)
        around = sheet.folded[max(0, found.start() - 200) : end + 200]
        if near and not behind and _UNTIL_SOON.match(text[end : near.start]):
            steps = day_steps(law_of(whole, around), near.normalized)
            yield _hit(
                found.start(),
                near.end,
                near.normalized,
                period,
                None,
                steps,
                "deadline.duration_and_day",
                0.9,
            )
            continue
        named = near if near and behind and near.start < behind.end() else None
        event = event_in(behind["words"]) if behind else None
        if behind and (event or named):
            end = _phrase_end(text, behind, named)
        counted = count(law_of(whole, around), period, event, named, anchors)
        confidence = 0.85 if counted["due"] else 0.7
        yield Hit("deadline", found.start(), end, counted, "deadline.duration", confidence)


def _first_behind(days: list[Finding], starts: list[int], end: int) -> Finding | None:
    """The first date that begins within 90 characters behind ``end``; ``days`` stand in reading order."""
    at = bisect_left(starts, end)
    return days[at] if at < len(days) and starts[at] <= end + 90 else None


def _phrase_end(text: str, behind: re.Match[str], named: Finding | None) -> int:
    """The end of „nach Bekanntgabe dieses Bescheids“: the date, or up to four words further."""
    if named is not None:
        return named.end
    words = re.match(
        r"\s*(?:\S+\s+){0,3}\S*?(?=[,.;:()]|\s|$)",
        text[behind.start("words") : behind.end("words")],
    )
    length = len(words[0].rstrip()) if words else 0
    return behind.start("words") + length


def _fixed(sheet: Sheet, days: list[Finding], whole: str) -> Iterator[Hit]:
    text = sheet.text
    for day in days:
        low = max(0, day.start - 70)
        zone = text[low : day.start]
        # Nothing that names a last day goes over these; a dot may belong to a weekday.
        cut = max(map(zone.rfind, ";!?0123456789")) + 1
        if not _NEAR.search(sheet.folded, low + cut, day.start):
            continue
        before = _FIXED.search(zone, cut)
        if before is None or not (
            before["strong"] or before["until"].lower().startswith(("bis", "by"))
        ):
            continue
        start = low + before.start()
        if before["strong"] is None:
            start = low + before.start("until")
            opening = max(text.rfind(mark, 0, start) for mark in (". ", "! ", "? ", "\n\n")) + 1
            closing = text.find(". ", day.end)
            sentence = sheet.folded[
                max(opening, start - 200) : closing
                if 0 < closing < day.end + 160
                else day.end + 160
            ]
            if re.search(
                r"vom\W+[\d.\w\s]{1,24}$|zwischen|zeitraum|von\W+\d[\d.\w\s]{0,20}$",
                text[max(0, start - 28) : start].lower(),
            ):
                continue
            if not _DEMAND.search(sentence):
                continue
        around = sheet.folded[max(0, start - 200) : day.end + 200]
        steps = day_steps(law_of(whole, around), day.normalized)
        yield _hit(
            start,
            day.end,
            day.normalized,
            None,
            None,
            steps,
            "deadline.day",
            0.9 if before["strong"] else 0.7,
        )


def _yearless(sheet: Sheet, anchors: Anchors) -> Iterator[Hit]:
    """„bis zum 15. Dezember“: the first such day after the document's own date."""
    if anchors.letter is None:
        return
    for found in _YEARLESS.finditer(sheet.folded):
        month = int(found["month"]) if found["month"] else month_number(found["word"])
        day, year = int(found["day"]), anchors.letter.year
        if is_date(year, month, day) and date(year, month, day) < anchors.letter - timedelta(
            days=31
        ):
            year += 1
        if not is_date(year, month, day) or not _DEMAND.search(
            sheet.folded[max(0, found.start() - 150) : found.end() + 100]
        ):
            continue
        due = date(year, month, day)
        steps = [
            f"Das Jahr fehlt im Text; gemeint ist der nächste solche Tag nach dem Datum des Schreibens: {german(due)}."
        ]
        yield _hit(
            *found.span(), due.isoformat(), None, None, steps, "deadline.day_without_year", 0.6
        )


def _hit(
    start: int,
    end: int,
    due: str | None,
    period: str | None,
    anchor: str | None,
    steps: list[str],
    rule: str,
    confidence: float,
) -> Hit:
    normal: dict[str, Any] = {
        "due": due,
        "duration": period,
        "anchor": anchor,
        "steps": list(steps),
    }
    return Hit("deadline", start, end, normal, rule, confidence)
